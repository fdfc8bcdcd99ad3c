"""Postal addresses as front ends give them, and as the shop keeps them."""

from functools import cache
from typing import cast

import strawberry
from babel import Locale

from vetrina.vocabulary import Address
from vetrina_storefront.enums import CountryCode
from vetrina_storefront.provinces import province_code

NAMED_IN = ("en", "it", "fr", "de", "es")
"""Languages whose names of countries are understood; front ends should send codes."""


@strawberry.input(description="A postal address; country and province by code or by name.")
class MailingAddressInput:
    address1: str | None = strawberry.UNSET
    address2: str | None = strawberry.UNSET
    city: str | None = strawberry.UNSET
    company: str | None = strawberry.UNSET
    country: str | None = strawberry.UNSET
    first_name: str | None = strawberry.UNSET
    last_name: str | None = strawberry.UNSET
    phone: str | None = strawberry.UNSET
    province: str | None = strawberry.UNSET
    zip: str | None = strawberry.UNSET


@strawberry.input(description="Where a cart may go.")
class CartDeliveryAddressInput:
    address1: str | None = strawberry.UNSET
    address2: str | None = strawberry.UNSET
    city: str | None = strawberry.UNSET
    company: str | None = strawberry.UNSET
    country_code: CountryCode | None = strawberry.UNSET
    first_name: str | None = strawberry.UNSET
    last_name: str | None = strawberry.UNSET
    phone: str | None = strawberry.UNSET
    province_code: str | None = strawberry.UNSET
    zip: str | None = strawberry.UNSET


def mailing_value(given: MailingAddressInput) -> Address:
    """The address as the shop keeps it. A country that has no such name stays as written, and is found at fault."""
    country = country_code(given.country) if given.country else None
    return _address(given, country=country, province=given.province or None)


def delivery_value(given: CartDeliveryAddressInput) -> Address:
    """The address as the shop keeps it."""
    country = given.country_code.value if given.country_code else None
    return _address(given, country=country, province=given.province_code or None)


def country_code(written: str) -> str:
    """A country's ISO 3166-1 code by its code or its name."""
    text = written.strip()
    return text.upper() if len(text) == 2 else _codes().get(text.casefold(), text)


def _address(
    given: MailingAddressInput | CartDeliveryAddressInput, *, country: str | None, province: str | None
) -> Address:
    return Address(
        first_name=given.first_name or None,
        last_name=given.last_name or None,
        company=given.company or None,
        address1=given.address1 or None,
        address2=given.address2 or None,
        city=given.city or None,
        zip=given.zip or None,
        province=province and province_code(country, province),
        country=country,
        phone=given.phone or None,
    )


@cache
def _codes() -> dict[str, str]:
    named: dict[str, str] = {}
    for language in NAMED_IN:
        for code, name in cast("dict[str, str]", Locale(language).territories).items():
            if len(code) == 2:
                named.setdefault(name.casefold(), code)
    return named
