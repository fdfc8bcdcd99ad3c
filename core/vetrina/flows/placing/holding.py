"""Hold what a snapshot needs, goods first and then cards and codes; use it up, or let it go."""

from collections.abc import Iterable
from datetime import datetime

from vetrina.flows.placing.freezing import Redeem, Snapshot
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.db.rows import Rows
from vetrina.kernel.errors import Refusal
from vetrina.kernel.messages import emit
from vetrina.shop.inventory import service as inventory
from vetrina.shop.inventory.events import StockRanOut
from vetrina.shop.inventory.rules import Wanted
from vetrina.shop.orders.rules import DraftLine
from vetrina.shop.pricing.ports import Redeemable


class GiftCardBalanceChanged(Refusal):
    """Somebody else was faster with the gift card."""

    code = "GIFT_CARD_BALANCE_CHANGED"
    text = "The balance of a gift card has changed."


class DiscountCodeSpent(Refusal):
    """Somebody else took the last use of the code."""

    code = "DISCOUNT_CODE_SPENT"
    text = "The discount {discount_code} can no longer be used."


Held = tuple[tuple[Rows, ...], tuple[StockRanOut, ...]]
"""What is to be written of goods that are ours, and what has become true by it."""


async def hold(ctx: Context, session: Session, snapshot: Snapshot, reference: str, *, expires_at: datetime) -> Held:
    """Reserve goods, cards and codes in the name of `reference`; the caller's transaction rolls back on a refusal.

    What it answers is for the caller to write, together with what else there is to write. Raises OutOfStock,
    NotEnoughStock (fact variant_id), GiftCardBalanceChanged, DiscountCodeSpent.
    """
    picked = await inventory.pick(session, _wanted(snapshot))
    await _hold_uses(ctx, session, snapshot, reference, expires_at)
    return inventory.holding(picked, _cause(ctx, reference), expires_at), picked.events


async def sell(ctx: Context, session: Session, snapshot: Snapshot, reference: str) -> Held:
    """Take goods, cards and codes for good, where nobody is waited for: as `hold`, then using up what was held."""
    picked = await inventory.pick(session, _wanted(snapshot), is_sale=True)
    await _hold_uses(ctx, session, snapshot, reference, ctx.now())
    await redeem(ctx, session, snapshot, reference)
    return inventory.sale(picked, _cause(ctx, reference)), picked.events


async def take_goods(ctx: Context, session: Session, reference: str) -> None:
    """What is held leaves the shelf."""
    await inventory.take(session, reference, ctx.now(), ctx.actor.kind)


async def redeem(ctx: Context, session: Session, snapshot: Snapshot, reference: str) -> None:
    """What is held of cards and codes is used up."""
    for mark, held in marked(snapshot, reference):
        provided = ctx.ports.get(Redeemable, held.source)
        await ctx.ports.ask(provided, provided.implementation.confirm, session, mark)


async def let_go(ctx: Context, session: Session, snapshot: Snapshot, reference: str) -> None:
    """Release goods, cards and codes; a repeat changes nothing."""
    await release_goods(ctx, session, reference)
    for mark, held in marked(snapshot, reference):
        provided = ctx.ports.get(Redeemable, held.source)
        await ctx.ports.ask(provided, provided.implementation.release, session, mark)


async def release_goods(ctx: Context, session: Session, reference: str) -> None:
    """Goods that are still held go back to being available."""
    now = ctx.now()
    for event in await inventory.release(session, reference, now, ctx.actor.kind):
        await emit(session, event, now)


async def give_back(ctx: Context, session: Session, snapshot: Snapshot, reference: str) -> None:
    """Cards and codes get back what an order had used up of them."""
    for mark, held in marked(snapshot, reference):
        provided = ctx.ports.get(Redeemable, held.source)
        await ctx.ports.ask(provided, provided.implementation.give_back, session, mark)


async def _hold_uses(ctx: Context, session: Session, snapshot: Snapshot, reference: str, expires_at: datetime) -> None:
    for mark, redeem in marked(snapshot, reference):
        provided = ctx.ports.get(Redeemable, redeem.source)
        reserve = provided.implementation.reserve
        try:
            await ctx.ports.ask(provided, reserve, session, redeem.code, redeem.amount, mark, expires_at)
        except Refusal as refusal:
            if redeem.is_card:
                raise GiftCardBalanceChanged from refusal
            raise DiscountCodeSpent(discount_code=redeem.called or redeem.code) from refusal


def _wanted(snapshot: Snapshot) -> list[Wanted]:
    return goods_of_lines(snapshot.order.lines)


def goods_of_lines(lines: Iterable[DraftLine]) -> list[Wanted]:
    """The goods of lines: of a bundle its components. The inventory adds up what several lines take of one."""
    wanted = list[Wanted]()
    for line in lines:
        if line.components:
            wanted += [Wanted(part.variant_id, part.quantity * line.quantity) for part in line.components]
        elif line.variant_id is not None:
            wanted.append(Wanted(line.variant_id, line.quantity))
    return wanted


def _cause(ctx: Context, reference: str) -> inventory.Cause:
    return inventory.Cause(reference, ctx.now(), ctx.actor.kind)


def marked(snapshot: Snapshot, reference: str) -> list[tuple[str, Redeem]]:
    """Each use under a reference of its own, so that one may be given back without the other."""
    return [(f"{reference}:{index}", redeem) for index, redeem in enumerate(snapshot.redeems, start=1)]
