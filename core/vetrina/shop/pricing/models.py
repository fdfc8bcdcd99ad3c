"""Tables: price list, price, price log (append-only)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, append_only, private, table_of


class PriceList(Model):
    """Prices in one currency; a market uses one list."""

    __tablename__ = "pricing_price_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    currency: Mapped[str]


class Price(Model):
    """What a variant costs now, in minor units of its list's currency. No row: not for sale there."""

    __tablename__ = "pricing_price"

    price_list_id: Mapped[int] = mapped_column(ForeignKey("pricing_price_list.id"), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("catalog_variant.id", ondelete="CASCADE"), primary_key=True)
    amount: Mapped[int]
    compare_at: Mapped[int | None]
    """The struck-through price shown beside it; never charged."""
    breaks: Mapped[list[Any] | None]
    """Pairs of a quantity and what one piece costs from it on, by rising quantity."""
    updated_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("amount >= 0 AND amount <= 1000000000000000", name="amount"),
        CheckConstraint("compare_at IS NULL OR compare_at >= 0", name="compare_at"),
        Index("ix_pricing_price_variant_id", "variant_id", "price_list_id"),
        Index("ix_pricing_price_amount", "price_list_id", "amount", "variant_id"),
    )


class PriceLogEntry(Model):
    """Every price ever set (L-19 needs the lowest of 30 days). No amount: taken off the list."""

    __tablename__ = "pricing_price_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    price_list_id: Mapped[int]
    variant_id: Mapped[int]
    amount: Mapped[int | None]
    compare_at: Mapped[int | None]
    at: Mapped[datetime]
    actor: Mapped[str]

    __table_args__ = (Index("ix_pricing_price_log_variant", "variant_id", "price_list_id", "at"),)


append_only(table_of(PriceLogEntry))
private(PriceLogEntry)
