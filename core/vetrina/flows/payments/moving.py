"""Take a provider's message, ask it what became of a charge, capture, refund, and send money back."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from vetrina.flows.payments.disputes import take_dispute
from vetrina.flows.payments.payouts import hear_payout
from vetrina.flows.payments.requesting import request_for
from vetrina.flows.payments.settling import RECONCILE, Receipt, settle
from vetrina.kernel.context import Context
from vetrina.kernel.errors import NotFound, Unavailable
from vetrina.kernel.jobs import put_off
from vetrina.kernel.money import Money
from vetrina.kernel.registry import PortFailed, Provided
from vetrina.shop.checkout.rules import ABANDONED_AFTER, LOOK_EVERY
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.ports import (
    DisputeReport,
    DisputeSource,
    MoneyRequest,
    PaymentNews,
    PaymentProvider,
    PaymentReport,
    PayoutNews,
)
from vetrina.shop.payments.rules import (
    LOST,
    UNDECIDED,
    Mismatch,
    NothingToCapture,
    NothingToRefund,
    PaymentRow,
)
from vetrina.views.orders.placed import order_by_id
from vetrina.views.orders.refunds import asked_back
from vetrina.views.payments.disputes import taken_by_disputes
from vetrina.views.payments.standing import payment_at_provider, payment_by_id, payments_of_orders
from vetrina.vocabulary import OrderState, PaymentState

ROUNDS = 3
"""A charge may be captured while it is being voided; then it is refunded in the next round."""
ASK_AFTER = timedelta(minutes=1)
"""How long after money was asked to move somebody looks whether it did."""
Movement = Literal["capture", "refund", "cancel"]


async def take_message(ctx: Context, provider_key: str, headers: Mapping[str, str], body: bytes) -> None:
    """Take a webhook: verified, counted once, and taken to its end before it is answered.

    News of a charge, of a dispute over one, of a payout. What is about a charge we do not know changes nothing; what
    only says that there is news is not believed: the provider is asked. Raises
    NotFound when no such provider is on, the provider's Refusal when the message is not genuine, Unavailable when the
    effect could not be had now: send it again.
    """
    provided = ctx.ports.find(PaymentProvider, provider_key)
    if provided is None:
        raise NotFound(what="The payment provider")
    message = ctx.ports.call_for_strangers(provided, provided.implementation.verify, headers, body)
    report = ctx.ports.call(provided, provided.implementation.interpret, message)
    receipt = Receipt(f"payments:{provider_key}", message.key)
    match report:
        case PaymentReport():
            await _take_report(ctx, provided, report, receipt)
        case DisputeReport():
            await take_dispute(ctx, provider_key, report, receipt)
        case PaymentNews():
            await _ask_for_news(ctx, provided, report.provider_reference)
        case PayoutNews():
            await hear_payout(ctx, provider_key, receipt)
        case None:
            return


async def _take_report(
    ctx: Context, provided: Provided[PaymentProvider], report: PaymentReport, receipt: Receipt | None
) -> None:
    payment = await payment_at_provider(ctx.db, provided.key, report.payment_key, report.provider_reference)
    if payment is None:
        return
    if receipt is not None and payment.state in LOST and (report.authorised or report.captured):
        # It was given up, perhaps because we cancelled it. A late event may tell of money that is gone again.
        await _confirm_late_money(ctx, provided, payment, receipt)
    else:
        await settle(ctx, payment.id, report, receipt=receipt)


async def _ask_for_news(ctx: Context, provided: Provided[PaymentProvider], reference: str) -> None:
    """Ask what became of a charge that a message names, and of disputes over it. One nobody knows changes nothing.

    The answer is the provider's of this moment, and totals only grow: it may come as often and as late as it likes.
    """
    known = await payment_at_provider(ctx.db, provided.key, None, reference)
    key = known.key if known is not None else ""
    report = await ctx.ports.ask(provided, provided.implementation.look_up, key, reference)
    if report is None:
        return
    await _take_report(ctx, provided, report, None)
    source = ctx.ports.find(DisputeSource, provided.key)
    if source is not None:
        for dispute in await ctx.ports.ask(source, source.implementation.disputes_over, reference):
            await take_dispute(ctx, provided.key, dispute)


async def look_again(ctx: Context, payment_id: int) -> bool:
    """Ask the provider what became of an undecided charge, unless somebody did a moment ago; whether it answered."""
    payment = await payment_by_id(ctx.db, payment_id)
    if payment is None or payment.state not in UNDECIDED:
        return False
    if payment.looked_at is not None and payment.looked_at > ctx.now() - LOOK_EVERY:
        return False
    async with ctx.tx() as session:
        is_ours = await payments.note_look(session, payment_id, every=LOOK_EVERY, at=ctx.now())
    try:
        return is_ours and await reconcile_payment(ctx, payment_id) is not None
    except PortFailed:
        return False


async def reconcile_payment(ctx: Context, payment_id: int) -> PaymentRow | None:
    """Ask the provider, by our key, what became of a charge, and follow; the payment as it stands then.

    A charge it never heard of is given up ABANDONED_AFTER its start, not before: the request may still be on its way.
    None when the answer was overtaken. Raises Unavailable when the provider cannot be asked.
    """
    payment = await _known(ctx, payment_id)
    provided = ctx.ports.get(PaymentProvider, payment.provider)
    look_up = provided.implementation.look_up
    report = await ctx.ports.ask(provided, look_up, payment.key, payment.provider_reference)
    if report is None:
        if payment.state not in UNDECIDED or ctx.now() - payment.created_at < ABANDONED_AFTER:
            return payment
        report = PaymentReport(state=PaymentState.FAILED, error_code="PAYMENT_TRANSIENT_ERROR", reference="unheard-of")
    return await settle(ctx, payment.id, report, seen=payment.state)


async def abandon_payment(ctx: Context, payment_id: int, *, reason: str) -> PaymentRow | None:
    """Cancel a charge at the provider, then let go of what is held for it. A charge that was paid is not lost: placed.

    `reason` is kept with the failed attempt. None when the answer was overtaken. Raises Unavailable when the
    provider cannot be asked: then everything stays as it is, and held.
    """
    payment = await reconcile_payment(ctx, payment_id)
    if payment is None or payment.state not in UNDECIDED:
        return payment
    report = await _move(ctx, payment, "cancel", payment.amount)
    return await settle(ctx, payment.id, report, seen=payment.state, reason=reason)


async def capture(ctx: Context, payment_id: int, amount: int | None = None) -> PaymentRow:
    """Take money that was promised: all that is due of it, or `amount` minor units. Needs payments.write.

    Never more than its order still comes to. The same capture sent twice is one. Raises NotFound, NothingToCapture,
    Unavailable.
    """
    ctx.require("payments.write")
    payment = await _known(ctx, payment_id)
    left = await to_capture(ctx, payment)
    wanted = left if amount is None else amount
    if not 1 <= wanted <= left:
        raise NothingToCapture(open=Money(left, payment.currency))
    return await _moved(ctx, payment, "capture", wanted)


async def to_capture(ctx: Context, payment: PaymentRow) -> int:
    """What may be taken of promised money, in minor units: what of it is left, and due."""
    if payment.state != PaymentState.AUTHORISED:
        return 0
    left = payment.authorised - payment.captured
    order = await order_by_id(ctx.db, payment.order_id) if payment.order_id is not None else None
    if order is None or payment.replaced_at is not None:
        return left
    held = await payments_of_orders(ctx.db, [order.id])
    captured = sum(each.captured for each in held if each.replaced_at is None)
    return min(left, max(order.owed - order.redeemed - captured, 0))


async def refund(ctx: Context, payment_id: int, amount: int | None = None) -> PaymentRow:
    """Give money back: all that is left, or `amount` minor units. Needs payments.write.

    The same refund sent twice before its answer came is one. Raises NotFound, NothingToRefund, Unavailable.
    """
    ctx.require("payments.write")
    payment = await _known(ctx, payment_id)
    left = await _returnable(ctx, payment)
    wanted = left if amount is None else amount
    if not 1 <= wanted <= left:
        raise NothingToRefund(open=Money(left, payment.currency))
    return await _moved(ctx, payment, "refund", wanted)


async def void_promise(ctx: Context, payment: PaymentRow) -> PaymentRow:
    """Cancel a promise at its provider and follow; the payment as it stands then. Raises Unavailable."""
    return await _moved(ctx, payment, "cancel", payment.amount)


async def return_money(ctx: Context, payload: Mapping[str, Any]) -> None:
    """Send back money that bought nothing: void what is promised, refund what came. Run by a job until it is done.

    `payload` names the payment_id, and for money that did not match its `mismatched` amount and `currency`. Money of
    an order that stands is left alone. Raises Unavailable while there is some left.
    """
    if "mismatched" in payload:
        payment = await _known(ctx, payload["payment_id"])
        await _return_mismatch(ctx, payment, Mismatch(payload["mismatched"], payload["currency"]))
        return
    for _ in range(ROUNDS):
        payment = await _known(ctx, payload["payment_id"])
        here = await _returnable(ctx, payment)
        if payment.bounced and ctx.actor.kind == "system":
            return  # the buyer's bank would not have it: a person decides whether it is worth another try
        if not await _is_owed_back(ctx, payment, here):
            return
        is_here = here > 0
        amount = here if is_here else payment.amount
        report = await _move(ctx, payment, "refund" if is_here else "cancel", amount)
        await settle(ctx, payment.id, report, reason="RETURNED")
    raise Unavailable(f"money of payment {payload['payment_id']} is still not back")


async def _returnable(ctx: Context, payment: PaymentRow) -> int:
    """What is here and may go back: nothing that a refund is about already, or that a dispute has taken."""
    away = await asked_back(ctx.db, payment.id) + await taken_by_disputes(ctx.db, payment.id)
    return max(payment.captured - payment.refunded - away, 0)


async def _is_owed_back(ctx: Context, payment: PaymentRow, here: int) -> bool:
    """Whether money of it, `here` of which no refund is about, has nothing to be here for."""
    if payment.order_id is not None and payment.replaced_at is None:
        order = await order_by_id(ctx.db, payment.order_id)
        if order is not None and order.state == OrderState.PLACED:
            return False
    return here > 0 or payment.state in (PaymentState.AUTHORISED, PaymentState.PENDING)


async def _confirm_late_money(
    ctx: Context, provided: Provided[PaymentProvider], payment: PaymentRow, receipt: Receipt
) -> None:
    look_up = provided.implementation.look_up
    report = await ctx.ports.ask(provided, look_up, payment.key, payment.provider_reference)
    if report is not None:
        await settle(ctx, payment.id, report, receipt=receipt, seen=payment.state)


async def _moved(ctx: Context, payment: PaymentRow, verb: Movement, amount: int) -> PaymentRow:
    """Have money moved and follow. Before anybody is asked somebody is told to ask again: this process may die."""
    async with ctx.tx() as session:
        key = f"{payment.key}:{verb}:{payment.captured + payment.totals.refunded}"
        await put_off(session, RECONCILE, key, {"payment_id": payment.id}, ctx.now() + ASK_AFTER)
    try:
        report = await _move(ctx, payment, verb, amount)
    except PortFailed:
        # The movement may have happened: somebody has to find out, even if nobody tries again.
        async with ctx.tx() as session:
            await put_off(session, RECONCILE, payment.key, {"payment_id": payment.id}, ctx.now())
        raise
    await settle(ctx, payment.id, report)
    return await _known(ctx, payment.id)


async def _move(ctx: Context, payment: PaymentRow, verb: Movement, amount: int) -> PaymentReport:
    """Ask the provider for one movement. Its key follows from what moved before: sent again, it is the same one."""
    before = {"capture": payment.captured, "refund": payment.totals.refunded}.get(verb, 0)
    request = request_for(payment, key=f"{payment.key}:{verb}:{before}", amount=amount)
    provided = ctx.ports.get(PaymentProvider, payment.provider)
    asked = {
        "capture": provided.implementation.capture,
        "refund": provided.implementation.refund,
        "cancel": provided.implementation.cancel,
    }
    return await ctx.ports.ask(provided, asked[verb], request)


async def _return_mismatch(ctx: Context, payment: PaymentRow, mismatch: Mismatch) -> None:
    """The wrong money is no part of the payment's totals: it goes back as it came, and is entered as returned."""
    provided = ctx.ports.get(PaymentProvider, payment.provider)
    look_up = provided.implementation.look_up
    found = await ctx.ports.ask(provided, look_up, payment.key, payment.provider_reference)
    if found is not None and (found.captured > found.refunded or found.state == PaymentState.AUTHORISED):
        request = MoneyRequest(
            key=f"{payment.key}:mismatch:{mismatch.amount}",
            payment_key=payment.key,
            provider_reference=found.provider_reference or payment.provider_reference,
            amount=found.captured - found.refunded or mismatch.amount,
            currency=mismatch.currency,
            authorised=found.authorised,
            captured=found.captured,
            refunded=found.refunded,
        )
        verb = provided.implementation.refund if found.captured > found.refunded else provided.implementation.cancel
        await ctx.ports.ask(provided, verb, request)
    async with ctx.tx() as session:
        await payments.enter_return(session, payment, mismatch, at=ctx.now(), actor=ctx.actor.kind)


async def _known(ctx: Context, payment_id: int) -> PaymentRow:
    payment = await payment_by_id(ctx.db, payment_id)
    if payment is None:
        raise NotFound(what="The payment")
    return payment
