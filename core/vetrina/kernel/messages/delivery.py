"""A subscriber's turn: what is due again, then what is new, in order; a failure holds up only its own subject."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from vetrina.kernel.clock import Clock
from vetrina.kernel.crew import RunFor, attempt, awaitable, work_named
from vetrina.kernel.db import Database, text_in
from vetrina.kernel.messages.cursors import Lease, keep_lease
from vetrina.kernel.messages.failures import park_untried, postpone, queue_behind, record_failure, resolve
from vetrina.kernel.messages.inbox import AlreadyDelivered, Delivery
from vetrina.kernel.messages.outbox import Event, FromTheFuture, read_event
from vetrina.kernel.messages.tables import OutboxEvent, OutboxFailure

DEADLINE = 30.0
"""Seconds one reaction may take; well below a lease, which is renewed after each."""
BATCH = 100
"""New events in one turn."""
RETRIES = 20
"""Failures tried again in one turn: what is new must not wait for all of them."""


class Reaction(msgspec.Struct, frozen=True):
    """A subscriber: `run` is awaited with a fresh context and the event, outside any transaction."""

    subscriber: str
    event: type[Event]
    run: Callable[[Any, Any], Awaitable[None]]


class Delivered(msgspec.Struct, frozen=True):
    """An outbox row on its way to a subscriber."""

    id: int
    subject: str
    payload: dict[str, Any]
    version: int


class Turn:
    """One reaction's turn under its lease. It ends early, between two events, when `goes_on` says so."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        reaction: Reaction,
        lease: Lease,
        make_context: Callable[[Delivery], Any],
        run_for: RunFor,
        goes_on: Callable[[], bool],
    ) -> None:
        self.tried = 0
        """How many deliveries were written down: done, failed or queued."""
        self._db = db
        self._clock = clock
        self._reaction = reaction
        self._lease = lease
        self._make_context = make_context
        self._run_for = run_for
        self._goes_on = goes_on

    async def run(self) -> None:
        """Deliver. Raises KeptOut when the reaction's breaker is open, LeaseLost when somebody else delivers now."""
        await self._retry()
        await self._advance()

    async def _retry(self) -> None:
        params = {"subscriber": self._reaction.subscriber, "now": self._clock.now(), "size": RETRIES}
        for failure_id, attempts, *columns in await self._db.fetch(_DUE, params):
            if not self._goes_on():
                return
            event = Delivered(*columns)
            subscriber = self._reaction.subscriber
            is_readable, error = await self._deliver(event)
            now = self._clock.now()
            async with self._db.transaction() as session:
                await keep_lease(session, self._lease, now)
                if error is None:
                    await resolve(session, failure_id, subscriber, event.subject, now)
                elif is_readable:
                    await postpone(session, failure_id, attempts + 1, error, now)
                else:
                    await park_untried(session, subscriber, event.id, event.subject, error, now)
            self.tried += 1

    async def _advance(self) -> None:
        params = {"event": self._reaction.event.__name__, "position": self._lease.position, "size": BATCH}
        events = await self._db.fetch(_NEXT, params)
        held = await self._held_subjects([columns[2] for columns in events]) if events else set[str]()
        for place, *columns in events:
            if not self._goes_on():
                return
            event = Delivered(*columns)
            await (self._pass_over(event, place) if event.subject in held else self._digest(event, place, held))
            self.tried += 1

    async def _digest(self, event: Delivered, place: int, held: set[str]) -> None:
        is_readable, error = await self._deliver(event)
        now = self._clock.now()
        async with self._db.transaction() as session:
            await keep_lease(session, self._lease, now, place)
            if error is None:
                return
            write = record_failure if is_readable else park_untried
            await write(session, self._reaction.subscriber, event.id, event.subject, error, now)
        held.add(event.subject)

    async def _pass_over(self, event: Delivered, place: int) -> None:
        now = self._clock.now()
        async with self._db.transaction() as session:
            await keep_lease(session, self._lease, now, place)
            await queue_behind(session, self._reaction.subscriber, event.id, event.subject, now)

    async def _deliver(self, event: Delivered) -> tuple[bool, str | None]:
        """Run the reaction within its deadline: whether the event could be read, and what went wrong."""
        reaction = self._reaction
        if event.version > reaction.event.version:
            return False, str(FromTheFuture(reaction.event, event.version))
        context = self._make_context(Delivery(reaction.subscriber, event.id))

        async def react() -> None:
            fact = read_event(reaction.event, event.payload, event.version)
            with suppress(AlreadyDelivered):
                await awaitable(reaction.run(context, fact))

        work = work_named("reaction", reaction.subscriber)
        return True, await attempt(self._run_for, work, react, DEADLINE)

    async def _held_subjects(self, subjects: list[str]) -> set[str]:
        found = await self._db.fetch(_HELD, {"subscriber": self._reaction.subscriber, "subjects": subjects})
        return {subject for (subject,) in found}


_EVENT = (OutboxEvent.id, OutboxEvent.subject, OutboxEvent.payload, OutboxEvent.version)
_NEXT = (
    select(OutboxEvent.position, *_EVENT)
    .where(OutboxEvent.name == bindparam("event"), OutboxEvent.position > bindparam("position"))
    .order_by(OutboxEvent.position)
    .limit(bindparam("size"))
)
_DUE = (
    select(OutboxFailure.id, OutboxFailure.attempts, *_EVENT)
    .join(OutboxEvent, OutboxEvent.id == OutboxFailure.event_id)
    .where(OutboxFailure.subscriber == bindparam("subscriber"), OutboxFailure.next_at <= bindparam("now"))
    .order_by(OutboxFailure.event_id)
    .limit(bindparam("size"))
)
_HELD = (
    select(OutboxFailure.subject)
    .where(OutboxFailure.subscriber == bindparam("subscriber"), text_in(OutboxFailure.subject, "subjects"))
    .distinct()
)
