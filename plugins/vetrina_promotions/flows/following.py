"""What follows from orders: sold gift cards are issued once they are paid, and results are written down."""

import calendar
from collections import defaultdict
from datetime import datetime

from sqlalchemy import bindparam, select, update

from vetrina.events import OrderCancelled, OrderPaid, OrderPlaced
from vetrina.kernel.context import Context
from vetrina.kernel.money import Money
from vetrina.views.catalog.merchandise import merchandise
from vetrina.views.orders.placed import OrderDiscountRow, OrderLineRow, order_discounts, order_lines, orders_by_id
from vetrina_promotions.codes import draw_card
from vetrina_promotions.discounting.giving import SOURCE
from vetrina_promotions.flows.cards import Sold, end_card, write_card
from vetrina_promotions.models import GiftCard, PromotionResult


async def issue_sold_cards(ctx: Context, event: OrderPaid, months: int) -> None:
    """Issue a card for every piece of a gift card that the order bought, worth its price before discounts, once."""
    sold = await _sold_lines(ctx, event.order_id)
    if not sold:
        return
    expires_at = months_later(ctx.now(), months) if months else None
    async with ctx.tx() as session:
        known = {(line, piece) for line, piece in await session.fetch(_ISSUED, {"order": event.order_id})}
        for line in sold:
            worth = Money(line.unit_price, line.currency)
            for piece in range(1, line.quantity + 1):
                if worth.amount and (line.id, piece) not in known:
                    bought = Sold(event.order_id, line.id, piece)
                    await write_card(ctx, session, worth, draw_card(), expires_at=expires_at, sold=bought)


async def write_results(ctx: Context, event: OrderPlaced) -> None:
    """Write down what each of our promotions took off the order."""
    found: dict[int, list[OrderDiscountRow]] = defaultdict(list)
    for row in await order_discounts(ctx.db, [event.order_id]):
        source, _, promotion_id = row.source.partition(":")
        if source == SOURCE and promotion_id.isdecimal():
            found[int(promotion_id)].append(row)
    if not found:
        return
    [order] = await orders_by_id(ctx.db, [event.order_id])
    async with ctx.tx() as session:
        for promotion_id, rows in found.items():
            await session.add_if_absent(
                PromotionResult,
                promotion_id=promotion_id,
                order_id=event.order_id,
                code=rows[0].code,
                amount=sum(row.amount for row in rows),
                sales=event.total,
                currency=event.currency,
                placed_at=order.placed_at,
                is_cancelled=False,
            )


async def follow_cancelling(ctx: Context, event: OrderCancelled) -> None:
    """A cancelled order counts for nothing, and the cards it bought are worth nothing any more."""
    cards = await ctx.db.fetch(_CARDS, {"order": event.order_id})
    async with ctx.tx() as session:
        await session.execute(_CANCEL, {"order": event.order_id})
        for (card_id,) in cards:
            await end_card(ctx, session, card_id)


def months_later(moment: datetime, months: int) -> datetime:
    """The same day so many months on, or the last there is."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


async def _sold_lines(ctx: Context, order_id: int) -> list[OrderLineRow]:
    lines = [line for line in await order_lines(ctx.db, [order_id]) if line.variant_id is not None]
    variant_ids = sorted({line.variant_id or 0 for line in lines})
    known = await merchandise(ctx.db, variant_ids, ctx.place) if lines else []
    cards = {row.variant_id for row in known if row.is_gift_card}
    return [line for line in lines if line.variant_id in cards]


_ISSUED = select(GiftCard.line_id, GiftCard.piece).where(GiftCard.order_id == bindparam("order"))
_CARDS = select(GiftCard.id).where(GiftCard.order_id == bindparam("order")).order_by(GiftCard.id)
_CANCEL = update(PromotionResult).where(PromotionResult.order_id == bindparam("order")).values(is_cancelled=True)
