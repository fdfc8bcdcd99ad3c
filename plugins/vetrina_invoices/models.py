"""Tables: order's state here, buyer's wish, series, document and daily takings (both append-only), logo."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, append_only, private, table_of


class InvoicesSeries(Model):
    """A run of numbers. Its row is locked from the drawing of a number to the commit: a rollback gives it back (I8)."""

    __tablename__ = "invoices_series"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    """Kind, prefix and year policy: another policy is another series."""
    kind: Mapped[str]
    prefix: Mapped[str]
    is_yearly: Mapped[bool]
    """Whether its numbers begin anew each year."""
    year: Mapped[int]
    """Of the last document."""
    last: Mapped[int]
    last_on: Mapped[str]
    """The last document's day, ISO 8601: the next one's is never before it."""

    __table_args__ = (
        CheckConstraint("kind IN ('invoice', 'credit_note')", name="kind_known"),
        CheckConstraint("last >= 0", name="last"),
    )


class InvoicesDocument(Model):
    """An invoice or a credit note as it was issued; amounts in minor units, those of a credit note positive too."""

    __tablename__ = "invoices_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """128 random bits: whoever has its address sees the document."""
    series_id: Mapped[int] = mapped_column(ForeignKey("invoices_series.id"))
    number: Mapped[int]
    year: Mapped[int]
    """In which its number is unique; 0 where numbers go on for ever."""
    name: Mapped[str] = mapped_column(unique=True)
    """The number as it is printed."""
    kind: Mapped[str]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"))
    occasion: Mapped[str]
    """What it was issued for: the same occasion issues nothing twice."""
    refers_to: Mapped[int | None] = mapped_column(ForeignKey("invoices_document.id"))
    """The invoice that a credit note corrects."""
    issued_at: Mapped[datetime]
    issued_on: Mapped[str]
    """The day it bears, ISO 8601, in Rome."""
    language: Mapped[str]
    currency: Mapped[str]
    buyer: Mapped[str]
    """Whom it is made out to, to be found by."""
    net: Mapped[int]
    tax: Mapped[int]
    total: Mapped[int]
    content: Mapped[dict[str, Any]]
    """All that is printed, as rules.content.Content says."""
    digest: Mapped[str]
    """SHA-256 of the content in its canonical form."""
    actor: Mapped[str]

    __table_args__ = (
        UniqueConstraint("series_id", "year", "number"),
        UniqueConstraint("order_id", "kind", "occasion"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("total = net + tax", name="total_adds_up"),
        CheckConstraint("kind IN ('invoice', 'credit_note')", name="kind_known"),
        CheckConstraint("(kind = 'credit_note') = (refers_to IS NOT NULL)", name="refers_to"),
        Index("ix_invoices_document_issued_on", "issued_on", "id"),
    )


class InvoicesTaking(Model):
    """A line of the daily takings: what an order without an invoice brought on a day, or gave back (negative)."""

    __tablename__ = "invoices_taking"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[str]
    """ISO 8601, in Rome."""
    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"))
    occasion: Mapped[str]
    country: Mapped[str]
    """Whose VAT it is (ISO 3166); empty where nobody has said."""
    rate: Mapped[int | None]
    """Parts per million; None outside of VAT."""
    nature: Mapped[str]
    currency: Mapped[str]
    net: Mapped[int]
    tax: Mapped[int]
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_invoices_taking_order_id", "order_id"),
        Index("ix_invoices_taking_day", "day", "id"),
    )


class InvoicesOrder(Model):
    """What stands about an order: whether an invoice is wanted, to whom, and what it waits for. Its row is its lock."""

    __tablename__ = "invoices_order"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"), primary_key=True, autoincrement=False)
    wanted_by: Mapped[str | None]
    """buyer or staff; None: nobody has asked for an invoice."""
    details: Mapped[dict[str, Any] | None]
    """Name, VAT id, tax code and address, where somebody gave others than the order has."""
    waits_for: Mapped[str | None]
    """The code of what stands in the way of its invoice; None: nothing."""
    updated_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("wanted_by IN ('buyer', 'staff')", name="wanted_by"),
        Index("ix_invoices_order_waits_for", "waits_for"),
    )


class InvoicesWish(Model):
    """What a buyer gave for the invoice of a cart; the cart is known by a digest alone."""

    __tablename__ = "invoices_wish"

    reference: Mapped[str] = mapped_column(primary_key=True)
    details: Mapped[dict[str, Any]]
    set_at: Mapped[datetime]

    __table_args__ = (Index("ix_invoices_wish_set_at", "set_at"),)


class InvoicesLogo(Model):
    """A logo that documents bear, kept with them: a document looks the same for ever."""

    __tablename__ = "invoices_logo"

    digest: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[str]
    """Base64."""
    ending: Mapped[str]


append_only(table_of(InvoicesDocument))
append_only(table_of(InvoicesTaking))
append_only(table_of(InvoicesLogo))
private(InvoicesSeries, InvoicesDocument, InvoicesTaking, InvoicesOrder, InvoicesWish, InvoicesLogo)
