"""A quote adds up to the last minor unit, whatever is bought, discounted, taxed or redeemed, in every currency."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vetrina.kernel.money import decimal_text, fraction_of, from_decimal, split
from vetrina.shop.pricing.rules import (
    Adjustment,
    Quote,
    QuotedDelivery,
    QuoteLine,
    Redemption,
    TaxLine,
    discounted_deliveries,
    price,
    with_adjustments,
    with_deliveries,
    with_fee,
    with_redemptions,
    with_taxes,
)
from vetrina.shop.tax.rules import answers, tax_on_top, tax_within

CURRENCIES = st.sampled_from(["JPY", "EUR", "KWD"])
"""Currencies of 0, 2 and 3 decimals."""
AMOUNTS = st.integers(0, 10**9)
RATES = st.integers(0, 1_000_000)


def line(key: int, unit_price: int, quantity: int = 1) -> QuoteLine:
    return QuoteLine(key=key, variant_id=key, product_id=key, quantity=quantity, unit_price=unit_price)


def quote_of(*lines: QuoteLine, currency: str = "EUR", prices_include_tax: bool = True) -> Quote:
    return price(currency, prices_include_tax, lines)


def off(amount: int, *lines: int, target: str = "line") -> Adjustment:
    return msgspec.convert(
        {"source": "test", "title": "Off", "amount": amount, "fixed": amount, "lines": lines, "target": target},
        Adjustment,
    )


def delivery(amount: int, key: str = "1") -> QuotedDelivery:
    return QuotedDelivery(group_key=key, provider="x", option_handle=f"x:{key}", title="Standard", amount=amount)


def card(balance: int, key: str = "a") -> Redemption:
    return Redemption(source="cards", id=key, code=key, last_characters=key, balance=balance, amount=0)


@st.composite
def quotes(draw: st.DrawFn) -> Quote:
    """A cart of up to 40 lines after up to 4 discounts, with delivery, tax, fee and cards."""
    wanted = draw(st.lists(st.tuples(AMOUNTS, st.integers(1, 1_000_000)), max_size=40))
    lines = [line(key, unit_price, quantity) for key, (unit_price, quantity) in enumerate(wanted)]
    quote = quote_of(*lines, currency=draw(CURRENCIES), prices_include_tax=draw(st.booleans()))
    keys = st.lists(st.sampled_from(range(len(lines))), unique=True) if lines else st.just([])
    for _ in range(draw(st.integers(0, 4))):
        rate = draw(RATES)
        quote = with_adjustments(quote, [off(fraction_of(quote.subtotal, rate), *draw(keys))])
    quote = with_deliveries(quote, [delivery(amount, str(at)) for at, amount in enumerate(draw(st.lists(AMOUNTS)))])
    quote = with_adjustments(quote, [off(draw(AMOUNTS), target="delivery")])
    rate, compute = draw(RATES), tax_within if quote.prices_include_tax else tax_on_top
    taxes = [
        TaxLine(line=entry.key, title="VAT", rate=rate, amount=compute(entry.total, rate)) for entry in quote.lines
    ]
    travel = compute(discounted_deliveries(quote), rate)
    quote = with_taxes(quote, [*taxes, TaxLine(line=None, title="VAT", rate=rate, amount=travel)])
    cards = [card(balance, str(at)) for at, balance in enumerate(draw(st.lists(AMOUNTS, max_size=4)))]
    return with_fee(with_redemptions(quote, cards), draw(AMOUNTS))


@given(quotes())
@settings(max_examples=150, deadline=None)
def test_the_total_is_the_sum_of_everything_a_buyer_sees(quote: Quote) -> None:
    lines = sum(entry.unit_price * entry.quantity for entry in quote.lines)
    discounts = sum(discount.amount for discount in quote.discounts)
    travel = sum(entry.amount for entry in quote.deliveries)
    taxes = 0 if quote.prices_include_tax else sum(tax.amount for tax in quote.taxes)
    assert quote.total == lines - discounts + travel + taxes + quote.payment_fee
    assert quote.amount_due == quote.total - sum(entry.amount for entry in quote.redemptions)
    assert sum(step.amount for step in quote.explanation) == quote.amount_due


@given(quotes())
@settings(max_examples=150, deadline=None)
def test_discounts_are_shared_out_exactly_and_never_exceed_what_there_is(quote: Quote) -> None:
    on_lines = [discount for discount in quote.discounts if discount.adjustment.target == "line"]
    for discount in on_lines:
        assert sum(share.amount for share in discount.allocations) == discount.amount
    assert sum(entry.discount for entry in quote.lines) == sum(discount.amount for discount in on_lines)
    assert all(0 <= entry.discount <= entry.subtotal for entry in quote.lines)
    assert all(0 <= entry.discount <= entry.amount for entry in quote.deliveries)


@given(quotes())
@settings(max_examples=100, deadline=None)
def test_cards_pay_in_their_order_and_never_more_than_they_hold_or_is_due(quote: Quote) -> None:
    due = quote.total - quote.payment_fee
    for entry in quote.redemptions:
        assert entry.amount == min(entry.balance, due)
        due -= entry.amount
    assert quote.amount_due >= 0


@given(st.lists(st.tuples(AMOUNTS, st.integers(1, 10**6)), min_size=1, max_size=60), RATES)
@settings(max_examples=150, deadline=None)
def test_a_percentage_is_within_one_unit_of_its_exact_fraction_on_every_line(
    wanted: list[tuple[int, int]], rate: int
) -> None:
    quote = quote_of(*(line(key, unit, quantity) for key, (unit, quantity) in enumerate(wanted)))
    amount = fraction_of(quote.subtotal, rate)
    assert abs(amount - Fraction(quote.subtotal * rate, 1_000_000)) <= Fraction(1, 2)
    discounted = with_adjustments(quote, [off(amount)])
    assert discounted.discount == amount
    for before, after in zip(quote.lines, discounted.lines, strict=True):
        exact = Fraction(amount * before.subtotal, quote.subtotal) if quote.subtotal else Fraction(0)
        assert abs(after.discount - exact) < 1


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=50))
def test_a_split_sums_to_the_whole_and_follows_its_weights(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)
    whole = sum(weights)
    shares = [Fraction(weight, whole) for weight in weights] if whole else [Fraction(1, len(weights))] * len(weights)
    assert sum(parts) == amount
    assert all(abs(part - amount * share) < 1 for part, share in zip(parts, shares, strict=True))


@given(st.integers(0, 10**15), RATES)
def test_tax_is_its_exact_fraction_rounded_half_up(amount: int, rate: int) -> None:
    half = Fraction(1, 2)
    assert tax_on_top(amount, rate) == (Fraction(amount * rate, 1_000_000) + half).__floor__()
    assert tax_within(amount, rate) == (Fraction(amount * rate, 1_000_000 + rate) + half).__floor__()
    assert tax_within(-amount, rate) == -tax_within(amount, rate)


@given(st.integers(-(10**15), 10**15), CURRENCIES)
def test_an_amount_survives_the_wire(amount: int, currency: str) -> None:
    assert from_decimal(decimal_text(amount, currency), currency).amount == amount


@pytest.mark.parametrize("currency", ["JPY", "EUR", "KWD"])
def test_a_whole_discount_leaves_nothing_to_pay(currency: str) -> None:
    quote = quote_of(*(line(key, 333, 999_999) for key in range(500)), currency=currency)
    free = with_adjustments(quote, [off(quote.subtotal)])
    assert free.total == 0
    assert all(entry.total == 0 for entry in free.lines)
    assert with_adjustments(free, [off(1)]) == free


def test_three_lines_of_one_euro_share_a_euro_to_the_cent() -> None:
    shared = with_adjustments(quote_of(line(1, 100), line(2, 100), line(3, 100)), [off(100)])
    assert [entry.discount for entry in shared.lines] == [34, 33, 33]


def test_each_discount_is_taken_off_what_the_earlier_ones_left() -> None:
    quote = with_adjustments(quote_of(line(1, 1_000), line(2, 500)), [off(800, 1), off(900, 1), off(100)])
    assert [discount.amount for discount in quote.discounts] == [800, 200, 100]
    assert [entry.total for entry in quote.lines] == [0, 400]


def test_a_discount_about_no_line_of_the_cart_does_nothing() -> None:
    quote = quote_of(line(1, 1_000))
    assert with_adjustments(quote, [off(100, 99)]) == quote


def test_a_negative_discount_is_not_a_surcharge() -> None:
    quote = quote_of(line(1, 1_000))
    assert with_adjustments(quote, [off(-100)]) == quote


def test_delivery_is_discounted_apart_from_goods() -> None:
    quote = with_deliveries(quote_of(line(1, 1_000)), [delivery(500), delivery(300, "2")])
    free = with_adjustments(quote, [off(10_000, target="delivery")])
    assert (free.discount, free.total, discounted_deliveries(free)) == (800, 1_000, 0)


def test_tax_inside_the_price_adds_nothing_and_tax_on_top_does() -> None:
    taxes = [TaxLine(line=1, title="VAT", rate=220_000, amount=180), TaxLine(line=1, title="City", rate=1, amount=2)]
    inside = with_taxes(quote_of(line(1, 1_000)), taxes)
    on_top = with_taxes(quote_of(line(1, 1_000), prices_include_tax=False), taxes)
    assert (inside.total, on_top.total) == (1_000, 1_182)
    assert inside.lines[0].tax == on_top.lines[0].tax == 182


def test_a_card_without_a_balance_pays_nothing() -> None:
    quote = with_redemptions(quote_of(line(1, 1_000)), [card(-50), card(0, "b"), card(700, "c"), card(700, "d")])
    assert [entry.amount for entry in quote.redemptions] == [0, 0, 700, 300]


@pytest.mark.parametrize(
    ("given_", "fits"),
    [
        ([(1, 220_000, 180)], True),
        ([], True),
        ([(1, 220_000, 1_001)], False),
        ([(1, 220_000, 600), (1, 10_000, 600)], False),
        ([(2, 220_000, 1)], False),
        ([(1, 220_000, -1)], False),
        ([(1, -1, 1)], False),
    ],
)
def test_an_answer_about_tax_has_to_fit_the_question(given_: list[tuple[int, int, int]], fits: bool) -> None:
    assert answers([(1, 1_000)], given_, is_included=True) is fits
