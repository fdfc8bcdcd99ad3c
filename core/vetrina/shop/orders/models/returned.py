"""Tables: return of goods that were sent, and its lines."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private


class Return(Model):
    """Goods on their way back, asked for by the buyer or begun by the staff."""

    __tablename__ = "orders_return"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"))
    position: Mapped[int]
    """From 1 within the order; a person reads it as #1001-R1."""
    key: Mapped[str]
    """Of the wish that made it: sent again, it makes no second one."""
    state: Mapped[str]
    requested_by: Mapped[str]
    note: Mapped[str]
    """What the buyer said."""
    answer: Mapped[str]
    """What the staff said to it, such as why it was declined; the buyer reads it."""
    is_withdrawal: Mapped[bool]
    """The buyer withdraws from the contract, as the law lets him."""
    refund_due_at: Mapped[datetime | None]
    """Until when the money of a withdrawal has to be back."""
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("orders_refund.id"))
    amendment_id: Mapped[int | None] = mapped_column(ForeignKey("orders_amendment.id"))
    """The exchange that it ended in."""
    actor: Mapped[str]
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        UniqueConstraint("order_id", "key"),
        CheckConstraint("position > 0", name="position"),
        CheckConstraint(
            "state IN ('requested', 'approved', 'declined', 'received', 'closed', 'cancelled')", name="state_known"
        ),
        CheckConstraint("requested_by IN ('customer', 'staff')", name="requested_by"),
        CheckConstraint("is_withdrawal = (refund_due_at IS NOT NULL)", name="refund_due_at"),
        CheckConstraint("state NOT IN ('received') OR received_at IS NOT NULL", name="received_at"),
        CheckConstraint("refund_id IS NULL OR amendment_id IS NULL", name="one_end"),
        Index("ix_orders_return_state", "state", "requested_at"),
        Index("ix_orders_return_requested_at", "requested_at", "id"),
    )


class ReturnLine(Model):
    """So many pieces of a line that come back, why, and what was found when they were here."""

    __tablename__ = "orders_return_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("orders_return.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("orders_line.id"))
    quantity: Mapped[int]
    reason: Mapped[str]
    note: Mapped[str]
    accepted: Mapped[int | None]
    """How many were here and are taken back; None until somebody looked."""
    condition: Mapped[str | None]
    disposition: Mapped[str | None]
    location_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_location.id"))
    """On whose shelf they are again."""

    __table_args__ = (
        UniqueConstraint("return_id", "line_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("accepted >= 0 AND accepted <= quantity", name="accepted"),
        CheckConstraint("disposition IN ('restock', 'scrap', 'none')", name="disposition_known"),
        CheckConstraint("condition IN ('new', 'opened', 'damaged')", name="condition_known"),
        CheckConstraint(
            "disposition IS NULL OR (disposition = 'restock') = (location_id IS NOT NULL)", name="location"
        ),
        Index("ix_orders_return_line_line_id", "line_id"),
    )


private(Return, ReturnLine)
