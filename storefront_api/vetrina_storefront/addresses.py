"""MailingAddress: a postal address, and how it is written on a parcel."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec
import strawberry

from vetrina.graphql import Info, batch, ctx_of, gid, read_from
from vetrina.vocabulary import Address
from vetrina_storefront.enums import CountryCode
from vetrina_storefront.interfaces import Node
from vetrina_storefront.names import country_name
from vetrina_storefront.provinces import province_name


class MailingAddressRow(msgspec.Struct, frozen=True, kw_only=True):
    """An address of somebody's: `id` is the owner's key and which of his addresses it is."""

    type_name: ClassVar[str] = "MailingAddress"

    id: str
    first_name: str | None
    last_name: str | None
    company: str | None
    address1: str | None
    address2: str | None
    city: str | None
    zip: str | None
    province_code: str | None
    country_code_v2: str | None
    phone: str | None

    @property
    def name(self) -> str | None:
        return " ".join(part for part in (self.first_name, self.last_name) if part) or None


def mailing_address(key: str, address: Address | Mapping[str, Any] | None) -> MailingAddressRow | None:
    """An address as a value, or as the database keeps it; `key` is unique among all addresses."""
    if address is None:
        return None
    given = address if isinstance(address, Address) else msgspec.convert(address, Address)
    return MailingAddressRow(
        id=key,
        first_name=given.first_name,
        last_name=given.last_name,
        company=given.company,
        address1=given.address1,
        address2=given.address2,
        city=given.city,
        zip=given.zip,
        province_code=given.province,
        # What was kept before a rule refused it, or from elsewhere, must not keep anybody from reading the rest.
        country_code_v2=given.country if given.country in CountryCode.__members__ else None,
        phone=given.phone,
    )


async def load_address_ids(rows: Sequence[MailingAddressRow], info: Info) -> list[str]:
    """Ids that clients may tell addresses apart by; they lead nowhere."""
    return [gid(row.type_name, row.id) for row in rows]


async def load_countries(rows: Sequence[MailingAddressRow], info: Info) -> list[str | None]:
    """The country's name in the buyer's language."""
    return [_country(row, info) for row in rows]


async def load_formatted(
    rows: Sequence[MailingAddressRow], info: Info, with_company: bool | None = True, with_name: bool | None = False
) -> list[list[str]]:
    """The address in lines, from the narrow to the wide."""

    def lines(row: MailingAddressRow) -> list[str]:
        place = Address(zip=row.zip, city=row.city, province=row.province_code, country=row.country_code_v2)
        parts = (
            row.name if with_name else None,
            row.company if with_company else None,
            row.address1,
            row.address2,
            *place.town,
            _country(row, info),
        )
        return [part for part in parts if part]

    return [lines(row) for row in rows]


async def load_areas(rows: Sequence[MailingAddressRow], info: Info) -> list[str | None]:
    """City, province and country."""
    return [
        ", ".join(part for part in (row.city, row.province_code, _country(row, info)) if part) or None for row in rows
    ]


async def load_unknown(rows: Sequence[MailingAddressRow], info: Info) -> list[None]:
    """Nobody measures where an address lies."""
    return [None] * len(rows)


async def load_country_codes(rows: Sequence[MailingAddressRow], info: Info) -> list[str | None]:
    return [row.country_code_v2 for row in rows]


async def load_provinces(rows: Sequence[MailingAddressRow], info: Info) -> list[str | None]:
    """What each province is called."""
    return [province_name(row.country_code_v2, row.province_code) if row.province_code else None for row in rows]


@strawberry.type(description="A postal address.")
class MailingAddress(Node):
    address1: str | None
    address2: str | None
    city: str | None
    company: str | None
    country: str | None = batch(load_countries)
    country_code: str | None = batch(load_country_codes, deprecation_reason="Use `countryCodeV2` instead.")
    country_code_v2: CountryCode | None
    first_name: str | None
    formatted: list[str] = batch(load_formatted)
    formatted_area: str | None = batch(load_areas)
    id: strawberry.ID = batch(load_address_ids)
    last_name: str | None
    latitude: float | None = batch(load_unknown)
    longitude: float | None = batch(load_unknown)
    name: str | None
    phone: str | None
    province: str | None = batch(load_provinces)
    province_code: str | None
    zip: str | None

    is_type_of = read_from(MailingAddressRow)


def _country(row: MailingAddressRow, info: Info) -> str | None:
    return country_name(row.country_code_v2, ctx_of(info).place.language) if row.country_code_v2 else None
