"""Orders amended after they were placed: goods, sums, difference, and what two people do at once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from tests.support import shops
from tests.support.checkouts import Books, Desk, books, cart_to_pay, events, open_desk, submitted
from tests.support.wares import ware

from vetrina.flows.orders.amending import AmendWish, amend_order, quote_amendment
from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.flows.upkeep import JOBS
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.db import Conflict
from vetrina.kernel.errors import BadInput, NotAllowed, NotFound
from vetrina.kernel.jobs import Runner
from vetrina.kernel.money import digits
from vetrina.kernel.registry import Provided
from vetrina.ports import PaymentProvider
from vetrina.shop.inventory.rules import NotEnoughStock
from vetrina.shop.orders.amendment_rules import (
    AmendmentChanged,
    NothingToAmend,
    NothingToReduce,
    Reduced,
    WholeLine,
    freed,
    reduced,
    sums,
)
from vetrina.shop.orders.models import Amendment, Order
from vetrina.shop.pricing.models import Price
from vetrina.testing.payments import AUTHORISES
from vetrina.views.orders.amendments import amendments_of
from vetrina.views.orders.current import current_of
from vetrina.views.orders.placed import OrderView, order_by_id, order_lines
from vetrina.views.orders.refunds import refunds_of
from vetrina.views.payments.standing import payments_of_orders
from vetrina_manual_payment.provider import ManualPayment
from vetrina_manual_payment.settings import ManualPaymentSettings

KEEPER = Actor("staff", 1, "Piero", frozenset({"payments.write", "orders.write", "orders.read"}))
BANK = ManualPaymentSettings.model_validate(
    {"iban": "IT60 X054 2811 1010 0000 0123 456", "account_holder": "Bottega Rossi srl"}
)
TRANSFER = "manual_payment:bank-transfer"


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    manual = Provided(PaymentProvider, "manual_payment", "manual_payment", ManualPayment(BANK))
    opened = await open_desk(database_url, clock, manual)
    yield opened
    await opened.ctx.db.close()


def keeper(desk: Desk) -> Context:
    return msgspec.structs.replace(desk.ctx, actor=KEEPER)


async def placed(desk: Desk, method: str = "fake:card", token: str | None = "tok_pays", **cart: Any) -> int:
    view = await submitted(desk, await cart_to_pay(desk, method, token, **cart))
    assert view.order_id is not None
    return view.order_id


async def amended(desk: Desk, order_id: int, **wish: Any) -> Any:
    given: dict[str, Any] = {"key": f"wish {len(await amendments_of(desk.ctx.db, [order_id]))}", **wish}
    return await amend_order(keeper(desk), AmendWish(order_id=order_id, **given))


async def order_of(desk: Desk, order_id: int) -> OrderView:
    found = await order_by_id(desk.ctx.db, order_id)
    assert found is not None
    return found


async def run_jobs(desk: Desk) -> None:
    await Runner(desk.ctx.db, desk.clock, JOBS, lambda _: desk.ctx).run_once()


async def check_sums(desk: Desk, order_id: int) -> None:
    """What holds is what was placed and every amendment; each part, and so the total."""
    order, found = await order_of(desk, order_id), await amendments_of(desk.ctx.db, [order_id])
    now = (await current_of(desk.ctx.db, [order]))[order_id]
    parts = now.subtotal - now.discount + now.delivery + now.tax_added + now.payment_fee + now.adjustment
    assert now.total == parts
    back = [one for one in await refunds_of(desk.ctx.db, [order_id]) if not one.key.startswith("amendment:")]
    assert now.total == order.current_total - sum(one.amount + one.waived for one in back)
    assert order.released == sum(amendment.released for amendment in found)
    assert 0 <= order.refunded <= order.total + order.raised


async def test_goods_are_added_at_the_price_of_now_and_the_difference_is_left_to_pay(desk: Desk) -> None:
    order_id = await placed(desk)
    async with desk.ctx.tx() as session:
        await session.execute(update(Price).values(amount=1_200))
    wish = AmendWish(order_id=order_id, key="one", add=((desk.variant_id, 2),), expected_total=2_400, asks=True)
    quote = await quote_amendment(keeper(desk), wish)
    assert (quote.total, quote.current_total, quote.to_pay, quote.to_return) == (2_400, 3_900, 2_400, 0)
    done = await amend_order(keeper(desk), wish)
    assert done.request_key is not None
    assert (await amend_order(keeper(desk), wish)).amendment_id == done.amendment_id
    order, lines = await order_of(desk, order_id), await order_lines(desk.ctx.db, [order_id])
    assert (order.total, order.current_total, order.financial_status) == (1_500, 3_900, "PARTIALLY_PAID")
    assert [(line.amendment_id, line.quantity, line.unit_price) for line in lines] == [
        (None, 1, 1_000),
        (done.amendment_id, 2, 1_200),
    ]
    assert (await books(desk)).on_hand == 7
    assert (await events(desk))[-1] == "OrderAmended"
    await check_sums(desk, order_id)


async def test_what_is_taken_off_goes_back_on_the_shelf_and_its_money_to_the_buyer(desk: Desk) -> None:
    order_id = await placed(desk, quantity=3)
    (line,) = await order_lines(desk.ctx.db, [order_id])
    done = await amended(desk, order_id, reduce=((line.id, 2),))
    assert done.refund_id is not None
    await run_jobs(desk)
    order = await order_of(desk, order_id)
    assert (order.current_total, order.refunded, order.financial_status) == (1_500, 2_000, "PARTIALLY_REFUNDED")
    assert await books(desk) == Books(
        ((1001, "placed", "PARTIALLY_REFUNDED"),), (("captured", 3_500, 3_500, 2_000),), (), 9, 0
    )
    with pytest.raises(NothingToReduce):
        await amended(desk, order_id, reduce=((line.id, 2),))
    await amended(desk, order_id, reduce=((line.id, 1),), add=((desk.variant_id, 1),))
    await check_sums(desk, order_id)
    assert (await order_of(desk, order_id)).current_total == 1_500
    await cancel_order(keeper(desk), order_id, "CUSTOMER")
    await run_jobs(desk)
    assert (await books(desk)).payments == (("refunded", 3_500, 3_500, 3_500),)
    assert (await books(desk)).on_hand == 10


async def test_money_that_is_awaited_is_awaited_anew(desk: Desk) -> None:
    order_id = await placed(desk, TRANSFER, None, quantity=2)
    (line,) = await order_lines(desk.ctx.db, [order_id])
    await amended(desk, order_id, reduce=((line.id, 1),))
    await amended(desk, order_id, add=((desk.variant_id, 3),))
    found = await payments_of_orders(desk.ctx.db, [order_id])
    assert [(one.state, one.amount) for one in found] == [
        ("cancelled", 2_500),
        ("cancelled", 1_500),
        ("pending", 4_500),
    ]
    assert {one["key"]: one["value"] for one in found[-1].instructions}["Reference"] == "Order #1001"
    assert (await books(desk)).reserved == 4
    await mark_as_paid(keeper(desk), order_id)
    assert (await books(desk)).orders == ((1001, "placed", "PAID"),)
    assert ((await books(desk)).on_hand, (await books(desk)).reserved) == (6, 0)
    await check_sums(desk, order_id)


async def test_a_promise_is_taken_only_as_far_as_the_order_still_comes_to(desk: Desk) -> None:
    order_id = await placed(desk, token=AUTHORISES, quantity=2)
    (line,) = await order_lines(desk.ctx.db, [order_id])
    assert (await amended(desk, order_id, reduce=((line.id, 1),))).refund_id is None
    await mark_as_paid(keeper(desk), order_id)
    assert desk.provider.only.captured == 1_500
    assert (await books(desk)).orders == ((1001, "placed", "PAID"),)


async def test_an_amendment_is_refused_with_nothing_written(desk: Desk) -> None:
    order_id = await placed(desk)
    (line,) = await order_lines(desk.ctx.db, [order_id])
    before = await books(desk)
    rare = await ware(desk.ctx, "rare", stock=1)
    refusals: list[tuple[type[Exception], dict[str, Any]]] = [
        (NothingToAmend, {}),
        (NotEnoughStock, {"add": ((rare, 2),), "reduce": ((line.id, 1),)}),
        (NotFound, {"add": ((404, 1),)}),
        (NotFound, {"reduce": ((404, 1),)}),
        (BadInput, {"add": ((rare, 1), (rare, 1))}),
        (BadInput, {"add": ((rare, 0),)}),
        (AmendmentChanged, {"add": ((rare, 1),), "expected_total": 1}),
    ]
    for refusal, wish in refusals:
        with pytest.raises(refusal):
            await amended(desk, order_id, **wish)
    looker = msgspec.structs.replace(desk.ctx, actor=Actor("staff", 2, "Ada", frozenset({"orders.read"})))
    with pytest.raises(NotAllowed):
        await amend_order(looker, AmendWish(order_id=order_id, key="x", add=((rare, 1),)))
    assert await books(desk) == before
    assert await desk.ctx.db.fetch(select(Amendment.id)) == []


async def test_two_edits_at_once_take_the_last_piece_off_once(desk: Desk) -> None:
    order_id = await placed(desk, quantity=2)
    (line,) = await order_lines(desk.ctx.db, [order_id])
    wishes = [AmendWish(order_id=order_id, key=f"{turn}", reduce=((line.id, 2),)) for turn in range(4)]
    wishes += [wishes[0], wishes[1]]
    found = await asyncio.gather(*(amend_order(keeper(desk), wish) for wish in wishes), return_exceptions=True)
    done = {one.amendment_id for one in found if not isinstance(one, BaseException)}
    assert len(done) == 1, found
    assert all(isinstance(one, NothingToReduce) for one in found if isinstance(one, BaseException)), found
    assert (await order_of(desk, order_id)).current_total == 500
    assert (await books(desk)).on_hand == 10
    await check_sums(desk, order_id)


CURRENCIES = st.sampled_from(("JPY", "EUR", "KWD"))


@given(
    CURRENCIES,
    st.booleans(),
    st.lists(
        st.tuples(st.integers(1, 9), st.integers(0, 99_999), st.integers(0, 100), st.integers(0, 30)),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), max_size=12),
    st.integers(0, 100),
)
def test_parts_of_lines_always_sum_to_the_lines_and_totals_to_their_parts(
    currency: str,
    includes: bool,
    drawn: list[tuple[int, int, int, int]],
    edits: list[tuple[int, int]],
    paid_percent: int,
) -> None:
    """Whatever is taken off in whatever portions: no cent is lost, none is given twice, nothing falls below zero."""
    unit = 10 ** digits(currency)
    wholes = [
        WholeLine(
            key, pieces, pieces * price, pieces * price * off // 100, pieces * price * unit * tax // 100 // unit, 0
        )
        for key, (pieces, price, off, tax) in enumerate(drawn)
    ]
    total = placed_total = sum(line.subtotal - line.discount + (0 if includes else line.tax) for line in wholes)
    received, given_back, released = total * paid_percent // 100, 0, 0
    taken: dict[int, list[Reduced]] = {line.line_id: [] for line in wholes}
    for place, pieces in edits:
        line = wholes[place % len(wholes)]
        before = sum(part.quantity for part in taken[line.line_id])
        wanted = min(pieces, line.quantity - before)
        if not wanted:
            continue
        part = reduced(msgspec.structs.replace(line, before=before), wanted)
        found = sums([], [part], prices_include_tax=includes)
        assert found.total == found.subtotal - found.discount + found.tax_added <= 0
        back = freed(found.total, total + released + found.total, received, given_back)
        assert 0 <= back <= -found.total
        taken[line.line_id].append(part)
        total, released, given_back = total + found.total, released + back, given_back + back
        assert total >= 0
        # Net of what goes back, nobody keeps more than the order comes to, unless he never had it.
        assert received - given_back <= max(total, 0) or received <= placed_total - released
        assert received - given_back == min(received, total), "money kept is money owed"
    for line in wholes:
        parts = taken[line.line_id]
        if sum(part.quantity for part in parts) == line.quantity:
            for name in ("subtotal", "discount", "tax"):
                assert sum(getattr(part, name) for part in parts) == getattr(line, name)


async def test_the_database_itself_refuses_an_amendment_that_does_not_add_up(desk: Desk) -> None:
    order_id = await placed(desk)
    values: dict[str, Any] = {
        "order_id": order_id, "position": 1, "key": "k", "kind": "edit", "note": "", "notify": False, "subtotal": 100,
        "discount": 0, "delivery": 0, "tax": 0, "tax_added": 0, "total": 100, "released": 0, "actor": "",
        "at": desk.ctx.now(),
    }  # fmt: skip
    for wrong in ({"total": 99}, {"released": 1}, {"kind": "whim"}, {"position": 0}):
        with pytest.raises(Conflict):
            async with desk.ctx.tx() as session:
                await session.insert(Amendment, **{**values, **wrong})
    for wrong in ({"lowered": 5_000}, {"released": -1}, {"raised": -1}):
        with pytest.raises(Conflict):
            async with desk.ctx.tx() as session:
                await session.execute(update(Order).values(wrong))
