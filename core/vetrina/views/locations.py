"""Locations a buyer can know of, and what each has of a variant."""

from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

import msgspec
from sqlalchemy import select

from vetrina.kernel.context import Context
from vetrina.kernel.db import id_in
from vetrina.shop.inventory.models import Level, Location
from vetrina.views.windows import (
    Order,
    Placed,
    Selection,
    Shape,
    Window,
    direction,
    place_columns,
    placed,
    placed_per_owner,
    window_params,
    windowed,
    windowed_per_owner,
)


class LocationOrder(StrEnum):
    """In which order locations are listed."""

    ID = "id"
    NAME = "name"


class LocationRow(msgspec.Struct, frozen=True):
    """An active location; `address` has the fields of vocabulary.Address."""

    type_name: ClassVar[str] = "Location"

    id: int
    name: str
    address: dict[str, Any]


class AvailabilityRow(msgspec.Struct, frozen=True):
    """What a location has of a variant, and may still sell of it, backorders included."""

    location_id: int
    stock: int
    room: int


async def locations_by_id(ctx: Context, ids: list[int]) -> dict[int, LocationRow]:
    """Active locations by id."""
    return {row.id: row for row in await ctx.db.rows(LocationRow, _BY_ID, {"ids": ids})}


async def location_list(ctx: Context, order: LocationOrder, window: Window) -> list[Placed[LocationRow]]:
    """A window on the active locations, one row too many."""
    columns = _order(order)
    statement = _list(order, window.shape)
    return await placed(ctx.db, LocationRow, statement, window_params(window, columns), columns)


async def availability_of(
    ctx: Context, variant_ids: list[int], window: Window
) -> dict[int, list[Placed[AvailabilityRow]]]:
    """A window on the active locations that track each variant, one row too many, by variant id."""
    params = {"ids": variant_ids, **window_params(window, _BY_POSITION)}
    return await placed_per_owner(ctx.db, AvailabilityRow, _availability(window.shape), params, _BY_POSITION)


@cache
def _list(order: LocationOrder, shape: Shape) -> Selection:
    columns = _order(order)
    page = windowed(select(Location.id).where(Location.is_active), columns, shape)
    places = place_columns(page, columns)
    return (
        select(*places, *_COLUMNS)
        .join_from(page, Location, Location.id == page.c.id)
        .order_by(*direction(places, shape))
    )


@cache
def _availability(shape: Shape) -> Selection:
    candidates = (
        select(
            Level.variant_id.label("owner"),
            Level.location_id,
            (Level.on_hand - Level.reserved).label("stock"),
            (Level.on_hand - Level.reserved + Level.backorder_limit).label("room"),
        )
        .join(Location, Location.id == Level.location_id)
        .where(id_in(Level.variant_id, "ids"), Location.is_active)
    )
    page = windowed_per_owner(candidates, Level.variant_id, _BY_POSITION, shape)
    places = place_columns(page, _BY_POSITION)
    return select(page.c.owner, *places, page.c.location_id, page.c.stock, page.c.room).order_by(
        page.c.owner, *direction(places, shape)
    )


def _order(order: LocationOrder) -> Order:
    if order is LocationOrder.NAME:
        return Order((Location.name, Location.id), (str, int))
    return Order((Location.id,), (int,))


_BY_POSITION = Order((Location.position, Location.id), (int, int))
_COLUMNS = (Location.id, Location.name, Location.address)
_BY_ID = select(*_COLUMNS).where(id_in(Location.id, "ids"), Location.is_active)
