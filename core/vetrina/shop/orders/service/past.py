"""Write down orders of the past, by the hundred."""

from collections.abc import Sequence
from typing import Any

import msgspec

from vetrina.kernel.db import Model, Session
from vetrina.shop.orders.models import (
    GoodsEntry,
    LineRest,
    Order,
    OrderDelivery,
    OrderDiscount,
    OrderLine,
    OrderTaxLine,
)
from vetrina.shop.orders.rules import OrderRecord, OrderRow, check_totals
from vetrina.shop.orders.service.numbers import BEFORE_FIRST_PAST, PAST_SERIES, take_numbers
from vetrina.shop.orders.service.rows import (
    delivery_rows,
    discount_rows,
    goods_rows,
    line_rows,
    order_row,
    rest_rows,
    tax_rows,
)
from vetrina.vocabulary import OrderState


class WrittenOrder(msgspec.Struct, frozen=True):
    """An order just written: its row, and the ids of its lines in their order."""

    order: OrderRow
    line_ids: tuple[int, ...]


async def write_past(session: Session, past: Sequence[OrderRecord]) -> list[WrittenOrder]:
    """Write orders of the past with all their parts, each table in one round trip.

    Raises TotalsDoNotAddUp, and Conflict when one of them is there already.
    """
    if not past:
        return []
    numbers = await take_numbers(session, PAST_SERIES, BEFORE_FIRST_PAST, len(past))
    ids = await session.take_ids(Order, len(past))
    free = iter(await session.take_ids(OrderLine, sum(len(entry.draft.lines) for entry in past)))
    rows: dict[type[Model], list[dict[str, Any]]] = {model: [] for model in _PARTS}
    written: list[WrittenOrder] = []
    for entry, order_id, number in zip(past, ids, numbers, strict=True):
        check_totals(entry.draft)
        line_ids = [next(free) for _ in entry.draft.lines]
        rows[Order].append(_past_order(entry, order_id, number))
        rows[OrderLine] += line_rows(entry.draft, order_id, line_ids)
        rows[LineRest] += rest_rows(entry.draft, line_ids)
        rows[OrderDiscount] += discount_rows(entry.draft, order_id)
        rows[OrderTaxLine] += tax_rows(entry.draft, order_id)
        rows[OrderDelivery] += delivery_rows(entry.draft, order_id)
        if entry.sent_at is not None:
            pieces = [(line_id, line.quantity) for line_id, line in zip(line_ids, entry.draft.lines, strict=True)]
            rows[GoodsEntry] += goods_rows(order_id, pieces, "sent", entry.reference, entry.sent_at)
        written.append(WrittenOrder(_standing(rows[Order][-1]), tuple(line_ids)))
    for model in _PARTS:
        await session.add_many(model, rows[model])
    return written


def _past_order(entry: OrderRecord, order_id: int, number: int) -> dict[str, Any]:
    """An order as it ended: what an ordinary one becomes step by step."""
    return order_row(entry.draft, entry.key, number, None, entry.financial_status, entry.placed_at) | {
        "id": order_id,
        "source": entry.source,
        "source_name": entry.name,
        "state": OrderState.PLACED if entry.cancelled_at is None else OrderState.CANCELLED,
        "fulfilment_status": entry.fulfilment_status,
        "refunded": entry.refunded,
        "cancelled_at": entry.cancelled_at,
        "cancel_reason": entry.cancel_reason,
        "updated_at": entry.changed_at,
    }


def _standing(values: dict[str, Any]) -> OrderRow:
    return OrderRow(**{name: values[name] for name in OrderRow.__struct_fields__})


_PARTS: tuple[type[Model], ...] = (
    Order,
    OrderLine,
    LineRest,
    OrderDiscount,
    OrderTaxLine,
    OrderDelivery,
    GoodsEntry,
)
