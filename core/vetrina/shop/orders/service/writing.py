"""Write down an order that is placed now."""

from datetime import datetime

import msgspec

from vetrina.kernel.db import Session
from vetrina.shop.orders.models import Order, OrderDelivery, OrderDiscount, OrderLine, OrderTaxLine
from vetrina.shop.orders.rules import OrderDraft, OrderRow, check_totals
from vetrina.shop.orders.service.numbers import BEFORE_FIRST, SERIES, take_numbers
from vetrina.shop.orders.service.rows import delivery_rows, discount_rows, line_rows, order_row, tax_rows
from vetrina.vocabulary import FinancialStatus, FulfilmentStatus, OrderState


class WrittenOrder(msgspec.Struct, frozen=True):
    """An order just written: its row, and the ids of its lines in their order."""

    order: OrderRow
    line_ids: tuple[int, ...]


async def write_down(
    session: Session, draft: OrderDraft, *, key: str, cart_id: int, status: FinancialStatus, at: datetime
) -> WrittenOrder:
    """Write an order with all its parts, and number it.

    Call it as late in the transaction as can be: it locks the number series, and whoever else is placing an order
    waits for our commit. Raises TotalsDoNotAddUp, Conflict when the cart has an order already.
    """
    check_totals(draft)
    [number] = await take_numbers(session, SERIES, BEFORE_FIRST, 1)
    order_id = await session.insert(Order, **order_row(draft, key, number, cart_id, status, at))
    line_ids = await session.take_ids(OrderLine, len(draft.lines))
    await session.add_many(OrderLine, line_rows(draft, order_id, line_ids))
    await session.add_many(OrderDiscount, discount_rows(draft, order_id))
    await session.add_many(OrderTaxLine, tax_rows(draft, order_id))
    await session.add_many(OrderDelivery, delivery_rows(draft, order_id))
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
        placed_at=at,
    )
    return WrittenOrder(order, tuple(line_ids))
