"""What the parts of orders are reckoned from: lines with their tax, and all that came off, in the order it happened."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from vetrina.kernel.db import Reads
from vetrina.shop.orders.amendment_rules import AmendmentRow
from vetrina.views.orders.amendments import AmendmentLineRow, amendment_lines
from vetrina.views.orders.placed import (
    OrderLineRow,
    OrderTaxLineRow,
    OrderView,
    order_deliveries,
    order_discounts,
    order_lines,
)
from vetrina.views.orders.refunds import RefundLineRow, refund_lines
from vetrina.views.orders.standing import Back, LineFact, OrderFacts, standing
from vetrina.views.orders.taxes import all_tax_lines

Dated = tuple[datetime, int, int, Back]
"""When it happened, and what says which of two at one moment was first."""


def line_facts(lines: Iterable[OrderLineRow], taxes: Iterable[OrderTaxLineRow]) -> list[LineFact]:
    """The lines of one order with the tax that each bears."""
    by_position = defaultdict[int, list[OrderTaxLineRow]](list)
    for tax in taxes:
        if tax.position is not None:
            by_position[tax.position].append(tax)
    return [
        LineFact(
            id=line.id,
            quantity=line.quantity,
            amount=line.total,
            tax=sum(tax.amount for tax in by_position[line.position]),
            rate=sum(tax.rate for tax in by_position[line.position]) if by_position[line.position] else None,
            is_later=line.amendment_id is not None,
        )
        for line in lines
    ]


def amended(
    order: OrderView,
    lines: Iterable[OrderLineRow],
    amendments: Iterable[AmendmentRow],
    taken: Iterable[AmendmentLineRow],
) -> list[Dated]:
    """What the amendments of one order added to it and took off its lines."""
    found, off = list[Dated](), defaultdict[int, list[tuple[int, int, int, int]]](list)
    for row in taken:
        on_top = 0 if order.prices_include_tax else row.tax
        off[row.amendment_id].append((row.line_id, row.quantity, row.subtotal - row.discount + on_top, row.tax))
    added = defaultdict[int, list[int]](list)
    for line in lines:
        if line.amendment_id is not None:
            added[line.amendment_id].append(line.id)
    for each in amendments:
        back = Back(adds=tuple(added[each.id]), lines=tuple(off[each.id]))
        found.append((each.at, 0, each.id, back))
    return found


def paid_back(lines: Iterable[RefundLineRow], *, delivery: int, fee: int, adjustment: int, tax: int) -> Back:
    """A whole refund, of these lines; `tax` is that of its lines and its delivery."""
    mine = list(lines)
    return Back(
        lines=tuple((line.line_id, line.quantity, line.amount, line.tax) for line in mine),
        delivery=delivery,
        delivery_tax=max(tax - sum(line.tax for line in mine), 0),
        fee=fee,
        adjustment=adjustment,
    )


def in_order(backs: Iterable[Dated]) -> list[Back]:
    """As they happened."""
    return [back for *_, back in sorted(backs, key=lambda each: each[:3])]


async def tax_left(
    db: Reads,
    orders: Sequence[OrderView],
    amendments: Mapping[int, Sequence[AmendmentRow]],
    refunds: Mapping[int, Sequence[tuple[datetime, int, Mapping[str, int]]]],
) -> dict[int, int]:
    """The tax that is left of each order, by its id, as documents would tell it; six statements however many orders.

    `refunds` are those of each order: when, the id, and delivery, fee, adjustment and tax by these names.
    """
    ids = [order.id for order in orders]
    off = defaultdict[int, int](int)
    for delivery in await order_deliveries(db, ids):
        off[delivery.order_id] += delivery.amount
    for discount in await order_discounts(db, ids):
        off[discount.order_id] -= discount.amount if discount.target == "delivery" else 0
    lines, taxes = await order_lines(db, ids), await all_tax_lines(db, ids)
    taken, refunded = await amendment_lines(db, ids), await refund_lines(db, ids)
    found: dict[int, int] = {}
    for order in orders:
        mine = [line for line in lines if line.order_id == order.id]
        own = [tax for tax in taxes if tax.order_id == order.id]
        keys = {each.id for each in amendments[order.id]}
        dated = amended(order, mine, amendments[order.id], (row for row in taken if row.amendment_id in keys))
        for at, refund_id, sums in refunds[order.id]:
            of_it = [row for row in refunded if row.refund_id == refund_id]
            dated.append((at, 1, refund_id, paid_back(of_it, **sums)))
        facts = OrderFacts(
            prices_include_tax=order.prices_include_tax,
            lines=line_facts(mine, own),
            delivery=off[order.id],
            delivery_taxes=[(tax.rate, tax.amount) for tax in own if tax.position is None],
            fee=order.payment_fee,
            is_cancelled=False,
            backs=in_order(dated),
        )
        found[order.id] = sum(held.tax for held in standing(facts).values())
    return found
