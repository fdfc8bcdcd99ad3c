"""Open a payment: before its provider is asked, or with its promise known already."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import insert

from vetrina.kernel.db import Session, table_of
from vetrina.kernel.db.rows import Rows
from vetrina.kernel.errors import Fault
from vetrina.shop.payments.models import Payment
from vetrina.shop.payments.ports import PaymentReport
from vetrina.shop.payments.rules import Moved, PaymentRow, Totals
from vetrina.shop.payments.service.recording import moved_by, verdict_on
from vetrina.vocabulary import PaymentState


async def open_payment(
    session: Session,
    *,
    key: str,
    attempt_id: int | None,
    provider: str,
    method: str,
    amount: int,
    currency: str,
    fee: int,
    token: str | None,
    at: datetime,
    order_id: int | None = None,
    request_id: int | None = None,
) -> PaymentRow:
    """Write a payment down as started, before its provider is asked. `token` is sealed.

    It is for an attempt, or for the request of a placed order. Raises Conflict while another one of the same
    request is undecided.
    """
    values = _started(key, attempt_id, provider, method, amount, currency, fee, token, at)
    values |= {"order_id": order_id, "request_id": request_id}
    return PaymentRow(id=await session.insert(Payment, **values), **values)


def promised(
    *,
    payment_id: int,
    key: str,
    attempt_id: int | None,
    provider: str,
    method: str,
    amount: int,
    currency: str,
    fee: int,
    report: PaymentReport,
    at: datetime,
) -> PaymentRow:
    """A payment whose provider's promise is known before it is written: what `written` takes."""
    started = PaymentRow(id=payment_id, **_started(key, attempt_id, provider, method, amount, currency, fee, None, at))
    verdict = verdict_on(started, report)
    if not isinstance(verdict, Moved) or verdict.added != Totals():
        raise Fault(f"{provider} promised money with {verdict}")
    return moved_by(started, verdict, report, None, at)


def written(payment: PaymentRow, order_id: int, instructions: Sequence[Any], *, request_id: int | None = None) -> Rows:
    """A promised payment tied to its order, and to the request it answers, as a row to be written with others."""
    attached = msgspec.structs.replace(
        payment, order_id=order_id, instructions=list(instructions), request_id=request_id
    )
    return _PAYMENTS, msgspec.structs.asdict(attached)


def _started(
    key: str,
    attempt_id: int | None,
    provider: str,
    method: str,
    amount: int,
    currency: str,
    fee: int,
    token: str | None,
    at: datetime,
) -> dict[str, Any]:
    return {
        "key": key,
        "attempt_id": attempt_id,
        "request_id": None,
        "order_id": None,
        "provider": provider,
        "method": method,
        "provider_reference": None,
        "state": PaymentState.STARTED,
        "amount": amount,
        "currency": currency,
        "fee": fee,
        "authorised": 0,
        "captured": 0,
        "refunded": 0,
        "bounced": 0,
        "token": token,
        "next_step": None,
        "instructions": [],
        "error_code": None,
        "due_at": None,
        "expires_at": None,
        "looked_at": None,
        "replaced_at": None,
        "created_at": at,
        "updated_at": at,
    }


_PAYMENTS = insert(table_of(Payment))
