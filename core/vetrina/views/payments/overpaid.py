"""Orders that hold more money than they come to: the queue, how many, and the doctor's look over all of them."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ScalarSelect, and_, bindparam, case, cast, func, literal_column, or_, select, union
from sqlalchemy.orm import aliased

from vetrina.kernel.db import BigInt, Instant, Reads
from vetrina.shop.orders.models import Order, Refund, RefundPart
from vetrina.shop.orders.rules import order_name
from vetrina.shop.payments.models import Payment, PaymentEntry
from vetrina.views.orders.refunds import SPOKEN_FOR
from vetrina.views.payments.standing import taken
from vetrina.vocabulary import OrderState, RefundState


class OverpaidRow(msgspec.Struct, frozen=True):
    """An order that was paid too much and by how much, in minor units of `currency`."""

    order_id: int
    number: int
    excess: int
    currency: str
    updated_at: datetime

    @property
    def order_name(self) -> str:
        """How people call the order."""
        return order_name(self.number)


async def overpaid_orders(reads: Reads, *, before: datetime, limit: int = 100) -> list[OverpaidRow]:
    """Standing orders that hold more than they come to, and nothing moved since `before`; oldest first."""
    return await reads.rows(OverpaidRow, _QUEUE, {"before": before, "most": limit})


def count_overpaid() -> ScalarSelect[Any]:
    """How many there are, as SQL; needs the parameter `before`."""
    return _COUNT


def _of_order(value: Any, *conditions: Any) -> Any:
    found = select(cast(func.coalesce(func.sum(value), 0), BigInt)).select_from(Payment)
    return found.where(Payment.order_id == Order.id, Payment.replaced_at.is_(None), *conditions).correlate(Order)


_captured = _of_order(Payment.captured).scalar_subquery()
_taken = (
    taken()
    .join(Payment, Payment.id == PaymentEntry.payment_id)
    .where(Payment.order_id == Order.id, Payment.replaced_at.is_(None))
    .correlate(Order)
    .scalar_subquery()
)
_asked_of = (
    select(cast(func.coalesce(func.sum(RefundPart.amount), 0), BigInt))
    .where(RefundPart.payment_id == Payment.id, SPOKEN_FOR)
    .correlate(Payment)
    .scalar_subquery()
)
_taken_of = taken().where(PaymentEntry.payment_id == Payment.id).correlate(Payment).scalar_subquery()
_left = Payment.captured - Payment.refunded - _asked_of - _taken_of
_on_cards = (
    select(cast(func.coalesce(func.sum(RefundPart.amount), 0), BigInt))
    .join(Refund, Refund.id == RefundPart.refund_id)
    .where(Refund.order_id == Order.id, RefundPart.card_reference.is_not(None), RefundPart.state != RefundState.FAILED)
    .correlate(Order)
    .scalar_subquery()
)
_owed = Order.total + Order.raised - Order.lowered + Order.released - Order.waived
_beyond = Order.redeemed + _captured - _taken - _owed
# Each payment for itself: what one is short of is no less of another. A replaced one is none of the order's ways.
_here = _of_order(case((_left > 0, _left), else_=0)).scalar_subquery() + Order.redeemed - _on_cards
EXCESS: Any = case((_beyond < _here, _beyond), else_=_here)
"""What the rule excess_of says of the ways that a refund finds, as SQL."""
_lesser = aliased(Order)
_MAY_BE = union(
    select(_lesser.id).where(or_(_lesser.waived > literal_column("0"), _lesser.lowered > _lesser.released)),
    select(Payment.order_id).where(Payment.request_id.is_not(None)),
)
IS_OVERPAID = and_(Order.state == OrderState.PLACED, Order.source.is_(None), EXCESS > 0)
# A payment is good for what its order came to. It can be too much only where the order came to less since then, or
# where there is another one beside it: the queue looks at these alone, the doctor at all.
_IS_IN_QUEUE = and_(Order.id.in_(_MAY_BE), Order.updated_at <= bindparam("before", type_=Instant()), IS_OVERPAID)
_QUEUE = (
    select(Order.id.label("order_id"), Order.number, EXCESS.label("excess"), Order.currency, Order.updated_at)
    .where(_IS_IN_QUEUE)
    .order_by(Order.updated_at, Order.id)
    .limit(bindparam("most"))
)
_COUNT = select(func.count(Order.id)).where(_IS_IN_QUEUE).scalar_subquery()
