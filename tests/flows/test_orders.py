"""Orders after they were placed: seen by their token, marked as paid, cancelled, kept in their ledgers."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from sqlalchemy import select, update
from tests.support import shops, stock
from tests.support.checkouts import Books, Desk, books, cart_to_pay, check_ledgers, events, open_desk, submitted
from tests.support.wares import ware

from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.flows.payments.moving import take_message
from vetrina.flows.upkeep import JOBS
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.db import Conflict
from vetrina.kernel.errors import BadInput, NotAllowed, NotFound, NotSignedIn
from vetrina.kernel.jobs import Runner
from vetrina.shop.orders.models import GoodsEntry, Order, OrderLine
from vetrina.shop.orders.rules import OrderIsCancelled, OrderIsPaid
from vetrina.shop.pricing.models import Price
from vetrina.shop.staff.models import AuditEntry
from vetrina.testing.payments import AUTHORISES
from vetrina.views.orders.placed import (
    order_by_secret,
    order_by_token,
    order_discounts,
    order_lines,
    order_token,
    orders_by_id,
    status_url,
)

FREE = "vetrina:free"
KEEPER = Actor("staff", 1, "Piero", frozenset({"payments.write", "orders.write"}))


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def placed(desk: Desk, token: str = "tok_pays", **cart: object) -> int:
    """The id of a new order."""
    view = await submitted(desk, await cart_to_pay(desk, token=token, **cart))  # pyright: ignore[reportArgumentType]
    assert view.order_id is not None
    return view.order_id


async def test_an_order_says_what_was_sold_whatever_the_catalogue_says_later(desk: Desk) -> None:
    await desk.codes.fill(desk.ctx, "FIVE", 500)
    order_id = await placed(desk, quantity=2, codes=("FIVE",))
    async with desk.ctx.tx() as session:
        await session.execute(update(Price).values(amount=9_999))
    (order,) = await orders_by_id(desk.ctx.db, [order_id])
    (line,) = await order_lines(desk.ctx.db, [order_id])
    (discount,) = await order_discounts(desk.ctx.db, [order_id])
    assert (order.subtotal, order.discount, order.delivery, order.total) == (2_000, 500, 500, 2_000)
    assert (line.title, line.quantity, line.unit_price, line.discount, line.total) == ("Oil", 2, 1_000, 500, 1_500)
    assert (discount.code, discount.amount, discount.allocations) == ("FIVE", 500, [[0, 500]])
    assert (order.email, (order.shipping_address or {})["city"]) == ("anna@example.com", "Torino")
    assert order.billing_address == order.shipping_address


async def test_only_the_right_token_opens_an_order(desk: Desk) -> None:
    (order,) = await orders_by_id(desk.ctx.db, [await placed(desk)])
    token = order_token(desk.buyer, order.key)
    assert await order_by_token(desk.buyer, token) == order
    wrong = ["", "x", order.key, token[:-1], token + "0", token[:-1] + ("0" if token[-1] != "0" else "1")]
    for guess in [*wrong, "0" * 64, order.key + order.key, "é" * 64, "\0" * 64, token.upper()]:
        assert await order_by_token(desk.buyer, guess) is None, guess


async def test_the_status_page_has_a_secret_that_opens_nothing_else(desk: Desk) -> None:
    (order,) = await orders_by_id(desk.ctx.db, [await placed(desk)])
    url = status_url(desk.buyer, order.number, order.key)
    number, secret = url.removeprefix("https://shop.test/orders/").split("/")
    assert order.key not in url
    assert await order_by_secret(desk.buyer, int(number), secret) == order
    assert await order_by_secret(desk.buyer, int(number) + 1, secret) is None
    assert await order_by_secret(desk.buyer, int(number), order_token(desk.buyer, order.key)) is None
    assert await order_by_token(desk.buyer, order.key + secret) is None


async def test_a_promised_payment_is_captured_by_marking_the_order_as_paid(desk: Desk) -> None:
    order_id = await placed(desk, AUTHORISES)
    await mark_as_paid(keeper(desk), order_id)
    assert desk.provider.only.captured == 1_500
    assert (await books(desk)).orders == ((1001, "placed", "PAID"),)
    with pytest.raises(OrderIsPaid):
        await mark_as_paid(keeper(desk), order_id)


async def test_cancelling_gives_goods_money_and_cards_back(desk: Desk) -> None:
    await desk.cards.fill(desk.ctx, "CARD", 600)
    order_id = await placed(desk, quantity=2, cards=("CARD",))
    await cancel_order(keeper(desk), order_id, "CUSTOMER")
    assert await books(desk) == Books(((1001, "cancelled", "REFUNDED"),), (("refunded", 1900, 1900, 1900),), (), 10, 0)
    assert await desk.cards.balance(desk.ctx, "CARD") == 600
    (order,) = await orders_by_id(desk.ctx.db, [order_id])
    assert (order.refunded, order.cancel_reason, order.fulfilment_status) == (2_500, "CUSTOMER", "RESTOCKED")
    assert (await events(desk))[-3:] == ["OrderCancelled", "PaymentRefunded", "OrderRefunded"]
    kinds = [kind for (kind,) in await desk.ctx.db.fetch(select(GoodsEntry.kind).order_by(GoodsEntry.id))]
    assert kinds == ["taken", "cancelled"]
    assert await stock.shelves(desk.ctx.db) != []
    await check_ledgers(desk)
    with pytest.raises(OrderIsCancelled):
        await cancel_order(keeper(desk), order_id, "CUSTOMER")


async def test_goods_that_are_lost_are_not_put_back(desk: Desk) -> None:
    order_id = await placed(desk)
    await cancel_order(keeper(desk), order_id, "INVENTORY", restock=False)
    assert (await books(desk)).on_hand == 9
    (order,) = await orders_by_id(desk.ctx.db, [order_id])
    assert order.fulfilment_status == "UNFULFILLED"


async def test_cancelling_a_promise_voids_it(desk: Desk) -> None:
    await cancel_order(keeper(desk), await placed(desk, AUTHORISES), "FRAUD")
    assert desk.provider.only.state == "cancelled"
    assert await books(desk) == Books(((1001, "cancelled", "VOIDED"),), (("cancelled", 1500, 0, 0),), (), 10, 0)
    await check_ledgers(desk)


async def test_cancelling_what_a_card_paid_alone_fills_the_card_again(desk: Desk) -> None:
    await desk.cards.fill(desk.ctx, "CARD", 1_500)
    view = await submitted(desk, await cart_to_pay(desk, FREE, None, cards=("CARD",)))
    await cancel_order(keeper(desk), view.order_id or 0, "OTHER")
    assert (await books(desk)).orders == ((1001, "cancelled", "REFUNDED"),)
    assert await desk.cards.balance(desk.ctx, "CARD") == 1_500


async def test_an_order_is_cancelled_even_while_its_provider_is_away(desk: Desk) -> None:
    order_id = await placed(desk)
    desk.provider.refuse_calls = 1
    await cancel_order(keeper(desk), order_id, "STAFF")
    assert (await books(desk)).payments == (("captured", 1500, 1500, 0),)
    await run_jobs(desk)
    assert await books(desk) == Books(((1001, "cancelled", "REFUNDED"),), (("refunded", 1500, 1500, 1500),), (), 10, 0)


async def test_money_that_arrives_for_a_cancelled_order_goes_back(desk: Desk) -> None:
    order_id = await placed(desk, AUTHORISES)
    desk.provider.refuse_calls = 1
    await cancel_order(desk.ctx, order_id, "STAFF")
    charge = desk.provider.only
    charge.captured, charge.state = charge.amount, charge.state.CAPTURED
    desk.provider._move(charge, charge.state.CAPTURED)
    message = desk.provider.outgoing[-1]
    await take_message(desk.ctx, "fake", message.headers, message.body)
    await run_jobs(desk)
    assert (charge.refunded, charge.captured) == (1_500, 1_500)
    assert (await books(desk)).orders == ((1001, "cancelled", "REFUNDED"),)
    assert (await events(desk)).count("OrderPaid") == 0


async def test_orders_are_changed_only_by_those_who_may(desk: Desk) -> None:
    order_id = await placed(desk)
    looker = msgspec.structs.replace(desk.ctx, actor=Actor("staff", 2, "Ada", frozenset({"orders.read"})))
    with pytest.raises(NotAllowed):
        await cancel_order(looker, order_id, "STAFF")
    with pytest.raises(NotAllowed):
        await mark_as_paid(looker, order_id)
    with pytest.raises(NotSignedIn):
        await cancel_order(desk.buyer, order_id, "STAFF")
    with pytest.raises(BadInput):
        await cancel_order(keeper(desk), order_id, "BOREDOM")
    with pytest.raises(NotFound):
        await cancel_order(keeper(desk), 404, "STAFF")
    with pytest.raises(NotFound):
        await mark_as_paid(keeper(desk), 404)
    assert (await books(desk)).orders == ((1001, "placed", "PAID"),)


async def test_what_the_staff_does_to_an_order_is_signed(desk: Desk) -> None:
    order_id = await placed(desk)
    await cancel_order(keeper(desk), order_id, "STAFF")
    entries = await desk.ctx.db.fetch(
        select(AuditEntry.actor, AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.id)
    )
    assert ("Piero", "order.cancelled", f"order:{order_id}") in [tuple(entry) for entry in entries]


async def test_what_is_not_tracked_can_be_ordered_and_cancelled(desk: Desk) -> None:
    endless = await ware(desk.ctx, "Recipe")
    order_id = await placed(desk, variant_id=endless, quantity=1_000)
    await cancel_order(keeper(desk), order_id, "CUSTOMER")
    assert (await books(desk)).orders == ((1001, "cancelled", "REFUNDED"),)


@pytest.mark.parametrize(
    "change",
    [{"total": 1}, {"redeemed": 10_000}, {"refunded": 10_000}, {"discount": -1}, {"cart_id": None, "number": 1002}],
)
async def test_the_database_itself_refuses_an_order_that_does_not_add_up(desk: Desk, change: dict[str, int]) -> None:
    order_id = await placed(desk)
    await placed(desk)
    with pytest.raises(Conflict):
        async with desk.ctx.tx() as session:
            await session.execute(update(Order).where(Order.id == order_id).values(**change))


async def test_the_database_itself_refuses_to_rewrite_the_goods_ledger(desk: Desk) -> None:
    await placed(desk)
    with pytest.raises(Conflict):
        async with desk.ctx.tx() as session:
            await session.execute(update(GoodsEntry).values(quantity=99))
    with pytest.raises(Conflict):
        async with desk.ctx.tx() as session:
            await session.execute(update(OrderLine).values(quantity=99))


def keeper(desk: Desk) -> Context:
    return msgspec.structs.replace(desk.ctx, actor=KEEPER)


async def run_jobs(desk: Desk) -> None:
    desk.clock.move(minutes=1)
    await Runner(desk.ctx.db, desk.clock, JOBS, lambda _: desk.ctx).run_once()
