"""Rows of any public type by their keys: the registry behind node, nodes and metafields' references."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog

from vetrina.kernel.context import Context
from vetrina.kernel.registry import PortFailed
from vetrina.shop.sources.ports import NodeSource
from vetrina.views.carts import CartRow, carts_by_key
from vetrina.views.catalog.collections import collections_by_id
from vetrina.views.catalog.options import OptionRow, ValueRow, options_by_id, values_by_id
from vetrina.views.catalog.products import products_by_id
from vetrina.views.catalog.variants import variants_by_id
from vetrina.views.locations import locations_by_id
from vetrina.views.markets import MarketRow, ProfileRow, atlas
from vetrina.views.media import AttachedRow, attached_by_id, media_by_id
from vetrina.views.metafields import MetafieldRow, metafields_by_id
from vetrina.views.orders.placed import OrderView, orders_by_key
from vetrina.vocabulary import CartState, MediaKind

log = structlog.get_logger(__name__)

Key = tuple[str, str]
"""A type's public name and a key of it, as ids carry it."""
Find = Callable[[Context, list[str]], Awaitable[Mapping[str, Any]]]
"""Finds rows of one type by their keys, in one statement, leaving out what a buyer may not see."""


async def nodes_by_key(ctx: Context, keys: Sequence[Key]) -> dict[Key, Any]:
    """Every row a buyer may see of those asked for, one statement per type; unknown types find nothing."""
    asked: dict[str, list[str]] = {}
    for type_name, key in dict.fromkeys(keys):
        asked.setdefault(type_name, []).append(key)
    found: dict[Key, Any] = {}
    for type_name, wanted in asked.items():
        find = NODES.get(type_name)
        rows = await find(ctx, wanted) if find is not None else await _of_plugins(ctx, type_name, wanted)
        found |= {(type_name, key): row for key, row in rows.items()}
    return found


async def _of_plugins(ctx: Context, type_name: str, keys: list[str]) -> dict[str, Any]:
    """What the plugin that publishes a type has of it; nothing where none does, or where it fails."""
    source = ctx.shop.ports.find(NodeSource, type_name)
    if source is None:
        return {}
    try:
        rows = await ctx.shop.ports.ask(source, source.implementation.find, ctx, keys)
    except PortFailed as error:
        log.warning("nodes not found", type=type_name, plugin=source.owner, reason=str(error))
        return {}
    found = {key: rows.get(key) for key in keys}
    return {key: row for key, row in found.items() if row is not None}


def by_number(find: Callable[[Context, list[int]], Awaitable[Mapping[int, Any]]]) -> Find:
    """For types whose keys are numbers: other keys find nothing."""

    async def find_by_key(ctx: Context, keys: list[str]) -> dict[str, Any]:
        numbers = [number for number in map(_number, keys) if number is not None]
        return {str(number): row for number, row in (await find(ctx, numbers)).items()} if numbers else {}

    return find_by_key


def _number(key: str) -> int | None:
    digits = key.removeprefix("-")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 18 or str(int(key)) != key:
        return None
    return int(key)


async def _options(ctx: Context, ids: list[int]) -> dict[int, OptionRow]:
    """Options of products a buyer may see; a made-up one stands and falls with its product too."""
    rows = await options_by_id(ctx, ids)
    products = await products_by_id(ctx, [row.product_id for row in rows.values()])
    return {key: row for key, row in rows.items() if row.product_id in products}


async def _values(ctx: Context, ids: list[int]) -> dict[int, ValueRow]:
    rows = await values_by_id(ctx, ids)
    options = await _options(ctx, list({row.option_id for row in rows.values()}))
    return {key: row for key, row in rows.items() if row.option_id in options}


def _attached(kind: MediaKind) -> Find:
    async def find(ctx: Context, ids: list[int]) -> dict[int, AttachedRow]:
        return await attached_by_id(ctx, kind, ids)

    return by_number(find)


async def _markets(ctx: Context, ids: list[int]) -> dict[int, MarketRow]:
    return {market.id: market for market in (await atlas(ctx.db)).markets if market.id in ids}


async def _shops(ctx: Context, ids: list[int]) -> dict[int, ProfileRow]:
    profile = (await atlas(ctx.db)).profile
    return {profile.id: profile} if profile.id in ids else {}


async def _metafields(ctx: Context, ids: list[int]) -> dict[int, MetafieldRow]:
    """Metafields of owners a buyer may see."""
    rows = await metafields_by_id(ctx, ids)
    owners = await nodes_by_key(ctx, [(row.owner_type, str(row.owner_id)) for row in rows.values()])
    return {key: row for key, row in rows.items() if (row.owner_type, str(row.owner_id)) in owners}


async def _carts(ctx: Context, keys: list[str]) -> dict[str, CartRow]:
    """Carts by their secret keys, while they can be changed or ordered."""
    return {row.key: row for row in await carts_by_key(ctx.db, keys) if row.state == CartState.OPEN}


async def _orders(ctx: Context, keys: list[str]) -> dict[str, OrderView]:
    """Orders by their secret keys."""
    return {row.key: row for row in await orders_by_key(ctx.db, keys)}


NODES: Mapping[str, Find] = {
    "Cart": _carts,
    "Collection": by_number(collections_by_id),
    "ExternalVideo": _attached(MediaKind.EXTERNAL_VIDEO),
    "GenericFile": _attached(MediaKind.FILE),
    "Location": by_number(locations_by_id),
    "Market": by_number(_markets),
    "MediaImage": by_number(media_by_id),
    "Metafield": by_number(_metafields),
    "Model3d": _attached(MediaKind.MODEL_3D),
    "Order": _orders,
    "Product": by_number(products_by_id),
    "ProductOption": by_number(_options),
    "ProductOptionValue": by_number(_values),
    "ProductVariant": by_number(variants_by_id),
    "Shop": by_number(_shops),
    "Video": _attached(MediaKind.VIDEO),
}
"""How each type that buyers may ask for by id is found. The key of a cart or an order is its secret."""
