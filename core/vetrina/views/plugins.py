"""Which plugins are on, with which settings, and the generation the shop should run."""

from typing import Any

import msgspec
from sqlalchemy import select

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


async def generation(db: Reads) -> int:
    """The number of the Runtime the shop should run; 0 before the first change."""
    return await db.value(_GENERATION) or 0


async def port_orders(db: Reads) -> dict[str, list[str]]:
    """By port, the keys of its implementations as somebody has put them in order."""
    return {port: list(keys) for port, keys in await db.fetch(_ORDERS)}


_ORDERS = select(PortOrder.port, PortOrder.keys)
_PLUGINS = select(
    PluginState.name, PluginState.is_on, PluginState.settings, PluginState.digest, PluginState.position
).order_by(PluginState.position, PluginState.name)
_GENERATION = select(Generation.number).where(Generation.id == 1)
