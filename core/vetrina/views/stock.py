"""Stock as the staff sees it: locations, levels, the ledger of a variant, and what is about to run out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, cast, func, select, tuple_

from vetrina.kernel.db import BigInt, Reads, id_in
from vetrina.shop.catalog.models import Product, Variant
from vetrina.shop.inventory.models import Level, Location, Movement


class LocationRow(msgspec.Struct, frozen=True):
    """A place that holds stock; lower positions are taken from first.

    `address` has the fields of vocabulary.Address; degrees are in millionths, WGS 84.
    """

    id: int
    name: str
    position: int
    is_active: bool
    address: dict[str, Any]
    latitude: int | None
    longitude: int | None


class StockLevelRow(msgspec.Struct, frozen=True):
    """A variant at a location: on_hand lies there, reserved is held for buyers, free is neither.

    `free` is below zero where backorders are promised.
    """

    variant_id: int
    location_id: int
    on_hand: int
    reserved: int
    free: int
    backorder_limit: int


class MovementRow(msgspec.Struct, frozen=True):
    """One line of the goods ledger: what it added to on_hand and to reserved, why, and by whom."""

    id: int
    variant_id: int
    location_id: int
    kind: str
    on_hand: int
    reserved: int
    reference: str
    at: datetime
    actor: str


class LowStockRow(msgspec.Struct, frozen=True):
    """A variant with few free pieces over all active locations."""

    variant_id: int
    product_id: int
    product_title: str
    variant_title: str
    sku: str | None
    free: int


async def locations(db: Reads) -> list[LocationRow]:
    """Every location, in the order stock is taken from them."""
    return await db.rows(LocationRow, _LOCATIONS)


async def locations_by_id(db: Reads, location_ids: Sequence[int]) -> dict[int, LocationRow]:
    """Locations by their id; what is not there is left out."""
    return {row.id: row for row in await db.rows(LocationRow, _SOME_LOCATIONS, {"ids": location_ids})}


async def stock_levels(db: Reads, variant_ids: Sequence[int]) -> list[StockLevelRow]:
    """Levels of these variants, in the order of variants, then of locations; none for one not tracked."""
    return await db.rows(StockLevelRow, _LEVELS, {"ids": variant_ids})


async def stock_list(
    db: Reads, *, size: int, after: tuple[int, int] | None = None, location_id: int | None = None
) -> list[StockLevelRow]:
    """Levels by variant and location, at most `size`, from after a pair of both; of one location if it is named."""
    statement, (variant, place) = _ALL_LEVELS, after or (0, 0)
    params = {"after_variant": variant, "after_location": place, "size": size}
    if location_id is not None:
        statement, params = _LEVELS_AT, {**params, "location": location_id}
    return await db.rows(StockLevelRow, statement, params)


async def movements(db: Reads, variant_id: int, *, size: int, below: int | None = None) -> list[MovementRow]:
    """A variant's movements, the latest first, at most `size`; those with a smaller id than `below`."""
    return await db.rows(
        MovementRow, _MOVEMENTS, {"variant": variant_id, "below": _TOP if below is None else below, "size": size}
    )


async def low_stock(db: Reads, *, threshold: int, size: int, after: tuple[int, int] | None = None) -> list[LowStockRow]:
    """Tracked variants still on offer with at most `threshold` free pieces, the fewest first, at most `size`.

    `after` is the pair of free and variant_id of the last row seen.
    """
    free, variant_id = after or (-_TOP, 0)
    return await db.rows(
        LowStockRow,
        _LOW_STOCK,
        {"threshold": threshold, "after_free": free, "after_variant": variant_id, "size": size},
    )


_TOP = 2**63 - 1
_ANY_LOCATION = select(
    Location.id,
    Location.name,
    Location.position,
    Location.is_active,
    Location.address,
    Location.latitude,
    Location.longitude,
)
_LOCATIONS = _ANY_LOCATION.order_by(Location.position, Location.id)
_SOME_LOCATIONS = _ANY_LOCATION.where(id_in(Location.id, "ids"))
_ANY_LEVEL = select(
    Level.variant_id,
    Level.location_id,
    Level.on_hand,
    Level.reserved,
    (Level.on_hand - Level.reserved).label("free"),
    Level.backorder_limit,
)
_LEVELS = (
    _ANY_LEVEL.join(Location, Location.id == Level.location_id)
    .where(id_in(Level.variant_id, "ids"))
    .order_by(Level.variant_id, Location.position, Location.id)
)
_ALL_LEVELS = (
    _ANY_LEVEL.where(
        tuple_(Level.variant_id, Level.location_id) > tuple_(bindparam("after_variant"), bindparam("after_location"))
    )
    .order_by(Level.variant_id, Level.location_id)
    .limit(bindparam("size"))
)
_LEVELS_AT = _ALL_LEVELS.where(Level.location_id == bindparam("location"))
_MOVEMENTS = (
    select(
        Movement.id,
        Movement.variant_id,
        Movement.location_id,
        Movement.kind,
        Movement.on_hand,
        Movement.reserved,
        Movement.reference,
        Movement.at,
        Movement.actor,
    )
    .where(Movement.variant_id == bindparam("variant"), Movement.id < bindparam("below"))
    .order_by(Movement.id.desc())
    .limit(bindparam("size"))
)
_FREE = cast(func.sum(Level.on_hand - Level.reserved), BigInt)
_LOW_STOCK = (
    select(
        Level.variant_id,
        Variant.product_id,
        Product.title.label("product_title"),
        Variant.title.label("variant_title"),
        Variant.sku,
        _FREE.label("free"),
    )
    .join(Location, Location.id == Level.location_id)
    .join(Variant, Variant.id == Level.variant_id)
    .join(Product, Product.id == Variant.product_id)
    .where(
        Location.is_active, Variant.archived_at.is_(None), Variant.is_bundle.is_(False), Product.status != "archived"
    )
    .group_by(Level.variant_id, Variant.product_id, Product.title, Variant.title, Variant.sku)
    .having(bindparam("threshold") >= _FREE)
    .having(tuple_(_FREE, Level.variant_id) > tuple_(bindparam("after_free"), bindparam("after_variant")))
    .order_by(_FREE, Level.variant_id)
    .limit(bindparam("size"))
)
