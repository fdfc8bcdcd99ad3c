"""The outbox: events written in the transaction that made them true, then given their order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from sqlalchemy import bindparam, func, insert, select, update

from vetrina.kernel.db import Session, table_of
from vetrina.kernel.db.constructs import oldest_running, transaction_id
from vetrina.kernel.db.rows import Rows
from vetrina.kernel.messages.tables import OutboxEvent


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


async def emit(session: Session, event: Event, at: datetime) -> None:
    """Write an event with the transaction that makes it true; subscribers hear it after the commit."""
    await session.execute(_EMIT, _row(event, at))
    session.wakes.add("events")


async def emit_all(session: Session, events: Sequence[Event], at: datetime) -> None:
    """Write several, in their order, in one round trip."""
    if events:
        await session.execute_many(_EMIT, [_row(event, at) for event in events])
        session.wakes.add("events")


def emitted(session: Session, events: Sequence[Event], at: datetime) -> Rows:
    """Events as rows in their order, for a flow that writes them in this transaction together with others."""
    if events:
        session.wakes.add("events")
    return _EMIT, [_row(event, at) for event in events]


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


def _row(event: Event, at: datetime) -> dict[str, Any]:
    return {
        "name": type(event).__name__,
        "version": event.version,
        "subject": event.subject,
        "payload": msgspec.to_builtins(event),
        "at": at,
    }


_EMIT = insert(table_of(OutboxEvent)).values(tx_id=transaction_id())
