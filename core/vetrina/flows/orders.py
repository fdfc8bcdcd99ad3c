"""Mark an order as paid, cancel it: what the staff does to orders, and what their due day does."""

from typing import Literal, get_args

import msgspec
import structlog

from vetrina.flows.auditing import audited
from vetrina.flows.following import RETURN_MONEY, counting, replace, standing_of, withdraw_excess
from vetrina.flows.freezing import thaw
from vetrina.flows.holding import give_back, release_goods
from vetrina.flows.payments import capture, return_money
from vetrina.flows.settling import settle
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.kernel.jobs import put_off
from vetrina.kernel.messages import emit
from vetrina.kernel.registry import PortFailed
from vetrina.shop.checkout import service as attempts
from vetrina.shop.inventory import service as inventory
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.events import OrderCancelled
from vetrina.shop.orders.rules import (
    OrderIsCancelled,
    OrderIsImported,
    OrderIsPaid,
    OrderIsSent,
    OrderRow,
    financial_status,
    order_name,
    still_out,
    still_reserved,
)
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.ports import PaymentReport
from vetrina.shop.payments.rules import LOST, UNDECIDED, PaymentRow
from vetrina.views.carts import locked_cart
from vetrina.views.orders import (
    OrderView,
    OrderWhereaboutsRow,
    goods_entries,
    order_by_id,
    order_whereabouts,
    taken_pieces,
)
from vetrina.views.payments import payments_of_orders
from vetrina.vocabulary import OrderState, PaymentState

log = structlog.get_logger(__name__)

CancelReason = Literal["CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF"]
"""The contract's OrderCancelReason."""


async def mark_as_paid(ctx: Context, order_id: int, reference: str | None = None) -> None:
    """All of the order's money is here: cash was counted, a transfer arrived. Needs payments.write.

    Money that a provider only promised is captured there. `reference` is the bank's or the till's. Raises NotFound,
    OrderIsCancelled, OrderIsImported, OrderIsPaid, Unavailable.
    """
    ctx.require("payments.write")
    told = texts.line(reference or "", field=("reference",))
    order = await order_by_id(ctx.db, order_id)
    if order is None:
        raise NotFound(what="The order")
    if order.source_name is not None:
        raise OrderIsImported(name=order.name)
    if order.state == OrderState.CANCELLED:
        raise OrderIsCancelled(name=order_name(order.number))
    held = counting(await payments_of_orders(ctx.db, [order_id]))
    payment = next((each for each in held if each.state == PaymentState.AUTHORISED), None)
    if payment is not None:
        await capture(ctx, payment.id, await _to_take(ctx, order, payment))
        return
    payment = next((each for each in held if each.state == PaymentState.PENDING), None)
    if payment is None:
        raise OrderIsPaid(name=order_name(order.number))
    report = PaymentReport(
        state=PaymentState.CAPTURED,
        currency=payment.currency,
        authorised=payment.amount,
        captured=payment.amount,
        reference=told or f"marked by {ctx.actor.name}",
    )
    if await settle(ctx, payment.id, report, seen=payment.state) is None:
        # Somebody else was faster; what he did is answered.
        await mark_as_paid(ctx, order_id, reference)


@once
async def cancel_order(ctx: Context, order_id: int, reason: str, restock: bool = True) -> None:
    """End an order that was not sent: goods, cards and money go back. Needs orders.write.

    `reason` is an OrderCancelReason. Held goods are released in any case; with `restock` those that had left the
    shelf return to it. Money is voided or refunded right away, or by a job as soon as its provider can be reached.
    Raises BadInput, NotFound, OrderIsCancelled, OrderIsImported, OrderIsSent.
    """
    ctx.require("orders.write")
    if reason not in get_args(CancelReason):
        raise BadInput(field=("reason",), problem=f"A reason is one of {', '.join(get_args(CancelReason))}.")
    for payment in await _end(ctx, order_id, reason, restock=restock):
        try:
            await return_money(ctx, {"payment_id": payment.id})
        except (PortFailed, Refusal) as error:
            log.warning("the money of a cancelled order goes back later", order=order_id, error=str(error))


async def _to_take(ctx: Context, order: OrderView, payment: PaymentRow) -> int:
    """What is left to take of promised money: never more than the order still comes to."""
    others = [each for each in counting(await payments_of_orders(ctx.db, [order.id])) if each.id != payment.id]
    left = order.owed - order.redeemed - sum(each.captured for each in others) - payment.captured
    return min(payment.authorised - payment.captured, max(left, 0))


async def _end(ctx: Context, order_id: int, reason: str, *, restock: bool) -> list[PaymentRow]:
    """The one transaction of a cancellation; the payments whose money has to go back."""
    where = await order_whereabouts(ctx.db, order_id)
    if where is None:
        order = await order_by_id(ctx.db, order_id)
        raise OrderIsImported(name=order.name) if order else NotFound(what="The order")
    async with ctx.tx() as session:
        await locked_cart(session, where.cart_key)
        attempt = await attempts.locked(session, where.attempt_id)
        order = await _cancellable(session, where)
        held = await payments.payments_held(session, order.id)
        reference = await _goods_back(ctx, session, order, restock=restock)
        await orders.cancel(session, order.id, reason=reason, is_restocked=restock, at=ctx.now())
        await give_back(ctx, session, thaw(attempt.snapshot), reference or attempt.reference)
        await _set_money(ctx, session, order, held)
        await withdraw_excess(ctx, session, msgspec.structs.replace(order, waived=order.total + order.raised), held)
        await emit(
            session,
            OrderCancelled(
                order_id=order.id, number=order.number, total=order.total, currency=order.currency, reason=reason
            ),
            ctx.now(),
        )
        await _audit(ctx, session, order, reason, restock=restock)
        for payment in held:
            if payment.request_id is not None and payment.state in UNDECIDED:
                await replace(ctx, session, payment)
            elif payment.state not in LOST:
                await put_off(session, RETURN_MONEY, f"{payment.key}:late", {"payment_id": payment.id}, ctx.now())
    return [payment for payment in held if payment.state not in LOST | UNDECIDED]


async def _cancellable(session: Session, where: OrderWhereaboutsRow) -> OrderRow:
    order = await orders.locked(session, where.order_id)
    if order is None:
        raise NotFound(what="The order")
    if order.state == OrderState.CANCELLED:
        raise OrderIsCancelled(name=order.name)
    return order


async def _goods_back(ctx: Context, session: Session, order: OrderRow, *, restock: bool) -> str | None:
    """Release what is held, cancel and perhaps restock what had left; the reference goods were held under."""
    entries = await goods_entries(session, [order.id])
    if any(entry.kind == "sent" for entry in entries):
        raise OrderIsSent(name=order.name)
    for reference, pieces in still_reserved(entries).items():
        await release_goods(ctx, session, reference)
        await orders.enter_goods(session, order.id, pieces, "released", reference=reference, at=ctx.now())
    for reference, pieces in still_out(entries).items():
        await orders.enter_goods(session, order.id, pieces, "cancelled", reference=reference, at=ctx.now())
        if restock:
            await _restock(ctx, session, order, reference)
    return next((entry.reference for entry in entries), None)


async def _restock(ctx: Context, session: Session, order: OrderRow, reference: str) -> None:
    taken = await taken_pieces(session, reference)
    pieces = [inventory.Piece(row.variant_id, row.location_id, row.quantity) for row in taken]
    for event in await inventory.restock(
        session, pieces, reference=f"order:{order.id}:cancelled", at=ctx.now(), actor=ctx.actor.kind
    ):
        await emit(session, event, ctx.now())


async def _set_money(ctx: Context, session: Session, order: OrderRow, held: list[PaymentRow]) -> None:
    """What gift cards paid is back on them; the rest follows when its provider has sent it back."""
    status = financial_status(order.owed, order.redeemed, order.redeemed, standing_of(held))
    await orders.set_money(session, order, status=status, refunded=order.refunded + order.redeemed, at=ctx.now())


async def _audit(ctx: Context, session: Session, order: OrderRow, reason: str, *, restock: bool) -> None:
    await audited(
        ctx,
        session,
        "order.cancelled",
        f"order:{order.id}",
        before={"state": order.state, "financial_status": order.financial_status},
        after={"state": OrderState.CANCELLED.value, "reason": reason, "restock": restock},
    )
