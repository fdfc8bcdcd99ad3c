"""Where a cart can be collected: locations that let people in and have all of it."""

from collections import Counter

import msgspec

from vetrina.plugin import Context
from vetrina.ports import DeliveryRequest
from vetrina.views.locations import availability_of, locations_by_id
from vetrina.views.windows import Window
from vetrina.vocabulary import Address, PickupPoint
from vetrina_shipping.rules.points import nearest
from vetrina_shipping.rules.terms import Book, Place

MOST_ROOMS = 100


class Room(msgspec.Struct, frozen=True):
    """A location that hands out this cart, as a point to collect at."""

    place: Place
    point: PickupPoint


async def rooms_of(ctx: Context, request: DeliveryRequest, book: Book) -> list[Room]:
    """Locations in the request's country that let people collect and have every piece, nearest first."""
    places = {place.location_id: place for place in book.places if place.is_collectable}
    if not places:
        return []
    found = await locations_by_id(ctx, sorted(places))
    stocked = await _stocked(ctx, request, set(found))
    points = [
        PickupPoint(
            id=str(row.id),
            name=row.name,
            address=msgspec.convert(row.address, Address),
            hours=places[row.id].hours,
            latitude=row.latitude,
            longitude=row.longitude,
        )
        for row in found.values()
        if row.id in stocked
    ]
    where = request.address or Address(country=request.country, province=request.province, zip=request.zip)
    return [Room(places[int(point.id)], point) for point in nearest(points, where, request.near, MOST_ROOMS)]


async def _stocked(ctx: Context, request: DeliveryRequest, locations: set[int]) -> set[int]:
    """Which of the locations have all that is wanted; a variant that nobody counts is everywhere."""
    wanted = Counter[int]()
    for line in request.lines:
        wanted[line.variant_id] += line.quantity
    there = await availability_of(ctx, sorted(wanted), Window(size=MOST_ROOMS))
    for variant, pieces in wanted.items():
        if variant in there:
            locations &= {entry.row.location_id for entry in there[variant] if entry.row.room >= pieces}
    return locations
