"""Requests for money of placed orders: by the key their link carries, and of orders."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, or_, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads, id_in
from vetrina.shop.payments.models import Payment, PaymentRequest
from vetrina.shop.payments.rules import UNDECIDED, PaymentRow, RequestRow
from vetrina.vocabulary import PaymentState

KEY_LENGTH = 32


class LapsedRequestRow(msgspec.Struct, frozen=True):
    """An open request that nobody is paying and whose time is over."""

    id: int
    order_id: int


async def request_by_key(db: Reads, key: str) -> RequestRow | None:
    """The request whose link carries that key; None for a text that cannot be one."""
    if len(key) != KEY_LENGTH or not (key.isascii() and key.isalnum()):
        return None
    return await db.one(RequestRow, _BY_KEY, {"key_": key})


async def requests_of_orders(db: Reads, order_ids: Sequence[int]) -> list[RequestRow]:
    """What was asked for of several orders, the oldest first."""
    return await db.rows(RequestRow, _OF_ORDERS, {"order_ids": list(order_ids)})


async def payments_of_request(db: Reads, request_id: int) -> list[PaymentRow]:
    """The payments that answered a request, the latest first."""
    return await db.rows(PaymentRow, _PAYMENTS, {"request": request_id})


async def lapsed_requests(db: Reads, *, at: datetime, limit: int = 100) -> list[LapsedRequestRow]:
    """Open requests whose time is over and that no payment is under way for, in the order of their ids."""
    return await db.rows(LapsedRequestRow, _LAPSED, {"at_": at, "most": limit})


async def stale_request_payments(db: Reads, *, before: datetime, limit: int = 100) -> list[PaymentRow]:
    """Payments of requests that have waited for their buyer since `before`."""
    return await db.rows(PaymentRow, _STALE, {"before": before, "most": limit})


def request_url(ctx: Context, key: str) -> str:
    """The page on which the buyer pays what he is asked for: who has the link may pay, and sees no address."""
    return f"{ctx.shop.base_url}/pay/{key}"


_REQUEST = select(*(getattr(PaymentRequest, name) for name in RequestRow.__struct_fields__))
_BY_KEY = _REQUEST.where(PaymentRequest.key == bindparam("key_"))
_OF_ORDERS = _REQUEST.where(id_in(PaymentRequest.order_id, "order_ids")).order_by(PaymentRequest.id)
_PAYMENT = select(*(getattr(Payment, name) for name in PaymentRow.__struct_fields__))
_PAYMENTS = _PAYMENT.where(Payment.request_id == bindparam("request")).order_by(Payment.id.desc())
_under_way = (
    select(Payment.id)
    .where(Payment.request_id == PaymentRequest.id, Payment.replaced_at.is_(None))
    .where(or_(Payment.state.in_(sorted(UNDECIDED)), Payment.state == PaymentState.PENDING))
    .exists()
)
_LAPSED = (
    select(PaymentRequest.id, PaymentRequest.order_id)
    .where(PaymentRequest.state == "open", PaymentRequest.expires_at <= bindparam("at_"), ~_under_way)
    .order_by(PaymentRequest.id)
    .limit(bindparam("most"))
)
_STALE = (
    _PAYMENT.where(Payment.request_id.is_not(None), Payment.state.in_(sorted(UNDECIDED)))
    .where(Payment.created_at <= bindparam("before"))
    .order_by(Payment.id)
    .limit(bindparam("most"))
)
