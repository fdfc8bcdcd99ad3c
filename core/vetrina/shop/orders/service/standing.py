"""Move an order's state, keep its goods ledger."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, select, update

from vetrina.kernel.db import Session
from vetrina.kernel.errors import Fault
from vetrina.shop.orders.models import GoodsEntry, Order
from vetrina.shop.orders.rules import GoodsKind, OrderRow
from vetrina.shop.orders.service.rows import goods_rows
from vetrina.vocabulary import FinancialStatus, FulfilmentStatus, OrderState


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
    await session.add_many(GoodsEntry, goods_rows(order_id, lines, kind, reference, at))


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
