"""What is heard, and which mail it becomes: one reaction for each event, so that none waits for another."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from vetrina.events import (
    FulfilmentMoved,
    OrderAmended,
    OrderCancelled,
    OrderDocumentIssued,
    OrderLinesCancelled,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
    OrderSent,
    OrderWaived,
    PaymentAsked,
    PaymentReminded,
    ReturnAnswered,
    ReturnClosed,
    ReturnReceived,
    ReturnRequested,
)
from vetrina.plugin import Context, React
from vetrina.plugin.words import spoken
from vetrina.vocabulary import FinancialStatus, FulfilmentState
from vetrina_order_mails.facts import OrderFacts, facts_of
from vetrina_order_mails.flows.telling import PREFIX, post_all, tell_buyer
from vetrina_order_mails.kinds import STAFF
from vetrina_order_mails.owing import DOCUMENTS
from vetrina_order_mails.parts import Happening
from vetrina_order_mails.settings import OrderMailsSettings

MOVED: Mapping[str, str] = {
    FulfilmentState.OUT_FOR_DELIVERY: "out_for_delivery",
    FulfilmentState.DELIVERED: "delivered",
    FulfilmentState.FAILED: "delivery_failed",
}
ANSWERED: Mapping[str, str] = {"approved": "return_approved", "declined": "return_declined"}
LAPSED = "lapsed"
"""The reminder that says an order is over; its cancellation tells the buyer."""


def reactions(settings: OrderMailsSettings) -> list[React[Any]]:
    """All of them."""
    listener = Listener(settings)
    return [
        React(OrderPlaced, listener.tell_placed),
        React(OrderPlaced, listener.tell_staff),
        React(OrderPaid, listener.tell_paid),
        React(OrderCancelled, listener.tell_cancelled),
        React(OrderLinesCancelled, listener.tell_lines_cancelled),
        React(OrderSent, listener.tell_sent),
        React(FulfilmentMoved, listener.tell_moved),
        React(OrderAmended, listener.tell_amended),
        React(OrderRefunded, listener.tell_refunded),
        React(OrderWaived, listener.tell_waived),
        React(OrderDocumentIssued, listener.tell_document),
        React(PaymentAsked, listener.tell_asked),
        React(PaymentReminded, listener.tell_reminded),
        React(ReturnRequested, listener.tell_return_requested),
        React(ReturnAnswered, listener.tell_return_answered),
        React(ReturnReceived, listener.tell_return_received),
        React(ReturnClosed, listener.tell_return_closed),
    ]


class Listener:
    """Hears events under the shop's settings."""

    def __init__(self, settings: OrderMailsSettings) -> None:
        self._settings = settings
        self._too_old = timedelta(days=settings.too_old_days)

    async def tell_placed(self, ctx: Context, event: OrderPlaced) -> None:
        facts = await facts_of(ctx, event.order_id)
        is_awaited = facts is not None and facts.awaited is not None and facts.awaited.due_at is not None
        await self._tell(ctx, "payment_awaited" if is_awaited else "order_placed", event.order_id, occasion="placed")

    async def tell_staff(self, ctx: Context, event: OrderPlaced) -> None:
        facts = await facts_of(ctx, event.order_id) if self._settings.staff_addresses else None
        if facts is not None:
            happening = Happening(mail=STAFF, order_id=event.order_id)
            key = f"{PREFIX}{STAFF}:{event.order_id}"
            language = spoken(facts.profile.language)
            await post_all(ctx, facts, happening, self._settings.staff_addresses, language, key, self._too_old)

    async def tell_paid(self, ctx: Context, event: OrderPaid) -> None:
        await self._tell(ctx, "order_paid", event.order_id)

    async def tell_cancelled(self, ctx: Context, event: OrderCancelled) -> None:
        facts = await facts_of(ctx, event.order_id)
        has_lapsed = facts is not None and event.reason == "DECLINED" and _has_lapsed(facts)
        await self._tell(ctx, "payment_lapsed" if has_lapsed else "order_cancelled", event.order_id, occasion="end")

    async def tell_lines_cancelled(self, ctx: Context, event: OrderLinesCancelled) -> None:
        if not event.notify:
            return
        # An order may lose pieces again and again: the delivery is the occasion.
        occasion = str(ctx.delivery.event_id) if ctx.delivery is not None else ""
        happening = Happening(mail="lines_cancelled", order_id=event.order_id, pieces=event.lines)
        await tell_buyer(ctx, happening, too_old=self._too_old, occasion=occasion)

    async def tell_sent(self, ctx: Context, event: OrderSent) -> None:
        if event.notify:
            await self._tell(ctx, "order_sent", event.order_id, event.fulfilment_id)

    async def tell_moved(self, ctx: Context, event: FulfilmentMoved) -> None:
        if event.notify and event.state in MOVED:
            await self._tell(ctx, MOVED[event.state], event.order_id, event.fulfilment_id)

    async def tell_amended(self, ctx: Context, event: OrderAmended) -> None:
        if event.notify:
            await self._tell(ctx, "order_amended", event.order_id, event.amendment_id)

    async def tell_refunded(self, ctx: Context, event: OrderRefunded) -> None:
        if event.notify:
            await self._tell(ctx, "order_refunded", event.order_id, event.refund_id)

    async def tell_waived(self, ctx: Context, event: OrderWaived) -> None:
        await self._tell(ctx, "payment_lowered", event.order_id, event.refund_id)

    async def tell_document(self, ctx: Context, event: OrderDocumentIssued) -> None:
        """Once for each document; what kind it is of decides the mail."""
        if event.kind not in DOCUMENTS:
            return
        happening = Happening(
            mail=DOCUMENTS[event.kind],
            order_id=event.order_id,
            document=(event.provider, event.reference),
            encloses=self._settings.encloses_documents,
        )
        await tell_buyer(ctx, happening, too_old=self._too_old, occasion=f"{event.provider}:{event.reference}")

    async def tell_asked(self, ctx: Context, event: PaymentAsked) -> None:
        await self._tell(ctx, "payment_asked", event.order_id, event.request_id)

    async def tell_reminded(self, ctx: Context, event: PaymentReminded) -> None:
        if event.order_id is not None and event.occasion != LAPSED:
            occasion = f"{event.payment_id}:{event.occasion}"
            await self._tell(ctx, "payment_reminder", event.order_id, occasion=occasion)

    async def tell_return_requested(self, ctx: Context, event: ReturnRequested) -> None:
        await self._tell(ctx, "return_requested", event.order_id, event.return_id)

    async def tell_return_answered(self, ctx: Context, event: ReturnAnswered) -> None:
        if event.state in ANSWERED:
            await self._tell(ctx, ANSWERED[event.state], event.order_id, event.return_id)

    async def tell_return_received(self, ctx: Context, event: ReturnReceived) -> None:
        await self._tell(ctx, "return_received", event.order_id, event.return_id)

    async def tell_return_closed(self, ctx: Context, event: ReturnClosed) -> None:
        await self._tell(ctx, "return_closed", event.order_id, event.return_id)

    async def _tell(
        self, ctx: Context, mail: str, order_id: int, subject_id: int | None = None, *, occasion: str = ""
    ) -> None:
        happening = Happening(mail=mail, order_id=order_id, subject_id=subject_id)
        await tell_buyer(ctx, happening, too_old=self._too_old, occasion=occasion)


def _has_lapsed(facts: OrderFacts) -> bool:
    """Whether the order ended because its day passed, and nothing had come."""
    ended = facts.order.cancelled_at
    is_past = any(ended is not None and money.due_at is not None and money.due_at <= ended for money in facts.money)
    return is_past and facts.order.financial_status == FinancialStatus.VOIDED
