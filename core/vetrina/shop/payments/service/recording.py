"""Record what a payment's provider reports, in state and in the money ledger."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, or_, select, update

from vetrina.kernel.db import Session
from vetrina.kernel.errors import Fault
from vetrina.shop.payments.events import (
    PaymentCaptured,
    PaymentEvent,
    PaymentFailed,
    PaymentRefundBounced,
    PaymentRefunded,
)
from vetrina.shop.payments.models import Payment, PaymentEntry
from vetrina.shop.payments.ports import PaymentReport, RefundBounce
from vetrina.shop.payments.rules import (
    LOST,
    UNDECIDED,
    Claim,
    Mismatch,
    Moved,
    PaymentRow,
    Totals,
    Verdict,
    judge,
)
from vetrina.vocabulary import PaymentState


class Recorded(msgspec.Struct, frozen=True):
    """What a report came to: the verdict, and the payment as it stood and as it stands now."""

    verdict: Verdict
    before: PaymentRow
    payment: PaymentRow
    bounces: tuple[RefundBounce, ...] = ()
    """What came back of refunds and was not known."""


async def locked(session: Session, payment_id: int) -> PaymentRow:
    """The payment, ours until the transaction ends."""
    payment = await session.one(PaymentRow, _LOCKED, {"payment_id": payment_id})
    if payment is None:
        raise Fault(f"payment {payment_id} is gone")
    return payment


async def record_report(
    session: Session,
    payment: PaymentRow,
    report: PaymentReport,
    *,
    next_step: dict[str, Any] | None = None,
    at: datetime,
    actor: str,
) -> Recorded:
    """Take a provider's news into a locked payment; a repeat, or old news, changes nothing.

    Each addition to a total is one entry of the ledger. `next_step` is the report's with its secret sealed. Money
    that does not match is entered once as mismatched and fails the payment.
    """
    fresh = await _fresh(session, payment, report)
    verdict = verdict_on(payment, report, fresh)
    if isinstance(verdict, Mismatch):
        return Recorded(verdict, payment, await _mismatched(session, payment, report, verdict, at, actor))
    if not isinstance(verdict, Moved):
        return Recorded(verdict, payment, await _reminded(session, payment, report, next_step, at))
    await _enter(session, payment, verdict, report.reference, at, actor)
    await _enter_bounces(session, payment, fresh, at, actor)
    moved = moved_by(payment, verdict, report, next_step, at)
    await _write(session, payment, moved)
    return Recorded(verdict, payment, moved, fresh)


def verdict_on(payment: PaymentRow, report: PaymentReport, fresh: Sequence[RefundBounce] = ()) -> Verdict:
    """What a report changes for the payment as it stands; `fresh` are its bounces that were not known."""
    totals = Totals(
        authorised=report.authorised,
        captured=report.captured,
        refunded=report.refunded + sum(bounce.amount for bounce in report.bounces),
        bounced=payment.bounced + sum(bounce.amount for bounce in fresh) if report.bounces else 0,
    )
    claim = Claim(state=report.state, totals=totals, currency=report.currency)
    return judge(PaymentState(payment.state), payment.totals, payment.amount, payment.currency, claim)


def moved_by(
    payment: PaymentRow, verdict: Moved, report: PaymentReport, next_step: dict[str, Any] | None, at: datetime
) -> PaymentRow:
    """The payment as a report that counts leaves it."""
    is_open = verdict.state in UNDECIDED
    return msgspec.structs.replace(
        payment,
        state=verdict.state,
        authorised=verdict.totals.authorised,
        captured=verdict.totals.captured,
        refunded=verdict.totals.back,
        bounced=verdict.totals.bounced,
        provider_reference=report.provider_reference or payment.provider_reference,
        token=payment.token if is_open else None,
        next_step=next_step if is_open else None,
        instructions=_told(report) or payment.instructions,
        due_at=report.due_at or payment.due_at,
        expires_at=report.expires_at or payment.expires_at,
        error_code=(report.error_code or "PAYMENT_ERROR") if verdict.state in LOST else None,
        updated_at=at,
    )


async def attach(session: Session, payment: PaymentRow, order_id: int, instructions: Sequence[Any]) -> PaymentRow:
    """Tie the payment to the order that was placed on it, with what its buyer is told about paying."""
    attached = msgspec.structs.replace(payment, order_id=order_id, instructions=list(instructions))
    await session.execute(_ATTACH, {"payment_id": payment.id, "order": order_id, "told": attached.instructions})
    return attached


async def note_look(session: Session, payment_id: int, *, every: timedelta, at: datetime) -> bool:
    """Whether it is time to ask the provider again; if so, this caller does and nobody else."""
    return await session.execute(_LOOK, {"payment_id": payment_id, "looked": at, "before": at - every}) == 1


async def enter_return(session: Session, payment: PaymentRow, returned: Mismatch, *, at: datetime, actor: str) -> None:
    """Money that did not match went back."""
    await session.add_if_absent(
        PaymentEntry,
        payment_id=payment.id,
        kind="returned",
        amount=returned.amount,
        currency=returned.currency,
        reference=f"mismatched@{returned.amount}",
        at=at,
        actor=actor,
    )


def events_of(recorded: Recorded) -> tuple[PaymentEvent, ...]:
    """What the world hears of recorded news."""
    verdict, payment = recorded.verdict, recorded.payment
    heard = list[PaymentEvent]()
    if isinstance(verdict, Moved) and verdict.added.captured:
        heard.append(_event(PaymentCaptured, payment, verdict.added.captured))
    if isinstance(verdict, Moved) and verdict.added.refunded:
        heard.append(_event(PaymentRefunded, payment, verdict.added.refunded))
    for bounce in recorded.bounces:
        told = _facts(payment)
        heard.append(
            PaymentRefundBounced(**told, amount=bounce.amount, reference=bounce.reference, reason=bounce.reason)
        )
    if payment.state in LOST and recorded.before.state not in LOST:
        heard.append(_event(PaymentFailed, payment, payment.amount))
    return tuple(heard)


def _event(kind: type[PaymentEvent], payment: PaymentRow, amount: int) -> PaymentEvent:
    return kind(**_facts(payment), amount=amount)


def _facts(payment: PaymentRow) -> dict[str, Any]:
    return {
        "payment_id": payment.id,
        "order_id": payment.order_id,
        "provider": payment.provider,
        "currency": payment.currency,
    }


async def _fresh(session: Session, payment: PaymentRow, report: PaymentReport) -> tuple[RefundBounce, ...]:
    """The bounces that no news told of before."""
    if not report.bounces or report.currency != payment.currency:
        return ()
    known = {row[0] for row in await session.fetch(_BOUNCES, {"payment_id_": payment.id})}
    found = {bounce.reference: bounce for bounce in report.bounces if bounce.amount > 0}
    return tuple(bounce for reference, bounce in found.items() if reference not in known)


async def _enter_bounces(
    session: Session, payment: PaymentRow, bounces: Sequence[RefundBounce], at: datetime, actor: str
) -> None:
    await session.add_many(
        PaymentEntry,
        [
            {
                "payment_id": payment.id,
                "kind": "refund_failed",
                "amount": bounce.amount,
                "currency": payment.currency,
                "reference": bounce.reference,
                "at": at,
                "actor": actor,
            }
            for bounce in bounces
        ],
    )


async def _mismatched(
    session: Session, payment: PaymentRow, report: PaymentReport, wrong: Mismatch, at: datetime, actor: str
) -> PaymentRow:
    await session.add_if_absent(
        PaymentEntry,
        payment_id=payment.id,
        kind="mismatched",
        amount=wrong.amount,
        currency=wrong.currency,
        reference=f"mismatched@{wrong.amount}",
        at=at,
        actor=actor,
    )
    failed = msgspec.structs.replace(
        payment,
        state=PaymentState.FAILED,
        provider_reference=report.provider_reference or payment.provider_reference,
        token=None,
        next_step=None,
        error_code="PAYMENT_ERROR",
        updated_at=at,
    )
    await _write(session, payment, failed)
    return failed


async def _reminded(
    session: Session, payment: PaymentRow, report: PaymentReport, next_step: dict[str, Any] | None, at: datetime
) -> PaymentRow:
    """Stale news may still teach us the provider's reference, or a fresh secret for the step we wait for."""
    reference = payment.provider_reference or report.provider_reference
    is_same_step = report.state == payment.state == PaymentState.ACTION_REQUIRED and next_step is not None
    step = next_step if is_same_step else payment.next_step
    if reference == payment.provider_reference and step == payment.next_step:
        return payment
    reminded = msgspec.structs.replace(payment, provider_reference=reference, next_step=step, updated_at=at)
    await _write(session, payment, reminded)
    return reminded


async def _enter(session: Session, payment: PaymentRow, moved: Moved, reference: str, at: datetime, actor: str) -> None:
    """One entry per addition. Totals only grow, so reference and total together happen once."""
    added, totals = moved.added, moved.totals
    amounts = {
        "authorised": (added.authorised, totals.authorised),
        "captured": (added.captured, totals.captured),
        "refunded": (added.refunded, totals.refunded),
    }
    if moved.state == PaymentState.CANCELLED and totals.authorised:
        amounts["voided"] = (totals.authorised - totals.captured, totals.authorised)
    await session.add_many(
        PaymentEntry,
        [
            {
                "payment_id": payment.id,
                "kind": kind,
                "amount": amount,
                "currency": payment.currency,
                "reference": f"{reference}@{total}",
                "at": at,
                "actor": actor,
            }
            for kind, (amount, total) in amounts.items()
            if amount
        ],
    )


async def _write(session: Session, old: PaymentRow, new: PaymentRow) -> None:
    """Conditional on what was read: the lock is the first line, this the second."""
    changed = await session.execute(
        _WRITE,
        {
            "payment_id": old.id,
            "state_was": old.state,
            "authorised_was": old.authorised,
            "captured_was": old.captured,
            "refunded_was": old.refunded,
            **{name: getattr(new, name) for name in _WRITTEN},
        },
    )
    if changed != 1:
        raise Fault(f"payment {old.id} changed under its lock")


def _told(report: PaymentReport) -> list[Any]:
    return [msgspec.to_builtins(instruction) for instruction in report.instructions]


_WRITTEN = (
    "state",
    "authorised",
    "captured",
    "refunded",
    "bounced",
    "provider_reference",
    "token",
    "next_step",
    "instructions",
    "due_at",
    "expires_at",
    "error_code",
    "updated_at",
)
_PAYMENT = select(*(getattr(Payment, name) for name in PaymentRow.__struct_fields__))
_LOCKED = _PAYMENT.where(Payment.id == bindparam("payment_id")).with_for_update()
_WRITE = (
    update(Payment)
    .where(
        Payment.id == bindparam("payment_id"),
        Payment.state == bindparam("state_was"),
        Payment.authorised == bindparam("authorised_was"),
        Payment.captured == bindparam("captured_was"),
        Payment.refunded == bindparam("refunded_was"),
    )
    .values({name: bindparam(name) for name in _WRITTEN})
)
_ATTACH = (
    update(Payment)
    .where(Payment.id == bindparam("payment_id"))
    .values(order_id=bindparam("order"), instructions=bindparam("told"))
)
_BOUNCES = select(PaymentEntry.reference).where(
    PaymentEntry.payment_id == bindparam("payment_id_"), PaymentEntry.kind == "refund_failed"
)
_LOOK = (
    update(Payment)
    .where(Payment.id == bindparam("payment_id"))
    .where(or_(Payment.looked_at.is_(None), Payment.looked_at <= bindparam("before")))
    .values(looked_at=bindparam("looked"))
)
