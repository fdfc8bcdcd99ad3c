"""Enrol members, issue and revoke tokens, write the audit entry."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update

from vetrina.kernel.db import Session
from vetrina.shop.staff.models import AuditEntry, StaffMember, StaffToken


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
        created_at=at,
    )


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


_REVOKE = (
    update(StaffToken)
    .where(StaffToken.id == bindparam("token"), StaffToken.revoked_at.is_(None))
    .values(revoked_at=bindparam("at_"))
)
