"""Both engines of jobs for one suite: the shop's own table on SQLite and PostgreSQL, and procrastinate.

procrastinate takes the time from its server: here from a table beside it, which a clock that stands still writes.
"""

import asyncio
import uuid
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import psycopg
from tests.support import shops
from tests.support.reuse import Reused

from vetrina.kernel.context import Context
from vetrina.kernel.jobs import Engine, Runner
from vetrina.kernel.jobs.carried import Carried
from vetrina.kernel.jobs.installing import install

PATH = "still,procrastinate,pg_catalog"
_STILL = f"""
CREATE SCHEMA still;
CREATE TABLE still.moment (at timestamptz NOT NULL);
INSERT INTO still.moment VALUES (pg_catalog.now());
CREATE FUNCTION still.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM still.moment';
ALTER FUNCTION procrastinate.procrastinate_fetch_job_v2 SET search_path = {PATH};
ALTER FUNCTION procrastinate.procrastinate_update_heartbeat_v1 SET search_path = {PATH};
ALTER FUNCTION procrastinate.procrastinate_prune_stalled_workers_v1 SET search_path = {PATH};
"""
_CARRIERS = "SELECT (args->>'job')::bigint, scheduled_at FROM procrastinate.procrastinate_jobs ORDER BY 1"
_FREE = "SELECT id, due_at FROM job_run WHERE parked_at IS NULL AND lease_token IS NULL ORDER BY 1"
_EMPTY = "TRUNCATE procrastinate.procrastinate_jobs, procrastinate.procrastinate_workers CASCADE"


class Bench:
    """One shop on one engine of jobs, and the time that passes for both."""

    def __init__(self, ctx: Context, clock: shops.StillClock, engine: Engine | None = None) -> None:
        self.ctx, self.clock, self.engine = ctx, clock, engine

    async def beat(self) -> None:
        """What a worker that lives does every few seconds."""
        if isinstance(self.engine, Carried):
            await self.engine.beat()

    async def until_taken_up(self, runner: Runner, *, lives: bool) -> float:
        """Seconds until the runner has taken up what another held. At most three minutes."""
        for seconds in range(0, 180, 5):
            if lives:
                await self.beat()
            if await runner.run_once(self.engine):
                return seconds
            self.clock.move(seconds=5)
        raise AssertionError("nobody has taken it up")

    def jump_everywhere(self, **by: float) -> None:
        """Set the time of day of this process and of the server, though no time has passed."""
        self.clock.jump(**by)
        if isinstance(self.clock, ToldClock):
            self.clock.jump_server(**by)


class ToldClock(shops.StillClock):
    """A still clock that tells the server what time it is. A jump is this process's alone."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        super().__init__()
        self._connection, self._server_at = connection, self.at
        self._tell()

    def move(self, **by: float) -> None:
        super().move(**by)
        self._server_at += timedelta(**by)
        self._tell()

    def jump_server(self, **by: float) -> None:
        """Set the server's time of day; no time has passed."""
        self._server_at += timedelta(**by)
        self._tell()

    def _tell(self) -> None:
        self._connection.execute("UPDATE still.moment SET at = %s", (self._server_at,))


def carrying_template(server: str, template: str) -> str:
    """The name of a template in which procrastinate carries the jobs."""
    name = f"carrying_{uuid.uuid4().hex}"
    url = shops.postgres_url(server, template, name)
    install(url)
    with psycopg.connect(url) as connection:
        connection.execute(_STILL)
    return name


@asynccontextmanager
async def carried(database: Reused) -> AsyncGenerator[Bench]:
    """A shop whose jobs procrastinate carries, with one worker registered; the database is emptied afterwards."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        clock = ToldClock(connection)
        ctx = await shops.opened(database.url, clock)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(ctx.db.close)
            engine = await stack.enter_async_context(Carried(ctx.db, clock, database.url, path=PATH))
            await asyncio.sleep(0)
            yield Bench(ctx, clock, engine)
            carriers = connection.execute(_CARRIERS).fetchall()
            assert carriers == connection.execute(_FREE).fetchall(), "each job that is free has one carrier"
        connection.execute(_EMPTY)
        connection.execute("UPDATE still.moment SET at = pg_catalog.now()")
    database.start_again()
