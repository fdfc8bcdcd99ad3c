"""Tables: refund, its share of each line, and the parts of money it went back in."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private


class Refund(Model):
    """What the shop no longer wants for an order, in minor units.

    `amount` of it was paid and goes back in parts that sum to it; `waived` had not been paid and is asked no longer.
    Tax is told beside the amounts it is contained in. A refund is asked until every part is done or refused for good.
    """

    __tablename__ = "orders_refund"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"))
    key: Mapped[str]
    """Of the wish that made it: sent again, it pays no second time."""
    reason: Mapped[str]
    note: Mapped[str]
    amount: Mapped[int]
    waived: Mapped[int]
    goods: Mapped[int]
    """The sum of its lines."""
    delivery: Mapped[int]
    """Its share of the delivery, with the tax of it."""
    fee: Mapped[int]
    """Its share of the payment's surcharge."""
    adjustment: Mapped[int]
    """What was given beyond its lines, or kept of them."""
    tax: Mapped[int]
    currency: Mapped[str]
    actor: Mapped[str]
    notify: Mapped[bool]
    """Whether the buyer is to hear of it."""
    state: Mapped[str]
    dismissed: Mapped[str]
    """Why nobody has to see to one that was refused; empty while somebody has."""
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("order_id", "key"),
        CheckConstraint("amount >= 0 AND waived >= 0 AND amount + waived > 0", name="amount"),
        CheckConstraint("amount + waived = goods + delivery + fee + adjustment", name="adds_up"),
        CheckConstraint("goods >= 0 AND delivery >= 0 AND fee >= 0", name="shares"),
        CheckConstraint("tax >= 0 AND tax <= goods + delivery", name="tax"),
        CheckConstraint("state IN ('asked', 'done', 'failed', 'bounced')", name="state_known"),
        CheckConstraint("(state = 'asked') = (done_at IS NULL)", name="done_at"),
        CheckConstraint("dismissed = '' OR state = 'failed'", name="dismissed"),
        Index("ix_orders_refund_state", "state", "created_at"),
    )


class RefundLine(Model):
    """What pieces of a line were worth, tax on top included; `tax` is what of it is tax."""

    __tablename__ = "orders_refund_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    refund_id: Mapped[int] = mapped_column(ForeignKey("orders_refund.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("orders_line.id"))
    quantity: Mapped[int]
    amount: Mapped[int]
    tax: Mapped[int]
    location_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_location.id"))
    """Where the pieces were put back on the shelf, if they were."""

    __table_args__ = (
        UniqueConstraint("refund_id", "line_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("amount >= 0 AND tax >= 0 AND tax <= amount", name="amount"),
        Index("ix_orders_refund_line_line_id", "line_id"),
    )


class RefundPart(Model):
    """Money that went back one way: to a payment at its provider, or on to a gift card."""

    __tablename__ = "orders_refund_part"

    id: Mapped[int] = mapped_column(primary_key=True)
    refund_id: Mapped[int] = mapped_column(ForeignKey("orders_refund.id"))
    key: Mapped[str] = mapped_column(unique=True)
    """What its provider knows this one movement by."""
    payment_id: Mapped[int | None]
    """Payments' table leads to ours, so that ours cannot lead to theirs."""
    card_reference: Mapped[str | None]
    """What was used of a gift card stands there under this reference."""
    amount: Mapped[int]
    request: Mapped[dict[str, Any] | None]
    """What its provider is asked, word for word the same whenever it is asked again."""
    state: Mapped[str]
    error: Mapped[str]
    """Why its provider refused it for good, or the buyer's bank later."""
    elsewhere: Mapped[str]
    """How it was paid back instead, past its payment; empty where it went through it."""
    updated_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("(payment_id IS NULL) <> (card_reference IS NULL)", name="one_way"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("state IN ('asked', 'done', 'failed', 'bounced')", name="state_known"),
        Index("ix_orders_refund_part_refund_id", "refund_id"),
        Index("ix_orders_refund_part_payment_id", "payment_id"),
        Index("ix_orders_refund_part_state", "state", "id"),
    )


private(Refund, RefundLine, RefundPart)
