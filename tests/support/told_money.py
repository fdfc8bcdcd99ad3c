"""What payment services tell of a past that was imported: a dispute to answer, a lost one, and a payout."""

from datetime import timedelta

from sqlalchemy import select

from vetrina.flows.payments.disputes import take_dispute
from vetrina.kernel.context import Context
from vetrina.ports import DisputeReport, PayoutItem, PayoutReport
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.models import Payment
from vetrina.shop.payments.rules import PaymentRow
from vetrina.vocabulary import DisputeState, PayoutItemKind, PayoutState

RATE = 14_000
"""What the service keeps, in parts per million."""


async def tell_of_money(ctx: Context) -> None:
    """Over the first payments of the shop, whatever their provider."""
    rows = select(*(getattr(Payment, name) for name in PaymentRow.__struct_fields__)).order_by(Payment.id).limit(12)
    known = await ctx.db.rows(PaymentRow, rows)
    for place, (state, reason) in enumerate(
        ((DisputeState.NEEDS_RESPONSE, "product_not_received"), (DisputeState.LOST, "fraudulent"))
    ):
        await take_dispute(ctx, known[place].provider, _dispute(ctx, known[place], state, reason))
    paid = known[:-2]
    items = tuple(_charge(ctx, payment) for payment in paid)
    taken = sum(payment.amount for payment in known[:2])
    disputes = PayoutItem(
        reference="txn_dispute",
        kind=PayoutItemKind.DISPUTE,
        gross=-taken,
        fee=0,
        net=-taken,
        currency=known[0].currency,
        at=ctx.now(),
        payment_key="somebody-elses",
    )
    async with ctx.tx() as session:
        for number, (part, state) in enumerate(
            (((*items[:6], disputes), PayoutState.PAID), (items[6:], PayoutState.PENDING)), start=1
        ):
            report = PayoutReport(
                reference=f"po_1Qx{number:03}",
                state=state,
                amount=sum(item.net for item in part) - (number == 1),
                currency=known[0].currency,
                arrives_at=ctx.now() + timedelta(days=number),
                items=tuple(part),
            )
            ids = {f"txn_{payment.id}": payment.id for payment in paid}
            await payments.record_payout(session, paid[0].provider, report, ids, at=ctx.now(), actor="system")


def _dispute(ctx: Context, payment: PaymentRow, state: DisputeState, reason: str) -> DisputeReport:
    return DisputeReport(
        reference=f"dp_1Qx{payment.id:03}",
        state=state,
        amount=payment.amount,
        currency=payment.currency,
        at=ctx.now(),
        payment_key=payment.key,
        fee=1_500,
        reason=reason,
        evidence_due_at=ctx.now() + timedelta(days=2 if state == DisputeState.NEEDS_RESPONSE else -20),
    )


def _charge(ctx: Context, payment: PaymentRow) -> PayoutItem:
    fee = payment.captured * RATE // 1_000_000
    return PayoutItem(
        reference=f"txn_{payment.id}",
        kind=PayoutItemKind.CHARGE,
        gross=payment.captured,
        fee=fee,
        net=payment.captured - fee,
        currency=payment.currency,
        at=ctx.now(),
        payment_key=payment.key,
    )
