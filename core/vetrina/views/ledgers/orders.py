"""The orders: their parts against their totals, their money against what is due, their numbers, their carts."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, case, func, or_, select

from vetrina.kernel.context import Context
from vetrina.shop.checkout.models import Attempt
from vetrina.shop.orders.models import Amendment, NumberSeries, Order, Refund
from vetrina.shop.orders.refund_rules import OF_EXCESS
from vetrina.shop.orders.rules import order_name
from vetrina.shop.payments.models import Payment
from vetrina.views.ledgers.looking import Ledger, Wrong, in_ranges
from vetrina.views.orders.placed import (
    OrderDeliveryRow,
    OrderDiscountRow,
    OrderLineRow,
    OrderTaxLineRow,
    OrderView,
    order_deliveries,
    order_discounts,
    order_lines,
    order_tax_lines,
    orders_by_id,
)
from vetrina.vocabulary import FinancialStatus

AT_ONCE = 500
"""Orders that are added up together."""
FIRST = 1_001


async def _totals(ctx: Context) -> list[Wrong]:
    """Everything an order consists of, read by the hundred and added up here: shares stand in documents."""
    wrong, order_ids = list[Wrong](), list[int]()
    async for (order_id,) in in_ranges(ctx.db, Order.id, _IDS):
        order_ids.append(order_id)
        if len(order_ids) == AT_ONCE:
            wrong += await _added_up(ctx, order_ids)
            order_ids = []
    return wrong + (await _added_up(ctx, order_ids) if order_ids else [])


async def _added_up(ctx: Context, order_ids: Sequence[int]) -> list[Wrong]:
    lines: dict[int, list[OrderLineRow]] = defaultdict(list)
    discounts: dict[int, list[OrderDiscountRow]] = defaultdict(list)
    taxes: dict[int, list[OrderTaxLineRow]] = defaultdict(list)
    deliveries: dict[int, list[OrderDeliveryRow]] = defaultdict(list)
    for line in await order_lines(ctx.db, order_ids):
        lines[line.order_id].append(line)
    for discount in await order_discounts(ctx.db, order_ids):
        discounts[discount.order_id].append(discount)
    for tax in await order_tax_lines(ctx.db, order_ids):
        taxes[tax.order_id].append(tax)
    for delivery in await order_deliveries(ctx.db, order_ids):
        deliveries[delivery.order_id].append(delivery)
    return [
        Wrong(f"order {order.name}", f"its {what} is {told}, and its parts come to {found}")
        for order in await orders_by_id(ctx.db, order_ids)
        for what, told, found in contradictions(
            order, lines[order.id], discounts[order.id], taxes[order.id], deliveries[order.id]
        )
    ]


def contradictions(
    order: OrderView,
    lines: Sequence[OrderLineRow],
    discounts: Sequence[OrderDiscountRow],
    taxes: Sequence[OrderTaxLineRow],
    deliveries: Sequence[OrderDeliveryRow],
) -> list[tuple[str, int, int]]:
    """What of an order as it was placed is not the sum of its parts (I3): what it is, what it says, what they say."""
    shares: dict[int, int] = defaultdict(int)
    for discount in discounts:
        for position, amount in discount.allocations:
            shares[position] += amount
    placed = [line for line in lines if line.amendment_id is None]
    positions = {None, *(line.position for line in placed)}
    taxed: dict[int | None, int] = defaultdict(int)
    for tax in taxes:
        if tax.position in positions:
            taxed[tax.position] += tax.amount
    parts = [
        ("subtotal", order.subtotal, sum(line.subtotal for line in placed)),
        ("discount", order.discount, sum(discount.amount for discount in discounts)),
        ("tax", order.tax, sum(taxed.values())),
        ("delivery", order.delivery, sum(delivery.amount for delivery in deliveries)),
        ("tax on top", order.tax_added, 0 if order.prices_include_tax else order.tax),
    ]
    for line in placed:
        parts.append((f"discount of line {line.position + 1}", line.discount, shares[line.position]))
        parts.append((f"tax of line {line.position + 1}", line.tax, taxed[line.position]))
    return [part for part in parts if part[1] != part[2]]


async def _amended(ctx: Context) -> list[Wrong]:
    return [
        Wrong(
            f"order {order_name(number)}",
            f"it says {raised} were added, {lowered} taken off and {released} of that given back, "
            f"its amendments and refunds of what was too much {added}, {off} and {back}",
        )
        async for number, raised, lowered, released, added, off, back in in_ranges(ctx.db, Order.id, _AMENDED)
    ]


async def _paid(ctx: Context) -> list[Wrong]:
    return [
        Wrong(
            f"order {order_name(number)}",
            f"it is {status.lower()} with {captured or 0} received and {redeemed} on cards for {total} {currency}",
        )
        async for number, status, total, redeemed, currency, captured in in_ranges(ctx.db, Order.id, _PAID)
    ]


async def _charged(ctx: Context) -> list[Wrong]:
    return [
        Wrong(f"order {order_name(number)}", f"{due} {currency} were due and {amount} {charged_in} were charged")
        async for number, due, currency, amount, charged_in in in_ranges(ctx.db, Order.id, _CHARGED)
    ]


async def _carts(ctx: Context) -> list[Wrong]:
    return [
        Wrong(f"order {order_name(number)}", f"{count} attempts say that they became this order, where one must")
        async for number, count in in_ranges(ctx.db, Order.id, _ATTEMPTED)
    ]


async def _numbers(ctx: Context) -> list[Wrong]:
    [(count, first, last)] = await ctx.db.fetch(_NUMBERS)
    given = await ctx.db.value(_GIVEN, {"series": "order"})
    if not count:
        return (
            [Wrong("orders", f"{given} numbers were given and there is no order")] if given and given >= FIRST else []
        )
    if (first, last, count) != (FIRST, given, last - FIRST + 1):
        says = f"{count} orders are numbered from {first} to {last}, and {given} is the last number that was given"
        return [Wrong("orders", says)]
    return []


def _ranged(statement: Any) -> Any:
    return statement.where(Order.id > bindparam("above"), Order.id <= bindparam("up_to"))


_IDS = _ranged(select(Order.id)).order_by(Order.id)
_captured = select(func.sum(Payment.captured)).where(Payment.order_id == Order.id).scalar_subquery()
_added = func.coalesce(func.sum(case((Amendment.total > 0, Amendment.total))), 0)
_off = func.coalesce(func.sum(case((Amendment.total < 0, -Amendment.total))), 0)
_beyond = (
    select(func.coalesce(func.sum(Refund.amount), 0))
    .where(Refund.order_id == Order.id, Refund.key.like(f"{OF_EXCESS}%"))
    .correlate(Order)
    .scalar_subquery()
)
_given = func.coalesce(func.sum(Amendment.released), 0) + _beyond
_AMENDED = (
    _ranged(select(Order.number, Order.raised, Order.lowered, Order.released, _added, _off, _given))
    .outerjoin(Amendment, Amendment.order_id == Order.id)
    .group_by(Order.id, Order.number, Order.raised, Order.lowered, Order.released)
    .having(or_(Order.raised != _added, Order.lowered != _off, Order.released != _given))
)
_owed = Order.total + Order.raised - Order.lowered + Order.released - Order.waived
_PAID = _ranged(select(Order.number, Order.financial_status, _owed, Order.redeemed, Order.currency, _captured)).where(
    Order.source.is_(None),
    Order.financial_status == FinancialStatus.PAID,
    func.coalesce(_captured, 0) + Order.redeemed < _owed,
)
_due = Order.total - Order.redeemed
_CHARGED = (
    _ranged(select(Order.number, _due, Order.currency, Payment.amount, Payment.currency))
    .join(Attempt, Attempt.order_id == Order.id)
    .join(Payment, Payment.attempt_id == Attempt.id)
    .where((Payment.amount != _due) | (Payment.currency != Order.currency))
)
_count = func.count(Attempt.id)
_ATTEMPTED = (
    _ranged(select(Order.number, _count))
    .outerjoin(Attempt, Attempt.order_id == Order.id)
    .where(Order.source.is_(None))
    .group_by(Order.number)
    .having(_count != 1)
)
_NUMBERS = select(func.count(Order.id), func.min(Order.number), func.max(Order.number)).where(Order.source.is_(None))
_GIVEN = select(NumberSeries.last).where(NumberSeries.name == bindparam("series"))

ORDERS = (
    Ledger("I3", "totals", "Every order is the sum of its parts", _totals),
    Ledger("I3", "amendments", "What changed of an order is the sum of its amendments", _amended),
    Ledger("I4", "paid", "An order counts as paid when its money is here", _paid),
    Ledger("I4", "charged", "What was charged is what was due", _charged),
    Ledger("I6", "carts", "One order from one checkout", _carts),
    Ledger("I8", "numbers", "Orders are numbered without a gap", _numbers),
)
