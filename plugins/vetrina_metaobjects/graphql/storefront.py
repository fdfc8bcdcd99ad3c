"""Metaobject and its fields, metaobject and metaobjects, as the contract has them."""

from collections.abc import Sequence
from typing import Any

import msgspec
import strawberry

from vetrina.graphql import (
    Info,
    PageInfo,
    batch,
    connection_of,
    ctx_of,
    implements,
    int_key_of,
    load_reference,
    load_references,
    optional,
    published,
    read_from,
    root,
    window_args,
)
from vetrina.graphql.scalars import URL, DateTime
from vetrina.kernel.errors import BadInput
from vetrina_metaobjects.sheets import FieldSheet
from vetrina_metaobjects.views import (
    MetaobjectOrder,
    MetaobjectRow,
    metaobject_by_handle,
    metaobject_list,
    metaobjects_by_id,
)


class FieldRow(msgspec.Struct, frozen=True):
    """A field of an entry with its value; none where nothing was written."""

    key: str
    type: str
    value: str | None


class SeoRow(msgspec.Struct, frozen=True):
    """The fields search engines are told."""

    title: FieldRow | None
    description: FieldRow | None


async def load_fields(rows: Sequence[MetaobjectRow], info: Info) -> list[list[FieldRow]]:
    """Every field of each entry, in its kind's order, in the context's language."""
    language = ctx_of(info).place.language
    return [_fields(row, language) for row in rows]


async def load_field(rows: Sequence[MetaobjectRow], info: Info, key: str) -> list[FieldRow | None]:
    """One field of each entry; null where its kind has none of that key."""
    language = ctx_of(info).place.language
    return [_named(_fields(row, language), key) for row in rows]


async def load_seo(rows: Sequence[MetaobjectRow], info: Info) -> list[SeoRow | None]:
    """The fields that a kind names for search engines; null where it names none."""
    language = ctx_of(info).place.language
    return [_seo(row, _fields(row, language)) for row in rows]


async def load_addresses(rows: Sequence[MetaobjectRow], info: Info) -> list[str | None]:
    """Where each entry stands in the shop, where its kind has pages."""
    base_url = ctx_of(info).shop.base_url
    return [base_url + path_of(row) if row.has_pages else None for row in rows]


@strawberry.type(description="A field of a metaobject.")
class MetaobjectField:
    key: str
    reference: object = batch(load_reference, graphql_type=optional(published("MetafieldReference")))
    references: object = batch(load_references, graphql_type=optional(published("MetafieldReferenceConnection")))
    type: str
    value: str | None

    is_type_of = read_from(FieldRow)


@strawberry.type(description="What search engines are told of a metaobject.")
class MetaobjectSEO:
    description: MetaobjectField | None
    title: MetaobjectField | None


@implements("Node", "OnlineStorePublishable")
@strawberry.type(description="An entry of a type that the shop has defined.")
class Metaobject:
    field: MetaobjectField | None = batch(load_field)
    fields: list[MetaobjectField] = batch(load_fields)
    handle: str
    online_store_url: URL | None = batch(load_addresses)
    seo: MetaobjectSEO | None = batch(load_seo)
    type: str
    updated_at: DateTime

    is_type_of = read_from(MetaobjectRow)


@strawberry.type(description="A metaobject and its place in a connection.")
class MetaobjectEdge:
    cursor: str
    node: Metaobject


@strawberry.type(description="A page of metaobjects.")
class MetaobjectConnection:
    edges: list[MetaobjectEdge]
    nodes: list[Metaobject]
    page_info: PageInfo


@strawberry.input(description="Names a metaobject by its type and handle.")
class MetaobjectHandleInput:
    handle: str
    type: str


@strawberry.type
class MetaobjectQuery:
    @root(shared=True, description="A metaobject by its id, or by its type and handle.")
    async def metaobject(
        self,
        info: Info,
        handle: MetaobjectHandleInput | None = None,
        id: strawberry.ID | None = None,  # noqa: A002 the contract's word
    ) -> Metaobject | None:
        ctx = ctx_of(info)
        if (handle is None) == (id is None):
            raise BadInput(field=("handle",), problem="A metaobject is asked for by its id or by its handle.")
        found: Any
        if handle is not None:
            found = await metaobject_by_handle(ctx, handle.type, handle.handle)
        else:
            key = int_key_of(str(id), "Metaobject", field=("id",))
            found = (await metaobjects_by_id(ctx, [key])).get(key)
        return found

    @root(shared=True, description="Metaobjects of a type; sorted by id or updated_at.")
    async def metaobjects(
        self,
        info: Info,
        type: str,  # noqa: A002 the contract's word
        after: str | None = None,
        before: str | None = None,
        first: int | None = None,
        last: int | None = None,
        reverse: bool | None = False,
        sort_key: str | None = None,
    ) -> MetaobjectConnection:
        window = window_args(first, after, last, before, reverse)
        order = ORDERS.get((sort_key or "id").lower())
        if order is None:
            raise BadInput(field=("sortKey",), problem=f"Metaobjects are sorted by {' or '.join(ORDERS)}.")
        found: Any = connection_of(await metaobject_list(ctx_of(info), type, order, window), window)
        return found


def path_of(row: MetaobjectRow) -> str:
    """Where an entry's page stands, below the shop's address."""
    return f"/pages/{row.type}/{row.handle}"


def _fields(row: MetaobjectRow, language: str) -> list[FieldRow]:
    values, sheets = row.said(language), msgspec.convert(row.fields, list[FieldSheet])
    return [FieldRow(sheet.key, sheet.type, values.get(sheet.key)) for sheet in sheets]


def _named(fields: Sequence[FieldRow], key: str) -> FieldRow | None:
    return next((field for field in fields if field.key == key), None)


def _seo(row: MetaobjectRow, fields: Sequence[FieldRow]) -> SeoRow | None:
    if not row.seo_title_key and not row.seo_description_key:
        return None
    return SeoRow(_named(fields, row.seo_title_key), _named(fields, row.seo_description_key))


ORDERS = {"id": MetaobjectOrder.ID, "updated_at": MetaobjectOrder.UPDATED_AT}
"""What metaobjects may be sorted by, in the contract's words."""
