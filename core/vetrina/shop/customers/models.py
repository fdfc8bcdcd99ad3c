"""Tables: customer, address."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private


class Customer(Model):
    """A person by e-mail address, or from elsewhere by a name there. Without a password it is a guest who ordered."""

    __tablename__ = "customers_customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    """Folded to lower case."""
    source_key: Mapped[str | None] = mapped_column(unique=True)
    """Identity in the shop system it was imported from, where that knows no e-mail address."""
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    phone: Mapped[str | None]
    language: Mapped[str | None]
    password_hash: Mapped[str | None]
    accepts_marketing: Mapped[bool]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("email IS NOT NULL OR source_key IS NOT NULL", name="identity"),)


class CustomerAddress(Model):
    """An address the customer keeps."""

    __tablename__ = "customers_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id", ondelete="CASCADE"))
    address: Mapped[dict[str, Any]]
    is_default: Mapped[bool]

    __table_args__ = (Index("ix_customers_address_customer_id", "customer_id"),)


private(Customer, CustomerAddress)
