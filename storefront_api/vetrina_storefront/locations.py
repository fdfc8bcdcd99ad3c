"""Location: a place that holds stock, for those who collect."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import msgspec
import strawberry

from vetrina.graphql import Info, PageInfo, batch, connection_of, ctx_of, read_from, root, window_args
from vetrina.kernel.errors import BadInput
from vetrina.views.locations import MILLIONTHS, LocationOrder, LocationRow, Point, location_list
from vetrina.vocabulary import Address
from vetrina_storefront.interfaces import Node
from vetrina_storefront.metafields import HasMetafields
from vetrina_storefront.names import country_name


@strawberry.input(description="A point on the earth.")
class GeoCoordinateInput:
    latitude: float
    longitude: float


@strawberry.enum(description="In which order locations are listed.")
class LocationSortKeys(Enum):
    CITY = "CITY"
    DISTANCE = "DISTANCE"
    ID = "ID"
    NAME = "NAME"


ORDERS = {
    LocationSortKeys.CITY: LocationOrder.CITY,
    LocationSortKeys.DISTANCE: LocationOrder.DISTANCE,
    LocationSortKeys.ID: LocationOrder.ID,
    LocationSortKeys.NAME: LocationOrder.NAME,
}


class LocationAddressRow(msgspec.Struct, frozen=True, kw_only=True):
    """Where a location is; degrees are decimal, WGS 84."""

    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    country: str | None = None
    country_code: str | None = None
    formatted: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    phone: str | None = None
    province: str | None = None
    province_code: str | None = None
    zip: str | None = None


async def load_location_addresses(rows: Sequence[LocationRow], info: Info) -> list[LocationAddressRow]:
    """Addresses, the country's name in the context's language."""
    language = ctx_of(info).place.language
    return [_address(row, language) for row in rows]


def point_of(near: GeoCoordinateInput | None, field: tuple[str, ...] = ("near",)) -> Point | None:
    """The point a client names. Raises BadInput for one that is not on the earth."""
    if near is None:
        return None
    for name, degrees, most in (("latitude", near.latitude, 90), ("longitude", near.longitude, 180)):
        if not abs(degrees) <= most:
            raise BadInput(field=(*field, name), problem=f"A {name} is between -{most} and {most} degrees.")
    return Point(round(near.latitude * MILLIONTHS), round(near.longitude * MILLIONTHS))


def _address(row: LocationRow, language: str) -> LocationAddressRow:
    written = row.address
    code: str | None = written.get("country")
    country = country_name(code, language) if code else None
    town = Address(
        zip=written.get("zip"), city=written.get("city"), province=written.get("province"), country=code
    ).town
    lines: tuple[str | None, ...] = (written.get("address1"), written.get("address2"), *town, country)
    return LocationAddressRow(
        address1=written.get("address1"),
        address2=written.get("address2"),
        city=written.get("city"),
        country=country,
        country_code=code,
        formatted=tuple(line for line in lines if line),
        latitude=None if row.latitude is None else row.latitude / MILLIONTHS,
        longitude=None if row.longitude is None else row.longitude / MILLIONTHS,
        phone=written.get("phone"),
        province=written.get("province"),
        province_code=written.get("province"),
        zip=written.get("zip"),
    )


@strawberry.type(description="Where a location is.")
class LocationAddress:
    address1: str | None
    address2: str | None
    city: str | None
    country: str | None
    country_code: str | None
    formatted: list[str]
    latitude: float | None
    longitude: float | None
    phone: str | None
    province: str | None
    province_code: str | None
    zip: str | None


@strawberry.type(description="A place that holds stock.")
class Location(HasMetafields, Node):
    address: LocationAddress = batch(load_location_addresses)
    name: str

    is_type_of = read_from(LocationRow)


@strawberry.type(description="A location and its place in a connection.")
class LocationEdge:
    cursor: str
    node: Location


@strawberry.type(description="A page of locations.")
class LocationConnection:
    edges: list[LocationEdge]
    nodes: list[Location]
    page_info: PageInfo


@strawberry.type
class LocationsQuery:
    @root(shared=True, description="The places that hold stock; by distance from the point that is near.")
    async def locations(
        self,
        info: Info,
        after: str | None = None,
        before: str | None = None,
        first: int | None = None,
        last: int | None = None,
        near: GeoCoordinateInput | None = None,
        reverse: bool | None = False,
        sort_key: LocationSortKeys | None = LocationSortKeys.ID,
    ) -> LocationConnection:
        window = window_args(first, after, last, before, reverse)
        order = ORDERS[sort_key or LocationSortKeys.ID]
        found: Any = connection_of(await location_list(ctx_of(info), order, window, point_of(near)), window)
        return found
