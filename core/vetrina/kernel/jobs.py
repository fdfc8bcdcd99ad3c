"""Jobs: work on a schedule or put off from a flow; leased, retried with growing pauses, parked, visible."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Index, UniqueConstraint, bindparam, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.clock import Clock
from vetrina.kernel.crew import Crew, RunFor, attempt, owner_of, within, work_named
from vetrina.kernel.db import Database, Model, Session, private, text_in
from vetrina.kernel.meters import KeptOut

SCHEDULED = "schedule"
"""The key of a scheduled job's one row."""
PAUSES = (5, 30, 120, 600, 3_600)
"""Seconds before each further try of a job that failed; afterwards it is parked."""
REST = timedelta(seconds=5)
"""How long a job is left alone that is kept out by its breaker."""
AT_ONCE = 8
"""Jobs that a process runs beside each other."""
PER_OWNER = 1
"""And of one owner: a plugin whose jobs hang keeps its own waiting, and nobody else's."""
SLACK = timedelta(seconds=5)
"""How much longer than its deadline a job is leased to who runs it."""


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
    lease_token: Mapped[str | None]
    """Drawn anew for every run: only who knows it writes down what became of it."""
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
        lease_token=None,
        attempts=0,
        parked_at=None,
        error=None,
    )


async def retry_parked(session: Session, job_id: int, now: datetime) -> bool:
    """Give a parked job its tries back, the first at once; whether there was one."""
    session.wakes.add("jobs")
    return await session.execute(_RETRY, {"job": job_id, "now": now}) == 1


async def drop_parked(session: Session, job_id: int) -> bool:
    """Give a parked job up; whether there was one. Its key is free again."""
    return await session.execute(_DROP, {"job": job_id}) == 1


async def forget_jobs(session: Session, prefix: str) -> None:
    """Drop everything put off or scheduled for an owner, the part of its jobs' names before the dot."""
    names = f"{prefix.removesuffix('.')}."
    await session.execute(delete(JobRun).where(JobRun.name.startswith(names, autoescape=True)))


class _Claimed(msgspec.Struct, frozen=True):
    """A job that is ours to run."""

    id: int
    job: Job
    key: str
    payload: dict[str, Any]
    attempts: int
    token: str


class Runner:
    """Runs the jobs of one Runtime; any number of processes may, leases keep them apart."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        jobs: Iterable[Job],
        make_context: Callable[[str], Any],
        run_for: RunFor = within,
    ) -> None:
        self._db = db
        self._clock = clock
        self._jobs = {job.name: job for job in jobs}
        self._owners = {job.name: owner_of(job.name) for job in self._jobs.values()}
        self._make_context = make_context
        self._run_for = run_for

    async def schedule(self) -> None:
        """Give every recurring job its row."""
        recurring = [job.name for job in self._jobs.values() if job.every is not None]
        async with self._db.transaction() as session:
            known = {name for (name,) in await session.fetch(_SCHEDULED, {"names": recurring})}
            for name in recurring:
                if name not in known:
                    await put_off(session, name, SCHEDULED, {}, self._clock.now())

    async def start(self, crew: Crew) -> int:
        """Have the crew run what is due and finds a place, without waiting for it; how many began.

        The jobs of one owner begin in the order in which they are due. One statement when there is nothing to do.
        """
        count = 0
        while names := [name for name, owner in self._owners.items() if crew.has_place(owner)]:
            claimed = await self._claim(names)
            if claimed is None:
                break
            crew.start(self._owners[claimed.job.name], f"{claimed.job.name} {claimed.token}", self._run(claimed))
            count += 1
        return count

    async def run_once(self) -> int:
        """Run everything that is due, and what becomes due meanwhile, and wait for it; how many ran."""
        crew, count = Crew(AT_ONCE, PER_OWNER), 0
        try:
            while True:
                # Who is at work may finish while others are looked for: that nobody could begin then says nothing.
                was_busy = len(crew) > 0
                begun = await self.start(crew)
                count += begun
                if not begun and not was_busy:
                    break
                await crew.settle(all_of_them=False)
        finally:
            await crew.stop(0)
        return count

    async def _claim(self, names: list[str]) -> _Claimed | None:
        now = self._clock.now()
        params = {"names": names, "now": now}
        if not await self._db.fetch(_DUE, params):
            return None
        async with self._db.transaction() as session:
            found = await session.fetch(_DUE_UNLOCKED, params)
            if not found:
                return None
            job_id, name, key, payload, attempts = found[0]
            job, token = self._jobs[name], secrets.token_hex(8)
            until = now + timedelta(seconds=job.deadline) + SLACK
            await session.execute(_TAKE, {"job": job_id, "until": until, "token": token})
            return _Claimed(job_id, job, key, payload, attempts, token)

    async def _run(self, claimed: _Claimed) -> int:
        job = claimed.job
        now = self._clock.now
        try:
            error = await attempt(
                self._run_for,
                work_named("job", job.name),
                lambda: job.run(self._make_context(job.name), claimed.payload),
                job.deadline,
            )
        except KeptOut:
            await self._put_down(claimed, due_at=now() + REST)
        except asyncio.CancelledError:
            await self._put_down(claimed)
            raise
        else:
            await (self._finish(claimed) if error is None else self._postpone(claimed, claimed.attempts + 1, error))
        return 1

    async def _finish(self, claimed: _Claimed) -> None:
        every = claimed.job.every
        if every is not None and claimed.key == SCHEDULED:
            await self._put_down(claimed, due_at=self._clock.now() + every, attempts=0, error=None)
            return
        async with self._db.transaction() as session:
            await session.execute(_DONE, {"job": claimed.id, "token": claimed.token})

    async def _postpone(self, claimed: _Claimed, attempts: int, error: str) -> None:
        now = self._clock.now()
        # A recurring job is never parked: its next turn is its retry.
        is_parked = attempts > len(PAUSES) and claimed.job.every is None
        pause = timedelta(seconds=PAUSES[min(attempts, len(PAUSES)) - 1])
        parked_at = now if is_parked else None
        await self._put_down(claimed, due_at=now + pause, attempts=attempts, error=error, parked_at=parked_at)

    async def _put_down(self, claimed: _Claimed, **values: Any) -> None:
        """Write down what became of a run and give its lease back; nothing when it is another's by now."""
        statement = _OURS.values(**values, lease_until=None, lease_token=None)
        async with self._db.transaction() as session:
            await session.execute(statement, {"job": claimed.id, "token": claimed.token})


_IS_OURS = (JobRun.id == bindparam("job"), JobRun.lease_token == bindparam("token"))
_DUE = (
    select(JobRun.id, JobRun.name, JobRun.key, JobRun.payload, JobRun.attempts)
    .where(JobRun.due_at <= bindparam("now"), JobRun.parked_at.is_(None), text_in(JobRun.name, "names"))
    .where(or_(JobRun.lease_until.is_(None), JobRun.lease_until < bindparam("now")))
    .order_by(JobRun.due_at, JobRun.id)
    .limit(1)
)
_DUE_UNLOCKED = _DUE.with_for_update(skip_locked=True)
_SCHEDULED = select(JobRun.name).where(JobRun.key == SCHEDULED, text_in(JobRun.name, "names"))
_TAKE = (
    update(JobRun)
    .where(JobRun.id == bindparam("job"))
    .values(lease_until=bindparam("until"), lease_token=bindparam("token"))
)
_OURS = update(JobRun).where(*_IS_OURS)
_DONE = delete(JobRun).where(*_IS_OURS)
_PARKED = (JobRun.id == bindparam("job"), JobRun.parked_at.is_not(None))
_RETRY = update(JobRun).where(*_PARKED).values(attempts=0, parked_at=None, due_at=bindparam("now"))
_DROP = delete(JobRun).where(*_PARKED)
