"""Ask the buyer of a placed order for money by a link; withdraw what was asked, and what nobody paid in time."""

from datetime import timedelta

import structlog

from vetrina.flows.auditing import audited
from vetrina.flows.locking import OrderHeld, hold_order, where_is
from vetrina.flows.payments.following import replace, to_ask
from vetrina.flows.payments.moving import abandon_payment
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, Refusal, Unavailable
from vetrina.kernel.messages import emit
from vetrina.shop.checkout.rules import HOLD
from vetrina.shop.orders.events import PaymentAsked
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.rules import UNDECIDED
from vetrina.views.payments.requests import lapsed_requests, stale_request_payments

log = structlog.get_logger(__name__)

OPEN_FOR = timedelta(days=14)
LONGEST_OPEN = 90
"""Days."""
LONGEST_NOTE = 500
BATCH = 100


class NothingToAskFor(Refusal):
    """More is asked for than is left to pay. Facts: open, in minor units."""

    code = "NOTHING_TO_ASK_FOR"
    text = "There are {open} left to pay of this order."


class RequestIsClosed(Refusal):
    """It was paid, withdrawn, or its time is over."""

    code = "REQUEST_IS_CLOSED"
    text = "This payment link cannot be used any more."


@once
async def ask_for_payment(
    ctx: Context, order_id: int, amount: int | None = None, note: str = "", days: int = OPEN_FOR.days
) -> str:
    """Ask for what is left to pay of an order, or for `amount` minor units of it; the key its link carries.

    A link that was open is withdrawn. Money that is awaited otherwise, such as a bank transfer, may be paid by the
    link instead: whatever comes first counts. Needs orders.write. Raises BadInput, NotFound, OrderIsCancelled,
    OrderIsImported, NothingToAskFor.
    """
    ctx.require("orders.write")
    told = texts.text(note, field=("note",), limit=LONGEST_NOTE)
    if not 1 <= days <= LONGEST_OPEN:
        raise BadInput(
            field=("days",),
            problem=f"A link is open for 1 to {LONGEST_OPEN} days.",
            reason="range",
            least=1,
            most=LONGEST_OPEN,
        )
    where = await where_is(ctx, order_id)
    async with ctx.tx() as session:
        held = await hold_order(session, where)
        open_ = to_ask(held.order, held.payments)
        wanted = open_ if amount is None else amount
        if not 1 <= wanted <= open_:
            raise NothingToAskFor(field=("amount",), open=open_)
        key = await ask_in(ctx, session, held, wanted, told, timedelta(days=days))
        await audited(ctx, session, "order.payment_asked", f"order:{order_id}", after={"amount": wanted})
        session.outcome = key
    return key


async def withdraw_request(ctx: Context, order_id: int) -> bool:
    """Close the order's open link, if there is one; a payment that is under way for it goes back.

    Needs orders.write. Raises NotFound, OrderIsCancelled, OrderIsImported.
    """
    ctx.require("orders.write")
    where = await where_is(ctx, order_id)
    async with ctx.tx() as session:
        held = await hold_order(session, where)
        is_withdrawn = await close_open(ctx, session, held)
        if is_withdrawn:
            await audited(ctx, session, "order.payment_withdrawn", f"order:{order_id}")
    return is_withdrawn


async def ask_in(
    ctx: Context, session: Session, held: OrderHeld, amount: int, note: str, open_for: timedelta = OPEN_FOR
) -> str:
    """Open a request in the caller's transaction, which holds the order; a request that was open is withdrawn."""
    await close_open(ctx, session, held)
    key = draw_key()
    request_id = await payments.open_request(
        session,
        key=key,
        order_id=held.order.id,
        amount=amount,
        currency=held.order.currency,
        note=note,
        actor=ctx.actor.name,
        expires_at=ctx.now() + open_for,
        at=ctx.now(),
    )
    order = held.order
    event = PaymentAsked(
        order_id=order.id,
        number=order.number,
        total=order.total,
        currency=order.currency,
        request_id=request_id,
        amount=amount,
    )
    await emit(session, event, ctx.now())
    return key


async def close_open(ctx: Context, session: Session, held: OrderHeld) -> bool:
    """Withdraw the request that is open, and give up what is being paid for it; whether there was one."""
    request = await payments.open_request_of(session, held.order.id)
    if request is None:
        return False
    await payments.decide_request(session, request.id, "withdrawn", ctx.now())
    for payment in held.payments:
        if payment.request_id == request.id and payment.state in UNDECIDED:
            await replace(ctx, session, payment)
    return True


async def lapse_requests(ctx: Context) -> int:
    """Withdraw links whose time is over, and give up payments nobody finished; how many links were closed."""
    for payment in await stale_request_payments(ctx.db, before=ctx.now() - HOLD, limit=BATCH):
        try:
            await abandon_payment(ctx, payment.id, reason="EXPIRED")
        except (Unavailable, Refusal) as error:
            log.warning("a payment asked for by a link stays open", payment=payment.key, error=str(error))
    closed = 0
    for request in await lapsed_requests(ctx.db, at=ctx.now(), limit=BATCH):
        async with ctx.tx() as session:
            closed += await payments.decide_request(session, request.id, "withdrawn", ctx.now())
    return closed
