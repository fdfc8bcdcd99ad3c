"""What books about tax are kept from: taxed orders since a moment, and what of them was paid back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from vetrina.kernel.db import Reads, id_in
from vetrina.shop.orders.models import Order, OrderLine, OrderTaxLine, Refund, RefundLine
from vetrina.views.orders import OrderTaxLineRow


class TaxedOrderRow(msgspec.Struct, frozen=True):
    """An order that somebody has taxed here, and since when it is cancelled."""

    id: int
    treatment: dict[str, Any]
    placed_at: datetime
    cancelled_at: datetime | None


class RefundFactsRow(msgspec.Struct, frozen=True):
    """Money that went back: of lines, of delivery, and how much of it all was tax. In minor units."""

    id: int
    order_id: int
    delivery: int
    tax: int
    done_at: datetime


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
    """Refunds of several orders that are done, in the order they were asked for."""
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
_REFUNDS = (
    select(Refund.id, Refund.order_id, Refund.delivery, Refund.tax, Refund.done_at)
    .where(id_in(Refund.order_id, "order_ids"), Refund.state == "done")
    .order_by(Refund.id)
)
_REFUND_LINES = (
    select(RefundLine.refund_id, OrderLine.position, RefundLine.amount, RefundLine.tax)
    .join(OrderLine, OrderLine.id == RefundLine.line_id)
    .where(id_in(RefundLine.refund_id, "refund_ids"))
    .order_by(RefundLine.id)
)
