"""Enrol and change members, open and end their sessions, count failed sign-ins, issue tokens, write the audit entry."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, or_, select, update

from vetrina.kernel.db import Session, text_in
from vetrina.shop.staff.models import AuditEntry, AuditSeal, SignInPause, StaffMember, StaffSession, StaffToken
from vetrina.shop.staff.rules import AT_MOST, FORGOTTEN, IDLE, Allowance, pause_after, still_counted


async def create_member(
    session: Session,
    *,
    email: str,
    name: str,
    password_hash: str | None,
    permissions: Iterable[str],
    at: datetime,
) -> int:
    """Enrol a person; the member's id. Raises Conflict when the address is taken."""
    return await session.insert(
        StaffMember,
        email=email,
        name=name,
        password_hash=password_hash,
        permissions=sorted(set(permissions)),
        is_active=True,
        language=None,
        created_at=at,
    )


async def change_member(session: Session, member_id: int, **values: Any) -> None:
    """Write columns of a member anew."""
    await session.execute(update(StaffMember).where(StaffMember.id == member_id).values(**values))


async def open_session(
    session: Session, *, member_id: int, secret_hash: str, at: datetime, address: str, user_agent: str
) -> int:
    """Keep a session's digest; its id."""
    return await session.insert(
        StaffSession,
        secret_hash=secret_hash,
        member_id=member_id,
        created_at=at,
        seen_at=at,
        expires_at=at + AT_MOST,
        address=address,
        user_agent=user_agent,
    )


async def touch_session(session: Session, session_id: int, at: datetime) -> None:
    """Write down that a session is being used."""
    await session.execute(_TOUCH, {"session_": session_id, "at_": at})


async def end_sessions(session: Session, member_id: int, *, but: int | None = None) -> int:
    """End every session of a member, except one; how many there were."""
    return await session.execute(_END_ALL, {"member": member_id, "but": -1 if but is None else but})


async def end_session(session: Session, session_id: int) -> bool:
    """End one session; whether it was this call that ended it."""
    return await session.execute(_END, {"session_": session_id}) == 1


async def sweep(session: Session, now: datetime) -> None:
    """Drop sessions that no longer stand and failures that no longer count."""
    await session.execute(_SWEEP_SESSIONS, {"now_": now, "idle_since": now - IDLE})
    await session.execute(_SWEEP_PAUSES, {"forgotten": now - FORGOTTEN})


async def count_attempt(session: Session, counted: dict[str, Allowance], now: datetime) -> timedelta:
    """Count a sign-in as failed until it succeeds, by each of its keys; how long it has to wait first, if at all.

    What has to wait is not counted. Attempts at the same time are counted one after the other.
    """
    keys = sorted(counted)
    for key in keys:
        await session.add_if_absent(SignInPause, key=key, failures=0, failed_at=now, until=now)
    rows = await session.rows(_PauseRow, _PAUSES, {"keys": keys})
    wait = max(row.until for row in rows) - now
    if wait > timedelta():
        return wait
    for row in rows:
        failures = 1 + still_counted(row.failures, now - row.failed_at, counted[row.key])
        until = now + pause_after(failures, counted[row.key])
        await session.execute(_COUNT, {"key_": row.key, "failures_": failures, "at_": now, "until_": until})
    return timedelta()


async def uncount_attempt(session: Session, own: Sequence[str], others: Sequence[str], now: datetime) -> None:
    """The attempt counted last succeeded: its own keys have no failures any more, those shared with others one less."""
    await session.execute(_FORGIVE, {"keys": list(own)})
    await session.execute(_UNCOUNT, {"keys": list(others), "now_": now})


async def create_token(
    session: Session,
    *,
    name: str,
    permissions: Iterable[str],
    token_hash: str,
    at: datetime,
    member_id: int | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Keep a token's digest and what it may do; the token's id. `member_id` is the person it belongs to."""
    return await session.insert(
        StaffToken,
        name=name,
        token_hash=token_hash,
        permissions=sorted(set(permissions)),
        member_id=member_id,
        created_at=at,
        expires_at=expires_at,
        revoked_at=None,
    )


async def revoke_token(session: Session, token_id: int, at: datetime) -> bool:
    """End a token, once; whether it was this call that ended it."""
    return await session.execute(_REVOKE, {"token": token_id, "at_": at}) == 1


async def revoke_tokens(session: Session, member_id: int, at: datetime) -> list[int]:
    """End every token of a member that has not been revoked; the ids of those this call ended."""
    ended: list[int] = [key for (key,) in await session.fetch(_TOKENS_OF, {"member": member_id})]
    for key in ended:
        await revoke_token(session, key, at)
    return ended


async def grant_if_nobodys(session: Session, codes: Collection[str], receivers: Collection[int]) -> list[int]:
    """Give permissions that nobody has yet to these members; the ids of those who got any."""
    everybody = dict(await session.fetch(select(StaffMember.id, StaffMember.permissions)))
    held = {code for permissions in everybody.values() for code in permissions}
    fresh = set(codes) - held
    given = sorted(member for member in receivers if fresh and member in everybody)
    for member in given:
        permissions = sorted({*everybody[member], *fresh})
        await session.execute(update(StaffMember).where(StaffMember.id == member).values(permissions=permissions))
    return given


async def members_who_may(session: Session, code: str) -> list[int]:
    """Everybody at work who has that permission."""
    found = await session.fetch(select(StaffMember.id, StaffMember.permissions).where(StaffMember.is_active.is_(True)))
    return [member for member, permissions in found if code in permissions]


async def forget_permissions(session: Session, owner: str) -> None:
    """Take a plugin's permissions away from everybody who has them: a later one of that name shall not find them."""
    for model in (StaffMember, StaffToken):
        for key, granted in await session.fetch(select(model.id, model.permissions)):
            left = [code for code in granted if not code.startswith(f"{owner}.")]
            if left != granted:
                await session.execute(update(model).where(model.id == key).values(permissions=left))


async def audit(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    trail: str,
) -> None:
    """Write down who changed what, from what, to what, in the change's own transaction. Never with a secret in it."""
    await session.add(
        AuditEntry, at=at, actor=actor, action=action, subject=subject, before=before, after=after, trail=trail
    )


async def seal(session: Session, linked: Iterable[tuple[int, str]]) -> None:
    """Lengthen the chain over the audit log by links, given as pairs of entry and digest, in their order."""
    await session.add_many(AuditSeal, [{"entry_id": entry_id, "digest": digest} for entry_id, digest in linked])


class _PauseRow(msgspec.Struct, frozen=True):
    key: str
    failures: int
    failed_at: datetime
    until: datetime


_TOUCH = update(StaffSession).where(StaffSession.id == bindparam("session_")).values(seen_at=bindparam("at_"))
_END = delete(StaffSession).where(StaffSession.id == bindparam("session_"))
_END_ALL = delete(StaffSession).where(
    StaffSession.member_id == bindparam("member"), StaffSession.id != bindparam("but")
)
_SWEEP_SESSIONS = delete(StaffSession).where(
    or_(StaffSession.expires_at <= bindparam("now_"), StaffSession.seen_at <= bindparam("idle_since"))
)
_SWEEP_PAUSES = delete(SignInPause).where(
    SignInPause.failed_at <= bindparam("forgotten"), SignInPause.until <= bindparam("forgotten")
)
_PAUSES = (
    select(SignInPause.key, SignInPause.failures, SignInPause.failed_at, SignInPause.until)
    .where(text_in(SignInPause.key, "keys"))
    .order_by(SignInPause.key)
    .with_for_update()
)
_COUNT = (
    update(SignInPause)
    .where(SignInPause.key == bindparam("key_"))
    .values(failures=bindparam("failures_"), failed_at=bindparam("at_"), until=bindparam("until_"))
)
_FORGIVE = delete(SignInPause).where(text_in(SignInPause.key, "keys"))
_UNCOUNT = (
    update(SignInPause)
    .where(text_in(SignInPause.key, "keys"), SignInPause.failures > 0)
    .values(failures=SignInPause.failures - 1, until=bindparam("now_"))
)
_TOKENS_OF = (
    select(StaffToken.id)
    .where(StaffToken.member_id == bindparam("member"), StaffToken.revoked_at.is_(None))
    .order_by(StaffToken.id)
)
_REVOKE = (
    update(StaffToken)
    .where(StaffToken.id == bindparam("token"), StaffToken.revoked_at.is_(None))
    .values(revoked_at=bindparam("at_"))
)
