"""Tables: outbox event, its subscribers' cursors and failures, inbox message."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private


class OutboxEvent(Model):
    """One committed event. `position` is its place in the delivery order, given once no earlier one can appear."""

    __tablename__ = "outbox_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[int]
    subject: Mapped[str]
    payload: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    tx_id: Mapped[int]
    position: Mapped[int | None] = mapped_column(unique=True)

    __table_args__ = (
        Index("ix_outbox_event_subject", "subject", "id"),
        Index(
            "ix_outbox_event_waiting",
            "id",
            postgresql_where=text("position IS NULL"),
            sqlite_where=text("position IS NULL"),
        ),
        Index(
            "ix_outbox_event_name",
            "name",
            "position",
            postgresql_where=text("position IS NOT NULL"),
            sqlite_where=text("position IS NOT NULL"),
        ),
    )


class OutboxCursor(Model):
    """How far one subscriber has got, and who is delivering to it now.

    It stays when the subscriber's plugin is switched off: switched on again, the subscriber continues from here.
    """

    __tablename__ = "outbox_cursor"

    subscriber: Mapped[str] = mapped_column(primary_key=True)
    event: Mapped[str | None]
    """The name of the events it hears; None for the cursor under which events are given their order."""
    position: Mapped[int]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None]
    """Drawn anew for every lease: who does not know it may neither move the cursor nor give the lease back."""


class OutboxFailure(Model):
    """An event one subscriber has not digested yet; later events of the same subject queue up behind it."""

    __tablename__ = "outbox_failure"

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber: Mapped[str]
    event_id: Mapped[int] = mapped_column(ForeignKey("outbox_event.id"))
    subject: Mapped[str]
    attempts: Mapped[int]
    next_at: Mapped[datetime | None]
    """When to try again; None while it is parked or queued behind another."""
    parked_at: Mapped[datetime | None]
    error: Mapped[str]

    __table_args__ = (
        UniqueConstraint("subscriber", "event_id"),
        Index("ix_outbox_failure_due", "subscriber", "next_at"),
        Index("ix_outbox_failure_subject", "subscriber", "subject", "event_id"),
    )


class InboxMessage(Model):
    """A message that had its effect: a provider's webhook, or an event in one subscriber."""

    __tablename__ = "inbox_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    key: Mapped[str]
    at: Mapped[datetime]
    body: Mapped[dict[str, Any] | None]

    __table_args__ = (UniqueConstraint("source", "key"),)


private(OutboxEvent, OutboxCursor, OutboxFailure, InboxMessage)
