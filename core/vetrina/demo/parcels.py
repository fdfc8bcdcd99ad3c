"""Parcels of the demo shop: followed, delivered, packed; and what was refunded or cancelled of its orders."""

from collections.abc import Sequence
from datetime import timedelta

from vetrina.flows.orders.cancelling import CancelWish, cancel_lines
from vetrina.flows.orders.refunding import RefundLine, RefundWish, refund_order
from vetrina.flows.parcels.fulfilling import (
    FulfilWish,
    Tracking,
    TrackingNews,
    change_tracking,
    fulfil,
    record_tracking,
)
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.views.orders.desk import OrderDeskOrder, orders_matching
from vetrina.views.orders.fulfilments import FulfilmentRow, fulfilments_of, standings_of
from vetrina.views.orders.placed import OrderView, order_lines
from vetrina.views.windows import Window
from vetrina.vocabulary import FinancialStatus, FulfilmentState

STATES = (FulfilmentState.IN_TRANSIT, FulfilmentState.OUT_FOR_DELIVERY, FulfilmentState.DELIVERED)
PLACES = ("Torino, centro di smistamento", "Bologna, hub", "Filiale di consegna")
HOURS = (4, 20, 28)
"""After how many hours each piece of news came."""


async def follow_all(ctx: Context) -> int:
    """Parcels of the demo's own orders travel, one order waits with a packed one, one is paid back in part."""
    first = await orders_matching(ctx.db, OrderDeskOrder.NUMBER, Window(size=50))
    placed = [each.row for each in first if each.row.source_name is None]
    count = await follow(ctx, placed)
    standing = await standings_of(ctx.db, [order.id for order in placed])
    for order in placed:
        if order.financial_status == FinancialStatus.PARTIALLY_PAID and any(
            line.open > 1 for line in standing[order.id].values()
        ):
            await amends(ctx, order)
            break
    paid = [order for order in placed if order.financial_status == FinancialStatus.PAID]
    if len(paid) > 1:
        await regret(ctx, paid[1])
    return count


async def follow(ctx: Context, placed: Sequence[OrderView]) -> int:
    """Tracking and news for the parcels of these orders, some further on than others; how many parcels there are."""
    parcels = [each for each in await fulfilments_of(ctx.db, [order.id for order in placed]) if each.has_left]
    for index, parcel in enumerate(parcels):
        number = f"1Z999AA1{parcel.id:08d}"
        url = f"https://www.dhl.com/it-it/home/tracking.html?tracking-id={number}"
        await change_tracking(ctx, parcel.id, Tracking(company="DHL Express", number=number, url=url))
        await _told(ctx, parcel, index % (len(STATES) + 1))
    return len(parcels)


async def amends(ctx: Context, order: OrderView) -> None:
    """Of an order that waits, one piece is packed, one is cancelled and paid back, and something goes back on top."""
    lines = await order_lines(ctx.db, [order.id])
    standings = (await standings_of(ctx.db, [order.id]))[order.id]
    line = next((line for line in lines if standings[line.id].open > 1), None)
    if line is None:
        return
    await fulfil(ctx, FulfilWish(order_id=order.id, lines=((line.id, 1),), is_sent=False, key="demo-packed"))
    await cancel_lines(ctx, CancelWish(order_id=order.id, lines=((line.id, 1),), reason="INVENTORY", key="demo-gone"))


async def regret(ctx: Context, order: OrderView) -> None:
    """A piece that arrived broken is paid back, with a part of its delivery."""
    lines = await order_lines(ctx.db, [order.id])
    wish = RefundWish(
        order_id=order.id, lines=(RefundLine(lines[-1].id, 1),), reason="Arrivato rotto", key=f"demo-broken-{order.id}"
    )
    try:
        await refund_order(ctx, wish)
    except Refusal:
        return


async def _told(ctx: Context, parcel: FulfilmentRow, count: int) -> None:
    sent = parcel.sent_at or parcel.created_at
    news = [
        TrackingNews(reference=f"demo-{index}", state=state, at=sent + timedelta(hours=hours), place=place)
        for index, (state, hours, place) in enumerate(zip(STATES, HOURS, PLACES, strict=True))
    ]
    await record_tracking(ctx, parcel.id, news[:count])
