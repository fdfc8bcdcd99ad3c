"""Write down money of the past: payments that were made elsewhere, with their ledger."""

from collections.abc import Sequence
from typing import Any

from vetrina.kernel.db import Session
from vetrina.shop.payments.models import Payment, PaymentEntry
from vetrina.shop.payments.rules import PaymentRecord
from vetrina.vocabulary import PaymentState


async def write_past(session: Session, past: Sequence[PaymentRecord]) -> None:
    """Write payments that were received whole, and what went back of them, both tables in one round trip each."""
    payment_ids = await session.take_ids(Payment, len(past)) if past else []
    await session.add_many(Payment, [_row(key, entry) for key, entry in zip(payment_ids, past, strict=True)])
    await session.add_many(
        PaymentEntry, [row for key, entry in zip(payment_ids, past, strict=True) for row in _entries(key, entry)]
    )


def _row(payment_id: int, past: PaymentRecord) -> dict[str, Any]:
    return {
        "id": payment_id,
        "key": past.key,
        "attempt_id": None,
        "request_id": None,
        "order_id": past.order_id,
        "provider": past.provider,
        "method": past.method,
        "provider_reference": None,
        "state": PaymentState.REFUNDED if past.refunded == past.amount else PaymentState.CAPTURED,
        "amount": past.amount,
        "currency": past.currency,
        "fee": 0,
        "authorised": past.amount,
        "captured": past.amount,
        "refunded": past.refunded,
        "bounced": 0,
        "token": None,
        "next_step": None,
        "instructions": [],
        "error_code": None,
        "due_at": None,
        "expires_at": None,
        "looked_at": None,
        "replaced_at": None,
        "created_at": past.received_at,
        "updated_at": max((refund.at for refund in past.refunds), default=past.received_at),
    }


def _entries(payment_id: int, past: PaymentRecord) -> list[dict[str, Any]]:
    """What a payment's ledger would hold had it been made here: each addition to a total, named by the new total."""
    additions = [("authorised", past.amount, past.amount, past.received_at)]
    additions.append(("captured", past.amount, past.amount, past.received_at))
    total = 0
    for refund in past.refunds:
        total += refund.amount
        additions.append(("refunded", refund.amount, total, refund.at))
    return [
        {
            "payment_id": payment_id,
            "kind": kind,
            "amount": amount,
            "currency": past.currency,
            "reference": f"{past.reference}@{reached}",
            "at": at,
            "actor": past.actor,
        }
        for kind, amount, reached, at in additions
    ]
