"""Tables: account at a carrier, label, its paper, what is asked about a parcel under way, and a closed day."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private

_ALIVE = text("fulfilment_id IS NOT NULL AND state IN ('waiting', 'asking', 'bought', 'unsure')")
_OPEN = text("state IN ('waiting', 'asking')")
_UNNOTED = text("state = 'bought' AND noted_at IS NULL")
_DUE = text("ended_at IS NULL")


class CarriersAccount(Model):
    """A contract with a carrier. Its credentials are sealed; which carrier it is never changes."""

    __tablename__ = "carriers_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    carrier: Mapped[str]
    name: Mapped[str]
    is_live: Mapped[bool]
    """False: at the carrier's test environment, where labels cost nothing and lead nowhere."""
    is_active: Mapped[bool]
    number: Mapped[str]
    sealed: Mapped[str]
    currency: Mapped[str]
    """In which it asks for its services."""
    location_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_location.id"))
    """Whose address is the sender's; None: where the parcel leaves."""
    parcel: Mapped[dict[str, Any]]
    """What a parcel is where nobody has weighed it: grams and millimetres."""
    services: Mapped[list[Any]]
    label_format: Mapped[str]
    created_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    trouble: Mapped[str | None]
    """What went wrong when it was tried the last time."""

    __table_args__ = (
        UniqueConstraint("carrier", "name"),
        CheckConstraint("label_format IN ('pdf', 'zpl')", name="label_format_known"),
    )


class CarriersLabel(Model):
    """A label that was asked for. Whoever is about to call the carrier says so first: asking."""

    __tablename__ = "carriers_label"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Of the wish: asked again, the same label is meant."""
    account_id: Mapped[int] = mapped_column(ForeignKey("carriers_account.id"))
    carrier: Mapped[str]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders_order.id"))
    fulfilment_id: Mapped[int | None] = mapped_column(ForeignKey("orders_fulfilment.id"))
    service: Mapped[str]
    state: Mapped[str]
    request: Mapped[dict[str, Any] | None]
    """What the carrier is told; forgotten with the paper."""
    reference: Mapped[str | None]
    """The shipment at the carrier."""
    tracking_number: Mapped[str]
    tracking_url: Mapped[str]
    quoted: Mapped[int | None]
    """What the buyer of the label was told it costs, and `amount` what the carrier says it does, in minor units."""
    amount: Mapped[int | None]
    currency: Mapped[str | None]
    insured: Mapped[int | None]
    """For how much, in minor units of the order's currency."""
    why: Mapped[str | None]
    """A CarrierWhyNot, where the carrier refused."""
    problem: Mapped[str | None]
    turn: Mapped[int]
    """Goes up whenever somebody takes it: only the last one writes down what came of it."""
    leased_until: Mapped[datetime | None]
    asked_at: Mapped[datetime]
    bought_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When it was given back, or given up."""
    noted_at: Mapped[datetime | None]
    """When its parcel was told its number."""
    manifest_id: Mapped[int | None] = mapped_column(ForeignKey("carriers_manifest.id"))

    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'asking', 'bought', 'failed', 'unsure', 'cancelled')", name="state_known"
        ),
        CheckConstraint("state <> 'bought' OR (reference IS NOT NULL AND bought_at IS NOT NULL)", name="bought"),
        Index(
            "ix_carriers_label_alive", "fulfilment_id", unique=True, postgresql_where=_ALIVE, sqlite_where=_ALIVE
        ),
        Index("ix_carriers_label_open", "state", "leased_until", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_carriers_label_unnoted", "id", postgresql_where=_UNNOTED, sqlite_where=_UNNOTED),
        Index("ix_carriers_label_reference", "carrier", "reference"),
        Index("ix_carriers_label_tracking_number", "tracking_number"),
        Index("ix_carriers_label_order_id", "order_id"),
        Index("ix_carriers_label_asked_at", "asked_at"),
    )  # fmt: skip


class CarriersPaper(Model):
    """What is printed. It stands in the database, not with the shop's pictures: it names people and is never public."""

    __tablename__ = "carriers_paper"

    label_id: Mapped[int] = mapped_column(ForeignKey("carriers_label.id"), primary_key=True, autoincrement=False)
    format: Mapped[str]
    content: Mapped[str]
    """Base64."""
    created_at: Mapped[datetime]


class CarriersWatch(Model):
    """A parcel that is asked about until it is there; each time nothing new is heard the pause grows."""

    __tablename__ = "carriers_watch"

    fulfilment_id: Mapped[int] = mapped_column(
        ForeignKey("orders_fulfilment.id"), primary_key=True, autoincrement=False
    )
    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"))
    carrier: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("carriers_account.id"))
    tracking_number: Mapped[str]
    began_at: Mapped[datetime]
    next_at: Mapped[datetime]
    quiet: Mapped[int]
    """Turns in a row without news."""
    heard_at: Mapped[datetime | None]
    """When the last thing happened to it that the carrier knows."""
    expected_on: Mapped[str | None]
    trouble: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_carriers_watch_due", "carrier", "next_at", postgresql_where=_DUE, sqlite_where=_DUE),
    )  # fmt: skip


class CarriersManifest(Model):
    """A day that was closed with a carrier: what the driver was given."""

    __tablename__ = "carriers_manifest"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("carriers_account.id"))
    count: Mapped[int]
    reference: Mapped[str | None]
    """What the carrier knows it by; None where it wants no such thing and the list is the shop's own."""
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_carriers_manifest_account_id", "account_id", "id"),)


private(CarriersAccount, CarriersLabel, CarriersPaper, CarriersWatch, CarriersManifest)
