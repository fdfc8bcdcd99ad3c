"""Metafields: what is defined of them, by the staff and by plugins, and their values on the core's nouns."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import strawberry

from vetrina.flows.defining import (
    Definition,
    Entry,
    define_metafield,
    redefine_metafield,
    undefine_metafield,
    write_metafields,
)
from vetrina.graphql import Info, UserError, answer, ctx_of, gid, int_key_of, root, split_gid
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.plugin import Site, desk
from vetrina.plugin.words import said
from vetrina.views.catalog.product_histories import all_metafields_of
from vetrina.views.metafields import defined_metafields
from vetrina_admin.api.desk import site_of
from vetrina_admin.api.plugin_types import language_of


class DefinitionShown(msgspec.Struct, frozen=True, kw_only=True):
    """A definition of the staff's, which has an id, or of a plugin's, which has none."""

    id: str | None = None
    owner_type: str
    namespace: str
    key: str
    type: str
    name: str
    description: str
    is_filterable: bool


@strawberry.type(description="What a metafield means: its values are of that type.")
class MetafieldDefinition:
    id: strawberry.ID | None = strawberry.field(description="None where a plugin has declared it.")
    owner_type: str
    namespace: str
    key: str
    type: str
    name: str
    description: str
    is_filterable: bool = strawberry.field(description="Whether buyers may filter products by it.")


@strawberry.input(description="A name that people read.")
class MetafieldNameInput:
    language: str = strawberry.field(description="ISO 639-1, in lower case.")
    name: str


@strawberry.input(description="A definition to keep. Whose it is, namespace and key stay what they were first.")
class MetafieldDefinitionInput:
    owner_type: str = strawberry.field(description="Product, ProductVariant, Collection, Customer, Location, ...")
    namespace: str
    key: str
    type: str = strawberry.field(description="A type of the public API, such as number_integer.")
    names: list[MetafieldNameInput]
    description: str = ""
    is_filterable: bool = False


@strawberry.type(description="The definition as it is kept.")
class MetafieldDefinitionCreatePayload:
    metafield_definition: MetafieldDefinition | None
    user_errors: list[UserError]


@strawberry.type(description="The definition as it is now.")
class MetafieldDefinitionUpdatePayload:
    metafield_definition: MetafieldDefinition | None
    user_errors: list[UserError]


@strawberry.type(description="The definition is gone; values stay.")
class MetafieldDefinitionDeletePayload:
    deleted_id: strawberry.ID | None
    user_errors: list[UserError]


@strawberry.input(description="A value to keep, as the public API writes it; lists and measures are JSON.")
class MetafieldInput:
    namespace: str
    key: str
    type: str
    value: str


@strawberry.input(description="A metafield to delete.")
class MetafieldNamedInput:
    namespace: str
    key: str


@strawberry.type(description="A value that is kept.")
class MetafieldValue:
    namespace: str
    key: str
    type: str
    value: str


@strawberry.type(description="Every metafield of the owner as it is now.")
class MetafieldsWritePayload:
    metafields: list[MetafieldValue] | None
    user_errors: list[UserError]


@strawberry.type
class MetafieldQuery:
    @root(permission="catalog.read", description="What is defined of metafields, by the staff and by plugins.")
    async def metafield_definitions(self, info: Info, language: str | None = None) -> list[MetafieldDefinition]:
        found: Any = await _definitions(site_of(info), ctx_of(info), language)
        return found


@strawberry.type
class MetafieldMutation:
    @root(permission="shop.write", description="Say what a metafield means: from now on its values are of that type.")
    async def metafield_definition_create(
        self,
        info: Info,
        input: MetafieldDefinitionInput,  # noqa: A002
    ) -> MetafieldDefinitionCreatePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = await define_metafield(ctx, _definition(input))
            return {"metafield_definition": await _shown(ctx, key)}

        return await answer(MetafieldDefinitionCreatePayload, change(ctx_of(info)), within=("input",))

    @root(permission="shop.write", description="Change a definition's type, names, description and filter.")
    async def metafield_definition_update(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        input: MetafieldDefinitionInput,  # noqa: A002
    ) -> MetafieldDefinitionUpdatePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(id, "MetafieldDefinition", field=("id",))
            await redefine_metafield(ctx, key, _definition(input))
            return {"metafield_definition": await _shown(ctx, key)}

        return await answer(MetafieldDefinitionUpdatePayload, change(ctx_of(info)), within=("input",))

    @root(permission="shop.write", description="Forget a definition; values stay as they are.")
    async def metafield_definition_delete(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002
    ) -> MetafieldDefinitionDeletePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            await undefine_metafield(ctx, int_key_of(id, "MetafieldDefinition", field=("id",)))
            return {"deleted_id": id}

        return await answer(MetafieldDefinitionDeletePayload, change(ctx_of(info)))

    @root(
        permission="shop.read",
        description="Set and delete metafields of a product, variant, collection, customer, location, market, order "
        "or the shop. Needs the permission to write it.",
    )
    async def metafields_write(
        self,
        info: Info,
        owner_id: strawberry.ID,
        metafields: list[MetafieldInput] | None = None,
        delete: list[MetafieldNamedInput] | None = None,
    ) -> MetafieldsWritePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            kind, key = _owner(owner_id)
            entries = [
                Entry(namespace=one.namespace, key=one.key, type=one.type, value=one.value) for one in metafields or ()
            ]
            await write_metafields(ctx, kind, key, entries, [(one.namespace, one.key) for one in delete or ()])
            return {"metafields": await all_metafields_of(ctx.db, kind, key)}

        return await answer(MetafieldsWritePayload, change(ctx_of(info)))


async def _definitions(site: Site, ctx: Context, language: str | None) -> Sequence[DefinitionShown]:
    chosen = language_of(language)
    theirs = [
        DefinitionShown(
            owner_type=card.owner_type,
            namespace=card.namespace,
            key=card.key,
            type=card.type,
            name=said(card.name, chosen),
            description=said(card.description, chosen),
            is_filterable=card.filterable,
        )
        for card in desk.definitions(site.collected)
    ]
    return [*theirs, *[_own(row, chosen) for row in await defined_metafields(ctx.db)]]


async def _shown(ctx: Context, key: int) -> DefinitionShown | None:
    rows = await defined_metafields(ctx.db)
    return next((_own(row, ctx.place.language) for row in rows if row.id == key), None)


def _own(row: Any, language: str) -> DefinitionShown:
    return DefinitionShown(
        id=gid("MetafieldDefinition", row.id),
        owner_type=row.owner_type,
        namespace=row.namespace,
        key=row.key,
        type=row.type,
        name=row.name_in(language),
        description=row.description,
        is_filterable=row.is_filterable,
    )


def _definition(given: MetafieldDefinitionInput) -> Definition:
    return Definition(
        owner_type=given.owner_type,
        namespace=given.namespace,
        key=given.key,
        type=given.type,
        names={one.language: one.name for one in given.names},
        description=given.description,
        is_filterable=given.is_filterable,
    )


def _owner(given: str) -> tuple[str, int]:
    kind, key = split_gid(given, field=("ownerId",))
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        raise BadInput(field=("ownerId",), problem="This is no id of something that has metafields.")
    return kind, int(key)
