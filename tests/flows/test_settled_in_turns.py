"""One order settled in several ways in turn: shares, keys and books of hand-counted money stay whole."""

from collections.abc import AsyncIterator

import pytest
from tests.support.chaos.sold_orders import TRANSFER, SoldOrders, Terms
from tests.support.checkouts import Desk
from tests.support.sold import run_jobs

from vetrina.flows.orders.amending import AmendWish, amend_order
from vetrina.flows.orders.cancelling import CancelWish, cancel_lines
from vetrina.flows.orders.refunding import RefundLine, RefundWish, refund_order
from vetrina.flows.orders.whole import mark_as_paid
from vetrina.kernel.errors import BadInput
from vetrina.views.orders.placed import order_lines
from vetrina.views.payments.standing import payments_of_orders


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """A discounted order with its tax on top, to be paid by transfer, is the first of this shop."""
    sold = await SoldOrders.sell(database_url, Terms("EUR", False, (TRANSFER, None), codes=("FIVE",)))
    yield sold.desk
    await sold.desk.ctx.db.close()


async def test_pieces_refunded_and_taken_off_in_turn_come_to_their_line_and_to_the_books(desk: Desk) -> None:
    """The later refund is paid back at once, the earlier by a job: who counts by hand must not forget it."""
    (line,) = await order_lines(desk.ctx.db, [1])
    await mark_as_paid(desk.ctx, 1)
    await amend_order(desk.ctx, AmendWish(order_id=1, key="less", reduce=((line.id, 1),)))
    await refund_order(desk.ctx, RefundWish(order_id=1, lines=(RefundLine(line.id, 1),)))
    await amend_order(desk.ctx, AmendWish(order_id=1, key="none", reduce=((line.id, 1),)))
    await run_jobs(desk)
    [paid] = await payments_of_orders(desk.ctx.db, [1])
    assert paid.refunded == line.total + line.tax


async def test_a_key_of_a_refund_cancels_nothing(desk: Desk) -> None:
    (line,) = await order_lines(desk.ctx.db, [1])
    await refund_order(desk.ctx, RefundWish(order_id=1, amount=5, key="mine"))
    with pytest.raises(BadInput) as refused:
        await cancel_lines(desk.ctx, CancelWish(order_id=1, lines=((line.id, 1),), key="mine"))
    assert refused.value.field == ("key",)
