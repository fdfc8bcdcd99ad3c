"""Amend a placed order: add what is sold now, take off what was not sent, and settle the difference."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from vetrina.flows.auditing import audited
from vetrina.flows.locking import OrderHeld, hold_order, row_of, where_is
from vetrina.flows.orders.amending_quotes import Amounts, added_lines, amounts_of, taken_off
from vetrina.flows.orders.awaiting import Moved, await_anew, awaited_after
from vetrina.flows.orders.reckoning import Money, money_of, write_refund
from vetrina.flows.parcels.shelving import follow_goods, give_up_pieces, goods_of
from vetrina.flows.payments.asking import LONGEST_NOTE, ask_in
from vetrina.flows.payments.following import counting, standing_of, to_ask, withdraw_excess
from vetrina.flows.placing.holding import goods_of_lines
from vetrina.kernel import texts
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.errors import Fault, NotFound, Unavailable
from vetrina.kernel.messages import emit
from vetrina.shop.checkout.rules import HOLD
from vetrina.shop.inventory import service as inventory
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.amendment_rules import AmendmentChanged, NothingToAmend, TaxIsUnknown, freed
from vetrina.shop.orders.events import OrderAmended
from vetrina.shop.orders.refund_rules import OF_AMENDMENT, reckon
from vetrina.shop.orders.rules import OrderRow, financial_status, still_reserved
from vetrina.shop.orders.service import Amending, RefundNote, WrittenAmendment
from vetrina.shop.payments.rules import PaymentRow
from vetrina.views.orders.amendments import amendment_of_key
from vetrina.views.orders.placed import OrderView, order_by_id, order_whereabouts
from vetrina.views.payments.standing import payments_of_orders

ROUNDS = 3
"""How often an amendment looks again when the order's money moved under it."""
LONGEST_KEY = 255
RESERVED_FOR = timedelta(days=7)
"""How long goods added to an order that waits for its money are held, where its payment names no day."""


Pieces = tuple[tuple[int, int], ...]


class AmendWish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to change. `add` are pairs of variant id and quantity, `reduce` of line id and quantity."""

    order_id: int
    key: str
    """Of the wish: sent again, it changes nothing more."""
    add: Pieces = ()
    reduce: Pieces = ()
    expected_total: int | None = None
    """The difference that was seen, in minor units and signed; another one is refused."""
    note: str = ""
    notify: bool = True
    asks: bool = False
    """Ask the buyer for what is then left to pay by a link; else it stays open until somebody does."""


class AmendmentQuote(msgspec.Struct, frozen=True, kw_only=True):
    """What a wish would come to, in minor units of the order's currency."""

    amounts: Amounts
    total: int
    """The difference, signed."""
    current_total: int
    """What the order would come to."""
    to_pay: int
    """What would be left to pay of it, by nobody promised yet."""
    to_return: int
    """What would go back."""


class Amended(msgspec.Struct, frozen=True):
    """What became of a wish; `request_key` is the link's, where the buyer was asked for money."""

    amendment_id: int
    request_key: str | None = None
    refund_id: int | None = None


async def quote_amendment(ctx: Context, wish: AmendWish) -> AmendmentQuote:
    """What a wish would cost now; nothing is held by it. Needs orders.read. Raises what `amend_order` raises."""
    ctx.require("orders.read")
    order, cart_key = await _known(ctx, wish.order_id)
    amounts = await _amounts(ctx, wish, order, cart_key)
    held = await payments_of_orders(ctx.db, [order.id])
    return foreseen(amounts, order, held, await money_of(ctx.db, order, held))


async def amend_order(ctx: Context, wish: AmendWish) -> Amended:
    """Amend a placed order, once. Needs orders.write, and payments.write where money goes back.

    Goods are taken or held, and given back, in the one transaction that writes the amendment. What was paid too much
    goes back from there, by its providers' jobs; money that is awaited is awaited anew for what is due now. Raises
    BadInput, NotFound, NothingToAmend, NothingToReduce, NotSoldHere, OtherCurrency, TaxIsUnknown, AmendmentChanged,
    OutOfStock, NotEnoughStock, OrderIsCancelled, OrderIsImported.
    """
    ctx.require("orders.write")
    ctx.may_run_again()
    _check(wish)
    earlier = await amendment_of_key(ctx.db, wish.order_id, wish.key)
    if earlier is not None:
        return Amended(earlier.id)
    for _ in range(ROUNDS):
        order, cart_key = await _known(ctx, wish.order_id)
        amounts = await _amounts(ctx, wish, order, cart_key)
        if wish.expected_total not in (None, amounts.sums.total):
            raise AmendmentChanged(field=("expected_total",), total=amounts.sums.total)
        promise = await awaited_anew(ctx, order, amounts)
        done = await _amend(ctx, wish, amounts, promise)
        if done is not None:
            return done
    raise Unavailable(f"order {wish.order_id} changes faster than it can be amended")


async def awaited_anew(ctx: Context, order: OrderView, amounts: Amounts) -> PaymentRow | None:
    """Where money is awaited offline and another sum will be due: what is awaited then. Asked outside transactions."""
    try:
        return await awaited_after(ctx, order, amounts.sums.total)
    except Unavailable as error:
        raise TaxIsUnknown from error


async def amend_in(
    ctx: Context,
    session: Session,
    held: OrderHeld,
    amounts: Amounts,
    promise: PaymentRow | None,
    *,
    wish: AmendWish,
    kind: str,
    given_up: Pieces,
) -> Amended:
    """Write an amendment in the caller's transaction, which holds the order; raises Moved when its money has moved.

    `given_up` are the pieces that were not sent; those of an exchange are back already.
    """
    order, total = held.order, amounts.sums.total
    view = await order_by_id(session, order.id)
    if view is None:
        raise Fault(f"order {order.id} is gone")
    money = await money_of(session, view, held.payments)
    if order.current_total + total < order.waived:
        raise Moved
    released = _released(order, total, held.payments, money)
    goods = await goods_of(session, order.id)
    written = await orders.amend(
        session,
        order,
        Amending(
            key=wish.key,
            kind=kind,
            note=wish.note,
            notify=wish.notify,
            sums=amounts.sums,
            released=released,
            actor=ctx.actor.name,
            added=amounts.added,
            taxes=amounts.taxes,
            taken=amounts.taken,
        ),
        ctx.now(),
    )
    cause = f"amendment:{written.id}"
    if given_up:
        await give_up_pieces(ctx, session, goods, given_up, cause=cause, is_restocked=True)
    is_waiting = bool(still_reserved(goods.entries))
    await _add_goods(ctx, session, written, amounts, goods.reference, held.payments, is_waiting=is_waiting)
    payments_now = await await_anew(ctx, session, written.order, held.payments, promise)
    refund_id = await _settle(ctx, session, written, payments_now, money, released, wish)
    now = OrderHeld(written.order, payments_now)
    await withdraw_excess(ctx, session, now.order, now.payments)
    left = to_ask(now.order, now.payments)
    request_key = await ask_in(ctx, session, now, left, wish.note) if wish.asks and left else None
    await follow_goods(ctx, session, order.id)
    await _tell(ctx, session, wish, written, total, kind)
    return Amended(written.id, request_key, refund_id)


async def _amend(ctx: Context, wish: AmendWish, amounts: Amounts, promise: PaymentRow | None) -> Amended | None:
    where = await where_is(ctx, wish.order_id)
    try:
        async with ctx.tx() as session:
            held = await hold_order(session, where)
            earlier = await amendment_of_key(session, wish.order_id, wish.key)
            if earlier is not None:
                return Amended(earlier.id)
            view = await order_by_id(session, wish.order_id)
            assert view is not None, "a locked order exists"
            if await taken_off(session, view, wish.reduce) != amounts.taken:
                raise Moved
            done = await amend_in(ctx, session, held, amounts, promise, wish=wish, kind="edit", given_up=wish.reduce)
            session.outcome = done
            return done
    except Moved:
        return None


def _check(wish: AmendWish) -> None:
    texts.text(wish.key, field=("key",), limit=LONGEST_KEY, required=True)
    texts.text(wish.note, field=("note",), limit=LONGEST_NOTE)
    if not wish.add and not wish.reduce:
        raise NothingToAmend


async def _known(ctx: Context, order_id: int) -> tuple[OrderView, str]:
    """The order and its cart's key. Raises NotFound, OrderIsImported."""
    where = await order_whereabouts(ctx.db, order_id) or await where_is(ctx, order_id)
    order = await order_by_id(ctx.db, order_id)
    if order is None:
        raise NotFound(what="The order")
    return order, where.cart_key


async def _amounts(ctx: Context, wish: AmendWish, order: OrderView, cart_key: str) -> Amounts:
    taken = await taken_off(ctx.db, order, wish.reduce)
    added, taxes = await added_lines(ctx, order, cart_key, wish.add)
    return amounts_of(order, added, taxes, taken)


def foreseen(amounts: Amounts, order: OrderView, held: Sequence[PaymentRow], money: Money) -> AmendmentQuote:
    """What an order would come to with an amendment, as its payments stand."""
    row, total = row_of(order), amounts.sums.total
    released = _released(row, total, held, money)
    changed = msgspec.structs.replace(
        row,
        raised=row.raised + max(total, 0),
        lowered=row.lowered + max(-total, 0),
        released=row.released + released,
    )
    return AmendmentQuote(
        amounts=amounts,
        total=total,
        current_total=changed.current_total,
        to_pay=to_ask(changed, held),
        to_return=released,
    )


def _released(order: OrderRow, total: int, held: Sequence[PaymentRow], money: Money) -> int:
    received = order.redeemed + sum(payment.captured for payment in counting(held))
    can_go_back = sum(way.left for way in money.standing.ways)
    return freed(total, order.owed + total, received, received - can_go_back)


async def _add_goods(
    ctx: Context,
    session: Session,
    written: WrittenAmendment,
    amounts: Amounts,
    reference: str,
    held: Sequence[PaymentRow],
    *,
    is_waiting: bool,
) -> None:
    """What was added is held like the rest where the order waits for its money; else it leaves the shelf now."""
    if not amounts.added:
        return
    due = [payment.due_at for payment in held if payment.due_at is not None]
    until = max(due, default=ctx.now() + max(RESERVED_FOR, HOLD)) if is_waiting else None
    cause = inventory.Cause(f"amendment:{written.id}", ctx.now(), ctx.actor.kind)
    mine = reference or cause.reference
    for event in await inventory.add_more(session, mine, goods_of_lines(amounts.added), cause, held_until=until):
        await emit(session, event, ctx.now())
    pieces = [(line_id, line.quantity) for line_id, line in zip(written.line_ids, amounts.added, strict=True)]
    kind = "reserved" if is_waiting else "taken"
    await orders.enter_goods(session, written.order.id, pieces, kind, reference=mine, at=ctx.now())


async def _settle(
    ctx: Context,
    session: Session,
    written: WrittenAmendment,
    held: Sequence[PaymentRow],
    money: Money,
    released: int,
    wish: AmendWish,
) -> int | None:
    """What was paid too much goes back; else the order's status follows what is due now."""
    order = written.order
    if not released:
        status = financial_status(order.owed, order.redeemed, money.returned, standing_of(held))
        await orders.set_money(session, order, status=status, refunded=order.refunded, at=ctx.now())
        return None
    standing = msgspec.structs.replace(money.standing, unpaid=0)
    note = RefundNote(
        key=f"{OF_AMENDMENT}{written.id}",
        reason="AMENDMENT",
        note=wish.note,
        notify=wish.notify,
        actor=ctx.actor.name,
    )
    sums = reckon(standing, (), amount=released)
    return await write_refund(ctx, session, order, held, money, sums, note)


async def _tell(
    ctx: Context, session: Session, wish: AmendWish, written: WrittenAmendment, total: int, kind: str
) -> None:
    order = written.order
    await emit(
        session,
        OrderAmended(
            order_id=order.id,
            number=order.number,
            total=order.total,
            currency=order.currency,
            amendment_id=written.id,
            kind=kind,
            difference=total,
            notify=wish.notify,
        ),
        ctx.now(),
    )
    after = {"amendment": written.id, "total": total, "add": wish.add, "reduce": wish.reduce}
    await audited(ctx, session, f"order.amended_{kind}", f"order:{order.id}", after=after)
