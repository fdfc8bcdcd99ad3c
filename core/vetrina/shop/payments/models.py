"""Tables: payment, and what its provider did (append-only)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, append_only, private, table_of


class Payment(Model):
    """Money asked for one attempt, in minor units. I5: 0 <= refunded <= captured <= authorised <= amount."""

    __tablename__ = "payments_payment"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Given to the provider as idempotency key: the same charge whatever is retried."""
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("checkout_attempt.id"), unique=True)
    """None for money of an imported order, which was paid elsewhere."""
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
    token: Mapped[str | None]
    """The provider's token made in the browser, sealed; forgotten when the payment is decided."""
    next_step: Mapped[dict[str, Any] | None]
    """What the buyer has to do now; its secret is sealed."""
    instructions: Mapped[list[Any]]
    """What the buyer is told about paying: IBAN, reference, due date."""
    error_code: Mapped[str | None]
    due_at: Mapped[datetime | None]
    """Until when offline money is waited for, and the goods are held."""
    looked_at: Mapped[datetime | None]
    """When its provider was last asked what became of it."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("provider", "provider_reference"),
        CheckConstraint(
            "0 <= refunded AND refunded <= captured AND captured <= authorised AND authorised <= amount",
            name="money_in_order",
        ),
        CheckConstraint("attempt_id IS NOT NULL OR order_id IS NOT NULL", name="purpose"),
        CheckConstraint("amount > 0 AND fee >= 0 AND fee <= amount", name="fee"),
        CheckConstraint(
            "state IN ('started', 'processing', 'action_required', 'pending', 'authorised', 'captured', 'failed', "
            "'cancelled', 'refunded')",
            name="state_known",
        ),
        Index("ix_payments_payment_state", "state", "updated_at"),
        Index("ix_payments_payment_order_id", "order_id"),
    )


class PaymentEntry(Model):
    """The money ledger: authorised, captured, refunded, voided as they were added; mismatched and returned beside them.

    authorised, captured and refunded of a payment sum to its totals. Money that does not fit what was asked counts
    in none of them: it stands here as mismatched until it is returned.
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
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint(
            "kind IN ('authorised', 'captured', 'refunded', 'voided', 'mismatched', 'returned')", name="kind_known"
        ),
    )


append_only(table_of(PaymentEntry))
private(Payment, PaymentEntry)
