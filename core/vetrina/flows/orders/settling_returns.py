"""End a return that was received: with a refund, with an exchange, or with neither."""

from typing import Any

import msgspec

from vetrina.flows.locking import OrderHeld, hold_order, where_is
from vetrina.flows.orders.amending import (
    Amended,
    AmendmentQuote,
    AmendWish,
    Pieces,
    amend_in,
    awaited_anew,
    foreseen,
)
from vetrina.flows.orders.amending_quotes import Amounts, added_lines, amounts_of, shares_of
from vetrina.flows.orders.awaiting import Moved, looked_again
from vetrina.flows.orders.reckoning import Money, check_quantities, money_of, promise_beside, write_refund
from vetrina.flows.orders.returning import facts, move
from vetrina.flows.payments.asking import LONGEST_NOTE
from vetrina.kernel import texts
from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads, Session
from vetrina.kernel.errors import BadInput, NotFound, Unavailable
from vetrina.kernel.messages import emit
from vetrina.kernel.money import Money as Amount
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.amendment_rules import Reduced
from vetrina.shop.orders.events import ReturnClosed
from vetrina.shop.orders.refund_rules import OF_RETURN, RefundSums, reckon
from vetrina.shop.orders.return_rules import CLOSED, RECEIVED, ReturnIsDecided, ReturnRow, return_name
from vetrina.shop.orders.rules import OrderRow
from vetrina.shop.orders.service import RefundNote
from vetrina.views.orders.fulfilments import line_standings
from vetrina.views.orders.placed import OrderView, OrderWhereaboutsRow, order_by_id, order_lines
from vetrina.views.orders.returns import ReturnView, return_by_id, return_lines
from vetrina.views.payments.standing import payments_of_orders

ROUNDS = 3


class ReturnRefund(msgspec.Struct, frozen=True, kw_only=True):
    """How the money of a return goes back, in minor units. None is what is computed."""

    return_id: int
    delivery: int | None = None
    amount: int | None = None
    note: str = ""
    notify: bool = True


class ReturnExchange(msgspec.Struct, frozen=True, kw_only=True):
    """What the buyer gets for what he sent back: pairs of variant id and quantity."""

    return_id: int
    add: Pieces
    expected_total: int | None = None
    note: str = ""
    notify: bool = True
    asks: bool = True
    """Ask him by a link for what the new goods cost more."""


class ReturnQuote(msgspec.Struct, frozen=True, kw_only=True):
    """What a return would give back, in minor units: the goods taken back, and the delivery where it is owed."""

    sums: RefundSums
    delivery: int
    """What is offered of the delivery: all that is left of it where the whole order is withdrawn from, else nothing."""
    most_delivery: int
    most: int


async def quote_return(ctx: Context, wish: ReturnRefund) -> ReturnQuote:
    """What a return would give back now. Needs orders.read. Raises NotFound, and what a refund raises."""
    ctx.require("orders.read")
    view = await _known(ctx.db, wish.return_id)
    order = await order_by_id(ctx.db, view.order_id)
    if order is None:
        raise NotFound(what="The order")
    money = await money_of(ctx.db, order, await payments_of_orders(ctx.db, [order.id]))
    return await _quoted(ctx.db, view.id, is_withdrawal=view.is_withdrawal, order=order, money=money, wish=wish)


async def refund_return(ctx: Context, wish: ReturnRefund) -> int:
    """Give back the money of a return that was received, and close it; its refund's id.

    Needs orders.write, and payments.write where money goes back. Goods, money and return change in one transaction;
    providers are asked by jobs. Raises BadInput, NotFound, NothingToRefundOf, ReturnIsDecided, RefundTooHigh.
    """
    ctx.require("orders.write")
    texts.text(wish.note, field=("note",), limit=LONGEST_NOTE)
    view = await _known(ctx.db, wish.return_id)
    return await looked_again(lambda: _refund(ctx, wish, view), view.order_id)


async def _refund(ctx: Context, wish: ReturnRefund, view: ReturnView) -> int:
    async def sums_of(order: OrderView, money: Money) -> RefundSums:
        is_withdrawal = view.is_withdrawal
        return (await _quoted(ctx.db, view.id, is_withdrawal=is_withdrawal, order=order, money=money, wish=wish)).sums

    where = await where_is(ctx, view.order_id)
    promise = await promise_beside(ctx, view.order_id, sums_of)
    async with ctx.tx() as session:
        held, found, order = await _received(session, where, wish.return_id)
        money = await money_of(session, order, held.payments)
        quoted = await _quoted(
            session, found.id, is_withdrawal=found.is_withdrawal, order=order, money=money, wish=wish
        )
        if not quoted.sums.amount and not quoted.sums.waived:
            raise BadInput(
                field=("amount",),
                problem="Nothing would go back: close the return without a refund.",
                reason="nothing_back",
            )
        reason = "WITHDRAWAL" if found.is_withdrawal else "RETURN"
        note = RefundNote(
            key=f"{OF_RETURN}{found.id}", reason=reason, note=wish.note, notify=wish.notify, actor=ctx.actor.name
        )
        refund_id = await write_refund(
            ctx, session, held.order, held.payments, money, quoted.sums, note, promise=promise
        )
        await _close(ctx, session, held.order, found, refund_id=refund_id)
        session.outcome = refund_id
    return refund_id


async def close_return(ctx: Context, return_id: int) -> None:
    """End a received return without money. Needs orders.write. Raises NotFound, ReturnIsDecided."""
    ctx.require("orders.write")
    view = await _known(ctx.db, return_id)
    where = await where_is(ctx, view.order_id)
    async with ctx.tx() as session:
        held, found, _ = await _received(session, where, return_id)
        await _close(ctx, session, held.order, found)


async def quote_exchange(ctx: Context, wish: ReturnExchange) -> AmendmentQuote:
    """What an exchange would come to now. Needs orders.read. Raises what `exchange_return` raises."""
    ctx.require("orders.read")
    view, order, where = await _known_order(ctx, wish.return_id)
    amounts = await _amounts(ctx, view, order, where.cart_key, wish.add)
    held = await payments_of_orders(ctx.db, [order.id])
    return foreseen(amounts, order, held, await money_of(ctx.db, order, held))


async def exchange_return(ctx: Context, wish: ReturnExchange) -> Amended:
    """Exchange what was sent back for other goods, and close the return. Needs orders.write.

    Where money goes back it also needs payments.write. The goods taken back count with what was paid for them, the new
    ones with the price of now; the difference is asked for or goes back. Raises BadInput, NotFound, ReturnIsDecided,
    and what `amend_order` raises.
    """
    ctx.require("orders.write")
    ctx.may_run_again()
    texts.text(wish.note, field=("note",), limit=LONGEST_NOTE)
    if not wish.add:
        raise BadInput(field=("add",), problem="Say what the buyer gets instead.", reason="exchange")
    for _ in range(ROUNDS):
        view, order, where = await _known_order(ctx, wish.return_id)
        amounts = await _amounts(ctx, view, order, where.cart_key, wish.add)
        if wish.expected_total not in (None, amounts.sums.total):
            raise BadInput(
                field=("expected_total",),
                problem="Prices have changed: look at the new difference.",
                reason="difference",
            )
        promise = await awaited_anew(ctx, order, amounts)
        try:
            async with ctx.tx() as session:
                held, found, order = await _received(session, where, wish.return_id)
                if await _taken_back(session, found.id, order) != amounts.taken:
                    raise Moved
                amending = AmendWish(
                    order_id=order.id,
                    key=f"return:{found.id}",
                    note=wish.note,
                    notify=wish.notify,
                    asks=wish.asks,
                    add=wish.add,
                )
                done = await amend_in(ctx, session, held, amounts, promise, wish=amending, kind="exchange", given_up=())
                await _close(ctx, session, held.order, found, amendment_id=done.amendment_id)
                session.outcome = done
                return done
        except Moved:
            continue
    raise Unavailable(f"the order of return {wish.return_id} changes faster than it can be exchanged")


async def _known(db: Reads, return_id: int) -> ReturnView:
    view = await return_by_id(db, return_id)
    if view is None:
        raise NotFound(what="The return", field=("id",))
    return view


async def _known_order(ctx: Context, return_id: int) -> tuple[ReturnView, OrderView, OrderWhereaboutsRow]:
    view = await _known(ctx.db, return_id)
    where = await where_is(ctx, view.order_id)
    order = await order_by_id(ctx.db, view.order_id)
    if order is None:
        raise NotFound(what="The order")
    return view, order, where


async def _received(
    session: Session, where: OrderWhereaboutsRow, return_id: int
) -> tuple[OrderHeld, ReturnRow, OrderView]:
    """A received return under its order's lock. Raises ReturnIsDecided."""
    held = await hold_order(session, where)
    found = await orders.locked_return(session, return_id)
    order = await order_by_id(session, held.order.id)
    if found is None or order is None:
        raise NotFound(what="The return", field=("id",))
    if found.state != RECEIVED:
        raise ReturnIsDecided(name=return_name(order.name, found.position))
    return held, found, order


async def _accepted(db: Reads, return_id: int) -> list[tuple[int, int]]:
    """Line and pieces taken back; before anybody has looked, what was announced."""
    pieces = [
        (line.line_id, line.quantity if line.accepted is None else line.accepted)
        for line in await return_lines(db, [return_id])
    ]
    return [(line_id, quantity) for line_id, quantity in pieces if quantity]


async def _taken_back(db: Reads, return_id: int, order: OrderView) -> tuple[Reduced, ...]:
    lines = {line.id: line for line in await order_lines(db, [order.id])}
    return await shares_of(db, order, lines, await _accepted(db, return_id))


async def _amounts(ctx: Context, view: ReturnView, order: OrderView, cart_key: str, add: Pieces) -> Amounts:
    lines = {line.id: line for line in await order_lines(ctx.db, [order.id])}
    taken = await shares_of(ctx.db, order, lines, await _accepted(ctx.db, view.id))
    added, taxes = await added_lines(ctx, order, cart_key, add)
    return amounts_of(order, added, taxes, taken)


async def _quoted(
    db: Reads, return_id: int, *, is_withdrawal: bool, order: OrderView, money: Money, wish: ReturnRefund
) -> ReturnQuote:
    if wish.amount is not None and wish.amount < 0:
        raise BadInput(
            field=("amount",), problem="At least one minor unit.", reason="low", least=Amount(1, order.currency)
        )
    lines = await _accepted(db, return_id)
    check_quantities(money, lines)
    worth = money.standing.delivery
    left = worth.amount - worth.refunded
    is_whole = is_withdrawal and not any(one.kept for one in (await line_standings(db, order.id)).values())
    delivery = left if is_whole else 0
    wanted = delivery if wish.delivery is None else wish.delivery
    sums = reckon(money.standing, lines, delivery=wanted, amount=wish.amount)
    return ReturnQuote(sums=sums, delivery=delivery, most_delivery=left, most=money.standing.most)


async def _close(
    ctx: Context,
    session: Session,
    order: OrderRow,
    found: ReturnRow,
    *,
    refund_id: int | None = None,
    amendment_id: int | None = None,
) -> None:
    ends: dict[str, Any] = {"refund_id": refund_id, "amendment_id": amendment_id}
    await move(ctx, session, order, found, CLOSED, closed_at=ctx.now(), **ends)
    await emit(session, ReturnClosed(**facts(order), return_id=found.id, **ends), ctx.now())
