"""The runner: begins what is due and finds a place, writes down what became of it, takes up what others dropped."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, delete, null, select, update

from vetrina.kernel.clock import Clock
from vetrina.kernel.crew import Crew, RunFor, attempt, owner_of, within, work_named
from vetrina.kernel.db import Database, text_in
from vetrina.kernel.jobs.queue import SCHEDULED, Job, JobRun, put_off
from vetrina.kernel.jobs.taking import Engine, Held, Leased, Taken
from vetrina.kernel.meters import KeptOut

log = structlog.get_logger(__name__)

PAUSES = (5, 30, 120, 600, 3_600)
"""Seconds before each further try of a job that failed; afterwards it is parked."""
REST = timedelta(seconds=5)
"""How long a job is left alone that is kept out by its breaker."""
AT_ONCE = 8
"""Jobs that a process runs beside each other."""
PER_OWNER = 1
"""And of one owner: a plugin whose jobs hang keeps its own waiting, and nobody else's."""
PLACES = {"core": 4}
"""The shop's own jobs have more: money is not looked after behind a long count."""
LOOK = 5.0
"""Seconds between two looks for jobs whose holders have died, and for turns that a jump of the clock put far off."""
CUT_OFF = "the process that ran it was cut off"


def crew_of(on_end: Callable[[], None] = lambda: None) -> Crew:
    """The places a process has for jobs."""
    return Crew(AT_ONCE, PER_OWNER, on_end, PLACES)


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
        self._leased = Leased(db, clock)
        self._looked_at = clock.steady()

    async def schedule(self) -> None:
        """Give every recurring job its row, and a turn no later than it can have.

        A turn further off was written down while the clock stood in the future. One statement when all is well.
        """
        recurring = {job.name: job.every for job in self._jobs.values() if job.every is not None}
        now, longest = self._clock.now(), timedelta(seconds=PAUSES[-1])
        known = dict(await self._db.fetch(_SCHEDULED, {"names": list(recurring)}))
        absent = [name for name in recurring if name not in known]
        far_off = [name for name, due_at in known.items() if due_at > now + max(recurring[name], longest)]
        if not absent and not far_off:
            return
        async with self._db.transaction() as session:
            for name in absent:
                await put_off(session, name, SCHEDULED, {}, now)
            for name in far_off:
                await session.execute(_BRING_FORWARD, {"job": name, "now": now})

    async def start(self, crew: Crew, engine: Engine | None = None) -> int:
        """Have the crew run what is due and finds a place, without waiting for it; how many began.

        The jobs of one owner begin in the order in which they are due. One statement when there is nothing to do.
        """
        taking = engine or self._leased
        await self._look(taking)
        count = 0
        while names := [name for name, owner in self._owners.items() if crew.has_place(owner)]:
            taken = await taking.take(names, self._jobs)
            if taken is None:
                break
            crew.start(self._owners[taken.job.name], f"{taken.job.name} {taken.token}", self._run(taken))
            count += 1
        return count

    async def run_once(self, engine: Engine | None = None) -> int:
        """Run everything that is due, and what becomes due meanwhile, and wait for it; how many ran."""
        crew, count = crew_of(), 0
        try:
            while True:
                # Who is at work may finish while others are looked for: that nobody could begin then says nothing.
                was_busy = len(crew) > 0
                begun = await self.start(crew, engine)
                count += begun
                if not begun and not was_busy:
                    break
                await crew.settle(all_of_them=False)
        finally:
            await crew.stop(0)
        return count

    async def _look(self, engine: Engine) -> None:
        now = self._clock.steady()
        if now - self._looked_at < LOOK:
            return
        self._looked_at = now
        for orphan in await engine.orphans(self._jobs):
            await self._take_up(orphan)
        await self.schedule()

    async def _take_up(self, orphan: Held) -> None:
        """Set free what a dead process held. That counts as a try: what kills its process is parked like what fails."""
        params = {"job": orphan.id, "token": orphan.token}
        is_whole = orphan.token is None
        job = self._jobs.get(orphan.name)
        async with self._db.transaction() as session:
            if is_whole:
                await session.execute(_TOUCH, {"job": orphan.id})
            elif job is None or job.every is not None or not await session.execute(_PARK, params | self._parking()):
                await session.execute(_FREE, params | {"said": CUT_OFF})
        log.warning("job taken up", job=orphan.name, id=orphan.id, reason=CUT_OFF)

    def _parking(self) -> dict[str, Any]:
        return {"most": len(PAUSES), "now": self._clock.now(), "said": CUT_OFF}

    async def _run(self, taken: Taken) -> int:
        job = taken.job
        now = self._clock.now
        try:
            error = await attempt(
                self._run_for,
                work_named("job", job.name),
                lambda: job.run(self._make_context(job.name), taken.payload),
                job.deadline,
            )
        except KeptOut:
            await self._put_down(taken, due_at=now() + REST)
        except asyncio.CancelledError:
            await self._put_down(taken)
            raise
        else:
            await (self._finish(taken) if error is None else self._postpone(taken, taken.attempts + 1, error))
        return 1

    async def _finish(self, taken: Taken) -> None:
        every = taken.job.every
        if every is not None and taken.key == SCHEDULED:
            await self._put_down(taken, due_at=self._clock.now() + every, attempts=0, error=None)
            return
        async with self._db.transaction() as session:
            await session.execute(_DONE, {"job": taken.id, "token": taken.token})

    async def _postpone(self, taken: Taken, attempts: int, error: str) -> None:
        now = self._clock.now()
        # A recurring job is never parked: its next turn is its retry.
        is_parked = attempts > len(PAUSES) and taken.job.every is None
        pause = timedelta(seconds=PAUSES[min(attempts, len(PAUSES)) - 1])
        parked_at = now if is_parked else None
        await self._put_down(taken, due_at=now + pause, attempts=attempts, error=error, parked_at=parked_at)

    async def _put_down(self, taken: Taken, **values: Any) -> None:
        """Write down what became of a run and give its lease back; nothing when it is another's by now."""
        statement = _OURS.values(**values, lease_until=None, lease_token=None)
        async with self._db.transaction() as session:
            await session.execute(statement, {"job": taken.id, "token": taken.token})


_IS_HELD = (JobRun.id == bindparam("job"), JobRun.lease_token == bindparam("token"))
_OURS = update(JobRun).where(*_IS_HELD)
_DONE = delete(JobRun).where(*_IS_HELD)
_FREE = _OURS.values(attempts=JobRun.attempts + 1, error=bindparam("said"), lease_until=null(), lease_token=null())
_PARK = _FREE.where(JobRun.attempts >= bindparam("most")).values(parked_at=bindparam("now"))
_TOUCH = (
    update(JobRun).where(JobRun.id == bindparam("job"), JobRun.lease_token.is_(None)).values(attempts=JobRun.attempts)
)
"""Changes nothing, and has the engine's trigger look at the row."""
_SCHEDULED = select(JobRun.name, JobRun.due_at).where(JobRun.key == SCHEDULED, text_in(JobRun.name, "names"))
_BRING_FORWARD = (
    update(JobRun)
    .where(JobRun.key == SCHEDULED, JobRun.name == bindparam("job"), JobRun.lease_token.is_(None))
    .values(due_at=bindparam("now"))
)
