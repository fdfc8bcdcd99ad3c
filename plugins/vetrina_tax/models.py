"""Tables: own rate, exemption, buyer's VAT id, check of one, and the ledger of what was sold where."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private


class TaxOwnRate(Model):
    """A rate the shop has written itself: it stands before the shipped one. Days are ISO 8601 texts, both included."""

    __tablename__ = "tax_own_rate"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str]
    region: Mapped[str]
    level: Mapped[str]
    rate: Mapped[int]
    """Parts per million."""
    since: Mapped[str]
    until: Mapped[str | None]
    source: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("country", "region", "level", "since"),
        CheckConstraint("rate BETWEEN 0 AND 1000000", name="rate"),
        CheckConstraint("until IS NULL OR until >= since", name="days"),
    )


class TaxExemption(Model):
    """A customer who pays no VAT, such as an embassy, and why."""

    __tablename__ = "tax_exemption"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id"), primary_key=True, autoincrement=False)
    mention: Mapped[str]
    """What the invoice has to say."""
    until: Mapped[str | None]
    """The last day, ISO 8601."""
    created_at: Mapped[datetime]


class TaxBuyer(Model):
    """The VAT id that somebody gave for a cart; the cart itself is known by a digest alone."""

    __tablename__ = "tax_buyer"

    reference: Mapped[str] = mapped_column(primary_key=True)
    country: Mapped[str]
    number: Mapped[str]
    changes: Mapped[int]
    """How often it was given: who tries many ids is stopped."""
    set_at: Mapped[datetime]

    __table_args__ = (Index("ix_tax_buyer_number", "country", "number"), Index("ix_tax_buyer_set_at", "set_at"))


class TaxCheck(Model):
    """One question to VIES about a VAT id, and what came of it: evidence that has to be kept."""

    __tablename__ = "tax_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str]
    number: Mapped[str]
    state: Mapped[str]
    asked_at: Mapped[datetime]
    request_number: Mapped[str | None]
    """VIES's consultation number: proof that it was asked."""
    name: Mapped[str | None]
    error: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("state IN ('valid', 'invalid', 'unanswered')", name="state_known"),
        Index("ix_tax_check_number", "country", "number", "id"),
        Index("ix_tax_check_asked_at", "asked_at"),
    )


class TaxEntry(Model):
    """What one order was taxed with at one rate, or what of it was taken back; amounts in minor units.

    Derived from orders alone: it can be counted anew at any time. Taken back is negative.
    """

    __tablename__ = "tax_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"))
    reference: Mapped[str]
    """sale, cancelled, amendment: (what one added), off: (what it took off) or refund:, each with its id.

    Behind a stroke stands the supply it takes back, where that is an amendment's.
    """
    scheme: Mapped[str]
    origin: Mapped[str]
    country: Mapped[str]
    """Whose rate it is."""
    destination: Mapped[str]
    rate: Mapped[int]
    currency: Mapped[str]
    net: Mapped[int]
    tax: Mapped[int]
    euro_net: Mapped[int | None]
    euro_tax: Mapped[int | None]
    """In cents of a euro; None where nobody has told the currency's rate."""
    vat_id: Mapped[str | None]
    supplied_at: Mapped[datetime]
    """When the order was placed, or amended by what this is about: the year and quarter it counts in."""
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("order_id", "reference", "rate"),
        Index("ix_tax_entry_supplied_at", "scheme", "supplied_at"),
        Index("ix_tax_entry_at", "scheme", "at"),
    )


private(TaxOwnRate, TaxExemption, TaxBuyer, TaxCheck, TaxEntry)
