"""Nobody gets money or goods twice: whatever is refunded, edited, exchanged, disputed and linked in whatever order."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from sqlalchemy import select, text
from tests.flows.test_amending import BANK, TRANSFER, amended, order_of, placed
from tests.flows.test_returning import received, send, wish
from tests.support import shops, stock
from tests.support.checkouts import Desk, books, open_desk
from tests.support.sold import KEEPER, keeper, run_jobs, sold
from tests.support.wares import ware

from vetrina.flows.checkout.paying_requests import pay_request
from vetrina.flows.orders.cancelling import CancelWish, cancel_lines
from vetrina.flows.orders.overpaid import return_excess
from vetrina.flows.orders.refunding import RefundLine, RefundWish, refund_order
from vetrina.flows.orders.returning import receive_return, request_return
from vetrina.flows.orders.settling_returns import ReturnExchange, ReturnRefund, exchange_return, refund_return
from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.flows.parcels.fulfilling import FulfilWish, cancel_fulfilment, fulfil
from vetrina.flows.payments.asking import ask_for_payment, withdraw_request
from vetrina.flows.payments.disputes import take_dispute
from vetrina.flows.payments.moving import capture, reconcile_payment
from vetrina.flows.upkeep import watch_money
from vetrina.kernel.errors import BadInput, NotAllowed, Refusal
from vetrina.kernel.registry import Provided
from vetrina.ports import DisputeReport, PaymentProvider, PayoutItem, PayoutReport
from vetrina.shop.orders.refund_rules import PaidTooMuch, RefundTooHigh
from vetrina.shop.orders.service import FoundLine
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.models import Payment, PaymentEntry
from vetrina.shop.payments.rules import NothingToCapture
from vetrina.testing.payments import AUTHORISES, CHALLENGES, PAYS
from vetrina.views.ledgers import LEDGERS
from vetrina.views.orders.placed import order_lines
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import DisputeState, PaymentState, PayoutItemKind, PayoutState
from vetrina_manual_payment.provider import ManualPayment

STOCKED = {"I2 stock"}
"""The ware of the tests stands on its shelf without having come there."""


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    manual = Provided(PaymentProvider, "manual_payment", "manual_payment", ManualPayment(BANK))
    opened = await open_desk(database_url, clock, manual)
    yield opened
    await opened.ctx.db.close()


async def wrong(desk: Desk) -> list[str]:
    """What the ledgers of the shop find, but for how its goods came on the shelf and events nobody fetched."""
    found = {f"{one.rule} {one.name}": await one.look(desk.ctx) for one in LEDGERS if one.rule != "I10"}
    return [f"{name}: {each}" for name, each in found.items() if each and name not in STOCKED]


async def disputed(desk: Desk, order_id: int, amount: int, state: DisputeState = DisputeState.LOST) -> None:
    (payment,) = await payments_of_orders(desk.ctx.db, [order_id])
    report = DisputeReport(
        reference="dp_1", payment_key=payment.key, state=state, amount=amount, currency="EUR", at=desk.ctx.now()
    )
    await take_dispute(desk.ctx, "fake", report)


async def test_what_a_dispute_took_does_not_go_back_once_more(desk: Desk) -> None:
    order_id, line_id = await sold(desk)
    by = keeper(desk)
    await disputed(desk, order_id, 2_000)
    with pytest.raises(RefundTooHigh):
        await refund_order(by, RefundWish(order_id=order_id, amount=1_501))
    await refund_order(by, RefundWish(order_id=order_id, lines=(RefundLine(line_id, 1),)))
    await cancel_lines(by, CancelWish(order_id=order_id, lines=((line_id, 1),)))
    await amended(desk, order_id, reduce=((line_id, 1),))
    await cancel_order(by, order_id, "FRAUD")
    await run_jobs(desk)
    assert desk.provider.only.refunded == 1_500
    assert await wrong(desk) == []


async def test_pieces_that_were_refunded_are_not_taken_off_with_their_money_once_more(desk: Desk) -> None:
    other = await ware(desk.ctx, "Teapot")
    order_id = await placed(desk, quantity=2)
    (line,) = await order_lines(desk.ctx.db, [order_id])
    done = await amended(desk, order_id, add=((other, 1),), asks=True)
    await pay_request(desk.buyer, done.request_key, "fake:card", PAYS)
    await refund_order(keeper(desk), RefundWish(order_id=order_id, lines=(RefundLine(line.id, 1),)))
    with pytest.raises(Refusal):
        await amended(desk, order_id, reduce=((line.id, 2),))
    await amended(desk, order_id, reduce=((line.id, 1),))
    await run_jobs(desk)
    assert (await order_of(desk, order_id)).refunded == 2_000
    assert await wrong(desk) == []


async def test_what_was_refunded_is_not_exchanged_as_well(desk: Desk) -> None:
    order_id = await placed(desk, quantity=2)
    (line,) = await order_lines(desk.ctx.db, [order_id])
    await send(desk, order_id, line.id, 2)
    return_id = await received(desk, order_id, line.id, 2)
    few = msgspec.structs.replace(KEEPER, permissions=frozenset({"orders.read", "orders.write"}))
    with pytest.raises(NotAllowed):
        await refund_return(msgspec.structs.replace(desk.ctx, actor=few), ReturnRefund(return_id=return_id, amount=1))
    await refund_order(keeper(desk), RefundWish(order_id=order_id, lines=(RefundLine(line.id, 2),)))
    with pytest.raises(Refusal):
        await exchange_return(keeper(desk), ReturnExchange(return_id=return_id, add=((desk.variant_id, 2),)))
    assert (await order_of(desk, order_id)).current_total == 2_500


async def test_pieces_come_back_on_a_shelf_once(desk: Desk) -> None:
    order_id, line_id = await sold(desk)
    by, home = keeper(desk), await stock.main_location(desk.ctx)
    await fulfil(by, FulfilWish(order_id=order_id))
    return_id = await request_return(by, wish(order_id, line_id, 2))
    await refund_order(by, RefundWish(order_id=order_id, lines=(RefundLine(line_id, 2, home),)))
    found = FoundLine(line_id=line_id, accepted=2, location_id=home)
    with pytest.raises(Refusal):
        await receive_return(by, return_id, [found])
    assert (await books(desk)).on_hand == 9


async def test_goods_of_a_parcel_taken_back_do_not_come_back_again(desk: Desk) -> None:
    order_id, line_id = await sold(desk)
    by, home = keeper(desk), await stock.main_location(desk.ctx)
    parcel = await fulfil(by, FulfilWish(order_id=order_id))
    return_id = await request_return(by, wish(order_id, line_id, 2))
    await cancel_fulfilment(by, parcel)
    with pytest.raises(Refusal):
        await receive_return(by, return_id, [FoundLine(line_id=line_id, accepted=2, location_id=home)])
    await cancel_lines(by, CancelWish(order_id=order_id, lines=((line_id, 3),)))
    assert (await books(desk)).on_hand == 10


async def test_money_that_came_although_it_was_waived_can_go_back(desk: Desk) -> None:
    order_id, line_id = await sold(desk, AUTHORISES)
    by = keeper(desk)
    await refund_order(by, RefundWish(order_id=order_id, lines=(RefundLine(line_id, 2),)))
    (payment,) = await payments_of_orders(desk.ctx.db, [order_id])
    with pytest.raises(NothingToCapture):
        await capture(by, payment.id, 1_501)
    charge = desk.provider.only
    charge.captured, charge.state = 3_500, PaymentState.CAPTURED  # taken at the provider's own site, or under way then
    await reconcile_payment(desk.ctx, payment.id)
    with pytest.raises(PaidTooMuch):  # as a refund it would take off the order what was taken off before
        await refund_order(by, RefundWish(order_id=order_id, amount=2_000))
    await return_excess(by, order_id)
    await run_jobs(desk)
    assert desk.provider.only.captured - desk.provider.only.refunded == 1_500
    await refund_order(by, RefundWish(order_id=order_id, amount=1_500))
    await run_jobs(desk)
    assert desk.provider.only.captured == desk.provider.only.refunded == 3_500
    assert await wrong(desk) == []


async def test_nothing_more_is_taken_off_than_is_asked(desk: Desk) -> None:
    order_id, line_id = await sold(desk, AUTHORISES)
    by = keeper(desk)
    await refund_order(by, RefundWish(order_id=order_id, lines=(RefundLine(line_id, 2),)))
    await refund_order(by, RefundWish(order_id=order_id, amount=600))
    with pytest.raises(BadInput):
        await amended(desk, order_id, reduce=((line_id, 1),))
    await cancel_lines(by, CancelWish(order_id=order_id, lines=((line_id, 1),), refund=False))
    assert (await order_of(desk, order_id)).owed == 900


async def test_a_link_asks_no_longer_for_what_was_cancelled(desk: Desk) -> None:
    order_id = await placed(desk, TRANSFER, None, quantity=2)
    by = keeper(desk)
    (line,) = await order_lines(desk.ctx.db, [order_id])
    key = await ask_for_payment(by, order_id)
    await cancel_lines(by, CancelWish(order_id=order_id, lines=((line.id, 1),)))
    with pytest.raises(Refusal):
        await pay_request(desk.buyer, key, "fake:card", PAYS)
    assert await wrong(desk) == []


@pytest.mark.parametrize("way", ["cancelled", "refunded", "returned"])
async def test_of_what_was_let_off_nothing_is_awaited(desk: Desk, way: str) -> None:
    order_id = await placed(desk, TRANSFER, None, quantity=2)
    by = keeper(desk)
    (line,) = await order_lines(desk.ctx.db, [order_id])
    if way == "returned":
        await send(desk, order_id, line.id, 2)
        await refund_return(by, ReturnRefund(return_id=await received(desk, order_id, line.id, 1)))
    elif way == "refunded":
        again = RefundWish(order_id=order_id, lines=(RefundLine(line.id, 1),), key="one")
        assert await refund_order(by, again) == await refund_order(by, again)
    else:
        await cancel_lines(by, CancelWish(order_id=order_id, lines=((line.id, 1),)))
    await mark_as_paid(by, order_id)
    found = await payments_of_orders(desk.ctx.db, [order_id])
    assert [(one.amount, one.captured) for one in found] == [(2_500, 0), (1_500, 1_500)]
    assert (await order_of(desk, order_id)).financial_status == "PAID"
    assert await wrong(desk) == []


async def test_a_transfer_that_a_link_promised_counts_after_the_link_is_withdrawn(desk: Desk) -> None:
    order_id = await placed(desk, TRANSFER, None)
    by = keeper(desk)
    key = await ask_for_payment(by, order_id)
    await pay_request(desk.buyer, key, TRANSFER)
    await withdraw_request(by, order_id)
    await mark_as_paid(by, order_id)
    await run_jobs(desk)
    assert (await order_of(desk, order_id)).financial_status == "PAID"
    assert await wrong(desk) == []


async def test_a_link_paid_twice_is_paid_once_and_the_books_say_so(desk: Desk) -> None:
    order_id = await placed(desk, TRANSFER, None)
    by = keeper(desk)
    key = await ask_for_payment(by, order_id)
    begun = await pay_request(desk.buyer, key, "fake:card", CHALLENGES)
    await mark_as_paid(by, order_id)
    desk.provider.complete_challenge(desk.provider.only.key)
    desk.clock.move(minutes=20)
    await watch_money(desk.ctx)
    await run_jobs(desk)
    assert desk.provider.only.refunded == 1_500 and begun.id
    assert await wrong(desk) == []


async def test_a_key_makes_refunds_of_one_order_alone_and_none_of_the_shop_s_own(desk: Desk) -> None:
    by = keeper(desk)
    first, second = (await sold(desk, quantity=1))[0], (await sold(desk, quantity=1))[0]
    made = [await refund_order(by, RefundWish(order_id=each, amount=100, key="1")) for each in (first, second, first)]
    assert made[0] == made[2] != made[1]
    for own in (f"cancelled:{first}", "return:1", "amendment:1"):
        with pytest.raises(BadInput):
            await refund_order(by, RefundWish(order_id=first, amount=100, key=own))
    await cancel_order(by, first, "OTHER")
    assert (await order_of(desk, first)).refunded == 1_500


async def test_a_payout_and_an_order_do_not_wait_for_each_other_in_a_circle(desk: Desk) -> None:
    for _ in range(2):
        await sold(desk, quantity=1)
    first, second = [row[0] for row in await desk.ctx.db.fetch(select(Payment.id).order_by(Payment.id))]
    at = desk.ctx.now()
    items = tuple(
        PayoutItem(reference=f"txn_{key}", kind=PayoutItemKind.CHARGE, gross=9, fee=1, net=8, currency="EUR", at=at)
        for key in (second, first)
    )
    report = PayoutReport(reference="po_1", state=PayoutState.PAID, amount=16, currency="EUR", items=items)
    is_locked, is_asked = asyncio.Event(), asyncio.Event()

    async def order() -> None:
        async with desk.ctx.tx() as session:
            await payments.locked(session, first)
            is_locked.set()
            if session.dialect.name == "postgresql":
                await is_asked.wait()
                await waiting(desk)
            await payments.locked(session, second)

    async def payout() -> None:
        await is_locked.wait()
        async with desk.ctx.tx() as session:
            is_asked.set()
            known = {f"txn_{key}": key for key in (first, second)}
            await payments.record_payout(session, "fake", report, known, at=at, actor="system")

    await asyncio.gather(order(), payout())
    assert len(await desk.ctx.db.fetch(select(PaymentEntry.id).where(PaymentEntry.kind == "fee"))) == 2


async def waiting(desk: Desk) -> None:
    """Until somebody waits for a lock."""
    asked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while not await desk.ctx.db.value(asked):  # noqa: ASYNC110 (the database tells nobody)
        await asyncio.sleep(0.01)
