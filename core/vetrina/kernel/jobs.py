"""Jobs: work on a schedule or put off from a flow; leased, retried with growing pauses, parked, visible."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy import Index, UniqueConstraint, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.clock import Clock
from vetrina.kernel.db import Database, Model, Session, private

log = structlog.get_logger(__name__)

SCHEDULED = "schedule"
"""The key of a scheduled job's one row."""
PAUSES = (5, 30, 120, 600, 3_600)
"""Seconds before each further try of a job that failed; afterwards it is parked."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Work with a name of the form owner.verb-noun. `every` makes it recur; `deadline` is in seconds."""

    name: str
    run: Callable[[Any, dict[str, Any]], Awaitable[None]]
    every: timedelta | None = None
    deadline: float = 60.0


class JobRun(Model):
    """One job to be run. A key makes putting it off twice the same as once."""

    __tablename__ = "job_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    key: Mapped[str]
    payload: Mapped[dict[str, Any]]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int]
    parked_at: Mapped[datetime | None]
    error: Mapped[str | None]

    __table_args__ = (UniqueConstraint("name", "key"), Index("ix_job_run_due_at", "due_at"))


private(JobRun)


async def put_off(session: Session, name: str, key: str, payload: dict[str, Any], due_at: datetime) -> bool:
    """Queue a job in the flow's own transaction; whether the key was new."""
    session.wakes.add("jobs")
    return await session.add_if_absent(
        JobRun,
        name=name,
        key=key,
        payload=payload,
        due_at=due_at,
        lease_until=None,
        attempts=0,
        parked_at=None,
        error=None,
    )


class Runner:
    """Runs the jobs of one Runtime; any number of processes may, leases keep them apart."""

    def __init__(self, db: Database, clock: Clock, jobs: Iterable[Job], make_context: Callable[[str], Any]) -> None:
        self._db = db
        self._clock = clock
        self._jobs = {job.name: job for job in jobs}
        self._make_context = make_context

    async def schedule(self) -> None:
        """Give every recurring job its row."""
        async with self._db.transaction() as session:
            for job in self._jobs.values():
                if job.every is not None:
                    await put_off(session, job.name, SCHEDULED, {}, self._clock.now())

    async def run_once(self) -> int:
        """Run everything that is due, one after the other; how many ran."""
        count = 0
        while (claimed := await self._claim()) is not None:
            await self._run(*claimed)
            count += 1
        return count

    async def _claim(self) -> tuple[int, Job, str, dict[str, Any], int] | None:
        now = self._clock.now()
        due = (
            select(JobRun.id, JobRun.name, JobRun.key, JobRun.payload, JobRun.attempts)
            .where(JobRun.due_at <= now, JobRun.parked_at.is_(None), JobRun.name.in_(list(self._jobs)))
            .where(or_(JobRun.lease_until.is_(None), JobRun.lease_until < now))
            .order_by(JobRun.due_at)
            .limit(1)
        )
        if not self._jobs or not await self._db.fetch(due):
            return None
        async with self._db.transaction() as session:
            found = await session.fetch(due.with_for_update(skip_locked=True))
            if not found:
                return None
            job_id, name, key, payload, attempts = found[0]
            job = self._jobs[name]
            lease = now + timedelta(seconds=job.deadline + 5)
            await session.execute(update(JobRun).where(JobRun.id == job_id).values(lease_until=lease))
            return job_id, job, key, payload, attempts

    async def _run(self, job_id: int, job: Job, key: str, payload: dict[str, Any], attempts: int) -> None:
        try:
            async with asyncio.timeout(job.deadline):
                await job.run(self._make_context(job.name), payload)
        except Exception as error:
            log.warning("job failed", job=job.name, key=key, error=repr(error))
            await self._postpone(job_id, job, attempts + 1, repr(error)[:2_000])
        else:
            await self._finish(job_id, job, key)

    async def _finish(self, job_id: int, job: Job, key: str) -> None:
        async with self._db.transaction() as session:
            if job.every is None or key != SCHEDULED:
                await session.execute(delete(JobRun).where(JobRun.id == job_id))
            else:
                following = {"due_at": self._clock.now() + job.every, "lease_until": None, "attempts": 0, "error": None}
                await session.execute(update(JobRun).where(JobRun.id == job_id).values(**following))

    async def _postpone(self, job_id: int, job: Job, attempts: int, error: str) -> None:
        now = self._clock.now()
        # A recurring job is never parked: its next turn is its retry.
        is_parked = attempts > len(PAUSES) and job.every is None
        pause = timedelta(seconds=PAUSES[min(attempts, len(PAUSES)) - 1])
        values = {"attempts": attempts, "error": error, "lease_until": None, "due_at": now + pause}
        async with self._db.transaction() as session:
            statement = update(JobRun).where(JobRun.id == job_id)
            await session.execute(statement.values(**values, parked_at=now if is_parked else None))
