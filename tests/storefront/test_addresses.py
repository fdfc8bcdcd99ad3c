"""Addresses in lines: each country's post reads the town in its own order."""

from typing import Any, cast

import pytest

from vetrina.vocabulary import Address
from vetrina_storefront.addresses import load_formatted, mailing_address

TOWNS: dict[str | None, tuple[tuple[str | None, str | None, str | None], list[str]]] = {
    "IT": (("Torino", "TO", "10123"), ["10123 Torino TO"]),
    "FR": (("Paris", None, "75001"), ["75001 Paris"]),
    "US": (("New York", "NY", "10001"), ["New York NY 10001"]),
    "CA": (("Ottawa", "ON", "K2P 1L4"), ["Ottawa ON K2P 1L4"]),
    "GB": (("London", None, "SW1A 2AA"), ["London", "SW1A 2AA"]),
    "IE": (("Dublin", "D", None), ["Dublin", "D"]),
    None: ((None, None, None), []),
}


@pytest.mark.parametrize("country", TOWNS)
async def test_the_town_is_written_as_the_country_s_post_wants_it(
    country: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (city, province, code), lines = TOWNS[country]
    address = Address(address1="1 Main Street", city=city, province=province, zip=code, country=country)

    def untold(row: object, info: object) -> None:
        return None

    monkeypatch.setattr("vetrina_storefront.addresses._country", untold)
    row = mailing_address("1", address)
    assert row is not None
    assert await load_formatted([row], cast(Any, None)) == [["1 Main Street", *lines]]
