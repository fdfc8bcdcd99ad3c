"""Codes, cards, delivery options and the way to pay: kept, checked, and cleared when they no longer hold."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from tests.support.carts import (
    ROME,
    STANDARD,
    Tills,
    a_whole_shop,
    line_ids,
    opened,
    quoted,
    ready,
    serving,
    stored,
    told,
    warned,
)
from tests.support.shops import StillClock
from tests.support.statements import all_statements
from tests.support.wares import ware

from vetrina.flows.cart.carts import NewCart, create_cart
from vetrina.flows.cart.codes import (
    GUESSED,
    add_gift_cards,
    card_id,
    remove_gift_cards,
    update_discount_codes,
    update_gift_cards,
)
from vetrina.flows.cart.delivery import DeliveryChoice, select_delivery_options
from vetrina.flows.cart.identity import Identity, update_buyer_identity
from vetrina.flows.cart.lines import LineChange, update_lines
from vetrina.flows.cart.payment import PAYMENT_TOKEN, PaymentChoice, choose_payment, update_billing_address
from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.errors import TooManyTries
from vetrina.kernel.money import Money
from vetrina.ports import Adjustment, CodeAnswer, Quote
from vetrina.shop.customers.models import CustomerCount
from vetrina.testing.delivery import FakeDelivery
from vetrina.testing.pricing import FakeCards, FakeRules
from vetrina.vocabulary import Address


def ten_off(quote: Quote) -> tuple[Adjustment, ...]:
    return (Adjustment(source="test", title="Ten", amount=quote.subtotal // 10, percentage=100_000, code="TEN"),)


TEN = FakeRules(ten_off, codes=[CodeAnswer(code="TEN", is_applicable=True)])


def paying(handle: str, amount: int, currency: str = "EUR", **more: Any) -> PaymentChoice:
    return PaymentChoice(
        amount=Money(amount, currency), alternatives=("provider_payment_method",), handle=handle, **more
    )


async def test_discount_codes_are_kept_as_typed_and_warned_of_when_nobody_knows_them(ctx: Context) -> None:
    ctx = serving(ctx, rules=TEN)
    key = await opened(ctx, await ware(ctx))
    outcome = await update_discount_codes(ctx, key, ["Ten", "Nonsense", "ten"])
    assert warned(outcome) == ["DISCOUNT_NOT_FOUND"]
    quote = await quoted(ctx, key)
    assert [(answer.code, answer.is_applicable) for answer in quote.codes] == [("Ten", True), ("Nonsense", False)]
    assert quote.quote.total == 900
    await update_discount_codes(ctx, key, [])
    assert (await stored(ctx, key)).discount_codes == []


async def test_a_cart_opened_with_an_unknown_code_is_opened_with_a_warning(ctx: Context) -> None:
    outcome = await create_cart(ctx, NewCart(discount_codes=("Nonsense",)))
    assert (outcome.errors, warned(outcome)) == ((), ["DISCOUNT_NOT_FOUND"])


async def test_who_guesses_codes_waits_and_who_knows_one_does_not(ctx: Context, clock: StillClock) -> None:
    ctx = serving(ctx, rules=TEN, cards=FakeCards({"GIVE-AAAA": 900}))
    there, other = (msgspec.structs.replace(ctx, actor=BUYER, client=f"203.0.113.{n}") for n in (7, 8))
    key, elsewhere = [await opened(there) for _ in range(2)]
    for codes in (["Ten"], [], ["Ten"]):
        await update_discount_codes(there, key, codes)
    assert await guesses(ctx) is None, "what is known is not counted"
    await update_discount_codes(there, key, [f"no-{number}" for number in range(80)])
    await update_discount_codes(there, key, [f"no-{number}" for number in range(81)])
    await add_gift_cards(there, elsewhere, ["NO-CARD", "GIVE-AAAA"])
    assert await guesses(ctx) == 82
    cards = tuple(f"NO-{number}" for number in range(17))
    await create_cart(there, NewCart(discount_codes=("no",), gift_card_codes=cards))
    assert await guesses(ctx) == GUESSED["code"].times == 100
    for guess in (
        update_discount_codes(there, key, ["Ten"]),
        add_gift_cards(there, elsewhere, ["GIVE-AAAA"]),
        create_cart(there, NewCart(discount_codes=("Ten",))),
        create_cart(there, NewCart(gift_card_codes=("GIVE-AAAA",))),
    ):
        with pytest.raises(TooManyTries):
            await guess
    assert len((await stored(ctx, key)).discount_codes) == 81, "nothing is changed"
    with all_statements(ctx.db) as texts:
        await update_discount_codes(there, key, [])
        assert (await create_cart(there, NewCart())).cart is not None
    assert texts and not [text for text in texts if "customers_count" in text], "without a code nothing is asked"
    await update_discount_codes(other, key, ["Ten"])
    clock.move(hours=1)
    await update_discount_codes(there, elsewhere, ["Ten"])
    assert [(await stored(ctx, one)).discount_codes for one in (key, elsewhere)] == [["Ten"], ["Ten"]]


async def guesses(ctx: Context) -> int | None:
    """How many have been counted from the one network that guesses."""
    found: int | None = await ctx.db.value(select(CustomerCount.times))
    return found


async def test_gift_cards_pay_and_unknown_ones_are_left_out_with_a_warning(ctx: Context) -> None:
    ctx = serving(ctx, cards=FakeCards({"GIVE-AAAA": 300, "GIVE-BBBB": 5_000}))
    key = await opened(ctx, await ware(ctx))
    outcome = await add_gift_cards(ctx, key, ["give-aaaa", "NOTHING"])
    assert warned(outcome) == ["PAYMENTS_GIFT_CARDS_UNAVAILABLE"]
    assert "NOTHING" not in outcome.warnings[0].message
    assert (await stored(ctx, key)).gift_card_codes == ["give-aaaa"]
    await add_gift_cards(ctx, key, ["GIVE-BBBB", "GIVE-AAAA"])
    quote = await quoted(ctx, key)
    assert [card.amount for card in quote.quote.redemptions] == [300, 700]
    assert quote.quote.amount_due == 0
    outcome = await remove_gift_cards(ctx, key, [card_id(quote.quote.redemptions[0])])
    assert outcome.errors == ()
    assert (await stored(ctx, key)).gift_card_codes == ["GIVE-BBBB"]
    await update_gift_cards(ctx, key, ["GIVE-AAAA"])
    assert (await stored(ctx, key)).gift_card_codes == ["GIVE-AAAA"]


async def test_only_applied_gift_cards_can_be_removed(ctx: Context) -> None:
    ctx = serving(ctx, cards=FakeCards({"GIVE-AAAA": 300}))
    key = await opened(ctx, gift_card_codes=("GIVE-AAAA",))
    assert told(await remove_gift_cards(ctx, key, ["cards.nothing"])) == [("INVALID", "applied_gift_card_ids.0")]
    assert (await stored(ctx, key)).gift_card_codes == ["GIVE-AAAA"]


async def test_gift_cards_that_cannot_be_asked_about_are_refused(ctx: Context) -> None:
    ctx = serving(ctx, cards=FakeCards(failure=OSError("down")))
    key = await opened(ctx)
    assert told(await add_gift_cards(ctx, key, ["GIVE-AAAA"])) == [("SERVICE_UNAVAILABLE", "gift_card_codes")]


async def test_a_delivery_option_is_chosen_among_those_on_offer(ctx: Context) -> None:
    ctx = a_whole_shop(ctx)
    key = await ready(ctx, await ware(ctx))
    [group] = (await quoted(ctx, key)).groups
    assert [option.handle for option in group.options] == ["delivery:standard", "delivery:express"]
    assert group.selected is None
    outcome = await select_delivery_options(ctx, key, [DeliveryChoice(group.key, "delivery:express")])
    assert outcome.errors == ()
    quote = await quoted(ctx, key)
    assert quote.groups[0].selected is not None
    assert (quote.quote.delivery, quote.quote.total, quote.cart.version) == (1_500, 2_500, 2)


@pytest.mark.parametrize(
    ("choice", "code", "field"),
    [
        (DeliveryChoice("1", "delivery:nothing"), "INVALID_DELIVERY_OPTION", "delivery_option_handle"),
        (DeliveryChoice("9", "delivery:standard"), "INVALID_DELIVERY_GROUP", "delivery_group_id"),
    ],
)
async def test_what_is_not_on_offer_cannot_be_chosen(
    ctx: Context, choice: DeliveryChoice, code: str, field: str
) -> None:
    ctx = a_whole_shop(ctx)
    key = await ready(ctx, await ware(ctx))
    outcome = await select_delivery_options(ctx, key, [choice])
    assert told(outcome) == [(code, f"selected_delivery_options.0.{field}")]
    assert (await stored(ctx, key)).version == 1


async def test_a_choice_that_is_no_longer_offered_selects_nothing(ctx: Context) -> None:
    oil = await ware(ctx)
    both = a_whole_shop(ctx)
    key = await ready(both, oil)
    await select_delivery_options(both, key, [DeliveryChoice("1", "delivery:express")])
    less = await quoted(serving(ctx, delivery=FakeDelivery([STANDARD])), key)
    assert less.groups[0].selected is None
    assert "NO_DELIVERY_GROUP_SELECTED" in [problem.code for problem in less.problems]


async def test_a_way_to_pay_is_kept_with_its_token_sealed(ctx: Context) -> None:
    ctx = a_whole_shop(ctx)
    key = await ready(ctx, await ware(ctx))
    choice = paying("payments:cash", 1_200, token="tok_1", return_url="https://shop.test/back", billing_address=ROME)
    outcome = await choose_payment(ctx, key, choice)
    assert outcome.errors == ()
    cart = await stored(ctx, key)
    assert cart.payment is not None
    assert (cart.payment["handle"], cart.payment["amount"], cart.payment["currency"]) == ("payments:cash", 1_200, "EUR")
    assert "tok_1" not in str(cart.payment)
    assert ctx.shop.vault.open(PAYMENT_TOKEN, cart.payment["token"]) == "tok_1"
    assert (cart.billing_address or {})["city"] == "Roma"
    quote = await quoted(ctx, key)
    assert quote.selected_method is not None
    assert (quote.quote.payment_fee, quote.quote.amount_due) == (200, 1_200)


@pytest.mark.parametrize(
    ("choice", "code", "reason"),
    [
        (paying("payments:transfer", 999), "INVALID_PAYMENT", "AMOUNT_MISMATCH"),
        (paying("payments:transfer", 1_000, "USD"), "INVALID_PAYMENT", "AMOUNT_MISMATCH"),
        (paying("payments:cheque", 1_000), "PAYMENT_METHOD_NOT_APPLICABLE", None),
        (paying("nobody:card", 1_000), "PAYMENT_METHOD_NOT_SUPPORTED", None),
        (PaymentChoice(amount=Money(1_000, "EUR"), alternatives=()), "INVALID_PAYMENT", None),
        (
            PaymentChoice(
                amount=Money(0, "EUR"), alternatives=("free_payment_method", "provider_payment_method"), handle="x:y"
            ),
            "INVALID_PAYMENT",
            None,
        ),
        (
            PaymentChoice(amount=Money(1_000, "EUR"), alternatives=("wallet_payment_method",)),
            "PAYMENT_METHOD_NOT_SUPPORTED",
            None,
        ),
        (
            PaymentChoice(amount=Money(0, "EUR"), alternatives=("free_payment_method",)),
            "PAYMENT_METHOD_NOT_APPLICABLE",
            None,
        ),
    ],
)
async def test_a_way_to_pay_that_does_not_fit_is_refused(
    ctx: Context, choice: PaymentChoice, code: str, reason: str | None
) -> None:
    ctx = a_whole_shop(ctx)
    key = await ready(ctx, await ware(ctx))
    outcome = await choose_payment(ctx, key, choice)
    assert [(problem.code, problem.reason) for problem in outcome.errors] == [(code, reason)]
    assert ((await stored(ctx, key)).payment, (await stored(ctx, key)).version) == (None, 1)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/",
        "https://shop.test@evil.test/",
        "https://shop.test\\@evil.test/",
        "https://shop.test.evil.test/",
        "http://shop.test/",
        "//shop.test/",
        "https:shop.test",
        "javascript:alert(1)",
        "https://[shop.test",
        "https://shop.test/\ud800",
    ],
)
async def test_the_buyer_is_sent_back_to_the_shop_only(ctx: Context, url: str) -> None:
    ctx = a_whole_shop(ctx)
    key = await ready(ctx, await ware(ctx))
    outcome = await choose_payment(ctx, key, paying("payments:transfer", 1_000, return_url=url))
    assert [(problem.code, problem.reason) for problem in outcome.errors] == [
        ("INVALID_PAYMENT", "RETURN_URL_NOT_ALLOWED")
    ]


async def test_the_buyer_may_be_sent_back_to_a_storefront_the_shop_lists(ctx: Context) -> None:
    ctx = a_whole_shop(ctx)
    shop = msgspec.structs.replace(ctx.shop, return_origins=("https://front.example:8443",))
    ctx = msgspec.structs.replace(ctx, shop=shop)
    key = await ready(ctx, await ware(ctx))
    choice = paying("payments:transfer", 1_000, return_url="https://front.example:8443/thanks?x=1")
    assert (await choose_payment(ctx, key, choice)).errors == ()


async def test_an_empty_cart_cannot_be_paid(ctx: Context) -> None:
    ctx = a_whole_shop(ctx)
    key = await ready(ctx)
    outcome = await choose_payment(ctx, key, paying("payments:transfer", 0))
    assert told(outcome) == [("INVALID_PAYMENT_EMPTY_CART", "payment")]


async def test_with_nothing_due_only_free_is_offered_and_taken(ctx: Context) -> None:
    ctx = serving(ctx, payments=Tills(ctx.shop.clock), cards=FakeCards({"GIVE-AAAA": 5_000}))
    key = await ready(ctx, await ware(ctx), gift_card_codes=("GIVE-AAAA",))
    assert [method.handle for method in (await quoted(ctx, key)).methods] == ["vetrina:free"]
    free = PaymentChoice(amount=Money(0, "EUR"), alternatives=("free_payment_method",), billing_address=ROME)
    assert (await choose_payment(ctx, key, free)).errors == ()
    quote = await quoted(ctx, key)
    assert quote.selected_method is not None
    assert quote.selected_method.handle == "vetrina:free"


async def test_a_change_of_the_amount_is_a_warning_and_the_method_stays(ctx: Context) -> None:
    ctx = a_whole_shop(ctx)
    key = await ready(ctx, await ware(ctx))
    await choose_payment(ctx, key, paying("payments:transfer", 1_000))
    [line] = await line_ids(ctx, key)
    outcome = await update_lines(ctx, key, [LineChange(id=line, quantity=2)])
    assert warned(outcome) == ["PAYMENT_AMOUNT_CHANGED"]
    quote = await quoted(ctx, key)
    assert quote.selected_method is not None
    assert ("PAYMENTS_UNACCEPTABLE_PAYMENT_AMOUNT", "PRICE_CHANGED") in [
        (problem.code, problem.reason) for problem in quote.problems
    ]


async def test_a_method_that_is_no_longer_offered_is_cleared_with_a_warning(ctx: Context) -> None:
    ctx = a_whole_shop(ctx)
    key = await ready(ctx, await ware(ctx))
    await choose_payment(ctx, key, paying("payments:cash", 1_200))
    [line] = await line_ids(ctx, key)
    outcome = await update_lines(ctx, key, [LineChange(id=line, quantity=11)])
    assert warned(outcome) == ["PAYMENT_METHOD_CLEARED"]
    cart = await stored(ctx, key)
    assert (cart.payment, cart) == (None, outcome.cart)
    assert cart.version == 3


async def test_another_currency_is_another_amount(ctx: Context) -> None:
    ctx = a_whole_shop(ctx)
    key = await ready(ctx, await ware(ctx, prices={"europe": 1_000, "united-states": 1_000}))
    await choose_payment(ctx, key, paying("payments:transfer", 1_000))
    assert warned(await update_buyer_identity(ctx, key, Identity(country="US"))) == ["PAYMENT_AMOUNT_CHANGED"]


async def test_a_change_that_touches_no_amount_leaves_the_payment_alone(ctx: Context) -> None:
    ctx = a_whole_shop(ctx)
    key = await ready(ctx, await ware(ctx))
    await choose_payment(ctx, key, paying("payments:transfer", 1_000))
    outcome = await update_billing_address(ctx, key, ROME)
    assert (outcome.warnings, (await stored(ctx, key)).payment is not None) == ((), True)


async def test_the_billing_address_is_checked_and_forgotten(ctx: Context) -> None:
    key = await opened(ctx)
    assert told(await update_billing_address(ctx, key, Address(city="<b>"))) == [
        ("ADDRESS_FIELD_CONTAINS_HTML_TAGS", "billing_address.city")
    ]
    await update_billing_address(ctx, key, ROME)
    assert ((await stored(ctx, key)).billing_address or {})["zip"] == "00185"
    await update_billing_address(ctx, key, None)
    assert (await stored(ctx, key)).billing_address is None
