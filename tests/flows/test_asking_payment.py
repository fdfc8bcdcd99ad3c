"""Money of placed orders asked for by a link: paid once, whatever else arrives, and whoever clicks twice."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from tests.flows.test_amending import BANK, TRANSFER, amended, keeper, order_of, placed, run_jobs
from tests.support import shops
from tests.support.checkouts import Desk, books, events, open_desk

from vetrina.flows.checkout.paying_requests import MethodIsGone, asked, give_up_request, pay_request
from vetrina.flows.orders.bouncing import pay_elsewhere
from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.flows.payments.asking import (
    NothingToAskFor,
    RequestIsClosed,
    ask_for_payment,
    lapse_requests,
    withdraw_request,
)
from vetrina.flows.payments.moving import reconcile_payment
from vetrina.flows.upkeep import lapse_orders, watch_money
from vetrina.kernel.db import Conflict
from vetrina.kernel.errors import BadInput, NotFound, NotSignedIn, Refusal
from vetrina.kernel.registry import Provided
from vetrina.ports import PaymentProvider
from vetrina.shop.orders.rules import NothingAwaited, OrderIsPaid
from vetrina.shop.payments.models import Payment, PaymentRequest
from vetrina.testing.payments import AUTHORISES, CHALLENGES, DECLINES, PAYS
from vetrina.views.ledgers import LEDGERS
from vetrina.views.orders.refunds import refunds_of
from vetrina.views.payments.requests import requests_of_orders
from vetrina.views.payments.standing import payments_of_orders
from vetrina_manual_payment.provider import ManualPayment

CARD = "fake:card"


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    manual = Provided(PaymentProvider, "manual_payment", "manual_payment", ManualPayment(BANK))
    opened = await open_desk(database_url, clock, manual)
    yield opened
    await opened.ctx.db.close()


async def pending(desk: Desk) -> tuple[int, str]:
    """An order that waits for a transfer, and the link to pay it otherwise."""
    order_id = await placed(desk, TRANSFER, None)
    return order_id, await ask_for_payment(keeper(desk), order_id, note="Or pay by card.")


async def states(desk: Desk, order_id: int) -> list[tuple[str, int, int, bool]]:
    """State, captured, refunded and whether it counts, of each payment."""
    found = await payments_of_orders(desk.ctx.db, [order_id])
    return [(one.state, one.captured, one.refunded, one.replaced_at is None) for one in found]


async def request_states(desk: Desk, order_id: int) -> list[str]:
    return [one.state for one in await requests_of_orders(desk.ctx.db, [order_id])]


async def test_a_card_pays_what_a_transfer_was_awaited_for(desk: Desk) -> None:
    order_id, key = await pending(desk)
    found = await asked(desk.buyer, key)
    assert found is not None
    assert [offer.handle for offer in found.methods] == [CARD, "fake:redirect", TRANSFER]
    assert {offer.amount for offer in found.methods} == {1_500}
    await pay_request(desk.buyer, key, CARD, PAYS)
    assert await states(desk, order_id) == [("cancelled", 0, 0, False), ("captured", 1_500, 0, True)]
    assert await request_states(desk, order_id) == ["paid"]
    assert ((await books(desk)).orders, (await books(desk)).on_hand) == (((1001, "placed", "PAID"),), 9)
    assert (await events(desk)).count("OrderPaid") == 1
    with pytest.raises(OrderIsPaid):
        await mark_as_paid(keeper(desk), order_id)
    with pytest.raises(RequestIsClosed):
        await pay_request(desk.buyer, key, CARD, PAYS)
    desk.clock.move(days=30)
    assert await lapse_orders(desk.ctx) == 0


async def test_a_transfer_that_comes_first_sends_the_card_back(desk: Desk) -> None:
    order_id, key = await pending(desk)
    await pay_request(desk.buyer, key, CARD, CHALLENGES)
    await mark_as_paid(keeper(desk), order_id)
    assert await request_states(desk, order_id) == ["withdrawn"]
    charge = desk.provider.only
    desk.provider.complete_challenge(charge.key)
    desk.clock.move(minutes=20)
    await watch_money(desk.ctx)
    await run_jobs(desk)
    assert (charge.captured, charge.refunded) == (1_500, 1_500)
    assert await states(desk, order_id) == [("captured", 1_500, 0, True), ("refunded", 1_500, 1_500, False)]
    assert ((await books(desk)).orders, (await order_of(desk, order_id)).refunded) == (((1001, "placed", "PAID"),), 0)
    desk.provider.bounce(charge, 1_500)
    await reconcile_payment(desk.ctx, (await payments_of_orders(desk.ctx.db, [order_id]))[1].id)
    (owed,) = await refunds_of(desk.ctx.db, [order_id])
    assert owed.state == "bounced", "money that was never the order's is owed to its payer all the same"
    for _ in range(2):
        assert (await books(desk)).orders == ((1001, "placed", "PAID"),)
        assert (await order_of(desk, order_id)).refunded == 0
        assert [ledger.name for ledger in LEDGERS if ledger.rule == "I5" and await ledger.look(desk.ctx)] == []
        if owed.state == "bounced":
            await pay_elsewhere(keeper(desk), owed.id, "by transfer")
        (owed,) = await refunds_of(desk.ctx.db, [order_id])
    await cancel_order(keeper(desk), order_id, "CUSTOMER")
    assert (await order_of(desk, order_id)).refunded == 1_500 and charge.refunded == 0


async def test_the_link_and_the_transfer_at_once_are_paid_once(desk: Desk) -> None:
    order_id, key = await pending(desk)
    await asyncio.gather(
        pay_request(desk.buyer, key, CARD, PAYS),
        mark_as_paid(keeper(desk), order_id),
        pay_request(desk.buyer, key, CARD, PAYS),
        return_exceptions=True,
    )
    await run_jobs(desk)
    kept = [one for one in await states(desk, order_id) if one[3] and one[1]]
    assert len(kept) == 1
    assert sum(one[1] - one[2] for one in await states(desk, order_id)) == 1_500
    assert (await books(desk)).orders == ((1001, "placed", "PAID"),)


async def test_two_clicks_are_one_charge(desk: Desk) -> None:
    order_id = await placed(desk)
    done = await amended(desk, order_id, add=((desk.variant_id, 2),), asks=True)
    found = await asyncio.gather(*(pay_request(desk.buyer, done.request_key, CARD, PAYS) for _ in range(5)),
                                 return_exceptions=True)  # fmt: skip
    assert all(not isinstance(one, BaseException) or isinstance(one, Refusal) for one in found), found
    await run_jobs(desk)
    assert len(desk.provider.charges) == 2
    assert (await books(desk)).orders == ((1001, "placed", "PAID"),)
    assert sum(charge.captured - charge.refunded for charge in desk.provider.charges.values()) == 3_500


async def test_a_declined_card_leaves_the_link_open_and_a_challenge_can_be_given_up(desk: Desk) -> None:
    order_id, key = await pending(desk)
    assert (await pay_request(desk.buyer, key, CARD, DECLINES)).state == "failed"
    assert (await pay_request(desk.buyer, key, CARD, CHALLENGES)).state == "action_required"
    under_way = await pay_request(desk.buyer, key, CARD, PAYS)
    assert under_way.state == "action_required", "the one under way is answered"
    await give_up_request(desk.buyer, key)
    assert (await pay_request(desk.buyer, key, TRANSFER)).state == "pending"
    assert [one[0] for one in await states(desk, order_id)] == ["cancelled", "failed", "cancelled", "pending"]
    await mark_as_paid(keeper(desk), order_id)
    assert await request_states(desk, order_id) == ["paid"]
    assert (await books(desk)).orders == ((1001, "placed", "PAID"),)


async def test_a_promise_by_link_is_taken_like_any_other(desk: Desk) -> None:
    order_id, key = await pending(desk)
    await pay_request(desk.buyer, key, CARD, AUTHORISES)
    assert ((await books(desk)).orders, (await books(desk)).on_hand) == (((1001, "placed", "AUTHORIZED"),), 9)
    await mark_as_paid(keeper(desk), order_id)
    assert (await books(desk)).orders == ((1001, "placed", "PAID"),)


async def test_links_lapse_are_withdrawn_and_end_with_their_order(desk: Desk) -> None:
    order_id, key = await pending(desk)
    again = await ask_for_payment(keeper(desk), order_id, 700, days=1)
    assert await request_states(desk, order_id) == ["withdrawn", "open"]
    with pytest.raises(RequestIsClosed):
        await pay_request(desk.buyer, key, CARD, PAYS)
    desk.clock.move(days=2)
    found = await asked(desk.buyer, again)
    assert found is not None
    assert not found.is_open
    assert await lapse_requests(desk.ctx) == 1
    assert not await withdraw_request(keeper(desk), order_id)
    third = await ask_for_payment(keeper(desk), order_id)
    await pay_request(desk.buyer, third, CARD, CHALLENGES)
    await cancel_order(keeper(desk), order_id, "CUSTOMER")
    desk.provider.complete_challenge(desk.provider.only.key)
    desk.clock.move(minutes=20)
    await run_jobs(desk)
    await watch_money(desk.ctx)
    await run_jobs(desk)
    assert desk.provider.only.captured == desk.provider.only.refunded
    assert (await books(desk)).orders[0][1] == "cancelled"


async def test_what_nothing_is_awaited_for_is_not_called_paid(desk: Desk) -> None:
    order_id = await placed(desk)
    with pytest.raises(OrderIsPaid):
        await mark_as_paid(keeper(desk), order_id)
    await amended(desk, order_id, add=((desk.variant_id, 2),), asks=True)
    for _ in range(2):
        with pytest.raises(NothingAwaited, match="#1001"):
            await mark_as_paid(keeper(desk), order_id)
        await withdraw_request(keeper(desk), order_id)
    assert await states(desk, order_id) == [("captured", 1_500, 0, True)]
    key = await ask_for_payment(keeper(desk), order_id)
    await pay_request(desk.buyer, key, TRANSFER)
    await mark_as_paid(keeper(desk), order_id)
    assert (await books(desk)).orders == ((1001, "placed", "PAID"),)
    with pytest.raises(OrderIsPaid):
        await mark_as_paid(keeper(desk), order_id)


async def test_what_cannot_be_asked_for_is_refused(desk: Desk) -> None:
    order_id, key = await pending(desk)
    for refusal, asking in (
        (NothingToAskFor, ask_for_payment(keeper(desk), order_id, 1_501)),
        (NothingToAskFor, ask_for_payment(keeper(desk), await placed(desk))),
        (BadInput, ask_for_payment(keeper(desk), order_id, days=91)),
        (NotFound, ask_for_payment(keeper(desk), 404)),
        (NotSignedIn, ask_for_payment(desk.buyer, order_id)),
        (NotFound, pay_request(desk.buyer, "0" * 32, CARD, PAYS)),
        (NotFound, pay_request(desk.buyer, "'; drop", CARD, PAYS)),
        (MethodIsGone, pay_request(desk.buyer, key, "fake:shells", PAYS)),
        (BadInput, pay_request(desk.buyer, key, CARD)),
    ):
        with pytest.raises(refusal):
            await asking
    (known,) = await desk.ctx.db.fetch(select(PaymentRequest.state).where(PaymentRequest.order_id == order_id))
    assert known[0] == "open"
    with pytest.raises(Conflict):
        async with desk.ctx.tx() as session:
            await session.insert(PaymentRequest, key="other", order_id=order_id, amount=1, currency="EUR", note="",
                                 state="open", actor="", created_at=desk.ctx.now(), expires_at=desk.ctx.now(),
                                 decided_at=None)  # fmt: skip
    assert await desk.ctx.db.fetch(select(Payment.id).where(Payment.request_id.is_not(None))) == []
