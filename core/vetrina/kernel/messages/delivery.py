"""The relay: each subscriber hears committed events in order; failures hold up only their own subject."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy import bindparam, delete, func, or_, select, update

from vetrina.kernel.clock import Clock
from vetrina.kernel.db import Database, Session, text_in
from vetrina.kernel.messages.inbox import AlreadyDelivered, Delivery
from vetrina.kernel.messages.outbox import Event, order_events
from vetrina.kernel.messages.tables import OutboxCursor, OutboxEvent, OutboxFailure

log = structlog.get_logger(__name__)

ORDERING = "outbox.ordering"
"""The cursor whose lease lets one process at a time give events their order."""
LEASE = timedelta(seconds=60)
DEADLINE = 30.0
"""Seconds one reaction may take."""
PAUSES = (1, 5, 30, 120, 600, 3_600, 14_400, 43_200)
"""Seconds before each further try; after the last the delivery is parked."""
BATCH = 100


class Reaction(msgspec.Struct, frozen=True):
    """A subscriber: `run` is awaited with a fresh context and the event, outside any transaction."""

    subscriber: str
    event: type[Event]
    run: Callable[[Any, Any], Awaitable[None]]


class Delivered(msgspec.Struct, frozen=True):
    """An outbox row on its way to a subscriber."""

    id: int
    name: str
    subject: str
    payload: dict[str, Any]


class Relay:
    """Delivers to the reactions of one Runtime. Any number of processes may run one; leases keep them apart."""

    def __init__(
        self, db: Database, clock: Clock, reactions: Iterable[Reaction], make_context: Callable[[Delivery], Any]
    ) -> None:
        self._db = db
        self._clock = clock
        self._reactions = tuple(reactions)
        self._make_context = make_context

    async def subscribe(self) -> None:
        """Give every new subscriber a cursor at the present: it hears what happens from now on."""
        async with self._db.transaction() as session:
            last = await session.value(select(func.coalesce(func.max(OutboxEvent.position), 0)))
            for subscriber in (ORDERING, *(reaction.subscriber for reaction in self._reactions)):
                await session.add_if_absent(OutboxCursor, subscriber=subscriber, position=last, lease_until=None)

    async def run_once(self) -> int:
        """Order new events and deliver what is due; the number of deliveries tried."""
        if await self._claim(ORDERING) is not None:
            try:
                async with self._db.transaction() as session:
                    await order_events(session)
            finally:
                await self._release(ORDERING)
        counts = await asyncio.gather(*(self._serve(reaction) for reaction in self._reactions))
        return sum(counts)

    async def _serve(self, reaction: Reaction) -> int:
        if not await self._has_work(reaction):
            return 0
        position = await self._claim(reaction.subscriber)
        if position is None:
            return 0
        try:
            return await self._retry(reaction) + await self._advance(reaction, position)
        finally:
            await self._release(reaction.subscriber)

    async def _has_work(self, reaction: Reaction) -> bool:
        last = select(func.coalesce(func.max(OutboxEvent.position), 0)).scalar_subquery()
        behind = select(OutboxCursor.subscriber).where(
            OutboxCursor.subscriber == reaction.subscriber, OutboxCursor.position < last
        )
        due = select(OutboxFailure.subscriber).where(
            OutboxFailure.subscriber == reaction.subscriber, OutboxFailure.next_at <= self._clock.now()
        )
        return await self._db.value(behind) is not None or await self._db.value(due.limit(1)) is not None

    async def _claim(self, subscriber: str) -> int | None:
        """Take the subscriber's lease; its position, or None while another process has it."""
        now = self._clock.now()
        free = or_(OutboxCursor.lease_until.is_(None), OutboxCursor.lease_until < now)
        async with self._db.transaction() as session:
            return await session.value(
                update(OutboxCursor)
                .where(OutboxCursor.subscriber == subscriber, free)
                .values(lease_until=now + LEASE)
                .returning(OutboxCursor.position)
            )

    async def _release(self, subscriber: str) -> None:
        async with self._db.transaction() as session:
            await session.execute(
                update(OutboxCursor).where(OutboxCursor.subscriber == subscriber).values(lease_until=None)
            )

    async def _advance(self, reaction: Reaction, position: int) -> int:
        last = await self._db.value(select(func.coalesce(func.max(OutboxEvent.position), 0)))
        events = await self._db.fetch(
            select(OutboxEvent.position, *_EVENT)
            .where(OutboxEvent.position > position, OutboxEvent.position <= last)
            .where(OutboxEvent.name == reaction.event.__name__)
            .order_by(OutboxEvent.position)
            .limit(BATCH)
        )
        held = await self._held_subjects(reaction, [row[3] for row in events])
        for place, *columns in events:
            event = Delivered(*columns)
            error = "queued behind an earlier event" if event.subject in held else await self._deliver(reaction, event)
            async with self._db.transaction() as session:
                if error is not None:
                    await self._record(session, reaction, event, error, is_queued=event.subject in held)
                await _move(session, reaction.subscriber, place)
            if error is not None:
                held.add(event.subject)
        if len(events) < BATCH:
            async with self._db.transaction() as session:
                await _move(session, reaction.subscriber, last)
        return len(events)

    async def _retry(self, reaction: Reaction) -> int:
        due = await self._db.fetch(
            select(OutboxFailure.id, OutboxFailure.attempts, *_EVENT)
            .join(OutboxEvent, OutboxEvent.id == OutboxFailure.event_id)
            .where(OutboxFailure.subscriber == reaction.subscriber, OutboxFailure.next_at <= self._clock.now())
            .order_by(OutboxFailure.event_id)
            .limit(BATCH)
        )
        for failure_id, attempts, *columns in due:
            event = Delivered(*columns)
            error = await self._deliver(reaction, event)
            async with self._db.transaction() as session:
                if error is None:
                    await self._resolve(session, reaction, failure_id, event.subject)
                else:
                    await self._postpone(session, failure_id, attempts + 1, error)
        return len(due)

    async def _deliver(self, reaction: Reaction, event: Delivered) -> str | None:
        """Run the reaction within its deadline; None when it is done, else what went wrong."""
        context = self._make_context(Delivery(reaction.subscriber, event.id))
        try:
            async with asyncio.timeout(DEADLINE):
                await reaction.run(context, msgspec.convert(event.payload, reaction.event))
        except AlreadyDelivered:
            return None
        except Exception as error:
            log.warning("delivery failed", subscriber=reaction.subscriber, event_id=event.id, error=repr(error))
            return "".join(traceback.format_exception_only(error)).strip()[:2_000]
        return None

    async def _held_subjects(self, reaction: Reaction, subjects: list[str]) -> set[str]:
        found = await self._db.fetch(
            select(OutboxFailure.subject)
            .where(OutboxFailure.subscriber == reaction.subscriber, text_in(OutboxFailure.subject, "subjects"))
            .distinct(),
            {"subjects": subjects},
        )
        return {subject for (subject,) in found}

    async def _record(
        self, session: Session, reaction: Reaction, event: Delivered, error: str, *, is_queued: bool
    ) -> None:
        await session.add_if_absent(
            OutboxFailure,
            subscriber=reaction.subscriber,
            event_id=event.id,
            subject=event.subject,
            attempts=0 if is_queued else 1,
            next_at=None if is_queued else self._clock.now() + timedelta(seconds=PAUSES[0]),
            parked_at=None,
            error=error,
        )

    async def _postpone(self, session: Session, failure_id: int, attempts: int, error: str) -> None:
        parked = attempts > len(PAUSES)
        now = self._clock.now()
        await session.execute(
            update(OutboxFailure)
            .where(OutboxFailure.id == failure_id)
            .values(
                attempts=attempts,
                error=error,
                next_at=None if parked else now + timedelta(seconds=PAUSES[attempts - 1]),
                parked_at=now if parked else None,
            )
        )

    async def _resolve(self, session: Session, reaction: Reaction, failure_id: int, subject: str) -> None:
        """Done at last: the next event queued behind it becomes due."""
        await session.execute(delete(OutboxFailure).where(OutboxFailure.id == failure_id))
        await release_next(session, reaction.subscriber, subject, self._clock.now())


async def release_next(session: Session, subscriber: str, subject: str, now: datetime) -> None:
    """Make the oldest event still queued for a subject due."""
    oldest = (
        select(func.min(OutboxFailure.id))
        .where(OutboxFailure.subscriber == bindparam("subscriber_"), OutboxFailure.subject == bindparam("subject_"))
        .scalar_subquery()
    )
    await session.execute(
        update(OutboxFailure).where(OutboxFailure.id == oldest, OutboxFailure.parked_at.is_(None)).values(next_at=now),
        {"subscriber_": subscriber, "subject_": subject},
    )


async def replay(session: Session, failure_id: int, now: datetime) -> bool:
    """Give a parked delivery its tries back; whether there was one."""
    return (
        await session.execute(
            update(OutboxFailure)
            .where(OutboxFailure.id == failure_id, OutboxFailure.parked_at.is_not(None))
            .values(attempts=1, next_at=now, parked_at=None)
        )
        == 1
    )


_EVENT = (OutboxEvent.id, OutboxEvent.name, OutboxEvent.subject, OutboxEvent.payload)


async def _move(session: Session, subscriber: str, position: int) -> None:
    await session.execute(
        update(OutboxCursor)
        .where(OutboxCursor.subscriber == subscriber, OutboxCursor.position < position)
        .values(position=position)
    )
