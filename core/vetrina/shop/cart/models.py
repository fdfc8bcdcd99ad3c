"""Tables: cart, line, delivery address."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private

_IS_SOMEBODYS = text("customer_id IS NOT NULL")
NEVER_AGAIN = {"sqlite_autoincrement": True}
"""Keys that went are given to nobody else: whoever still holds one would change what is not his."""


class Cart(Model):
    """Known to the world by `key`, a 128-bit secret. `version` grows with every committed change."""

    __tablename__ = "cart_cart"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    version: Mapped[int]
    country: Mapped[str]
    language: Mapped[str]
    """Together they name the market, and with it currency and price list; re-resolved at each reading."""
    email: Mapped[str | None]
    phone: Mapped[str | None]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers_customer.id"))
    preferences: Mapped[dict[str, Any] | None]
    consent: Mapped[dict[str, Any] | None]
    """What the visitor has agreed to, as the front end told with the last change that told it: name to yes or no."""
    note: Mapped[str]
    attributes: Mapped[list[Any]]
    discount_codes: Mapped[list[str]]
    gift_card_codes: Mapped[list[str]]
    delivery_choices: Mapped[dict[str, Any]]
    """The delivery option chosen for each group of lines: group key to option handle."""
    billing_address: Mapped[dict[str, Any] | None]
    payment: Mapped[dict[str, Any] | None]
    """The chosen way to pay: handle, amount, currency, sealed token, return_url."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("state IN ('open', 'ordered')", name="state_known"),
        CheckConstraint("version >= 1", name="version"),
        Index("ix_cart_cart_updated_at", "state", "updated_at"),
        Index("ix_cart_cart_customer_id", "customer_id", postgresql_where=_IS_SOMEBODYS, sqlite_where=_IS_SOMEBODYS),
    )


class CartLine(Model):
    """One variant with its attributes; the same variant with the same attributes is the same line."""

    __tablename__ = "cart_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    cart_id: Mapped[int] = mapped_column(ForeignKey("cart_cart.id", ondelete="CASCADE"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("catalog_variant.id"))
    quantity: Mapped[int]
    attributes: Mapped[list[Any]]
    attributes_key: Mapped[str]
    """A digest of the attributes, so that the database can compare them."""
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id", "attributes_key"),
        CheckConstraint("quantity >= 1 AND quantity <= 1000000", name="quantity"),
        NEVER_AGAIN,
    )


class CartAddress(Model):
    """A delivery address the buyer entered; at most one is selected."""

    __tablename__ = "cart_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    cart_id: Mapped[int] = mapped_column(ForeignKey("cart_cart.id", ondelete="CASCADE"))
    address: Mapped[dict[str, Any]]
    is_selected: Mapped[bool]
    is_one_time: Mapped[bool]

    __table_args__ = (
        Index("ix_cart_address_cart_id", "cart_id"),
        Index(
            "uq_cart_address_selected",
            "cart_id",
            unique=True,
            postgresql_where=text("is_selected"),
            sqlite_where=text("is_selected"),
        ),
        NEVER_AGAIN,
    )


private(Cart, CartLine, CartAddress)
