"""Tables: location, level, reservation, movement (append-only)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, append_only, private, table_of


class Location(Model):
    """A place that holds stock; lower positions are taken from first. Degrees are in millionths, WGS 84."""

    __tablename__ = "inventory_location"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    address: Mapped[dict[str, Any]]
    city: Mapped[str]
    """The address's city, to sort by; empty where it names none."""
    latitude: Mapped[int | None]
    longitude: Mapped[int | None]
    position: Mapped[int]
    is_active: Mapped[bool]

    __table_args__ = (
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="point"),
        CheckConstraint("latitude BETWEEN -90000000 AND 90000000", name="latitude"),
        CheckConstraint("longitude BETWEEN -180000000 AND 180000000", name="longitude"),
    )


class Level(Model):
    """How much of a variant a location has. A variant without any level is not tracked: always available.

    on_hand = sum of the movements' on_hand, reserved = sum of the movements' reserved (I2). The CHECKs are the last
    line against overselling (I1): on_hand - reserved may fall below zero only as far as backorders are allowed.
    """

    __tablename__ = "inventory_level"

    variant_id: Mapped[int] = mapped_column(ForeignKey("catalog_variant.id"), primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("inventory_location.id"), primary_key=True)
    on_hand: Mapped[int]
    reserved: Mapped[int]
    backorder_limit: Mapped[int]
    """How many may be sold beyond what is there; 0 for none."""

    __table_args__ = (
        CheckConstraint("on_hand - reserved >= -backorder_limit", name="not_oversold"),
        CheckConstraint("reserved >= 0", name="reserved"),
        CheckConstraint("backorder_limit >= 0", name="backorder_limit"),
    )


class Reservation(Model):
    """Pieces held for a checkout attempt until it is decided. held -> taken | released, once."""

    __tablename__ = "inventory_reservation"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str]
    """Whose hold it is, such as attempt:12."""
    variant_id: Mapped[int] = mapped_column(ForeignKey("catalog_variant.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("inventory_location.id"))
    quantity: Mapped[int]
    state: Mapped[str]
    expires_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("reference", "variant_id", "location_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("state IN ('held', 'taken', 'released')", name="state_known"),
        Index("ix_inventory_reservation_expiry", "state", "expires_at"),
    )


class Movement(Model):
    """The goods ledger: every change of a level, with its cause."""

    __tablename__ = "inventory_movement"

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int]
    location_id: Mapped[int]
    kind: Mapped[str]
    """received, corrected, moved, reserved, released, sold, returned."""
    on_hand: Mapped[int]
    reserved: Mapped[int]
    reference: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]

    __table_args__ = (
        UniqueConstraint("kind", "reference", "variant_id", "location_id"),
        CheckConstraint(
            "kind IN ('received', 'corrected', 'moved', 'reserved', 'released', 'sold', 'returned')", name="kind_known"
        ),
        Index("ix_inventory_movement_variant", "variant_id", "location_id", "id"),
    )


append_only(table_of(Movement))
private(Reservation, Movement)
