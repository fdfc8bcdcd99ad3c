"""Sign in and out: tokens that front ends ask with as a customer."""

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, select

from vetrina.flows.customers.problems import count, here, network, refuse, subject, token_invalid
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import draw_token, hash_password, hash_token, needs_rehash, password_matches
from vetrina.kernel.db import Reads, Session
from vetrina.shop.accounts import service as accounts
from vetrina.shop.customers import service as customers
from vetrina.shop.customers.models import Customer
from vetrina.shop.customers.rules import (
    LONGEST_PASSWORD,
    SIGN_IN_ANYWHERE,
    SIGN_IN_HERE,
    SIGN_IN_NETWORK,
    TOKEN_STANDS,
    folded,
)
from vetrina.views.customers import CustomerRow, customer_by_token, customers_by_id

LONGEST_ADDRESS = 254
TOKEN = "vt_buyer"
"""By what scanners recognise a token that leaked."""


class Access(msgspec.Struct, frozen=True):
    """A token and until when it stands. It is told once; what is kept of it is a digest."""

    token: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Access(expires_at={self.expires_at})"


@once
async def sign_in(ctx: Context, email: str, password: str) -> Access:
    """A token for whoever knows the password of an address. Raises CustomerRefused, TooManyTries.

    An unknown address takes as long as a known one, counts as much, and is answered in the same words.
    """
    ctx.may_run_again()
    address = folded(email)[:LONGEST_ADDRESS]
    own = here(ctx, "sign-in-here", address)
    limits = {
        own: SIGN_IN_HERE,
        subject(ctx, "sign-in", address): SIGN_IN_ANYWHERE,
        network(ctx, "sign-in-by"): SIGN_IN_NETWORK,
    }
    async with ctx.tx() as session:
        await count(ctx, session, limits)
    found = await ctx.db.one(_Credentials, _BY_EMAIL, {"email_": address})
    hashed = found.password_hash if found is not None else None
    # One that is too long is compared all the same, and is no password of anybody's.
    matches = await password_matches(password[: LONGEST_PASSWORD + 1], hashed)
    if found is None or hashed is None or not matches:
        raise refuse("UNIDENTIFIED_CUSTOMER", "This address and this password do not go together.", "input")
    fresh = await hash_password(password) if needs_rehash(hashed) else None
    async with ctx.tx() as session:
        await customers.uncount(session, [own])
        if fresh is not None:
            await customers.change_customer(session, found.id, ctx.now(), password_hash=fresh)
        # The password may have been changed, or its person forgotten, while it was being compared.
        if await session.value(_STILL_THE_SAME, {"customer": found.id, "hash_": fresh or hashed}) is None:
            raise refuse("UNIDENTIFIED_CUSTOMER", "This address and this password do not go together.", "input")
        access = session.outcome = await open_access(ctx, session, found.id)
    return access


@once
async def renew(ctx: Context, token: str) -> Access:
    """Let a token that stands stand for a whole term from now. Raises CustomerRefused."""
    access = Access(token, ctx.now() + TOKEN_STANDS)
    async with ctx.tx() as session:
        known = await customer_by_token(session, token, ctx.now())
        # What front ends were granted by OAuth is renewed there.
        if known is None or not await customers.renew_token(session, hash_token(token), ctx.now(), access.expires_at):
            raise token_invalid()
        session.outcome = access
    return access


@once
async def sign_out(ctx: Context, token: str) -> int:
    """End a token; its id. Raises CustomerRefused where it opens nothing already."""
    async with ctx.tx() as session:
        known = await customer_by_token(session, token, ctx.now())
        token_id = await customers.end_token(session, hash_token(token)) if known is not None else None
        if token_id is None:
            raise token_invalid()
        session.outcome = token_id
    return token_id


async def open_access(ctx: Context, session: Session, customer_id: int) -> Access:
    """A new token for a customer, within the transaction of whoever has made sure that it is he."""
    access = Access(draw_token(TOKEN), ctx.now() + TOKEN_STANDS)
    await customers.open_token(
        session,
        customer_id=customer_id,
        token_hash=hash_token(access.token),
        at=ctx.now(),
        expires_at=access.expires_at,
    )
    return access


async def end_access(session: Session, customer_id: int) -> None:
    """End all that opens an account: tokens, mailed links, and what front ends were granted."""
    await customers.end_tokens(session, customer_id)
    await customers.end_links(session, customer_id)
    await accounts.forget_customers(session, [customer_id])


async def customer_asking(ctx: Context, db: Reads, token: str) -> CustomerRow:
    """Whose token this is; without one, whoever a door has made out already. Raises CustomerRefused."""
    if not token and ctx.actor.kind == "buyer" and ctx.actor.id is not None:
        customer = (await customers_by_id(db, [ctx.actor.id])).get(ctx.actor.id)
    else:
        customer = await customer_by_token(db, token, ctx.now())
    if customer is None:
        raise token_invalid()
    return customer


class _Credentials(msgspec.Struct, frozen=True):
    id: int
    password_hash: str | None


_BY_EMAIL = select(Customer.id, Customer.password_hash).where(
    Customer.email == bindparam("email_"), Customer.proven_at.is_not(None)
)
_STILL_THE_SAME = (
    select(Customer.id)
    .where(Customer.id == bindparam("customer"), Customer.password_hash == bindparam("hash_"))
    .with_for_update()
)
