"""Tables: amendment of a placed order, and what it took off the order's lines."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, append_only, private, table_of


class Amendment(Model):
    """What changed of an order after it was placed, in minor units and signed: order and amendments sum to what holds.

    Lines it added are order lines with its id; what it took off stands in AmendmentLine. Never changed.
    """

    __tablename__ = "orders_amendment"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"))
    position: Mapped[int]
    """From 1 within the order."""
    key: Mapped[str]
    """Of the wish that made it: sent again, it makes no second one."""
    kind: Mapped[str]
    note: Mapped[str]
    notify: Mapped[bool]
    """Whether the buyer is to hear of it."""
    subtotal: Mapped[int]
    discount: Mapped[int]
    delivery: Mapped[int]
    tax: Mapped[int]
    tax_added: Mapped[int]
    total: Mapped[int]
    released: Mapped[int]
    """What of the money received before it leaves the order: a refund gives it back."""
    actor: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        UniqueConstraint("order_id", "key"),
        CheckConstraint("total = subtotal - discount + delivery + tax_added", name="total_adds_up"),
        CheckConstraint("tax_added = 0 OR tax_added = tax", name="tax_added"),
        CheckConstraint("released >= 0 AND (released = 0 OR released <= -total)", name="released"),
        CheckConstraint("position > 0", name="position"),
        CheckConstraint("kind IN ('edit', 'exchange')", name="kind_known"),
    )


class AmendmentLine(Model):
    """So many pieces taken off a line, with their share of its amounts, all of them positive. Never changed."""

    __tablename__ = "orders_amendment_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    amendment_id: Mapped[int] = mapped_column(ForeignKey("orders_amendment.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("orders_line.id"))
    quantity: Mapped[int]
    subtotal: Mapped[int]
    discount: Mapped[int]
    tax: Mapped[int]

    __table_args__ = (
        UniqueConstraint("line_id", "amendment_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("subtotal >= 0 AND discount >= 0 AND discount <= subtotal AND tax >= 0", name="amounts"),
        Index("ix_orders_amendment_line_amendment_id", "amendment_id"),
    )


append_only(table_of(Amendment))
append_only(table_of(AmendmentLine))
private(Amendment, AmendmentLine)
