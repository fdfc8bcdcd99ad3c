"""Tokens of front ends: a code exchanged, refreshed, exchanged again, taken back; who comes with one."""

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from vetrina.flows.accounts.keys import id_token, issuer
from vetrina.kernel.context import Actor, Context, Shop
from vetrina.kernel.crypto import draw_token, hash_token, same
from vetrina.kernel.db import Session
from vetrina.kernel.errors import Refusal
from vetrina.shop.accounts import service as accounts
from vetrina.shop.accounts.rules import ACCESS_STANDS, EMAIL, FULL_ACCESS, REUSE_LEEWAY, plain_uri, proves
from vetrina.views.accounts import (
    ACCESS,
    ClientRow,
    GrantRow,
    bearer_of,
    client_by_key,
    grant_by_code,
    grant_by_id,
    token_by_secret,
)

REFRESH = "vt_refresh"
"""By what scanners recognise a refresh token that leaked."""
Problem = Literal["invalid_client", "invalid_grant", "invalid_request", "invalid_target"]


class NotGranted(Refusal):
    """No token is given. Facts: error, of OAuth's closed list; problem."""

    code = "NOT_GRANTED"
    text = "{problem}"


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What a front end is given. It is told no more than once."""

    access: str
    refresh: str | None
    id_token: str | None
    scope: str
    lasts: timedelta
    """How long the access token stands."""

    def __repr__(self) -> str:
        return f"Tokens(scope={self.scope!r})"


async def known_client(ctx: Context, key: str, secret: str | None) -> ClientRow:
    """The front end that asks, by its key and, where it has one, its secret. Raises NotGranted."""
    client = await client_by_key(ctx.db, key)
    proven = client is not None and (
        secret is None if client.secret_hash is None else secret is not None and _is(secret, client.secret_hash)
    )
    if client is None or not proven:
        raise _not("invalid_client", "No front end is known by this client_id and this secret.")
    return client


async def exchange_code(ctx: Context, client: ClientRow, code: str, redirect_uri: str, verifier: str) -> Tokens:
    """The first tokens of a grant. Raises NotGranted.

    A code is tried once. Tried again, whoever it was has stolen it or was robbed: what it led to is taken back.
    """
    tokens: Tokens | None = None
    async with ctx.tx() as session:
        grant = await grant_by_code(session, code)
        if grant is not None and grant.client_key == client.key:
            is_first = await accounts.use_code(session, grant.id, ctx.now())
            if is_first and _is_owed(grant, ctx.now(), redirect_uri, verifier):
                tokens = await _give(ctx, session, grant, is_lasting=True)
            else:
                await accounts.end_grant(session, grant.id)
    if tokens is None or grant is None:
        raise _not("invalid_grant", "The code is not valid, or not with this redirect_uri and code_verifier.")
    return await _with_id(ctx, grant, tokens)


async def refresh(ctx: Context, client: ClientRow, token: str) -> Tokens:
    """New tokens for a refresh token, which is used up. Raises NotGranted.

    Used again after a moment it is known to two parties, one of which is not the customer's: all is taken back.
    """
    tokens: Tokens | None = None
    async with ctx.tx() as session:
        found = await token_by_secret(session, token)
        grant = await grant_by_id(session, found.grant_id) if found is not None else None
        # Read again now that the grant is held: somebody may have used it meanwhile.
        found = await token_by_secret(session, token) if grant is not None else None
        if grant is not None and found is not None and _may_refresh(ctx, client, grant, found):
            if found.used_at is not None and ctx.now() - found.used_at > REUSE_LEEWAY:
                await accounts.end_grant(session, grant.id)
            else:
                await accounts.use_refresh(session, found.id, ctx.now())
                tokens = await _give(ctx, session, grant, is_lasting=True)
    if tokens is None or grant is None:
        raise _not("invalid_grant", "The refresh token is not valid.")
    return await _with_id(ctx, grant, tokens)


async def exchange_token(ctx: Context, client: ClientRow, token: str) -> Tokens:
    """Another access token of the same grant (RFC 8693), as older front ends ask for. Raises NotGranted.

    It stands no longer than the one it is given for: whoever has stolen that one cannot keep it alive.
    """
    bearer = await bearer_of(ctx.db, token, ctx.now())
    tokens: Tokens | None = None
    if bearer is not None:
        async with ctx.tx() as session:
            grant = await grant_by_id(session, bearer.grant_id)
            if grant is not None and grant.client_key == client.key and _is_somebody(grant):
                tokens = await _give(ctx, session, grant, is_lasting=False, until=bearer.expires_at)
    if tokens is None:
        raise _not("invalid_grant", "The subject_token is not valid.")
    return tokens


async def revoke(ctx: Context, client: ClientRow, token: str) -> None:
    """A front end wants a token no more (RFC 7009); a refresh token takes its grant with it. No word about others."""
    async with ctx.tx() as session:
        found = await token_by_secret(session, token)
        grant = await grant_by_id(session, found.grant_id) if found is not None else None
        if found is None or grant is None or grant.client_key != client.key:
            return
        if found.kind == "access":
            await accounts.end_token(session, found.id)
        else:
            await accounts.end_grant(session, grant.id)


async def customer_of(shop: Shop, access: str) -> Actor | None:
    """Who asks the Customer Account API with this token; None when it opens nothing there."""
    bearer = await bearer_of(shop.db, access, shop.clock.now())
    if bearer is None or not any(scope in FULL_ACCESS for scope in bearer.scope.split()):
        return None
    return Actor("buyer", id=bearer.customer_id, name=f"customer:{bearer.customer_id}")


def _is(secret: str, kept: str) -> bool:
    return same(hash_token(secret), kept)


def _not(error: Problem, problem: str) -> NotGranted:
    return NotGranted(error=error, problem=problem)


def _is_somebody(grant: GrantRow) -> bool:
    """Whether the customer has not been forgotten."""
    return grant.email is not None


def _is_owed(grant: GrantRow, now: datetime, redirect_uri: str, verifier: str) -> bool:
    is_meant = plain_uri(redirect_uri) == plain_uri(grant.redirect_uri) and proves(verifier, grant.challenge)
    return is_meant and grant.code_expires_at > now and _is_somebody(grant)


def _may_refresh(ctx: Context, client: ClientRow, grant: GrantRow, token: Any) -> bool:
    is_its = token.kind == "refresh" and grant.client_key == client.key
    return is_its and token.expires_at > ctx.now() and _is_somebody(grant)


async def _give(
    ctx: Context, session: Session, grant: GrantRow, *, is_lasting: bool, until: datetime | None = None
) -> Tokens:
    access, again = draw_token(ACCESS), draw_token(REFRESH) if is_lasting else None
    until = until or ctx.now() + ACCESS_STANDS
    await accounts.add_tokens(
        session,
        grant.id,
        access_hash=hash_token(access),
        refresh_hash=hash_token(again) if again else None,
        access_until=until,
        at=ctx.now(),
    )
    return Tokens(access=access, refresh=again, id_token=None, scope=grant.scope, lasts=until - ctx.now())


async def _with_id(ctx: Context, grant: GrantRow, tokens: Tokens) -> Tokens:
    now = int(ctx.now().timestamp())
    claims: dict[str, Any] = {
        "iss": issuer(ctx.shop),
        "sub": str(grant.customer_id),
        "aud": grant.client_key,
        "iat": now,
        "exp": now + int(ACCESS_STANDS.total_seconds()),
        "auth_time": int(grant.signed_in_at.timestamp()),
        "sid": grant.key,
    }
    if grant.nonce is not None:
        claims["nonce"] = grant.nonce
    if EMAIL in grant.scope.split():
        claims |= {"email": grant.email, "email_verified": True}
    return msgspec.structs.replace(tokens, id_token=await id_token(ctx, claims))
