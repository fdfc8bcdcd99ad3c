"""Tables: edition, zone, method, place, point, closing."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private


class ShippingEdition(Model):
    """One row: grows with every change of the others, so that whoever has read them knows whether they still hold."""

    __tablename__ = "shipping_edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class ShippingZone(Model):
    """A zone, without its methods. `terms` has the fields of rules.Zone that are not columns."""

    __tablename__ = "shipping_zone"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    terms: Mapped[dict[str, Any]]
    is_active: Mapped[bool]


class ShippingMethod(Model):
    """One way to deliver in a zone. `terms` has the fields of rules.Method that are not columns."""

    __tablename__ = "shipping_method"

    id: Mapped[int] = mapped_column(primary_key=True)
    zone_id: Mapped[int] = mapped_column(ForeignKey("shipping_zone.id", ondelete="CASCADE"))
    handle: Mapped[str]
    terms: Mapped[dict[str, Any]]

    __table_args__ = (UniqueConstraint("zone_id", "handle"),)


class ShippingPlace(Model):
    """When a location works, and what it does. `terms` has the fields of rules.Place."""

    __tablename__ = "shipping_place"

    location_id: Mapped[int] = mapped_column(ForeignKey("inventory_location.id", ondelete="CASCADE"), primary_key=True)
    terms: Mapped[dict[str, Any]]


class ShippingPoint(Model):
    """A pickup point of the shop's own list; `place` has the fields of vocabulary.PickupPoint but its id.

    `said` is what it is looked for by: code, name and town, in small letters.
    """

    __tablename__ = "shipping_point"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    said: Mapped[str]
    place: Mapped[dict[str, Any]]
    is_active: Mapped[bool]


class ShippingClosing(Model):
    """Days on which nothing leaves, both included, as 2026-08-10."""

    __tablename__ = "shipping_closing"

    id: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[str]
    last: Mapped[str]
    title: Mapped[str]
    location_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_location.id", ondelete="CASCADE"))

    __table_args__ = (
        CheckConstraint("last >= first", name="days"),
        Index("ix_shipping_closing_last", "last"),
        Index("ix_shipping_closing_location_id", "location_id"),
    )


private(ShippingEdition, ShippingZone, ShippingMethod, ShippingPlace, ShippingPoint, ShippingClosing)
