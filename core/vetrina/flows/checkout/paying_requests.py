"""Pay what a link asks for: the ways that are offered, the payment, and how it stands."""

from typing import Any

import msgspec

from vetrina.flows.checkout.completing import AttemptInProgress
from vetrina.flows.locking import hold_order, where_is
from vetrina.flows.payments.asking import RequestIsClosed
from vetrina.flows.payments.following import counting, replace
from vetrina.flows.payments.moving import abandon_payment, look_again
from vetrina.flows.payments.settling import settle
from vetrina.flows.placing.placing import addressed
from vetrina.flows.quoting.asking import place_of
from vetrina.flows.quoting.payment import MethodOffer, offered_methods
from vetrina.kernel import texts
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Conflict
from vetrina.kernel.db.rows import add_together, take_keys
from vetrina.kernel.errors import BadInput, NotFound, Refusal, Unavailable
from vetrina.kernel.registry import PortFailed
from vetrina.shop.orders.rules import OrderRow
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.models import Payment
from vetrina.shop.payments.ports import PaymentProvider, PaymentReport, StartRequest
from vetrina.shop.payments.rules import UNDECIDED, PaymentRow, RequestRow
from vetrina.views.orders.placed import OrderView, order_by_id
from vetrina.views.payments.requests import payments_of_request, request_by_key, request_url
from vetrina.vocabulary import Address, OrderState, PaymentFlow, PaymentState

LONGEST_TOKEN = 4_000


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request as its buyer sees it. `payment` is the one under way or the last one, `methods` how it can be paid."""

    request: RequestRow
    order: OrderView
    payment: PaymentRow | None
    methods: tuple[MethodOffer, ...]
    is_open: bool
    """Whether it can be paid now, or is being paid."""

    @property
    def is_under_way(self) -> bool:
        """Whether a payment has begun that is not decided."""
        return self.payment is not None and self.payment.state in UNDECIDED


class MethodIsGone(Refusal):
    """The chosen way to pay is not offered for this amount."""

    code = "PAYMENTS_METHOD_UNAVAILABLE"
    text = "The chosen way to pay is not available now."


class PaymentHasBegun(Refusal):
    """Somebody pays the same at this moment."""

    code = "PAYMENT_HAS_BEGUN"
    text = "A payment of this has just begun: load the page again to see it."


async def asked(ctx: Context, key: str, *, look: bool = True) -> Asked | None:
    """What a link asks for. Asking wakes reconciliation of the payment that is under way for it."""
    request = await request_by_key(ctx.db, key)
    order = await order_by_id(ctx.db, request.order_id) if request is not None else None
    if request is None or order is None:
        return None
    payment = next(iter(await payments_of_request(ctx.db, request.id)), None)
    if look and payment is not None and payment.state in UNDECIDED and await look_again(ctx, payment.id):
        return await asked(ctx, key, look=False)
    is_open = request.state == "open" and request.expires_at > ctx.now() and order.state == OrderState.PLACED
    methods = await methods_for(ctx, order, request.amount) if is_open else ()
    return Asked(request=request, order=order, payment=payment, methods=methods, is_open=is_open)


async def methods_for(ctx: Context, order: OrderView, amount: int) -> tuple[MethodOffer, ...]:
    """How so much of an order can be paid now. What is asked for afterwards costs no surcharge."""
    place = await place_of(ctx, order.country, order.language, ctx.db)
    there = msgspec.structs.replace(ctx, place=msgspec.structs.replace(place, currency=order.currency))
    return tuple(
        msgspec.structs.replace(offer, amount=amount, method=msgspec.structs.replace(offer.method, fee=0))
        for offer in offered_methods(there, order.currency, amount, ())
        if offer.method.flow != PaymentFlow.FREE
    )


async def pay_request(ctx: Context, key: str, handle: str, token: str | None = None) -> PaymentRow:
    """Pay what a link asks for, by one of its methods; the payment as it stands then.

    While one is under way that one is answered: two clicks charge once. Raises NotFound, BadInput, RequestIsClosed,
    MethodIsGone, PaymentHasBegun.
    """
    ctx.may_run_again()
    texts.text(token or "", field=("token",), limit=LONGEST_TOKEN)
    found = await asked(ctx, key, look=False)
    if found is None:
        raise NotFound(what="The payment link")
    if found.payment is not None and found.payment.state in UNDECIDED:
        return found.payment
    if not found.is_open:
        raise RequestIsClosed
    offer = next((offer for offer in found.methods if offer.handle == handle), None)
    if offer is None:
        raise MethodIsGone(field=("method",))
    if offer.method.flow == PaymentFlow.OFFLINE:
        return await _await_offline(ctx, found, offer)
    if offer.method.flow == PaymentFlow.IN_PAGE and not token:
        raise BadInput(field=("token",), problem="This way to pay needs a token made in the page.", reason="empty")
    try:
        payment = await _begin(ctx, found, offer)
    except Conflict as error:
        # Another click was faster, and perhaps is not to be seen yet: its payment is the one.
        under_way = await payments_of_request(ctx.db, found.request.id)
        if not under_way or under_way[0].state not in UNDECIDED:
            raise PaymentHasBegun from error
        return under_way[0]
    return await _charge(ctx, found, offer, payment, token)


async def give_up_request(ctx: Context, key: str) -> None:
    """The buyer gives up a payment that waits for him, to choose another; one that went through stands.

    Raises NotFound, AttemptInProgress while its provider is at work, Unavailable when it cannot be reached.
    """
    found = await asked(ctx, key, look=False)
    if found is None:
        raise NotFound(what="The payment link")
    if found.payment is None or found.payment.state not in UNDECIDED:
        return
    if found.payment.state != PaymentState.ACTION_REQUIRED:
        raise AttemptInProgress
    await abandon_payment(ctx, found.payment.id, reason="GIVEN_UP")


async def promise_of(ctx: Context, order: OrderRow | OrderView, payment: PaymentRow, amount: int) -> PaymentRow:
    """What is awaited in the place of an awaited payment when another amount is due: written by the caller.

    Its provider is asked, which by contract has no effect anywhere. Raises Unavailable when it has no answer.
    """
    provider, method = payment.provider, payment.method.partition(":")[2]
    view = await order_by_id(ctx.db, order.id)
    assert view is not None, "an order that is amended exists"
    return await _promised(ctx, view, provider, method, payment.method, amount, payment.request_id)


async def _await_offline(ctx: Context, found: Asked, offer: MethodOffer) -> PaymentRow:
    """Money that comes by itself, such as a transfer, is awaited: in the place of any that was awaited before."""
    order = found.order
    try:
        promised = await _promised(
            ctx, order, offer.provider, offer.method.method, offer.handle, offer.amount, found.request.id
        )
    except Unavailable as error:
        raise MethodIsGone(field=("method",)) from error
    where = await where_is(ctx, order.id)
    async with ctx.tx() as session:
        held = await hold_order(session, where)
        request = await payments.open_request_of(session, order.id)
        if request is None or request.id != found.request.id:
            raise RequestIsClosed
        for other in counting(held.payments):
            if other.state == PaymentState.PENDING:
                await replace(ctx, session, other)
        [[payment_id]] = await take_keys(session, (Payment, 1))
        payment = msgspec.structs.replace(promised, id=payment_id)
        told = addressed(payment.instructions, order.name)
        await add_together(session, payments.written(payment, order.id, told, request_id=request.id))
    return msgspec.structs.replace(payment, order_id=order.id, request_id=request.id, instructions=told)


async def _promised(
    ctx: Context, order: OrderView, provider: str, method: str, handle: str, amount: int, request_id: int | None
) -> PaymentRow:
    provided = ctx.ports.find(PaymentProvider, provider)
    key = draw_key()
    if provided is None:
        raise Unavailable(f"{provider} is not there to be asked")
    start = _start_request(ctx, order, key=key, method=method, amount=amount, token=None, url=None)
    try:
        report = await ctx.ports.ask(provided, provided.implementation.start, start)
    except Refusal as refusal:
        raise Unavailable(f"{provider} refuses: {refusal}") from refusal
    if report.state != PaymentState.PENDING or report.authorised or report.captured or report.refunded:
        raise Unavailable(f"{provider} promised money with {report.state}")
    return payments.promised(
        payment_id=0,
        key=key,
        attempt_id=None,
        provider=provider,
        method=handle,
        amount=amount,
        currency=order.currency,
        fee=0,
        report=report,
        at=ctx.now(),
    )


async def _begin(ctx: Context, found: Asked, offer: MethodOffer) -> PaymentRow:
    """Write the payment down before its provider is asked. Raises Conflict while another one is under way."""
    where = await where_is(ctx, found.order.id)
    async with ctx.tx() as session:
        held = await hold_order(session, where)
        request = await payments.open_request_of(session, held.order.id)
        if request is None or request.id != found.request.id:
            raise RequestIsClosed
        return await payments.open_payment(
            session,
            key=draw_key(),
            attempt_id=None,
            provider=offer.provider,
            method=offer.handle,
            amount=request.amount,
            currency=request.currency,
            fee=0,
            token=None,
            at=ctx.now(),
            order_id=held.order.id,
            request_id=request.id,
        )


async def _charge(ctx: Context, found: Asked, offer: MethodOffer, payment: PaymentRow, token: str | None) -> PaymentRow:
    """Ask the provider, with no transaction open, then record what it said."""
    url = request_url(ctx, found.request.key)
    start = _start_request(
        ctx, found.order, key=payment.key, method=offer.method.method, amount=payment.amount, token=token, url=url
    )
    provided = ctx.ports.get(PaymentProvider, offer.provider)
    try:
        report = await ctx.ports.ask(provided, provided.implementation.start, start)
    except PortFailed:
        # Nobody knows whether the charge was made: reconciliation asks by its key.
        report = PaymentReport(state=PaymentState.PROCESSING)
    except Refusal as refusal:
        report = PaymentReport(state=PaymentState.FAILED, error_code=refusal.code)
    return await settle(ctx, payment.id, report) or payment


def _start_request(
    ctx: Context, order: OrderView, *, key: str, method: str, amount: int, token: str | None, url: str | None
) -> StartRequest:
    return StartRequest(
        key=key,
        method=method,
        amount=amount,
        currency=order.currency,
        language=order.language,
        at=ctx.now(),
        token=token,
        return_url=url,
        step_url=url,
        email=order.email,
        billing_address=_address(order.billing_address),
    )


def _address(document: dict[str, Any] | None) -> Address | None:
    return msgspec.convert(document, Address) if document else None
