"""Metafields of any noun."""

from datetime import datetime
from typing import ClassVar

import msgspec
from sqlalchemy import bindparam, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads, id_in, text_in
from vetrina.shop.metafields.models import Metafield, MetafieldDefinition
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


class DefinitionRow(msgspec.Struct, frozen=True):
    """What the staff has defined of a metafield; names are by language, ISO 639-1."""

    id: int
    owner_type: str
    namespace: str
    key: str
    type: str
    names: dict[str, str]
    description: str
    is_filterable: bool

    def name_in(self, language: str) -> str:
        """What people who read that language call it, else the first name there is."""
        return self.names.get(language) or next(iter(self.names.values()))

    @property
    def field(self) -> tuple[str, str, str]:
        """Owner type, namespace and key: what flows and filters look it up by."""
        return self.owner_type, self.namespace, self.key


async def defined_metafields(db: Reads) -> list[DefinitionRow]:
    """Every definition of the staff's, by owner type, namespace and key."""
    return await db.rows(DefinitionRow, _DEFINITIONS)


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
_DEFINITIONS = select(*(getattr(MetafieldDefinition, name) for name in DefinitionRow.__struct_fields__)).order_by(
    MetafieldDefinition.owner_type, MetafieldDefinition.namespace, MetafieldDefinition.key
)
_BY_ID = select(*_COLUMNS).where(id_in(Metafield.id, "ids"))
_OF_OWNERS = select(*_COLUMNS).where(
    Metafield.owner_type == bindparam("owner_type"),
    id_in(Metafield.owner_id, "ids"),
    text_in(Metafield.namespace, "namespaces"),
    text_in(Metafield.key, "keys"),
)
