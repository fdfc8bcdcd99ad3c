"""Money is exact: splitting never loses a cent, the wire's text reads back, currencies do not mix."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import LARGEST, Money, decimal_text, digits, fraction_of, from_decimal, split, total

amounts = st.integers(-(10**12), 10**12)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=30)
currencies = st.sampled_from(["EUR", "USD", "GBP", "JPY", "KWD", "CLF"])


@given(amounts, weights)
def test_the_parts_of_a_split_sum_to_the_whole(amount: int, shares: list[int]) -> None:
    assert sum(split(amount, shares)) == amount


@given(amounts, weights)
def test_no_part_of_a_split_is_a_unit_away_from_its_share(amount: int, shares: list[int]) -> None:
    whole = sum(shares)
    exact = [Decimal(amount) * share / whole if whole else Decimal(amount) / len(shares) for share in shares]
    assert all(abs(part - share) < 1 for part, share in zip(split(amount, shares), exact, strict=True))


@given(amounts, weights)
def test_a_negative_amount_splits_like_its_opposite(amount: int, shares: list[int]) -> None:
    assert split(-amount, shares) == [-part for part in split(amount, shares)]


@pytest.mark.parametrize(
    ("amount", "shares", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (2, [1, 1, 1], [1, 1, 0]),
        (1_000, [999, 1], [999, 1]),
        (10, [0, 0], [5, 5]),
        (7, [0, 5, 0], [0, 7, 0]),
        (0, [3, 4], [0, 0]),
        (5, [], []),
    ],
)
def test_cents_that_do_not_divide_go_to_the_largest_remainders(
    amount: int, shares: list[int], parts: list[int]
) -> None:
    assert split(amount, shares) == parts


@given(st.integers(-LARGEST, LARGEST), currencies)
def test_the_wire_text_of_an_amount_reads_back(amount: int, currency: str) -> None:
    assert from_decimal(decimal_text(amount, currency), currency) == Money(amount, currency)


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (1250, "EUR", "12.5"),
        (300, "EUR", "3.0"),
        (1999, "EUR", "19.99"),
        (5, "EUR", "0.05"),
        (-5, "EUR", "-0.05"),
        (0, "EUR", "0.0"),
        (1250, "JPY", "1250.0"),
        (1250, "KWD", "1.25"),
        (1, "KWD", "0.001"),
    ],
)
def test_amounts_are_written_as_the_public_api_writes_them(amount: int, currency: str, written: str) -> None:
    assert decimal_text(amount, currency) == written


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("12.345", "EUR"),
        ("0.5", "JPY"),
        ("1.0001", "KWD"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("-Infinity", "EUR"),
        ("1e30", "EUR"),
        ("10000000000000.01", "EUR"),
        ("12,50", "EUR"),
        ("", "EUR"),
        ("twelve", "EUR"),
    ],
)
def test_amounts_that_are_no_amounts_are_refused(text: str, currency: str) -> None:
    with pytest.raises(BadInput) as caught:
        from_decimal(text, currency, field=("price",))
    assert caught.value.field == ("price",)


def test_trailing_zeros_do_not_count_as_decimals() -> None:
    assert from_decimal("12.5000", "EUR") == Money(1250, "EUR")
    assert from_decimal(Decimal("1E+2"), "JPY") == Money(100, "JPY")


def test_amounts_of_two_currencies_do_not_add_up_or_compare() -> None:
    euro, yen = Money(100, "EUR"), Money(100, "JPY")
    for combine in (lambda: euro + yen, lambda: euro - yen, lambda: euro < yen, lambda: euro <= yen):
        with pytest.raises(ValueError, match="do not add up"):
            combine()


def test_amounts_of_one_currency_add_up() -> None:
    parts = [Money(250, "EUR"), Money(-50, "EUR"), Money(1, "EUR").times(3)]
    assert total(parts, "EUR") == Money(203, "EUR")
    assert total([], "EUR") == Money(0, "EUR")
    assert str(Money(203, "EUR")) == "2.03 EUR"
    assert (bool(Money(0, "EUR")), bool(Money(-1, "EUR"))) == (False, True)
    assert -Money(5, "EUR") <= Money(-5, "EUR") < Money(0, "EUR")


@given(st.integers(-(10**12), 10**12), st.integers(0, 1_000_000))
def test_a_rate_of_an_amount_rounds_half_away_from_zero(amount: int, rate: int) -> None:
    exact = (Decimal(amount) * rate / 1_000_000).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert fraction_of(amount, rate) == exact


def test_currencies_have_the_decimals_of_the_world() -> None:
    assert [digits(currency) for currency in ("EUR", "JPY", "KWD")] == [2, 0, 3]
