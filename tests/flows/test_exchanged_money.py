"""Money in two currencies: payouts that exchanged it, disputes in another one; their sums are never added."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.support import shops
from tests.support.money_desks import KEEPER, MoneyDesk, open_money_desk

from vetrina.flows.orders.refunding import RefundWish, refund_order
from vetrina.flows.payments.moving import refund
from vetrina.flows.payments.payouts import PayoutsUnsound, fetch_payouts
from vetrina.shop.payments.rules import NothingToRefund
from vetrina.views.payments.disputes import taken_by_disputes
from vetrina.views.payments.proof import money_mismatches, money_proof
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import DisputeState


@pytest.fixture
async def money(database_url: str, clock: shops.StillClock) -> AsyncIterator[MoneyDesk]:
    opened = await open_money_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def test_what_is_exchanged_closes_what_is_open_in_the_currency_that_was_paid(money: MoneyDesk) -> None:
    """Euros that are settled in dollars: each currency's books add up alone, and nothing stands open for ever."""
    charge = await money.buy(quantity=2)
    order_id = (await payments_of_orders(money.ctx.db, [1]))[0].order_id
    assert order_id is not None
    await refund_order(msgspec.structs.replace(money.ctx, actor=KEEPER), RefundWish(order_id=order_id, amount=500))
    money.books.exchange = {"EUR": ("USD", 1_100)}
    money.books.open_dispute(charge, 300, fee=0)
    await money.post()
    money.books.pay_out()
    await fetch_payouts(money.ctx, "fake")
    euros, dollars = await money_proof(money.ctx.db)
    assert (euros.currency, euros.captured, euros.refunded, euros.disputed) == ("EUR", 2_500, 500, 300)
    assert (euros.exchanged, euros.open, euros.paid_out, euros.difference) == (-1_700, 0, 0, 0)
    assert (dollars.currency, dollars.exchanged, dollars.open) == ("USD", 1_870, 0)
    assert (dollars.paid_out + dollars.fees, dollars.difference) == (1_870, 0)
    assert await money_mismatches(money.ctx.db, late_since=money.desk.clock.now()) == []
    money.books.exchange = {}
    await money.buy()
    euros, _ = await money_proof(money.ctx.db)
    assert (euros.open, euros.difference) == (1_500, 0)
    money.books.pay_out()
    await fetch_payouts(money.ctx, "fake")
    euros, _ = await money_proof(money.ctx.db)
    assert (euros.open, euros.exchanged, euros.difference) == (0, -1_700, 0), "what is not exchanged is as before"
    # Negative control: a movement that does not say from how much it was exchanged leaves its charge open, and is told.
    await money.buy()
    money.books.exchange = {"EUR": ("USD", 1_100)}
    told = money.books.pay_out()
    bare = tuple(msgspec.structs.replace(item, charged=None, charged_currency=None) for item in told.items)
    money.books.change_payout(msgspec.structs.replace(told, items=bare))
    await fetch_payouts(money.ctx, "fake")
    assert (await money_proof(money.ctx.db))[0].open == 1_500
    wrong = await money_mismatches(money.ctx.db, late_since=money.desk.clock.now())
    assert {row.kind for row in wrong} == {"currency", "late"}
    changes: tuple[dict[str, Any], ...] = (
        {"charged_currency": None},
        {"charged": -1_500},
        {"charged_currency": "USD"},
    )
    for change in changes:
        odd = tuple(msgspec.structs.replace(item, **change) for item in told.items)
        money.books.change_payout(msgspec.structs.replace(told, reference="odd", items=odd))
        with pytest.raises(PayoutsUnsound):
            await fetch_payouts(money.ctx, "fake")


async def test_a_dispute_in_another_currency_is_added_to_nothing_and_holds_its_payment(money: MoneyDesk) -> None:
    charge = await money.buy()
    payment_id = await money.payment_id(charge)
    opened = money.books.open_dispute(charge, 400, fee=0)
    foreign = msgspec.structs.replace(opened, currency="USD")
    money.desk.provider.tell("dispute", foreign)
    await money.post(-1)
    assert await taken_by_disputes(money.ctx.db, payment_id) == 1_500, "nobody knows how much of it is gone"
    by = msgspec.structs.replace(money.ctx, actor=KEEPER)
    with pytest.raises(NothingToRefund):
        await refund(by, payment_id, 1)
    proofs = {proof.currency: proof.disputed for proof in await money_proof(money.ctx.db)}
    assert proofs == {"EUR": 0, "USD": 400}, "each currency is told by itself"
    won = msgspec.structs.replace(foreign, state=DisputeState.WON, at=foreign.at + timedelta(seconds=1))
    money.desk.provider.tell("dispute", won)
    await money.post(-1)
    assert await taken_by_disputes(money.ctx.db, payment_id) == 0
    await refund(by, payment_id, 1_500)
    assert charge.refunded == 1_500
