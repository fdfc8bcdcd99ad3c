"""What orders set going: whatever happens to one, its documents and takings follow what it stands at."""

from typing import Any

from vetrina.events import OrderAmended, OrderCancelled, OrderPaid, OrderRefunded, OrderSent, OrderWaived
from vetrina.plugin import Context, React
from vetrina_invoices.flows.issuing import Wish, settle
from vetrina_invoices.settings import InvoicesSettings


def reactions(settings: InvoicesSettings) -> list[React[Any]]:
    """Six."""

    async def follow(ctx: Context, order_id: int, what: str) -> None:
        number = ctx.delivery.event_id if ctx.delivery else ctx.trail
        await settle(ctx, settings, Wish(order_id=order_id, occasion=f"{what}:{number}"))

    async def issue_when_paid(ctx: Context, event: OrderPaid) -> None:
        await follow(ctx, event.order_id, "paid")

    async def issue_when_sent(ctx: Context, event: OrderSent) -> None:
        await follow(ctx, event.order_id, "sent")

    async def follow_refund(ctx: Context, event: OrderRefunded) -> None:
        await follow(ctx, event.order_id, "refunded")

    async def follow_waiver(ctx: Context, event: OrderWaived) -> None:
        await follow(ctx, event.order_id, "waived")

    async def follow_change(ctx: Context, event: OrderAmended) -> None:
        await follow(ctx, event.order_id, "amended")

    async def follow_cancelling(ctx: Context, event: OrderCancelled) -> None:
        await follow(ctx, event.order_id, "cancelled")

    return [
        React(OrderPaid, issue_when_paid),
        React(OrderSent, issue_when_sent),
        React(OrderRefunded, follow_refund),
        React(OrderWaived, follow_waiver),
        React(OrderAmended, follow_change),
        React(OrderCancelled, follow_cancelling),
    ]
