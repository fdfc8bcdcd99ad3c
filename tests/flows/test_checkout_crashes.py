"""A process that dies at any boundary of a checkout leaves no order and no hold, or one order; never a lost charge."""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

import pytest
from sqlalchemy import or_, select
from tests.support import shops, stock
from tests.support.checkouts import Desk, cart_to_pay, check_ledgers, open_desk, pay_with, submitted
from tests.support.mortals import Died, Fate, mortal

from vetrina.flows.checkout.completing import attempt, cancel_attempt, submit
from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.flows.payments.moving import refund, take_message
from vetrina.flows.upkeep import JOBS, expire_attempts, reconcile_payments, watch_money
from vetrina.kernel.context import Context
from vetrina.kernel.jobs import SCHEDULED, JobRun, Runner
from vetrina.ports import PaymentReport
from vetrina.shop.checkout.models import Attempt
from vetrina.shop.orders.models import Order
from vetrina.shop.payments.models import Payment
from vetrina.testing.payments import AUTHORISES, CHALLENGES, DECLINES, PAYS

Deed = Callable[[Context, Desk], Awaitable[object]]
FREE = "vetrina:free"
ENOUGH = 60
"""More boundaries than any deed has."""


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, clock, pieces=1_000)
    await opened.cards.fill(opened.ctx, "CARD", 1_000_000)
    yield opened
    await opened.ctx.db.close()


async def prepare_payment(desk: Desk, token: str) -> Deed:
    key = await cart_to_pay(desk, token=token)
    return lambda ctx, desk: submit(ctx, key, "one")


async def prepare_paid(desk: Desk) -> Deed:
    return await prepare_payment(desk, PAYS)


async def prepare_promised(desk: Desk) -> Deed:
    return await prepare_payment(desk, AUTHORISES)


async def prepare_declined(desk: Desk) -> Deed:
    return await prepare_payment(desk, DECLINES)


async def prepare_challenged(desk: Desk) -> Deed:
    return await prepare_payment(desk, CHALLENGES)


async def prepare_free(desk: Desk) -> Deed:
    key = await cart_to_pay(desk, FREE, None, cards=("CARD",))
    return lambda ctx, desk: submit(ctx, key, "one")


async def prepare_message(desk: Desk) -> Deed:
    """The event alone can finish the order."""
    await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    desk.provider.complete_challenge(list(desk.provider.charges)[-1])
    message = desk.provider.outgoing[-1]
    return lambda ctx, desk: take_message(ctx, "fake", message.headers, message.body)


async def prepare_poll(desk: Desk) -> Deed:
    view = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    desk.provider.complete_challenge(list(desk.provider.charges)[-1])
    return lambda ctx, desk: attempt(ctx, view.key)


async def prepare_giving_up(desk: Desk) -> Deed:
    view = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    return lambda ctx, desk: cancel_attempt(ctx, view.key)


async def prepare_expiry(desk: Desk) -> Deed:
    await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    desk.clock.move(minutes=31)
    return lambda ctx, desk: expire_attempts(ctx)


async def prepare_cancelled(desk: Desk) -> Deed:
    view = await submitted(desk, await cart_to_pay(desk))
    return lambda ctx, desk: cancel_order(ctx, view.order_id or 0, "STAFF")


async def prepare_capture(desk: Desk) -> Deed:
    view = await submitted(desk, await cart_to_pay(desk, token=AUTHORISES))
    return lambda ctx, desk: mark_as_paid(ctx, view.order_id or 0)


async def prepare_refund(desk: Desk) -> Deed:
    view = await submitted(desk, await cart_to_pay(desk))
    return lambda ctx, desk: refund_a_part(ctx, view.payment_id or 0)


async def refund_a_part(ctx: Context, payment_id: int) -> None:
    await refund(ctx, payment_id, 300)


DEEDS = (
    prepare_capture,
    prepare_refund,
    prepare_paid,
    prepare_promised,
    prepare_declined,
    prepare_challenged,
    prepare_free,
    prepare_message,
    prepare_poll,
    prepare_giving_up,
    prepare_expiry,
    prepare_cancelled,
)


@pytest.mark.parametrize("prepare", DEEDS)
async def test_a_death_at_any_boundary_is_mended_without_the_buyer(
    desk: Desk, prepare: Callable[[Desk], Awaitable[Deed]]
) -> None:
    last = 0
    for last in count():
        deed = await prepare(desk)
        died = await dies(desk, deed, last)
        await mend(desk)
        await check_all_is_well(desk)
        if not died:
            break
    assert 1 < last < ENOUGH, "the deed has boundaries, and all were tried"


async def test_a_buyer_who_sends_again_what_was_lost_has_one_order(desk: Desk) -> None:
    last = 0
    for last in count():
        key = await cart_to_pay(desk)
        died = await dies(desk, lambda ctx, desk, key=key: submit(ctx, key, "one"), last)
        view = await submitted(desk, key)
        desk.clock.move(minutes=3)
        ended = await attempt(desk.buyer, view.key)
        assert ended is not None
        if ended.state == "failed":
            await pay_with(desk, key, "fake:card", PAYS)
            ended = await submitted(desk, key, "two")
        assert ended.state == "succeeded"
        await mend(desk)
        await check_all_is_well(desk)
        if not died:
            break
    numbers = await desk.ctx.db.fetch(select(Order.number))
    assert len(numbers) == last + 1


async def test_the_harness_bites_without_reconciliation_charges_are_lost(desk: Desk) -> None:
    lost = 0
    for last in range(6):
        deed = await prepare_paid(desk)
        await dies(desk, deed, last)
        lost += bool(await charged_without_order(desk)) if last else 0
    assert lost > 0
    await mend(desk)
    await check_all_is_well(desk)


async def test_the_harness_bites_a_message_marked_before_its_effect_is_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted bug: seen is remembered in a transaction of its own."""
    from vetrina.flows.payments import settling
    from vetrina.kernel.messages import receive

    async def forgetful(ctx: Context, payment_id: int, report: PaymentReport, **more: object) -> None:
        receipt = more["receipt"]
        assert isinstance(receipt, settling.Receipt)
        async with ctx.tx() as session:
            if not await receive(session, receipt.source, receipt.key, ctx.now()):
                return
        await settling.settle(ctx, payment_id, report)

    monkeypatch.setattr("vetrina.flows.payments.moving.settle", forgetful)
    await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    desk.provider.complete_challenge(list(desk.provider.charges)[-1])
    message = desk.provider.outgoing[-1]

    async def deed(ctx: Context, desk: Desk) -> None:
        await take_message(ctx, "fake", message.headers, message.body)

    assert await dies(desk, deed, 1)
    await take_message(desk.ctx, "fake", message.headers, message.body)
    assert await charged_without_order(desk), "the repeat could not finish what the first began"


async def dies(desk: Desk, deed: Deed, last: int) -> bool:
    """Do it in a process that dies at that boundary; whether it came so far."""
    try:
        await deed(mortal(desk.ctx, desk.provider, Fate(last)), desk)
    except Died:
        return True
    return False


async def mend(desk: Desk) -> None:
    """What the worker does in the next hour."""
    runner = Runner(desk.ctx.db, desk.clock, JOBS, lambda _: desk.ctx)
    for minutes in (3, 31, 5):
        desk.clock.move(minutes=minutes)
        await reconcile_payments(desk.ctx)
        await expire_attempts(desk.ctx)
        await runner.run_once()
    is_left = or_(JobRun.key != SCHEDULED, JobRun.error.is_not(None))
    parked = await desk.ctx.db.fetch(select(JobRun.name, JobRun.error).where(is_left))
    assert parked == [], "a job was not finished"


async def check_all_is_well(desk: Desk) -> None:
    db = desk.ctx.db
    assert await charged_without_order(desk) == []
    known = {key: moved for key, *moved in await db.fetch(select(Payment.key, Payment.captured, Payment.refunded))}
    books = {key: [charge.captured, charge.refunded] for key, charge in desk.provider.charges.items()}
    assert {key: known[key] for key in books} == books, "the provider moved money, and nobody found out"
    assert await stock.open_holds(db) == [], "goods are held for nobody"
    assert await stock.ledger_sums(db) == [
        stock.Shelf(shelf.variant_id, shelf.location_id, shelf.on_hand - 1_000, shelf.reserved)
        for shelf in await stock.shelves(db)
    ]
    carts = [row[0] for row in await db.fetch(select(Order.cart_id))]
    assert len(carts) == len(set(carts)), "one order per cart"
    assert await db.fetch(select(Attempt.id).where(Attempt.state == "open")) == []
    sold = 1_000 - (await stock.shelves(db))[0].on_hand
    assert sold == len(await db.fetch(select(Order.id).where(Order.state == "placed")))
    spent = sum(amount for _, state, amount in await desk.cards.uses(desk.ctx) if state == "used")
    assert await desk.cards.balance(desk.ctx, "CARD") == 1_000_000 - spent
    assert await watch_money(desk.ctx) == 0
    await check_ledgers(desk)


async def charged_without_order(desk: Desk) -> list[str]:
    """Charges in the provider's books that hold a buyer's money and have no placed order of ours."""
    placed = select(Payment.key).join(Order, Order.id == Payment.order_id).where(Order.state == "placed")
    known = {key for (key,) in await desk.ctx.db.fetch(placed)}
    return [
        key
        for key, charge in desk.provider.charges.items()
        if key not in known and (charge.captured > charge.refunded or charge.state == "authorised")
    ]
