"""Payments: list, capture, refund, void, send back; disputes and their evidence; payouts and whether all adds up."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from enum import Enum
from typing import Any

import strawberry

from vetrina.flows.payments.desk import look_into, send_back, void
from vetrina.flows.payments.disputes import submit_evidence
from vetrina.flows.payments.moving import capture, refund
from vetrina.graphql import IdArgument, Info, UserError, answer, connection_of, ctx_of, int_key_of, root, window_args
from vetrina.graphql.scalars import Decimal
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.kernel.money import from_decimal
from vetrina.ports import DisputeEvidence
from vetrina.views.payments.desk import (
    PaymentDeskOrder,
    PaymentFilters,
    payment_desk,
    payment_filters,
    payment_on_desk,
    payment_query,
)
from vetrina.views.payments.disputes import DisputeTab, disputes
from vetrina.views.payments.payouts import payouts
from vetrina.views.payments.proof import money_proof
from vetrina.views.payments.queues import LAPSES_WITHIN, STUCK_AFTER, money_queues
from vetrina_admin.api.payment_types import (
    MoneyQueueCounts,
    MoneyReconciliation,
    PaymentDispute,
    PaymentDisputeConnection,
    PaymentDisputeKind,
    PaymentRecord,
    PaymentRecordConnection,
    PaymentRecordState,
    PayoutConnection,
)


@strawberry.enum(description="In which order payments are listed; amounts as numbers, whatever their currency.")
class PaymentSortKeys(Enum):
    CREATED_AT = "created_at"
    AMOUNT = "amount"


@strawberry.input(description="What the shop has to say to a dispute; what is left out is not said.")
class PaymentDisputeEvidenceInput:
    statement: str = strawberry.field(description="At most 20,000 characters.")
    product_description: str = ""
    customer_name: str = ""
    customer_email: str = ""
    billing_address: str = ""
    shipping_address: str = ""
    shipping_carrier: str = ""
    tracking_number: str = ""
    shipped_on: str | None = strawberry.field(default=None, description="A day such as 2026-03-14.")


@strawberry.type
class PaymentQuery:
    @root(
        permission="payments.read",
        description="Payments, the newest first. query is a provider's reference, our key, or says which order it is "
        "for: its number, an e-mail address, a name, a SKU.",
    )
    async def payments(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        reverse: bool = True,
        sort_key: PaymentSortKeys = PaymentSortKeys.CREATED_AT,
        query: str | None = None,
        states: list[PaymentRecordState] | None = None,
        providers: list[str] | None = None,
    ) -> PaymentRecordConnection:
        window = window_args(first, after, last, before, reverse)
        filters = PaymentFilters(
            states=tuple(state.value for state in states or ()), providers=tuple((providers or [])[:50])
        )
        matching = payment_query(query) & payment_filters(filters)
        rows = await payment_desk(ctx_of(info).db, PaymentDeskOrder(sort_key.value), window, matching)
        found: Any = connection_of(rows, window)
        return found

    @root(permission="payments.read", description="A payment by its id.")
    async def payment(self, info: Info, payment_id: IdArgument) -> PaymentRecord | None:
        found: Any = await payment_on_desk(ctx_of(info).db, int_key_of(payment_id, "Payment", field=("id",)))
        return found

    @root(permission="payments.read", description="Disputes; those that wait for the shop first, by their deadline.")
    async def payment_disputes(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        reverse: bool = False,
        kind: PaymentDisputeKind | None = None,
    ) -> PaymentDisputeConnection:
        window = window_args(first, after, last, before, reverse)
        tab = DisputeTab(kind.value) if kind is not None else DisputeTab.ALL
        found: Any = connection_of(await disputes(ctx_of(info).db, tab, window), window)
        return found

    @root(permission="payments.read", description="Payouts, the latest first.")
    async def payouts(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        reverse: bool = True,
    ) -> PayoutConnection:
        window = window_args(first, after, last, before, reverse)
        found: Any = connection_of(await payouts(ctx_of(info).db, window), window)
        return found

    @root(permission="payments.read", description="Whether the money adds up, by provider and currency.")
    async def money_reconciliation(self, info: Info) -> list[MoneyReconciliation]:
        found: Any = await money_proof(ctx_of(info).db)
        return found

    @root(permission="payments.read", description="How much money waits for somebody.")
    async def money_queues(self, info: Info) -> MoneyQueueCounts:
        ctx = ctx_of(info)
        now = ctx.now()
        found: Any = await money_queues(ctx.db, stuck_since=now - STUCK_AFTER, expires_before=now + LAPSES_WITHIN)
        return found


@strawberry.type(description="The payment as it is now.")
class PaymentRecordPayload:
    payment: PaymentRecord | None
    user_errors: list[UserError]


@strawberry.type(description="The dispute as it is now.")
class PaymentDisputePayload:
    dispute: PaymentDispute | None
    user_errors: list[UserError]


@strawberry.type
class PaymentMutation:
    @root(permission="payments.write", description="Take money that was promised: all that is left, or so much.")
    async def payment_capture(
        self, info: Info, payment_id: IdArgument, amount: Decimal | None = None
    ) -> PaymentRecordPayload:
        return await _moved(info, payment_id, amount, capture)

    @root(permission="payments.write", description="Give money back: all that is left, or so much.")
    async def payment_refund(
        self, info: Info, payment_id: IdArgument, amount: Decimal | None = None
    ) -> PaymentRecordPayload:
        return await _moved(info, payment_id, amount, refund)

    @root(permission="payments.write", description="Let go of promised money of which nothing was taken.")
    async def payment_void(self, info: Info, payment_id: IdArgument) -> PaymentRecordPayload:
        return await _done(info, payment_id, void)

    @root(permission="payments.write", description="Ask the provider what became of a payment, and follow.")
    async def payment_look_up(self, info: Info, payment_id: IdArgument) -> PaymentRecordPayload:
        return await _done(info, payment_id, look_into)

    @root(permission="payments.write", description="Send back money that has no order.")
    async def payment_send_back(self, info: Info, payment_id: IdArgument) -> PaymentRecordPayload:
        return await _done(info, payment_id, send_back)

    @root(permission="payments.write", description="Hand in what the shop has to say to a dispute.")
    async def payment_dispute_answer(
        self, info: Info, dispute_id: IdArgument, evidence: PaymentDisputeEvidenceInput
    ) -> PaymentDisputePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(dispute_id, "PaymentDispute", field=("id",))
            return {"dispute": await submit_evidence(ctx, key, _evidence(evidence))}

        return await answer(PaymentDisputePayload, change(ctx_of(info)))


async def _moved(
    info: Info, payment_id: IdArgument, amount: Any, move: Callable[[Context, int, int | None], Awaitable[object]]
) -> PaymentRecordPayload:
    async def change(ctx: Context) -> Mapping[str, Any]:
        key = int_key_of(payment_id, "Payment", field=("id",))
        row = await payment_on_desk(ctx.db, key)
        if row is None:
            raise NotFound(what="The payment")
        wanted = None if amount is None else from_decimal(amount, row.currency, field=("amount",)).amount
        await move(ctx, key, wanted)
        return {"payment": await payment_on_desk(ctx.db, key)}

    return await answer(PaymentRecordPayload, change(ctx_of(info)))


async def _done(
    info: Info, payment_id: IdArgument, act: Callable[[Context, int], Awaitable[object]]
) -> PaymentRecordPayload:
    async def change(ctx: Context) -> Mapping[str, Any]:
        key = int_key_of(payment_id, "Payment", field=("id",))
        await act(ctx, key)
        return {"payment": await payment_on_desk(ctx.db, key)}

    return await answer(PaymentRecordPayload, change(ctx_of(info)))


def _evidence(given: PaymentDisputeEvidenceInput) -> DisputeEvidence:
    try:
        shipped_on = date.fromisoformat(given.shipped_on) if given.shipped_on else None
    except ValueError:
        raise BadInput(field=("evidence", "shippedOn"), problem="This is no day such as 2026-03-14.") from None
    names = set(DisputeEvidence.__struct_fields__) - {"key", "shipped_on"}
    return DisputeEvidence(key="", shipped_on=shipped_on, **{name: getattr(given, name) for name in names})
