"""Tables: member, session, pause, token, audit entry and its seal (append-only)."""

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
    language: Mapped[str | None]
    """The admin's words for this person, as ISO 639; None for whatever the browser wishes."""
    created_at: Mapped[datetime]


class StaffSession(Model):
    """A browser somebody has signed in with; only the digest of its secret is kept. It ends by being deleted."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """To a few minutes: not every page it asks for is written down."""
    expires_at: Mapped[datetime]
    address: Mapped[str]
    user_agent: Mapped[str]


class SignInPause(Model):
    """Failed sign-ins that count against one account or one network, and until when the next has to wait."""

    __tablename__ = "staff_sign_in_pause"

    key: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[datetime]
    until: Mapped[datetime]


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


class AuditSeal(Model):
    """A link of the chain over the audit log: whoever changes or removes an entry breaks it from there on (I13).

    Entries are sealed after their commit, in the order in which they are found: a chain that every change had to
    lengthen would make all changes wait for one another.
    """

    __tablename__ = "staff_audit_seal"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(unique=True)
    digest: Mapped[str]
    """Keyed, over the entry and the digest before it."""


append_only(table_of(AuditEntry))
append_only(table_of(AuditSeal))
private(StaffMember, StaffSession, SignInPause, StaffToken, AuditEntry, AuditSeal)
