"""Write down an order that is placed now."""

from datetime import datetime

import msgspec
from sqlalchemy import insert

from vetrina.kernel.db import Session, table_of
from vetrina.kernel.db.rows import Rows
from vetrina.shop.orders.models import GoodsEntry, Order, OrderDelivery, OrderDiscount, OrderLine, OrderTaxLine
from vetrina.shop.orders.rules import GoodsKind, OrderDraft, OrderRow, check_totals
from vetrina.shop.orders.service.numbers import BEFORE_FIRST, SERIES, take_numbers
from vetrina.shop.orders.service.rows import delivery_rows, discount_rows, goods_rows, line_rows, order_row, tax_rows
from vetrina.vocabulary import FinancialStatus, FulfilmentStatus, OrderState


class OrderKeys(msgspec.Struct, frozen=True):
    """The ids an order and its lines, in their order, will have."""

    order_id: int
    line_ids: tuple[int, ...]


async def write_down(
    session: Session,
    draft: OrderDraft,
    keys: OrderKeys,
    *,
    key: str,
    cart_id: int,
    status: FinancialStatus,
    at: datetime,
) -> tuple[OrderRow, tuple[Rows, ...]]:
    """Number an order; it, and the rows of it and all its parts, which the caller writes together with others.

    Call it as late in the transaction as can be: it locks the number series, and whoever else is placing an order
    waits for our commit. Raises TotalsDoNotAddUp.
    """
    check_totals(draft)
    [number] = await take_numbers(session, SERIES, BEFORE_FIRST, 1)
    order_id, line_ids = keys.order_id, keys.line_ids
    rows = (
        (_ORDER, {"id": order_id, **order_row(draft, key, number, cart_id, status, at)}),
        (_LINES, line_rows(draft, order_id, line_ids)),
        (_DISCOUNTS, discount_rows(draft, order_id)),
        (_TAXES, tax_rows(draft, order_id)),
        (_DELIVERIES, delivery_rows(draft, order_id)),
    )
    order = OrderRow(
        id=order_id,
        key=key,
        number=number,
        cart_id=cart_id,
        state=OrderState.PLACED,
        financial_status=status,
        fulfilment_status=FulfilmentStatus.UNFULFILLED,
        currency=draft.currency,
        total=draft.total,
        redeemed=draft.redeemed,
        refunded=0,
        raised=0,
        lowered=0,
        released=0,
        waived=0,
        placed_at=at,
    )
    return order, rows


def goods_written(keys: OrderKeys, draft: OrderDraft, kind: GoodsKind, *, reference: str, at: datetime) -> Rows:
    """What happened to the goods of all its lines, as rows for the caller to write."""
    pieces = [(line_id, line.quantity) for line_id, line in zip(keys.line_ids, draft.lines, strict=True)]
    return _GOODS, goods_rows(keys.order_id, pieces, kind, reference, at)


_ORDER = insert(table_of(Order))
_LINES = insert(table_of(OrderLine))
_DISCOUNTS = insert(table_of(OrderDiscount))
_TAXES = insert(table_of(OrderTaxLine))
_DELIVERIES = insert(table_of(OrderDelivery))
_GOODS = insert(table_of(GoodsEntry))
