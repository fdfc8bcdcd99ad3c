"""What orders set going: whatever happens to one, its entries are written anew from what it is now."""

from typing import Any

from vetrina.events import OrderAmended, OrderCancelled, OrderPlaced, OrderRefunded, OrderWaived
from vetrina.plugin import Context, React
from vetrina_tax.flows.ledger import book_orders
from vetrina_tax.settings import TaxSettings


def reactions(settings: TaxSettings) -> list[React[Any]]:
    """Five."""

    async def book_sale(ctx: Context, event: OrderPlaced) -> None:
        await book_orders(ctx, settings, [event.order_id])

    async def book_cancelling(ctx: Context, event: OrderCancelled) -> None:
        await book_orders(ctx, settings, [event.order_id])

    async def book_refund(ctx: Context, event: OrderRefunded) -> None:
        await book_orders(ctx, settings, [event.order_id])

    async def book_waiver(ctx: Context, event: OrderWaived) -> None:
        await book_orders(ctx, settings, [event.order_id])

    async def book_amendment(ctx: Context, event: OrderAmended) -> None:
        await book_orders(ctx, settings, [event.order_id])

    return [
        React(OrderPlaced, book_sale),
        React(OrderCancelled, book_cancelling),
        React(OrderRefunded, book_refund),
        React(OrderWaived, book_waiver),
        React(OrderAmended, book_amendment),
    ]
