"""Sign in with a code sent by e-mail, or with a password; remember the browser; give the front end its code."""

import secrets

import msgspec
from sqlalchemy import bindparam, select

from vetrina.flows.accounts.asking import Wish, way_back
from vetrina.flows.accounts.limits import codes, counted, passwords, sending
from vetrina.flows.customers import join_proven
from vetrina.flows.mail import Mail, post
from vetrina.kernel import texts
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import draw_key, draw_token, hash_token, password_matches, same
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, Refusal
from vetrina.shop.accounts import service as accounts
from vetrina.shop.accounts.rules import (
    CODE_STANDS,
    PASSCODE_DIGITS,
    PASSCODE_STANDS,
    PASSCODE_TRIES,
    plain_uri,
)
from vetrina.shop.customers import service as customers
from vetrina.shop.customers.models import Customer
from vetrina.shop.customers.rules import email_fault, folded
from vetrina.views.accounts import SessionRow, client_by_key, session_by_secret, sign_in_by_key

LONGEST_EMAIL = 254
LONGEST_PASSWORD = 200
SEALED_FOR = "account-sign-in"


class WrongCode(Refusal):
    """Facts: left, how often another may be typed."""

    code = "WRONG_CODE"
    text = "This is not the code that was sent."


class CodeEnded(Refusal):
    """The code was used, has expired, or wrong ones were typed too often: another has to be sent."""

    code = "CODE_ENDED"
    text = "This code cannot be used any more. Ask for another."


class WrongPassword(Refusal):
    """The same sentence whether nobody has that address, somebody without a password, or another one."""

    code = "WRONG_PASSWORD"
    text = "This address and this password do not go together."


class Pending(msgspec.Struct, frozen=True):
    """A sign-in that waits for its code: who, what the front end wishes, and the browser that began it."""

    email: str
    wish: Wish
    browser: str


class Entered(msgspec.Struct, frozen=True):
    """Somebody has signed in: the browser's secret, and the way back to the front end."""

    secret: str
    address: str


async def send_code(ctx: Context, wish: Wish, email: str, *, browser: str, network: str, language: str) -> str:
    """Send a code to an address, whoever has it; the key at which this browser types it. Raises BadInput, TooOften.

    Nothing tells whether the shop knows the address: who proves that it is his becomes a customer.
    """
    address = _address(email)
    key, number = draw_key(), f"{secrets.randbelow(10**PASSCODE_DIGITS):0{PASSCODE_DIGITS}}"
    pending = msgspec.json.encode(Pending(address, wish, browser)).decode()
    async with ctx.tx() as session:
        waits = await counted(ctx, session, sending(ctx, address, network))
        if waits is not None:
            raise waits
        expires_at = ctx.now() + PASSCODE_STANDS
        await accounts.begin_sign_in(
            session,
            key_hash=hash_token(key),
            sealed=ctx.shop.vault.seal(SEALED_FOR, pending),
            code_hash=_code_hash(ctx, key, number),
            expires_at=expires_at,
        )
        mail = Mail(
            key=f"sign-in-code-{hash_token(key)[:32]}",
            to=address,
            language=language,
            template="sign_in_code",
            values={"minutes": int(PASSCODE_STANDS.total_seconds()) // 60},
            secrets={"number": number},
            expires_at=expires_at,
        )
        await post(ctx, session, mail)
    return key


async def pending_at(ctx: Context, key: str, browser: str) -> Pending | None:
    """The sign-in that waits at a key; None when it has ended, or another browser asks."""
    row = await sign_in_by_key(ctx.db, key)
    if row is None or row.expires_at <= ctx.now():
        return None
    pending = msgspec.json.decode(ctx.shop.vault.open(SEALED_FOR, row.sealed), type=Pending)
    return pending if same(browser, pending.browser) else None


async def enter_code(ctx: Context, key: str, typed: str, browser: str) -> Entered:
    """Sign in with the code that was sent. Raises WrongCode, CodeEnded, TooOften.

    A code may be typed so often, whatever is typed: that is counted and committed before the answer is known.
    """
    pending = await pending_at(ctx, key, browser)
    if pending is None:
        raise CodeEnded
    number = "".join(typed.split())
    refusal: Refusal | None = None
    entered: Entered | None = None
    async with ctx.tx() as session:
        row = await sign_in_by_key(session, key)
        tried = codes(ctx, pending.email)
        if row is None or not await accounts.count_try(session, row.id):
            refusal = CodeEnded()
        elif (waits := await counted(ctx, session, tried)) is not None:
            refusal = waits
        elif not same(_code_hash(ctx, key, number), row.code_hash):
            refusal = WrongCode(left=PASSCODE_TRIES - row.tries - 1)
        elif not await accounts.end_sign_in(session, row.id):
            refusal = CodeEnded()
        else:
            await customers.uncount(session, list(tried))
            customer_id = await join_proven(ctx, session, pending.email)
            entered = await _enter(ctx, session, customer_id, pending.wish)
    if entered is None:
        raise refusal or CodeEnded()
    return entered


async def enter_password(ctx: Context, wish: Wish, email: str, password: str, *, network: str) -> Entered:
    """Sign in with a password. Raises BadInput for what is no address, WrongPassword, TooOften.

    An unknown address takes as long as a known one and counts as much.
    """
    address = _address(email)
    limits = passwords(ctx, address, network)
    async with ctx.tx() as session:
        waits = await counted(ctx, session, limits)
        if waits is not None:
            raise waits
    found = await ctx.db.one(_Credentials, _BY_EMAIL, {"email_": address})
    matches = await password_matches(password[:LONGEST_PASSWORD], found.password_hash if found else None)
    if found is None or not matches:
        raise WrongPassword
    async with ctx.tx() as session:
        await customers.uncount(session, list(limits)[:1])
        # The password may have been changed, or its person forgotten, while it was being compared.
        unchanged = {"customer": found.id, "hash_": found.password_hash}
        if await session.value(_STILL_THE_SAME, unchanged) is None:
            raise WrongPassword
        return await _enter(ctx, session, found.id, wish)


async def enter_again(ctx: Context, wish: Wish, secret: str) -> str | None:
    """The way back for somebody whose browser has signed in before; None when it has to be asked."""
    found = await session_by_secret(ctx.db, secret, ctx.now())
    if found is None:
        return None
    async with ctx.tx() as session:
        return await _granted(ctx, session, found, wish)


async def session_of(ctx: Context, secret: str) -> SessionRow | None:
    """Who has signed in with this browser."""
    return await session_by_secret(ctx.db, secret, ctx.now())


def _address(email: str) -> str:
    address = folded(texts.line(email, field=("email",), limit=LONGEST_EMAIL, required=True))
    if email_fault(address) is not None:
        raise BadInput(field=("email",), problem="The e-mail address is not valid.", reason="email")
    return address


def _code_hash(ctx: Context, key: str, number: str) -> str:
    """Six digits are guessed at once by who has the database alone; the shop's secret is not in it."""
    return ctx.shop.vault.sign("account-code", f"{key}:{number}")


async def _enter(ctx: Context, session: Session, customer_id: int, wish: Wish) -> Entered:
    secret = draw_token("vt_account")
    await accounts.open_session(session, secret_hash=hash_token(secret), customer_id=customer_id, at=ctx.now())
    opened = await session_by_secret(session, secret, ctx.now())
    if opened is None:
        raise CodeEnded
    return Entered(secret, await _granted(ctx, session, opened, wish))


async def _granted(ctx: Context, session: Session, opened: SessionRow, wish: Wish) -> str:
    """Give the front end a code for whoever has this session; the way back. Raises CodeEnded for a client that went."""
    client = await client_by_key(session, wish.client_key)
    if client is None or plain_uri(wish.redirect_uri) not in client.redirect_uris:
        raise CodeEnded
    code, expires_at = draw_token("vt_code"), ctx.now() + CODE_STANDS
    await accounts.open_grant(
        session,
        key=draw_key(),
        client_id=client.id,
        customer_id=opened.customer_id,
        session_id=opened.id,
        scope=wish.scope,
        nonce=wish.nonce,
        signed_in_at=opened.signed_in_at,
        redirect_uri=wish.redirect_uri,
        challenge=wish.challenge,
        code_hash=hash_token(code),
        code_expires_at=expires_at,
        expires_at=expires_at,
    )
    return way_back(ctx.shop, wish, code=code)


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
