"""What orders come to now: as placed, with their amendments, without what was refunded or is asked no longer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import cast, func, select

from vetrina.kernel.db import BigInt, Reads, id_in
from vetrina.shop.orders.amendment_rules import AmendmentRow
from vetrina.shop.orders.models import AmendmentLine, OrderLine, Refund, RefundLine
from vetrina.shop.orders.refund_rules import OF_AMENDMENT
from vetrina.views.orders.amendments import REFUND_COUNTS, amendments_of
from vetrina.views.orders.placed import OrderView
from vetrina.views.orders.standing_facts import tax_left
from vetrina.vocabulary import OrderState

NOT_YET = datetime.max.replace(tzinfo=UTC)
"""When a refund is done that is under way: after all that are."""
GIVEN = ("delivery", "fee", "adjustment", "tax")


class CurrentSums(msgspec.Struct, frozen=True, kw_only=True):
    """What an order comes to now, in minor units. Whatever was cancelled comes to nothing.

    total = subtotal - discount + delivery + tax_added + payment_fee + adjustment.
    """

    subtotal: int
    discount: int
    delivery: int
    tax: int
    tax_added: int
    payment_fee: int
    adjustment: int
    """What refunds gave beyond their lines (negative), or kept of them; without the tax that is on top of prices."""
    total: int


class GivenBackRow(msgspec.Struct, frozen=True):
    """What one refund gave back or waived, in minor units; that of an amendment stands in the amendment."""

    id: int
    order_id: int
    done_at: datetime | None
    delivery: int
    fee: int
    adjustment: int
    tax: int


class GivenBackLineRow(msgspec.Struct, frozen=True):
    """A line of which pieces were refunded: what it was sold with, what refunds and amendments took of it."""

    order_id: int
    quantity: int
    subtotal: int
    refunded: int
    amount: int
    tax: int
    reduced: int
    subtotal_reduced: int

    @property
    def subtotal_back(self) -> int:
        """Before discounts, the pieces that were refunded: what amendments left of the share of all that is settled."""
        settled = min(self.reduced + self.refunded, self.quantity)
        return max(self.subtotal * settled // self.quantity - self.subtotal_reduced, 0)


async def current_of(db: Reads, orders: Sequence[OrderView]) -> dict[int, CurrentSums]:
    """What each order comes to now, by its id. Three statements however many orders; nine where some were given money
    back for nothing in particular, which lowers the tax of all that is left of them.
    """
    order_ids = [order.id for order in orders]
    amendments: dict[int, list[AmendmentRow]] = defaultdict(list)
    refunds: dict[int, list[GivenBackRow]] = defaultdict(list)
    lines: dict[int, list[GivenBackLineRow]] = defaultdict(list)
    for amendment in await amendments_of(db, order_ids):
        amendments[amendment.order_id].append(amendment)
    for refund in await db.rows(GivenBackRow, _GIVEN_BACK, {"order_ids": order_ids}):
        refunds[refund.order_id].append(refund)
    for line in await db.rows(GivenBackLineRow, _GIVEN_BACK_LINES, {"order_ids": order_ids}):
        lines[line.order_id].append(line)
    taxes = await _lowered_taxes(db, orders, amendments, refunds)
    return {
        order.id: current_sums(
            order, amendments[order.id], refunds[order.id], lines[order.id], tax_left=taxes.get(order.id)
        )
        for order in orders
    }


async def _lowered_taxes(
    db: Reads,
    orders: Sequence[OrderView],
    amendments: Mapping[int, Sequence[AmendmentRow]],
    refunds: Mapping[int, Sequence[GivenBackRow]],
) -> dict[int, int]:
    """The tax of those whose refunds gave more or less than their pieces, delivery and fee were worth."""
    lowered = [
        order
        for order in orders
        if order.state != OrderState.CANCELLED and any(refund.adjustment for refund in refunds[order.id])
    ]
    if not lowered:
        return {}
    given = {
        order.id: [
            (refund.done_at or NOT_YET, refund.id, {name: getattr(refund, name) for name in GIVEN})
            for refund in refunds[order.id]
        ]
        for order in lowered
    }
    return await tax_left(db, lowered, amendments, given)


def current_sums(
    order: OrderView,
    amendments: Iterable[AmendmentRow] = (),
    refunds: Sequence[GivenBackRow] = (),
    lines: Sequence[GivenBackLineRow] = (),
    *,
    tax_left: int | None = None,
) -> CurrentSums:
    """An order as placed with its amendments, less its refunds. Pure.

    `tax_left` is the tax where it is not that of the pieces and the delivery that are left; what of it is on top of
    the prices is as much less of the adjustment.
    """
    if order.state == OrderState.CANCELLED:
        return CurrentSums(subtotal=0, discount=0, delivery=0, tax=0, tax_added=0, payment_fee=0, adjustment=0, total=0)
    amendments = list(amendments)
    tax_back = sum(refund.tax for refund in refunds)
    on_top = 0 if order.prices_include_tax else 1
    tax_of_lines = sum(line.tax for line in lines)
    subtotal_back = sum(line.subtotal_back for line in lines)
    goods_back = sum(line.amount for line in lines) - on_top * tax_of_lines
    delivery_back = sum(refund.delivery for refund in refunds) - on_top * (tax_back - tax_of_lines)
    found = {
        "subtotal": order.subtotal + sum(each.subtotal for each in amendments) - subtotal_back,
        "discount": order.discount + sum(each.discount for each in amendments) - (subtotal_back - goods_back),
        "delivery": order.delivery + sum(each.delivery for each in amendments) - delivery_back,
        "tax_added": order.tax_added + sum(each.tax_added for each in amendments) - on_top * tax_back,
        "payment_fee": order.payment_fee - sum(refund.fee for refund in refunds),
    }
    before = sum(-amount if name == "discount" else amount for name, amount in found.items())
    # More may go back than an order comes to, where more was received for it: it comes to nothing then, not to less.
    adjustment = max(-sum(refund.adjustment for refund in refunds), -before)
    total = before + adjustment
    tax = order.tax + sum(each.tax for each in amendments) - tax_back
    if tax_left is not None:
        adjustment += on_top * (tax - tax_left)
        found["tax_added"] -= on_top * (tax - tax_left)
        tax = tax_left
    return CurrentSums(**found, tax=tax, adjustment=adjustment, total=total)


_counts = (id_in(Refund.order_id, "order_ids"), REFUND_COUNTS, Refund.key.not_like(f"{OF_AMENDMENT}%"))
_GIVEN_BACK = select(*(getattr(Refund, name) for name in GivenBackRow.__struct_fields__)).where(*_counts)


def _reduced(column: Any) -> Any:
    found = select(func.sum(column)).where(AmendmentLine.line_id == OrderLine.id).correlate(OrderLine)
    return cast(func.coalesce(found.scalar_subquery(), 0), BigInt)


_GIVEN_BACK_LINES = (
    select(
        OrderLine.order_id,
        OrderLine.quantity,
        OrderLine.subtotal,
        cast(func.sum(RefundLine.quantity), BigInt).label("refunded"),
        cast(func.sum(RefundLine.amount), BigInt).label("amount"),
        cast(func.sum(RefundLine.tax), BigInt).label("tax"),
        _reduced(AmendmentLine.quantity).label("reduced"),
        _reduced(AmendmentLine.subtotal).label("subtotal_reduced"),
    )
    .join(RefundLine, RefundLine.line_id == OrderLine.id)
    .join(Refund, Refund.id == RefundLine.refund_id)
    .where(*_counts)
    .group_by(OrderLine.id, OrderLine.order_id, OrderLine.quantity, OrderLine.subtotal)
)
