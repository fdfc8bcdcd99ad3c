"""Remind of awaited money: before its day, after it while the goods are still held, and when they no longer are."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from vetrina.events import OrderCancelled, PaymentReminded
from vetrina.kernel.messages import emit, receive
from vetrina.plugin import Context, Job, React
from vetrina.views.payments.awaited_money import AwaitedRow, awaited_money
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import PaymentState
from vetrina_manual_payment.receipts import PROVIDER
from vetrina_manual_payment.settings import ManualPaymentSettings

SOURCE = "manual_payment:reminders"
BATCH = 200
EVERY = timedelta(hours=1)


def occasion_of(settings: ManualPaymentSettings, row: AwaitedRow, now: datetime) -> str | None:
    """Which reminder is due: soon, overdue, or none."""
    if row.due_at is None or now >= row.due_at:
        return None
    due = row.due_at - timedelta(days=settings.days_of_grace)
    if now >= due:
        is_late = bool(settings.remind_after) and now >= due + timedelta(days=settings.remind_after)
        return "overdue" if is_late else None
    is_soon = bool(settings.remind_before) and now >= due - timedelta(days=settings.remind_before)
    # Who has only just ordered was told a moment ago.
    return "soon" if is_soon and now - row.created_at >= timedelta(days=1) else None


async def remind(ctx: Context, settings: ManualPaymentSettings) -> int:
    """Tell whoever hears of reminders, each occasion once; how many were told."""
    told, last = 0, 0
    while found := await awaited_money(ctx.db, PROVIDER, after_id=last, limit=BATCH):
        for row in found:
            occasion = occasion_of(settings, row, ctx.now())
            if occasion is not None and row.due_at is not None:
                due = row.due_at - timedelta(days=settings.days_of_grace)
                told += await _tell(ctx, row, occasion, due, row.due_at)
        last = found[-1].payment_id
    return told


def jobs(settings: ManualPaymentSettings) -> list[Job]:
    """One."""

    async def run(ctx: Context, payload: Mapping[str, Any]) -> None:
        await remind(ctx, settings)

    return [Job(name="manual_payment.remind", run=run, every=EVERY)]


def reactions(settings: ManualPaymentSettings) -> list[React[Any]]:
    """An order that was cancelled because its day passed has lapsed."""

    async def lapsed(ctx: Context, event: OrderCancelled) -> None:
        for payment in await payments_of_orders(ctx.db, [event.order_id]):
            is_ours = payment.provider == PROVIDER and payment.state == PaymentState.CANCELLED
            if event.reason == "DECLINED" and is_ours and payment.due_at is not None and payment.due_at <= ctx.now():
                row = AwaitedRow(
                    payment_id=payment.id,
                    order_id=event.order_id,
                    number=event.number,
                    email=None,
                    billing_address=None,
                    method=payment.method,
                    amount=payment.amount,
                    currency=payment.currency,
                    due_at=payment.due_at,
                    created_at=payment.created_at,
                )
                due = payment.due_at - timedelta(days=settings.days_of_grace)
                await _tell(ctx, row, "lapsed", due, payment.due_at)

    return [React(OrderCancelled, lapsed)]


async def _tell(ctx: Context, row: AwaitedRow, occasion: str, due: datetime, held_until: datetime) -> bool:
    async with ctx.tx() as session:
        if not await receive(session, SOURCE, f"{row.payment_id}:{occasion}", ctx.now()):
            return False
        event = PaymentReminded(
            payment_id=row.payment_id,
            order_id=row.order_id,
            provider=PROVIDER,
            amount=row.amount,
            currency=row.currency,
            occasion=occasion,
            due_at=due,
            held_until=held_until,
        )
        await emit(session, event, ctx.now())
    return True
