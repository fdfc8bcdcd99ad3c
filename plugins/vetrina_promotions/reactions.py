"""What orders set going: cards are issued, results written down, cancelled orders undone."""

from typing import Any

from vetrina.events import OrderCancelled, OrderPaid, OrderPlaced
from vetrina.plugin import Context, React
from vetrina_promotions.flows.following import follow_cancelling, issue_sold_cards, write_results
from vetrina_promotions.settings import PromotionsSettings


def reactions(settings: PromotionsSettings) -> list[React[Any]]:
    """Three."""

    async def issue_gift_cards(ctx: Context, event: OrderPaid) -> None:
        await issue_sold_cards(ctx, event, settings.card_months)

    async def count_results(ctx: Context, event: OrderPlaced) -> None:
        await write_results(ctx, event)

    async def undo_cancelled(ctx: Context, event: OrderCancelled) -> None:
        await follow_cancelling(ctx, event)

    return [
        React(OrderPaid, issue_gift_cards),
        React(OrderPlaced, count_results),
        React(OrderCancelled, undo_cancelled),
    ]
