"""The money: payments against their entries, orders against what went back, and money that bought nothing."""

from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, case, func, or_, select

from vetrina.kernel.context import Context
from vetrina.shop.orders.models import Order, Refund, RefundLine, RefundPart
from vetrina.shop.orders.rules import order_name
from vetrina.shop.payments.models import Payment, PaymentEntry
from vetrina.views.ledgers.looking import Ledger, Wrong, in_ranges
from vetrina.views.payments.overpaid import EXCESS, IS_OVERPAID
from vetrina.views.payments.standing import troubled_payments

SETTLED_WITHIN = timedelta(minutes=15)
"""Charged means an order or its money back within this time."""


async def _entries(ctx: Context) -> list[Wrong]:
    return [
        Wrong(
            f"payment {payment_id}",
            f"it says {authorised} authorised, {captured} captured and {refunded} refunded, "
            f"its entries {_or_none(entered[0])}, {_or_none(entered[1])} and {_or_none(entered[2])}",
        )
        async for payment_id, authorised, captured, refunded, *entered in in_ranges(ctx.db, Payment.id, _OFF)
    ]


async def _back(ctx: Context) -> list[Wrong]:
    return [
        Wrong(
            f"order {order_name(number)}",
            f"it says {refunded} went back, and {back or 0} did to its payer with {redeemed} on cards at most",
        )
        async for number, refunded, back, redeemed in in_ranges(ctx.db, Order.id, _BACK)
    ]


async def _parts(ctx: Context) -> list[Wrong]:
    return [
        Wrong(
            f"refund {refund_id}", f"it is of {amount}, and its parts come to {parts}; its goods {goods}, lines {lines}"
        )
        async for refund_id, amount, parts, goods, lines in in_ranges(ctx.db, Refund.id, _PARTS)
    ]


async def _unordered(ctx: Context) -> list[Wrong]:
    return [
        Wrong(
            f"payment {row.id} at {row.provider}",
            f"{row.captured} {row.currency} came, {row.refunded} went back, and no order stands for it ({row.state})",
        )
        for row in await troubled_payments(ctx.db, before=ctx.now() - SETTLED_WITHIN, limit=1_000)
    ]


async def _overpaid(ctx: Context) -> list[Wrong]:
    return [
        Wrong(f"order {order_name(number)}", f"it holds {excess} {currency} more than it comes to")
        async for number, excess, currency in in_ranges(ctx.db, Order.id, _TOO_MUCH)
    ]


def _or_none(amount: int | None) -> str:
    return "none" if amount is None else str(amount)


def _entered(kind: str) -> Any:
    return func.sum(case((PaymentEntry.kind == kind, PaymentEntry.amount)))


_authorised, _captured = (_entered(kind) for kind in ("authorised", "captured"))
_refunded = func.sum(
    case(
        (PaymentEntry.kind == "refunded", PaymentEntry.amount),
        (PaymentEntry.kind == "refund_failed", -PaymentEntry.amount),
    )
)
_OFF = (
    select(
        Payment.id, Payment.authorised, Payment.captured, Payment.refunded, _authorised, _captured, _refunded
    )
    .outerjoin(PaymentEntry, PaymentEntry.payment_id == Payment.id)
    .where(Payment.id > bindparam("above"), Payment.id <= bindparam("up_to"))
    .group_by(Payment.id, Payment.authorised, Payment.captured, Payment.refunded)
    .having(
        or_(
            Payment.authorised != func.coalesce(_authorised, 0),
            Payment.captured != func.coalesce(_captured, 0),
            Payment.refunded != func.coalesce(_refunded, 0),
        )
    )
)  # fmt: skip
_returned = func.coalesce(
    select(func.sum(Payment.refunded))
    .where(Payment.order_id == Order.id, Payment.replaced_at.is_(None))
    .scalar_subquery(),
    0,
)
"""Money that another payment replaced was never the order's."""
_counts: Any = (
    select(Payment.replaced_at.is_(None))
    .where(Payment.id == RefundPart.payment_id)
    .correlate(RefundPart)
    .scalar_subquery()
)
"""The same of a refund's part: looked up part by part, so that no plan reads all payments for it."""
_elsewhere = func.coalesce(
    select(func.sum(RefundPart.amount))
    .join(Refund, Refund.id == RefundPart.refund_id)
    .where(Refund.order_id == Order.id, RefundPart.elsewhere != "", _counts)
    .correlate(Order)
    .scalar_subquery(),
    0,
)
_BACK = select(Order.number, Order.refunded, _returned + _elsewhere, Order.redeemed).where(
    Order.id > bindparam("above"),
    Order.id <= bindparam("up_to"),
    Order.source.is_(None),
    or_(
        Order.refunded < _returned + _elsewhere,
        Order.refunded > _returned + _elsewhere + Order.redeemed,
    ),
)

_part_sum = func.coalesce(
    select(func.sum(RefundPart.amount)).where(RefundPart.refund_id == Refund.id).scalar_subquery(), 0
)
_line_sum = func.coalesce(
    select(func.sum(RefundLine.amount)).where(RefundLine.refund_id == Refund.id).scalar_subquery(), 0
)
_PARTS = select(Refund.id, Refund.amount, _part_sum, Refund.goods, _line_sum).where(
    Refund.id > bindparam("above"),
    Refund.id <= bindparam("up_to"),
    or_(Refund.amount != _part_sum, Refund.goods != _line_sum),
)

_TOO_MUCH = select(Order.number, EXCESS, Order.currency).where(
    Order.id > bindparam("above"), Order.id <= bindparam("up_to"), IS_OVERPAID
)

MONEY = (
    Ledger("I5", "payments", "Every payment is the sum of its entries", _entries),
    Ledger("I5", "refunds", "What an order says went back did go back", _back),
    Ledger("I5", "parts", "Every refund is the sum of its lines, and of the parts it goes back in", _parts),
    Ledger("I4", "overpaid", "No order holds more money than it comes to", _overpaid),
    Ledger("I5", "unordered", "No money is here without an order", _unordered),
)
