"""Goods that come back: asked for, received, refunded or exchanged; never more than was sent, never twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.flows.test_amending import KEEPER, check_sums, keeper, order_of, placed, run_jobs
from tests.support import shops
from tests.support.checkouts import Desk, books, events, open_desk
from tests.support.wares import ware

from vetrina.flows.orders.returning import (
    ReturnWish,
    answer_return,
    ask_for_return,
    cancel_return,
    receive_return,
    request_return,
)
from vetrina.flows.orders.settling_returns import (
    ReturnExchange,
    ReturnRefund,
    close_return,
    exchange_return,
    quote_exchange,
    quote_return,
    refund_return,
)
from vetrina.flows.parcels.fulfilling import FulfilWish, fulfil
from vetrina.kernel.context import Actor
from vetrina.kernel.errors import BadInput, NotAllowed, NotFound
from vetrina.shop.orders.return_rules import NothingToReturn, ReturnIsDecided
from vetrina.shop.orders.service import FoundLine, WantedLine
from vetrina.views.orders.placed import goods_entries, order_lines
from vetrina.views.orders.returns import return_by_id, return_lines, returnable_of, returns_of
from vetrina.views.stock import locations


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def sent(desk: Desk, quantity: int = 3, of_them: int | None = None) -> tuple[int, int]:
    """An order whose goods are on their way, and its line."""
    order_id = await placed(desk, quantity=quantity)
    (line,) = await order_lines(desk.ctx.db, [order_id])
    await send(desk, order_id, line.id, of_them or quantity)
    return order_id, line.id


def wish(order_id: int, line_id: int, quantity: int, key: str = "one", reason: str = "UNWANTED") -> ReturnWish:
    lines = (WantedLine(line_id=line_id, quantity=quantity, reason=reason),)
    return ReturnWish(order_id=order_id, lines=lines, key=key)


async def received(desk: Desk, order_id: int, line_id: int, quantity: int, **found: Any) -> int:
    return_id = await request_return(keeper(desk), wish(order_id, line_id, quantity, **found.pop("wish", {})))
    place = (await locations(desk.ctx.db))[0].id
    given: dict[str, Any] = {"accepted": quantity, "location_id": place, **found}
    await receive_return(keeper(desk), return_id, [FoundLine(line_id=line_id, **given)])
    return return_id


async def test_a_buyer_asks_the_staff_answers_receives_and_pays_back(desk: Desk) -> None:
    order_id, line_id = await sent(desk)
    order = await order_of(desk, order_id)
    return_id = await ask_for_return(desk.buyer, order.key, wish(0, line_id, 2))
    assert await ask_for_return(desk.buyer, order.key, wish(0, line_id, 2)) == return_id
    view = await return_by_id(desk.ctx.db, return_id)
    assert view is not None
    assert (view.name, view.state, view.refund_due_at) == ("#1001-R1", "requested", None)
    await answer_return(keeper(desk), return_id, approve=True, answer="Send it to us.")
    with pytest.raises(ReturnIsDecided):
        await answer_return(keeper(desk), return_id, approve=False)
    with pytest.raises(ReturnIsDecided):
        await refund_return(keeper(desk), ReturnRefund(return_id=return_id))
    place = (await locations(desk.ctx.db))[0].id
    found = [FoundLine(line_id=line_id, accepted=1, condition="opened", location_id=place)]
    await receive_return(keeper(desk), return_id, found)
    assert (await books(desk)).on_hand == 8
    quote = await quote_return(keeper(desk), ReturnRefund(return_id=return_id))
    assert (quote.sums.amount, quote.delivery, quote.most_delivery, quote.most) == (1_000, 0, 500, 3_500)
    await refund_return(keeper(desk), ReturnRefund(return_id=return_id))
    await run_jobs(desk)
    assert (await order_of(desk, order_id)).refunded == 1_000
    (line,) = await return_lines(desk.ctx.db, [return_id])
    assert (line.accepted, line.condition, line.disposition) == (1, "opened", "restock")
    assert (await returnable_of(desk.ctx.db, [order_id]))[order_id] == {line_id: 2}
    assert [name for name in await events(desk) if name.startswith("OrderRef")] == ["OrderRefunded"]
    with pytest.raises(ReturnIsDecided):
        await refund_return(keeper(desk), ReturnRefund(return_id=return_id))
    await check_sums(desk, order_id)


async def test_scrap_is_returned_and_on_no_shelf(desk: Desk) -> None:
    order_id, line_id = await sent(desk)
    return_id = await received(desk, order_id, line_id, 1, condition="damaged", disposition="scrap", location_id=None)
    assert (await books(desk)).on_hand == 7
    kinds = [(entry.kind, entry.quantity) for entry in await goods_entries(desk.ctx.db, [order_id])]
    assert kinds[-1] == ("returned", 1)
    await close_return(keeper(desk), return_id)
    assert (await order_of(desk, order_id)).refunded == 0
    assert [one.state for one in await returns_of(desk.ctx.db, [order_id])] == ["closed"]


async def test_a_whole_withdrawal_is_offered_its_delivery_within_fourteen_days(desk: Desk) -> None:
    order_id, line_id = await sent(desk, 2)
    asked = wish(order_id, line_id, 2, reason="WITHDRAWAL")
    return_id = await received(desk, order_id, line_id, 2, wish={"reason": "WITHDRAWAL"})
    assert await request_return(keeper(desk), asked) == return_id
    view = await return_by_id(desk.ctx.db, return_id)
    assert view is not None
    assert view.refund_due_at == view.requested_at + timedelta(days=14)
    quote = await quote_return(keeper(desk), ReturnRefund(return_id=return_id))
    assert (quote.delivery, quote.sums.amount) == (500, 2_500)
    await refund_return(keeper(desk), ReturnRefund(return_id=return_id))
    await run_jobs(desk)
    assert (await books(desk)).orders == ((1001, "placed", "REFUNDED"),)


@pytest.mark.parametrize(("price", "paid_back", "asked"), [(600, 400, None), (1_300, 0, 300), (1_000, 0, None)])
async def test_an_exchange_settles_its_difference_both_ways(
    desk: Desk, price: int, paid_back: int, asked: int | None
) -> None:
    order_id, line_id = await sent(desk, 2)
    other = await ware(desk.ctx, "other", stock=5, prices={"europe": price})
    return_id = await received(desk, order_id, line_id, 1)
    exchange = ReturnExchange(return_id=return_id, add=((other, 1),))
    quote = await quote_exchange(keeper(desk), exchange)
    assert (quote.total, quote.to_pay, quote.to_return) == (price - 1_000, asked or 0, paid_back)
    done = await exchange_return(keeper(desk), exchange)
    assert (done.request_key is not None, done.refund_id is not None) == (asked is not None, paid_back > 0)
    await run_jobs(desk)
    order = await order_of(desk, order_id)
    assert (order.current_total, order.refunded) == (2_500 + price - 1_000, paid_back)
    assert order.fulfilment_status == "PARTIALLY_FULFILLED"
    with pytest.raises(ReturnIsDecided):
        await exchange_return(keeper(desk), exchange)
    await check_sums(desk, order_id)


async def test_only_what_was_sent_comes_back_and_only_once(desk: Desk) -> None:
    order_id, line_id = await sent(desk, 3, of_them=2)
    wishes = [wish(order_id, line_id, 1, key=f"{turn}") for turn in range(5)]
    found = await asyncio.gather(*(request_return(keeper(desk), one) for one in wishes), return_exceptions=True)
    assert sum(isinstance(one, int) for one in found) == 2, found
    assert sum(isinstance(one, NothingToReturn) for one in found) == 3
    first = next(one for one in found if isinstance(one, int))
    await cancel_return(keeper(desk), first)
    assert isinstance(await request_return(keeper(desk), wish(order_id, line_id, 1, key="again")), int)
    place = (await locations(desk.ctx.db))[0].id
    (left,) = [one for one in await returns_of(desk.ctx.db, [order_id]) if one.state == "approved"][:1]
    shelf = [FoundLine(line_id=line_id, accepted=1, location_id=place)]
    taken = [receive_return(keeper(desk), left.id, shelf) for _ in range(3)]
    outcomes = await asyncio.gather(*taken, return_exceptions=True)
    assert [one for one in outcomes if one is None] == [None]
    assert (await books(desk)).on_hand == 8


async def test_returns_are_refused_with_nothing_written(desk: Desk) -> None:
    order_id, line_id = await sent(desk)
    looker = msgspec.structs.replace(desk.ctx, actor=Actor("staff", 2, "Ada", KEEPER.permissions - {"orders.write"}))
    with pytest.raises(NotAllowed):
        await request_return(looker, wish(order_id, line_id, 1))
    for bad in (wish(order_id, line_id, 1, reason="WHIM"), wish(order_id, line_id, 0), wish(order_id, line_id, -1)):
        with pytest.raises(BadInput):
            await request_return(keeper(desk), bad)
    with pytest.raises(NotFound):
        await request_return(keeper(desk), wish(order_id, 404, 1))
    with pytest.raises(NotFound):
        await ask_for_return(desk.buyer, "0" * 32, wish(order_id, line_id, 1))
    with pytest.raises(NothingToReturn):
        await request_return(keeper(desk), wish(order_id, line_id, 4))
    return_id = await request_return(keeper(desk), wish(order_id, line_id, 1))
    wrongs: list[dict[str, Any]] = [{"accepted": 2, "location_id": 1}, {"accepted": 1}]
    wrongs.append({"accepted": 1, "disposition": "eat"})
    for wrong in wrongs:
        with pytest.raises(BadInput):
            await receive_return(keeper(desk), return_id, [FoundLine(line_id=line_id, **wrong)])
    with pytest.raises(NotFound):
        await receive_return(keeper(desk), return_id, [FoundLine(line_id=line_id, accepted=1, location_id=404)])
    assert (await books(desk)).on_hand == 7


async def send(desk: Desk, order_id: int, line_id: int, quantity: int) -> None:
    await fulfil(keeper(desk), FulfilWish(order_id=order_id, lines=((line_id, quantity),), key="parcel"))
