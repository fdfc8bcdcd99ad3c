"""What sells, and what is bought together: counted from orders as they are placed, imported and cancelled."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt, Session, id_in
from vetrina.kernel.jobs import Job
from vetrina.kernel.messages import Reaction
from vetrina.shop.catalog import service as catalog
from vetrina.shop.orders.events import OrderCancelled, OrderEvent, OrderImported, OrderPlaced
from vetrina.shop.orders.models import Order, OrderLine
from vetrina.shop.sales import service as sales
from vetrina.shop.sales.rules import RECENT
from vetrina.vocabulary import OrderState

BATCH = 200


async def count_order(ctx: Context, order_id: int) -> None:
    """Count an order's goods, or take them back if it was cancelled; however often, and whatever was heard first.

    Its mark is written before its state is read: whoever counts it meanwhile is waited for, and what he saw is seen.
    """
    async with ctx.tx() as session:
        order = await session.one(_Order, _ORDER, {"order": order_id})
        if order is None:
            return
        is_recent = order.placed_at >= ctx.now() - RECENT
        is_new = await sales.mark(session, order_id, order.placed_at, is_recent=is_recent)
        stands = await session.value(_STATE, {"order": order_id}) == OrderState.PLACED
        if stands and is_new:
            pieces = await _pieces(session, [order_id])
            await sales.join(session, pieces)
            if is_recent:
                await catalog.count_sold(session, pieces)
        elif not stands:
            was_recent = await sales.unmark(session, order_id)
            if not is_new:
                pieces = await _pieces(session, [order_id])
                await sales.part(session, pieces)
                if was_recent:
                    await catalog.count_sold(session, {product: -count for product, count in pieces.items()})


async def age_sales(ctx: Context) -> int:
    """Let orders placed more than RECENT ago count for best sellers no more, in small transactions; how many."""
    count = 0
    while True:
        async with ctx.tx() as session:
            aged = await sales.take_aged(session, ctx.now() - RECENT, BATCH)
            pieces = await _pieces(session, aged)
            await catalog.count_sold(session, {product: -count for product, count in pieces.items()})
        count += len(aged)
        if len(aged) < BATCH:
            return count


async def count_placed(ctx: Context, event: OrderPlaced) -> None:
    """An order was placed."""
    await count_order(ctx, event.order_id)


async def count_imported(ctx: Context, event: OrderImported) -> None:
    """An order of the past was taken over: it says as much of what goes together."""
    await count_order(ctx, event.order_id)


async def take_back_cancelled(ctx: Context, event: OrderCancelled) -> None:
    """An order was cancelled."""
    await count_order(ctx, event.order_id)


class _Order(msgspec.Struct, frozen=True):
    placed_at: datetime


async def _pieces(session: Session, order_ids: Sequence[int]) -> Counter[int]:
    """How many pieces of each product stand in some orders."""
    return Counter(dict(await session.fetch(_PIECES, {"ids": order_ids})))  # pyright: ignore[reportArgumentType]


async def _age_sales(ctx: Context, payload: Mapping[str, Any]) -> None:
    await age_sales(ctx)


_ORDER = select(Order.placed_at).where(Order.id == bindparam("order", type_=BigInt))
_STATE = select(Order.state).where(Order.id == bindparam("order", type_=BigInt))
_PIECES = (
    select(OrderLine.product_id, func.sum(OrderLine.quantity).cast(BigInt))
    .where(id_in(OrderLine.order_id, "ids"), OrderLine.product_id.is_not(None))
    .group_by(OrderLine.product_id)
)
_HEARD: tuple[tuple[type[OrderEvent], Any], ...] = (
    (OrderPlaced, count_placed),
    (OrderImported, count_imported),
    (OrderCancelled, take_back_cancelled),
)
REACTIONS = tuple(Reaction(f"core.{run.__name__}", event, run) for event, run in _HEARD)
"""What the core itself hears of orders."""
JOBS = (Job(name="core.age-sales", run=_age_sales, every=timedelta(days=1), deadline=600.0),)
