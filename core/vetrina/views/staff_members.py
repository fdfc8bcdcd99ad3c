"""Who works here, with which browsers they have signed in, and what was done by whom."""

from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, select

from vetrina.kernel.db import Reads, id_in
from vetrina.shop.staff.models import AuditEntry, StaffMember, StaffSession
from vetrina.shop.staff.rules import IDLE
from vetrina.views.staff import AuditRow


class MemberRow(msgspec.Struct, frozen=True):
    """A person. `seen_at` is when the admin was last used, to a few minutes, as far as a session still tells."""

    id: int
    email: str
    name: str
    permissions: list[str]
    is_active: bool
    has_password: bool
    language: str | None
    created_at: datetime
    seen_at: datetime | None


class SessionRow(msgspec.Struct, frozen=True):
    """A browser somebody has signed in with."""

    id: int
    member_id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    user_agent: str


async def staff_members(db: Reads, *, size: int, above: int = 0) -> list[MemberRow]:
    """People in the order in which they were enrolled, at most `size`; those with a larger id than `above`."""
    return await db.rows(MemberRow, _MEMBERS, {"above": above, "size": size})


async def staff_member(db: Reads, member_id: int) -> MemberRow | None:
    """The person of that id, or None."""
    return await db.one(MemberRow, _MEMBER, {"member": member_id})


async def staff_sessions(
    db: Reads, *, now: datetime, size: int, member_id: int | None = None, below: int | None = None
) -> list[SessionRow]:
    """Sessions that stand, the newest first, at most `size`: of one person, or everybody's."""
    params = {"now_": now, "idle_since": now - IDLE, "below": _TOP if below is None else below, "size": size}
    if member_id is None:
        return await db.rows(SessionRow, _SESSIONS, params)
    return await db.rows(SessionRow, _SESSIONS_OF, {**params, "member": member_id})


async def staff_session(db: Reads, session_id: int) -> SessionRow | None:
    """The session of that id, if it has not ended."""
    return await db.one(SessionRow, _SESSION, {"session_": session_id})


async def member_names(db: Reads, ids: Collection[int]) -> dict[int, str]:
    """The names of people by their ids."""
    return dict(await db.fetch(_NAMES, {"ids": sorted(ids)})) if ids else {}


async def whole_audit_trail(db: Reads, *, size: int, below: int | None = None, actor: str = "") -> list[AuditRow]:
    """What was done in the shop, the latest first, at most `size`: by anybody, or by an actor such as member:7."""
    params = {"below": _TOP if below is None else below, "size": size}
    if not actor:
        return await db.rows(AuditRow, _AUDIT, params)
    return await db.rows(AuditRow, _AUDIT_BY, {**params, "actor_": actor})


_TOP = 2**63 - 1
_SEEN = (
    select(func.max(StaffSession.seen_at)).where(StaffSession.member_id == StaffMember.id).correlate(StaffMember)
).scalar_subquery()
_ANY_MEMBER = select(
    StaffMember.id,
    StaffMember.email,
    StaffMember.name,
    StaffMember.permissions,
    StaffMember.is_active,
    StaffMember.password_hash.is_not(None).label("has_password"),
    StaffMember.language,
    StaffMember.created_at,
    _SEEN.label("seen_at"),
)
_MEMBERS = _ANY_MEMBER.where(StaffMember.id > bindparam("above")).order_by(StaffMember.id).limit(bindparam("size"))
_MEMBER = _ANY_MEMBER.where(StaffMember.id == bindparam("member"))
_NAMES = select(StaffMember.id, StaffMember.name).where(id_in(StaffMember.id, "ids"))
_ANY_SESSION = select(
    StaffSession.id,
    StaffSession.member_id,
    StaffSession.created_at,
    StaffSession.seen_at,
    StaffSession.expires_at,
    StaffSession.address,
    StaffSession.user_agent,
)
_SESSION = _ANY_SESSION.where(StaffSession.id == bindparam("session_"))
_SESSIONS = (
    _ANY_SESSION.where(
        StaffSession.expires_at > bindparam("now_"),
        StaffSession.seen_at > bindparam("idle_since"),
        StaffSession.id < bindparam("below"),
    )
    .order_by(StaffSession.id.desc())
    .limit(bindparam("size"))
)
_SESSIONS_OF = _SESSIONS.where(StaffSession.member_id == bindparam("member"))
_ANY_ENTRY = select(
    AuditEntry.id,
    AuditEntry.at,
    AuditEntry.actor,
    AuditEntry.action,
    AuditEntry.subject,
    AuditEntry.before,
    AuditEntry.after,
    AuditEntry.trail,
)
_AUDIT = _ANY_ENTRY.where(AuditEntry.id < bindparam("below")).order_by(AuditEntry.id.desc()).limit(bindparam("size"))
_AUDIT_BY = _AUDIT.where(AuditEntry.actor == bindparam("actor_"))
