"""Locations a buyer can know of, how far away they are, and what each has of a variant."""

from enum import StrEnum
from functools import cache
from math import cos, radians
from typing import Any, ClassVar

import msgspec
from sqlalchemy import bindparam, case, func, literal_column, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt, id_in
from vetrina.shop.inventory.models import Level, Location
from vetrina.views.windows import (
    Column,
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
    CITY = "city"
    DISTANCE = "distance"
    """Nearest first, from a point that goes with it; those whose own point nobody wrote down come last."""


class Point(msgspec.Struct, frozen=True):
    """A place on the earth in millionths of a degree, WGS 84."""

    latitude: int
    longitude: int


class LocationRow(msgspec.Struct, frozen=True):
    """An active location; `address` has the fields of vocabulary.Address."""

    type_name: ClassVar[str] = "Location"

    id: int
    name: str
    address: dict[str, Any]
    latitude: int | None
    longitude: int | None
    """Millionths of a degree, WGS 84."""


class AvailabilityRow(msgspec.Struct, frozen=True):
    """What a location has of a variant, and may still sell of it, backorders included."""

    location_id: int
    stock: int
    room: int


async def locations_by_id(ctx: Context, ids: list[int]) -> dict[int, LocationRow]:
    """Active locations by id."""
    return {row.id: row for row in await ctx.db.rows(LocationRow, _BY_ID, {"ids": ids})}


async def location_list(
    ctx: Context, order: LocationOrder, window: Window, near: Point | None = None
) -> list[Placed[LocationRow]]:
    """A window on the active locations, one row too many. `near` is asked for by the order of distance."""
    columns = _order(order)
    statement = _list(order, window.shape)
    params = {**window_params(window, columns), **_from(near)}
    return await placed(ctx.db, LocationRow, statement, params, columns)


async def availability_of(
    ctx: Context, variant_ids: list[int], window: Window, near: Point | None = None
) -> dict[int, list[Placed[AvailabilityRow]]]:
    """A window on the active locations that track each variant, one row too many, by variant id.

    In the shop's own order, or nearest first.
    """
    order = _BY_POSITION if near is None else _BY_DISTANCE
    params = {"ids": variant_ids, **window_params(window, order), **_from(near)}
    statement = _availability(window.shape, near is not None)
    return await placed_per_owner(ctx.db, AvailabilityRow, statement, params, order)


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
def _availability(shape: Shape, is_nearest_first: bool) -> Selection:
    order = _BY_DISTANCE if is_nearest_first else _BY_POSITION
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
    page = windowed_per_owner(candidates, Level.variant_id, order, shape)
    places = place_columns(page, order)
    return select(page.c.owner, *places, page.c.location_id, page.c.stock, page.c.room).order_by(
        page.c.owner, *direction(places, shape)
    )


def _order(order: LocationOrder) -> Order:
    match order:
        case LocationOrder.NAME:
            return Order((Location.name, Location.id), (str, int))
        case LocationOrder.CITY:
            return Order((Location.city, Location.id), (str, int))
        case LocationOrder.DISTANCE:
            return _BY_DISTANCE
        case LocationOrder.ID:
            return Order((Location.id,), (int,))


def _from(near: Point | None) -> dict[str, Any]:
    """Where distances begin; a degree of longitude shrinks with the cosine of the latitude."""
    if near is None:
        return {}
    narrowing = round(cos(radians(near.latitude / MILLIONTHS)) * MILLIONTHS)
    return {"north": near.latitude, "east": near.longitude, "narrowing": narrowing}


def _distance() -> Column:
    """What grows with the distance from a point, in whole numbers: the square on a plane laid at that point.

    Neither engine has trigonometry everywhere. On a plane the nearest of a shop's locations is the nearest on the
    earth, save between places that are nearly equally far and both far away.
    """
    north = Location.latitude - bindparam("north", type_=BigInt)
    east = func.abs(Location.longitude - bindparam("east", type_=BigInt))
    around = case((east > HALF_TURN, 2 * HALF_TURN - east), else_=east)
    across = around * bindparam("narrowing", type_=BigInt) // literal_column(str(MILLIONTHS), BigInt)
    return func.coalesce(north * north + across * across, literal_column(str(FARTHEST), BigInt))


MILLIONTHS = 1_000_000
HALF_TURN = 180 * MILLIONTHS
FARTHEST = 2**62
"""Beyond every distance: of a location whose point nobody wrote down."""
_BY_POSITION = Order((Location.position, Location.id), (int, int))
_BY_DISTANCE = Order((_distance(), Location.id), (int, int))
_COLUMNS = (Location.id, Location.name, Location.address, Location.latitude, Location.longitude)
_BY_ID = select(*_COLUMNS).where(id_in(Location.id, "ids"), Location.is_active)
