"""What books about tax are kept from: taxed orders since a moment, and what of them was paid back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, cast, func, or_, select

from vetrina.kernel.db import BigInt, Reads, id_in
from vetrina.shop.orders.models import Order, OrderLine, OrderTaxLine, Refund, RefundLine, RefundPart
from vetrina.shop.orders.refund_rules import OF_AMENDMENT
from vetrina.views.orders.placed import OrderTaxLineRow


class TaxedOrderRow(msgspec.Struct, frozen=True):
    """An order that somebody has taxed here, and since when it is cancelled."""

    id: int
    treatment: dict[str, Any]
    placed_at: datetime
    cancelled_at: datetime | None


class RefundFactsRow(msgspec.Struct, frozen=True):
    """What went back, or is asked no longer: of lines, delivery and fee, and more or less than those. In minor units.

    `given` is all of it, `tax` that of its lines and delivery. Of a refund that failed in part only `given` counts, as
    an adjustment: nobody knows what the money was for.
    """

    id: int
    order_id: int
    delivery: int
    fee: int
    adjustment: int
    tax: int
    given: int
    state: str
    done_at: datetime

    @property
    def is_whole(self) -> bool:
        return self.state != "failed"


class RefundedLineRow(msgspec.Struct, frozen=True):
    """What of a line, by its position in the order, went back in a refund; tax on top is in `amount`."""

    refund_id: int
    position: int
    amount: int
    tax: int


async def taxed_orders(reads: Reads, since: datetime, *, after_id: int = 0, limit: int = 200) -> list[TaxedOrderRow]:
    """Orders placed since then that say how they were taxed, by their ids."""
    return await reads.rows(TaxedOrderRow, _ORDERS, {"since": since, "after_id": after_id, "most": limit})


async def done_refunds(reads: Reads, order_ids: Sequence[int]) -> list[RefundFactsRow]:
    """Refunds of several orders that are done, or in part, in the order they were asked for.

    Those that only pay out what an amendment took off are not among them.
    """
    return await reads.rows(RefundFactsRow, _REFUNDS, {"order_ids": list(order_ids)})


async def refunded_lines(reads: Reads, refund_ids: Sequence[int]) -> list[RefundedLineRow]:
    """The lines of several refunds."""
    return await reads.rows(RefundedLineRow, _REFUND_LINES, {"refund_ids": list(refund_ids)})


async def all_tax_lines(reads: Reads, order_ids: Sequence[int]) -> list[OrderTaxLineRow]:
    """The tax of several orders, line by line: as they were placed, and of what amendments added later."""
    return await reads.rows(OrderTaxLineRow, _TAX_LINES, {"order_ids": list(order_ids)})


_TAX_LINES = (
    select(*(getattr(OrderTaxLine, name) for name in OrderTaxLineRow.__struct_fields__))
    .where(id_in(OrderTaxLine.order_id, "order_ids"))
    .order_by(OrderTaxLine.order_id, OrderTaxLine.id)
)
_ORDERS = (
    select(Order.id, Order.tax_treatment.label("treatment"), Order.placed_at, Order.cancelled_at)
    .where(Order.placed_at >= bindparam("since"), Order.id > bindparam("after_id"), Order.source.is_(None))
    .where(Order.tax_treatment.is_not(None))
    .order_by(Order.id)
    .limit(bindparam("most"))
)
_whole = Refund.state.in_(("done", "bounced"))
_arrived = (
    select(func.coalesce(func.sum(RefundPart.amount), 0))
    .where(RefundPart.refund_id == Refund.id, RefundPart.state.in_(("done", "bounced")))
    .correlate(Refund)
    .scalar_subquery()
)
_given = cast(case((_whole, Refund.amount), else_=_arrived) + Refund.waived, BigInt)
_REFUNDS = (
    select(
        Refund.id,
        Refund.order_id,
        case((_whole, Refund.delivery), else_=0).label("delivery"),
        case((_whole, Refund.fee), else_=0).label("fee"),
        case((_whole, Refund.adjustment), else_=_given).label("adjustment"),
        case((_whole, Refund.tax), else_=0).label("tax"),
        _given.label("given"),
        Refund.state,
        Refund.done_at,
    )
    .where(id_in(Refund.order_id, "order_ids"), Refund.key.not_like(f"{OF_AMENDMENT}%"))
    .where(or_(_whole, and_(Refund.state == "failed", _given > 0)))
    .order_by(Refund.id)
)
_REFUND_LINES = (
    select(RefundLine.refund_id, OrderLine.position, RefundLine.amount, RefundLine.tax)
    .join(OrderLine, OrderLine.id == RefundLine.line_id)
    .where(id_in(RefundLine.refund_id, "refund_ids"))
    .order_by(RefundLine.id)
)
