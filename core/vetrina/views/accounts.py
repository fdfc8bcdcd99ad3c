"""Front ends that customers sign in to, what was granted to them, and who comes with which token."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select

from vetrina.kernel.crypto import hash_token
from vetrina.kernel.db import Reads
from vetrina.shop.accounts.models import (
    AccountClient,
    AccountSession,
    AccountSignIn,
    AccountToken,
    Grant,
    SigningKey,
)
from vetrina.shop.customers.models import Customer

ACCESS = "vt_customer"
"""With what access tokens begin: scanners recognise one that leaked, and the storefront whose it is."""
LONGEST_SECRET = 200
"""Characters of anything that is looked up by its digest; ours have about 50."""


class ClientRow(msgspec.Struct, frozen=True):
    """A front end. Without `secret_hash` it is public."""

    id: int
    key: str
    name: str
    secret_hash: str | None
    redirect_uris: list[str]
    logout_uris: list[str]
    created_at: datetime

    @property
    def is_public(self) -> bool:
        return self.secret_hash is None


class KeyRow(msgspec.Struct, frozen=True):
    """A key of ID tokens; `public` as a JSON Web Key."""

    kid: str
    public: dict[str, Any]
    sealed: str
    created_at: datetime


class SignInRow(msgspec.Struct, frozen=True):
    """A sign-in that waits for its code."""

    id: int
    sealed: str
    code_hash: str
    tries: int
    expires_at: datetime


class SessionRow(msgspec.Struct, frozen=True):
    """A browser's session, with whom it belongs to; of somebody forgotten there is none."""

    id: int
    customer_id: int
    signed_in_at: datetime
    expires_at: datetime
    email: str


class GrantRow(msgspec.Struct, frozen=True):
    """What a client was granted, with whom it is about."""

    id: int
    key: str
    client_key: str
    customer_id: int
    email: str | None
    session_id: int | None
    scope: str
    nonce: str | None
    signed_in_at: datetime
    redirect_uri: str
    challenge: str
    code_expires_at: datetime
    code_used_at: datetime | None


class TokenRow(msgspec.Struct, frozen=True):
    """A token and the grant it belongs to."""

    id: int
    grant_id: int
    kind: str
    expires_at: datetime
    used_at: datetime | None


class BearerRow(msgspec.Struct, frozen=True):
    """Who comes with an access token, and for what it was given."""

    token_id: int
    grant_id: int
    customer_id: int
    scope: str
    expires_at: datetime


async def clients(db: Reads) -> list[ClientRow]:
    """Every front end, by name: there are few."""
    return await db.rows(ClientRow, _CLIENTS)


async def client_by_key(db: Reads, key: str) -> ClientRow | None:
    """The front end that calls itself so, or None."""
    return await db.one(ClientRow, _CLIENT, {"key_": key}) if _is_sane(key) else None


async def client_count(db: Reads) -> int:
    """How many front ends there are."""
    return await db.value(select(func.count()).select_from(AccountClient))


async def signing_keys(db: Reads) -> list[KeyRow]:
    """The keys of ID tokens, the newest first: it signs."""
    return await db.rows(KeyRow, _KEYS)


async def sign_in_by_key(db: Reads, key: str) -> SignInRow | None:
    """The sign-in that waits for its code at this key; None when it has ended."""
    return await db.one(SignInRow, _SIGN_IN, {"digest": hash_token(key)}) if _is_sane(key) else None


async def session_by_secret(db: Reads, secret: str, now: datetime) -> SessionRow | None:
    """The session a browser comes with; None when it has ended or its person was forgotten."""
    found = await db.one(SessionRow, _SESSION, {"digest": hash_token(secret)}) if _is_sane(secret) else None
    return found if found is not None and found.expires_at > now else None


async def grant_by_code(db: Reads, code: str) -> GrantRow | None:
    """What an authorization code stands for, used or not; held until the transaction ends."""
    return await db.one(GrantRow, _BY_CODE, {"digest": hash_token(code)}) if _is_sane(code) else None


async def grant_by_id(db: Reads, grant_id: int) -> GrantRow | None:
    """A grant, held until the transaction ends; None when it was taken back."""
    return await db.one(GrantRow, _BY_ID, {"grant_": grant_id})


async def grant_by_key(db: Reads, key: str) -> GrantRow | None:
    """A grant by the `sid` of its ID tokens; None when it was taken back."""
    return await db.one(GrantRow, _BY_KEY, {"key_": key}) if _is_sane(key) else None


async def token_by_secret(db: Reads, secret: str) -> TokenRow | None:
    """A token as it was given, used or not."""
    return await db.one(TokenRow, _TOKEN, {"digest": hash_token(secret)}) if _is_sane(secret) else None


async def bearer_of(db: Reads, secret: str, now: datetime) -> BearerRow | None:
    """Who comes with an access token; None when it is none of ours, has ended, or its person was forgotten.

    The look-up is by digest: how long it takes tells nothing of the secret.
    """
    found = await db.one(BearerRow, _BEARER, {"digest": hash_token(secret)}) if _is_sane(secret) else None
    return found if found is not None and found.expires_at > now else None


def _is_sane(given: str) -> bool:
    return given.isascii() and 0 < len(given) <= LONGEST_SECRET


_CLIENTS = select(*(getattr(AccountClient, name) for name in ClientRow.__struct_fields__)).order_by(
    AccountClient.name, AccountClient.id
)
_CLIENT = select(*(getattr(AccountClient, name) for name in ClientRow.__struct_fields__)).where(
    AccountClient.key == bindparam("key_")
)
_KEYS = select(*(getattr(SigningKey, name) for name in KeyRow.__struct_fields__)).order_by(
    SigningKey.created_at.desc(), SigningKey.id.desc()
)
_SIGN_IN = select(*(getattr(AccountSignIn, name) for name in SignInRow.__struct_fields__)).where(
    AccountSignIn.key_hash == bindparam("digest")
)
_SESSION = (
    select(
        AccountSession.id,
        AccountSession.customer_id,
        AccountSession.signed_in_at,
        AccountSession.expires_at,
        Customer.email,
    )
    .join(Customer, Customer.id == AccountSession.customer_id)
    .where(
        AccountSession.secret_hash == bindparam("digest"), Customer.email.is_not(None), Customer.proven_at.is_not(None)
    )
)
_GRANT = (
    select(
        Grant.id,
        Grant.key,
        AccountClient.key.label("client_key"),
        Grant.customer_id,
        Customer.email,
        Grant.session_id,
        Grant.scope,
        Grant.nonce,
        Grant.signed_in_at,
        Grant.redirect_uri,
        Grant.challenge,
        Grant.code_expires_at,
        Grant.code_used_at,
    )
    .join(AccountClient, AccountClient.id == Grant.client_id)
    .join(Customer, Customer.id == Grant.customer_id)
)
_BY_CODE = _GRANT.where(Grant.code_hash == bindparam("digest")).with_for_update(of=Grant)
_BY_ID = _GRANT.where(Grant.id == bindparam("grant_")).with_for_update(of=Grant)
_BY_KEY = _GRANT.where(Grant.key == bindparam("key_"))
_TOKEN = select(*(getattr(AccountToken, name) for name in TokenRow.__struct_fields__)).where(
    AccountToken.token_hash == bindparam("digest")
)
_BEARER = (
    select(
        AccountToken.id.label("token_id"),
        AccountToken.grant_id,
        Grant.customer_id,
        Grant.scope,
        AccountToken.expires_at,
    )
    .join(Grant, Grant.id == AccountToken.grant_id)
    .join(Customer, Customer.id == Grant.customer_id)
    .where(
        AccountToken.token_hash == bindparam("digest"),
        AccountToken.kind == "access",
        Customer.email.is_not(None),
        Customer.proven_at.is_not(None),
    )
)
