"""Provinces as front ends write them, by code and by name, and as they are told."""

import pytest

from vetrina_storefront.address_inputs import MailingAddressInput, mailing_value
from vetrina_storefront.provinces import province_code, province_name


@pytest.mark.parametrize(
    ("country", "written", "code", "name"),
    [
        ("US", "California", "CA", "California"),
        ("US", "ca", "CA", "California"),
        ("CA", "Ontario", "ON", "Ontario"),
        ("CA", "colombie-britannique", "BC", "British Columbia"),
        ("IT", "Torino", "TO", "Torino"),
        ("IT", " to ", "TO", "Torino"),
        ("IT", "Atlantis", "Atlantis", "Atlantis"),
        ("CH", "Ticino", "Ticino", "Ticino"),
        ("Narnia", "North", "North", "North"),
        (None, "North", "North", "North"),
    ],
)
def test_a_province_is_known_by_code_and_by_name(country: str | None, written: str, code: str, name: str) -> None:
    assert province_code(country, written) == code
    assert province_name(country, code) == name


def test_an_address_keeps_codes() -> None:
    kept = mailing_value(MailingAddressInput(country="United States", province="California", city="Fresno"))
    assert (kept.country, kept.province) == ("US", "CA")
