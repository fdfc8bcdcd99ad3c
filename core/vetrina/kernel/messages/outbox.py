"""The outbox: events written in the transaction that made them true, then given their order."""

from datetime import datetime
from typing import Any, ClassVar

import msgspec
from sqlalchemy import ForeignKey, Index, UniqueConstraint, bindparam, func, insert, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, Session, table_of
from vetrina.kernel.db.constructs import oldest_running, transaction_id


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact, named noun + past participle. Carries ids and values, never rows or sessions.

    `subject_field` names the field whose value, with the noun, is the event's subject: events of one subject are
    delivered in order, and a failing one holds up only its own subject.
    """

    noun: ClassVar[str]
    subject_field: ClassVar[str]
    version: ClassVar[int] = 1

    @property
    def subject(self) -> str:
        return f"{self.noun}:{getattr(self, self.subject_field)}"


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
        Index(
            "ix_outbox_event_waiting",
            "id",
            postgresql_where=text("position IS NULL"),
            sqlite_where=text("position IS NULL"),
        ),
    )


class OutboxCursor(Model):
    """How far one subscriber has got, and which process is delivering to it now."""

    __tablename__ = "outbox_cursor"

    subscriber: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    lease_until: Mapped[datetime | None]


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


async def emit(session: Session, event: Event, at: datetime) -> None:
    """Write an event with the transaction that makes it true; subscribers hear it after the commit."""
    await session.execute(
        _EMIT,
        {
            "name": type(event).__name__,
            "version": event.version,
            "subject": event.subject,
            "payload": msgspec.to_builtins(event),
            "at": at,
        },
    )
    session.wakes.add("events")


async def order_events(session: Session, limit: int = 1_000) -> int:
    """Give waiting events their position; how many got one.

    On PostgreSQL transactions commit out of order, so only events below the oldest running transaction are
    ordered: a later pass can then never produce an earlier event. Among those, ids follow the order in which
    writers held their subject's row. Callers hold the ordering cursor's lease, so one process does this.
    """
    waiting = await session.fetch(
        select(OutboxEvent.id)
        .where(OutboxEvent.position.is_(None), OutboxEvent.tx_id < oldest_running())
        .order_by(OutboxEvent.id)
        .limit(limit)
    )
    if not waiting:
        return 0
    last = await session.value(select(func.coalesce(func.max(OutboxEvent.position), 0)))
    statement = update(OutboxEvent).where(OutboxEvent.id == bindparam("event_id")).values(position=bindparam("place"))
    for offset, (event_id,) in enumerate(waiting, start=1):
        await session.execute(statement, {"event_id": event_id, "place": last + offset})
    return len(waiting)


_EMIT = insert(table_of(OutboxEvent)).values(tx_id=transaction_id())
