"""What a cart may hold, which lines are one, what stock leaves of a wish, what an address needs."""

import msgspec
import pytest

from vetrina.kernel.errors import BadInput
from vetrina.shop.cart.rules import (
    MOST_ATTRIBUTES,
    Line,
    Writing,
    attributes_key,
    checked_attributes,
    checked_codes,
    is_email,
    merged,
    quantity_fault,
    within_stock,
    writing,
)
from vetrina.shop.delivery.rules import address_faults, group_lines, is_phone, tidied
from vetrina.vocabulary import Address, Attribute

ROME = Address(last_name="Rossi", address1="Via Roma 1", city="Roma", zip="00185", country="IT")


def line(key: int | None, variant_id: int, quantity: int = 1, **attributes: str) -> Line:
    pairs = tuple(Attribute(name, value) for name, value in attributes.items())
    return Line(id=key, variant_id=variant_id, quantity=quantity, attributes=pairs)


@pytest.mark.parametrize(
    ("quantity", "code"),
    [
        (0, "INVALID"), (-1, "INVALID"), (1_000_001, "LESS_THAN"), (10**9, "LESS_THAN"), (2**53, "LESS_THAN"),
        (2, "MINIMUM_NOT_MET"), (24, "MAXIMUM_EXCEEDED"), (8, "INVALID_INCREMENT"), (6, None), (18, None),
    ],
)  # fmt: skip
def test_a_quantity_rule_says_what_is_wrong(quantity: int, code: str | None) -> None:
    fault = quantity_fault(quantity, minimum=6, increment=3, maximum=21)
    assert (fault.code if fault else None) == code


@pytest.mark.parametrize(
    ("wanted", "room", "got"),
    [(5, None, 5), (5, 9, 5), (5, 3, 3), (5, 0, 0), (5, -4, 0), (12, 11, 11)],
)
def test_stock_leaves_as_much_of_a_wish_as_there_is(wanted: int, room: int | None, got: int) -> None:
    assert within_stock(wanted, room, minimum=1, increment=1) == got


def test_what_stock_leaves_is_still_sold_in_its_increments() -> None:
    assert within_stock(12, 10, minimum=3, increment=3) == 9
    assert within_stock(12, 5, minimum=6, increment=3) == 0


def test_the_order_of_attributes_makes_no_difference_and_their_values_do() -> None:
    one = attributes_key([Attribute("a", "1"), Attribute("b", "2")])
    assert one == attributes_key([Attribute("b", "2"), Attribute("a", "1")])
    assert one != attributes_key([Attribute("a", "12"), Attribute("b", "")])
    assert attributes_key([]) == ""


def test_equal_lines_are_one_and_the_oldest_stays() -> None:
    found = merged([line(1, 7, 2), line(2, 7, 3, gift="yes"), line(None, 7, 4), line(None, 8)])
    assert [(entry.id, entry.variant_id, entry.quantity) for entry in found] == [(1, 7, 6), (2, 7, 3), (None, 8, 1)]


def test_only_what_differs_is_written() -> None:
    before = [line(1, 7, 2), line(2, 8, 3), line(3, 9, 1)]
    after = [line(1, 7, 5), line(2, 8, 3, gift="yes"), line(None, 10)]
    assert writing(before, after) == Writing(
        dropped=(2, 3), added=(line(2, 8, 3, gift="yes"), line(None, 10)), moved=((1, 5),)
    )
    assert not writing(before, before)


def test_attributes_are_trimmed_and_the_last_of_one_key_counts() -> None:
    found = checked_attributes([Attribute(" a ", "1"), Attribute("b", None), Attribute("a", "2")], ("attributes",))
    assert found == (Attribute("a", "2"), Attribute("b", ""))


@pytest.mark.parametrize(
    "attribute", [Attribute("", "x"), Attribute("x" * 256, ""), Attribute("a", "\0"), Attribute("\ud800", "")]
)
def test_an_attribute_that_cannot_be_kept_is_refused(attribute: Attribute) -> None:
    with pytest.raises(BadInput):
        checked_attributes([attribute], ("attributes",))


def test_too_many_attributes_are_refused() -> None:
    with pytest.raises(BadInput):
        checked_attributes([Attribute(str(n), "") for n in range(MOST_ATTRIBUTES + 1)], ("attributes",))


def test_codes_are_kept_as_typed_without_blanks_and_repeats() -> None:
    assert checked_codes([" Summer ", "", "SUMMER", "Ten"], ("codes",), 10) == ("Summer", "Ten")
    with pytest.raises(BadInput):
        checked_codes(["a", "b", "c"], ("codes",), 2)


@pytest.mark.parametrize(
    "email", ["a@b.it", "anna.rossi+x@posta.example.com", "müller@straße.de", "x@xn--strae-oqa.de"]
)
def test_addresses_somebody_may_have_are_taken(email: str) -> None:
    assert is_email(email)


@pytest.mark.parametrize(
    "email",
    ["", "a", "a@b", "a b@c.it", "a@b..it", "@b.it", "a@", "a@b.it\n", "<a@b.it>", "\ud800@b.it", "a" * 250 + "@b.it"],
)
def test_what_is_no_address_is_not(email: str) -> None:
    assert not is_email(email)


def test_everything_that_travels_goes_together_under_one_lasting_key() -> None:
    assert group_lines([(1, True), (2, False), (3, True)]) == (("1", (1, 3)),)
    assert group_lines([(9, True)])[0][0] == group_lines([(1, True)])[0][0]
    assert group_lines([(2, False)]) == ()


def test_an_address_that_is_whole_has_no_faults() -> None:
    assert address_faults(ROME, is_strict=True) == ()


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("last_name", None, "required"), ("address1", None, "required"), ("city", None, "required"),
        ("zip", None, "required"), ("country", None, "required"), ("zip", "185", "zip"), ("zip", "00185-1", "zip"),
        ("city", "x" * 256, "too_long"), ("company", "<b>Rossi</b>", "html"), ("address1", "see https://x.it", "url"),
        ("address2", "www.rossi.it", "url"), ("first_name", "Anna 😀", "emoji"), ("phone", "call me", "pattern"),
        ("city", "Ro\x07ma", "pattern"), ("city", "Ro\ud800ma", "pattern"),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_field(field: str, value: str | None, kind: str) -> None:
    faults = address_faults(msgspec.structs.replace(ROME, **{field: value}), is_strict=True)
    assert [(fault.field, fault.kind) for fault in faults] == [(field, kind)]


@pytest.mark.parametrize(
    ("country", "zip_", "province", "kinds"),
    [
        ("US", "10001", "NY", []), ("US", "10001-1234", "ny", []), ("US", "1000", "NY", ["zip"]),
        ("US", "10001", None, ["required"]), ("US", "10001", "RM", ["province"]), ("CA", "K1A 0B1", "ON", []),
        ("GB", "SW1A 1AA", None, []), ("GB", "sw1a1aa", None, []), ("GB", "00185", None, ["zip"]),
        ("DE", "10115", None, []), ("NL", "1012 AB", None, []), ("PL", "00-950", None, []),
        ("HK", None, None, []), ("IE", "D02 AF30", None, []),
    ],
)  # fmt: skip
def test_countries_ask_for_what_their_post_needs(
    country: str, zip_: str | None, province: str | None, kinds: list[str]
) -> None:
    address = Address(last_name="X", address1="1 High St", city="Y", zip=zip_, province=province, country=country)
    assert [fault.kind for fault in address_faults(tidied(address), is_strict=True)] == kinds


def test_leniently_only_what_no_address_may_hold_is_refused() -> None:
    assert address_faults(Address(country="IT"), is_strict=False) == ()
    assert [fault.kind for fault in address_faults(Address(city="<i>"), is_strict=False)] == ["html"]


def test_an_address_is_tidied() -> None:
    assert tidied(Address(city=" Roma ", zip="", country="it")) == Address(city="Roma", country="IT")


@pytest.mark.parametrize(
    ("phone", "is_one"),
    [("+39 06 1234567", True), ("(06) 123-45.67", True), ("123", False), ("+", False), ("1" * 16, False)],
)
def test_a_phone_number_can_be_dialled(phone: str, is_one: bool) -> None:
    assert is_phone(phone) is is_one
