"""The book of delivery as it stands, its version, and pages of points."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select

from vetrina.kernel.db import Reads
from vetrina.vocabulary import PickupPoint
from vetrina_shipping.models import (
    ShippingClosing,
    ShippingEdition,
    ShippingMethod,
    ShippingPlace,
    ShippingPoint,
    ShippingZone,
)
from vetrina_shipping.rules import Book, Closing, Method, Place, Point, Zone


async def version_of(reads: Reads) -> int:
    """The book's version; 0 before anything was written."""
    return await reads.value(_VERSION) or 0


async def read_book(reads: Reads) -> Book:
    """Everything that was decided, inactive zones and methods included; zones in the order they were made."""
    version = await version_of(reads)
    methods: dict[int, list[Method]] = {}
    for id_, zone_id, handle, terms in await reads.fetch(_METHODS):
        methods.setdefault(zone_id, []).append(_method(id_, handle, terms))
    zones = tuple(
        _zone(id_, name, terms, is_active, tuple(methods.get(id_, ())))
        for id_, name, terms, is_active in await reads.fetch(_ZONES)
    )
    return Book(
        version=version,
        zones=zones,
        places=tuple(await places(reads)),
        points=tuple(_point(*row) for row in await reads.fetch(_POINTS)),
        closings=tuple(await closings(reads)),
    )


async def places(reads: Reads) -> list[Place]:
    """Locations whose times were written down."""
    found = await reads.fetch(_PLACES)
    return [msgspec.convert({**terms, "location_id": location_id}, Place) for location_id, terms in found]


async def closings(reads: Reads) -> list[Closing]:
    """Closing days, the first ones first."""
    return [
        Closing(first=first, last=last, title=title, id=id_, location_id=location_id)
        for first, last, title, id_, location_id in await reads.fetch(_CLOSINGS)
    ]


async def point_page(
    reads: Reads, size: int, above: int = 0, text: str = "", code: str | None = None, *, is_down: bool = False
) -> list[Point]:
    """Points whose code, name or town holds a text: above an id, by id; or, with a `code`, those after it, by code.

    From an empty code on all of them; `is_down` turns that order round.
    """
    params: dict[str, Any] = {"size": size, "text": f"%{_escaped(text.casefold())}%"}
    if code is None:
        return [_point(*row) for row in await reads.fetch(_POINT_PAGE, {**params, "above": above})]
    statement = _CODES_FIRST if not code else _CODES_AFTER
    given = {**params, "code_": code} if code else params
    return [_point(*row) for row in await reads.fetch(statement[is_down], given)]


async def point_by_id(reads: Reads, point_id: int) -> Point | None:
    """One point."""
    found = await reads.fetch(_POINT, {"point": point_id})
    return _point(*found[0]) if found else None


async def counts(reads: Reads) -> tuple[int, int]:
    """How many zones and how many points there are."""
    return await reads.value(_ZONE_COUNT), await reads.value(_POINT_COUNT)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _zone(id_: int, name: str, terms: dict[str, Any], is_active: bool, methods: Sequence[Method]) -> Zone:
    zone = msgspec.convert({**terms, "id": id_, "name": name, "is_active": is_active}, Zone)
    return msgspec.structs.replace(zone, methods=tuple(methods))


def _method(id_: int, handle: str, terms: dict[str, Any]) -> Method:
    return msgspec.convert({**terms, "id": id_, "handle": handle}, Method)


def _point(id_: int, code: str, place: dict[str, Any], is_active: bool) -> Point:
    return Point(id=id_, point=msgspec.convert({**place, "id": code}, PickupPoint), is_active=is_active)


_POINT_COLUMNS = (ShippingPoint.id, ShippingPoint.code, ShippingPoint.place, ShippingPoint.is_active)
_VERSION = select(ShippingEdition.version).where(ShippingEdition.id == 1)
_ZONES = select(ShippingZone.id, ShippingZone.name, ShippingZone.terms, ShippingZone.is_active).order_by(
    ShippingZone.id
)
_METHODS = select(ShippingMethod.id, ShippingMethod.zone_id, ShippingMethod.handle, ShippingMethod.terms).order_by(
    ShippingMethod.id
)
_PLACES = select(ShippingPlace.location_id, ShippingPlace.terms).order_by(ShippingPlace.location_id)
_POINTS = select(*_POINT_COLUMNS).order_by(ShippingPoint.id)
_POINT = select(*_POINT_COLUMNS).where(ShippingPoint.id == bindparam("point"))
_POINT_PAGE = (
    select(*_POINT_COLUMNS)
    .where(ShippingPoint.id > bindparam("above"), ShippingPoint.said.like(bindparam("text"), escape="\\"))
    .order_by(ShippingPoint.id)
    .limit(bindparam("size"))
)
_BY_CODE = (
    select(*_POINT_COLUMNS).where(ShippingPoint.said.like(bindparam("text"), escape="\\")).limit(bindparam("size"))
)
_UP, _DOWN = _BY_CODE.order_by(ShippingPoint.code), _BY_CODE.order_by(ShippingPoint.code.desc())
_CODES_FIRST = {False: _UP, True: _DOWN}
_CODES_AFTER = {
    False: _UP.where(ShippingPoint.code > bindparam("code_")),
    True: _DOWN.where(ShippingPoint.code < bindparam("code_")),
}
"""By whether the order is turned round."""
_CLOSINGS = select(
    ShippingClosing.first,
    ShippingClosing.last,
    ShippingClosing.title,
    ShippingClosing.id,
    ShippingClosing.location_id,
).order_by(ShippingClosing.first, ShippingClosing.id)
_ZONE_COUNT = select(func.count()).select_from(ShippingZone)
_POINT_COUNT = select(func.count()).select_from(ShippingPoint)
