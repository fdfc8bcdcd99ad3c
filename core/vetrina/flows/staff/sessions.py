"""Sign in and out of the admin, tell who comes with a session, end sessions."""

import math
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import bindparam, select

from vetrina.flows.auditing import audited
from vetrina.flows.staff.devices import device_of, marked
from vetrina.kernel.context import Actor, Context, once
from vetrina.kernel.crypto import digest, draw_token, hash_password, hash_token, needs_rehash, password_matches
from vetrina.kernel.db import Session
from vetrina.kernel.errors import NotFound, NotSignedIn, Refusal
from vetrina.shop.staff import service as staff
from vetrina.shop.staff.models import StaffMember, StaffSession
from vetrina.shop.staff.rules import ACCOUNT, HERE, NETWORK, Allowance, network_of, session_stands

LONGEST_EMAIL = 320
LONGEST_AGENT = 400
LONGEST_SECRET = 200
"""Characters; ours have 54."""
SEEN_EVERY = timedelta(minutes=5)
"""How exactly the time of the last page is known."""


class WrongSignIn(Refusal):
    """The same sentence whether the address is unknown, the password wrong or the person no longer works here."""

    code = "WRONG_SIGN_IN"
    text = "This address and this password do not go together."


class SignInPaused(Refusal):
    """Too many sign-ins have failed. Facts: seconds, after which the next may be tried."""

    code = "SIGN_IN_PAUSED"
    text = "Too many sign-ins have failed. Try again in {seconds} seconds."


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody signs in with, and from where."""

    email: str
    password: str
    address: str
    user_agent: str = ""
    marks: str = ""
    """What the browser keeps since somebody has signed in with it; see `remembered`."""


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A person with a session that stands."""

    session_id: int
    actor: Actor
    email: str
    name: str
    language: str | None


async def sign_in(ctx: Context, given: SignIn) -> str:
    """Open a session and answer its secret, which is kept nowhere. Raises WrongSignIn, SignInPaused.

    An unknown address takes as long as a known one, counts as much, and is answered in the same words. Whoever guesses
    at an address keeps himself waiting, not its person: who comes from elsewhere waits only when very many have failed,
    and who comes with a browser that this person has signed in with before not even then.
    """
    email = plain_address(given.email)[:LONGEST_EMAIL]
    found = await ctx.db.one(_Credentials, _BY_EMAIL, {"email_": email})
    own, shared = _counted_by(ctx, email, found, given)
    async with ctx.tx() as session:
        wait = await staff.count_attempt(session, own | shared, ctx.now())
    if wait > timedelta():
        raise SignInPaused(seconds=math.ceil(wait.total_seconds()))
    hashed = found.password_hash if found is not None and found.is_active else None
    matches = await password_matches(given.password, hashed)
    if found is None or hashed is None or not matches:
        await _record_failure(ctx, found, given)
        raise WrongSignIn
    fresh = await hash_password(given.password) if needs_rehash(hashed) else None
    async with ctx.tx() as session:
        await staff.uncount_attempt(session, list(own), list(shared), ctx.now())
        await staff.sweep(session, ctx.now())
        if fresh is not None:
            await staff.change_member(session, found.id, password_hash=fresh)
        # Somebody may have sent this person away, or changed the password, while it was being compared.
        if await session.value(_STILL_THE_SAME, {"member": found.id, "hash_": fresh or hashed}) is None:
            raise WrongSignIn
        return await _open(ctx, session, found.id, given)


async def remembered(ctx: Context, secret: str, marks: str = "") -> str:
    """What a browser is to keep for a year, so that it is known when this person signs in with it again.

    `secret` is what `sign_in` answered, `marks` what the browser has kept so far. It opens nothing. Raises NotSignedIn.
    """
    member_id = await ctx.db.value(_MEMBER_BY_SECRET, {"digest": hash_token(secret)})
    if member_id is None:
        raise NotSignedIn
    return marked(ctx, member_id, marks)


async def open_session(ctx: Context, member_id: int, address: str = "") -> str:
    """A session without a password, for the shop itself: whoever sits at the machine, and tests. Its secret."""
    ctx.require("staff.write")
    async with ctx.tx() as session:
        return await _open(ctx, session, member_id, SignIn(email="", password="", address=address))


async def signed_in(ctx: Context, secret: str) -> SignedIn | None:
    """Who comes with this session; None when it is unknown, has ended, or its person no longer works here.

    What the person may do is read now and not remembered. The look-up is by digest: how long it takes tells nothing
    of the secret.
    """
    if not secret.isascii() or not 0 < len(secret) <= LONGEST_SECRET:
        return None
    found = await ctx.db.one(_Found, _BY_SECRET, {"digest": hash_token(secret)})
    if found is None or not found.is_active or not session_stands(found.seen_at, found.expires_at, ctx.now()):
        return None
    if ctx.now() - found.seen_at >= SEEN_EVERY:
        async with ctx.tx() as session:
            await staff.touch_session(session, found.session_id, ctx.now())
    return SignedIn(
        session_id=found.session_id,
        actor=Actor("staff", id=found.member_id, name=member_name(found.member_id), permissions=frozenset(found.may)),
        email=found.email,
        name=found.name,
        language=found.language,
    )


async def sign_out(ctx: Context, session_id: int) -> None:
    """End the session one comes with; again changes nothing."""
    async with ctx.tx() as session:
        if await staff.end_session(session, session_id):
            await audited(ctx, session, "member.signed-out", ctx.actor.name)


@once
async def end_session(ctx: Context, session_id: int) -> None:
    """End a session: one's own, or with staff.write anybody's. Raises NotFound for one that has ended."""
    owner: int | None = await ctx.db.value(_OWNER, {"session_": session_id})
    if owner is None or owner != ctx.actor.id:
        ctx.require("staff.write")
    if owner is None:
        raise NotFound(what="The session", field=("id",))
    async with ctx.tx() as session:
        if await staff.end_session(session, session_id):
            await audited(ctx, session, "session.ended", member_name(owner), after={"session": session_id})


async def end_other_sessions(ctx: Context, session_id: int) -> int:
    """End every session of one's own but this; how many there were. Raises NotFound for somebody else's."""
    member_id = ctx.actor.id
    if member_id is None or await ctx.db.value(_OWNER, {"session_": session_id}) != member_id:
        raise NotFound(what="The session", field=("id",))
    async with ctx.tx() as session:
        ended = await staff.end_sessions(session, member_id, but=session_id)
        if ended:
            await audited(ctx, session, "session.others-ended", member_name(member_id), after={"sessions": ended})
    return ended


def plain_address(email: str) -> str:
    """An e-mail address as it is kept and looked up: without blanks, in small letters."""
    return email.strip().casefold()


def member_name(member_id: int) -> str:
    """How the audit trail calls a person."""
    return f"member:{member_id}"


def _counted_by(
    ctx: Context, email: str, found: "_Credentials | None", given: SignIn
) -> tuple[dict[str, Allowance], dict[str, Allowance]]:
    """What an attempt is counted by: its own keys, and those shared with others' attempts.

    Digests: no address is written down that somebody made up. A known browser has its own count instead of the
    account's, for a mark can be stolen.
    """
    network = network_of(given.address)
    own, shared = {f"here:{digest(email, network)}": HERE}, {f"network:{network}": NETWORK}
    device = device_of(ctx, found.id, given.marks) if found is not None else None
    if device is None:
        return own, {**shared, f"account:{digest(email)}": ACCOUNT}
    return {**own, f"device:{digest(device)}": HERE}, shared


async def _open(ctx: Context, session: Session, member_id: int, given: SignIn) -> str:
    secret = draw_token("vt_session")
    await staff.open_session(
        session,
        member_id=member_id,
        secret_hash=hash_token(secret),
        at=ctx.now(),
        address=given.address[:60],
        user_agent=given.user_agent[:LONGEST_AGENT],
    )
    await staff.audit(
        session,
        at=ctx.now(),
        actor=member_name(member_id),
        action="member.signed-in",
        subject=member_name(member_id),
        before=None,
        after={"address": given.address[:60]},
        trail=ctx.trail,
    )
    return secret


async def _record_failure(ctx: Context, found: "_Credentials | None", given: SignIn) -> None:
    """What was typed is not written down: people type passwords where addresses belong."""
    subject = "member:unknown" if found is None else member_name(found.id)
    async with ctx.tx() as session:
        await audited(ctx, session, "member.sign-in-failed", subject, after={"address": given.address[:60]})


class _Credentials(msgspec.Struct, frozen=True):
    id: int
    password_hash: str | None
    is_active: bool


class _Found(msgspec.Struct, frozen=True):
    session_id: int
    seen_at: datetime
    expires_at: datetime
    member_id: int
    email: str
    name: str
    language: str | None
    may: list[str]
    is_active: bool


_BY_EMAIL = select(StaffMember.id, StaffMember.password_hash, StaffMember.is_active).where(
    StaffMember.email == bindparam("email_")
)
_STILL_THE_SAME = (
    select(StaffMember.id)
    .where(
        StaffMember.id == bindparam("member"),
        StaffMember.password_hash == bindparam("hash_"),
        StaffMember.is_active.is_(True),
    )
    .with_for_update()
)
_BY_SECRET = (
    select(
        StaffSession.id.label("session_id"),
        StaffSession.seen_at,
        StaffSession.expires_at,
        StaffSession.member_id,
        StaffMember.email,
        StaffMember.name,
        StaffMember.language,
        StaffMember.permissions.label("may"),
        StaffMember.is_active,
    )
    .join(StaffMember, StaffMember.id == StaffSession.member_id)
    .where(StaffSession.secret_hash == bindparam("digest"))
)
_MEMBER_BY_SECRET = select(StaffSession.member_id).where(StaffSession.secret_hash == bindparam("digest"))
_OWNER = select(StaffSession.member_id).where(StaffSession.id == bindparam("session_"))
