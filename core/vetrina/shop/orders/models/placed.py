"""Tables: order, line and its rest, discount, tax line, delivery, goods ledger (append-only), number series."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, append_only, private, table_of

_IS_CANCELLED = text("cancelled_at IS NOT NULL")
_IS_LESSENED = text("waived > 0 OR lowered > released")
"""It came to less after it was paid or promised: the few in which money may be too much."""


class Order(Model):
    """A placed order. Amounts in minor units of `currency`; never changed after placing, only amended.

    I3: total = subtotal - discount + delivery + tax on top + payment fee. `tax` counts all tax; only what is not
    inside the prices (`tax_added`) adds to the total. Gift cards pay, they do not lower the total.
    """

    __tablename__ = "orders_order"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """The public id's last segment: 128 random bits."""
    number: Mapped[int] = mapped_column(unique=True)
    """Gapless; a person reads it as #1001. Orders from elsewhere have a series of their own."""
    source: Mapped[str | None]
    """The shop system it was imported from; None for an order placed here."""
    source_name: Mapped[str | None]
    """What it is called there, and so by people here."""
    cart_id: Mapped[int | None] = mapped_column(ForeignKey("cart_cart.id"), unique=True)
    market_id: Mapped[int] = mapped_column(ForeignKey("markets_market.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers_customer.id"))
    state: Mapped[str]
    financial_status: Mapped[str]
    fulfilment_status: Mapped[str]
    currency: Mapped[str]
    country: Mapped[str]
    language: Mapped[str]
    prices_include_tax: Mapped[bool]
    subtotal: Mapped[int]
    discount: Mapped[int]
    delivery: Mapped[int]
    tax: Mapped[int]
    tax_added: Mapped[int]
    payment_fee: Mapped[int]
    total: Mapped[int]
    redeemed: Mapped[int]
    """How much of the total gift cards paid."""
    refunded: Mapped[int]
    raised: Mapped[int]
    lowered: Mapped[int]
    """What amendments added to the total and took off it: total + raised - lowered holds now."""
    released: Mapped[int]
    """What of the money received amendments gave free, to go back, and what went back because it was too much."""
    waived: Mapped[int]
    """What is no longer asked of the total: pieces that were cancelled before they were paid."""
    email: Mapped[str | None]
    phone: Mapped[str | None]
    shipping_address: Mapped[dict[str, Any] | None]
    billing_address: Mapped[dict[str, Any] | None]
    note: Mapped[str]
    attributes: Mapped[list[Any]]
    explanation: Mapped[list[Any]]
    """How the quote came to its amounts, step by step."""
    tax_treatment: Mapped[dict[str, Any] | None]
    """Why the tax is what it is: scheme, mention, rounding, VAT ids and evidence. None: nobody taxed it here."""
    cancel_reason: Mapped[str | None]
    placed_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("total = subtotal - discount + delivery + tax_added + payment_fee", name="total_adds_up"),
        CheckConstraint("subtotal >= 0 AND discount >= 0 AND delivery >= 0 AND tax_added >= 0", name="parts"),
        CheckConstraint("total >= 0 AND redeemed >= 0 AND redeemed <= total", name="redeemed"),
        CheckConstraint(
            "refunded BETWEEN 0 AND total + raised AND waived BETWEEN 0 AND total + raised", name="refunded"
        ),
        CheckConstraint("raised >= 0 AND lowered >= 0 AND lowered + waived <= total + raised", name="amended"),
        CheckConstraint("released >= 0", name="released"),
        CheckConstraint("tax >= tax_added", name="tax"),
        CheckConstraint("state IN ('placed', 'cancelled')", name="state_known"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at"),
        CheckConstraint("(source IS NULL) = (source_name IS NULL)", name="source"),
        UniqueConstraint("source", "source_name"),
        Index("ix_orders_order_placed_at", "placed_at", "id"),
        Index("ix_orders_order_customer_id", "customer_id"),
        Index("ix_orders_order_email", "email"),
        Index("ix_orders_order_fulfilment", "fulfilment_status", "state", "placed_at"),
        Index("ix_orders_order_financial", "financial_status", "state", "placed_at"),
        Index("ix_orders_order_cancelled", "id", postgresql_where=_IS_CANCELLED, sqlite_where=_IS_CANCELLED),
        Index("ix_orders_order_lessened", "id", postgresql_where=_IS_LESSENED, sqlite_where=_IS_LESSENED),
    )


class OrderLine(Model):
    """One line as it was sold: texts and amounts are copies, the variant may change or go."""

    __tablename__ = "orders_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"))
    amendment_id: Mapped[int | None] = mapped_column(ForeignKey("orders_amendment.id"))
    """What added it later; None for what was placed."""
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("catalog_variant.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("catalog_product.id"))
    position: Mapped[int]
    title: Mapped[str]
    variant_title: Mapped[str]
    sku: Mapped[str | None]
    quantity: Mapped[int]
    unit_price: Mapped[int]
    rounding: Mapped[int]
    """What subtotal has beyond unit_price * quantity: not zero only where a source's price is finer than a cent."""
    subtotal: Mapped[int]
    discount: Mapped[int]
    tax: Mapped[int]
    total: Mapped[int]
    """subtotal - discount; tax on top is not in it."""
    requires_shipping: Mapped[bool]
    attributes: Mapped[list[Any]]
    components: Mapped[list[Any] | None]
    """Of a bundle what it consisted of: variant_id, title, variant_title, sku and quantity in each."""

    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("subtotal = unit_price * quantity + rounding", name="subtotal"),
        CheckConstraint("total = subtotal - discount AND discount >= 0 AND total >= 0", name="total"),
        Index("ix_orders_line_order_id", "order_id", "position"),
        Index("ix_orders_line_variant_id", "variant_id"),
    )


class LineRest(Model):
    """What a line's amounts have below the minor unit, in millionths of it.

    Only imported lines whose source counts finer than we do have one. Amounts on the line are rounded; with their
    rests they are what the source says, to the last digit.
    """

    __tablename__ = "orders_line_rest"

    line_id: Mapped[int] = mapped_column(ForeignKey("orders_line.id"), primary_key=True, autoincrement=False)
    subtotal: Mapped[int]
    discount: Mapped[int]

    __table_args__ = (
        CheckConstraint("subtotal BETWEEN -500000 AND 500000", name="subtotal"),
        CheckConstraint("discount BETWEEN -500000 AND 500000", name="discount"),
    )


class OrderDiscount(Model):
    """A discount or surcharge as it was applied, with its share per line."""

    __tablename__ = "orders_discount"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"))
    source: Mapped[str]
    code: Mapped[str | None]
    title: Mapped[str]
    target: Mapped[str]
    """line or delivery."""
    target_selection: Mapped[str]
    """In the words of DiscountApplicationTargetSelection."""
    method: Mapped[str]
    """ACROSS or EACH."""
    percentage: Mapped[int | None]
    """Parts per million, where the rule is worded so; else `fixed`, in minor units."""
    fixed: Mapped[int | None]
    amount: Mapped[int]
    allocations: Mapped[list[Any]]
    """Pairs of order line position and amount; they sum to `amount`."""

    __table_args__ = (Index("ix_orders_discount_order_id", "order_id"),)


class OrderTaxLine(Model):
    """Tax of one rate on one line or on delivery; the rate is in parts per million."""

    __tablename__ = "orders_tax_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"))
    position: Mapped[int | None]
    """The order line's position; None for delivery."""
    title: Mapped[str]
    rate: Mapped[int]
    amount: Mapped[int]

    __table_args__ = (Index("ix_orders_tax_line_order_id", "order_id"),)


class OrderDelivery(Model):
    """How one group of lines travels, as it was chosen."""

    __tablename__ = "orders_delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"))
    group_key: Mapped[str]
    provider: Mapped[str]
    option_handle: Mapped[str]
    title: Mapped[str]
    amount: Mapped[int]
    promised_from: Mapped[str | None]
    promised_to: Mapped[str | None]
    """The days on which it was promised, as 2026-12-24; none where nothing was promised."""
    pickup_point: Mapped[dict[str, Any] | None]
    """The fields of vocabulary.PickupPoint as they were when the order was placed."""

    __table_args__ = (UniqueConstraint("order_id", "group_key"),)


class GoodsEntry(Model):
    """The order's goods ledger, per line: reserved, then taken or released; sent, returned, cancelled.

    A parcel that is cancelled is recalled: what was sent in it is to be sent again.
    """

    __tablename__ = "orders_goods_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("orders_line.id"))
    kind: Mapped[str]
    quantity: Mapped[int]
    reference: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("line_id", "kind", "reference"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint(
            "kind IN ('reserved', 'taken', 'released', 'sent', 'recalled', 'returned', 'cancelled')", name="kind_known"
        ),
        Index("ix_orders_goods_entry_order_id", "order_id"),
    )


class NumberSeries(Model):
    """The last number given in a series. The row is locked to take the next: a rollback leaves no gap (I8)."""

    __tablename__ = "orders_number_series"

    name: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


append_only(table_of(GoodsEntry))
private(Order, OrderLine, LineRest, OrderDiscount, OrderTaxLine, OrderDelivery, GoodsEntry, NumberSeries)
