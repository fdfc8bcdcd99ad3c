"""Take goods back: asked for, approved or declined, received and looked at; settling them is in settling_returns."""

from collections.abc import Sequence
from typing import Any

import msgspec

from vetrina.flows.auditing import audited
from vetrina.flows.locking import hold_order, where_is
from vetrina.flows.parcels.shelving import Goods, goods_of, put_on_shelf
from vetrina.flows.payments.asking import LONGEST_NOTE
from vetrina.kernel import texts
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.kernel.messages import emit
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.events import ReturnAnswered, ReturnReceived, ReturnRequested
from vetrina.shop.orders.return_rules import (
    CANCELLED,
    CONDITIONS,
    DISPOSITIONS,
    REASONS,
    RECEIVED,
    REFERENCE,
    REQUESTED,
    WITHDRAWAL,
    NothingToReturn,
    ReturnIsDecided,
    ReturnRow,
    TooManyReturns,
    return_name,
)
from vetrina.shop.orders.rules import OrderRow
from vetrina.shop.orders.service import FoundLine, WantedLine
from vetrina.views.orders.placed import order_lines, orders_by_key
from vetrina.views.orders.returns import (
    ReturnView,
    return_by_id,
    return_lines,
    return_of_key,
    returnable_of,
    returns_of,
)
from vetrina.views.stock import locations

MOST_LINES = 100
MOST_RETURNS = 20
"""Returns of one order that its buyer may ask for."""
LONGEST_KEY = 255


class ReturnWish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to come back. `key` makes a repeat the same return."""

    order_id: int
    lines: tuple[WantedLine, ...]
    key: str
    note: str = ""


async def request_return(ctx: Context, wish: ReturnWish) -> int:
    """The staff takes goods back: the return is approved by that; its id. Needs orders.write.

    Only what was sent can come back, and once. Raises BadInput, NotFound, NothingToReturn, OrderIsCancelled,
    OrderIsImported.
    """
    ctx.require("orders.write")
    return await _write(ctx, wish, by="staff")


async def ask_for_return(ctx: Context, order_key: str, wish: ReturnWish) -> int:
    """The buyer asks to send goods back; the staff answers. Whoever calls has seen that the order is his.

    `order_key` is the order's secret: the wish's own order_id does not count. Raises what `request_return` raises,
    and TooManyReturns.
    """
    found = await orders_by_key(ctx.db, [order_key])
    if not found:
        raise NotFound(what="The order")
    return await _write(ctx, msgspec.structs.replace(wish, order_id=found[0].id), by="customer")


async def answer_return(ctx: Context, return_id: int, *, approve: bool, answer: str = "") -> None:
    """Approve a return that was asked for, or decline it; the buyer reads the answer. Needs orders.write.

    Raises BadInput, NotFound, ReturnIsDecided.
    """
    ctx.require("orders.write")
    told = texts.text(answer, field=("answer",), limit=LONGEST_NOTE)
    async with ctx.tx() as session:
        order, found = await held_return(ctx, session, return_id)
        if found.state != REQUESTED:
            raise ReturnIsDecided(name=return_name(order.name, found.position))
        state = "approved" if approve else "declined"
        await move(ctx, session, order, found, state, answer=told)


async def cancel_return(ctx: Context, return_id: int) -> None:
    """Nothing comes back after all. Needs orders.write. Raises NotFound, ReturnIsDecided."""
    ctx.require("orders.write")
    async with ctx.tx() as session:
        order, found = await held_return(ctx, session, return_id)
        await move(ctx, session, order, found, CANCELLED)


async def receive_return(ctx: Context, return_id: int, found_lines: Sequence[FoundLine]) -> None:
    """The goods are here: of every line how many are taken back, as what, and where they go. Needs orders.write.

    Restocked pieces are on the shelf of their location at once; of all others the order's ledger alone knows. Raises
    BadInput, NotFound, NothingToReturn, ReturnIsDecided.
    """
    ctx.require("orders.write")
    async with ctx.tx() as session:
        order, found = await held_return(ctx, session, return_id)
        wanted = {line.line_id: line.quantity for line in await return_lines(session, [return_id])}
        known = {place.id for place in await locations(session)}
        _check_found(wanted, found_lines, known)
        await move(ctx, session, order, found, RECEIVED, received_at=ctx.now())
        await orders.write_found(session, return_id, found_lines)
        goods = await goods_of(session, order.id)
        _check_out(goods, found_lines)
        await _shelve(ctx, session, goods, return_id, found_lines)
        await emit(session, ReturnReceived(**facts(order), return_id=return_id), ctx.now())


async def held_return(ctx: Context, session: Session, return_id: int) -> tuple[OrderRow, ReturnRow]:
    """A return under its order's lock. Raises NotFound, OrderIsCancelled."""
    view = await return_by_id(session, return_id)
    if view is None:
        raise NotFound(what="The return", field=("id",))
    held = await hold_order(session, await where_is(ctx, view.order_id))
    found = await orders.locked_return(session, return_id)
    if found is None:
        raise NotFound(what="The return", field=("id",))
    return held.order, found


async def move(ctx: Context, session: Session, order: OrderRow, found: ReturnRow, state: str, **changes: Any) -> None:
    """Take a locked return to another state; what the staff does stands in the audit log. Raises ReturnIsDecided."""
    if not await orders.move_return(session, found, state, ctx.now(), **changes):
        raise ReturnIsDecided(name=return_name(order.name, found.position))
    if state in ("approved", "declined", CANCELLED):
        await emit(session, ReturnAnswered(**facts(order), return_id=found.id, state=state), ctx.now())
    before, after = {"state": found.state}, {"return": found.id, "state": state}
    await audited(ctx, session, f"return.{state}", f"order:{order.id}", before=before, after=after)


def facts(order: OrderRow) -> dict[str, Any]:
    """What all events of an order carry."""
    return {"order_id": order.id, "number": order.number, "total": order.total, "currency": order.currency}


async def _write(ctx: Context, wish: ReturnWish, *, by: str) -> int:
    ctx.may_run_again()
    _check(wish)
    where = await where_is(ctx, wish.order_id)
    async with ctx.tx() as session:
        order = (await hold_order(session, where)).order
        earlier = await return_of_key(session, order.id, wish.key)
        if earlier is not None:
            return earlier
        asked = [each for each in await returns_of(session, [order.id]) if each.requested_by == "customer"]
        if by == "customer" and len(asked) >= MOST_RETURNS:
            raise TooManyReturns
        await _check_open(session, order, wish)
        return_id = await orders.write_return(
            session,
            order.id,
            wish.lines,
            key=wish.key,
            state=REQUESTED if by == "customer" else "approved",
            requested_by=by,
            note=wish.note,
            is_withdrawal=any(line.reason == WITHDRAWAL for line in wish.lines),
            actor=ctx.actor.name,
            at=ctx.now(),
        )
        await emit(session, ReturnRequested(**facts(order), return_id=return_id, requested_by=by), ctx.now())
        if by == "staff":
            after = {"return": return_id, "lines": [[line.line_id, line.quantity] for line in wish.lines]}
            await audited(ctx, session, "return.opened", f"order:{order.id}", after=after)
    return return_id


def _check(wish: ReturnWish) -> None:
    texts.text(wish.key, field=("key",), limit=LONGEST_KEY, required=True)
    texts.text(wish.note, field=("note",), limit=LONGEST_NOTE)
    if not 1 <= len(wish.lines) <= MOST_LINES:
        raise BadInput(
            field=("lines",),
            problem=f"Name between 1 and {MOST_LINES} lines.",
            reason="range",
            least=1,
            most=MOST_LINES,
        )
    if len({line.line_id for line in wish.lines}) != len(wish.lines):
        raise BadInput(field=("lines",), problem="Each line is named once, with its quantity.", reason="twice")
    for index, line in enumerate(wish.lines):
        texts.text(line.note, field=("lines", str(index), "note"), limit=LONGEST_NOTE)
        if line.reason not in REASONS:
            problem = f"A reason is one of {', '.join(REASONS)}."
            raise BadInput(field=("lines", str(index), "reason"), problem=problem, reason="choice")
        if line.quantity < 1:
            field = ("lines", str(index), "quantity")
            raise BadInput(field=field, problem="Name at least one piece.", reason="pieces", least=1)


async def _check_open(session: Session, order: OrderRow, wish: ReturnWish) -> None:
    open_ = (await returnable_of(session, [order.id])).get(order.id, {})
    titles = {line.id: line.title for line in await order_lines(session, [order.id])}
    for index, line in enumerate(wish.lines):
        if line.line_id not in titles:
            raise NotFound(what="The line", field=("lines", str(index), "line_id"))
        if line.quantity > open_.get(line.line_id, 0):
            raise NothingToReturn(
                field=("lines", str(index), "quantity"), title=titles[line.line_id], open=open_.get(line.line_id, 0)
            )


def _check_found(wanted: dict[int, int], found: Sequence[FoundLine], known: set[int]) -> None:
    if sorted(line.line_id for line in found) != sorted(wanted):
        raise BadInput(field=("lines",), problem="Say of every line of the return what was found.", reason="found")
    for index, line in enumerate(found):
        at = ("lines", str(index))
        if not 0 <= line.accepted <= wanted[line.line_id]:
            raise BadInput(
                field=(*at, "accepted"),
                problem=f"Of this there are at most {wanted[line.line_id]}.",
                reason="range",
                least=0,
                most=wanted[line.line_id],
            )
        if line.condition not in CONDITIONS or line.disposition not in DISPOSITIONS:
            raise BadInput(field=(*at, "disposition"), problem="Say what is done with the goods.", reason="choice")
        if (line.disposition == "restock") != (line.location_id is not None):
            raise BadInput(
                field=(*at, "location_id"), problem="Say at which location they are on the shelf again.", reason="shelf"
            )
        if line.location_id is not None and line.location_id not in known:
            raise NotFound(what="The location", field=(*at, "location_id"))


def _check_out(goods: Goods, found: Sequence[FoundLine]) -> None:
    """What came back another way since it was announced, or never left, does not come back once more."""
    for index, line in enumerate(found):
        standing = goods.standings[line.line_id]
        out = max(standing.sent - standing.returned, 0)
        if line.accepted > out:
            at, title = ("lines", str(index), "accepted"), goods.lines[line.line_id].title
            raise NothingToReturn(field=at, title=title, open=out)


async def _shelve(ctx: Context, session: Session, goods: Goods, return_id: int, found: Sequence[FoundLine]) -> None:
    cause = f"{REFERENCE}{return_id}"
    for place in sorted({line.location_id for line in found if line.location_id is not None}):
        pieces = [(line.line_id, line.accepted) for line in found if line.location_id == place and line.accepted]
        if pieces:
            await put_on_shelf(ctx, session, goods, pieces, location_id=place, cause=cause)
    lost = [(line.line_id, line.accepted) for line in found if line.location_id is None and line.accepted]
    await orders.enter_goods(session, goods.order_id, lost, "returned", reference=cause, at=ctx.now())


async def own_return(ctx: Context, order_key: str, return_id: int) -> ReturnView | None:
    """A return of the order with that secret; None for any other's."""
    found = await return_by_id(ctx.db, return_id)
    return found if found is not None and found.order_key == order_key else None
