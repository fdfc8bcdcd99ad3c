"""Addresses that no parcel would find, and texts that nobody could read."""

import pytest

from vetrina.shop.delivery.rules import address_faults
from vetrina.vocabulary import Address


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"country": "NOWHERE"}, "country"),
        ({"country": "XQ"}, "country"),
        ({"country": "IT", "city": "\u200b"}, "city"),
        ({"country": "IT", "last_name": "\u202eissoR"}, "last_name"),
    ],
)
def test_what_cannot_be_written_on_a_parcel_is_at_fault(fields: dict[str, str], field: str) -> None:
    assert [fault.field for fault in address_faults(Address(**fields), is_strict=False)] == [field]


def test_countries_and_letters_of_any_script_are_fine() -> None:
    for fields in (
        {"country": "IT", "city": "L'Aquila", "last_name": "Đỗ"},
        {"country": "IR", "last_name": "حسن\u200cزاده"},
    ):
        assert address_faults(Address(**fields), is_strict=False) == ()


@pytest.mark.parametrize(
    ("country", "province", "faults"),
    [
        ("IT", "TO", []),
        ("IT", None, []),  # the post finds its way by the postal code
        ("IT", "XX", ["province"]),
        ("IT", "California", ["province"]),
        ("US", None, ["required"]),
        ("US", "TO", ["province"]),
        ("FR", "anything", []),
    ],
)
def test_a_province_is_one_of_its_country(country: str, province: str | None, faults: list[str]) -> None:
    zips = {"US": "95014", "FR": "33380"}
    address = Address(
        last_name="Rossi", address1="1", city="X", zip=zips.get(country, "10121"), province=province, country=country
    )
    assert [fault.kind for fault in address_faults(address, is_strict=True)] == faults
