"""Refunds that the buyer's bank refuses after they were done: reopened once, owed still, paid again or elsewhere."""

from collections.abc import AsyncIterator
from datetime import datetime

import msgspec
import pytest
from sqlalchemy import update
from tests.support import shops
from tests.support.checkouts import books, check_ledgers, events
from tests.support.money_desks import MoneyDesk, open_money_desk
from tests.support.sold import keeper, run_jobs

from vetrina.flows.orders.bouncing import NothingOwed, StillOwed, dismiss_refund, pay_elsewhere
from vetrina.flows.orders.cancelling import CancelWish, cancel_lines
from vetrina.flows.orders.refunding import RefundWish, quote_refund, refund_order, retry_refund
from vetrina.flows.orders.whole import cancel_order
from vetrina.flows.payments.moving import reconcile_payment, refund, return_money
from vetrina.flows.payments.payouts import fetch_payouts
from vetrina.flows.upkeep import watch_money
from vetrina.kernel.context import Actor
from vetrina.kernel.errors import BadInput, NotAllowed
from vetrina.shop.payments.models import Payment
from vetrina.shop.payments.rules import NothingToRefund
from vetrina.testing.payments import Charge
from vetrina.views.ledgers import LEDGERS
from vetrina.views.orders.current import current_of
from vetrina.views.orders.histories import audit_of
from vetrina.views.orders.placed import order_by_id, order_lines
from vetrina.views.orders.refunds import parts_of_refund, refunds_of
from vetrina.views.orders.taxes import done_refunds
from vetrina.views.payments.proof import money_mismatches
from vetrina.views.payments.queues import money_queues, promised_refunds
from vetrina.views.payments.standing import payment_entries


@pytest.fixture
async def money(database_url: str, clock: shops.StillClock) -> AsyncIterator[MoneyDesk]:
    opened = await open_money_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def waiting(money: MoneyDesk) -> list[tuple[str, int, str]]:
    """The queue of refunds, and how many the desk counts."""
    now = money.desk.clock.now()
    rows = await promised_refunds(money.ctx.db, stuck_since=now)
    counts = await money_queues(money.ctx.db, stuck_since=now, expires_before=now)
    assert (counts.refunds, counts.troubled, counts.overpaid) == (len(rows), 0, 0)
    return [(row.state, row.amount, row.error) for row in rows]


async def well(money: MoneyDesk) -> bool:
    """Whether every ledger of money holds."""
    wrong = [each for ledger in LEDGERS if ledger.rule in ("I4", "I5") for each in await ledger.look(money.ctx)]
    assert wrong == []
    await check_ledgers(money.desk)
    return True


async def given_back(money: MoneyDesk, pieces: int = 1) -> tuple[Charge, int, int, str]:
    """An order of three pieces of which some were cancelled and paid back: charge, order, refund, the part's key."""
    charge = await money.buy(quantity=3)
    order_id = (await order_lines(money.ctx.db, [1]))[0].order_id
    line_id = (await order_lines(money.ctx.db, [order_id]))[0].id
    done = await cancel_lines(keeper(money.desk), CancelWish(order_id=order_id, lines=((line_id, pieces),)))
    assert done.refund_id is not None
    (part,) = await parts_of_refund(money.ctx.db, done.refund_id)
    return charge, order_id, done.refund_id, part.key


async def stands(money: MoneyDesk, order_id: int) -> tuple[str, str, datetime | None]:
    """The state of an order's one refund and of its one part, and the day it was done."""
    (found,) = await refunds_of(money.ctx.db, [order_id])
    (part,) = await parts_of_refund(money.ctx.db, found.id)
    return found.state, part.state, found.done_at


async def test_a_refund_that_comes_back_is_owed_again_and_tried_once_more(money: MoneyDesk) -> None:
    charge, order_id, refund_id, key = await given_back(money)
    before = len(money.desk.provider.outgoing)
    *_, day = await stands(money, order_id)
    told = await done_refunds(money.ctx.db, [order_id])
    money.desk.provider.bounce(charge, 1_000, key=key)
    for _ in range(2):  # doubled, and everything that was said before it comes late
        await money.post(before)
        await money.post()
    assert (await books(money.desk)).payments == (("captured", 3500, 3500, 0),)
    (payment_id,) = {await money.payment_id(charge)}
    entries = [(each.kind, each.amount) for each in await payment_entries(money.ctx.db, [payment_id])]
    assert entries[-2:] == [("refunded", 1_000), ("refund_failed", 1_000)] and len(entries) == 4
    assert await waiting(money) == [("bounced", 1_000, "account_closed")]
    order = await order_by_id(money.ctx.db, order_id)
    assert order is not None and (order.refunded, order.financial_status) == (0, "PAID")
    assert (await current_of(money.ctx.db, [order]))[order_id].total == 2_500, "it is still owed"
    assert await done_refunds(money.ctx.db, [order_id]) == [
        msgspec.structs.replace(each, state="bounced") if "state" in each.__struct_fields__ else each for each in told
    ], "what documents tell of it stays"
    assert (await events(money.desk)).count("PaymentRefundBounced") == 1
    quote = await quote_refund(keeper(money.desk), RefundWish(order_id=order_id))
    assert quote.most == 2_500, "what is owed to one refund is not promised to another"
    with pytest.raises(NothingToRefund):
        await refund(keeper(money.desk), payment_id, 2_501)
    assert await well(money)
    money.desk.clock.move(days=1)
    for refused in (False, True):  # while it is asked anew, and when it is refused, it is owed as before
        money.desk.provider.refuse_calls, charge.captured = int(not refused), 0 if refused else 3_500
        await (run_jobs(money.desk) if refused else retry_refund(keeper(money.desk), refund_id))
        assert await stands(money, order_id) == ("bounced", "bounced" if refused else "asked", day)
        assert (await waiting(money))[0][:2] == ("bounced", 1_000)
    charge.captured = 3_500
    await retry_refund(keeper(money.desk), refund_id)
    assert (await books(money.desk)).payments == (("captured", 3500, 3500, 1000),) and charge.refunded == 1_000
    assert await stands(money, order_id) == ("done", "done", day), "documents keep the day that they were told"
    await money.post()
    assert await waiting(money) == [] and await well(money)
    (part,) = await parts_of_refund(money.ctx.db, refund_id)
    money.desk.provider.bounce(charge, 1_000, key=part.key)
    await reconcile_payment(money.ctx, payment_id)
    assert await waiting(money) == [("bounced", 1_000, "account_closed")], "the second try may come back as well"
    money.books.pay_out()
    await fetch_payouts(money.ctx, "fake")
    proof = await money.proof()
    assert (proof.open, proof.adjustments, proof.difference) == (0, 0, 0)
    assert await money_mismatches(money.ctx.db, late_since=money.desk.clock.now()) == []


async def test_what_cannot_go_back_there_is_paid_another_way_and_noted(money: MoneyDesk) -> None:
    charge, order_id, refund_id, key = await given_back(money)
    with pytest.raises(NothingOwed):
        await pay_elsewhere(keeper(money.desk), refund_id, "by transfer")
    money.desk.provider.bounce(charge, 1_000, key=key)
    await money.post()
    clerk = msgspec.structs.replace(money.ctx, actor=Actor("staff", 2, "Ada", frozenset({"orders.write"})))
    with pytest.raises(NotAllowed):
        await pay_elsewhere(clerk, refund_id, "by transfer")
    for wrong in ("", "x" * 301):
        with pytest.raises(BadInput):
            await pay_elsewhere(keeper(money.desk), refund_id, wrong)
    await pay_elsewhere(keeper(money.desk), refund_id, "by transfer of 3 November")
    assert await waiting(money) == []
    order = await order_by_id(money.ctx.db, order_id)
    assert order is not None and (order.refunded, order.financial_status) == (1_000, "PARTIALLY_REFUNDED")
    (refund_row,) = await refunds_of(money.ctx.db, [order_id])
    (part,) = await parts_of_refund(money.ctx.db, refund_id)
    assert (refund_row.state, part.elsewhere) == ("done", "by transfer of 3 November")
    with pytest.raises(NothingOwed):
        await pay_elsewhere(keeper(money.desk), refund_id, "again")
    await money.post()  # late news of a bounce that was settled changes nothing
    payment_id = await money.payment_id(charge)
    with pytest.raises(NothingToRefund):  # the provider still holds it, and the buyer has it
        await refund(keeper(money.desk), payment_id, 2_501)
    await cancel_order(keeper(money.desk), order_id, "CUSTOMER")
    assert charge.refunded == 2_500 and (await books(money.desk)).payments == (("captured", 3500, 3500, 2500),)
    money.desk.clock.move(minutes=20)
    assert await watch_money(money.ctx) == 0 and charge.refunded == 2_500
    assert await well(money)


async def test_money_sent_back_at_the_payment_stands_in_the_queue_as_well_and_no_job_repeats_it(
    money: MoneyDesk,
) -> None:
    charge = await money.buy()
    payment_id = await money.payment_id(charge)
    await refund(keeper(money.desk), payment_id, 500)
    money.desk.provider.bounce(charge, 500)
    await money.post()
    assert await waiting(money) == [("bounced", 500, "account_closed")]
    order_id = 1
    order = await order_by_id(money.ctx.db, order_id)
    assert order is not None and (await current_of(money.ctx.db, [order]))[order_id].total == 1_500
    await cancel_order(keeper(money.desk), order_id, "CUSTOMER")
    assert charge.refunded == 1_000
    money.desk.clock.move(minutes=20)
    await return_money(money.ctx, {"payment_id": payment_id})
    await run_jobs(money.desk, 30)
    assert charge.refunded == 1_000, "a person decides about the rest"
    (first, _) = await refunds_of(money.ctx.db, [order_id])
    await retry_refund(keeper(money.desk), first.id)
    assert charge.refunded == 1_500 and await waiting(money) == []
    assert await well(money)
    # Negative control: a payment whose ledger forgot what came back is found.
    async with money.ctx.tx() as session:
        await session.execute(update(Payment).values(refunded=1_000))
    assert [ledger.name for ledger in LEDGERS if ledger.rule == "I5" and await ledger.look(money.ctx)] != []


async def test_what_bounces_before_its_answer_came_never_went_back(money: MoneyDesk) -> None:
    charge = await money.buy(quantity=3)
    order_id = (await order_lines(money.ctx.db, [1]))[0].order_id
    money.desk.provider.lose_answers = 1
    refund_id = await refund_order(keeper(money.desk), RefundWish(order_id=order_id, amount=1_000))
    (part,) = await parts_of_refund(money.ctx.db, refund_id)
    assert (part.state, charge.refunded) == ("asked", 1_000)
    money.desk.provider.bounce(charge, 1_000, key=part.key)
    await money.post()
    assert await waiting(money) == [("failed", 1_000, "account_closed")]
    await run_jobs(money.desk, 30)  # the answer of then is told once more: it is old news
    assert await waiting(money) == [("failed", 1_000, "account_closed")] and await well(money)
    await retry_refund(keeper(money.desk), refund_id)
    assert charge.refunded == 1_000 and await waiting(money) == [] and await well(money)


async def test_a_refused_refund_that_another_one_paid_is_dismissed_once_and_waits_again_if_it_is_asked_again(
    money: MoneyDesk,
) -> None:
    charge = await money.buy(quantity=3)
    order_id = (await order_lines(money.ctx.db, [1]))[0].order_id

    async def sums() -> object:
        order = await order_by_id(money.ctx.db, order_id)
        assert order is not None
        quote = await quote_refund(keeper(money.desk), RefundWish(order_id=order_id))
        return order, quote, await current_of(money.ctx.db, [order]), await done_refunds(money.ctx.db, [order_id])

    charge.refunded = 3_500  # the provider says no, and thinks better of it
    refused = await refund_order(keeper(money.desk), RefundWish(order_id=order_id, amount=1_000))
    charge.refunded = 0
    paid = await refund_order(keeper(money.desk), RefundWish(order_id=order_id, amount=1_000))
    assert [state for state, *_ in await waiting(money)] == ["failed"]
    clerk = msgspec.structs.replace(money.ctx, actor=Actor("staff", 2, "Ada", frozenset({"orders.write"})))
    for ctx, refund_id, why, no in (
        (clerk, refused, "paid by another", NotAllowed),
        (keeper(money.desk), refused, " ", BadInput),
        (keeper(money.desk), refused, "x" * 301, BadInput),
        (keeper(money.desk), paid, "paid by another", NothingOwed),
    ):
        with pytest.raises(no):
            await dismiss_refund(ctx, refund_id, why)
    before = await sums()
    for why in ("paid by another", "pressed twice"):
        await dismiss_refund(keeper(money.desk), refused, why)
        assert await waiting(money) == [] and await sums() == before and await well(money)
    told = [entry.after for entry in await audit_of(money.ctx.db, [f"order:{order_id}"]) if "dismissed" in entry.action]
    assert told == [{"refund": refused, "amount": 1_000, "why": "paid by another"}]
    charge.refunded = 3_500
    await retry_refund(keeper(money.desk), refused)
    assert [state for state, *_ in await waiting(money)] == ["failed"], "whoever asks again is told again"
    charge.refunded = 1_000
    (part,) = await parts_of_refund(money.ctx.db, paid)
    money.desk.provider.bounce(charge, 1_000, key=part.key)
    await money.post()
    with pytest.raises(StillOwed):
        await dismiss_refund(keeper(money.desk), paid, "he will not mind")
    assert sorted(state for state, *_ in await waiting(money)) == ["bounced", "failed"]


async def test_nothing_is_paid_another_way_that_went_back_anew_and_late_news_of_it_is_taken(money: MoneyDesk) -> None:
    charge = await money.buy(quantity=3)
    order_id = (await order_lines(money.ctx.db, [1]))[0].order_id
    charge.refunded = 3_500  # the provider says no, and thinks better of it
    refused = await refund_order(keeper(money.desk), RefundWish(order_id=order_id, amount=3_500))
    charge.refunded = 0
    assert [state for state, *_ in await waiting(money)] == ["failed"]
    anew = await refund_order(keeper(money.desk), RefundWish(order_id=order_id, amount=500))
    for again in (retry_refund(keeper(money.desk), refused), pay_elsewhere(keeper(money.desk), refused, "by transfer")):
        with pytest.raises(BadInput) as wrong:
            await again
        assert wrong.value.field == ("refund_id",)
    (part,) = await parts_of_refund(money.ctx.db, anew)
    money.desk.provider.bounce(charge, 500, key=part.key)
    await money.post()
    await pay_elsewhere(keeper(money.desk), anew, "in cash")
    assert await well(money)
    rest = await refund_order(keeper(money.desk), RefundWish(order_id=order_id, amount=3_000))
    (part,) = await parts_of_refund(money.ctx.db, rest)
    money.desk.provider.bounce(charge, 3_000, key=part.key)
    await money.post()
    await pay_elsewhere(keeper(money.desk), rest, "by transfer")
    charge.refunded = 3_500  # somebody gave it back at the provider, too
    await reconcile_payment(money.ctx, await money.payment_id(charge))
    assert (await books(money.desk)).payments == (("refunded", 3500, 3500, 3500),), "news is taken, whatever it says"
    order = await order_by_id(money.ctx.db, order_id)
    assert order is not None and (order.refunded, order.financial_status) == (3_500, "REFUNDED")
    assert [ledger.name for ledger in LEDGERS if ledger.rule == "I5" and await ledger.look(money.ctx)] == ["refunds"]
