"""Whatever gives received money back needs payments.write beside orders.write; letting go of a promise does not."""

from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest
from tests.flows.test_amending import keeper, placed
from tests.flows.test_returning import received, send
from tests.support import shops
from tests.support.checkouts import Desk, books, check_ledgers, events, open_desk
from tests.support.wares import ware

from vetrina.flows.orders import reckoning
from vetrina.flows.orders.amending import AmendWish, amend_order
from vetrina.flows.orders.cancelling import CancelWish, cancel_lines
from vetrina.flows.orders.settling_returns import ReturnExchange, ReturnRefund, exchange_return, refund_return
from vetrina.flows.orders.whole import cancel_order
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import NotAllowed
from vetrina.testing.payments import AUTHORISES, PAYS
from vetrina.views.orders.placed import order_by_id, order_lines
from vetrina.views.orders.refunds import refunds_of

FREE = "vetrina:free"
CLERK = Actor("staff", 2, "Ada", frozenset({"orders.write", "orders.read"}))
TILL = Actor("staff", 3, "Ugo", frozenset({"payments.write", "orders.read"}))


class Sale(msgspec.Struct):
    """An order of two pieces that was sold, and one that was sent and came back, with cheaper goods to have instead."""

    order_id: int
    line_id: int
    return_id: int
    cheaper: int


Way = Callable[[Context, Sale], Awaitable[object]]


async def _cancel(ctx: Context, sale: Sale) -> object:
    return await cancel_order(ctx, sale.order_id, "CUSTOMER")


async def _cancel_lines(ctx: Context, sale: Sale) -> object:
    return await cancel_lines(ctx, CancelWish(order_id=sale.order_id, lines=((sale.line_id, 1),), key="k"))


async def _edit(ctx: Context, sale: Sale) -> object:
    return await amend_order(ctx, AmendWish(order_id=sale.order_id, key="k", reduce=((sale.line_id, 1),)))


async def _refund_return(ctx: Context, sale: Sale) -> object:
    return await refund_return(ctx, ReturnRefund(return_id=sale.return_id))


async def _exchange(ctx: Context, sale: Sale) -> object:
    return await exchange_return(ctx, ReturnExchange(return_id=sale.return_id, add=((sale.cheaper, 1),)))


BEFORE, AFTER = (_cancel, _cancel_lines, _edit), (_refund_return, _exchange)


def _no_rule(*_: object) -> None:
    return None


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def sale_of(desk: Desk, way: Way, token: str) -> Sale:
    order_id = await placed(desk, token=token, quantity=2)
    (line,) = await order_lines(desk.ctx.db, [order_id])
    sale = Sale(order_id, line.id, 0, 0)
    if way in AFTER:
        await send(desk, order_id, line.id, 2)
        sale.return_id = await received(desk, order_id, line.id, 1)
        sale.cheaper = await ware(desk.ctx, "Pen", prices={"europe": 100})
    return sale


@pytest.mark.parametrize("way", [*BEFORE, *AFTER])
async def test_received_money_goes_back_by_who_may_move_money(
    desk: Desk, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk, till = (msgspec.structs.replace(desk.ctx, actor=actor) for actor in (CLERK, TILL))
    promised = await sale_of(desk, way, AUTHORISES)
    await way(clerk, promised)
    for refund in await refunds_of(desk.ctx.db, [promised.order_id]):
        assert refund.amount == 0 < refund.waived
    paid = await sale_of(desk, way, PAYS)
    before, told = await books(desk), await events(desk)
    order = await order_by_id(desk.ctx.db, paid.order_id)
    for person, lacks in ((clerk, "payments.write"), (till, "orders.write")):
        with pytest.raises(NotAllowed) as refused:
            await way(person, paid)
        assert refused.value.facts == {"permission": lacks}
    assert (await books(desk), await events(desk)) == (before, told)
    assert await order_by_id(desk.ctx.db, paid.order_id) == order
    with monkeypatch.context() as unguarded:
        # Negative control: without the rule the same person would have sent the money back.
        unguarded.setattr(reckoning, "check_may_send_back", _no_rule)
        await way(clerk, paid)
    (refund,) = await refunds_of(desk.ctx.db, [paid.order_id])
    assert refund.amount > 0 and refund.actor == "Ada"
    await check_ledgers(desk)


async def test_a_gift_card_is_money_that_was_received_and_giving_no_refund_needs_none(desk: Desk) -> None:
    clerk = msgspec.structs.replace(desk.ctx, actor=CLERK)
    await desk.cards.fill(desk.ctx, "CARD", 2_500)
    order_id = await placed(desk, FREE, None, quantity=2, cards=("CARD",))
    (line,) = await order_lines(desk.ctx.db, [order_id])
    with pytest.raises(NotAllowed):
        await cancel_order(clerk, order_id, "CUSTOMER")
    done = await cancel_lines(clerk, CancelWish(order_id=order_id, lines=((line.id, 1),), refund=False))
    assert done.refund_id is None
    await cancel_order(keeper(desk), order_id, "CUSTOMER")
    await check_ledgers(desk)
