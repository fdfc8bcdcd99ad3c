"""Which pickup points are near an address: by distance where both are known, else by how much of the address agrees."""

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt

import msgspec

from vetrina.vocabulary import Address, PickupPoint
from vetrina_shipping.rules.areas import folded

EARTH = 6_371_008
"""Metres, its mean radius."""
MILLION = 1_000_000


def metres(one: tuple[int, int], other: tuple[int, int]) -> int:
    """As the crow flies between two points, latitude and longitude in millionths of a degree."""
    (lat1, lon1), (lat2, lon2) = (
        (radians(lat / MILLION), radians(lon / MILLION)) for lat, lon in (one, other)
    )  # fmt: skip
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH * asin(min(sqrt(half), 1.0)))


def nearest(
    points: Iterable[PickupPoint], address: Address, near: tuple[int, int] | None, most: int
) -> tuple[PickupPoint, ...]:
    """At most so many points of the address's country, nearest first. `near` is where the buyer is, where known."""
    placed = (_measured(point, near) for point in points if point.address.country == address.country)
    return tuple(sorted(placed, key=lambda point: _order(point, address))[:most])


def _measured(point: PickupPoint, near: tuple[int, int] | None) -> PickupPoint:
    if near is None or point.latitude is None or point.longitude is None:
        return msgspec.structs.replace(point, distance=None)
    return msgspec.structs.replace(point, distance=metres(near, (point.latitude, point.longitude)))


def _order(point: PickupPoint, address: Address) -> tuple[int, ...] | tuple[int | str, ...]:
    """By distance; without one by postal code, town and province, then by how far the codes are apart."""
    if point.distance is not None:
        return (0, point.distance, point.id)
    theirs, ours = folded(point.address.zip), folded(address.zip)
    is_same_town = (point.address.city or "").casefold() == (address.city or "").casefold()
    likeness = 0 if ours and theirs == ours else 1 if address.city and is_same_town else 2
    if likeness == 2 and (not address.province or point.address.province != address.province):
        likeness = 3
    apart = abs(int(ours) - int(theirs)) if ours.isdecimal() and theirs.isdecimal() else MILLION
    return (1, likeness, apart, point.id)
