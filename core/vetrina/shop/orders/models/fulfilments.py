"""Tables: fulfilment (a parcel), what is in it, and where it was seen (append-only)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, append_only, private, table_of


class Fulfilment(Model):
    """What leaves one location together. Cancelled, its pieces are to be sent again."""

    __tablename__ = "orders_fulfilment"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"))
    position: Mapped[int]
    """From 1 within the order; a person reads it as #1001-F1."""
    key: Mapped[str]
    """Of the wish that made it: sent again, it makes no second one."""
    location_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_location.id"))
    """None where nothing in it is counted anywhere."""
    state: Mapped[str]
    carrier: Mapped[str | None]
    """The key of the carrier's adapter, where one follows it."""
    service: Mapped[str]
    tracking_company: Mapped[str]
    tracking_number: Mapped[str]
    tracking_url: Mapped[str]
    cost: Mapped[int | None]
    """What its way costs the shop, in minor units of the order's currency, where that is known."""
    notify: Mapped[bool]
    """Whether the buyer is to hear of it."""
    promised_for: Mapped[str | None]
    """The last day by which it was promised to be there, as 2026-12-24."""
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        UniqueConstraint("order_id", "key"),
        CheckConstraint(
            "state IN ('ready', 'sent', 'in_transit', 'out_for_delivery', 'delivered', 'failed', 'returned', "
            "'cancelled')",
            name="state_known",
        ),
        CheckConstraint("state IN ('ready', 'cancelled') OR sent_at IS NOT NULL", name="sent_at"),
        CheckConstraint("state <> 'delivered' OR delivered_at IS NOT NULL", name="delivered_at"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at"),
        CheckConstraint("cost >= 0", name="cost"),
        CheckConstraint("position > 0", name="position"),
        Index("ix_orders_fulfilment_state", "state", "updated_at"),
        Index("ix_orders_fulfilment_tracking_number", "tracking_number"),
    )


class FulfilmentLine(Model):
    """So many pieces of a line in a parcel."""

    __tablename__ = "orders_fulfilment_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    fulfilment_id: Mapped[int] = mapped_column(ForeignKey("orders_fulfilment.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("orders_line.id"))
    quantity: Mapped[int]

    __table_args__ = (
        UniqueConstraint("fulfilment_id", "line_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_orders_fulfilment_line_line_id", "line_id"),
    )


class FulfilmentEvent(Model):
    """What became of a parcel, as the shop or its carrier tells it; each piece of news stands once."""

    __tablename__ = "orders_fulfilment_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    fulfilment_id: Mapped[int] = mapped_column(ForeignKey("orders_fulfilment.id"))
    state: Mapped[str]
    message: Mapped[str]
    place: Mapped[str]
    reference: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("fulfilment_id", "reference"),
        CheckConstraint(
            "state IN ('ready', 'sent', 'in_transit', 'out_for_delivery', 'delivered', 'failed', 'returned', "
            "'cancelled')",
            name="state_known",
        ),
    )


append_only(table_of(FulfilmentEvent))
private(Fulfilment, FulfilmentLine, FulfilmentEvent)
