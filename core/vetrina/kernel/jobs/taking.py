"""Which job is next and whose holder has died, as the engine of jobs says; the lease, which both of them keep."""

from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec
from sqlalchemy import bindparam, select, update

from vetrina.kernel.clock import Clock
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Database, Session, text_in
from vetrina.kernel.jobs.queue import Job, JobRun

SLACK = timedelta(seconds=5)
"""How much longer than its deadline a job is left to who runs it."""
_UNDECLARED = 3_600.0


class Taken(msgspec.Struct, frozen=True):
    """A job that is ours to run."""

    id: int
    job: Job
    key: str
    payload: dict[str, Any]
    attempts: int
    token: str


class Held(msgspec.Struct, frozen=True):
    """A job in the hands of somebody who seems to be gone; no token where he died before he had the lease."""

    id: int
    name: str
    token: str | None


class Engine(Protocol):
    """How workers share the jobs that are due."""

    async def take(self, names: list[str], jobs: Mapping[str, Job]) -> Taken | None:
        """The job of these names that is due first, leased to us; None when there is none."""
        ...

    async def orphans(self, jobs: Mapping[str, Job]) -> list[Held]:
        """Jobs whose holders have died; asked every few seconds."""
        ...


class Sightings:
    """For how long one and the same thing has been seen, by this process's own steady clock.

    The time of day says nothing about who is dead: it jumps, and each machine has another one.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: dict[Hashable, float] = {}

    def look(self, seen: Iterable[Hashable]) -> dict[Hashable, float]:
        """Seconds since each of these was seen first, without having been missing in between."""
        now = self._clock.steady()
        self._since = {thing: self._since.get(thing, now) for thing in seen}
        return {thing: now - since for thing, since in self._since.items()}


class Leased:
    """The shop's own table and nothing else: on SQLite always, on PostgreSQL unless procrastinate is chosen.

    A run cannot last longer than its deadline. Who has seen the same lease for longer than that knows that its holder
    is dead; no two clocks are compared.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._sightings = Sightings(clock)

    async def take(self, names: list[str], jobs: Mapping[str, Job]) -> Taken | None:
        now = self._clock.now()
        params = {"names": names, "now": now}
        if not await self._db.fetch(_DUE, params):
            return None
        async with self._db.transaction() as session:
            found = await session.fetch(_DUE_UNLOCKED, params)
            return await lease(session, found[0], jobs, now) if found else None

    async def orphans(self, jobs: Mapping[str, Job]) -> list[Held]:
        held = await self._db.rows(Held, _HELD)
        ages = self._sightings.look(held)
        return [one for one in held if ages[one] > _patience(jobs.get(one.name))]


def _patience(job: Job | None) -> float:
    """Seconds after which a lease that has not changed is a dead one's; of a job nobody declares here, an hour."""
    return _UNDECLARED if job is None else _longest(job).total_seconds()


def _longest(job: Job) -> timedelta:
    return timedelta(seconds=job.deadline) + SLACK


async def lease(session: Session, row: tuple[Any, ...], jobs: Mapping[str, Job], now: datetime) -> Taken | None:
    """Take the lease of a row (id, name, key, payload, attempts); None when another holds it."""
    job_id, name, key, payload, attempts = row
    job, token = jobs[name], draw_key()
    params = {"job": job_id, "until": now + _longest(job), "token": token}
    if await session.execute(_TAKE, params) != 1:
        return None
    return Taken(job_id, job, key, payload, attempts, token)


_ROW = (JobRun.id, JobRun.name, JobRun.key, JobRun.payload, JobRun.attempts)
_DUE = (
    select(*_ROW)
    .where(JobRun.due_at <= bindparam("now"), JobRun.parked_at.is_(None), text_in(JobRun.name, "names"))
    .where(JobRun.lease_token.is_(None))
    .order_by(JobRun.due_at, JobRun.id)
    .limit(1)
)
_DUE_UNLOCKED = _DUE.with_for_update(skip_locked=True)
NAMED = select(*_ROW).where(JobRun.id == bindparam("job"))
_HELD = select(JobRun.id, JobRun.name, JobRun.lease_token.label("token")).where(JobRun.lease_token.is_not(None))
_TAKE = (
    update(JobRun)
    .where(JobRun.id == bindparam("job"), JobRun.lease_token.is_(None), JobRun.parked_at.is_(None))
    .values(lease_until=bindparam("until"), lease_token=bindparam("token"))
)
