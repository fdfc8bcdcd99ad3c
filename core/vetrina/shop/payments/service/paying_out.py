"""Record a payout with what it settles, and the fees of payments in the money ledger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from vetrina.kernel.db import Session, text_in
from vetrina.shop.payments.events import PayoutArrived
from vetrina.shop.payments.models import PaymentEntry, Payout, PayoutItem
from vetrina.shop.payments.ports import PayoutItem as ReportedItem
from vetrina.shop.payments.ports import PayoutReport
from vetrina.shop.payments.rules import SIGNS, PayoutRow, fee_of
from vetrina.vocabulary import PayoutState


class RecordedPayout(msgspec.Struct, frozen=True):
    """A payout as it stands, as it stood before, and how many of its items were new."""

    before: PayoutRow | None
    payout: PayoutRow
    added: int


def problem_with(report: PayoutReport) -> str | None:
    """What keeps a payout from being written down; a sum that differs is written down and shown instead."""
    seen = set[str]()
    for item in report.items:
        if item.net != item.gross - item.fee:
            return f"item {item.reference}: {item.net} is not {item.gross} - {item.fee}"
        if item.currency != report.currency:
            return f"item {item.reference} is in {item.currency}, the payout in {report.currency}"
        if (item.charged is None) != (item.charged_currency is None):
            return f"item {item.reference} was exchanged, and it does not say from how much"
        if item.charged_currency == item.currency and item.charged != item.gross:
            return f"item {item.reference} was not exchanged, and {item.charged} is not {item.gross}"
        if (item.charged or 0) * SIGNS.get(item.kind, 0) < 0:
            return f"item {item.reference} is a {item.kind} of {item.charged} {item.charged_currency}"
        if item.gross * SIGNS.get(item.kind, 0) < 0:
            return f"item {item.reference} is a {item.kind} of {item.gross}"
        if item.reference in seen:
            return f"item {item.reference} stands there twice"
        seen.add(item.reference)
    return None


async def record_payout(
    session: Session,
    provider: str,
    report: PayoutReport,
    payment_ids: Mapping[str, int],
    *,
    at: datetime,
    actor: str,
) -> RecordedPayout:
    """Write a payout that adds up, with its items; what is known already stays as it is, in whichever payout.

    `payment_ids` are those of the payments its items are about, by item reference. A fee of a known payment becomes
    one entry of its ledger.
    """
    known, payout = await _written(session, provider, report, at)
    references = [item.reference for item in report.items]
    there = {row[0] for row in await session.fetch(_THERE, {"provider_": provider, "references": references})}
    fresh = [item for item in report.items if item.reference not in there]
    # Payments are taken in the order of their ids, as by everybody: rows that lead to them hold them until the commit.
    fresh.sort(key=lambda item: payment_ids.get(item.reference, 0))
    await session.add_many(PayoutItem, [_values(payout, item, payment_ids.get(item.reference)) for item in fresh])
    await session.add_many(
        PaymentEntry,
        [_fee(item, payment_ids[item.reference], at, actor) for item in fresh if _has_fee(item, payment_ids)],
    )
    return RecordedPayout(known, payout, len(fresh))


def payout_event(recorded: RecordedPayout) -> PayoutArrived | None:
    """What the world hears of it: that it was paid, once."""
    before, payout = recorded.before, recorded.payout
    if payout.state != PayoutState.PAID or (before is not None and before.state == PayoutState.PAID):
        return None
    return PayoutArrived(
        payout_id=payout.id,
        provider=payout.provider,
        reference=payout.reference,
        amount=payout.amount,
        currency=payout.currency,
    )


async def _written(
    session: Session, provider: str, report: PayoutReport, at: datetime
) -> tuple[PayoutRow | None, PayoutRow]:
    beside = {"provider": provider, "reference": report.reference, "currency": report.currency, "created_at": at}
    values = {"state": report.state, "amount": report.amount, "arrives_at": report.arrives_at, "updated_at": at}
    known = await session.one(PayoutRow, _KNOWN, {"provider_": provider, "reference_": report.reference})
    if known is None and await session.add_if_absent(Payout, **beside, **values):
        fresh = await session.one(PayoutRow, _KNOWN, {"provider_": provider, "reference_": report.reference})
        assert fresh is not None
        return None, fresh
    known = known or await session.one(PayoutRow, _KNOWN, {"provider_": provider, "reference_": report.reference})
    assert known is not None
    if (known.state, known.amount, known.arrives_at) == (report.state, report.amount, report.arrives_at):
        return known, known
    await session.execute(_WRITE, {"payout_id": known.id, **values})
    return known, msgspec.structs.replace(known, **values)


def _has_fee(item: ReportedItem, payment_ids: Mapping[str, int]) -> bool:
    return item.reference in payment_ids and fee_of(item.kind, item.gross, item.fee) != 0


def _fee(item: ReportedItem, payment_id: int, at: datetime, actor: str) -> dict[str, Any]:
    return {
        "payment_id": payment_id,
        "kind": "fee",
        "amount": fee_of(item.kind, item.gross, item.fee),
        "currency": item.currency,
        "reference": item.reference,
        "at": at,
        "actor": actor,
    }


def _values(payout: PayoutRow, item: ReportedItem, payment_id: int | None) -> dict[str, Any]:
    return {
        "payout_id": payout.id,
        "provider": payout.provider,
        "reference": item.reference,
        "kind": item.kind,
        "payment_id": payment_id,
        "told": item.payment_key or item.provider_reference or "",
        "gross": item.gross,
        "fee": item.fee,
        "net": item.net,
        "currency": item.currency,
        "charged": item.gross if item.charged is None else item.charged,
        "charged_currency": item.charged_currency or item.currency,
        "at": item.at,
    }


_KNOWN = (
    select(*(getattr(Payout, name) for name in PayoutRow.__struct_fields__))
    .where(Payout.provider == bindparam("provider_"), Payout.reference == bindparam("reference_"))
    .with_for_update()
)
_THERE = select(PayoutItem.reference).where(
    PayoutItem.provider == bindparam("provider_"), text_in(PayoutItem.reference, "references")
)
_WRITE = (
    update(Payout)
    .where(Payout.id == bindparam("payout_id"))
    .values({name: bindparam(name) for name in ("state", "amount", "arrives_at", "updated_at")})
)
