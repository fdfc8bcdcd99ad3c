"""Tables: member, token, audit entry (append-only)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, append_only, private, table_of


class StaffMember(Model):
    """A person who signs in to the admin."""

    __tablename__ = "staff_member"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    permissions: Mapped[list[str]]
    is_active: Mapped[bool]
    created_at: Mapped[datetime]


class StaffToken(Model):
    """A bearer token for programs; only its digest is kept."""

    __tablename__ = "staff_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    permissions: Mapped[list[str]]
    member_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AuditEntry(Model):
    """Who changed what, from what, to what (I13)."""

    __tablename__ = "staff_audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    trail: Mapped[str]

    __table_args__ = (Index("ix_staff_audit_subject", "subject", "id"),)


append_only(table_of(AuditEntry))
private(StaffMember, StaffToken, AuditEntry)
