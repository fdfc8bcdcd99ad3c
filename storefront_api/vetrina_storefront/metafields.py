"""Metafield: a typed extra value, what it refers to and whose it is."""

from collections.abc import Sequence
from typing import Any

import strawberry

from vetrina.graphql import (
    Info,
    PageInfo,
    batch,
    ctx_of,
    keep,
    load_reference,
    load_references,
    read_from,
)
from vetrina.graphql.scalars import DateTime
from vetrina.kernel.errors import BadInput
from vetrina.kernel.texts import LINE
from vetrina.views.metafields import MOST_IDENTIFIERS, MetafieldRow, metafields_of
from vetrina.views.nodes import nodes_by_key
from vetrina_storefront.interfaces import Node, NodeRow
from vetrina_storefront.later import later, many, optional, union_of


@strawberry.input(description="Names a metafield of an owner.")
class HasMetafieldsIdentifier:
    key: str
    namespace: str | None = strawberry.UNSET


async def load_metafield(
    rows: Sequence[NodeRow], info: Info, key: str, namespace: str | None = None
) -> list[MetafieldRow | None]:
    """One metafield of each owner; without a namespace the key may be written namespace.key."""
    name = _name(key, namespace)
    found = await _of(rows, info, [name])
    return [found.get((row.id, *name)) for row in rows]


async def load_metafields(
    rows: Sequence[NodeRow], info: Info, identifiers: list[HasMetafieldsIdentifier]
) -> list[list[MetafieldRow | None]]:
    """The named metafields of each owner, null where it has none."""
    if len(identifiers) > MOST_IDENTIFIERS:
        raise BadInput(field=("identifiers",), problem=f"At most {MOST_IDENTIFIERS} metafields are answered.")
    names = [_name(one.key, one.namespace or None) for one in identifiers]
    found = await _of(rows, info, names)
    return [[found.get((row.id, *name)) for name in names] for row in rows]


async def load_parents(rows: Sequence[MetafieldRow], info: Info) -> list[Any]:
    """Whose each metafield is: mostly what it was asked of."""
    known = info.context.memory
    asked = {row.id: known.get(_owner(row.owner_type, row.owner_id)) for row in rows}
    others = [(row.owner_type, str(row.owner_id)) for row in rows if asked[row.id] is None]
    found = await nodes_by_key(ctx_of(info), others) if others else {}
    return [asked[row.id] or found.get((row.owner_type, str(row.owner_id))) for row in rows]


@strawberry.type(description="A typed extra value of its owner.")
class Metafield(Node):
    created_at: DateTime
    description: str | None
    key: str
    namespace: str
    parent_resource: object = batch(load_parents, graphql_type=later("MetafieldParentResource", "metafields"))
    reference: object = batch(load_reference, graphql_type=optional(later("MetafieldReference", "metafields")))
    references: object = batch(
        load_references, graphql_type=optional(later("MetafieldReferenceConnection", "metafields"))
    )
    type: str
    updated_at: DateTime
    value: str

    is_type_of = read_from(MetafieldRow)


MetafieldParentResource = union_of(
    "MetafieldParentResource",
    later("Cart", "cart.carts"),
    later("Collection", "collections"),
    later("Customer", "customers"),
    later("Location", "locations"),
    later("Market", "localization"),
    later("Order", "orders"),
    later("Product", "products"),
    later("ProductVariant", "variants"),
    later("Shop", "shop"),
)
MetafieldReference = union_of(
    "MetafieldReference",
    later("Collection", "collections"),
    later("GenericFile", "media"),
    later("MediaImage", "media"),
    later("Model3d", "media"),
    later("Product", "products"),
    later("ProductVariant", "variants"),
    later("Video", "media"),
)


@strawberry.type(description="Something a metafield refers to, and its place in a connection.")
class MetafieldReferenceEdge:
    cursor: str
    node: object = strawberry.field(graphql_type=MetafieldReference)


@strawberry.type(description="A page of what a metafield refers to.")
class MetafieldReferenceConnection:
    edges: list[MetafieldReferenceEdge]
    nodes: object = strawberry.field(graphql_type=many(MetafieldReference))
    page_info: PageInfo


@strawberry.interface(description="Something that has metafields.")
class HasMetafields:
    metafield: Metafield | None = batch(load_metafield)
    metafields: list[Metafield | None] = batch(load_metafields)


async def _of(
    rows: Sequence[NodeRow], info: Info, names: list[tuple[str, str]]
) -> dict[tuple[int, str, str], MetafieldRow]:
    for row in rows:
        keep(info, _owner(row.type_name, row.id), row)
    return await metafields_of(ctx_of(info), rows[0].type_name, [row.id for row in rows], names)


def _owner(type_name: str, key: int) -> tuple[str, str, int]:
    """Under which name an owner is remembered: carts and orders are found by their secrets only."""
    return "owner", type_name, key


def _name(key: str, namespace: str | None) -> tuple[str, str]:
    """Namespace and key; an omitted namespace is the part of the key before its first dot, else `custom`."""
    for field, text in (("key", key), ("namespace", namespace or "")):
        if len(text) > LINE or "\x00" in text:
            raise BadInput(field=(field,), problem=f"A metafield's {field} is a short text.")
    if namespace:
        return namespace, key
    before, dot, after = key.partition(".")
    return (before, after) if dot else ("custom", key)
