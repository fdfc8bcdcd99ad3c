"""What the shop does although nobody asks: attempts expire, lost charges are found, stale carts are tidied."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from tests.support import shops
from tests.support.checkouts import Books, Desk, attempt_of, books, cart_to_pay, check_ledgers, open_desk, submitted

from vetrina.flows.checkout.completing import submit
from vetrina.flows.orders.whole import cancel_order
from vetrina.flows.tidying import tidy_carts
from vetrina.flows.upkeep import JOBS, expire_attempts, reconcile_payments, watch_money
from vetrina.kernel.db import Conflict
from vetrina.kernel.jobs import Runner
from vetrina.shop.cart.models import Cart, CartAddress, CartLine
from vetrina.shop.checkout.models import Attempt
from vetrina.shop.metafields import service as metafields
from vetrina.shop.metafields.models import Metafield
from vetrina.shop.metafields.rules import Entry
from vetrina.shop.orders.models import Order
from vetrina.shop.payments.models import Payment, PaymentEntry
from vetrina.testing.payments import CHALLENGES, DECLINES, PROCESSES
from vetrina.views.payments.standing import troubled_payments


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def test_an_attempt_nobody_finishes_expires_after_half_an_hour(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    desk.clock.move(minutes=29)
    assert await expire_attempts(desk.ctx) == 0
    desk.clock.move(minutes=1)
    assert await expire_attempts(desk.ctx) == 1
    ended = await attempt_of(desk, view.key)
    assert (ended.state, ended.error_reason) == ("failed", "EXPIRED")
    assert desk.provider.only.state == "cancelled"
    assert await books(desk) == Books((), (("cancelled", 0, 0, 0),), (), 10, 0)
    assert await expire_attempts(desk.ctx) == 0


async def test_what_was_paid_in_the_last_moment_is_placed_instead_of_expired(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    desk.provider.complete_challenge(desk.provider.only.key)
    desk.clock.move(minutes=31)
    await expire_attempts(desk.ctx)
    assert (await attempt_of(desk, view.key)).state == "succeeded"


async def test_while_its_provider_is_away_an_attempt_stays_open_and_its_goods_held(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    desk.clock.move(minutes=31)
    desk.provider.lose_answers = 1
    await expire_attempts(desk.ctx)
    assert (await attempt_of(desk, view.key)).state == "open"
    assert (await books(desk)).held == (1,)
    desk.clock.move(minutes=1)
    await expire_attempts(desk.ctx)
    assert (await attempt_of(desk, view.key)).state == "failed"


async def test_one_provider_that_is_away_does_not_keep_others_from_expiring(desk: Desk) -> None:
    first = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    second = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    desk.clock.move(minutes=31)
    desk.provider.lose_answers = 1
    assert await expire_attempts(desk.ctx) == 2
    assert (await attempt_of(desk, first.key)).state == "open"
    assert (await attempt_of(desk, second.key)).state == "failed"


async def test_a_charge_whose_answer_and_events_are_lost_and_whose_buyer_is_gone_is_found(desk: Desk) -> None:
    desk.provider.lose_answers = 1
    view = await submitted(desk, await cart_to_pay(desk))
    assert await reconcile_payments(desk.ctx) == 0, "the request may still be on its way"
    desk.clock.move(minutes=1)
    assert await reconcile_payments(desk.ctx) == 1
    assert (await attempt_of(desk, view.key)).state == "succeeded"
    assert await reconcile_payments(desk.ctx) == 0


async def test_a_charge_that_goes_on_being_processed_is_asked_about_again(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=PROCESSES))
    for _ in range(3):
        desk.clock.move(minutes=2)
        assert await reconcile_payments(desk.ctx) == 1
    desk.provider.finish_processing(desk.provider.only.key, passes=False)
    await reconcile_payments(desk.ctx)
    assert (await attempt_of(desk, view.key)).state == "failed"


async def test_people_are_told_of_money_without_an_order_after_a_quarter_of_an_hour(desk: Desk) -> None:
    await submitted(desk, await cart_to_pay(desk))
    async with desk.ctx.tx() as session:
        await session.execute(update(Payment).values(order_id=None))
    assert await watch_money(desk.ctx) == 0
    desk.clock.move(minutes=15)
    assert await watch_money(desk.ctx) == 1
    (troubled,) = await troubled_payments(desk.ctx.db, before=desk.clock.now())
    assert (troubled.captured, troubled.refunded, troubled.provider_reference) == (1_500, 0, "ch_1")
    await Runner(desk.ctx.db, desk.clock, JOBS, lambda _: desk.ctx).run_once()
    assert desk.provider.only.refunded == 1_500
    assert await watch_money(desk.ctx) == 0


async def test_a_charge_nobody_can_decide_is_told_too(desk: Desk) -> None:
    await submitted(desk, await cart_to_pay(desk, token=PROCESSES))
    desk.clock.move(minutes=44)
    assert await watch_money(desk.ctx) == 0
    desk.clock.move(minutes=2)
    assert await watch_money(desk.ctx) == 1


async def test_a_cart_nobody_submitted_is_dropped_after_ninety_days_with_all_that_is_its(desk: Desk) -> None:
    old = await cart_to_pay(desk)
    cart_id = await desk.ctx.db.value(select(Cart.id))
    async with desk.ctx.tx() as session:
        entry = Entry(namespace="custom", key="wish", type="single_line_text_field", value="red")
        await metafields.set_metafield(session, "Cart", cart_id, entry, desk.clock.now())
    desk.clock.move(days=89)
    fresh = await cart_to_pay(desk)
    assert await tidy_carts(desk.ctx) == 0
    desk.clock.move(days=2)
    assert await tidy_carts(desk.ctx) == 1
    assert [key for (key,) in await desk.ctx.db.fetch(select(Cart.key))] == [fresh]
    assert old != fresh
    for table in (CartLine, CartAddress):
        assert await desk.ctx.db.fetch(select(table.id).where(table.cart_id == cart_id)) == []
    assert await desk.ctx.db.fetch(select(Metafield.id).where(Metafield.owner_id == cart_id)) == []


async def test_an_ordered_cart_and_its_attempts_stay_without_the_person(desk: Desk) -> None:
    key = await cart_to_pay(desk, token=DECLINES)
    await submitted(desk, key, "declined")
    ordered = await submitted(desk, await cart_to_pay(desk, email="bruno@example.com"))
    desk.clock.move(days=91)
    assert await tidy_carts(desk.ctx) == 2
    assert await tidy_carts(desk.ctx) == 0
    for (snapshot,) in await desk.ctx.db.fetch(select(Attempt.snapshot)):
        assert not any(trace in str(snapshot) for trace in ("example.com", "Rossi", "Roma", "Torino"))
    assert await desk.ctx.db.fetch(select(CartAddress.id)) == []
    assert {email for (email,) in await desk.ctx.db.fetch(select(Cart.email))} == {None}
    assert await desk.ctx.db.value(select(Order.email)) == "bruno@example.com", (
        "the order keeps what the law wants kept"
    )
    await cancel_order(desk.ctx, ordered.order_id or 0, "CUSTOMER")
    assert (await books(desk)).orders == ((1001, "cancelled", "REFUNDED"),)


async def test_a_cart_that_is_being_ordered_is_left_alone(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    desk.clock.move(days=91)
    assert await tidy_carts(desk.ctx) == 0
    desk.provider.complete_challenge(desk.provider.only.key)
    await expire_attempts(desk.ctx)
    assert (await attempt_of(desk, view.key)).state == "succeeded"
    assert await desk.ctx.db.value(select(Order.email)) == "anna@example.com"


async def test_every_job_of_the_core_runs_on_its_schedule(desk: Desk) -> None:
    runner = Runner(desk.ctx.db, desk.clock, JOBS, lambda _: desk.ctx)
    await runner.schedule()
    recurring = {job.name: job.every for job in JOBS if job.every}
    assert await runner.run_once() == len(recurring)
    assert await runner.run_once() == 0
    view = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    desk.clock.move(minutes=31)
    assert await runner.run_once() >= 2
    assert (await attempt_of(desk, view.key)).state == "failed"
    assert recurring["core.expire-attempts"] == timedelta(minutes=1)


async def test_the_money_ledger_cannot_be_rewritten(desk: Desk) -> None:
    await submit(desk.buyer, await cart_to_pay(desk), "one")
    with pytest.raises(Conflict):
        async with desk.ctx.tx() as session:
            await session.execute(update(PaymentEntry).values(amount=1))
    with pytest.raises(Conflict):
        async with desk.ctx.tx() as session:
            await session.execute(update(Payment).values(captured=9_999))
    await check_ledgers(desk)
