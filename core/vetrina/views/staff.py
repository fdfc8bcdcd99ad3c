"""Tokens of programs, and what was done by whom."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from vetrina.kernel.crypto import hash_token
from vetrina.kernel.db import Reads
from vetrina.shop.staff.models import AuditEntry, StaffToken


class TokenRow(msgspec.Struct, frozen=True):
    """A token without its secret, which nobody has but its program."""

    id: int
    name: str
    permissions: list[str]
    member_id: int | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class AuditRow(msgspec.Struct, frozen=True):
    """One thing somebody did. `actor` and `subject` are such as token:7 and variant:12."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    trail: str


async def staff_tokens(db: Reads, *, size: int, below: int | None = None) -> list[TokenRow]:
    """Tokens, the newest first, at most `size`; those with a smaller id than `below`."""
    return await db.rows(TokenRow, _TOKENS, {"below": _TOP if below is None else below, "size": size})


async def staff_token(db: Reads, token_id: int) -> TokenRow | None:
    """The token of that id, revoked or not, or None."""
    return await db.one(TokenRow, _TOKEN, {"token": token_id})


async def token_of_secret(db: Reads, secret: str) -> TokenRow | None:
    """The token a freshly issued secret belongs to."""
    return await db.one(TokenRow, _BY_DIGEST, {"digest": hash_token(secret)})


async def audit_trail(db: Reads, subject: str, *, size: int, below: int | None = None) -> list[AuditRow]:
    """What was done to a subject, the latest first, at most `size`; entries with a smaller id than `below`."""
    return await db.rows(
        AuditRow, _AUDIT, {"subject_": subject, "below": _TOP if below is None else below, "size": size}
    )


_TOP = 2**63 - 1
_ANY_TOKEN = select(
    StaffToken.id,
    StaffToken.name,
    StaffToken.permissions,
    StaffToken.member_id,
    StaffToken.created_at,
    StaffToken.expires_at,
    StaffToken.revoked_at,
)
_TOKENS = _ANY_TOKEN.where(StaffToken.id < bindparam("below")).order_by(StaffToken.id.desc()).limit(bindparam("size"))
_TOKEN = _ANY_TOKEN.where(StaffToken.id == bindparam("token"))
_BY_DIGEST = _ANY_TOKEN.where(StaffToken.token_hash == bindparam("digest"))
_AUDIT = (
    select(
        AuditEntry.id,
        AuditEntry.at,
        AuditEntry.actor,
        AuditEntry.action,
        AuditEntry.subject,
        AuditEntry.before,
        AuditEntry.after,
        AuditEntry.trail,
    )
    .where(AuditEntry.subject == bindparam("subject_"), AuditEntry.id < bindparam("below"))
    .order_by(AuditEntry.id.desc())
    .limit(bindparam("size"))
)
