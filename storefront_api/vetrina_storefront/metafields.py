"""Metafield: a typed extra value, what it refers to and whose it is."""

import json
from collections.abc import Sequence
from typing import Any

import strawberry

from vetrina.graphql import Connection, Info, PageInfo, batch, connect, ctx_of, page_args, split_gid, write_cursor
from vetrina.graphql.scalars import DateTime
from vetrina.kernel.errors import BadInput
from vetrina.views.metafields import MOST_IDENTIFIERS, MetafieldRow, metafields_of
from vetrina.views.nodes import nodes_by_key
from vetrina_storefront.interfaces import Node, NodeRow
from vetrina_storefront.later import later, optional, union_of

REFERENCES = {
    "collection_reference": ("Collection",),
    "file_reference": ("MediaImage",),
    "product_reference": ("Product",),
    "variant_reference": ("ProductVariant",),
    "mixed_reference": ("Collection", "MediaImage", "Product", "ProductVariant"),
}
"""What a metafield of each type may refer to; with list. before it, to several."""


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
    return [found.get((_owner_id(row), *name)) for row in rows]


async def load_metafields(
    rows: Sequence[NodeRow], info: Info, identifiers: list[HasMetafieldsIdentifier]
) -> list[list[MetafieldRow | None]]:
    """The named metafields of each owner, null where it has none."""
    if len(identifiers) > MOST_IDENTIFIERS:
        raise BadInput(field=("identifiers",), problem=f"At most {MOST_IDENTIFIERS} metafields are answered.")
    names = [_name(one.key, one.namespace or None) for one in identifiers]
    found = await _of(rows, info, names)
    return [[found.get((_owner_id(row), *name)) for name in names] for row in rows]


async def load_reference(rows: Sequence[MetafieldRow], info: Info) -> list[Any]:
    """What each metafield of a single reference refers to, if a buyer may see it."""
    wanted = [_referred(row) if not row.type.startswith("list.") else [] for row in rows]
    found = await nodes_by_key(ctx_of(info), [pair for pairs in wanted for pair in pairs])
    return [found.get(pairs[0]) if pairs else None for pairs in wanted]


async def load_references(
    rows: Sequence[MetafieldRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
) -> list[Connection[Any] | None]:
    """What each metafield of a list of references refers to; null for other types."""
    page = page_args(first, last, after, before)
    wanted = [_referred(row) if row.type.startswith("list.") else [] for row in rows]
    found = await nodes_by_key(ctx_of(info), [pair for pairs in wanted for pair in pairs])
    return [
        _connected([(place, found[pair]) for place, pair in enumerate(pairs) if pair in found], page)
        if row.type.startswith("list.")
        else None
        for row, pairs in zip(rows, wanted, strict=True)
    ]


async def load_parents(rows: Sequence[MetafieldRow], info: Info) -> list[Any]:
    """Whose each metafield is."""
    keys = [(row.owner_type, str(row.owner_id)) for row in rows]
    found = await nodes_by_key(ctx_of(info), keys)
    return [found.get(key) for key in keys]
