"""Table: attempt, with the frozen cart it is about."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private


class Attempt(Model):
    """One submission of a cart. The constraints are I6: one attempt per token, one live attempt per cart."""

    __tablename__ = "checkout_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """The attemptId of the wire: 128 random bits."""
    cart_id: Mapped[int] = mapped_column(ForeignKey("cart_cart.id"))
    token_hash: Mapped[str]
    state: Mapped[str]
    snapshot: Mapped[dict[str, Any]]
    """The order as it will be written down: lines, amounts, addresses, payment. What is charged comes from here."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders_order.id"))
    error_code: Mapped[str | None]
    error_reason: Mapped[str | None]
    expires_at: Mapped[datetime]
    """When an undecided attempt is cancelled and its holds are released."""
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("cart_id", "token_hash"),
        CheckConstraint("state IN ('open', 'succeeded', 'failed')", name="state_known"),
        CheckConstraint("(state = 'succeeded') = (order_id IS NOT NULL)", name="order_iff_succeeded"),
        Index("ix_checkout_attempt_expiry", "state", "expires_at"),
        Index("ix_checkout_attempt_order_id", "order_id"),
        Index(
            "uq_checkout_attempt_live",
            "cart_id",
            unique=True,
            postgresql_where=text("state <> 'failed'"),
            sqlite_where=text("state <> 'failed'"),
        ),
    )


private(Attempt)
