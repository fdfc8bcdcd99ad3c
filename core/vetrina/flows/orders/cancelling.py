"""Cancel some of what was ordered and not sent, and pay it back in the same step."""

import msgspec

from vetrina.flows.auditing import audited
from vetrina.flows.orders.awaiting import looked_again
from vetrina.flows.orders.reckoning import Money, check_quantities, hold_order, money_of, promise_beside, write_refund
from vetrina.flows.orders.refunding import note_of, pay_back_now, seen
from vetrina.flows.parcels.packing import check_open, distinct
from vetrina.flows.parcels.shelving import LinePieces, follow_goods, give_up_pieces, goods_of
from vetrina.kernel.context import Context, once
from vetrina.kernel.errors import BadInput
from vetrina.kernel.messages import emit
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.events import OrderLinesCancelled
from vetrina.shop.orders.refund_rules import RefundSums, reckon
from vetrina.views.orders.placed import OrderView


class CancelWish(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces that will not be sent, as pairs of line id and quantity; amounts in minor units."""

    order_id: int
    lines: tuple[tuple[int, int], ...]
    reason: str = ""
    note: str = ""
    restock: bool = True
    """Whether what had left the shelf is back on it; what was only held is free again in any case."""
    refund: bool = True
    """Whether what they cost is paid back, or asked no longer."""
    delivery: int = 0
    """What of the delivery is paid back with them."""
    notify: bool = True
    key: str = ""


class Cancelled(msgspec.Struct, frozen=True):
    """What came of it: the refund, if anything was paid back or waived."""

    refund_id: int | None


@once
async def cancel_lines(ctx: Context, wish: CancelWish) -> Cancelled:
    """Cancel pieces that lie in no parcel; the rest of the order stands.

    Needs orders.write, and payments.write where money goes back. Raises BadInput, NotFound, OrderIsImported,
    OrderIsCancelled, NothingToSend.
    """
    ctx.require("orders.write")
    if not wish.lines:
        raise BadInput(field=("lines",), problem="Say which pieces are cancelled.", reason="empty")
    pieces = distinct(wish.lines)
    note = note_of(ctx, wish.reason, wish.note, wish.key, notify=wish.notify)
    done = await looked_again(lambda: _cancel(ctx, wish, pieces, note), wish.order_id)
    if done.refund_id is not None:
        await pay_back_now(ctx, done.refund_id)
    return done


async def _cancel(ctx: Context, wish: CancelWish, pieces: LinePieces, note: orders.RefundNote) -> Cancelled:
    async def sums_of(_: OrderView, money: Money) -> RefundSums:
        return _reckoned(money, pieces, wish)

    promise = await promise_beside(ctx, wish.order_id, sums_of) if wish.refund else None
    cause = f"cancel:{note.key}"
    async with ctx.tx() as session:
        order, held = await hold_order(session, wish.order_id)
        goods = await goods_of(session, order.id)
        if any(entry.reference == cause for entry in goods.entries):
            session.outcome = done = Cancelled(await orders.refund_of_key(session, order.id, note.key))
            return done
        check_open(goods, pieces)
        if await orders.refund_of_key(session, order.id, note.key) is not None:
            raise BadInput(field=("key",), problem="A refund of this order has this key: choose another.", reason="key")
        money = await money_of(session, await seen(session, order), held)
        await give_up_pieces(ctx, session, goods, pieces, cause=cause, is_restocked=wish.restock)
        await follow_goods(ctx, session, order.id)
        await emit(
            session,
            OrderLinesCancelled(
                order_id=order.id,
                number=order.number,
                total=order.total,
                currency=order.currency,
                lines=tuple(pieces),
                reason=note.reason,
                notify=wish.notify,
            ),
            ctx.now(),
        )
        after = {"lines": [list(each) for each in pieces], "reason": note.reason, "restock": wish.restock}
        await audited(ctx, session, "order.lines-cancelled", f"order:{order.id}", after=after)
        refund_id = None
        if wish.refund:
            sums = _reckoned(money, pieces, wish)
            if sums.amount or sums.waived:
                refund_id = await write_refund(ctx, session, order, held, money, sums, note, promise=promise)
        session.outcome = done = Cancelled(refund_id)
    return done


def _reckoned(money: Money, pieces: LinePieces, wish: CancelWish) -> RefundSums:
    check_quantities(money, pieces)
    return reckon(money.standing, pieces, delivery=wish.delivery)
