"""Submit a quoted cart in its one or two transactions: everything at once, or hold, charge, record."""

from datetime import datetime

import msgspec

from vetrina.flows.cart.payment import PAYMENT_TOKEN
from vetrina.flows.payments.settling import settle
from vetrina.flows.placing.freezing import Snapshot, freeze
from vetrina.flows.placing.holding import DiscountCodeSpent, GiftCardBalanceChanged, hold
from vetrina.flows.placing.placing import Promise, place_at_once
from vetrina.flows.quoting import CartQuote, QuoteProblem, quote_cart
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Conflict, Session
from vetrina.kernel.db.rows import add_together
from vetrina.kernel.errors import Refusal
from vetrina.kernel.messages import emitted
from vetrina.kernel.registry import PortFailed, Provided
from vetrina.shop.cart import service as carts
from vetrina.shop.checkout import service as attempts
from vetrina.shop.checkout.rules import HOLD, AttemptRow
from vetrina.shop.inventory.rules import NotEnoughStock, OutOfStock
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.ports import PaymentProvider, PaymentReport, StartRequest
from vetrina.shop.payments.rules import PaymentRow
from vetrina.views.carts import CartAtHand, CartParts, CartRow, locked_cart
from vetrina.views.catalog.merchandise import taken_by
from vetrina.views.payments.attempts import step_url
from vetrina.vocabulary import CartState, PaymentFlow, PaymentState


class Accepted(msgspec.Struct, frozen=True):
    """The submission has an attempt: a new one, or the one that answered before."""

    attempt_key: str
    is_new: bool


class NotAccepted(msgspec.Struct, frozen=True):
    """Nothing was written; the same token may be sent again when the problems are gone."""

    problems: tuple[QuoteProblem, ...]


class _Begun(msgspec.Struct, frozen=True):
    """What the first transaction wrote; with a payment to be started outside of it."""

    attempt_key: str
    payment: PaymentRow | None = None


async def submit_as_it_stands(ctx: Context, found: CartAtHand, token_hash: str) -> Accepted | NotAccepted | None:
    """Submit the cart as it was read; None when it is not that any more, and somebody has to look again."""
    cart = found.cart
    quoted = await quote_cart(ctx, cart, CartParts(destination=found.destination))
    if quoted.problems:
        return NotAccepted(quoted.problems)
    snapshot = freeze(quoted)
    flow = snapshot.payment.flow
    provided = ctx.ports.find(PaymentProvider, snapshot.payment.provider)
    promise = None
    if flow != PaymentFlow.FREE and provided is None:
        return NotAccepted((_METHOD_UNAVAILABLE,))
    if flow == PaymentFlow.OFFLINE and provided is not None:
        promise = await _promise(ctx, provided, snapshot)
        if promise is None:
            return NotAccepted((_METHOD_UNAVAILABLE,))
    try:
        if flow in (PaymentFlow.FREE, PaymentFlow.OFFLINE):
            begun = await _place_now(ctx, cart, snapshot, token_hash, promise)
        else:
            begun = await _hold_for_payment(ctx, cart, snapshot, token_hash)
    except (OutOfStock, NotEnoughStock, GiftCardBalanceChanged, DiscountCodeSpent) as refusal:
        return NotAccepted((_problem_of(refusal, quoted),))
    except Conflict:
        # A unique key was faster than our look: the next round finds the attempt that holds it.
        return None
    if begun is not None and begun.payment is not None and provided is not None:
        await _charge(ctx, provided, snapshot, begun.attempt_key, begun.payment)
    return Accepted(begun.attempt_key, is_new=True) if begun else None


async def _promise(ctx: Context, provided: Provided[PaymentProvider], snapshot: Snapshot) -> Promise | None:
    """What an offline provider says beforehand: by contract that has no effect anywhere, and moves no money."""
    request = _start_request(ctx, snapshot, key=draw_key(), token=None, attempt_key=None)
    try:
        report = await ctx.ports.ask(provided, provided.implementation.start, request)
    except (PortFailed, Refusal):
        return None
    is_promise = report.state == PaymentState.PENDING and not (report.authorised or report.captured or report.refunded)
    return Promise(request.key, report) if is_promise else None


async def _place_now(
    ctx: Context, cart: CartRow, snapshot: Snapshot, token_hash: str, promise: Promise | None
) -> _Begun | None:
    """Everything at once: attempt, goods, cards, payment, order, events; if the cart is still what was quoted."""
    key = draw_key()
    async with ctx.tx() as session:
        if not await carts.order(session, cart.id, cart.version, ctx.now()):
            return None
        session.outcome = Accepted(key, is_new=True)
        await place_at_once(
            ctx,
            session,
            cart_id=cart.id,
            attempt_key=key,
            token_hash=token_hash,
            snapshot=snapshot,
            promise=promise,
        )
    return _Begun(key)


async def _hold_for_payment(ctx: Context, quoted: CartRow, snapshot: Snapshot, token_hash: str) -> _Begun | None:
    """Freeze, hold, and write down a payment that is about to be started."""
    expires_at = ctx.now() + HOLD
    async with ctx.tx() as session:
        cart = await _lock_unchanged(session, quoted)
        if cart is None:
            return None
        opened = await _open_attempt(ctx, session, cart, snapshot, token_hash, expires_at)
        sealed = (cart.payment or {}).get("token")
        payment = await _open_payment(ctx, session, opened, snapshot, draw_key(), sealed)
        rows, events = await hold(ctx, session, snapshot, opened.reference, expires_at=expires_at)
        await add_together(session, *rows, emitted(session, events, ctx.now()))
    return _Begun(opened.key, payment)


async def _charge(
    ctx: Context,
    provided: Provided[PaymentProvider],
    snapshot: Snapshot,
    attempt_key: str,
    payment: PaymentRow,
) -> None:
    """Ask the provider, with no transaction open, then record what it said."""
    token = ctx.shop.vault.open(PAYMENT_TOKEN, payment.token) if payment.token is not None else None
    request = _start_request(ctx, snapshot, key=payment.key, token=token, attempt_key=attempt_key)
    try:
        report = await ctx.ports.ask(provided, provided.implementation.start, request)
    except PortFailed:
        # Nobody knows whether the charge was made: reconciliation asks by its key.
        report = PaymentReport(state=PaymentState.PROCESSING)
    except Refusal as refusal:
        report = PaymentReport(state=PaymentState.FAILED, error_code=refusal.code)
    await settle(ctx, payment.id, report)


async def _lock_unchanged(session: Session, cart: CartRow) -> CartRow | None:
    """The cart, ours until the transaction ends, if it is still what was quoted and nobody is ordering it."""
    held = await locked_cart(session, cart.key)
    if held is None or held.state != CartState.OPEN or held.version != cart.version:
        return None
    return held


async def _open_attempt(
    ctx: Context, session: Session, cart: CartRow, snapshot: Snapshot, token_hash: str, expires_at: datetime
) -> AttemptRow:
    """Raises Conflict when the token is known or the cart has a live attempt: the constraints are the judge."""
    return await attempts.open_attempt(
        session,
        key=draw_key(),
        cart_id=cart.id,
        token_hash=token_hash,
        snapshot=msgspec.to_builtins(snapshot),
        expires_at=expires_at,
        at=ctx.now(),
    )


async def _open_payment(
    ctx: Context, session: Session, opened: AttemptRow, snapshot: Snapshot, key: str, sealed: str | None
) -> PaymentRow:
    return await payments.open_payment(
        session,
        key=key,
        attempt_id=opened.id,
        provider=snapshot.payment.provider,
        method=snapshot.payment.handle,
        amount=snapshot.payment.amount,
        currency=snapshot.order.currency,
        fee=snapshot.payment.fee,
        token=sealed,
        at=ctx.now(),
    )


def _start_request(
    ctx: Context, snapshot: Snapshot, *, key: str, token: str | None, attempt_key: str | None
) -> StartRequest:
    order, payment = snapshot.order, snapshot.payment
    return StartRequest(
        key=key,
        method=payment.method,
        amount=payment.amount,
        currency=order.currency,
        language=order.language,
        at=ctx.now(),
        token=token,
        return_url=payment.return_url,
        step_url=step_url(ctx, attempt_key) if attempt_key else None,
        email=order.email,
        billing_address=order.billing_address,
    )


def _problem_of(refusal: Refusal, quoted: CartQuote) -> QuoteProblem:
    """What stood in the way at the last moment, in the contract's words."""
    if isinstance(refusal, OutOfStock | NotEnoughStock):
        is_gone = isinstance(refusal, OutOfStock)
        variant_id = refusal.facts.get("variant_id")
        return QuoteProblem(
            code="MERCHANDISE_OUT_OF_STOCK" if is_gone else "MERCHANDISE_NOT_ENOUGH_STOCK_AVAILABLE",
            message=refusal.message,
            line_id=next((line.id for line in quoted.lines if variant_id in taken_by(1, line)), None),
        )
    return QuoteProblem(code="PAYMENTS_UNACCEPTABLE_PAYMENT_AMOUNT", reason=refusal.code, message=refusal.message)


_METHOD_UNAVAILABLE = QuoteProblem(
    code="PAYMENTS_METHOD_UNAVAILABLE", message="The chosen way to pay is not available now."
)
