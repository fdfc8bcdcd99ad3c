"""Ask for money of a placed order, and decide what was asked for, once; retire a payment another one replaced."""

from datetime import datetime
from typing import Literal

from sqlalchemy import bindparam, select, update

from vetrina.kernel.db import Session
from vetrina.shop.payments.models import Payment, PaymentRequest
from vetrina.shop.payments.rules import PaymentRow, RequestRow


async def open_request(
    session: Session,
    *,
    key: str,
    order_id: int,
    amount: int,
    currency: str,
    note: str,
    actor: str,
    expires_at: datetime,
    at: datetime,
) -> int:
    """Ask for so many minor units; the request's id. Raises Conflict while another request of the order is open."""
    return await session.insert(
        PaymentRequest,
        key=key,
        order_id=order_id,
        amount=amount,
        currency=currency,
        note=note,
        state="open",
        actor=actor,
        created_at=at,
        expires_at=expires_at,
        decided_at=None,
    )


async def decide_request(session: Session, request_id: int, state: Literal["paid", "withdrawn"], at: datetime) -> bool:
    """Take an open request to its end; whether it was this call that did."""
    return await session.execute(_DECIDE, {"request": request_id, "end": state, "at_": at}) == 1


async def open_request_of(session: Session, order_id: int) -> RequestRow | None:
    """The one request of the order that is open, ours until the transaction ends."""
    return await session.one(RequestRow, _OPEN, {"order": order_id})


async def payments_held(session: Session, order_id: int) -> list[PaymentRow]:
    """All payments of an order, ours until the transaction ends, in the order of their ids."""
    return await session.rows(PaymentRow, _PAYMENTS, {"order": order_id})


async def retire(session: Session, payment_id: int, at: datetime) -> bool:
    """Another payment took its place; whether it had not been said before."""
    return await session.execute(_RETIRE, {"payment": payment_id, "at_": at}) == 1


_DECIDE = (
    update(PaymentRequest)
    .where(PaymentRequest.id == bindparam("request"), PaymentRequest.state == "open")
    .values(state=bindparam("end"), decided_at=bindparam("at_"))
)
_OPEN = (
    select(*(getattr(PaymentRequest, name) for name in RequestRow.__struct_fields__))
    .where(PaymentRequest.order_id == bindparam("order"), PaymentRequest.state == "open")
    .with_for_update()
)
_PAYMENTS = (
    select(*(getattr(Payment, name) for name in PaymentRow.__struct_fields__))
    .where(Payment.order_id == bindparam("order"))
    .order_by(Payment.id)
    .with_for_update()
)
_RETIRE = (
    update(Payment)
    .where(Payment.id == bindparam("payment"), Payment.replaced_at.is_(None))
    .values(replaced_at=bindparam("at_"))
)
