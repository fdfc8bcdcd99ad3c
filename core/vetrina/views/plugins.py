"""Which plugins are on, with which settings, and the generation the shop should run."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from vetrina.kernel.db import Reads
from vetrina.shop.plugins.models import Generation, PluginState, PortOrder


class PluginRow(msgspec.Struct, frozen=True):
    """A plugin the shop knows."""

    name: str
    is_on: bool
    settings: dict[str, Any]
    """As kept: secrets are sealed."""
    digest: str
    position: int


async def plugins(db: Reads) -> list[PluginRow]:
    """Every plugin ever switched on, in loading order."""
    return await db.rows(PluginRow, _PLUGINS)


async def plugin_row(db: Reads, name: str) -> PluginRow | None:
    """What the shop knows of one plugin; None when it was never switched on nor configured."""
    return await db.one(PluginRow, _PLUGIN, {"name": name})


def settings_token(kept: Mapping[str, Any]) -> str:
    """What tells settings as kept from any others: whoever changes them says which he has seen."""
    return hashlib.sha256(msgspec.json.encode(kept, order="sorted")).hexdigest()[:16]


async def generation(db: Reads) -> int:
    """The number of the Runtime the shop should run; 0 before the first change."""
    return await db.value(_GENERATION) or 0


async def port_orders(db: Reads) -> dict[str, list[str]]:
    """By port, the keys of its implementations as somebody has put them in order."""
    return {port: list(keys) for port, keys in await db.fetch(_ORDERS)}


_ORDERS = select(PortOrder.port, PortOrder.keys)
_ANY = select(PluginState.name, PluginState.is_on, PluginState.settings, PluginState.digest, PluginState.position)
_PLUGINS = _ANY.order_by(PluginState.position, PluginState.name)
_PLUGIN = _ANY.where(PluginState.name == bindparam("name"))
_GENERATION = select(Generation.number).where(Generation.id == 1)
