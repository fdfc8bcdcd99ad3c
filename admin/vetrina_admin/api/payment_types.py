"""Payments, disputes, payouts and their reconciliation as the staff sees them."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import strawberry

from vetrina.graphql import Info, PageInfo, batch, ctx_of, id_field
from vetrina.graphql.scalars import DateTime
from vetrina.views.payments.desk import PaymentDeskRow
from vetrina.views.payments.disputes import DisputeTab, disputes_of_payments
from vetrina.views.payments.payouts import items_of_payments
from vetrina.views.payments.standing import payment_entries
from vetrina.vocabulary import DisputeState, PaymentState, PayoutItemKind, PayoutState
from vetrina_admin.api.money import Money, MoneyRow, money, money_field


@strawberry.enum(description="Where a payment stands.")
class PaymentRecordState(Enum):
    _ignore_ = ["state"]
    for state in PaymentState:
        vars()[state.name] = state.value


@strawberry.enum(description="Where a dispute stands.")
class PaymentDisputeState(Enum):
    _ignore_ = ["state"]
    for state in DisputeState:
        vars()[state.name] = state.value


@strawberry.enum(description="Which disputes are listed.")
class PaymentDisputeKind(Enum):
    _ignore_ = ["tab"]
    for tab in DisputeTab:
        vars()[tab.name] = tab.value


@strawberry.enum(description="Where a payout stands.")
class PayoutStatus(Enum):
    _ignore_ = ["state"]
    for state in PayoutState:
        vars()[state.name] = state.value


@strawberry.enum(description="What a payout settles.")
class PayoutMovementKind(Enum):
    _ignore_ = ["kind"]
    for kind in PayoutItemKind:
        vars()[kind.name] = kind.value


async def load_entries(rows: Sequence[PaymentDeskRow], info: Info) -> list[list[Any]]:
    """The ledger of each, in the order it was written."""
    found: dict[int, list[Any]] = {}
    for entry in await payment_entries(ctx_of(info).db, [row.id for row in rows]):
        found.setdefault(entry.payment_id, []).append(entry)
    return [found.get(row.id, []) for row in rows]


async def load_disputes(rows: Sequence[PaymentDeskRow], info: Info) -> list[list[Any]]:
    """The disputes over each, the oldest first."""
    found: dict[int, list[Any]] = {}
    for dispute in await disputes_of_payments(ctx_of(info).db, [row.id for row in rows]):
        found.setdefault(dispute.payment_id, []).append(dispute)
    return [found.get(row.id, []) for row in rows]


async def load_settled(rows: Sequence[PaymentDeskRow], info: Info) -> list[list[Any]]:
    """What payouts settled of each, the oldest first."""
    found: dict[int | None, list[Any]] = {}
    for item in await items_of_payments(ctx_of(info).db, [row.id for row in rows]):
        found.setdefault(item.payment_id, []).append(item)
    return [found.get(row.id, []) for row in rows]


async def load_charged(rows: Sequence[Any], info: Info) -> list[MoneyRow]:
    """What each movement was in the currency that its buyer paid in."""
    return [money(row.charged, row.charged_currency) for row in rows]


@strawberry.type(description="An entry of the money ledger; entries are only ever added.")
class PaymentLedgerEntry:
    kind: str = strawberry.field(
        description="authorised, captured, refunded, refund_failed (the bank gave it back), voided, mismatched, "
        "returned, disputed, dispute_reversed or fee."
    )
    amount: Money = money_field("amount")
    reference: str
    at: DateTime
    actor: str


@strawberry.type(description="A buyer's dispute over a payment.")
class PaymentDispute:
    id: strawberry.ID = id_field("PaymentDispute")
    provider: str
    reference: str
    state: PaymentDisputeState
    amount: Money = money_field("amount")
    fee: Money = money_field("fee")
    reason: str
    evidence_due_at: DateTime | None = strawberry.field(description="Until when evidence is taken.")
    answered_at: DateTime | None = strawberry.field(description="When evidence was last handed in.")
    opened_at: DateTime


@strawberry.type(description="One movement that a payout settles, signed from the shop's side.")
class PayoutMovement:
    reference: str
    kind: PayoutMovementKind
    gross: Money = money_field("gross")
    fee: Money = money_field("fee")
    net: Money = money_field("net")
    charged: Money = batch(load_charged, description="Its gross in the currency that the buyer paid in.")
    at: DateTime


@strawberry.type(description="A transfer of a payment service to the shop's bank account.")
class Payout:
    id: strawberry.ID = id_field("Payout")
    provider: str
    reference: str
    state: PayoutStatus
    amount: Money = money_field("amount")
    fees: Money = money_field("fees")
    net: Money = money_field("net", description="What its movements come to.")
    arrives_at: DateTime | None
    created_at: DateTime
    is_reconciled: bool = strawberry.field(description="Its movements come to its amount, all of known payments.")


@strawberry.type(description="A payment with its ledger, what was disputed and what payouts settled.")
class PaymentRecord:
    id: strawberry.ID = id_field("Payment")
    key: str
    provider: str
    method: str
    provider_reference: str | None
    state: PaymentRecordState
    order_name: str = strawberry.field(description="Empty where it has no order.")
    amount: Money = money_field("amount")
    authorised: Money = money_field("authorised")
    captured: Money = money_field("captured")
    refunded: Money = money_field("refunded")
    error_code: str | None
    expires_at: DateTime | None = strawberry.field(description="Until when promised money can be taken.")
    created_at: DateTime
    entries: list[PaymentLedgerEntry] = batch(load_entries)
    disputes: list[PaymentDispute] = batch(load_disputes)
    settled: list[PayoutMovement] = batch(load_settled)


@strawberry.type(
    description="captured - refunded - disputed + stray + adjustments + exchanged = paidOut + bounced + fees + open: "
    "difference is what is missing."
)
class MoneyReconciliation:
    provider: str
    currency: str = strawberry.field(name="currencyCode")
    captured: Money = money_field("captured")
    refunded: Money = money_field("refunded")
    disputed: Money = money_field("disputed")
    stray: Money = money_field("stray")
    adjustments: Money = money_field("adjustments")
    exchanged: Money = money_field(
        "exchanged", description="Settled in another currency (below zero), or of others in this one."
    )
    paid_out: Money = money_field("paid_out")
    bounced: Money = money_field("bounced")
    fees: Money = money_field("fees")
    open: Money = money_field("open")
    difference: Money = money_field("difference")
    payouts: int = strawberry.field(description="How many payouts are known; with none, nothing can be compared.")


@strawberry.type(description="How much waits in each queue of money; all zero when all is well.")
class MoneyQueueCounts:
    troubled: int = strawberry.field(description="Money without an order.")
    expiring: int
    refunds: int
    disputes: int
    bounced: int
    overpaid: int = strawberry.field(description="Orders that hold more than they come to.")


@strawberry.type(description="A payment and its place in a connection.")
class PaymentRecordEdge:
    cursor: str
    node: PaymentRecord


@strawberry.type(description="A page of payments.")
class PaymentRecordConnection:
    edges: list[PaymentRecordEdge]
    nodes: list[PaymentRecord]
    page_info: PageInfo


@strawberry.type(description="A dispute and its place in a connection.")
class PaymentDisputeEdge:
    cursor: str
    node: PaymentDispute


@strawberry.type(description="A page of disputes.")
class PaymentDisputeConnection:
    edges: list[PaymentDisputeEdge]
    nodes: list[PaymentDispute]
    page_info: PageInfo


@strawberry.type(description="A payout and its place in a connection.")
class PayoutEdge:
    cursor: str
    node: Payout


@strawberry.type(description="A page of payouts.")
class PayoutConnection:
    edges: list[PayoutEdge]
    nodes: list[Payout]
    page_info: PageInfo
