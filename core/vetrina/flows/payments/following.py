"""What a payment that moved means for its placed order: what is paid, what goes out, which money is too much."""

from collections.abc import Sequence
from typing import Any

import structlog

from vetrina.flows.placing.holding import take_goods
from vetrina.flows.placing.placing import emit_paid
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.errors import Fault
from vetrina.kernel.jobs import put_off
from vetrina.kernel.messages import emit
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.rules import MoneyStanding, OrderRow, financial_status, still_reserved
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.ports import PaymentReport
from vetrina.shop.payments.rules import LOST, SECURED, UNDECIDED, Mismatch, PaymentRow
from vetrina.shop.payments.service import Recorded
from vetrina.views.orders.placed import goods_entries
from vetrina.vocabulary import FinancialStatus, OrderState, PaymentState

log = structlog.get_logger(__name__)

RETURN_MONEY = "core.return-money"
GIVE_UP = "core.give-up-payment"


async def follow_order(ctx: Context, session: Session, order_id: int, recorded: Recorded) -> None:
    """One of the order's payments moved; the caller holds its cart. What all of them come to is the order's standing.

    Money counts once: what answers a request that is not open any more, or comes late in place of another payment,
    is none of the order's and goes back by a job.
    """
    order = await orders.locked(session, order_id)
    if order is None:
        raise Fault(f"the order {order_id} of payment {recorded.payment.id} is gone")
    payment = recorded.payment
    if payment.replaced_at is not None or not await _counts(ctx, session, order, recorded):
        if _is_here(payment):
            await send_back(ctx, session, payment)
        return
    held = counting(await payments.payments_held(session, order.id))
    # What went back to gift cards is what the order knows of beyond its payments.
    returned = order.refunded - sum(each.refunded for each in held) + payment.refunded - recorded.before.refunded
    # What was paid back another way may go back at its payment as well: that is a doctor's finding, and no lost news.
    refunded = min(returned + sum(each.refunded for each in held), order.total + order.raised)
    status = financial_status(order.owed, order.redeemed, returned, standing_of(held))
    moved = await orders.set_money(session, order, status=status, refunded=refunded, at=ctx.now())
    if order.state == OrderState.CANCELLED:
        if _is_here(payment):
            await send_back(ctx, session, payment)
        return
    await withdraw_excess(ctx, session, order, held)
    if status in _SECURED and order.financial_status not in _SECURED:
        await _hand_over(ctx, session, order.id)
    if status == FinancialStatus.PAID != order.financial_status:
        await emit_paid(ctx, session, moved)


def counting(held: Sequence[PaymentRow]) -> list[PaymentRow]:
    """Those of an order's payments whose money is the order's."""
    return [payment for payment in held if payment.replaced_at is None]


def standing_of(held: Sequence[PaymentRow]) -> MoneyStanding:
    """An order's payments together, as its money sees them."""
    live = counting(held)
    return MoneyStanding(
        authorised=sum(payment.authorised for payment in live),
        captured=sum(payment.captured for payment in live),
        refunded=sum(payment.refunded for payment in live),
        is_lost=bool(live) and all(payment.state in LOST for payment in live),
    )


def to_ask(order: OrderRow, held: Sequence[PaymentRow]) -> int:
    """What of an order nobody has paid or promised yet, in minor units."""
    promised = sum(payment.promised for payment in counting(held))
    return max(order.owed - order.redeemed - promised, 0)


async def withdraw_excess(ctx: Context, session: Session, order: OrderRow, held: Sequence[PaymentRow]) -> None:
    """A request never asks for more than is left to pay: one that would is withdrawn."""
    request = await payments.open_request_of(session, order.id)
    if request is not None and request.amount > to_ask(order, held):
        await payments.decide_request(session, request.id, "withdrawn", ctx.now())


async def replace(ctx: Context, session: Session, payment: PaymentRow) -> None:
    """Another payment takes its place: what was awaited is cancelled, what is undecided is given up at its provider."""
    if payment.state == PaymentState.PENDING:
        report = PaymentReport(state=PaymentState.CANCELLED, reference="replaced")
        recorded = await payments.record_report(session, payment, report, at=ctx.now(), actor=ctx.actor.kind)
        for event in payments.events_of(recorded):
            await emit(session, event, ctx.now())
    elif payment.state in UNDECIDED:
        await put_off(session, GIVE_UP, payment.key, {"payment_id": payment.id}, ctx.now())
    await payments.retire(session, payment.id, ctx.now())


async def send_back(ctx: Context, session: Session, payment: PaymentRow, mismatch: Mismatch | None = None) -> None:
    """Queue the way back: no provider is called in here, and none may be forgotten after the commit."""
    payload: dict[str, Any] = {"payment_id": payment.id}
    if mismatch is not None:
        payload |= {"mismatched": mismatch.amount, "currency": mismatch.currency}
    log.error("money without an order goes back", payment=payment.key, provider=payment.provider, **payload)
    key = f"{payment.key}:{mismatch.amount if mismatch else 'late'}"
    await put_off(session, RETURN_MONEY, key, payload, ctx.now())


async def _counts(ctx: Context, session: Session, order: OrderRow, recorded: Recorded) -> bool:
    """Whether the payment's money is the order's; if it has just come, it takes the place of what was awaited."""
    payment = recorded.payment
    if payment.state not in SECURED or recorded.before.state in SECURED:
        return True
    if order.state == OrderState.CANCELLED:
        return True
    others = [each for each in await payments.payments_held(session, order.id) if each.id != payment.id]
    if payment.request_id is not None:
        is_ours = await payments.decide_request(session, payment.request_id, "paid", ctx.now())
        # A transfer that a link promised took the place of the one before it: it is awaited without the link, too.
        is_ours |= recorded.before.state == PaymentState.PENDING and payment.amount <= to_ask(order, others)
    else:
        is_ours = recorded.before.state not in LOST or payment.amount <= to_ask(order, others)
    if not is_ours:
        await payments.retire(session, payment.id, ctx.now())
        return False
    left = to_ask(order, [*others, payment])
    for other in counting(others):
        if not other.promised and other.amount > left and other.state not in LOST | {PaymentState.REFUNDED}:
            await replace(ctx, session, other)
    return True


async def _hand_over(ctx: Context, session: Session, order_id: int) -> None:
    """Goods that were reserved until the money came leave the shelf now that it has."""
    for reference, pieces in still_reserved(await goods_entries(session, [order_id])).items():
        await take_goods(ctx, session, reference)
        await orders.enter_goods(session, order_id, pieces, "taken", reference=reference, at=ctx.now())


def _is_here(payment: PaymentRow) -> bool:
    return payment.captured > payment.refunded or payment.state == PaymentState.AUTHORISED


_SECURED = (FinancialStatus.PAID, FinancialStatus.AUTHORIZED)
