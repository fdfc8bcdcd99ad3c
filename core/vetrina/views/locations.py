"""Locations a buyer can know of, how far away they are, and what each has of a variant."""

from enum import StrEnum
from functools import cache
from math import cos, radians
from typing import Any, ClassVar, NamedTuple

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
    """Nearest first, from where distances begin; those whose own point nobody wrote down come last."""


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


class Start(msgspec.Struct, frozen=True):
    """Where distances begin: at a point, at a location, which comes first, or at one that has a point."""

    point: Point | None = None
    location_id: int | None = None

    @property
    def kind(self) -> "StartKind":
        return StartKind(self.location_id is not None, self.point is not None)


class StartKind(NamedTuple):
    """What of a start decides about the order of locations."""

    has_location: bool
    has_point: bool


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
    """A window on the active locations, one row too many.

    Distances begin at `near`, else at the location the buyer prefers; without either their order is that of ids.
    """
    start = await _start(ctx, near) if order is LocationOrder.DISTANCE else Start()
    columns = _order(order, start.kind)
    statement = _list(order, start.kind, window.shape)
    params = {**window_params(window, columns), **_from(start)}
    return await placed(ctx.db, LocationRow, statement, params, columns)


async def availability_of(
    ctx: Context, variant_ids: list[int], window: Window, near: Point | None = None
) -> dict[int, list[Placed[AvailabilityRow]]]:
    """A window on the active locations that track each variant, one row too many, by variant id.

    Nearest to `near` first; without it the location the buyer prefers, then what is nearest to it; else in the
    shop's own order.
    """
    start = await _start(ctx, near)
    order = _from_start(start.kind)
    params = {"ids": variant_ids, **window_params(window, order), **_from(start)}
    statement = _availability(start.kind, window.shape)
    return await placed_per_owner(ctx.db, AvailabilityRow, statement, params, order)


async def _start(ctx: Context, near: Point | None) -> Start:
    """Where distances begin. A location that is none, or closed, leads nowhere."""
    if near is not None or ctx.preferred_location_id is None:
        return Start(near)
    preferred = (await locations_by_id(ctx, [ctx.preferred_location_id])).get(ctx.preferred_location_id)
    if preferred is None:
        return Start()
    if preferred.latitude is None or preferred.longitude is None:
        return Start(location_id=preferred.id)
    return Start(Point(preferred.latitude, preferred.longitude), preferred.id)


@cache
def _list(order: LocationOrder, kind: StartKind, shape: Shape) -> Selection:
    columns = _order(order, kind)
    page = windowed(select(Location.id).where(Location.is_active), columns, shape)
    places = place_columns(page, columns)
    return (
        select(*places, *_COLUMNS)
        .join_from(page, Location, Location.id == page.c.id)
        .order_by(*direction(places, shape))
    )


@cache
def _availability(kind: StartKind, shape: Shape) -> Selection:
    order = _from_start(kind)
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


def _order(order: LocationOrder, kind: StartKind) -> Order:
    match order:
        case LocationOrder.NAME:
            return Order((Location.name, Location.id), (str, int))
        case LocationOrder.CITY:
            return Order((Location.city, Location.id), (str, int))
        case LocationOrder.DISTANCE if any(kind):
            return _from_start(kind)
        case LocationOrder.DISTANCE | LocationOrder.ID:
            return Order((Location.id,), (int,))


def _from_start(kind: StartKind) -> Order:
    """From a start to what is farther and farther away; without a point in the shop's own order."""
    first = (_is_another(),) if kind.has_location else ()
    columns = (*first, _distance() if kind.has_point else Location.position, Location.id)
    return Order(columns, (int,) * len(columns))


def _from(start: Start) -> dict[str, Any]:
    """Where distances begin; a degree of longitude shrinks with the cosine of the latitude."""
    params: dict[str, Any] = {} if start.location_id is None else {"preferred": start.location_id}
    if start.point is None:
        return params
    north, east = start.point.latitude, start.point.longitude
    narrowing = round(cos(radians(north / MILLIONTHS)) * MILLIONTHS)
    return {**params, "north": north, "east": east, "narrowing": narrowing}


def _is_another() -> Column:
    """0 of the location that distances begin at, 1 of every other."""
    return case(
        (Location.id == bindparam("preferred", type_=BigInt), literal_column("0", BigInt)),
        else_=literal_column("1", BigInt),
    )


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
_COLUMNS = (Location.id, Location.name, Location.address, Location.latitude, Location.longitude)
_BY_ID = select(*_COLUMNS).where(id_in(Location.id, "ids"), Location.is_active)
