"""Mark an order as paid, cancel it: what the staff does to orders, and what their due day does."""

from typing import Literal, get_args

import msgspec
import structlog

from vetrina.flows.auditing import audited
from vetrina.flows.orders.reckoning import money_of, write_refund
from vetrina.flows.orders.refunding import pay_back_now, seen
from vetrina.flows.parcels.shelving import give_up_pieces, goods_of
from vetrina.flows.payments.following import RETURN_MONEY, counting, replace, withdraw_excess
from vetrina.flows.payments.moving import capture, return_money
from vetrina.flows.payments.settling import settle
from vetrina.flows.placing.freezing import thaw
from vetrina.flows.placing.holding import give_back
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.kernel.jobs import put_off
from vetrina.kernel.messages import emit
from vetrina.kernel.registry import PortFailed
from vetrina.shop.checkout import service as attempts
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.events import OrderCancelled
from vetrina.shop.orders.parcel_rules import OrderHasParcels
from vetrina.shop.orders.refund_rules import OF_CANCELLATION, reckon
from vetrina.shop.orders.rules import (
    NothingAwaited,
    OrderIsCancelled,
    OrderIsImported,
    OrderIsPaid,
    OrderIsSent,
    OrderRow,
    order_name,
)
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.ports import PaymentReport
from vetrina.shop.payments.rules import LOST, UNDECIDED, PaymentRow
from vetrina.views.carts import locked_cart
from vetrina.views.orders.placed import (
    OrderWhereaboutsRow,
    order_by_id,
    order_whereabouts,
)
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import OrderState, PaymentState

log = structlog.get_logger(__name__)

CancelReason = Literal["CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF"]
"""The contract's OrderCancelReason."""


async def mark_as_paid(ctx: Context, order_id: int, reference: str | None = None) -> None:
    """All of the order's money is here: cash was counted, a transfer arrived. Needs payments.write.

    Money that a provider only promised is captured there. `reference` is the bank's or the till's. Raises NotFound,
    OrderIsCancelled, OrderIsImported, OrderIsPaid, Unavailable, and NothingAwaited where something is left to pay that
    nothing is under way for.
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
        await capture(ctx, payment.id)
        return
    payment = next((each for each in held if each.state == PaymentState.PENDING), None)
    if payment is None:
        received = order.redeemed + sum(each.captured for each in held)
        raise NothingAwaited(name=order.name) if received < order.owed else OrderIsPaid(name=order.name)
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

    Where something was received, it also needs payments.write; what was only promised is let go of without. `reason`
    is an OrderCancelReason. Held goods are released in any case; with `restock` those that had left the shelf return
    to it. Money is voided or refunded right away, or by a job as soon as its provider can be reached.
    Raises BadInput, NotFound, OrderIsCancelled, OrderIsImported, OrderIsSent.
    """
    ctx.require("orders.write")
    if reason not in get_args(CancelReason):
        raise BadInput(
            field=("reason",), problem=f"A reason is one of {', '.join(get_args(CancelReason))}.", reason="choice"
        )
    refund_id, owed_back = await _end(ctx, order_id, reason, restock=restock)
    if refund_id is not None:
        await pay_back_now(ctx, refund_id)
    for payment in owed_back:
        try:
            await return_money(ctx, {"payment_id": payment.id})
        except (PortFailed, Refusal) as error:
            log.warning("the money of a cancelled order goes back later", order=order_id, error=str(error))


async def _end(ctx: Context, order_id: int, reason: str, *, restock: bool) -> tuple[int | None, list[PaymentRow]]:
    """The one transaction of a cancellation; its refund, and the payments whose money has to go back."""
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
        refund_id = await _pay_back(ctx, session, order, held, reason)
        await give_back(ctx, session, thaw(attempt.snapshot), reference or attempt.reference)
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
    return refund_id, [payment for payment in held if payment.state not in LOST | UNDECIDED]


async def _cancellable(session: Session, where: OrderWhereaboutsRow) -> OrderRow:
    order = await orders.locked(session, where.order_id)
    if order is None:
        raise NotFound(what="The order")
    if order.state == OrderState.CANCELLED:
        raise OrderIsCancelled(name=order.name)
    return order


async def _goods_back(ctx: Context, session: Session, order: OrderRow, *, restock: bool) -> str:
    """Release what is held, cancel and perhaps restock what had left; the reference goods were held under."""
    goods = await goods_of(session, order.id)
    if any(line.sent for line in goods.standings.values()):
        raise OrderIsSent(name=order.name)
    if any(line.ready for line in goods.standings.values()):
        raise OrderHasParcels(name=order.name)
    pieces = [(line_id, line.open) for line_id, line in goods.standings.items() if line.open]
    cause = f"order:{order.id}:cancelled"
    await give_up_pieces(ctx, session, goods, pieces, cause=cause, is_restocked=restock)
    return goods.reference


async def _pay_back(ctx: Context, session: Session, order: OrderRow, held: list[PaymentRow], reason: str) -> int | None:
    """A refund of all that came and is here still; what was promised alone is let go of by a job of its own."""
    money = await money_of(session, await seen(session, order), held)
    left = msgspec.structs.replace(money.standing, unpaid=0)
    if not left.most:
        return None
    lines = [(line_id, worth.pieces - worth.refunded) for line_id, worth in left.lines.items()]
    sums = reckon(
        left,
        [each for each in lines if each[1] > 0],
        delivery=left.delivery.amount - left.delivery.refunded,
        fee=left.fee.amount - left.fee.refunded,
        amount=left.most,
    )
    note = orders.RefundNote(
        key=f"{OF_CANCELLATION}{order.id}", reason=reason, note="", notify=False, actor=ctx.actor.name
    )
    return await write_refund(ctx, session, order, held, money, sums, note)


async def _audit(ctx: Context, session: Session, order: OrderRow, reason: str, *, restock: bool) -> None:
    await audited(
        ctx,
        session,
        "order.cancelled",
        f"order:{order.id}",
        before={"state": order.state, "financial_status": order.financial_status},
        after={"state": OrderState.CANCELLED.value, "reason": reason, "restock": restock},
    )
