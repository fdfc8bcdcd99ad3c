"""Tables: request, payment, what its provider did (append-only), disputes, payouts and what they settle."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, append_only, private, table_of

_IS_REPLACED = text("replaced_at IS NOT NULL")
_IS_MISFIT = text("kind = 'mismatched'")
_IS_OPEN = text("state = 'open'")
_IS_ASKED_FOR = text("request_id IS NOT NULL")
_IS_UNDECIDED = text("state IN ('started', 'processing', 'action_required')")


class PaymentRequest(Model):
    """Money of a placed order that its buyer is asked for by a link. One is open per order, and it is paid once."""

    __tablename__ = "payments_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """What its link carries: 128 random bits."""
    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"))
    amount: Mapped[int]
    currency: Mapped[str]
    note: Mapped[str]
    """What the buyer is told of it, as the staff wrote it."""
    state: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("state IN ('open', 'paid', 'withdrawn')", name="state_known"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_at"),
        Index("ix_payments_request_order_id", "order_id"),
        Index("ix_payments_request_state", "state", "expires_at"),
        Index("uq_payments_request_open", "order_id", unique=True, postgresql_where=_IS_OPEN, sqlite_where=_IS_OPEN),
    )


class Payment(Model):
    """Money asked for one attempt, or for a placed order, in minor units.

    I5: 0 <= refunded <= captured <= authorised <= amount.
    """

    __tablename__ = "payments_payment"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Given to the provider as idempotency key: the same charge whatever is retried."""
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("checkout_attempt.id"), unique=True)
    """None for money that a placed order is asked for later, and of an imported order, which was paid elsewhere."""
    request_id: Mapped[int | None] = mapped_column(ForeignKey("payments_request.id"))
    """The request it answers."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders_order.id"))
    provider: Mapped[str]
    method: Mapped[str]
    """The handle of the way to pay, such as manual:bank-transfer."""
    provider_reference: Mapped[str | None]
    state: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    fee: Mapped[int]
    """The surcharge contained in the amount."""
    authorised: Mapped[int]
    captured: Mapped[int]
    refunded: Mapped[int]
    """What went back and is not here again."""
    bounced: Mapped[int]
    """What went back and came back again, all in all."""
    token: Mapped[str | None]
    """The provider's token made in the browser, sealed; forgotten when the payment is decided."""
    next_step: Mapped[dict[str, Any] | None]
    """What the buyer has to do now; its secret is sealed."""
    instructions: Mapped[list[Any]]
    """What the buyer is told about paying: IBAN, reference, due date."""
    error_code: Mapped[str | None]
    due_at: Mapped[datetime | None]
    """Until when offline money is waited for, and the goods are held."""
    expires_at: Mapped[datetime | None]
    """Until when promised money can be taken, where its provider says so."""
    looked_at: Mapped[datetime | None]
    """When its provider was last asked what became of it."""
    replaced_at: Mapped[datetime | None]
    """When another payment took its place: it is no money of the order's, and whatever it brings goes back."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("provider", "provider_reference"),
        CheckConstraint(
            "0 <= refunded AND refunded <= captured AND captured <= authorised AND authorised <= amount",
            name="money_in_order",
        ),
        CheckConstraint("bounced >= 0", name="bounced"),
        CheckConstraint("attempt_id IS NOT NULL OR order_id IS NOT NULL", name="purpose"),
        CheckConstraint("amount > 0 AND fee >= 0 AND fee <= amount", name="fee"),
        CheckConstraint(
            "state IN ('started', 'processing', 'action_required', 'pending', 'authorised', 'captured', 'failed', "
            "'cancelled', 'refunded')",
            name="state_known",
        ),
        Index("ix_payments_payment_state", "state", "updated_at"),
        Index("ix_payments_payment_created_at", "created_at", "id"),
        Index("ix_payments_payment_order_id", "order_id"),
        Index("ix_payments_payment_replaced", "id", postgresql_where=_IS_REPLACED, sqlite_where=_IS_REPLACED),
        Index(
            "ix_payments_payment_request_id", "request_id", postgresql_where=_IS_ASKED_FOR, sqlite_where=_IS_ASKED_FOR
        ),
        Index(
            "uq_payments_payment_request_live",
            "request_id",
            unique=True,
            postgresql_where=_IS_UNDECIDED,
            sqlite_where=_IS_UNDECIDED,
        ),
    )


class PaymentEntry(Model):
    """The money ledger: authorised, captured, refunded, voided as they were added; mismatched and returned beside them.

    authorised, captured and refunded less refund_failed of a payment sum to its totals. Money that does not fit what
    was asked counts in none of them: it stands here as mismatched until it is returned. What disputes take and give
    back, and what the provider keeps as its fee, stand beside them and change none: only we refund. A fee below zero
    was given back.
    """

    __tablename__ = "payments_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments_payment.id"))
    kind: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    reference: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]

    __table_args__ = (
        UniqueConstraint("payment_id", "kind", "reference"),
        Index("ix_payments_entry_mismatched", "payment_id", postgresql_where=_IS_MISFIT, sqlite_where=_IS_MISFIT),
        CheckConstraint("amount >= 0 OR kind = 'fee'", name="amount"),
        CheckConstraint(
            "kind IN ('authorised', 'captured', 'refunded', 'refund_failed', 'voided', 'mismatched', 'returned', "
            "'disputed', 'dispute_reversed', 'fee')",
            name="kind_known",
        ),
    )


class Dispute(Model):
    """A buyer's dispute over a payment, as its provider has it. Amounts in minor units of `currency`."""

    __tablename__ = "payments_dispute"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str]
    reference: Mapped[str]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments_payment.id"))
    state: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    fee: Mapped[int]
    reason: Mapped[str]
    evidence_due_at: Mapped[datetime | None]
    stood_at: Mapped[datetime]
    """When it came to stand so at its provider: older news change nothing."""
    answered_at: Mapped[datetime | None]
    """When the shop last handed in evidence."""
    answered_by: Mapped[str | None]
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("provider", "reference"),
        CheckConstraint("amount >= 0 AND fee >= 0", name="money"),
        CheckConstraint(
            "state IN ('warning', 'needs_response', 'under_review', 'won', 'lost', 'closed')", name="state_known"
        ),
        Index("ix_payments_dispute_payment_id", "payment_id"),
        Index("ix_payments_dispute_state", "state", "evidence_due_at"),
    )


class Payout(Model):
    """A provider's transfer to the shop's bank account. `amount` in minor units; negative when it collects."""

    __tablename__ = "payments_payout"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str]
    reference: Mapped[str]
    state: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    arrives_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("provider", "reference"),
        CheckConstraint("state IN ('pending', 'paid', 'failed', 'cancelled')", name="state_known"),
        Index("ix_payments_payout_created_at", "created_at"),
    )


class PayoutItem(Model):
    """One movement a payout settles; gross and net are signed from the shop's side, net = gross - fee."""

    __tablename__ = "payments_payout_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    payout_id: Mapped[int] = mapped_column(ForeignKey("payments_payout.id"))
    provider: Mapped[str]
    reference: Mapped[str]
    kind: Mapped[str]
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments_payment.id"))
    """None for what belongs to no payment, and for a payment we do not know."""
    told: Mapped[str]
    """By which key or reference the provider named the payment; empty where it named none."""
    gross: Mapped[int]
    fee: Mapped[int]
    net: Mapped[int]
    currency: Mapped[str]
    charged: Mapped[int]
    """What it moved in the currency the buyer paid in: the gross, unless the provider exchanged it."""
    charged_currency: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("provider", "reference"),
        CheckConstraint("net = gross - fee", name="net"),
        CheckConstraint("charged_currency <> currency OR charged = gross", name="charged"),
        CheckConstraint(
            "kind IN ('charge', 'refund', 'refund_reversal', 'dispute', 'dispute_reversal', 'fee', 'adjustment')",
            name="kind_known",
        ),
        Index("ix_payments_payout_item_payout_id", "payout_id"),
        Index("ix_payments_payout_item_payment_id", "payment_id"),
    )


append_only(table_of(PaymentEntry))
append_only(table_of(PayoutItem))
private(PaymentRequest, Payment, PaymentEntry, Dispute, Payout, PayoutItem)
