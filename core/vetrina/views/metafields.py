"""Metafields of any noun."""

from datetime import datetime
from typing import ClassVar

import msgspec
from sqlalchemy import bindparam, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import id_in, text_in
from vetrina.shop.metafields.models import Metafield
from vetrina.shop.metafields.rules import TYPES

MOST_IDENTIFIERS = 250
METAFIELD_TYPES = frozenset(TYPES)
"""Every type a metafield may have."""


class MetafieldRow(msgspec.Struct, frozen=True):
    """A typed extra value and whose it is: owner_type is the owner's public type name."""

    type_name: ClassVar[str] = "Metafield"

    id: int
    owner_type: str
    owner_id: int
    namespace: str
    key: str
    type: str
    value: str
    description: str | None
    created_at: datetime
    updated_at: datetime


async def metafields_of(
    ctx: Context, owner_type: str, owner_ids: list[int], names: list[tuple[str, str]]
) -> dict[tuple[int, str, str], MetafieldRow]:
    """The named metafields of some owners of one type, by owner id, namespace and key; names are such pairs."""
    params = {
        "owner_type": owner_type,
        "ids": owner_ids,
        "namespaces": [namespace for namespace, _ in names],
        "keys": [key for _, key in names],
    }
    rows = await ctx.db.rows(MetafieldRow, _OF_OWNERS, params)
    return {(row.owner_id, row.namespace, row.key): row for row in rows}


async def metafields_by_id(ctx: Context, ids: list[int]) -> dict[int, MetafieldRow]:
    """Metafields by id."""
    return {row.id: row for row in await ctx.db.rows(MetafieldRow, _BY_ID, {"ids": ids})}


_COLUMNS = tuple(getattr(Metafield, name) for name in MetafieldRow.__struct_fields__)
_BY_ID = select(*_COLUMNS).where(id_in(Metafield.id, "ids"))
_OF_OWNERS = select(*_COLUMNS).where(
    Metafield.owner_type == bindparam("owner_type"),
    id_in(Metafield.owner_id, "ids"),
    text_in(Metafield.namespace, "namespaces"),
    text_in(Metafield.key, "keys"),
)
