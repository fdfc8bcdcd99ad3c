"""The outbox: events written in the transaction that made them true, then given their order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, TypeVar

import msgspec
from sqlalchemy import Select, bindparam, func, insert, select, update

from vetrina.kernel.db import Session, table_of
from vetrina.kernel.db.constructs import oldest_running, transaction_id
from vetrina.kernel.db.rows import Rows
from vetrina.kernel.errors import Fault
from vetrina.kernel.messages.tables import OutboxCursor, OutboxEvent

E = TypeVar("E", bound="Event")

ORDERING = "outbox.ordering"
"""The cursor whose row is held while events are given their order."""
ORDERED_AT_ONCE = 1_000


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact, named noun + past participle. Carries ids and values, never rows or sessions.

    `subject_field` names the field whose value, with the noun, is the event's subject: events of one subject are
    delivered in order, and a failing one holds up only its own subject. Whoever changes the fields counts `version` up
    and says in `upgrade` what becomes of events written before.
    """

    noun: ClassVar[str]
    subject_field: ClassVar[str]
    version: ClassVar[int] = 1

    @property
    def subject(self) -> str:
        return f"{self.noun}:{getattr(self, self.subject_field)}"

    @classmethod
    def upgrade(cls, payload: dict[str, Any], version: int) -> dict[str, Any]:
        """What an older version wrote, in the fields of this one; unchanged unless a class says otherwise."""
        return payload


class FromTheFuture(Fault):
    """An event was written by a newer version of its class than this process knows: a deploy is under way."""

    def __init__(self, kind: type[Event], version: int) -> None:
        super().__init__(
            f"{kind.__name__} was written in version {version}; this process knows version {kind.version} and no newer"
        )


def read_event(kind: type[E], payload: dict[str, Any], version: int) -> E:
    """The event from its row, upgraded if it is old. Raises FromTheFuture, ValidationError, what `upgrade` raises."""
    if version > kind.version:
        raise FromTheFuture(kind, version)
    if version < kind.version:
        payload = kind.upgrade(payload, version)
    return msgspec.convert(payload, kind)


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


async def order_events(session: Session, limit: int = ORDERED_AT_ONCE) -> int:
    """Give waiting events their position; how many got one.

    On PostgreSQL transactions commit out of order, so only events below the oldest running transaction are
    ordered: a later pass can then never produce an earlier event. Among those, ids follow the order in which
    writers held their subject's row. The ordering cursor's row is held meanwhile, so one process at a time does this;
    while another one does, there is nothing to do.
    """
    if not await session.fetch(_ORDERING):
        return 0
    waiting = await session.fetch(_waiting(), {"limit": limit})
    if not waiting:
        return 0
    last = await session.value(LAST)
    places = [{"event_id": event_id, "place": last + offset} for offset, (event_id,) in enumerate(waiting, start=1)]
    await session.execute_many(_PLACE, places)
    return len(waiting)


def _row(event: Event, at: datetime) -> dict[str, Any]:
    return {
        "name": type(event).__name__,
        "version": event.version,
        "subject": event.subject,
        "payload": msgspec.to_builtins(event),
        "at": at,
    }


def _waiting() -> Select[Any]:
    return (
        select(OutboxEvent.id)
        .where(OutboxEvent.position.is_(None), OutboxEvent.tx_id < oldest_running())
        .order_by(OutboxEvent.id)
        .limit(bindparam("limit"))
    )


LAST = select(func.coalesce(func.max(OutboxEvent.position), 0))
"""The place of the latest event that has one."""
_ORDERING = select(OutboxCursor.subscriber).where(OutboxCursor.subscriber == ORDERING).with_for_update(skip_locked=True)
_PLACE = update(OutboxEvent).where(OutboxEvent.id == bindparam("event_id")).values(position=bindparam("place"))
_EMIT = insert(table_of(OutboxEvent)).values(tx_id=transaction_id())
