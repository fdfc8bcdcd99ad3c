"""Payouts: fetched without loss or repeat, reconciled item by item; the identity of the money ledger."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from tests.support import shops
from tests.support.checkouts import check_ledgers
from tests.support.money_desks import MoneyDesk, open_money_desk

from vetrina.flows.payments.disputes import take_dispute
from vetrina.flows.payments.moving import capture, refund
from vetrina.flows.payments.payouts import FETCH, LOOK_BACK, PayoutsUnsound, fetch_all_payouts, fetch_payouts
from vetrina.kernel.db import Conflict
from vetrina.kernel.jobs import JobRun
from vetrina.kernel.messages import OutboxEvent
from vetrina.ports import PaymentReport, PayoutItem, PayoutReport
from vetrina.shop.orders.models import Order
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.models import Payment, PaymentEntry, Payout
from vetrina.shop.payments.models import PayoutItem as ItemRow
from vetrina.testing.payment_books import DISPUTE_FEE, TAKEN, FakeBooks, PayoutSourceContract
from vetrina.testing.payments import AUTHORISES, Charge, FakeProvider
from vetrina.views.payments.proof import MoneyProof, money_mismatches, money_proof
from vetrina.vocabulary import DisputeState, PaymentState, PayoutItemKind, PayoutState


class TestTheFake(PayoutSourceContract):
    """The fake keeps what it asks of others."""

    @pytest.fixture
    def since(self, clock: shops.StillClock) -> datetime:
        return clock.now() - timedelta(days=1)

    @pytest.fixture
    def source(self, clock: shops.StillClock) -> FakeBooks:
        books = FakeBooks(provider := FakeProvider(clock), clock)
        charge = Charge(key="k" * 32, reference="ch_1", amount=900, currency="EUR", state=PaymentState.CAPTURED)
        charge.captured, charge.refunded = 900, 100
        provider.charges[charge.key] = charge
        books.open_dispute(charge, 500)
        books.pay_out()
        return books


@pytest.fixture
async def money(database_url: str, clock: shops.StillClock) -> AsyncIterator[MoneyDesk]:
    opened = await open_money_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def test_what_came_is_what_was_paid_out_fees_and_what_is_open(money: MoneyDesk) -> None:
    first, second = await money.buy(), await money.buy(AUTHORISES)
    await capture(money.keeper, await money.payment_id(second), 600)
    await refund(money.keeper, await money.payment_id(first), 400)
    opened = money.books.open_dispute(first, 1_000)
    await money.post()
    proof = await money.proof()
    assert (proof.captured, proof.refunded, proof.disputed, proof.open) == (2_100, 400, 1_000, 700)
    payout = money.books.pay_out()
    assert await fetch_payouts(money.ctx, "fake") == 1
    proof = await money.proof()
    assert (proof.paid_out, proof.open) == (payout.amount, 0)
    assert proof.fees == 2_100 * 14_000 // 1_000_000 + DISPUTE_FEE
    assert proof.difference == 0
    await capture(money.keeper, await money.payment_id(second), 900)
    money.desk.clock.move(days=1)
    money.books.move_dispute(opened.reference, DisputeState.WON)
    await money.post(len(money.desk.provider.outgoing) - 1)
    proof = await money.proof()
    assert (proof.open, proof.difference) == (1_900, 0)
    money.books.pay_out(PayoutState.FAILED)
    await fetch_payouts(money.ctx, "fake")
    proof = await money.proof()
    assert (proof.bounced, proof.open, proof.difference) == (1_900 - 12, 0, 0)
    assert await money_mismatches(money.ctx.db, late_since=money.ctx.now()) == []
    fees = select(func.sum(PaymentEntry.amount)).where(PaymentEntry.kind == "fee")
    assert await money.ctx.db.value(fees) == proof.fees, "each fee is one entry of its payment's ledger"
    await check_ledgers(money.desk)


async def test_fetching_again_news_and_days_without_a_worker_lose_and_repeat_nothing(money: MoneyDesk) -> None:
    assert await fetch_all_payouts(money.ctx) == 0
    assert money.books.asked_since == [], "without a payment there is nothing to ask for"
    await money.buy()
    pending = money.books.pay_out(PayoutState.PENDING)
    await money.post()
    keys = select(JobRun.key).where(JobRun.name == FETCH)
    assert len(await money.ctx.db.fetch(keys)) == 1, "a message received twice puts off one job"
    await money.post()
    assert len(await money.ctx.db.fetch(keys)) == 1
    assert [await fetch_payouts(money.ctx, "fake") for _ in range(3)] == [1, 0, 0]
    known_since = money.ctx.now()
    money.desk.clock.move(days=40)
    await money.buy()
    money.books.pay_out()
    money.books.failure = ConnectionError("down")
    assert await fetch_all_payouts(money.ctx) == 0, "a provider that is down keeps no other from being asked"
    money.books.failure = None
    money.books.change_payout(msgspec.structs.replace(pending, state=PayoutState.PAID))
    assert await fetch_all_payouts(money.ctx) == 1
    assert money.books.asked_since[-1] == known_since - LOOK_BACK
    counts = select(select(func.count(Payout.id)).scalar_subquery(), select(func.count(ItemRow.id)).scalar_subquery())
    assert await money.ctx.db.fetch(counts) == [(2, 2)]
    arrived = select(OutboxEvent.payload).where(OutboxEvent.name == "PayoutArrived").order_by(OutboxEvent.id)
    assert sorted(row[0]["reference"] for row in await money.ctx.db.fetch(arrived)) == ["po_1", "po_2"]
    with pytest.raises((Conflict, asyncpg.PostgresError), match="append-only"):
        async with money.ctx.tx() as session:
            await session.execute(update(ItemRow).values(gross=0))


async def test_what_does_not_fit_is_found_and_what_does_not_add_up_is_not_written(money: MoneyDesk) -> None:
    late, paid = await money.buy(), await money.buy()
    at = money.ctx.now()

    def item(reference: str, gross: int, key: str | None = None, **changed: object) -> PayoutItem:
        kind = PayoutItemKind.CHARGE
        made = PayoutItem(
            reference=reference, kind=kind, gross=gross, fee=0, net=gross, currency="EUR", at=at, payment_key=key
        )
        return msgspec.structs.replace(made, **changed)

    def report(reference: str, amount: int, *items: PayoutItem) -> PayoutReport:
        return PayoutReport(reference=reference, state=PayoutState.PAID, amount=amount, currency="EUR", items=items)

    money.books.change_payout(report("po_a", 2_499, item("i1", 2_000, paid.key), item("i2", 500, "nobody")))
    for wrong in (
        report("po_b", 5, item("i3", 5, net=4)),
        report("po_c", 5, item("i4", 5, currency="USD")),
        report("po_d", -5, item("i5", -5)),
        report("po_e", 10, item("i6", 5), item("i6", 5)),
    ):
        money.books.change_payout(wrong)
    with pytest.raises(PayoutsUnsound, match=r"po_b.*po_c.*po_d.*po_e"):
        await fetch_payouts(money.ctx, "fake")
    assert [row[0] for row in await money.ctx.db.fetch(select(Payout.reference))] == ["po_a"]
    found = await money_mismatches(money.ctx.db, late_since=money.ctx.now())
    assert sorted((each.kind, each.reference, each.expected, each.found) for each in found) == [
        ("excess", paid.key, 1_500, 2_000),
        ("late", late.key, 1_500, 0),
        ("sum", "po_a", 2_499, 2_500),
        ("unknown", "i2", 0, 500),
    ]
    proof = await money.proof()
    assert proof.difference == 1, "a payout that is a cent short of its items shows"
    early = await money_mismatches(money.ctx.db, late_since=money.ctx.now() - timedelta(days=1))
    assert "late" not in {each.kind for each in early}


STEPS = st.lists(
    st.tuples(st.sampled_from(["charge", "capture", "refund", "dispute", "decide", "pay_out"]), st.integers(0, 10**6)),
    min_size=2,
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, currency=st.sampled_from(["JPY", "EUR", "KWD"]))
async def test_whatever_happens_the_identity_holds(
    money: MoneyDesk, steps: list[tuple[str, int]], currency: str
) -> None:
    """The shop goes on from example to example, and so do its books; payouts are fetched now and then."""
    provider, fakes = money.desk.provider, money.books
    if not provider.charges:
        await money.buy()
    ours = [charge for charge in provider.charges.values() if charge.currency == currency]
    for step, number in [("charge", 1_000), *steps]:
        money.desk.clock.move(seconds=1)
        disputes = [each for each in fakes.disputes.values() if each.currency == currency]
        charge = ours[number % len(ours)] if ours else None
        match step:
            case "charge":
                ours.append(await _charge(money, number + 1, currency))
            case "capture" if charge is not None:
                charge.captured += number % (charge.authorised - charge.captured + 1)
                await _report(money, charge)
            case "refund" if charge is not None:
                charge.refunded += number % (charge.captured - charge.refunded + 1)
                await _report(money, charge)
            case "dispute" if charge is not None:
                await take_dispute(money.ctx, "fake", fakes.open_dispute(charge, number % charge.amount + 1))
            case "decide" if disputes:
                state = list(DisputeState)[number % len(DisputeState)]
                told = fakes.move_dispute(disputes[number % len(disputes)].reference, state)
                await take_dispute(money.ctx, "fake", told)
            case _:
                others = [each for each in provider.charges.values() if each.currency != currency]
                for each in others:
                    del provider.charges[each.key]
                fakes.pay_out(PayoutState.FAILED if number % 5 == 0 else PayoutState.PAID)
                provider.charges |= {each.key: each for each in others}
                if number % 2:
                    await fetch_payouts(money.ctx, "fake")
    await fetch_payouts(money.ctx, "fake")
    proofs = {proof.currency: proof for proof in await money_proof(money.ctx.db)}
    found = proofs.get(currency, MoneyProof(provider="fake", currency=currency))
    assert found.difference == 0
    assert (found.captured, found.refunded) == (
        sum(each.captured for each in ours),
        sum(each.refunded for each in ours),
    )
    made = [payout for payout, _ in fakes.made.values() if payout.currency == currency and payout.items]
    assert found.paid_out + found.bounced == sum(payout.amount for payout in made)
    assert found.fees == sum(item.fee for payout in made for item in payout.items)
    taken = sum(each.amount for each in fakes.disputes.values() if each.currency == currency and each.state in TAKEN)
    assert found.disputed == taken
    settled = sum(item.gross for payout in made for item in payout.items)
    assert found.open == found.captured - found.refunded - taken - settled
    assert await money_mismatches(money.ctx.db, late_since=money.ctx.now() - timedelta(days=9)) == []
    await check_ledgers_of_payments(money)


async def _charge(money: MoneyDesk, amount: int, currency: str) -> Charge:
    """A charge of so much that its provider has promised, and our payment for it."""
    key = f"charge-{len(money.desk.provider.charges)}"
    charge = Charge(
        key=key,
        reference=f"ref-{key}",
        amount=amount,
        currency=currency,
        state=PaymentState.AUTHORISED,
        authorised=amount,
    )
    money.desk.provider.charges[key] = charge
    order_id = await money.ctx.db.value(select(func.min(Order.id)))
    async with money.ctx.tx() as session:
        await payments.open_payment(
            session,
            key=key,
            attempt_id=None,
            order_id=order_id,
            provider="fake",
            method="fake:card",
            amount=amount,
            currency=currency,
            fee=0,
            token=None,
            at=money.ctx.now(),
        )
    await _report(money, charge)
    return charge


async def _report(money: MoneyDesk, charge: Charge) -> None:
    """What the provider says of a charge, recorded."""
    report = PaymentReport(
        state=charge.state,
        payment_key=charge.key,
        provider_reference=charge.reference,
        currency=charge.currency,
        authorised=charge.authorised,
        captured=charge.captured,
        refunded=charge.refunded,
        reference=charge.reference,
    )
    async with money.ctx.tx() as session:
        payment = await payments.locked(session, await money.payment_id(charge))
        await payments.record_report(session, payment, report, at=money.ctx.now(), actor="system")


async def check_ledgers_of_payments(money: MoneyDesk) -> None:
    """Entries sum to totals, of every payment there is."""
    for kind, column in (("captured", Payment.captured), ("refunded", Payment.refunded)):
        sums = select(func.sum(PaymentEntry.amount)).where(PaymentEntry.kind == kind)
        assert int(await money.ctx.db.value(sums) or 0) == int(await money.ctx.db.value(select(func.sum(column))))
