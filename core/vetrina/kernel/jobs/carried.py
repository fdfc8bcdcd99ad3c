"""Jobs by procrastinate: its workers' table says who is alive, its functions who fetches what; the lease stays ours."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any

import structlog
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status as JobStatus
from procrastinate.manager import JobManager
from procrastinate.psycopg_connector import PsycopgConnector
from psycopg.errors import RaiseException
from sqlalchemy import select

from vetrina.kernel.clock import Clock
from vetrina.kernel.db import Database, id_in
from vetrina.kernel.jobs.installing import SCHEMA
from vetrina.kernel.jobs.queue import Job, JobRun
from vetrina.kernel.jobs.taking import NAMED, Held, Leased, Sightings, Taken, lease

log = structlog.get_logger(__name__)

BEAT = 10.0
"""Seconds between two heartbeats of a worker."""
STALLED = 30.0
"""Seconds without one, by the server's clock, after which a worker may be dead."""
SEEN = 12.0
"""And by ours: a worker that lives beats meanwhile, should the server's clock have jumped."""
REST = timedelta(seconds=5)
"""How long a job is left alone whose row is in other hands."""
PAUSES = (1.0, 5.0, 15.0)
"""Seconds before each further try to reach the server; the last for all that follow."""
_GONE = 86_400.0
"""Seconds after which a worker that does not beat is struck off."""


class Carried:
    """The engine of one process: `async with` registers it as a worker, beats for it and listens."""

    def __init__(
        self, db: Database, clock: Clock, url: str, wake: Callable[[], None] = lambda: None, path: str = SCHEMA
    ) -> None:
        """`wake` is told when another process has put something off; `path` is PostgreSQL's search_path."""
        self._db = db
        self._clock = clock
        self._leased = Leased(db, clock)
        self._sightings = Sightings(clock)
        options = {"options": f"-c search_path={path}"}
        self._connector = PsycopgConnector(conninfo=url, kwargs=options, min_size=1, max_size=2)
        self._manager = JobManager(self._connector)
        self._wake = wake
        self._worker: int | None = None
        self._loose: set[int] = set()
        """Carriers fetched whose lease we failed to take: to be put back, or nobody would fetch them again."""
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Carried":
        await self._connector.open_async()
        await self._register()
        self._tasks = [asyncio.create_task(_again_and_again(what)) for what in (self._keep_beating, self._listen)]
        return self

    async def __aexit__(self, *_: object) -> None:
        await _end(self._tasks)
        try:
            if self._worker is not None:
                await self._manager.unregister_worker(self._worker)
        except ConnectorException as error:
            log.warning("worker not struck off", error=repr(error))
        finally:
            await self._connector.close_async()

    async def take(self, names: list[str], jobs: Mapping[str, Job]) -> Taken | None:
        """The job of these names that is due first, leased to us; None when there is none."""
        await self._put_back_loose()
        while True:
            try:
                fetched = await self._manager.fetch_job(names, self._worker or await self._register())
            except ConnectorException:
                self._worker = None  # it may have been struck off as dead, while this process was asleep
                raise
            if fetched is None:
                return None
            assert fetched.id is not None
            self._loose.add(fetched.id)
            job_id = int(str(fetched.task_kwargs["job"]))
            async with self._db.transaction() as session:
                rows = await session.fetch(NAMED, {"job": job_id})
                taken = await lease(session, rows[0], jobs, self._clock.now()) if rows else None
            if taken is not None:
                self._loose.discard(fetched.id)
                return taken
            await self._put_back_loose()

    async def orphans(self, jobs: Mapping[str, Job]) -> list[Held]:
        """What stalled workers held, and what somebody alive could not write down."""
        stalled = await self._manager.get_stalled_jobs(seconds_since_heartbeat=STALLED)
        holders = {int(str(job.task_kwargs["job"])): (job.id, job.worker_id) for job in stalled}
        rows = await self._db.rows(Held, _SOME, {"ids": list(holders)}) if holders else []
        ages = self._sightings.look((row, holders[row.id]) for row in rows)
        found = {row for row in rows if ages[row, holders[row.id]] > SEEN}
        return [*found, *(held for held in await self._leased.orphans(jobs) if held not in found)]

    async def beat(self) -> None:
        """Say that this worker is alive, and strike off who has long been dead."""
        await self._manager.update_heartbeat(self._worker or await self._register())
        await self._manager.prune_stalled_workers(_GONE)

    async def _register(self) -> int:
        self._worker = await self._manager.register_worker()
        await self._manager.update_heartbeat(self._worker)
        return self._worker

    async def _put_back_loose(self) -> None:
        """Have carriers fetched again, later: their rows may be held by the other engine's workers, or by the dead."""
        for carrier in tuple(self._loose):
            try:
                await self._manager.retry_job_by_id_async(carrier, retry_at=self._clock.now() + REST)
            except UniqueViolation:  # its row has another carrier by now
                await self._manager.finish_job_by_id_async(carrier, JobStatus.SUCCEEDED, delete_job=True)
            except ConnectorException as error:
                if not isinstance(error.__cause__, RaiseException):
                    raise
                # It has ended with its row meanwhile.
            self._loose.discard(carrier)

    async def _keep_beating(self) -> None:
        while True:
            await self.beat()
            await asyncio.sleep(BEAT)

    async def _listen(self) -> None:
        async def tell(**_: object) -> None:
            self._wake()

        await self._manager.listen_for_jobs(on_notification=tell)


async def _again_and_again(what: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Until cancelled: an outage of the database is waited out, with growing pauses."""
    tries = 0
    while True:
        try:
            await what()
        except ConnectorException as error:
            log.warning("procrastinate does not answer", error=repr(error))
        await asyncio.sleep(PAUSES[min(tries, len(PAUSES) - 1)])
        tries += 1


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel until it is heard: asyncio.wait_for, in which procrastinate listens, may lose a cancellation."""
    for _ in range(5):
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=1.0)
        tasks = [task for task in tasks if not task.done()]
        if not tasks:
            return


_SOME = select(JobRun.id, JobRun.name, JobRun.lease_token.label("token")).where(id_in(JobRun.id, "ids"))
