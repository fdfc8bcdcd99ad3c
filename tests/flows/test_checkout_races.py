"""Buyers, tokens, messages and jobs at the same moment: one order, one use of a card, nothing sold twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select
from tests.support import shops
from tests.support.checkouts import (
    Desk,
    books,
    cart_to_pay,
    check_ledgers,
    events,
    open_desk,
    submitted,
)

from vetrina.flows.checkout.completing import Accepted, NotAccepted, attempt, cancel_attempt, submit
from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.flows.payments.moving import take_message
from vetrina.flows.upkeep import JOBS, expire_attempts, reconcile_payments
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Conflict
from vetrina.kernel.errors import Refusal
from vetrina.kernel.jobs import Runner
from vetrina.shop.checkout import service as attempts
from vetrina.shop.checkout.models import Attempt
from vetrina.testing.payments import AUTHORISES, CHALLENGES

FREE = "vetrina:free"


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def test_the_same_token_fifty_times_at_once_is_one_order(desk: Desk) -> None:
    key = await cart_to_pay(desk)
    answers = await asyncio.gather(*(submit(desk.buyer, key, "one") for _ in range(50)))
    assert Counter(type(answer) for answer in answers) == {Accepted: 50}
    accepted = [answer for answer in answers if isinstance(answer, Accepted)]
    assert len({answer.attempt_key for answer in accepted}) == 1
    assert [answer.is_new for answer in accepted].count(True) == 1
    assert len((await books(desk)).orders) == 1
    assert desk.provider.calls == ["start"]


async def test_fifty_tokens_at_once_are_one_order(desk: Desk) -> None:
    await desk.cards.fill(desk.ctx, "CARD", 9_000)
    key = await cart_to_pay(desk, FREE, None, cards=("CARD",))
    answers = await asyncio.gather(*(submit(desk.buyer, key, f"token-{n}") for n in range(50)))
    accepted = [answer for answer in answers if isinstance(answer, Accepted)]
    assert len(accepted) == 50
    assert len({answer.attempt_key for answer in accepted}) == 1
    assert await desk.cards.balance(desk.ctx, "CARD") == 7_500
    assert await desk.ctx.db.value(select(func.count(Attempt.id))) == 1


async def test_a_card_pays_once_whichever_cart_is_faster(desk: Desk) -> None:
    await desk.cards.fill(desk.ctx, "CARD", 2_000)
    carts = [await cart_to_pay(desk, FREE, None, cards=("CARD",)) for _ in range(8)]
    answers = await asyncio.gather(*(submit(desk.buyer, key, "one") for key in carts))
    kinds = Counter(type(answer) for answer in answers)
    assert kinds == {Accepted: 1, NotAccepted: 7}
    reasons = {p.reason for answer in answers if isinstance(answer, NotAccepted) for p in answer.problems}
    assert reasons <= {"GIFT_CARD_BALANCE_CHANGED", "PRICE_CHANGED", None}
    assert await desk.cards.balance(desk.ctx, "CARD") == 500
    assert len((await books(desk)).orders) == 1


async def test_as_many_orders_as_pieces_and_every_loser_is_told(desk: Desk) -> None:
    carts = [await cart_to_pay(desk) for _ in range(16)]
    answers = await asyncio.gather(*(submit(desk.buyer, key, "one") for key in carts))
    assert Counter(type(answer) for answer in answers) == {Accepted: 10, NotAccepted: 6}
    codes = {p.code for answer in answers if isinstance(answer, NotAccepted) for p in answer.problems}
    assert codes == {"MERCHANDISE_OUT_OF_STOCK"}
    ended = await books(desk)
    assert (len(ended.orders), ended.on_hand, ended.reserved) == (10, 0, 0)
    await check_ledgers(desk)


async def test_message_poll_job_and_buyer_at_once_place_one_order(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    desk.provider.complete_challenge(desk.provider.only.key)
    message = desk.provider.outgoing[-1]
    desk.clock.move(minutes=2)
    await asyncio.gather(
        *(take_message(desk.ctx, "fake", message.headers, message.body) for _ in range(5)),
        *(attempt(desk.buyer, view.key) for _ in range(5)),
        *(reconcile_payments(desk.ctx) for _ in range(3)),
        submit(desk.buyer, view.cart_key, "another"),
        cancel_attempt(desk.buyer, view.key),
    )
    assert len((await books(desk)).orders) == 1
    heard = await events(desk)
    assert (heard.count("OrderPlaced"), heard.count("OrderPaid"), heard.count("PaymentCaptured")) == (1, 1, 1)
    await check_ledgers(desk)


async def test_paying_at_the_moment_of_giving_up_is_an_order_or_no_charge(desk: Desk) -> None:
    for _ in range(5):
        view = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
        key = list(desk.provider.charges)[-1]
        desk.clock.move(minutes=31)

        async def pay(key: str = key) -> None:
            await asyncio.sleep(0)
            desk.provider.complete_challenge(key)

        await asyncio.gather(expire_attempts(desk.ctx), pay(), cancel_attempt(desk.buyer, view.key))
        ended = await attempt(desk.buyer, view.key)
        charge = desk.provider.charges[key]
        assert ended is not None
        assert (ended.state == "succeeded") == (charge.state == "captured")
    assert (await books(desk)).held == ()
    await check_ledgers(desk)


async def test_marking_as_paid_and_cancelling_at_once_is_one_or_the_other(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=AUTHORISES))
    order_id = view.order_id or 0
    ended = await asyncio.gather(
        *(mark_as_paid(desk.ctx, order_id) for _ in range(3)),
        *(cancel_order(desk.ctx, order_id, "STAFF") for _ in range(3)),
        return_exceptions=True,
    )
    assert all(result is None or isinstance(result, Refusal) for result in ended), ended
    assert (await events(desk)).count("OrderCancelled") == 1
    await Runner(desk.ctx.db, desk.clock, JOBS, lambda _: desk.ctx).run_once()
    charge = desk.provider.only
    assert charge.captured == charge.refunded
    assert charge.state in ("cancelled", "refunded")
    await check_ledgers(desk)


async def test_a_second_live_attempt_cannot_even_be_written(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    with pytest.raises(Conflict):
        async with desk.ctx.tx() as session:
            await attempts.open_attempt(
                session,
                key=draw_key(),
                cart_id=view.cart_id,
                token_hash="other",
                snapshot={},
                expires_at=desk.clock.now(),
                at=desk.clock.now(),
            )
