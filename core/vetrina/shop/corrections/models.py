"""Tables: correction, line (both append-only)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, append_only, private, table_of


class Correction(Model):
    """What was taken off sales on a day of its own: a credit note, a bad debt, goods written off. Signed minor units.

    Of an order where it is known which. `amount` is its lines' sum, `delivery` beside it; what went back is negative.
    """

    __tablename__ = "corrections_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders_order.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers_customer.id"))
    market_id: Mapped[int] = mapped_column(ForeignKey("markets_market.id"))
    currency: Mapped[str]
    country: Mapped[str]
    amount: Mapped[int]
    delivery: Mapped[int]
    note: Mapped[str]
    source: Mapped[str | None]
    source_name: Mapped[str | None]
    at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("kind IN ('cancellation', 'return', 'allowance', 'adjustment', 'stock')", name="kind_known"),
        CheckConstraint("(source IS NULL) = (source_name IS NULL)", name="source"),
        UniqueConstraint("source", "source_name"),
        Index("ix_corrections_correction_at", "at", "id"),
        Index("ix_corrections_correction_order_id", "order_id"),
        Index("ix_corrections_correction_customer_id", "customer_id"),
    )


class CorrectionLine(Model):
    """What a correction is about, line by line: pieces that came back, and their value, are negative."""

    __tablename__ = "corrections_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    correction_id: Mapped[int] = mapped_column(ForeignKey("corrections_correction.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("orders_line.id"))
    """The order's line, where it is known."""
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("catalog_variant.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("catalog_product.id"))
    position: Mapped[int]
    title: Mapped[str]
    sku: Mapped[str | None]
    quantity: Mapped[int]
    amount: Mapped[int]
    rest: Mapped[int]
    """What its source's amount has beyond it, in millionths of the minor unit."""

    __table_args__ = (
        Index("ix_corrections_line_correction_id", "correction_id", "position"),
        Index("ix_corrections_line_variant_id", "variant_id"),
    )


append_only(table_of(Correction))
append_only(table_of(CorrectionLine))
private(Correction, CorrectionLine)
