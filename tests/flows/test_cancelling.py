"""Cancelling some of an order: what was not sent is free again, and what it cost goes back in the same step."""

from collections.abc import AsyncIterator

import pytest
from tests.support import shops, stock
from tests.support.checkouts import Desk, books, check_ledgers, events, open_desk
from tests.support.sold import keeper, run_jobs, sold

from vetrina.flows.orders.amending import AmendWish, amend_order
from vetrina.flows.orders.cancelling import Cancelled, CancelWish, cancel_lines
from vetrina.flows.orders.refunding import RefundWish, refund_order
from vetrina.flows.orders.whole import cancel_order
from vetrina.flows.parcels.fulfilling import FulfilWish, fulfil
from vetrina.kernel.errors import BadInput
from vetrina.shop.orders.parcel_rules import NothingToSend, OrderHasParcels
from vetrina.shop.orders.rules import OrderIsSent
from vetrina.testing.payments import AUTHORISES
from vetrina.views.orders.current import current_of
from vetrina.views.orders.fulfilments import line_standings
from vetrina.views.orders.placed import order_by_id


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def test_pieces_are_cancelled_and_paid_back(desk: Desk) -> None:
    order_id, line_id = await sold(desk)
    by = keeper(desk)
    await fulfil(by, FulfilWish(order_id=order_id, lines=((line_id, 1),)))
    wish = CancelWish(order_id=order_id, lines=((line_id, 1),), reason="INVENTORY", delivery=100, key="k")
    done = await cancel_lines(by, wish)
    assert done == await cancel_lines(by, wish)
    assert done.refund_id is not None
    assert (await books(desk)).payments == (("captured", 3500, 3500, 1100),)
    assert (await books(desk)).on_hand == 8
    with pytest.raises(NothingToSend):
        await cancel_lines(by, CancelWish(order_id=order_id, lines=((line_id, 2),)))
    with pytest.raises(BadInput):
        await cancel_lines(by, CancelWish(order_id=order_id, lines=()))
    assert await cancel_lines(
        by, CancelWish(order_id=order_id, lines=((line_id, 1),), restock=False, refund=False)
    ) == (Cancelled(None))
    order = await order_by_id(desk.ctx.db, order_id)
    assert order is not None
    assert (order.fulfilment_status, order.financial_status) == ("FULFILLED", "PARTIALLY_REFUNDED")
    assert ((await books(desk)).on_hand, (await line_standings(desk.ctx.db, order_id))[line_id].kept) == (8, 1)
    assert (await events(desk)).count("OrderLinesCancelled") == 2
    with pytest.raises(OrderIsSent):
        await cancel_order(by, order_id, "OTHER")
    await check_ledgers(desk)


async def test_promised_money_for_cancelled_pieces_is_never_taken(desk: Desk) -> None:
    order_id, line_id = await sold(desk, AUTHORISES)
    by = keeper(desk)
    await cancel_lines(by, CancelWish(order_id=order_id, lines=((line_id, 2),)))
    order = await order_by_id(desk.ctx.db, order_id)
    assert order is not None and (order.waived, order.refunded, order.financial_status) == (2_000, 0, "AUTHORIZED")
    await fulfil(by, FulfilWish(order_id=order_id))
    await run_jobs(desk)
    order = await order_by_id(desk.ctx.db, order_id)
    assert order is not None and (order.fulfilment_status, order.financial_status) == ("FULFILLED", "PAID")
    assert desk.provider.only.captured == 1_500


async def test_what_an_order_comes_to_now_is_without_what_went_back_or_is_asked_no_longer(desk: Desk) -> None:
    """Paid back and waived, by line, by amount, with delivery, beside an edit; an edit's own refund counts once."""

    async def now(order_id: int) -> tuple[int, ...]:
        order = await order_by_id(desk.ctx.db, order_id)
        assert order is not None
        found = (await current_of(desk.ctx.db, [order]))[order_id]
        return found.subtotal, found.discount, found.delivery, found.adjustment, found.total

    by = keeper(desk)
    await desk.codes.fill(desk.ctx, "FIVE", 500)
    order_id, line_id = await sold(desk, codes=("FIVE",))
    assert await now(order_id) == (3_000, 500, 500, 0, 3_000)
    await cancel_lines(by, CancelWish(order_id=order_id, lines=((line_id, 1),), delivery=200))
    assert await now(order_id) == (2_000, 333, 300, 0, 1_967)
    await amend_order(by, AmendWish(order_id=order_id, key="edit", reduce=((line_id, 1),)))
    await run_jobs(desk)
    assert await now(order_id) == (1_000, 166, 300, 0, 1_134)
    await refund_order(by, RefundWish(order_id=order_id, amount=34))
    assert await now(order_id) == (1_000, 166, 300, -34, 1_100)
    order = await order_by_id(desk.ctx.db, order_id)
    assert order is not None and order.total - order.refunded == 1_100
    with pytest.raises(BadInput):
        await refund_order(by, RefundWish(order_id=order_id, amount=1, key="amendment:1"))
    promised, line_id = await sold(desk, AUTHORISES)
    await cancel_lines(by, CancelWish(order_id=promised, lines=((line_id, 1),)))
    assert await now(promised) == (2_000, 0, 500, 0, 2_500)
    assert (await events(desk)).count("OrderWaived") == 1
    await cancel_order(by, promised, "OTHER")
    assert set(await now(promised)) == {0}
    await check_ledgers(desk)


async def test_all_pieces_one_by_one_leave_nothing_behind(desk: Desk) -> None:
    order_id, line_id = await sold(desk)
    for _ in range(3):
        await cancel_lines(keeper(desk), CancelWish(order_id=order_id, lines=((line_id, 1),)))
    order = await order_by_id(desk.ctx.db, order_id)
    assert order is not None and (order.fulfilment_status, order.refunded) == ("RESTOCKED", 3_000)
    assert (await books(desk)).on_hand == 10
    await cancel_order(keeper(desk), order_id, "CUSTOMER")
    assert (await books(desk)).payments == (("refunded", 3500, 3500, 3500),)
    assert await stock.open_holds(desk.ctx.db) == []
    await check_ledgers(desk)


async def test_what_lies_in_a_parcel_is_not_cancelled(desk: Desk) -> None:
    order_id, line_id = await sold(desk)
    by = keeper(desk)
    await fulfil(by, FulfilWish(order_id=order_id, lines=((line_id, 3),), is_sent=False))
    with pytest.raises(NothingToSend):
        await cancel_lines(by, CancelWish(order_id=order_id, lines=((line_id, 1),)))
    with pytest.raises(OrderHasParcels):
        await cancel_order(by, order_id, "OTHER")
