"""What the staff does about one payment beside capturing and refunding it: look again, send back, void."""

from vetrina.flows.auditing import audited
from vetrina.flows.payments.moving import reconcile_payment, return_money, void_promise
from vetrina.kernel.context import Context
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.shop.payments.rules import PaymentRow
from vetrina.views.payments.standing import payment_by_id, payment_entries
from vetrina.vocabulary import PaymentState


class NothingToVoid(Refusal):
    """Only a promise that was not taken can be let go."""

    code = "NOTHING_TO_VOID"
    text = "Nothing of this payment is promised and not taken: refund what came instead."


class NothingToSendBack(Refusal):
    """The money belongs to a standing order, or is not here."""

    code = "NOTHING_TO_SEND_BACK"
    text = "This payment holds no money without an order: refund it, or cancel its order."


async def look_into(ctx: Context, payment_id: int) -> PaymentRow:
    """Ask the provider what became of a payment, and follow; the payment as it stands then. Needs payments.write.

    Raises NotFound, Unavailable when the provider cannot be asked.
    """
    ctx.require("payments.write")
    await _known(ctx, payment_id)
    await reconcile_payment(ctx, payment_id)
    return await _known(ctx, payment_id)


async def send_back(ctx: Context, payment_id: int) -> PaymentRow:
    """Send back money that bought nothing, now instead of when its job is next run. Needs payments.write.

    Money of a standing order is refunded, not sent back. Raises NotFound, NothingToSendBack, Unavailable.
    """
    ctx.require("payments.write")
    before = await _known(ctx, payment_id)
    entries = await payment_entries(ctx.db, [payment_id])
    returned = {entry.reference for entry in entries if entry.kind == "returned"}
    strays = [entry for entry in entries if entry.kind == "mismatched" and entry.reference not in returned]
    for stray in strays:
        payload = {"payment_id": payment_id, "mismatched": stray.amount, "currency": stray.currency}
        await return_money(ctx, payload)
    await return_money(ctx, {"payment_id": payment_id})
    after = await _known(ctx, payment_id)
    if not strays and after == before:
        raise NothingToSendBack
    async with ctx.tx() as session:
        await audited(ctx, session, "payment.sent-back", f"payment:{payment_id}", after={"refunded": after.refunded})
    return after


async def void(ctx: Context, payment_id: int) -> PaymentRow:
    """Let go of promised money, or of what of it was not taken. Needs payments.write.

    The order stays, unpaid by so much. Raises NotFound, NothingToVoid, Unavailable.
    """
    ctx.require("payments.write")
    payment = await _known(ctx, payment_id)
    if payment.state != PaymentState.AUTHORISED:
        raise NothingToVoid
    return await void_promise(ctx, payment)


async def _known(ctx: Context, payment_id: int) -> PaymentRow:
    payment = await payment_by_id(ctx.db, payment_id)
    if payment is None:
        raise NotFound(what="The payment")
    return payment
