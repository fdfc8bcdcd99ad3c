"""The books of the fake provider: its disputes, fees, payouts; and the suites of their ports."""

from datetime import datetime, timedelta
from typing import ClassVar

import msgspec

from vetrina.kernel.clock import Clock
from vetrina.kernel.errors import BadInput, Refusal
from vetrina.ports import (
    DisputeDesk,
    DisputeEvidence,
    DisputeReport,
    DisputeSource,
    PayoutItem,
    PayoutNews,
    PayoutReport,
    PayoutSource,
    Policy,
)
from vetrina.testing.payments import Charge, FakeProvider
from vetrina.vocabulary import DisputeState, PayoutItemKind, PayoutState

TAKEN = (DisputeState.NEEDS_RESPONSE, DisputeState.UNDER_REVIEW, DisputeState.LOST)
DISPUTE_FEE = 1_500


class FakeBooks:
    """What a FakeProvider owes its shop. `pay_out` settles all that moved since; `rate` is kept in parts per million.

    Serves PayoutSource, DisputeDesk and DisputeSource under the provider's key. `failure` is raised instead of any
    answer. Every change adds a signed message to the provider's `outgoing`.
    """

    policy: ClassVar[Policy] = PayoutSource.policy

    def __init__(self, provider: FakeProvider, clock: Clock, *, rate: int = 14_000) -> None:
        self.disputes: dict[str, DisputeReport] = {}
        self.evidence: dict[str, DisputeEvidence] = {}
        self.made: dict[str, tuple[PayoutReport, datetime]] = {}
        self.failure: Exception | None = None
        self.asked_since: list[datetime] = []
        self.exchange: dict[str, tuple[str, int]] = {}
        """Currencies that are settled in another one, at so many parts per thousand."""
        self._provider = provider
        self._clock = clock
        self._rate = rate
        self._settled: dict[tuple[str, PayoutItemKind], int] = {}

    async def payouts(self, since: datetime) -> tuple[PayoutReport, ...]:
        self.asked_since.append(since)
        if self.failure is not None:
            raise self.failure
        return tuple(report for report, changed_at in self.made.values() if changed_at >= since)

    async def disputes_over(self, provider_reference: str) -> tuple[DisputeReport, ...]:
        if self.failure is not None:
            raise self.failure
        keys = {charge.key for charge in self._provider.charges.values() if charge.reference == provider_reference}
        return tuple(dispute for dispute in self.disputes.values() if dispute.payment_key in keys)

    async def submit_evidence(self, reference: str, evidence: DisputeEvidence) -> DisputeReport:
        if self.failure is not None:
            raise self.failure
        dispute = self.disputes.get(reference)
        if dispute is None:
            raise BadInput(problem="There is no such dispute.")
        if self.evidence.get(evidence.key) == evidence:
            return dispute
        if dispute.state not in (DisputeState.NEEDS_RESPONSE, DisputeState.WARNING):
            raise BadInput(problem="This dispute takes no more evidence.")
        self.evidence[evidence.key] = evidence
        return self.move_dispute(reference, DisputeState.UNDER_REVIEW)

    def open_dispute(
        self, charge: Charge, amount: int, *, state: DisputeState = DisputeState.NEEDS_RESPONSE, fee: int = DISPUTE_FEE
    ) -> DisputeReport:
        """A buyer's bank takes his money back, until something else is decided."""
        opened = DisputeReport(
            reference=f"dp_{len(self.disputes) + 1}",
            payment_key=charge.key,
            provider_reference=charge.reference,
            state=state,
            amount=amount,
            currency=charge.currency,
            fee=fee,
            reason="product_not_received",
            evidence_due_at=self._clock.now() + timedelta(days=7),
            at=self._clock.now(),
        )
        return self._tell(opened)

    def move_dispute(self, reference: str, state: DisputeState) -> DisputeReport:
        """The bank decides."""
        return self._tell(msgspec.structs.replace(self.disputes[reference], state=state, at=self._clock.now()))

    def pay_out(self, state: PayoutState = PayoutState.PAID) -> PayoutReport:
        """Settle everything that moved and was not settled yet."""
        number = len(self.made) + 1
        items = list[PayoutItem]()
        for charge in self._provider.charges.values():
            for kind, total in self._totals(charge):
                gross = total - self._settled.get((charge.key, kind), 0)
                self._settled[charge.key, kind] = total
                if gross:
                    items.append(self._item(f"txn_{number}_{len(items) + 1}", kind, gross, charge))
        payout = PayoutReport(
            reference=f"po_{number}",
            state=state,
            amount=sum(item.net for item in items),
            currency=items[0].currency if items else "EUR",
            arrives_at=self._clock.now() + timedelta(days=2),
            items=tuple(items),
        )
        return self.change_payout(payout)

    def change_payout(self, payout: PayoutReport) -> PayoutReport:
        """A payout as it stands now, told to the shop."""
        self.made[payout.reference] = (payout, self._clock.now())
        self._provider.tell("payout", PayoutNews(reference=payout.reference))
        return payout

    def _tell(self, dispute: DisputeReport) -> DisputeReport:
        self.disputes[dispute.reference] = dispute
        self._provider.tell("dispute", dispute)
        return dispute

    def _totals(self, charge: Charge) -> list[tuple[PayoutItemKind, int]]:
        over = [dispute for dispute in self.disputes.values() if dispute.payment_key == charge.key]
        taken = sum(dispute.amount for dispute in over if dispute.state in TAKEN)
        return [
            (PayoutItemKind.CHARGE, charge.captured),
            (PayoutItemKind.REFUND, -charge.refunded - sum(bounce.amount for bounce in charge.bounces)),
            (PayoutItemKind.REFUND_REVERSAL, sum(bounce.amount for bounce in charge.bounces)),
            (PayoutItemKind.DISPUTE, -taken),
        ]

    def _item(self, reference: str, kind: PayoutItemKind, gross: int, charge: Charge) -> PayoutItem:
        if kind == PayoutItemKind.DISPUTE and gross > 0:
            kind = PayoutItemKind.DISPUTE_REVERSAL
        currency, rate = self.exchange.get(charge.currency, (charge.currency, 1_000))
        charged, gross = gross, gross * rate // 1_000
        fees = {
            PayoutItemKind.CHARGE: gross * self._rate // 1_000_000,
            PayoutItemKind.DISPUTE: DISPUTE_FEE,
        }
        fee = fees.get(kind, 0)
        return PayoutItem(
            reference=reference,
            kind=kind,
            payment_key=charge.key,
            provider_reference=charge.reference,
            gross=gross,
            fee=fee,
            net=gross - fee,
            currency=currency,
            at=self._clock.now(),
            charged=charged if currency != charge.currency else None,
            charged_currency=charge.currency if currency != charge.currency else None,
        )


class PayoutSourceContract:
    """Inherit and give `source`, which has paid out at least once since `since`, by fixtures of those names."""

    async def test_payouts_add_up_to_their_items(self, source: PayoutSource, since: datetime) -> None:
        found = await source.payouts(since)
        assert found, "the contract needs a payout to test"
        assert len({payout.reference for payout in found}) == len(found)
        for payout in found:
            assert payout.amount == sum(item.net for item in payout.items)
            assert all(item.net == item.gross - item.fee for item in payout.items)
            assert {item.currency for item in payout.items} <= {payout.currency}
        items = [item.reference for payout in found for item in payout.items]
        assert len(set(items)) == len(items), "a movement is settled once"

    async def test_the_same_question_gets_the_same_payouts(self, source: PayoutSource, since: datetime) -> None:
        first, again = await source.payouts(since), await source.payouts(since)
        assert [payout.reference for payout in first] == [payout.reference for payout in again]
        assert msgspec.convert(msgspec.to_builtins(first), tuple[PayoutReport, ...]) == first

    async def test_the_signs_say_which_way_money_went(self, source: PayoutSource, since: datetime) -> None:
        signs = {"charge": 1, "dispute_reversal": 1, "refund_reversal": 1, "refund": -1, "dispute": -1}
        for payout in await source.payouts(since):
            assert all(item.gross * signs.get(item.kind, 0) >= 0 for item in payout.items)


class DisputeDeskContract:
    """Inherit and give `desk` and `dispute`, the reference of an open one, by fixtures of those names."""

    evidence = DisputeEvidence(key="evidence-1", statement="It was delivered.", tracking_number="1Z999")

    async def test_evidence_is_handed_in_once(self, desk: DisputeDesk, dispute: str) -> None:
        first = await desk.submit_evidence(dispute, self.evidence)
        again = await desk.submit_evidence(dispute, self.evidence)
        assert (again.reference, again.state) == (first.reference, first.state)

    async def test_what_was_answered_waits_for_the_shop_no_more(self, desk: DisputeDesk, dispute: str) -> None:
        report = await desk.submit_evidence(dispute, self.evidence)
        assert report.state != DisputeState.NEEDS_RESPONSE

    async def test_the_answer_is_about_that_dispute(self, desk: DisputeDesk, dispute: str) -> None:
        report = await desk.submit_evidence(dispute, self.evidence)
        assert report.reference == dispute
        assert report.payment_key is not None or report.provider_reference is not None
        assert msgspec.convert(msgspec.to_builtins(report), DisputeReport) == report

    async def test_its_money_is_named(self, desk: DisputeDesk, dispute: str) -> None:
        report = await desk.submit_evidence(dispute, self.evidence)
        assert report.amount > 0 <= report.fee
        assert len(report.currency) == 3

    async def test_a_dispute_nobody_opened_is_refused(self, desk: DisputeDesk, dispute: str) -> None:
        try:
            await desk.submit_evidence(f"{dispute}-nobody-opened", self.evidence)
        except Refusal:
            return
        raise AssertionError("evidence was taken for a dispute nobody opened")


class DisputeSourceContract:
    """Inherit and give `disputes` and `charge`, the reference of a disputed charge, by fixtures of those names."""

    async def test_disputes_over_a_charge_are_told_as_they_stand(self, disputes: DisputeSource, charge: str) -> None:
        found = await disputes.disputes_over(charge)
        assert found, "the contract needs a disputed charge to test"
        assert await disputes.disputes_over(charge) == found

    async def test_each_dispute_is_told_once(self, disputes: DisputeSource, charge: str) -> None:
        found = await disputes.disputes_over(charge)
        assert len({dispute.reference for dispute in found}) == len(found)

    async def test_each_says_which_charge_it_is_over(self, disputes: DisputeSource, charge: str) -> None:
        found = await disputes.disputes_over(charge)
        assert all(dispute.payment_key is not None or dispute.provider_reference == charge for dispute in found)

    async def test_each_says_how_much_it_is_about(self, disputes: DisputeSource, charge: str) -> None:
        found = await disputes.disputes_over(charge)
        assert all(dispute.amount > 0 <= dispute.fee and len(dispute.currency) == 3 for dispute in found)

    async def test_a_charge_nobody_knows_has_none(self, disputes: DisputeSource, charge: str) -> None:
        assert await disputes.disputes_over(charge[:-4] + "0000") == ()
