"""Disputes: taken once, in whatever order their news come; their money in the ledger; the shop's evidence."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from sqlalchemy import select, update
from tests.support import shops
from tests.support.checkouts import books, check_ledgers, events
from tests.support.money_desks import MoneyDesk, open_money_desk

from vetrina.flows.payments.disputes import submit_evidence, take_dispute
from vetrina.flows.payments.moving import refund, return_money, take_message
from vetrina.kernel.errors import BadInput, NotAllowed, NotFound, Refusal
from vetrina.ports import DisputeEvidence, DisputeReport
from vetrina.shop.orders.models import Order
from vetrina.shop.payments.models import Dispute, PaymentEntry
from vetrina.shop.payments.rules import EvidenceTooLate, NoDisputeDesk, NothingToRefund
from vetrina.shop.staff.models import AuditEntry
from vetrina.testing.payment_books import DISPUTE_FEE, DisputeDeskContract, FakeBooks
from vetrina.testing.payments import Charge, FakeProvider
from vetrina.views.payments.disputes import DisputeTab, disputes, disputes_to_answer
from vetrina.views.payments.standing import troubled_payments
from vetrina.views.windows import Window
from vetrina.vocabulary import DisputeState, PaymentState

SAID = DisputeEvidence(key="", statement="It was delivered on Monday.", tracking_number="1Z 999")


class TestTheFake(DisputeDeskContract):
    """The fake keeps what it asks of others."""

    @pytest.fixture
    def desk(self, clock: shops.StillClock) -> FakeBooks:
        return FakeBooks(FakeProvider(clock), clock)

    @pytest.fixture
    def dispute(self, desk: FakeBooks) -> str:
        charge = Charge(key="k" * 32, reference="ch_1", amount=900, currency="EUR", state=PaymentState.CAPTURED)
        return desk.open_dispute(charge, 500).reference


@pytest.fixture
async def money(database_url: str, clock: shops.StillClock) -> AsyncIterator[MoneyDesk]:
    opened = await open_money_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def test_a_dispute_is_taken_once_and_its_money_stands_in_the_ledger(money: MoneyDesk) -> None:
    charge = await money.buy()
    opened = money.books.open_dispute(charge, 1_500)
    await money.post()
    await money.post()
    assert await _entries(money) == [("disputed", 1_500)]
    (row,) = await disputes_to_answer(money.ctx.db)
    assert (row.state, row.amount, row.order_name) == ("needs_response", 1_500, "#1001")
    assert row.evidence_due_at == opened.evidence_due_at
    money.desk.clock.move(days=1)
    money.books.move_dispute(opened.reference, DisputeState.LOST)
    await money.post()
    standing = await books(money.desk)
    assert standing.orders == ((1001, "placed", "PAID"),), "a lost dispute is no refund of ours"
    assert standing.payments == (("captured", 1_500, 1_500, 0),)
    assert await _entries(money) == [("disputed", 1_500)]
    assert (await events(money.desk)).count("PaymentDisputed") == 2
    assert await disputes_to_answer(money.ctx.db) == []
    assert [placed.row.state for placed in await disputes(money.ctx.db, DisputeTab.DECIDED, Window(size=5))] == ["lost"]
    await check_ledgers(money.desk)


async def test_a_won_dispute_gives_the_money_back_and_late_news_do_not_take_it_again(money: MoneyDesk) -> None:
    charge = await money.buy()
    opened = money.books.open_dispute(charge, 700)
    money.desk.clock.move(minutes=1)
    money.books.move_dispute(opened.reference, DisputeState.WON)
    mark = len(money.desk.provider.outgoing)
    for told in reversed(money.desk.provider.outgoing[mark - 2 :]):
        await money.take(told.body)
    assert await _entries(money) == [], "what was won before we heard of it took nothing"
    money.desk.clock.move(minutes=1)
    for state, expected in (
        (DisputeState.LOST, [("disputed", 700)]),
        (DisputeState.WON, [("disputed", 700), ("dispute_reversed", 700)]),
        (DisputeState.LOST, [("disputed", 700), ("dispute_reversed", 700), ("disputed", 700)]),
    ):
        money.books.move_dispute(opened.reference, state)
        await money.post(mark)
        assert await _entries(money) == expected
        money.desk.clock.move(minutes=1)


async def test_a_warning_takes_nothing_and_strangers_change_nothing(money: MoneyDesk) -> None:
    charge = await money.buy()
    money.books.open_dispute(charge, 1_500, state=DisputeState.WARNING)
    await money.post()
    assert await _entries(money) == []
    stranger = DisputeReport(
        reference="dp_9", state=DisputeState.LOST, amount=9, currency="EUR", at=money.ctx.now(), payment_key="nobody"
    )
    assert await take_dispute(money.ctx, "fake", stranger) is None
    forged = money.desk.provider.sign(b'{"id": "evt_x", "kind": "dispute", "report": {}}', secret="whsec_theirs")
    with pytest.raises(Refusal):
        await take_message(money.ctx, "fake", forged.headers, forged.body)
    assert len(await money.ctx.db.fetch(select(Dispute.id))) == 1


async def test_evidence_is_handed_in_once_by_who_may_and_before_its_deadline(money: MoneyDesk) -> None:
    charge = await money.buy()
    money.books.open_dispute(charge, 1_500)
    await money.post()
    (row,) = await disputes_to_answer(money.ctx.db)
    nobody = msgspec.structs.replace(
        money.keeper, actor=msgspec.structs.replace(money.keeper.actor, permissions=frozenset())
    )
    with pytest.raises(NotAllowed):
        await submit_evidence(nobody, row.id, SAID)
    for wrong in (msgspec.structs.replace(SAID, statement="  "), msgspec.structs.replace(SAID, statement="x" * 20_001)):
        with pytest.raises(BadInput, match="statement"):
            await submit_evidence(money.keeper, row.id, wrong)
    with pytest.raises(NotFound):
        await submit_evidence(money.keeper, row.id + 1, SAID)
    answered = await submit_evidence(money.keeper, row.id, SAID)
    assert (answered.state, answered.answered_by) == ("under_review", "Piero")
    assert [given.tracking_number for given in money.books.evidence.values()] == ["1Z 999"]
    assert await money.ctx.db.fetch(select(AuditEntry.action, AuditEntry.actor)) == [("dispute.answered", "Piero")]
    with pytest.raises(EvidenceTooLate):
        await submit_evidence(money.keeper, row.id, SAID)
    await money.post()
    assert await _entries(money) == [("disputed", 1_500)]
    money.books.open_dispute(await money.buy(), 300)
    await money.post()
    (late,) = await disputes_to_answer(money.ctx.db)
    money.desk.clock.move(days=8)
    with pytest.raises(EvidenceTooLate):
        await submit_evidence(money.keeper, late.id, SAID)


async def test_without_payouts_the_fee_is_the_dispute_s_and_without_a_desk_evidence_goes_elsewhere(
    database_url: str, clock: shops.StillClock
) -> None:
    bare = await open_money_desk(database_url, clock, has_payouts=False, has_desk=False)
    opened = bare.books.open_dispute(await bare.buy(), 1_500)
    await bare.post()
    clock.move(minutes=1)
    bare.books.move_dispute(opened.reference, DisputeState.UNDER_REVIEW)
    await bare.post()
    assert await _entries(bare) == [("disputed", 1_500), ("fee", DISPUTE_FEE)]
    clock.move(minutes=1)
    bare.books.move_dispute(opened.reference, DisputeState.NEEDS_RESPONSE)
    await bare.post()
    (row,) = await disputes_to_answer(bare.ctx.db)
    with pytest.raises(NoDisputeDesk):
        await submit_evidence(bare.keeper, row.id, SAID)
    await bare.ctx.db.close()


async def test_what_a_dispute_took_is_not_given_back_once_more(money: MoneyDesk) -> None:
    charge = await money.buy()
    opened = money.books.open_dispute(charge, 1_000)
    await money.post()
    with pytest.raises(NothingToRefund):
        await refund(money.keeper, await money.payment_id(charge), 501)
    money.desk.clock.move(minutes=1)
    money.books.move_dispute(opened.reference, DisputeState.LOST)
    await money.post(len(money.desk.provider.outgoing) - 1)
    payment = await refund(money.keeper, await money.payment_id(charge))
    assert (payment.captured, payment.refunded) == (1_500, 500), "what the bank did not take goes back, and no more"
    async with money.ctx.tx() as session:
        await session.execute(update(Order).values(state="cancelled", cancelled_at=money.ctx.now()))
    money.desk.clock.move(minutes=20)
    assert await troubled_payments(money.ctx.db, before=money.ctx.now()) == []
    await return_money(money.ctx, {"payment_id": payment.id})
    assert charge.refunded == 500


async def _entries(money: MoneyDesk) -> list[tuple[str, int]]:
    """What disputes did to the ledger."""
    kinds = ("disputed", "dispute_reversed", "fee")
    found = select(PaymentEntry.kind, PaymentEntry.amount).where(PaymentEntry.kind.in_(kinds)).order_by(PaymentEntry.id)
    return [(row[0], row[1]) for row in await money.ctx.db.fetch(found)]
