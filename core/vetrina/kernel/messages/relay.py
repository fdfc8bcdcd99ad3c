"""The relay: each subscriber hears committed events at its own pace, wherever and however fast the others are."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import and_, bindparam, exists, or_, select

from vetrina.kernel.clock import Clock
from vetrina.kernel.crew import Crew, RunFor, owner_of, within
from vetrina.kernel.db import Database
from vetrina.kernel.messages.cursors import LeaseLost, give_lease_back, subscribe, take_lease
from vetrina.kernel.messages.delivery import Reaction, Turn
from vetrina.kernel.messages.failures import wake_readable
from vetrina.kernel.messages.inbox import Delivery
from vetrina.kernel.messages.outbox import ORDERED_AT_ONCE, ORDERING, order_events
from vetrina.kernel.messages.tables import OutboxCursor, OutboxEvent, OutboxFailure
from vetrina.kernel.meters import KeptOut

log = structlog.get_logger(__name__)

AT_ONCE = 64
"""Subscribers that a process serves beside each other."""
PER_OWNER = 4
"""And of one owner: so many slow reactions of a plugin delay its own others, never another plugin's."""
REST = timedelta(seconds=5)
"""How long a subscriber is left alone whose reaction is kept out by its breaker."""


def forever() -> bool:
    """Says of a turn that nothing ends it early."""
    return True


class Relay:
    """Delivers to the reactions of one Runtime. Any number of processes may run one; leases keep them apart."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        reactions: Iterable[Reaction],
        make_context: Callable[[Delivery], Any],
        run_for: RunFor = within,
    ) -> None:
        self._db = db
        self._clock = clock
        self._reactions = dict[str, Reaction]()
        for reaction in reactions:
            if reaction is not self._reactions.setdefault(reaction.subscriber, reaction):
                log.error("two reactions have one name; the later is left out", subscriber=reaction.subscriber)
        self._make_context = make_context
        self._run_for = run_for
        self._rests = dict[str, datetime]()

    async def subscribe(self) -> None:
        """Give every new subscriber a cursor at the present: it hears what happens from now on."""
        reactions = self._reactions.items()
        async with self._db.transaction() as session:
            await subscribe(session, {name: reaction.event.__name__ for name, reaction in reactions})
            versions = {name: reaction.event.version for name, reaction in reactions}
            await wake_readable(session, versions, self._clock.now())

    async def start(self, crew: Crew, goes_on: Callable[[], bool] = forever) -> int:
        """Order new events and have the crew deliver what is due, without waiting for it; how many turns began.

        A subscriber at work is left to it. Turns end between two events once `goes_on` is false.
        """
        count = 0
        for reaction in await self._due():
            name, owner = reaction.subscriber, owner_of(reaction.subscriber)
            if crew.is_busy(name) or not crew.has_place(owner):
                continue
            self._reactions[name] = self._reactions.pop(name)  # who found no place now comes before it next time
            crew.start(owner, name, self._serve(reaction, goes_on))
            count += 1
        return count

    async def run_once(self) -> int:
        """Order new events, deliver what is due and wait for all of it; the number of deliveries tried."""
        return sum(await asyncio.gather(*(self._serve(reaction, forever) for reaction in await self._due())))

    async def _due(self) -> list[Reaction]:
        """The reactions that somebody should serve, in turn. One statement when there is nothing to do."""
        found = await self._look()
        if ORDERING in found:
            await self._order()
            found = await self._look()
        now = self._clock.now()
        self._rests = {name: until for name, until in self._rests.items() if until > now}
        return [self._reactions[name] for name in self._reactions if name in found and name not in self._rests]

    async def _look(self) -> set[str]:
        return {name for (name,) in await self._db.fetch(_BEHIND, {"now": self._clock.now()})}

    async def _order(self) -> None:
        is_more = True
        while is_more:
            async with self._db.transaction() as session:
                is_more = await order_events(session) == ORDERED_AT_ONCE

    async def _serve(self, reaction: Reaction, goes_on: Callable[[], bool]) -> int:
        name = reaction.subscriber
        lease = await take_lease(self._db, name, self._clock.now())
        if lease is None:
            return 0
        turn = Turn(self._db, self._clock, reaction, lease, self._make_context, self._run_for, goes_on)
        try:
            await turn.run()
        except KeptOut:
            self._rests[name] = self._clock.now() + REST
        except LeaseLost as lost:
            log.info("turn ended", subscriber=name, reason=str(lost))
        finally:
            await give_lease_back(self._db, lease)
        return turn.tried


_WAITS = exists().where(OutboxEvent.position.is_(None))
_HAS_NEW = exists().where(OutboxEvent.name == OutboxCursor.event, OutboxEvent.position > OutboxCursor.position)
_HAS_DUE = exists().where(
    OutboxFailure.subscriber == OutboxCursor.subscriber, OutboxFailure.next_at <= bindparam("now")
)
_IS_FREE = or_(OutboxCursor.lease_until.is_(None), OutboxCursor.lease_until < bindparam("now"))
_BEHIND = select(OutboxCursor.subscriber).where(
    or_(and_(OutboxCursor.event.is_(None), _WAITS), and_(_IS_FREE, or_(_HAS_NEW, _HAS_DUE)))
)
