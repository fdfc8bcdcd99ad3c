"""More came than an order comes to: it is seen, given back once, takes nothing off the order, and hides no refund."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import insert, select, text, update
from tests.support import shops
from tests.support.checkouts import Desk, books, check_ledgers, events, open_desk
from tests.support.sold import keeper, run_jobs, sold

from vetrina.flows.orders.cancelling import CancelWish, cancel_lines
from vetrina.flows.orders.overpaid import return_excess
from vetrina.flows.orders.reckoning import money_of
from vetrina.flows.orders.refunding import RefundLine, RefundWish, quote_refund, refund_order
from vetrina.flows.payments.moving import reconcile_payment
from vetrina.kernel.context import Actor
from vetrina.kernel.db import Session
from vetrina.kernel.errors import NotAllowed
from vetrina.shop.orders.models import Order, Refund, RefundPart
from vetrina.shop.orders.refund_rules import NothingTooMuch, PaidTooMuch
from vetrina.shop.payments.models import Payment, PaymentEntry
from vetrina.testing.payments import AUTHORISES
from vetrina.views.ledgers import LEDGERS
from vetrina.views.orders.current import current_of
from vetrina.views.orders.placed import order_by_id
from vetrina.views.payments.overpaid import overpaid_orders
from vetrina.views.payments.queues import money_queues
from vetrina.views.payments.standing import payments_of_orders

CLERK = Actor("staff", 2, "Ada", frozenset({"orders.write", "orders.read"}))


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def overpaid(desk: Desk) -> tuple[int, int]:
    """Two of three pieces are waived while the capture of all three is under way: EUR 20.00 are too much."""
    order_id, line_id = await sold(desk, AUTHORISES)
    desk.provider.only.captured = desk.provider.only.authorised
    await cancel_lines(keeper(desk), CancelWish(order_id=order_id, lines=((line_id, 2),)))
    (payment,) = await payments_of_orders(desk.ctx.db, [order_id])
    await reconcile_payment(desk.ctx, payment.id)
    return order_id, line_id


async def waits(desk: Desk) -> tuple[int, list[tuple[int, int]], list[str]]:
    """How many are counted, what stands in the queue, what the doctor finds."""
    before = desk.clock.now() - timedelta(minutes=15)
    counts = await money_queues(desk.ctx.db, stuck_since=before, expires_before=before)
    rows = await overpaid_orders(desk.ctx.db, before=before)
    wrong = [ledger.name for ledger in LEDGERS if ledger.rule != "I10" and await ledger.look(desk.ctx)]
    return counts.overpaid, [(row.order_id, row.excess) for row in rows], [each for each in wrong if each != "stock"]


async def total_now(desk: Desk, order_id: int) -> tuple[int, int, int]:
    order = await order_by_id(desk.ctx.db, order_id)
    assert order is not None
    return (await current_of(desk.ctx.db, [order]))[order_id].total, order.refunded, order.released


async def test_what_is_too_much_is_seen_and_goes_back_once(desk: Desk) -> None:
    order_id, line_id = await overpaid(desk)
    assert (await waits(desk))[:2] == (0, []), "what moved a moment ago may be on its way"
    desk.clock.move(minutes=16)
    assert await waits(desk) == (1, [(order_id, 2_000)], ["overpaid"])
    quote = await quote_refund(keeper(desk), RefundWish(order_id=order_id))
    assert (quote.excess, quote.most) == (2_000, 3_500)
    with pytest.raises(PaidTooMuch):
        await refund_order(keeper(desk), RefundWish(order_id=order_id, amount=2_000))
    with pytest.raises(NotAllowed):
        await return_excess(msgspec.structs.replace(desk.ctx, actor=CLERK), order_id)
    with pytest.raises(NothingTooMuch):
        await return_excess(keeper(desk), order_id, 1_999)
    desk.provider.lose_answers = 1
    refund_id = await return_excess(keeper(desk), order_id, 2_000)
    assert (await waits(desk))[:2] == (0, []), "it is on its way"
    with pytest.raises(NothingTooMuch):
        await return_excess(keeper(desk), order_id)
    await run_jobs(desk)
    assert (await books(desk)).payments == (("captured", 3500, 3500, 2000),)
    assert await total_now(desk, order_id) == (1_500, 2_000, 2_000)
    desk.clock.move(minutes=20)
    assert await waits(desk) == (0, [], [])
    assert (await events(desk)).count("OrderRefunded") == 1
    await refund_order(keeper(desk), RefundWish(order_id=order_id, lines=(RefundLine(line_id, 1),)))
    assert await total_now(desk, order_id) == (500, 3_000, 2_000)
    await check_ledgers(desk)
    # Negative control: had the refund not said what it was, the doctor would miss the money it released.
    async with desk.ctx.tx() as session:
        await session.execute(update(Refund).where(Refund.id == refund_id).values(key="by hand"))
    assert "amendments" in (await waits(desk))[2]


async def test_an_order_that_came_to_less_behind_everybody_s_back_is_found(desk: Desk) -> None:
    """Negative control of the watch: each of these would be a bug; the queue asks what may be, the doctor all."""
    order_id, _ = await sold(desk)
    desk.clock.move(minutes=16)
    assert await waits(desk) == (0, [], [])
    for column in ("waived", "lowered"):
        for amount, rows in ((700, [(order_id, 700)]), (0, [])):
            async with desk.ctx.tx() as session:
                await session.execute(text(f"UPDATE orders_order SET {column} = {amount}"))
            assert await waits(desk) == (len(rows), rows, (await waits(desk))[2])
            assert ("overpaid" in (await waits(desk))[2]) == bool(rows)
    async with desk.ctx.tx() as session:
        await session.execute(text("UPDATE orders_order SET total = total - 500, delivery = 0"))
    *queue, wrong = await waits(desk)
    assert (queue, "overpaid" in wrong) == ([0, []], True)


NAMING = ("id", "provider_reference")
"""What of a payment no other has."""
STANDS = (("asked", ""), ("bounced", ""), ("done", ""), ("failed", ""), ("done", "in cash"))
"""States of a part, and how it was paid back past its payment."""


async def any_money(session: Session, order_id: int, drawn: random.Random) -> bool:
    """Whatever an order's money may come to; whether parts of a replaced payment's refund are spoken for."""
    now, ids, is_owed = shops.StillClock().now(), list[int | None](), False
    (first,) = await payments_of_orders(session, [order_id])
    card = await session.value(select(RefundPart.card_reference).where(RefundPart.card_reference.is_not(None)))
    copied = [each for each in Payment.__table__.columns if not each.unique and each.name not in NAMING]
    for place, is_replaced in enumerate((False, True, False)):
        captured = drawn.choice((0, 500, 3_000))
        own = Payment.__table__.c
        again = select(own.key.concat(f"-{place}"), *copied).where(own.id == first.id)
        await session.execute(insert(Payment).from_select(["key", *copied], again))
        ids.append(await session.value(select(own.id).order_by(own.id.desc()).limit(1)))
        moved = {"amount": 3_000, "authorised": 3_000, "captured": captured, "refunded": drawn.choice((0, captured))}
        since = now if is_replaced else None
        await session.execute(update(Payment).where(Payment.id == ids[-1]).values(**moved, replaced_at=since))
        for kind in drawn.choice(((), ("disputed",), ("disputed", "dispute_reversed"))):
            values = {"payment_id": ids[-1], "kind": kind, "amount": 400, "currency": "EUR", "reference": "d"}
            await session.insert(PaymentEntry, **values, at=now, actor="test")
    refund_id = await session.value(select(Refund.id).where(Refund.order_id == order_id))
    for place, payment_id in enumerate((*ids, *ids, None)):
        state, elsewhere = drawn.choice(STANDS)
        is_owed |= payment_id == ids[1] and (state in ("asked", "bounced") or elsewhere != "")
        where = {"payment_id": payment_id, "card_reference": card if payment_id is None else None, "request": None}
        part = {"amount": drawn.choice((100, 700)), "state": state, "elsewhere": elsewhere if payment_id else ""}
        await session.insert(
            RefundPart, refund_id=refund_id, key=f"part-{place}", error="", updated_at=now, **where, **part
        )
    await session.execute(update(Order).where(Order.id == order_id).values(waived=drawn.choice((1, 2_000, 3_500))))
    return is_owed


async def test_the_queue_and_what_gives_back_read_the_same_sums_whatever_was_paid_replaced_and_refused(
    desk: Desk,
) -> None:
    await desk.cards.fill(desk.ctx, "GIFT", 1_000)
    order_id, line_id = await sold(desk, cards=("GIFT",))
    await refund_order(keeper(desk), RefundWish(order_id=order_id, lines=(RefundLine(line_id, 3),), delivery=500))
    async with desk.ctx.tx() as session:
        await session.execute(update(RefundPart).values(amount=1, state="failed", error="planted"))
    drawn, seen, owed = random.Random(44), set[int](), 0
    for case in range(60):
        with pytest.raises(ZeroDivisionError):
            async with desk.ctx.tx() as session:
                is_owed = await any_money(session, order_id, drawn)
                order = await order_by_id(session, order_id)
                assert order is not None
                rule = (await money_of(session, order, await payments_of_orders(session, [order_id]))).standing.excess
                queue = await overpaid_orders(session, before=desk.clock.now() + timedelta(days=1))
                assert sum(row.excess for row in queue) == rule, case
                seen.add(rule)
                owed += is_owed and rule > 0
                raise ZeroDivisionError  # nothing of it stays
    assert len(seen) > 10 and 0 in seen and owed > 5, "else nothing was compared"
