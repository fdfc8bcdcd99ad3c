"""Tables: storefront token, client, signing key, sign-in, session, grant, token. Of every secret only a digest."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private


class StorefrontToken(Model):
    """A token by which a front end tells the storefront which one it is. It ends by being deleted."""

    __tablename__ = "accounts_storefront_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    public: Mapped[str | None]
    """The token itself, where every browser that runs the front end has it; None of one that only its server has."""
    created_at: Mapped[datetime]


class AccountClient(Model):
    """A front end that customers may sign in to. Without a secret it is public: a page or an app keeps none."""

    __tablename__ = "accounts_client"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """What the protocol calls client_id."""
    name: Mapped[str]
    secret_hash: Mapped[str | None]
    redirect_uris: Mapped[list[str]]
    logout_uris: Mapped[list[str]]
    created_at: Mapped[datetime]


class SigningKey(Model):
    """A key that ID tokens are signed with: the newest signs, older ones are still known."""

    __tablename__ = "accounts_signing_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    kid: Mapped[str] = mapped_column(unique=True)
    public: Mapped[dict[str, Any]]
    """As a JSON Web Key."""
    sealed: Mapped[str]
    """The private key, sealed by the shop's secret."""
    created_at: Mapped[datetime]


class AccountSignIn(Model):
    """A sign-in under way: a code was sent to an address. Who and for whom is sealed; the code is a keyed digest."""

    __tablename__ = "accounts_sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(unique=True)
    sealed: Mapped[str]
    code_hash: Mapped[str]
    tries: Mapped[int]
    """How often a code was typed."""
    expires_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("tries >= 0", name="tries"),)


class AccountSession(Model):
    """A browser in which a customer has signed in: other front ends need not ask again."""

    __tablename__ = "accounts_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id", ondelete="CASCADE"), index=True)
    signed_in_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Grant(Model):
    """What a client may do for a customer, from the code it was given to the last token. It ends by being deleted."""

    __tablename__ = "accounts_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Random and public: `sid` of its ID tokens."""
    client_id: Mapped[int] = mapped_column(ForeignKey("accounts_client.id", ondelete="CASCADE"), index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_session.id", ondelete="SET NULL"), index=True)
    scope: Mapped[str]
    nonce: Mapped[str | None]
    signed_in_at: Mapped[datetime]
    redirect_uri: Mapped[str]
    challenge: Mapped[str]
    """SHA-256 of the verifier, which the client alone knows (RFC 7636)."""
    code_hash: Mapped[str] = mapped_column(unique=True)
    code_expires_at: Mapped[datetime]
    code_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    """When nothing of it can be used any more."""


class AccountToken(Model):
    """An access or refresh token of a grant. A used refresh token stays, so that using it again is noticed."""

    __tablename__ = "accounts_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("accounts_grant.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("kind IN ('access', 'refresh')", name="kind_known"),)


# A storefront token is not among them: one that comes or goes moves what every process of the shop has in mind.
private(AccountClient, SigningKey, AccountSignIn, AccountSession, Grant, AccountToken)
