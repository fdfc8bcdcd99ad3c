"""Mailed links: draw one, and what comes of following it. Each works once, for a while, for one purpose."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import bindparam, select, update

from vetrina.flows.customers.joining import claim_orders, prove
from vetrina.flows.customers.problems import count, network, refuse, stop_at
from vetrina.flows.customers.signing_in import Access, end_access, open_access
from vetrina.flows.mail import Mail, post
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import draw_token, hash_password, hash_token
from vetrina.kernel.db import Conflict, Session
from vetrina.shop.customers import service as customers
from vetrina.shop.customers.models import Customer
from vetrina.shop.customers.rules import LINK_NETWORK, Purpose, password_fault
from vetrina.shop.orders.models import Order
from vetrina.views.customers import LinkRow, link_by_secret

PATHS = {Purpose.ACTIVATE: "account/activate", Purpose.RESET: "account/reset", Purpose.EMAIL: "account/email"}
"""Where the pages behind links are, below the shop's own address."""
SIGN_UP = "sign-up"
LONGEST_URL = 2_000


class Opened(msgspec.Struct, frozen=True):
    """An account that was opened by a link, with a token for it."""

    customer_id: int
    access: Access


async def mail_link(
    ctx: Context,
    session: Session,
    *,
    customer_id: int,
    purpose: Purpose,
    to: str,
    language: str,
    template: str,
    wishes: Mapping[str, Any],
    first_name: str = "",
) -> None:
    """Draw a link and queue the mail that holds it. Only its digest is kept."""
    secret, expires_at = draw_token("vt_link"), ctx.now() + purpose.stands
    digest = hash_token(secret)
    await customers.open_link(
        session,
        customer_id=customer_id,
        purpose=purpose,
        secret_hash=digest,
        wishes=wishes,
        at=ctx.now(),
        expires_at=expires_at,
    )
    url = f"{ctx.shop.base_url}/{PATHS[purpose]}/{customer_id}/{secret}"
    mail = Mail(
        key=f"{template}-{digest[:32]}",
        to=to,
        language=language,
        template=template,
        values={"hours": int(purpose.stands.total_seconds()) // 3_600, "first_name": first_name},
        secrets={"url": url},
        expires_at=expires_at,
    )
    await post(ctx, session, mail)


@once
async def activate(ctx: Context, customer_id: int | None, secret: str, password: str, field: str) -> Opened:
    """Confirm an address and choose the password of its account. Raises CustomerRefused, TooManyTries.

    `customer_id` is in the link beside its secret; `field` names the input that holds the latter.
    """
    return await _open_by(ctx, Purpose.ACTIVATE, customer_id, secret, password, field)


@once
async def reset(ctx: Context, customer_id: int | None, secret: str, password: str, field: str) -> Opened:
    """Choose a new password; every token of the account ends. Raises CustomerRefused, TooManyTries."""
    return await _open_by(ctx, Purpose.RESET, customer_id, secret, password, field)


@once
async def confirm_address(ctx: Context, customer_id: int, secret: str) -> str:
    """Make the address a mail was sent to the customer's own; it. Raises CustomerRefused, TooManyTries."""
    ctx.may_run_again()
    async with ctx.tx() as session:
        await count(ctx, session, {network(ctx, "link-by"): LINK_NETWORK})
    try:
        async with ctx.tx() as session:
            link = await _used(ctx, session, Purpose.EMAIL, customer_id, secret, "url")
            email = session.outcome = str(link.wishes["email"])
            # A guest who ordered under it, or somebody who never confirmed an account, has no claim to it any more.
            await _take_over(ctx, session, customer_id, email)
            # What was mailed to the address of before opens nothing any more.
            await customers.end_links(session, customer_id)
            await customers.change_customer(session, customer_id, ctx.now(), email=email)
            await claim_orders(session, customer_id, email)
            if link.email is not None:
                await _tell_of_address(ctx, session, link.email, secret)
    except Conflict:
        raise _no_link("url") from None
    return email


async def link_stands(ctx: Context, purpose: Purpose, customer_id: int, secret: str) -> bool:
    """Whether a link still opens what it is for; looking does not use it."""
    link = await link_by_secret(ctx.db, secret, ctx.now())
    return link is not None and link.purpose == purpose.value and link.customer_id == customer_id


def read_link(ctx: Context, purpose: Purpose, url: str, field: str) -> tuple[int, str]:
    """Customer and secret of a link of this shop. Raises CustomerRefused for any other address."""
    try:
        parts = urlsplit(url[:LONGEST_URL])
    except ValueError:
        raise _no_link(field) from None
    path = parts.path.removeprefix(urlsplit(ctx.shop.base_url).path)
    before, _, secret = path.rpartition("/")
    place, _, key = before.rpartition("/")
    if place.strip("/") != PATHS[purpose] or not (key.isascii() and key.isdigit() and len(key) < 19):
        raise _no_link(field)
    return int(key), secret


async def _open_by(
    ctx: Context, purpose: Purpose, customer_id: int | None, secret: str, password: str, field: str
) -> Opened:
    within = ("input",) if field in _IN_INPUT else ()
    stop_at([password_fault(password)], *within)
    ctx.may_run_again()
    async with ctx.tx() as session:
        await count(ctx, session, {network(ctx, "link-by"): LINK_NETWORK})
    hashed = await hash_password(password)
    async with ctx.tx() as session:
        link = await _used(ctx, session, purpose, customer_id, secret, field)
        await end_access(session, link.customer_id)
        await customers.change_customer(session, link.customer_id, ctx.now(), password_hash=hashed)
        await prove(ctx, session, link.customer_id, link.email or "")
        if purpose is Purpose.ACTIVATE:
            await _fulfil(ctx, session, link)
        else:
            await tell_of_password(ctx, session, link.email, hashed)
        opened = session.outcome = Opened(link.customer_id, await open_access(ctx, session, link.customer_id))
    return opened


async def tell_of_password(ctx: Context, session: Session, email: str | None, hashed: str) -> None:
    """Whoever reads the mails is told that the password is another one."""
    if email is not None:
        key = f"password-changed-{hash_token(hashed)[:32]}"
        language = ctx.place.language
        await post(ctx, session, Mail(key=key, to=email, language=language, template="customer_password_changed"))


async def _tell_of_address(ctx: Context, session: Session, email: str, secret: str) -> None:
    key = f"address-changed-{hash_token(secret)[:32]}"
    await post(ctx, session, Mail(key=key, to=email, language=ctx.place.language, template="customer_email_changed"))


async def _used(
    ctx: Context, session: Session, purpose: Purpose, customer_id: int | None, secret: str, field: str
) -> LinkRow:
    """The link, which is used up by it. Raises CustomerRefused."""
    link = await link_by_secret(session, secret, ctx.now())
    is_meant = link is not None and link.purpose == purpose.value and customer_id in (None, link.customer_id)
    if link is None or not is_meant or not await customers.use_link(session, hash_token(secret)):
        raise _no_link(field)
    return link


async def _fulfil(ctx: Context, session: Session, link: LinkRow) -> None:
    """What was asked for at sign-up is true now; what is known of a guest is kept where nothing was said."""
    given = {name: link.wishes.get(name) for name in ("first_name", "last_name", "phone")}
    known = {name: value for name, value in given.items() if value}
    if known:
        await customers.change_customer(session, link.customer_id, ctx.now(), **known)
    if link.wishes.get("accepts_marketing"):
        await customers.consent(session, link.customer_id, ctx.now(), SIGN_UP, is_given=True)


async def _take_over(ctx: Context, session: Session, customer_id: int, email: str) -> None:
    other = await session.value(_UNPROVEN, {"email_": email, "customer": customer_id})
    if other is not None:
        await session.execute(_GIVE_ORDERS, {"other": other, "customer": customer_id})
        values = {"email": None, "source_key": f"joined:{customer_id}:{other}"}
        await customers.change_customer(session, other, ctx.now(), **values)


def _no_link(field: str) -> Exception:
    path = ("input", field) if field in _IN_INPUT else (field,)
    return refuse("TOKEN_INVALID", "This link does not work any more; ask for another one.", *path)


_IN_INPUT = ("activation_token", "reset_token")
_UNPROVEN = select(Customer.id).where(
    Customer.email == bindparam("email_"), Customer.id != bindparam("customer"), Customer.proven_at.is_(None)
)
_GIVE_ORDERS = update(Order).where(Order.customer_id == bindparam("other")).values(customer_id=bindparam("customer"))
