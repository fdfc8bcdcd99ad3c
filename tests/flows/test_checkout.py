"""A cart is completed: every way of checkout.md, from the flow to the database, on both engines."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Executable, column, table, update
from tests.support import shops
from tests.support.checkouts import (
    BY_BANK_PAGE,
    CARD,
    Books,
    Desk,
    attempt_of,
    books,
    cart_to_pay,
    check_ledgers,
    events,
    open_desk,
    pay_with,
    submitted,
)

from vetrina.flows.cart.carts import update_note
from vetrina.flows.checkout.completing import (
    Accepted,
    AttemptInProgress,
    NoSuchCart,
    NotAccepted,
    Throttled,
    attempt,
    cancel_attempt,
    prepare,
    submit,
)
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput
from vetrina.shop.catalog.models import Product
from vetrina.shop.pricing.models import Price
from vetrina.testing.payments import AUTHORISES, CHALLENGES, DECLINES, PAYS, PROCESSES
from vetrina.views.carts import cart_by_key
from vetrina.views.payments.attempts import next_step
from vetrina.vocabulary import CartState

FREE = "vetrina:free"
UNTOUCHED = Books((), (), (), 10, 0)


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def test_a_paid_cart_is_one_paid_order_and_its_goods_have_left_the_shelf(desk: Desk) -> None:
    key = await cart_to_pay(desk, quantity=3)
    view = await submitted(desk, key)
    assert (view.state, view.order_number) == ("succeeded", 1001)
    assert await books(desk) == Books(((1001, "placed", "PAID"),), (("captured", 3500, 3500, 0),), (), 7, 0)
    assert await events(desk) == ["OrderPlaced", "OrderPaid", "PaymentCaptured"]
    cart = await cart_by_key(desk.ctx.db, key)
    assert cart is not None
    assert (cart.state, cart.payment) == (CartState.ORDERED, None)
    await check_ledgers(desk)


async def test_a_promised_payment_places_an_order_that_is_not_paid_yet(desk: Desk) -> None:
    await submitted(desk, await cart_to_pay(desk, token=AUTHORISES))
    assert await books(desk) == Books(((1001, "placed", "AUTHORIZED"),), (("authorised", 1500, 0, 0),), (), 9, 0)
    assert await events(desk) == ["OrderPlaced"]


async def test_a_declined_card_ends_the_attempt_and_releases_everything(desk: Desk) -> None:
    key = await cart_to_pay(desk, token=DECLINES)
    view = await submitted(desk, key)
    assert (view.state, view.error_code) == ("failed", "PAYMENT_CARD_DECLINED")
    assert await books(desk) == Books((), (("failed", 0, 0, 0),), (), 10, 0)
    again = await submit(desk.buyer, key, "one")
    assert again == Accepted(view.key, is_new=False), "a failed attempt still answers for its token"
    await pay_with(desk, key, CARD, PAYS)
    assert (await submitted(desk, key, "two")).state == "succeeded"


async def test_a_challenge_waits_for_the_buyer_and_holds_the_goods(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    step = next_step(desk.buyer, view)
    assert step is not None
    assert (step.client_secret, step.url) == ("ch_1_secret", f"https://shop.test/checkout/attempts/{view.key}")
    assert await books(desk) == Books((), (("action_required", 0, 0, 0),), (1,), 10, 1)
    desk.provider.complete_challenge(desk.provider.only.key)
    polled = await attempt(desk.buyer, view.key)
    assert polled is not None
    assert (polled.state, polled.order_number) == ("succeeded", 1001)
    assert next_step(desk.buyer, polled) is None
    assert (await books(desk)).on_hand == 9


async def test_a_challenge_that_is_not_passed_is_a_declined_card(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, BY_BANK_PAGE, None))
    desk.provider.complete_challenge(desk.provider.only.key, passes=False)
    polled = await attempt(desk.buyer, view.key)
    assert polled is not None
    assert (polled.state, polled.error_code) == ("failed", "PAYMENT_CARD_DECLINED")
    assert (await books(desk)).held == ()


async def test_the_secret_of_a_next_step_is_not_readable_in_the_database(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    assert view.next_step is not None
    assert "ch_1_secret" not in str(view.next_step)


async def test_polling_asks_the_provider_no_more_often_than_every_two_seconds(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=PROCESSES))
    await attempt(desk.buyer, view.key)
    desk.provider.finish_processing(desk.provider.only.key)
    desk.clock.move(seconds=1)
    early = await attempt(desk.buyer, view.key)
    desk.clock.move(seconds=1)
    later = await attempt(desk.buyer, view.key)
    assert early is not None
    assert later is not None
    assert (early.state, later.state) == ("open", "succeeded")


async def test_an_answer_lost_after_the_charge_is_processing_and_then_an_order(desk: Desk) -> None:
    desk.provider.lose_answers = 1
    view = await submitted(desk, await cart_to_pay(desk))
    assert (view.state, view.payment_state) == ("open", "processing")
    polled = await attempt(desk.buyer, view.key)
    assert polled is not None
    assert polled.state == "succeeded"
    assert desk.provider.calls == ["start"]


async def test_a_charge_the_provider_never_heard_of_fails_but_not_at_once(desk: Desk) -> None:
    desk.provider.refuse_calls = 1
    view = await submitted(desk, await cart_to_pay(desk))
    early = await attempt(desk.buyer, view.key)
    desk.clock.move(minutes=2)
    later = await attempt(desk.buyer, view.key)
    assert early is not None
    assert later is not None
    assert (early.state, later.state, later.error_code) == ("open", "failed", "PAYMENT_TRANSIENT_ERROR")
    assert (await books(desk)).held == ()


async def test_the_buyer_gives_up_what_waits_for_him(desk: Desk) -> None:
    key = await cart_to_pay(desk, token=CHALLENGES)
    view = await submitted(desk, key)
    given_up = await cancel_attempt(desk.buyer, view.key)
    assert given_up is not None
    assert (given_up.state, given_up.error_code, given_up.error_reason) == ("failed", "PAYMENT_ERROR", "GIVEN_UP")
    assert await books(desk) == Books((), (("cancelled", 0, 0, 0),), (), 10, 0)
    assert desk.provider.only.state == "cancelled"
    assert (await cancel_attempt(desk.buyer, view.key)) == given_up


async def test_who_gives_up_after_paying_has_an_order(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    desk.provider.complete_challenge(desk.provider.only.key)
    given_up = await cancel_attempt(desk.buyer, view.key)
    assert given_up is not None
    assert given_up.state == "succeeded"


async def test_what_the_provider_is_working_on_cannot_be_given_up(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=PROCESSES))
    with pytest.raises(AttemptInProgress):
        await cancel_attempt(desk.buyer, view.key)
    assert (await attempt_of(desk, view.key)).state == "open"


async def test_any_token_on_an_open_or_ordered_cart_answers_with_its_attempt(desk: Desk) -> None:
    key = await cart_to_pay(desk, token=CHALLENGES)
    view = await submitted(desk, key)
    assert await submit(desk.buyer, key, "another") == Accepted(view.key, is_new=False)
    desk.provider.complete_challenge(desk.provider.only.key)
    await attempt(desk.buyer, view.key)
    assert await submit(desk.buyer, key, "a third", expected_version=999) == Accepted(view.key, is_new=False)
    assert len((await books(desk)).orders) == 1


async def test_a_version_the_buyer_did_not_see_is_not_ordered(desk: Desk) -> None:
    key = await cart_to_pay(desk)
    cart = await cart_by_key(desk.ctx.db, key)
    assert cart is not None
    await update_note(desk.buyer, key, "Ring twice")
    answer = await submit(desk.buyer, key, "one", expected_version=cart.version)
    assert isinstance(answer, NotAccepted)
    assert [(p.code, p.reason) for p in answer.problems] == [("ERROR", "CART_CHANGED")]
    assert await books(desk) == UNTOUCHED
    assert isinstance(await submit(desk.buyer, key, "one", expected_version=cart.version + 1), Accepted)


@pytest.mark.parametrize("amount", [999, 1001])
async def test_a_changed_price_even_a_lower_one_asks_the_buyer_again(desk: Desk, amount: int) -> None:
    key = await cart_to_pay(desk)
    async with desk.ctx.tx() as session:
        await session.execute(update(Price).values(amount=amount))
    answer = await submit(desk.buyer, key, "one")
    assert isinstance(answer, NotAccepted)
    assert [(p.code, p.reason) for p in answer.problems] == [("PAYMENTS_UNACCEPTABLE_PAYMENT_AMOUNT", "PRICE_CHANGED")]
    assert await books(desk) == UNTOUCHED
    await pay_with(desk, key, CARD, PAYS)
    assert (await submitted(desk, key)).state == "succeeded"


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("email", "BUYER_IDENTITY_EMAIL_REQUIRED"),
        ("address", "DELIVERY_ADDRESS_REQUIRED"),
        ("method", "PAYMENTS_METHOD_REQUIRED"),
    ],
)
async def test_what_is_missing_is_named_by_prepare_and_by_submit_alike(desk: Desk, missing: str, code: str) -> None:
    without: dict[str, Any] = {missing: None}
    key = await cart_to_pay(desk, **without)
    prepared, answer = await prepare(desk.buyer, key), await submit(desk.buyer, key, "one")
    assert prepared.quote is not None
    assert isinstance(answer, NotAccepted)
    assert prepared.quote.problems == answer.problems
    assert code in [problem.code for problem in answer.problems]
    assert await books(desk) == UNTOUCHED


async def test_goods_that_sold_out_meanwhile_are_named_with_their_line(desk: Desk) -> None:
    first, second = await cart_to_pay(desk, quantity=8), await cart_to_pay(desk, quantity=8)
    await submitted(desk, first)
    answer = await submit(desk.buyer, second, "one")
    assert isinstance(answer, NotAccepted)
    (problem,) = answer.problems
    assert (problem.code, problem.line_id is not None) == ("MERCHANDISE_NOT_ENOUGH_STOCK_AVAILABLE", True)
    assert (await books(desk)).held == ()


async def test_a_product_taken_off_sale_is_not_ordered(desk: Desk) -> None:
    key = await cart_to_pay(desk)
    async with desk.ctx.tx() as session:
        await session.execute(update(Product).values(status="archived"))
    answer = await submit(desk.buyer, key, "one")
    assert isinstance(answer, NotAccepted)
    assert "MERCHANDISE_PRODUCT_NOT_PUBLISHED" in [problem.code for problem in answer.problems]


async def test_prepare_changes_nothing(desk: Desk) -> None:
    key = await cart_to_pay(desk)
    before = await cart_by_key(desk.ctx.db, key)
    prepared = await prepare(desk.buyer, key)
    assert prepared.quote is not None
    assert prepared.quote.problems == ()
    assert await cart_by_key(desk.ctx.db, key) == before
    assert await books(desk) == UNTOUCHED


async def test_a_gift_card_that_covers_all_is_debited_and_no_provider_is_asked(desk: Desk) -> None:
    await desk.cards.fill(desk.ctx, "CARD", 5_000)
    view = await submitted(desk, await cart_to_pay(desk, FREE, None, cards=("CARD",)))
    assert view.state == "succeeded"
    assert await books(desk) == Books(((1001, "placed", "PAID"),), (), (), 9, 0)
    assert await desk.cards.balance(desk.ctx, "CARD") == 3_500
    assert [use[1] for use in await desk.cards.uses(desk.ctx)] == ["used"]
    assert await events(desk) == ["OrderPlaced", "OrderPaid"]
    assert desk.provider.calls == []


async def test_a_partial_gift_card_is_held_then_debited_or_given_back(desk: Desk) -> None:
    await desk.cards.fill(desk.ctx, "CARD", 600)
    key = await cart_to_pay(desk, token=CHALLENGES, cards=("CARD",))
    view = await submitted(desk, key)
    assert desk.provider.only.amount == 900
    assert await desk.cards.balance(desk.ctx, "CARD") == 0
    await cancel_attempt(desk.buyer, view.key)
    assert await desk.cards.balance(desk.ctx, "CARD") == 600
    await pay_with(desk, key, CARD, PAYS)
    assert (await submitted(desk, key, "two")).state == "succeeded"
    assert [use[1] for use in await desk.cards.uses(desk.ctx)] == ["back", "used"]
    assert (await books(desk)).orders == ((1001, "placed", "PAID"),)


async def test_a_gift_card_that_was_spent_elsewhere_leaves_nothing_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.cards.fill(desk.ctx, "CARD", 1_500)
    key = await cart_to_pay(desk, FREE, None, cards=("CARD",))
    await _race(desk, monkeypatch, update(table("cards_balance", column("balance"))).values(balance=100))
    answer = await submit(desk.buyer, key, "one")
    assert isinstance(answer, NotAccepted)
    assert [(p.code, p.reason) for p in answer.problems] == [
        ("PAYMENTS_UNACCEPTABLE_PAYMENT_AMOUNT", "GIFT_CARD_BALANCE_CHANGED")
    ]
    assert await books(desk) == UNTOUCHED
    assert await desk.cards.uses(desk.ctx) == []


async def test_a_limited_code_is_used_once_and_refused_when_it_is_spent(desk: Desk) -> None:
    await desk.codes.fill(desk.ctx, "FIVE", 500)
    first, second = await cart_to_pay(desk, codes=("FIVE",)), await cart_to_pay(desk, codes=("FIVE",))
    assert (await submitted(desk, first)).state == "succeeded"
    assert desk.provider.only.amount == 1_000
    answer = await submit(desk.buyer, second, "one")
    assert isinstance(answer, NotAccepted)
    assert [p.reason for p in answer.problems] == ["DISCOUNT_CODE_SPENT"]
    assert (await books(desk)).reserved == 0


async def test_a_cart_is_tried_ten_times_a_minute_at_most(desk: Desk) -> None:
    key = await cart_to_pay(desk, token=DECLINES)
    for number in range(10):
        await submitted(desk, key, f"try-{number}")
    throttled = await submit(desk.buyer, key, "once more")
    assert isinstance(throttled, Throttled)
    assert (await prepare(desk.buyer, key)).poll_after == throttled.poll_after
    assert isinstance(await submit(desk.buyer, key, "try-3"), Accepted), "a known token is answered all the same"
    desk.clock.move(minutes=1)
    assert isinstance(await submit(desk.buyer, key, "once more"), Accepted)


async def test_there_is_no_submitting_a_cart_that_is_not_there(desk: Desk) -> None:
    assert isinstance(await submit(desk.buyer, "0" * 32, "one"), NoSuchCart)
    assert (await prepare(desk.buyer, "0" * 32)).errors[0].code == "INVALID"
    assert await attempt(desk.buyer, "0" * 32) is None
    assert await cancel_attempt(desk.buyer, "0" * 32) is None


@pytest.mark.parametrize("token", ["", "  ", "x" * 256, "a\0b", "\ud800"])
async def test_a_token_that_cannot_be_one_is_refused(desk: Desk, token: str) -> None:
    key = await cart_to_pay(desk)
    with pytest.raises(BadInput):
        await submit(desk.buyer, key, token)
    assert await books(desk) == UNTOUCHED


async def test_numbers_have_no_gaps_however_many_submissions_fail(desk: Desk) -> None:
    for number in range(3):
        key = await cart_to_pay(desk, token=DECLINES)
        await submitted(desk, key, "declined")
        await pay_with(desk, key, CARD, PAYS)
        assert (await submitted(desk, key, "paid")).order_number == 1001 + number
    await check_ledgers(desk)


async def _race(desk: Desk, monkeypatch: pytest.MonkeyPatch, statement: Executable) -> None:
    """Between the submission's quote and its reservation, somebody else's statement takes effect."""
    reserve = desk.cards.reserve

    async def slower(session: Session, code: str, amount: int, reference: str, expires_at: datetime) -> None:
        await session.execute(statement)
        await reserve(session, code, amount, reference, expires_at)

    monkeypatch.setattr(desk.cards, "reserve", slower)
