"""What it means for an order's refunds that money came back from where it was sent: they are owed again."""

import msgspec
import structlog

from vetrina.flows.payments.requesting import request_for
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.errors import Fault
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.refund_rules import OF_BOUNCE, RefundSums, Way
from vetrina.shop.payments.ports import RefundBounce
from vetrina.shop.payments.rules import PaymentRow
from vetrina.shop.payments.service import Recorded
from vetrina.vocabulary import RefundState

log = structlog.get_logger(__name__)

LONGEST = 300


async def follow_bounces(ctx: Context, session: Session, order_id: int, recorded: Recorded) -> None:
    """Mark the parts that came back; the caller holds the order and the payment.

    Whoever had it sent, by a refund of the order or at the payment itself: afterwards it stands among the order's
    refunds, so that somebody sees it, and no job sends it after the first by itself.
    """
    for bounce in recorded.bounces:
        log.error("a refund came back", payment=recorded.payment.key, reference=bounce.reference, reason=bounce.reason)
        part = await orders.part_sent(session, recorded.payment.id, key=bounce.key, amount=bounce.amount)
        reason = bounce.reason[:LONGEST] or "refused by the buyer's bank"
        if part is None:
            refund_id = await _written(ctx, session, order_id, recorded.payment, bounce)
            (part,) = await orders.parts_held(session, refund_id)
        # Before the answer came nobody was told that it went back: it is as if the provider had said no.
        if not (
            await orders.bounce_part(session, part.id, reason=reason, at=ctx.now())
            or await orders.decide_part(session, part.id, RefundState.FAILED, error=reason, at=ctx.now())
        ):
            continue
        parts = await orders.parts_held(session, part.refund_id)
        await orders.follow_parts(session, part.refund_id, parts, at=ctx.now())


async def _written(ctx: Context, session: Session, order_id: int, payment: PaymentRow, bounce: RefundBounce) -> int:
    """A refund for money that was sent at the payment itself; it takes nothing off the order, as it did not before."""
    order = await orders.locked(session, order_id)
    if order is None:
        raise Fault(f"order {order_id} is gone")
    sums = RefundSums(
        shares=(),
        goods=0,
        delivery=0,
        fee=0,
        adjustment=bounce.amount,
        tax=0,
        amount=bounce.amount,
        waived=0,
        computed=0,
        parts=(Way(bounce.amount, payment_id=payment.id),),
    )
    note = orders.RefundNote(
        key=f"{OF_BOUNCE}{bounce.reference}", reason="BOUNCED", note="", notify=False, actor=ctx.actor.name
    )
    requests = {payment.id: msgspec.to_builtins(request_for(payment))}
    refund_id = await orders.write_refund(session, order, sums, note, requests=requests, restocked={}, at=ctx.now())
    (part,) = await orders.parts_held(session, refund_id)
    await orders.decide_part(session, part.id, RefundState.DONE, at=ctx.now())
    return refund_id
