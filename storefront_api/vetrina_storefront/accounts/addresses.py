"""CustomerAddress: a postal address in this API's words. Its rows are those of MailingAddress."""

from collections.abc import Sequence

import strawberry

from vetrina.graphql import Info, PageInfo, batch, gid, read_from
from vetrina_storefront.addresses import (
    MailingAddressRow,
    load_areas,
    load_countries,
    load_country_codes,
    load_formatted,
    load_provinces,
)
from vetrina_storefront.enums import CountryCode
from vetrina_storefront.interfaces import Node

TYPE = "CustomerAddress"


async def load_ids(rows: Sequence[MailingAddressRow], info: Info) -> list[str]:
    """Ids: those of addresses the customer keeps lead back to them, an order's are its own."""
    return [gid(TYPE, row.id) for row in rows]


async def load_phones(rows: Sequence[MailingAddressRow], info: Info) -> list[str | None]:
    return [row.phone for row in rows]


async def load_zones(rows: Sequence[MailingAddressRow], info: Info) -> list[str | None]:
    return [row.province_code for row in rows]


@strawberry.type(description="A postal address.")
class CustomerAddress(Node):
    address1: str | None
    address2: str | None
    city: str | None
    company: str | None
    country: str | None = batch(load_countries)
    first_name: str | None
    formatted: list[str] = batch(load_formatted)
    formatted_area: str | None = batch(load_areas)
    id: strawberry.ID = batch(load_ids)
    last_name: str | None
    name: str | None
    phone_number: str | None = batch(load_phones)
    province: str | None = batch(load_provinces)
    territory_code: CountryCode | None = batch(load_country_codes)
    zip: str | None
    zone_code: str | None = batch(load_zones)

    is_type_of = read_from(MailingAddressRow)


@strawberry.type(description="An address and its place in a connection.")
class CustomerAddressEdge:
    cursor: str
    node: CustomerAddress


@strawberry.type(description="A page of addresses.")
class CustomerAddressConnection:
    edges: list[CustomerAddressEdge]
    nodes: list[CustomerAddress]
    page_info: PageInfo
