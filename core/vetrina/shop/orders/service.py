"""Write down an order, number it without gaps, move its state, keep its goods ledger."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from vetrina.kernel.db import Session
from vetrina.kernel.errors import Fault
from vetrina.shop.orders.models import (
    GoodsEntry,
    NumberSeries,
    Order,
    OrderDelivery,
    OrderDiscount,
    OrderLine,
    OrderTaxLine,
)
from vetrina.shop.orders.rules import GoodsKind, OrderDraft, OrderRow, check_totals
from vetrina.vocabulary import FinancialStatus, FulfilmentStatus, OrderState

SERIES = "order"
BEFORE_FIRST = 1_000
"""The first order is #1001."""


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
    number = await _next_number(session)
    order_id = await session.insert(Order, **_order(draft, key, number, cart_id, status, at))
    line_ids = await session.take_ids(OrderLine, len(draft.lines))
    await session.add_many(OrderLine, _lines(draft, order_id, line_ids))
    await session.add_many(OrderDiscount, _discounts(draft, order_id))
    await session.add_many(OrderTaxLine, _taxes(draft, order_id))
    await session.add_many(OrderDelivery, _deliveries(draft, order_id))
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


async def locked(session: Session, order_id: int) -> OrderRow | None:
    """The order, ours until the transaction ends."""
    return await session.one(OrderRow, _LOCKED, {"order_id": order_id})


async def enter_goods(
    session: Session,
    order_id: int,
    lines: Iterable[tuple[int, int]],
    kind: GoodsKind,
    *,
    reference: str,
    at: datetime,
) -> None:
    """Write what happened to the goods of lines, given as pairs of line id and quantity."""
    await session.add_many(
        GoodsEntry,
        [
            {
                "order_id": order_id,
                "line_id": line_id,
                "kind": kind,
                "quantity": quantity,
                "reference": reference,
                "at": at,
            }
            for line_id, quantity in lines
        ],
    )


async def set_money(
    session: Session, order: OrderRow, *, status: FinancialStatus, refunded: int, at: datetime
) -> OrderRow:
    """What the payments make of a locked order; `refunded` is the total so far."""
    if (status, refunded) == (order.financial_status, order.refunded):
        return order
    values = {"order_id": order.id, "status": status, "back": refunded, "at_": at, "back_was": order.refunded}
    if await session.execute(_SET_MONEY, values) != 1:
        raise Fault(f"order {order.id} changed under its lock")
    return msgspec.structs.replace(order, financial_status=status, refunded=refunded)


async def cancel(session: Session, order_id: int, *, reason: str, is_restocked: bool, at: datetime) -> bool:
    """End an order, once; whether it was this call that ended it."""
    fulfilment = FulfilmentStatus.RESTOCKED if is_restocked else FulfilmentStatus.UNFULFILLED
    values = {"order_id": order_id, "reason": reason, "at_": at, "fulfilment": fulfilment}
    return await session.execute(_CANCEL, values) == 1


async def _next_number(session: Session) -> int:
    """The row of the series is locked until the commit: a rollback gives the number to the next order (I8)."""
    number = await session.value(_TAKE_NUMBER, {"series": SERIES})
    if number is None:
        await session.add_if_absent(NumberSeries, name=SERIES, last=BEFORE_FIRST)
        number = await session.value(_TAKE_NUMBER, {"series": SERIES})
    return number


def _order(
    draft: OrderDraft, key: str, number: int, cart_id: int, status: FinancialStatus, at: datetime
) -> dict[str, Any]:
    return {
        "key": key,
        "number": number,
        "cart_id": cart_id,
        "market_id": draft.market_id,
        "customer_id": draft.customer_id,
        "state": OrderState.PLACED,
        "financial_status": status,
        "fulfilment_status": FulfilmentStatus.UNFULFILLED,
        "currency": draft.currency,
        "country": draft.country,
        "language": draft.language,
        "prices_include_tax": draft.prices_include_tax,
        "subtotal": draft.subtotal,
        "discount": draft.discount,
        "delivery": draft.delivery,
        "tax": draft.tax,
        "tax_added": draft.tax_added,
        "payment_fee": draft.payment_fee,
        "total": draft.total,
        "redeemed": draft.redeemed,
        "refunded": 0,
        "email": draft.email,
        "phone": draft.phone,
        "shipping_address": _plain(draft.shipping_address),
        "billing_address": _plain(draft.billing_address),
        "note": draft.note,
        "attributes": _plain(draft.attributes),
        "explanation": _plain(draft.explanation),
        "cancel_reason": None,
        "placed_at": at,
        "cancelled_at": None,
        "updated_at": at,
    }


def _lines(draft: OrderDraft, order_id: int, line_ids: Sequence[int]) -> list[dict[str, Any]]:
    return [
        {
            "id": line_id,
            "order_id": order_id,
            "variant_id": line.variant_id,
            "product_id": line.product_id,
            "position": position,
            "title": line.title,
            "variant_title": line.variant_title,
            "sku": line.sku,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "subtotal": line.subtotal,
            "discount": line.discount,
            "tax": line.tax,
            "total": line.subtotal - line.discount,
            "requires_shipping": line.requires_shipping,
            "attributes": _plain(line.attributes),
        }
        for position, (line_id, line) in enumerate(zip(line_ids, draft.lines, strict=True))
    ]


def _discounts(draft: OrderDraft, order_id: int) -> list[dict[str, Any]]:
    return [
        {
            "order_id": order_id,
            "source": discount.source,
            "code": discount.code,
            "title": discount.title,
            "target": discount.target,
            "target_selection": discount.target_selection,
            "method": discount.method,
            "percentage": discount.percentage,
            "fixed": discount.fixed,
            "amount": discount.amount,
            "allocations": _plain(discount.allocations),
        }
        for discount in draft.discounts
    ]


def _taxes(draft: OrderDraft, order_id: int) -> list[dict[str, Any]]:
    return [
        {"order_id": order_id, "position": tax.position, "title": tax.title, "rate": tax.rate, "amount": tax.amount}
        for tax in draft.taxes
    ]


def _deliveries(draft: OrderDraft, order_id: int) -> list[dict[str, Any]]:
    return [
        {
            "order_id": order_id,
            "group_key": delivery.group_key,
            "provider": delivery.provider,
            "option_handle": delivery.option_handle,
            "title": delivery.title,
            "amount": delivery.amount,
        }
        for delivery in draft.deliveries
    ]


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value)


_TAKE_NUMBER = (
    update(NumberSeries)
    .where(NumberSeries.name == bindparam("series"))
    .values(last=NumberSeries.last + 1)
    .returning(NumberSeries.last)
)
_LOCKED = (
    select(*(getattr(Order, name) for name in OrderRow.__struct_fields__))
    .where(Order.id == bindparam("order_id"))
    .with_for_update()
)
_SET_MONEY = (
    update(Order)
    .where(Order.id == bindparam("order_id"), Order.refunded == bindparam("back_was"))
    .values(financial_status=bindparam("status"), refunded=bindparam("back"), updated_at=bindparam("at_"))
)
_CANCEL = (
    update(Order)
    .where(Order.id == bindparam("order_id"), Order.state == OrderState.PLACED)
    .values(
        state=OrderState.CANCELLED,
        cancel_reason=bindparam("reason"),
        cancelled_at=bindparam("at_"),
        updated_at=bindparam("at_"),
        fulfilment_status=bindparam("fulfilment"),
    )
)
