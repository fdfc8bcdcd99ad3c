"""The verbs of accounts: storefront tokens, clients, keys, sign-ins, sessions, grants and their tokens, sweeping."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, update

from vetrina.kernel.db import Session, id_in
from vetrina.shop.accounts.models import (
    AccountClient,
    AccountSession,
    AccountSignIn,
    AccountToken,
    Grant,
    SigningKey,
    StorefrontToken,
)
from vetrina.shop.accounts.rules import KEYS_KNOWN, PASSCODE_TRIES, REFRESH_STANDS, SESSION_STANDS


async def add_storefront_token(
    session: Session, *, name: str, token_hash: str, public: str | None, at: datetime
) -> int:
    """Keep what a front end is known by; its id."""
    return await session.insert(StorefrontToken, name=name, token_hash=token_hash, public=public, created_at=at)


async def remove_storefront_token(session: Session, token_id: int) -> bool:
    """Forget a front end's token; whether there was one."""
    return await session.execute(_REMOVE_STOREFRONT_TOKEN, {"token": token_id}) == 1


async def add_client(
    session: Session,
    *,
    key: str,
    name: str,
    secret_hash: str | None,
    redirect_uris: list[str],
    logout_uris: list[str],
    at: datetime,
) -> int:
    """Register a front end; its id. Raises Conflict when the key is taken."""
    return await session.insert(
        AccountClient,
        key=key,
        name=name,
        secret_hash=secret_hash,
        redirect_uris=redirect_uris,
        logout_uris=logout_uris,
        created_at=at,
    )


async def remove_client(session: Session, key: str) -> bool:
    """Forget a front end with all it was granted; whether there was one."""
    return await session.execute(_REMOVE_CLIENT, {"key_": key}) == 1


async def add_key(session: Session, *, kid: str, public: dict[str, Any], sealed: str, at: datetime) -> None:
    """Keep a key, which signs from now on; those that have not signed for long are forgotten."""
    await session.insert(SigningKey, kid=kid, public=public, sealed=sealed, created_at=at)
    await session.execute(_FORGET_KEYS, {"kid_": kid, "before": at - KEYS_KNOWN})


async def begin_sign_in(session: Session, *, key_hash: str, sealed: str, code_hash: str, expires_at: datetime) -> None:
    """Keep what a code that was just sent belongs to."""
    await session.insert(
        AccountSignIn, key_hash=key_hash, sealed=sealed, code_hash=code_hash, tries=0, expires_at=expires_at
    )


async def count_try(session: Session, sign_in_id: int) -> bool:
    """Count a code that was typed, before it is compared; whether it may be compared at all."""
    return await session.execute(_TRY, {"sign_in": sign_in_id, "most": PASSCODE_TRIES}) == 1


async def end_sign_in(session: Session, sign_in_id: int) -> bool:
    """A code works once; whether it was this call that used it."""
    return await session.execute(_END_SIGN_IN, {"sign_in": sign_in_id}) == 1


async def open_session(session: Session, *, secret_hash: str, customer_id: int, at: datetime) -> int:
    """Remember that a customer has signed in with a browser; the session's id."""
    return await session.insert(
        AccountSession,
        secret_hash=secret_hash,
        customer_id=customer_id,
        signed_in_at=at,
        expires_at=at + SESSION_STANDS,
    )


async def open_grant(session: Session, **values: Any) -> int:
    """Give a client a code for a customer; the grant's id. `values` are the columns of Grant without `code_used_at`."""
    return await session.insert(Grant, **values, code_used_at=None)


async def use_code(session: Session, grant_id: int, at: datetime) -> bool:
    """A code works once; whether it was this call that used it."""
    return await session.execute(_USE_CODE, {"grant_": grant_id, "at_": at}) == 1


async def add_tokens(
    session: Session, grant_id: int, *, access_hash: str, access_until: datetime, refresh_hash: str | None, at: datetime
) -> None:
    """Give a grant tokens; with a refresh token it stands anew."""
    tokens = [("access", access_hash, access_until)]
    if refresh_hash is not None:
        tokens.append(("refresh", refresh_hash, at + REFRESH_STANDS))
        await session.execute(_STANDS, {"grant_": grant_id, "until": at + REFRESH_STANDS})
    for kind, digest, expires_at in tokens:
        await session.insert(
            AccountToken, grant_id=grant_id, kind=kind, token_hash=digest, expires_at=expires_at, used_at=None
        )


async def use_refresh(session: Session, token_id: int, at: datetime) -> bool:
    """A refresh token works once; whether it was this call that used it."""
    return await session.execute(_USE_TOKEN, {"token": token_id, "at_": at}) == 1


async def end_token(session: Session, token_id: int) -> None:
    """An access token is not wanted any more."""
    await session.execute(_END_TOKEN, {"token": token_id})


async def end_grant(session: Session, grant_id: int) -> bool:
    """Take back a grant with all its tokens; whether it was this call that did."""
    return await session.execute(_END_GRANT, {"grant_": grant_id}) == 1


async def end_session(session: Session, session_id: int) -> None:
    """Sign out: the browser's session, and what was granted in it."""
    await session.execute(_END_GRANTS_OF_SESSION, {"session_": session_id})
    await session.execute(_END_SESSION, {"session_": session_id})


async def forget_customers(session: Session, customer_ids: Collection[int]) -> None:
    """Sign customers out everywhere."""
    for statement in (_END_GRANTS_OF_CUSTOMERS, _END_SESSIONS_OF_CUSTOMERS):
        await session.execute(statement, {"customers": list(customer_ids)})


async def sweep(session: Session, now: datetime) -> None:
    """Drop what no longer stands."""
    for statement in (_SWEEP_SIGN_INS, _SWEEP_SESSIONS, _SWEEP_GRANTS, _SWEEP_TOKENS):
        await session.execute(statement, {"now_": now})


_REMOVE_STOREFRONT_TOKEN = delete(StorefrontToken).where(StorefrontToken.id == bindparam("token"))
_REMOVE_CLIENT = delete(AccountClient).where(AccountClient.key == bindparam("key_"))
_FORGET_KEYS = delete(SigningKey).where(
    SigningKey.kid != bindparam("kid_"), SigningKey.created_at < bindparam("before")
)
_TRY = (
    update(AccountSignIn)
    .where(AccountSignIn.id == bindparam("sign_in"), AccountSignIn.tries < bindparam("most"))
    .values(tries=AccountSignIn.tries + 1)
)
_END_SIGN_IN = delete(AccountSignIn).where(AccountSignIn.id == bindparam("sign_in"))
_USE_CODE = (
    update(Grant)
    .where(Grant.id == bindparam("grant_"), Grant.code_used_at.is_(None))
    .values(code_used_at=bindparam("at_"))
)
_STANDS = update(Grant).where(Grant.id == bindparam("grant_")).values(expires_at=bindparam("until"))
_USE_TOKEN = (
    update(AccountToken)
    .where(AccountToken.id == bindparam("token"), AccountToken.used_at.is_(None))
    .values(used_at=bindparam("at_"))
)
_END_TOKEN = delete(AccountToken).where(AccountToken.id == bindparam("token"))
_END_GRANT = delete(Grant).where(Grant.id == bindparam("grant_"))
_END_GRANTS_OF_SESSION = delete(Grant).where(Grant.session_id == bindparam("session_"))
_END_SESSION = delete(AccountSession).where(AccountSession.id == bindparam("session_"))
_END_GRANTS_OF_CUSTOMERS = delete(Grant).where(id_in(Grant.customer_id, "customers"))
_END_SESSIONS_OF_CUSTOMERS = delete(AccountSession).where(id_in(AccountSession.customer_id, "customers"))
_SWEEP_SIGN_INS = delete(AccountSignIn).where(AccountSignIn.expires_at <= bindparam("now_"))
_SWEEP_SESSIONS = delete(AccountSession).where(AccountSession.expires_at <= bindparam("now_"))
_SWEEP_GRANTS = delete(Grant).where(Grant.expires_at <= bindparam("now_"))
_SWEEP_TOKENS = delete(AccountToken).where(AccountToken.expires_at <= bindparam("now_"))
