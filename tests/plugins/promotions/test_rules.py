"""What promotions take off a cart: a table of cases by hand, and what holds whatever is in the cart."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vetrina.kernel.errors import Refusal
from vetrina.ports import CodeAnswer, Quote, QuotedDelivery, QuoteLine, with_adjustments
from vetrina_promotions.discounting import Offer, PromotionSet, choose
from vetrina_promotions.rules import CLASSES, EVERYTHING, WHOLE, Kind, Scope, Terms, Tier, checked

ALL = ("product", "order", "shipping")
OIL, WINE, CARD = 1, 2, 3
COLLECTION = {OIL: frozenset({7}), WINE: frozenset({7, 8})}
TENTH, HALF = 100_000, 500_000


def line(product: int, quantity: int = 1, price: int = 1_000, **more: Any) -> QuoteLine:
    known = {"key": product, "variant_id": product + 10, "product_id": product, "quantity": quantity}
    return msgspec.convert({**known, "unit_price": price, **more}, QuoteLine)


def cart(*lines: QuoteLine, delivery: int | None = None) -> Quote:
    chosen = QuotedDelivery(group_key="1", provider="x", option_handle="x:y", title="Standard", amount=delivery or 0)
    deliveries = () if delivery is None else (chosen,)
    return Quote(currency="EUR", prices_include_tax=True, lines=lines, deliveries=deliveries)


def offer(number: int, kind: Kind, code: str | None = None, **terms: Any) -> Offer:
    asked: dict[str, Any] = {"off": TENTH, "combines": ALL, "currency": "EUR", "scope": EVERYTHING, **terms}
    return Offer(id=number, title=f"{kind} {number}", terms=Terms(kind=kind, **asked), code=code)


def told(offers: Sequence[Offer], quote: Quote) -> tuple[list[int], list[CodeAnswer]]:
    """What comes off by each discount, in their order, and what the codes are told."""
    answer = PromotionSet(tuple(offers), (), COLLECTION).adjust(quote)
    applied = with_adjustments(quote, answer.adjustments)
    assert [one.amount for one in applied.discounts] == [one.amount for one in answer.adjustments]
    return [one.amount for one in applied.discounts], list(answer.codes)


TWO_AND_ONE = cart(line(OIL, 2, 1_000), line(WINE, 1, 3_000), delivery=700)
OILS = Scope(product_ids=(OIL,))
CASES: dict[str, tuple[Quote, list[Offer], list[int]]] = {
    "a tenth off the order": (TWO_AND_ONE, [offer(1, "order")], [500]),
    "a tenth off one product": (TWO_AND_ONE, [offer(1, "products", scope=OILS)], [200]),
    "by a collection": (TWO_AND_ONE, [offer(1, "products", scope=Scope(collection_ids=(8,)))], [300]),
    "by a variant": (TWO_AND_ONE, [offer(1, "products", scope=Scope(variant_ids=(WINE + 10,)))], [300]),
    "rounded half up": (cart(line(OIL, 1, 1_005)), [offer(1, "order")], [101]),
    "an amount once": (TWO_AND_ONE, [offer(1, "order", value="amount", off=750)], [750]),
    "an amount off each piece": (
        TWO_AND_ONE, [offer(1, "products", value="amount", off=300, each=True, scope=OILS)], [600],
    ),
    "never more than there is": (TWO_AND_ONE, [offer(1, "order", value="amount", off=9_000)], [5_000]),
    "nor off each piece": (
        TWO_AND_ONE, [offer(1, "products", value="amount", off=4_000, each=True, scope=OILS)], [2_000],
    ),
    "gift cards are money": (
        cart(line(OIL), line(CARD, 1, 5_000, is_gift_card=True)), [offer(1, "order")], [100],
    ),
    "and count for no threshold": (
        cart(line(OIL), line(CARD, 1, 5_000, is_gift_card=True)), [offer(1, "order", least_subtotal=1_001)], [],
    ),
    "what is reduced already is spared": (
        cart(line(OIL, 1, 800, compare_at=1_000), line(WINE)), [offer(1, "order", spares_reduced=True)], [100],
    ),
    "the threshold is of what it is about": (TWO_AND_ONE, [offer(1, "products", scope=OILS, least_subtotal=2_001)], []),
    "reached": (TWO_AND_ONE, [offer(1, "products", scope=OILS, least_subtotal=2_000)], [200]),
    "too few pieces": (TWO_AND_ONE, [offer(1, "order", least_quantity=4)], []),
    "the highest step that is reached": (
        TWO_AND_ONE, [offer(1, "order", off=0, tiers=(Tier(3_000, TENTH), Tier(5_000, 2 * TENTH)))], [1_000],
    ),
    "below the first step": (TWO_AND_ONE, [offer(1, "order", off=0, tiers=(Tier(6_000, TENTH),))], []),
    "steps by pieces": (
        TWO_AND_ONE, [offer(1, "order", off=0, tier_by="quantity", tiers=(Tier(2, TENTH), Tier(4, HALF)))], [500],
    ),
    "three for two gives the cheapest": (
        cart(line(OIL, 2, 1_000), line(WINE, 4, 400)),
        [offer(1, "buy_get", off=WHOLE, buys_quantity=2, gets_quantity=1)], [800],
    ),
    "two bought are not three": (
        cart(line(OIL, 2)), [offer(1, "buy_get", off=WHOLE, buys_quantity=2, gets_quantity=1)], [],
    ),
    "buy oil, get wine for half": (
        cart(line(OIL, 4), line(WINE, 3, 3_000)),
        [offer(1, "buy_get", off=HALF, buys=OILS, scope=Scope(product_ids=(WINE,)), buys_quantity=2, gets_quantity=1)],
        [3_000],
    ),
    "once in an order": (
        cart(line(OIL, 9)), [offer(1, "buy_get", off=WHOLE, buys_quantity=2, gets_quantity=1, most_times=1)], [1_000],
    ),
    "spend so much, get one": (
        cart(line(OIL, 5), line(WINE, 1, 300)),
        [offer(1, "buy_get", off=WHOLE, buys_subtotal=5_000, gets_quantity=1)], [300],
    ),
    "free delivery": (TWO_AND_ONE, [offer(1, "shipping", off=WHOLE)], [700]),
    "not of the dear one": (TWO_AND_ONE, [offer(1, "shipping", off=WHOLE, most_delivery=699)], []),
    "products, then the order, then delivery, each on the rest": (
        TWO_AND_ONE,
        [offer(3, "shipping", off=HALF), offer(2, "order", off=HALF), offer(1, "products", off=HALF, scope=OILS)],
        [1_000, 2_000, 350],
    ),
    "percentages before amounts": (
        TWO_AND_ONE, [offer(1, "order", value="amount", off=1_000), offer(2, "order")], [500, 1_000],
    ),
    "alone, the better one": (
        TWO_AND_ONE, [offer(1, "order", combines=()), offer(2, "order", off=HALF, combines=())], [2_500],
    ),
    "both must say so": (
        TWO_AND_ONE, [offer(1, "order", combines=("product",)), offer(2, "products", scope=OILS, combines=())], [500],
    ),
    "two that go together beat one that does not": (
        TWO_AND_ONE,
        [offer(1, "order", off=150_000, combines=()), offer(2, "products", scope=OILS, off=HALF),
         offer(3, "shipping", off=WHOLE)],
        [1_000, 700],
    ),
    "delivery is weighed against goods": (
        TWO_AND_ONE, [offer(1, "order", combines=()), offer(2, "shipping", off=WHOLE, combines=())], [700],
    ),
    "as long as none is chosen goods win": (
        cart(line(OIL)), [offer(1, "order", combines=()), offer(2, "shipping", off=WHOLE, combines=())], [100],
    ),
    "an empty cart": (cart(), [offer(1, "order"), offer(2, "shipping", off=WHOLE)], []),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_comes_off(name: str) -> None:
    quote, offers, expected = CASES[name]
    assert told(offers, quote)[0] == expected
    assert told(list(reversed(offers)), quote)[0] == expected, "the order they come in decides nothing"


WHY = {
    "DISCOUNT_NO_ENTITLED_LINE_ITEMS": offer(1, "products", "C", scope=Scope(product_ids=(99,))),
    "DISCOUNT_PURCHASE_NOT_IN_RANGE": offer(1, "order", "C", least_subtotal=5_001),
    "DISCOUNT_QUANTITY_NOT_IN_RANGE": offer(1, "buy_get", "C", buys_quantity=5, gets_quantity=1),
    "DISCOUNT_NO_ENTITLED_SHIPPING_LINES": offer(1, "shipping", "C", off=WHOLE, most_delivery=1),
    "DISCOUNT_CODE_NOT_HONOURED": offer(1, "order", "C", combines=()),
}


@pytest.mark.parametrize("warning", WHY)
def test_a_code_that_does_nothing_says_why(warning: str) -> None:
    better = offer(2, "order", off=HALF, combines=())
    _, codes = told([WHY[warning], better], TWO_AND_ONE)
    assert [(one.code, one.is_applicable, one.warning) for one in codes] == [("C", False, warning)]


def test_codes_that_count_are_told_so_and_one_promotion_counts_once() -> None:
    first, second = offer(1, "order", "ONE"), offer(1, "order", "TWO")
    _, codes = told([first, second], TWO_AND_ONE)
    assert [(one.code, one.warning) for one in codes] == [("ONE", None), ("TWO", "DISCOUNT_CODE_NOT_HONOURED")]
    undecided = told([offer(2, "shipping", "SHIP", off=WHOLE)], cart(line(OIL)))
    assert (undecided[0], undecided[1][0].is_applicable) == ([], True), "no delivery is chosen yet"
    saving = told([offer(1, "order", "CODE", combines=()), offer(2, "order", combines=())], TWO_AND_ONE)
    assert saving[1][0].is_applicable is False, "a code is kept for later where it brings nothing more"


BAD: dict[str, tuple[str, dict[str, Any]]] = {
    "nothing off": ("off", {"kind": "order", "off": 0}),
    "more than all": ("off", {"kind": "order", "off": WHOLE + 1}),
    "no currency": ("currency", {"kind": "order", "value": "amount", "off": 5}),
    "no products": ("scope", {"kind": "products", "off": 5}),
    "too many": ("scope", {"kind": "products", "off": 5, "scope": Scope(product_ids=tuple(range(501)))}),
    "buys nothing": ("buys_quantity", {"kind": "buy_get", "off": 5, "gets_quantity": 1}),
    "buys both ways": (
        "buys_quantity",
        {"kind": "buy_get", "off": 5, "gets_quantity": 1, "buys_quantity": 1, "buys_subtotal": 1, "currency": "EUR"},
    ),
    "gets nothing": ("gets_quantity", {"kind": "buy_get", "off": 5, "buys_quantity": 1}),
    "negative": ("least_quantity", {"kind": "order", "off": 5, "least_quantity": -1}),
    "alike": ("tiers", {"kind": "order", "tiers": (Tier(5, 1), Tier(5, 2)), "tier_by": "quantity"}),
}


@pytest.mark.parametrize("name", BAD)
def test_terms_that_make_no_promotion_name_their_field(name: str) -> None:
    field, terms = BAD[name]
    with pytest.raises(Refusal) as refused:
        checked(Terms(**terms))
    assert [*(refused.value.field or ())][:1] == [field]


@st.composite
def offers_and_cart(draw: st.DrawFn) -> tuple[list[Offer], Quote]:
    def one(number: int) -> Offer:
        kind = draw(st.sampled_from(["products", "order", "buy_get", "shipping"]))
        value = draw(st.sampled_from(["percentage", "amount"]))
        scope = draw(st.sampled_from([EVERYTHING, OILS, Scope(collection_ids=(8,))]))
        combines = tuple(each for each in CLASSES if draw(st.booleans()))
        off = draw(st.integers(1, WHOLE)) if value == "percentage" else draw(st.integers(1, 3_000))
        pieces: dict[str, Any] = {"buys_quantity": draw(st.integers(1, 3)), "gets_quantity": draw(st.integers(1, 2))}
        given: dict[str, Any] = {"kind": kind, "value": value, "scope": scope, "combines": combines, "off": off}
        terms = Terms(**given, each=draw(st.booleans()), **(pieces if kind == "buy_get" else {}))
        return Offer(id=number, title=str(number), terms=terms, code=f"C{number}" if draw(st.booleans()) else None)

    lines = [
        line(product, draw(st.integers(1, 9)), draw(st.integers(0, 5_000)))
        for product in draw(st.sets(st.sampled_from([OIL, WINE, CARD]), min_size=1))
    ]
    delivery = draw(st.none() | st.integers(0, 900))
    return [one(number) for number in range(1, draw(st.integers(1, 6)) + 1)], cart(*lines, delivery=delivery)


@settings(max_examples=80, deadline=None)
@given(offers_and_cart(), st.randoms(use_true_random=False))
def test_whatever_is_in_the_cart(known: tuple[list[Offer], Quote], chance: Any) -> None:
    """Shares sum to their discount, nothing falls below zero, the best is taken, and order decides nothing."""
    offers, quote = known
    chosen = choose(offers, quote, COLLECTION)
    applied = with_adjustments(quote, chosen.adjustments)
    assert applied.total >= 0
    assert all(one.total >= 0 for one in applied.lines)
    assert all(one.discount <= one.amount for one in applied.deliveries)
    for discount in applied.discounts:
        assert discount.amount == discount.adjustment.amount, "nothing is promised that is not there"
        if discount.adjustment.target == "line":
            assert sum(share.amount for share in discount.allocations) == discount.amount
    for each in offers:
        alone = with_adjustments(quote, choose([each], quote, COLLECTION).adjustments)
        assert applied.discount >= alone.discount, "no single one would have been better"
    shuffled = list(offers)
    chance.shuffle(shuffled)
    assert choose(shuffled, quote, COLLECTION).adjustments == chosen.adjustments
