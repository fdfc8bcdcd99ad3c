"""Record a dispute, and in the money ledger what it takes and gives back."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, cast, func, select, update

from vetrina.kernel.db import BigInt, Session
from vetrina.shop.payments.events import PaymentDisputed
from vetrina.shop.payments.models import Dispute, PaymentEntry
from vetrina.shop.payments.ports import DisputeReport
from vetrina.shop.payments.rules import DisputeRow, PaymentRow, held, is_news


class RecordedDispute(msgspec.Struct, frozen=True):
    """A dispute as it stands, and as it stood before; equal when the report was old news."""

    before: DisputeRow | None
    dispute: DisputeRow


async def record_dispute(
    session: Session, payment: PaymentRow, report: DisputeReport, *, has_payouts: bool, at: datetime, actor: str
) -> RecordedDispute:
    """Take news of a dispute over a locked payment; a repeat, or old news, changes nothing.

    The ledger gets what is taken (disputed) and given back (dispute_reversed), each once. The dispute's fee is
    entered from here unless the provider `has_payouts`, whose items tell of fees.
    """
    params = {"provider_": payment.provider, "reference_": report.reference}
    known = await session.one(DisputeRow, _KNOWN, params)
    if known is not None and not (known.payment_id == payment.id and is_news(known, report.state, report.at)):
        return RecordedDispute(known, known)
    dispute = await _written(session, payment, report, known, at)
    await _enter(session, dispute, held(report.state, report.amount), at, actor)
    if report.fee and not has_payouts:
        await _add(session, dispute, "fee", report.fee, f"{report.reference}@fee", at, actor)
    return RecordedDispute(known, dispute)


async def note_answer(session: Session, dispute_id: int, *, at: datetime, by: str) -> None:
    """The shop handed in evidence."""
    await session.execute(_ANSWER, {"dispute_id": dispute_id, "at_": at, "by_": by})


def dispute_event(recorded: RecordedDispute, payment: PaymentRow) -> PaymentDisputed | None:
    """What the world hears of it: that it was opened, or stands differently."""
    before, dispute = recorded.before, recorded.dispute
    if before is not None and before.state == dispute.state:
        return None
    return PaymentDisputed(
        payment_id=payment.id,
        order_id=payment.order_id,
        provider=payment.provider,
        amount=dispute.amount,
        currency=dispute.currency,
        dispute_id=dispute.id,
        reference=dispute.reference,
        state=dispute.state,
    )


async def _written(
    session: Session, payment: PaymentRow, report: DisputeReport, known: DisputeRow | None, at: datetime
) -> DisputeRow:
    values: dict[str, Any] = {
        "state": report.state,
        "amount": report.amount,
        "currency": report.currency,
        "fee": report.fee,
        "reason": report.reason or (known.reason if known is not None else ""),
        "evidence_due_at": report.evidence_due_at or (known.evidence_due_at if known is not None else None),
        "stood_at": report.at,
        "updated_at": at,
    }
    if known is not None:
        await session.execute(_WRITE, {"dispute_id": known.id, **values})
        return msgspec.structs.replace(known, **values)
    beside: dict[str, Any] = {
        "provider": payment.provider,
        "reference": report.reference,
        "payment_id": payment.id,
        "answered_at": None,
        "answered_by": None,
        "opened_at": at,
    }
    dispute_id = await session.insert(Dispute, **beside, **values)
    return DisputeRow(id=dispute_id, **beside, **values)


async def _enter(session: Session, dispute: DisputeRow, target: int, at: datetime, actor: str) -> None:
    """Enter what is missing to the target. Either sum only grows, so reference and sum together happen once."""
    sums = {
        kind: int(
            await session.value(
                _SUM, {"payment_id_": dispute.payment_id, "kind_": kind, "begins": f"{dispute.reference}@"}
            )
        )
        for kind in ("disputed", "dispute_reversed")
    }
    missing = target - (sums["disputed"] - sums["dispute_reversed"])
    if missing:
        kind = "disputed" if missing > 0 else "dispute_reversed"
        reached = sums[kind] + abs(missing)
        await _add(session, dispute, kind, abs(missing), f"{dispute.reference}@{reached}", at, actor)


async def _add(
    session: Session, dispute: DisputeRow, kind: str, amount: int, reference: str, at: datetime, actor: str
) -> None:
    await session.add_if_absent(
        PaymentEntry,
        payment_id=dispute.payment_id,
        kind=kind,
        amount=amount,
        currency=dispute.currency,
        reference=reference,
        at=at,
        actor=actor,
    )


_KNOWN = (
    select(*(getattr(Dispute, name) for name in DisputeRow.__struct_fields__))
    .where(Dispute.provider == bindparam("provider_"), Dispute.reference == bindparam("reference_"))
    .with_for_update()
)
_CHANGED = ("state", "amount", "currency", "fee", "reason", "evidence_due_at", "stood_at", "updated_at")
_WRITE = (
    update(Dispute).where(Dispute.id == bindparam("dispute_id")).values({name: bindparam(name) for name in _CHANGED})
)
_ANSWER = (
    update(Dispute)
    .where(Dispute.id == bindparam("dispute_id"))
    .values(answered_at=bindparam("at_"), answered_by=bindparam("by_"))
)
_SUM = select(func.coalesce(cast(func.sum(PaymentEntry.amount), BigInt), 0)).where(
    PaymentEntry.payment_id == bindparam("payment_id_"),
    PaymentEntry.kind == bindparam("kind_"),
    func.substr(PaymentEntry.reference, 1, func.length(bindparam("begins"))) == bindparam("begins"),
)
