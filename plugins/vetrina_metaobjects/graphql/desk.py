"""The admin API's part: definitions and entries, drafts too, and everything that writes them."""

from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Any, cast

import strawberry

from vetrina.graphql import (
    Info,
    PageInfo,
    UserError,
    answer,
    batch,
    ctx_of,
    forward,
    gid,
    id_field,
    int_key_of,
    newest_first,
    root,
)
from vetrina.graphql.scalars import JSON, DateTime
from vetrina.kernel.errors import BadInput
from vetrina_metaobjects import flows
from vetrina_metaobjects.flows import READ, WRITE
from vetrina_metaobjects.sheets import DefinitionSheet, EntrySheet, FieldSheet
from vetrina_metaobjects.views import DefinitionRow, MetaobjectRow, definitions, desk_entries


async def load_sheets(rows: Sequence[DefinitionRow], info: Info) -> list[list[FieldSheet]]:
    """The fields of each definition."""
    return [list(row.sheets) for row in rows]


async def load_values(rows: Sequence[MetaobjectRow], info: Info) -> list[dict[str, str]]:
    """Values by field."""
    return [row.values for row in rows]


@strawberry.type(description="A field of a metaobject definition.")
class MetaobjectsField:
    key: str
    type: str
    name: str
    is_required: bool


@strawberry.type(description="A metaobject definition: a type and its fields.")
class MetaobjectsDefinition:
    id: strawberry.ID = id_field("MetaobjectDefinition")
    type: str
    name: str
    fields: list[MetaobjectsField] = batch(load_sheets)
    title_key: str
    seo_title_key: str
    seo_description_key: str
    has_pages: bool
    updated_at: DateTime


@strawberry.type(description="A metaobject as it was written; without publishedAt it is a draft.")
class MetaobjectsEntry:
    id: strawberry.ID = id_field("Metaobject")
    type: str
    handle: str
    title: str
    values: JSON = batch(load_values)
    published_at: DateTime | None
    updated_at: DateTime


@strawberry.type(description="Metaobjects, the newest first.")
class MetaobjectsEntryConnection:
    nodes: list[MetaobjectsEntry]
    page_info: PageInfo


@strawberry.input(description="A field of a definition.")
class MetaobjectsFieldInput:
    key: str
    type: str = strawberry.field(description="One of metafields' types, such as single_line_text_field.")
    name: str = ""
    is_required: bool = False


@strawberry.input(description="A definition; written anew, all of it counts but its type, which stays.")
class MetaobjectsDefinitionInput:
    type: str
    name: str
    fields: list[MetaobjectsFieldInput]
    title_key: str = ""
    seo_title_key: str = ""
    seo_description_key: str = ""
    has_pages: bool = False


@strawberry.input(description="The value of a field, as the storefront API writes it.")
class MetaobjectsValueInput:
    key: str
    value: str


@strawberry.type(description="The id of what was written, or why it was not.")
class MetaobjectsPayload:
    id: strawberry.ID | None
    user_errors: list[UserError]


@strawberry.type
class MetaobjectDeskQuery:
    @root(permission=READ, description="Every metaobject definition, by name.")
    async def metaobjects_definitions(self, info: Info) -> list[MetaobjectsDefinition] | None:
        found: Any = await definitions(ctx_of(info).db)
        return found

    @root(permission=READ, description="Metaobjects of a definition, drafts too, the newest first.")
    async def metaobjects_entries(
        self, info: Info, definition_id: strawberry.ID, first: int | None = None, after: str | None = None
    ) -> MetaobjectsEntryConnection | None:
        page, kind = forward(first, after, int), _kind(definition_id)
        below = page.after[0] if page.after else None
        rows = await desk_entries(ctx_of(info).db, kind, size=page.size + 1, below=below)
        found: Any = newest_first(rows, page)
        return found


@strawberry.type
class MetaobjectDeskMutation:
    @root(permission=WRITE, description="Write a metaobject definition.")
    async def metaobjects_define(self, info: Info, input: MetaobjectsDefinitionInput) -> MetaobjectsPayload:  # noqa: A002
        return await _made("MetaobjectDefinition", flows.define(ctx_of(info), _definition(input)))

    @root(permission=WRITE, description="Write a definition anew; the type of a field that has values stays.")
    async def metaobjects_redefine(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        input: MetaobjectsDefinitionInput,  # noqa: A002
    ) -> MetaobjectsPayload:
        return await _done(id, flows.redefine(ctx_of(info), _kind(id), _definition(input)))

    @root(permission=WRITE, description="Forget a definition without entries.")
    async def metaobjects_undefine(self, info: Info, id: strawberry.ID) -> MetaobjectsPayload:  # noqa: A002
        return await _done(id, flows.undefine(ctx_of(info), _kind(id)))

    @root(permission=WRITE, description="Write a metaobject; without a moment, a draft.")
    async def metaobjects_create(
        self,
        info: Info,
        definition_id: strawberry.ID,
        values: list[MetaobjectsValueInput],
        handle: str = "",
        published_at: DateTime | None = None,
    ) -> MetaobjectsPayload:
        at = cast("datetime | None", published_at)
        ctx = ctx_of(info)
        return await _made("Metaobject", flows.create_entry(ctx, _kind(definition_id), _sheet(values, handle), at))

    @root(permission=WRITE, description="Write a metaobject anew.")
    async def metaobjects_update(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        values: list[MetaobjectsValueInput],
        handle: str = "",
    ) -> MetaobjectsPayload:
        return await _done(id, flows.edit_entry(ctx_of(info), _entry(id), _sheet(values, handle)))

    @root(permission=WRITE, description="Say in another language what a metaobject says.")
    async def metaobjects_translate(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        language: str,
        values: list[MetaobjectsValueInput],
    ) -> MetaobjectsPayload:
        texts = _sheet(values, "").values
        return await _done(id, flows.translate_entry(ctx_of(info), _entry(id), language, texts))

    @root(permission=WRITE, description="Show a metaobject, now or from a moment on.")
    async def metaobjects_publish(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        at: DateTime | None = None,
    ) -> MetaobjectsPayload:
        moment = cast("datetime | None", at)
        return await _done(id, flows.publish_entry(ctx_of(info), _entry(id), moment))

    @root(permission=WRITE, description="Make a metaobject a draft.")
    async def metaobjects_unpublish(self, info: Info, id: strawberry.ID) -> MetaobjectsPayload:  # noqa: A002
        return await _done(id, flows.unpublish_entry(ctx_of(info), _entry(id)))

    @root(permission=WRITE, description="Remove a metaobject.")
    async def metaobjects_remove(self, info: Info, id: strawberry.ID) -> MetaobjectsPayload:  # noqa: A002
        return await _done(id, flows.remove_entry(ctx_of(info), _entry(id)))


def _definition(given: MetaobjectsDefinitionInput) -> DefinitionSheet:
    fields = tuple(FieldSheet(**vars(field)) for field in given.fields)
    whole: dict[str, Any] = {**vars(given), "fields": fields}
    return DefinitionSheet(**whole)


def _sheet(values: Sequence[MetaobjectsValueInput], handle: str) -> EntrySheet:
    given = {one.key: one.value for one in values}
    if len(given) < len(values):
        raise BadInput(field=("values",), problem="A field is given twice.")
    return EntrySheet(values=given, handle=handle)


def _kind(given: str) -> int:
    return int_key_of(given, "MetaobjectDefinition", field=("id",))


def _entry(given: str) -> int:
    return int_key_of(given, "Metaobject", field=("id",))


async def _made(type_name: str, change: Awaitable[int]) -> MetaobjectsPayload:
    async def made() -> dict[str, Any]:
        return {"id": gid(type_name, await change)}

    return await answer(MetaobjectsPayload, made())


async def _done(key: str, change: Awaitable[None]) -> MetaobjectsPayload:
    async def done() -> dict[str, Any]:
        await change
        return {"id": key}

    return await answer(MetaobjectsPayload, done())
