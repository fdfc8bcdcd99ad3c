"""Take a provider's report to its end, in one transaction: the payment, and with it attempt, order, goods, cards."""

from typing import Any

import msgspec
import structlog

from vetrina.flows.auditing import audited
from vetrina.flows.payments.following import follow_order, send_back
from vetrina.flows.payments.following_bounces import follow_bounces
from vetrina.flows.placing.freezing import Snapshot, thaw
from vetrina.flows.placing.holding import hold, let_go
from vetrina.flows.placing.placing import place
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.db.rows import add_together
from vetrina.kernel.errors import Fault, Refusal
from vetrina.kernel.jobs import put_off
from vetrina.kernel.messages import emit, emitted, receive
from vetrina.shop.checkout import service as attempts
from vetrina.shop.checkout.rules import AttemptRow, completion_error
from vetrina.shop.orders import service as orders
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.ports import NextStep, PaymentReport
from vetrina.shop.payments.rules import LOST, SECURED, Contradiction, Mismatch, Moved, PaymentRow
from vetrina.shop.payments.service import Recorded
from vetrina.views.carts import CartRow, locked_cart
from vetrina.views.payments.attempts import STEP_SECRET, live_attempt
from vetrina.views.payments.standing import whereabouts
from vetrina.vocabulary import AttemptState, CartState, PaymentState

log = structlog.get_logger(__name__)

RECONCILE = "core.reconcile-payment"


class Receipt(msgspec.Struct, frozen=True):
    """Which message the report came in; it is remembered in the transaction of its effect."""

    source: str
    key: str


class _TooLate(Fault):
    """What late money wanted to buy is gone."""


async def settle(
    ctx: Context,
    payment_id: int,
    report: PaymentReport,
    *,
    receipt: Receipt | None = None,
    seen: str | None = None,
    reason: str | None = None,
) -> PaymentRow | None:
    """Record a report and everything that follows from it; the payment as it stands then.

    Webhooks, polling, reconciliation and the answer of `start` all end here. A message that was received before
    changes nothing, and neither does an answer that was overtaken: `seen` is the payment's state when the provider
    was asked; both answer None. `reason` says why a lost payment was given up. Money that comes after its attempt
    failed buys the order if everything can be had again; else it is sent back by a job.
    """
    try:
        return await _settle(ctx, payment_id, report, receipt, seen, reason, may_place_late=True)
    except _TooLate:
        return await _settle(ctx, payment_id, report, receipt, seen, reason, may_place_late=False)


def sealed_step(ctx: Context, step: NextStep | None) -> dict[str, Any] | None:
    """A next step as the database keeps it."""
    if step is None:
        return None
    secret = ctx.shop.vault.seal(STEP_SECRET, step.client_secret) if step.client_secret is not None else None
    return msgspec.to_builtins(msgspec.structs.replace(step, client_secret=secret))


class _Case(msgspec.Struct):
    """Everything a report can change, locked in this order: cart, attempt, order, payment."""

    cart: CartRow
    attempt: AttemptRow
    recorded: Recorded
    reason: str | None

    @property
    def payment(self) -> PaymentRow:
        return self.recorded.payment

    @property
    def snapshot(self) -> Snapshot:
        return thaw(self.attempt.snapshot)


async def _settle(
    ctx: Context,
    payment_id: int,
    report: PaymentReport,
    receipt: Receipt | None,
    seen: str | None,
    reason: str | None,
    *,
    may_place_late: bool,
) -> PaymentRow | None:
    where = await whereabouts(ctx.db, payment_id)
    if where is None:
        raise Fault(f"payment {payment_id} is gone")
    async with ctx.tx() as session:
        cart = await locked_cart(session, where.cart_key)
        attempt = await attempts.locked(session, where.attempt_id)
        if attempt.order_id is not None:
            await orders.locked(session, attempt.order_id)
        payment = await payments.locked(session, payment_id)
        if cart is None or (seen is not None and payment.state != seen):
            return None
        if receipt is not None and not await receive(session, receipt.source, receipt.key, ctx.now()):
            return None
        recorded = await payments.record_report(
            session,
            payment,
            report,
            next_step=sealed_step(ctx, report.next_step),
            at=ctx.now(),
            actor=ctx.actor.kind,
        )
        case = _Case(cart, attempt, recorded, reason)
        await _tell(ctx, session, case, is_message=receipt is not None)
        await _audit(ctx, session, recorded)
        order_id = await _follow(ctx, session, case, may_place_late=may_place_late)
        if recorded.bounces and order_id is not None:
            await follow_bounces(ctx, session, order_id, recorded)
        for event in payments.events_of(recorded):
            await emit(session, msgspec.structs.replace(event, order_id=order_id), ctx.now())
        return recorded.payment


async def _follow(ctx: Context, session: Session, case: _Case, *, may_place_late: bool) -> int | None:
    """What the payment's standing means for its attempt; the id of the order, if there is one now."""
    if isinstance(case.recorded.verdict, Mismatch):
        await send_back(ctx, session, case.payment, case.recorded.verdict)
    match case.attempt.state:
        case AttemptState.OPEN:
            return await _decide(ctx, session, case)
        case AttemptState.SUCCEEDED:
            await follow_order(ctx, session, case.attempt.order_id or 0, case.recorded)
            return case.attempt.order_id
        case _:
            return await _use_late_money(ctx, session, case, may_place_late=may_place_late)


async def _decide(ctx: Context, session: Session, case: _Case) -> int | None:
    """An open attempt becomes an order as soon as its money is promised, here, or waited for offline."""
    state = case.payment.state
    if state in SECURED or state == PaymentState.PENDING:
        order = await place(
            ctx,
            session,
            cart=case.cart,
            attempt=case.attempt,
            snapshot=case.snapshot,
            payment=case.payment,
            reference=case.attempt.reference,
        )
        return order.id
    if state in LOST or state == PaymentState.REFUNDED:
        reason = "AMOUNT_MISMATCH" if isinstance(case.recorded.verdict, Mismatch) else case.reason
        code, reason = completion_error(case.payment.error_code, reason)
        await attempts.fail(session, case.attempt.id, code=code, reason=reason, at=ctx.now())
        await let_go(ctx, session, case.snapshot, case.attempt.reference)
    return None


async def _use_late_money(ctx: Context, session: Session, case: _Case, *, may_place_late: bool) -> int | None:
    """The attempt had failed and its money is here after all: place it if that is still possible, else send it back."""
    payment, snapshot = case.payment, case.snapshot
    if payment.state not in SECURED:
        return None
    if not (may_place_late and await _may_still_be_placed(session, case, snapshot)):
        await send_back(ctx, session, payment)
        return None
    reference = f"{case.attempt.reference}:late"
    try:
        rows, events = await hold(ctx, session, snapshot, reference, expires_at=ctx.now())
    except Refusal as refusal:
        raise _TooLate(str(refusal)) from refusal
    await add_together(session, *rows, emitted(session, events, ctx.now()))
    order = await place(
        ctx,
        session,
        cart=case.cart,
        attempt=case.attempt,
        snapshot=snapshot,
        payment=payment,
        reference=reference,
    )
    return order.id


async def _may_still_be_placed(session: Session, case: _Case, snapshot: Snapshot) -> bool:
    """Only when the money is news (else it is on its way back already), and the buyer has not moved on."""
    verdict = case.recorded.verdict
    is_news = isinstance(verdict, Moved) and verdict.added.authorised > 0
    is_same_cart = case.cart.state == CartState.OPEN and case.cart.version == snapshot.cart_version
    return is_news and is_same_cart and await live_attempt(session, case.cart.id) is None


async def _audit(ctx: Context, session: Session, recorded: Recorded) -> None:
    """What a person did to money stands in the audit log; what providers report stands in the ledger."""
    if ctx.actor.kind == "staff" and recorded.payment != recorded.before:
        was, now = recorded.before, recorded.payment
        is_rest = (was.state, now.state) == (PaymentState.AUTHORISED, PaymentState.CAPTURED)
        is_let_go = is_rest and was.captured == now.captured
        await audited(
            ctx,
            session,
            "payment.released" if is_let_go else f"payment.{now.state}",
            f"payment:{now.id}",
            before={"state": was.state, "captured": was.captured, "refunded": was.refunded},
            after={"state": now.state, "captured": now.captured, "refunded": now.refunded},
        )


async def _tell(ctx: Context, session: Session, case: _Case, *, is_message: bool) -> None:
    """News that cannot be true is not believed: the provider itself is asked what became of the charge."""
    verdict = case.recorded.verdict
    if not isinstance(verdict, Contradiction):
        return
    log.error("a payment report contradicts itself", payment=case.payment.key, reason=verdict.reason)
    if is_message:
        await put_off(session, RECONCILE, case.payment.key, {"payment_id": case.payment.id}, ctx.now())
