"""Money that placed orders wait for, such as transfers: by its day, found again by what a bank statement says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Integer, bindparam, func, or_, select

from vetrina.kernel.db import BigInt, Instant, Reads
from vetrina.shop.orders.models import Order
from vetrina.shop.payments.models import Payment
from vetrina.views.finding.comparisons import like
from vetrina.vocabulary import OrderState, PaymentState

NOTHING = -1
NOBODY = " "
"""Like no e-mail address."""


class AwaitedRow(msgspec.Struct, frozen=True):
    """A payment that is awaited for a placed order; `amount` in minor units. Without a day it is waited for as long as
    it takes.
    """

    payment_id: int
    order_id: int
    number: int
    email: str | None
    billing_address: dict[str, Any] | None
    method: str
    amount: int
    currency: str
    due_at: datetime | None
    created_at: datetime

    @property
    def name(self) -> str:
        """Who is to pay, as far as the order knows."""
        address = self.billing_address or {}
        return " ".join(part for part in (address.get("first_name"), address.get("last_name")) if part)


async def awaited_money(
    db: Reads,
    provider: str,
    *,
    due_by: datetime | None = None,
    amounts: Sequence[int] = (),
    number: int | None = None,
    text: str = "",
    after_id: int = 0,
    limit: int = 100,
) -> list[AwaitedRow]:
    """What is awaited by a provider, in the order of its ids: all of it, or what fits any of what is known.

    `amounts` in minor units of whatever currency; `number` is the order's; `text` is part of an e-mail address.
    """
    is_narrow = bool(amounts) or number is not None or bool(text)
    asked = {
        "provider_": provider,
        "all_": 0 if is_narrow else 1,
        "by_": due_by or _END,
        "any_day": 1 if due_by is None else 0,
        "number_": number if number is not None else NOTHING,
        "like_": f"%{like(text.lower())}%" if text else NOBODY,
        "after_": after_id,
        "most": limit,
    }
    sums = {f"amount_{place}": amount for place, amount in enumerate((*amounts[:2], NOTHING, NOTHING)[:2])}
    return await db.rows(AwaitedRow, _AWAITED, {**asked, **sums})


_END = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
_AWAITED = (
    select(
        Payment.id.label("payment_id"),
        Order.id.label("order_id"),
        Order.number,
        Order.email,
        Order.billing_address,
        Payment.method,
        Payment.amount,
        Payment.currency,
        Payment.due_at,
        Payment.created_at,
    )
    .join(Order, Order.id == Payment.order_id)
    .where(Payment.provider == bindparam("provider_"), Payment.state == PaymentState.PENDING)
    .where(Order.state == OrderState.PLACED, Payment.replaced_at.is_(None))
    .where(or_(bindparam("any_day", type_=Integer) == 1, Payment.due_at <= bindparam("by_", type_=Instant())))
    .where(
        or_(
            bindparam("all_", type_=Integer) == 1,
            Order.number == bindparam("number_", type_=BigInt),
            Payment.amount.in_((bindparam("amount_0", type_=BigInt), bindparam("amount_1", type_=BigInt))),
            func.lower(Order.email).like(bindparam("like_"), escape="/"),
        )
    )
    .where(Payment.id > bindparam("after_"))
    .order_by(Payment.id)
    .limit(bindparam("most"))
)
