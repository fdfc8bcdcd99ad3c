"""Tables: customer, address, access token, link, consent, count of tries, and who was forgotten when."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private


class Customer(Model):
    """A person by e-mail address, or from elsewhere by a name there.

    Who has proven the address has an account, with a password or without; all others are guests who ordered, or
    somebody who has asked for an account and not confirmed it.
    """

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
    proven_at: Mapped[datetime | None]
    """When somebody first showed that mails to the address reach him."""
    accepts_marketing: Mapped[bool]
    tags: Mapped[list[str]]
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


class CustomerToken(Model):
    """Lets a front end ask as a customer; only the token's digest is kept. It ends by being deleted."""

    __tablename__ = "customers_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (Index("ix_customers_token_expires_at", "expires_at"),)


class CustomerLink(Model):
    """A link that was mailed to somebody, which works once; only its secret's digest is kept."""

    __tablename__ = "customers_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id", ondelete="CASCADE"), index=True)
    wishes: Mapped[dict[str, Any]]
    """What was asked for with it, such as names and consent at sign-up, or the new address: true once it is used."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (Index("ix_customers_link_expires_at", "expires_at"),)


class CustomerConsent(Model):
    """That somebody agreed to be written to, or no more: when, and by which way he said so."""

    __tablename__ = "customers_consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id", ondelete="CASCADE"), index=True)
    is_given: Mapped[bool]
    at: Mapped[datetime]
    source: Mapped[str]


class CustomerCount(Model):
    """How often something was tried since a moment. Keys are digests: no address is kept that somebody made up."""

    __tablename__ = "customers_count"

    key: Mapped[str] = mapped_column(primary_key=True)
    times: Mapped[int]
    since: Mapped[datetime]


class Erasure(Model):
    """A person who asked to be forgotten. It says that and when, and not who: only a digest of the address."""

    __tablename__ = "customers_erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(index=True)
    """HMAC of the address under the shop's secret: asked again, the same person is recognised."""
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    """Who in the shop was told."""


class ErasurePart(Model):
    """What one owner, the core or a plugin, has forgotten of a person, and what it must keep."""

    __tablename__ = "customers_erasure_part"

    erasure_id: Mapped[int] = mapped_column(ForeignKey("customers_erasure.id"), primary_key=True)
    owner: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    rows: Mapped[int]
    kept: Mapped[str]
    """What stays, and the law that says so; empty when nothing does."""
    done_at: Mapped[datetime | None]
    error: Mapped[str | None]
    """What went wrong at the last try, while it is not done."""


private(
    Customer, CustomerAddress, CustomerToken, CustomerLink, CustomerConsent, CustomerCount, Erasure, ErasurePart
)  # fmt: skip
