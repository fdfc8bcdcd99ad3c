"""Pay back: by line, delivery, fee or a free amount; what it comes to beforehand, and jobs that see it through."""

from collections.abc import Mapping
from typing import Any

import msgspec
import structlog

from vetrina.flows.auditing import audited
from vetrina.flows.orders.awaiting import looked_again
from vetrina.flows.orders.reckoning import (
    PAY_BACK,
    Money,
    check_quantities,
    hold_order,
    money_of,
    promise_beside,
    tell_refunded,
    write_refund,
)
from vetrina.flows.parcels.packing import distinct
from vetrina.flows.parcels.shelving import follow_goods, goods_of, put_on_shelf
from vetrina.flows.payments.settling import settle
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.kernel.jobs import put_off
from vetrina.kernel.money import Money as Amount
from vetrina.kernel.registry import PortFailed
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.refund_rules import (
    OF_AMENDMENT,
    OF_CANCELLATION,
    OF_RETURN,
    NothingWasSent,
    PaidTooMuch,
    RefundSums,
    Way,
    reckon,
)
from vetrina.shop.orders.rules import OrderRow
from vetrina.shop.payments.ports import MoneyRequest, PaymentProvider
from vetrina.shop.payments.rules import PaymentRow
from vetrina.views.orders.placed import OrderView, order_by_id
from vetrina.views.orders.refunds import RefundPartView, open_refund_parts, parts_of_refund, refund_by_id, refund_parts
from vetrina.views.payments.disputes import taken_from
from vetrina.views.payments.standing import payment_by_id, payments_of_orders
from vetrina.views.stock import locations
from vetrina.vocabulary import RefundState

log = structlog.get_logger(__name__)

REFUSED = (RefundState.FAILED, RefundState.BOUNCED)


class RefundLine(msgspec.Struct, frozen=True):
    """So many pieces of a line are paid back; `restock` is the location on whose shelf they are again."""

    line_id: int
    quantity: int
    restock: int | None = None


class RefundWish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be paid back, in minor units of the order's currency. `key` makes a repeat the same refund."""

    order_id: int
    lines: tuple[RefundLine, ...] = ()
    delivery: int = 0
    fee: int = 0
    amount: int | None = None
    """All in all; None: what lines, delivery and fee come to, as far as there is something left."""
    reason: str = ""
    note: str = ""
    notify: bool = True
    key: str = ""


class RefundQuote(msgspec.Struct, frozen=True, kw_only=True):
    """What a refund would come to, and the most that it could, in minor units of `currency`."""

    sums: RefundSums
    most: int
    unpaid: int
    """What of the order is not paid: it is waived before anything goes back."""
    excess: int
    """What is here beyond what the order comes to: it goes back by `return_excess`, and takes nothing off the order."""
    delivery_left: int
    fee_left: int
    open: Mapping[int, int]
    """Pieces of each line that are left to be refunded."""
    currency: str


async def quote_refund(ctx: Context, wish: RefundWish) -> RefundQuote:
    """What a refund would come to now. Needs orders.read. Raises what `refund_order` raises but for stock."""
    ctx.require("orders.read")
    order = await order_by_id(ctx.db, wish.order_id)
    if order is None:
        raise NotFound(what="The order", field=("order_id",))
    money = await money_of(ctx.db, order, await payments_of_orders(ctx.db, [order.id]))
    sums = _reckoned(money, wish)
    return RefundQuote(
        sums=sums,
        most=money.standing.most,
        unpaid=money.standing.unpaid,
        excess=money.standing.excess,
        delivery_left=money.standing.delivery.amount - money.standing.delivery.refunded,
        fee_left=money.standing.fee.amount - money.standing.fee.refunded,
        open={line_id: max(worth.pieces - worth.refunded, 0) for line_id, worth in money.standing.lines.items()},
        currency=order.currency,
    )


@once
async def refund_order(ctx: Context, wish: RefundWish) -> int:
    """Pay back, as far as something was paid; what was not is asked no longer. The refund's id. Needs payments.write.

    Providers are asked right away, or by jobs until they answer. Goods that were sent may be put back on a shelf.
    Raises BadInput, NotFound, OrderIsImported, OrderIsCancelled, NothingToRefundOf, NothingWasSent, RefundTooHigh,
    PaidTooMuch.
    """
    ctx.require("payments.write")
    note = note_of(ctx, wish.reason, wish.note, wish.key, notify=wish.notify)
    refund_id = await looked_again(lambda: _refund(ctx, wish, note), wish.order_id)
    await pay_back_now(ctx, refund_id)
    return refund_id


@once
async def retry_refund(ctx: Context, refund_id: int) -> None:
    """Ask once more for parts that their providers, or the buyer's bank, had refused. Needs payments.write.

    Raises BadInput, NotFound.
    """
    ctx.require("payments.write")
    refund = await refund_by_id(ctx.db, refund_id)
    if refund is None:
        raise NotFound(what="The refund", field=("refund_id",))
    async with ctx.tx() as session:
        order, held = await hold_order(session, refund.order_id, may_be_cancelled=True)
        failed = [part for part in await orders.parts_held(session, refund_id) if part.state in REFUSED]
        left = {way.payment_id or 0: way.left for way in await _ways(session, order, held)}
        taken = await taken_from(session, [payment.id for payment in held])
        here = {each.id: each.captured - each.refunded - taken.get(each.id, 0) for each in held}
        for part in failed:
            # What bounced is kept for its refund, so that only a dispute can have taken it since.
            most = here if part.state == RefundState.BOUNCED else left
            if part.amount > most.get(part.payment_id or 0, 0):
                raise BadInput(field=("refund_id",), problem="So much is not left of its payment.", reason="gone")
            await orders.ask_again(session, part.id, at=ctx.now())
        parts = await orders.parts_held(session, refund_id)
        for part in parts:
            if part.state == RefundState.ASKED:
                await put_off(session, PAY_BACK, part.key, {"part_id": part.id, "refund_id": refund_id}, ctx.now())
        await orders.follow_parts(session, refund_id, parts, at=ctx.now())
        if failed:
            await audited(ctx, session, "order.refund-retried", f"order:{order.id}", after={"refund": refund_id})
    await pay_back_now(ctx, refund_id)


async def _refund(ctx: Context, wish: RefundWish, note: orders.RefundNote) -> int:
    async def sums_of(_: OrderView, money: Money) -> RefundSums:
        return _reckoned(money, wish)

    promise = await promise_beside(ctx, wish.order_id, sums_of)
    async with ctx.tx() as session:
        order, held = await hold_order(session, wish.order_id)
        refund_id = await orders.refund_of_key(session, order.id, note.key)
        if refund_id is None:
            money = await money_of(session, await seen(session, order), held)
            sums = _reckoned(money, wish)
            if not sums.amount and not sums.waived:
                raise BadInput(field=("amount",), problem="There is nothing to refund.", reason="empty")
            restocked = {line.line_id: line.restock for line in wish.lines if line.restock is not None}
            refund_id = await write_refund(
                ctx, session, order, held, money, sums, note, promise=promise, restocked=restocked
            )
            await _restock(ctx, session, order, wish, refund_id)
        session.outcome = refund_id
    return refund_id


async def pay_back(ctx: Context, payload: Mapping[str, Any]) -> None:
    """See one part of a refund through at its provider: one movement, however often it is asked for. Run by a job.

    What went before it to the same payment goes first: whoever counts by hand counts on from there. A provider's
    refusal is final: the part has failed, and somebody has to look. Raises Unavailable while the provider cannot be
    asked.
    """
    refund = await refund_by_id(ctx.db, payload["refund_id"])
    parts = await refund_parts(ctx.db, [refund.order_id]) if refund is not None else []
    asked = sorted((each for each in parts if each.state == RefundState.ASKED), key=lambda each: each.id)
    part = next((each for each in asked if each.id == payload["part_id"]), None)
    if part is None or part.payment_id is None:
        return
    for each in asked:
        if each.id <= part.id and each.payment_id == part.payment_id:
            await _see_through(ctx, each, part.payment_id)


async def _see_through(ctx: Context, part: RefundPartView, payment_id: int) -> None:
    payment = await payment_by_id(ctx.db, payment_id)
    if payment is None:
        raise NotFound(what="The payment")
    provided = ctx.ports.get(PaymentProvider, payment.provider)
    request = msgspec.convert(part.request, MoneyRequest)
    try:
        report = await ctx.ports.ask(provided, provided.implementation.refund, request)
    except Refusal as refusal:
        log.error("a provider refuses a refund", payment=payment.key, part=part.key, error=str(refusal))
        await _decide(ctx, part, RefundState.FAILED, error=str(refusal)[:1_000])
        return
    await settle(ctx, payment.id, report)
    bounce = next((bounce for bounce in report.bounces if bounce.key == part.key), None)
    if bounce is not None:
        # It never arrived, and nobody was told that it would: it is as if the provider had said no.
        await _decide(ctx, part, RefundState.FAILED, error=bounce.reason[:1_000])
        return
    await _decide(ctx, part, RefundState.DONE)


async def pay_back_now(ctx: Context, refund_id: int) -> None:
    """Ask the providers of a refund at once; what cannot be had now is had by the jobs."""
    for part in await parts_of_refund(ctx.db, refund_id):
        if part.state == RefundState.ASKED:
            try:
                await pay_back(ctx, {"part_id": part.id, "refund_id": refund_id})
            except (PortFailed, Refusal) as error:
                log.warning("a refund is paid later", refund=refund_id, part=part.key, error=str(error))


async def heal_refunds(ctx: Context) -> int:
    """Queue whatever part of a refund nobody sees through any more; how many are open."""
    count, last = 0, 0
    while found := await open_refund_parts(ctx.db, after_id=last):
        async with ctx.tx() as session:
            for part in found:
                payload = {"part_id": part.id, "refund_id": part.refund_id}
                await put_off(session, PAY_BACK, f"healed:{part.id}", payload, ctx.now())
        count, last = count + len(found), found[-1].id
    return count


def note_of(ctx: Context, reason: str, note: str, key: str, *, notify: bool) -> orders.RefundNote:
    """What stands beside a refund's sums. Raises BadInput."""
    own = texts.line(key, field=("key",), limit=64)
    if own.startswith((OF_AMENDMENT, OF_CANCELLATION, OF_RETURN)):
        raise BadInput(field=("key",), problem="Keys that begin so are the shop's own: choose another.", reason="key")
    return orders.RefundNote(
        key=own or draw_key(),
        reason=texts.line(reason, field=("reason",)),
        note=texts.text(note, field=("note",), limit=2_000),
        notify=notify,
        actor=ctx.actor.name,
    )


async def seen(session: Session, order: OrderRow) -> OrderView:
    """A locked order with all its amounts."""
    found = await order_by_id(session, order.id)
    if found is None:
        raise NotFound(what="The order")
    return found


def _reckoned(money: Money, wish: RefundWish) -> RefundSums:
    lines = distinct([(line.line_id, line.quantity) for line in wish.lines])
    check_quantities(money, [(line.line_id, line.quantity) for line in wish.lines])
    if wish.amount is not None and wish.amount < 1:
        raise BadInput(
            field=("amount",),
            problem="At least one minor unit.",
            reason="low",
            least=Amount(1, money.standing.currency),
        )
    sums = reckon(money.standing, lines, delivery=wish.delivery, fee=wish.fee, amount=wish.amount)
    if sums.adjustment > 0 and money.standing.excess:
        raise PaidTooMuch(field=("amount",))
    return sums


async def _restock(ctx: Context, session: Session, order: OrderRow, wish: RefundWish, refund_id: int) -> None:
    """What was sent and is here again stands on a shelf from now on."""
    lines = [line for line in wish.lines if line.restock is not None]
    if not lines:
        return
    goods = await goods_of(session, order.id)
    known = {place.id for place in await locations(session)}
    for index, line in enumerate(wish.lines):
        standing = goods.standings[line.line_id]
        most = max(standing.sent - standing.returned, 0)
        if line.restock is not None and line.quantity > most:
            title = goods.lines[line.line_id].title
            raise NothingWasSent(field=("lines", str(index), "quantity"), title=title, open=most)
        if line.restock is not None and line.restock not in known:
            raise NotFound(what="The location", field=("lines", str(index), "restock"))
    for location_id in sorted({line.restock for line in lines if line.restock is not None}):
        pieces = [(line.line_id, line.quantity) for line in lines if line.restock == location_id]
        cause = f"refund:{refund_id}:{location_id}"
        await put_on_shelf(ctx, session, goods, pieces, location_id=location_id, cause=cause)
    await follow_goods(ctx, session, order.id)


async def _ways(session: Session, order: OrderRow, held: list[PaymentRow]) -> tuple[Way, ...]:
    return (await money_of(session, await seen(session, order), held)).standing.ways


async def _decide(ctx: Context, part: RefundPartView, state: RefundState, *, error: str = "") -> None:
    """Write down what became of a part, once; with the last one the refund is told of."""
    refund = await refund_by_id(ctx.db, part.refund_id)
    if refund is None:
        raise NotFound(what="The refund")
    async with ctx.tx() as session:
        order = await orders.locked(session, refund.order_id)
        await orders.parts_held(session, refund.id)
        if order is None or not await orders.decide_part(session, part.id, state, error=error, at=ctx.now()):
            return
        parts = await orders.parts_held(session, refund.id)
        reached = await orders.follow_parts(session, refund.id, parts, at=ctx.now())
        if reached == RefundState.DONE:
            await tell_refunded(ctx, session, order, refund.id, refund.amount, notify=refund.notify)
        back = sum(each.amount for each in parts if each.state == RefundState.DONE)
        if reached == RefundState.FAILED and back:
            # A part is back for good: books and documents follow it; its buyer is told when all of it is.
            await tell_refunded(ctx, session, order, refund.id, back, notify=False)
