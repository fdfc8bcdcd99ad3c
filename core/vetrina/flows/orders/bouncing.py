"""Refunds that were refused, by the provider or the buyer's bank: paid back past the payment, or set aside."""

from typing import Any

from vetrina.flows.auditing import audited
from vetrina.flows.orders.reckoning import hold_order, money_of, tell_refunded
from vetrina.flows.orders.refunding import seen
from vetrina.flows.payments.following import counting, standing_of
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.rules import financial_status
from vetrina.views.orders.refunds import refund_by_id
from vetrina.vocabulary import RefundState

LONGEST_NOTE = 300
GONE = "So much is not left of its payment: it went back already. If nothing is to be paid any more, dismiss it."
OWED = (RefundState.FAILED, RefundState.BOUNCED)


class NothingOwed(Refusal):
    """Only what a provider or the buyer's bank refused is paid back by another way."""

    code = "NOTHING_OWED"
    text = "Nothing of this refund was refused: it is done, or on its way."


class StillOwed(Refusal):
    """What the buyer's bank sent back is owed until it is paid."""

    code = "STILL_OWED"
    text = "The buyer's bank sent this money back: it is owed until it is tried again or paid another way."


@once
async def pay_elsewhere(ctx: Context, refund_id: int, how: str) -> None:
    """Note that what was refused of a refund was paid back past its payment, such as by a transfer.

    Needs payments.write. `how` says which way, and stands in the audit log and beside the refund. The payment keeps
    the money at its provider: it cannot go back there once more. What a provider refused may have gone back by another
    refund since; then it is not owed. Raises BadInput, NotFound, NothingOwed.
    """
    ctx.require("payments.write")
    told = texts.line(how, field=("how",), limit=LONGEST_NOTE, required=True)
    refund = await refund_by_id(ctx.db, refund_id)
    if refund is None:
        raise NotFound(what="The refund", field=("refund_id",))
    async with ctx.tx() as session:
        order, held = await hold_order(session, refund.order_id, may_be_cancelled=True)
        owed = [part for part in await orders.parts_held(session, refund_id) if part.state in OWED]
        if not owed:
            raise NothingOwed(field=("refund_id",))
        ways = (await money_of(session, await seen(session, order), held)).standing.ways
        left = {way.payment_id or 0: way.left for way in ways}
        if any(part.state == RefundState.FAILED and part.amount > left.get(part.payment_id or 0, 0) for part in owed):
            raise BadInput(field=("refund_id",), problem=GONE, reason="gone")
        amount = sum(part.amount for part in owed)
        kept = counting(held)
        beside = order.refunded - sum(payment.refunded for payment in kept)
        # Money that another payment replaced was never the order's: it is paid back, and is none of the order's sums.
        ours = sum(part.amount for part in owed if part.payment_id in {payment.id for payment in kept})
        for part in owed:
            await orders.settle_part(session, part.id, elsewhere=told, at=ctx.now())
        parts = await orders.parts_held(session, refund_id)
        state = await orders.follow_parts(session, refund_id, parts, at=ctx.now())
        status = financial_status(order.owed, order.redeemed, beside + ours, standing_of(held))
        await orders.set_money(session, order, status=status, refunded=order.refunded + ours, at=ctx.now())
        if state == RefundState.DONE:
            await tell_refunded(ctx, session, order, refund_id, refund.amount, notify=refund.notify)
        after: dict[str, Any] = {"refund": refund_id, "amount": amount, "how": told}
        await audited(ctx, session, "order.refund-elsewhere", f"order:{order.id}", after=after)


@once
async def dismiss_refund(ctx: Context, refund_id: int, why: str) -> None:
    """Note that nobody has to see to a refund that its provider refused: another one paid it, or nothing is to be paid.

    Needs payments.write. `why` stands in the audit log and beside the refund. What was refused never happened, so that
    no sum changes, and what of it did go back stays. Said again it changes nothing; asked again, the refund waits as
    before. Raises BadInput, NotFound, NothingOwed, StillOwed.
    """
    ctx.require("payments.write")
    told = texts.line(why, field=("why",), limit=LONGEST_NOTE, required=True)
    refund = await refund_by_id(ctx.db, refund_id)
    if refund is None:
        raise NotFound(what="The refund", field=("refund_id",))
    async with ctx.tx() as session:
        order, _ = await hold_order(session, refund.order_id, may_be_cancelled=True)
        states = {part.state for part in await orders.parts_held(session, refund_id)}
        if RefundState.BOUNCED in states:
            raise StillOwed(field=("refund_id",))
        if RefundState.FAILED not in states or RefundState.ASKED in states:
            raise NothingOwed(field=("refund_id",))
        if await orders.dismiss(session, refund_id, why=told):
            after: dict[str, Any] = {"refund": refund_id, "amount": refund.amount, "why": told}
            await audited(ctx, session, "order.refund-dismissed", f"order:{order.id}", after=after)
