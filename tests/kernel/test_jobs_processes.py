"""Workers in several processes on PostgreSQL share what is due, on either engine: nothing twice, nothing lost."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy import delete, func, select
from tests.conftest import ENGINES
from tests.support import shops
from tests.support.forked import Forked
from tests.support.job_engines import Bench
from tests.support.job_workers import Worker, jobs, lines, until_written

from vetrina import worker
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.db import open_database
from vetrina.kernel.jobs import Job, JobRun, Runner, carried, put_off
from vetrina.kernel.jobs.installing import install, is_installed, uninstall
from vetrina.kernel.messages import Delivery, Relay

pytestmark = pytest.mark.skipif("postgresql" not in ENGINES, reason="several processes write on PostgreSQL alone")
assert Forked, "its forks begin with everything imported, and so do the workers here"
SHARED = [str(number) for number in range(200)]


@pytest.fixture(scope="module")
def url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A database of this module's own: its tables change."""
    name = "jobs_of_processes"
    yield shops.postgres_url(postgres_server, postgres_template, name)
    shops.drop_database(postgres_server, name)


@pytest.fixture
async def shop(url: str) -> AsyncGenerator[Bench]:
    clock = shops.StillClock()
    clock.at = SystemClock().now()
    db = await open_database(url)
    yield Bench(shops.context(shops.make_shop(db, clock), shops.NOWHERE), clock)
    async with db.transaction() as session:
        await session.execute(delete(JobRun))
    await db.close()


async def put_all_off(shop: Bench, *names: str) -> None:
    async with shop.ctx.tx() as session:
        for name in names:
            verb = name if name in ("linger", "hang") else "note"
            await put_off(session, f"notes.{verb}", name, {"line": name}, shop.ctx.now())


@pytest.mark.parametrize("engine", ["leased", "procrastinate"])
async def test_four_workers_share_the_jobs_and_what_one_was_killed_at_runs_once_more(
    shop: Bench, url: str, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "procrastinate":
        install(url)
    book = tmp_path / "book"
    book.touch()
    await put_all_off(shop, "hang")
    killed = Worker(url, engine, book)
    await until_written(book, "hanging")
    killed.send(signal.SIGKILL)
    killed.wait()
    workers = [Worker(url, engine, book) for _ in range(4)]
    await until_written(book, *["up"] * 5)
    await put_all_off(shop, *SHARED)
    await until_written(book, *SHARED)
    await put_all_off(shop, "linger")
    await until_written(book, "lingering")
    for one in workers:
        one.send(signal.SIGTERM)
    assert [one.wait() for one in workers] == [0] * 4
    told = lines(book)
    assert told.pop("lingered") == told.pop("lingering") == 1, "who stops lets end what is under way"
    assert told.pop("up") == 5
    assert told == dict.fromkeys([*SHARED, "hanging"], 1)

    done = list[str]()
    monkeypatch.setattr(carried, "STALLED", 0.1)
    heir = Runner(shop.ctx.db, shop.clock, [_noting(job, done) for job in jobs(book)], lambda name: shop.ctx)
    if engine == "procrastinate":
        async with carried.Carried(shop.ctx.db, shop.clock, url) as taking:
            await asyncio.sleep(0.2)
            assert await Bench(shop.ctx, shop.clock, taking).until_taken_up(heir, lives=False) < 60
            assert await heir.run_once(taking) == 0
    else:
        assert await shop.until_taken_up(heir, lives=True) >= 60
        assert await heir.run_once() == 0
    assert done == ["notes.hang"]
    assert await shop.ctx.db.value(select(func.count()).select_from(JobRun)) == 0


def _noting(job: Job, done: list[str]) -> Job:
    async def note(ctx: object, payload: object) -> None:
        done.append(job.name)

    return Job(name=job.name, run=note)


async def test_without_leases_workers_run_the_same_job(shop: Bench, url: str, tmp_path: Path) -> None:
    """Negative control."""
    book = tmp_path / "book"
    book.touch()
    workers = [Worker(url, "leased", book, is_careless=True) for _ in range(2)]
    try:
        await put_all_off(shop, "once")
        await until_written(book, "once")
        await asyncio.sleep(0.2)
    finally:
        for one in workers:
            one.send(signal.SIGKILL)
            one.wait()
    assert lines(book)["once"] > 1


async def test_procrastinate_is_put_there_brought_up_to_date_and_taken_away(
    shop: Bench, url: str, tmp_path: Path
) -> None:
    uninstall(url)
    await put_all_off(shop, "before")
    assert not is_installed(url)
    for _ in range(2):
        install(url)
    assert is_installed(url)
    await put_all_off(shop, "after")
    with psycopg.connect(url, autocommit=True) as connection:
        carriers = connection.execute("SELECT count(*) FROM procrastinate.procrastinate_jobs").fetchone()
        assert carriers == (2,), "what waited before is carried too"
        signature = connection.execute(
            "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.typrelid ="
            " c.oid WHERE t.typname = 'procrastinate_job_to_defer_v1' AND a.attnum > 0"
        ).fetchone()
        assert signature == (7,), "the trigger writes a row of seven fields"
    runner = Runner(shop.ctx.db, shop.clock, jobs(tmp_path / "book"), lambda name: shop.ctx)
    assert await runner.run_once() == 2, "the other engine's workers run what procrastinate carries"
    with psycopg.connect(url, autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM procrastinate.procrastinate_jobs").fetchone() == (0,)
    uninstall(url)
    assert not is_installed(url)


@pytest.mark.parametrize("engine", ["leased", "procrastinate"])
async def test_a_worker_goes_on_when_the_server_has_hung_up_on_everybody(
    shop: Bench, url: str, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "procrastinate":
        install(url)
    monkeypatch.setattr(worker, "IDLE", 0.05)
    monkeypatch.setattr(carried, "PAUSES", (0.05,))
    db, book, stop = shop.ctx.db, tmp_path / "book", asyncio.Event()
    book.touch()
    runner, relay = Runner(db, SystemClock(), jobs(book), lambda name: shop.ctx), Relay(db, shop.clock, [], _nobody)
    runtime = cast(Any, SimpleNamespace(generation=1, relay=relay, runner=runner))

    def opening() -> Any:
        return nullcontext() if engine == "leased" else carried.Carried(db, SystemClock(), url)

    working = asyncio.create_task(worker.work(lambda: runtime, worker.Bell(), stop, opening))
    await put_all_off(shop, "before")
    await until_written(book, "before")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute(
            "INSERT INTO job_run (name, key, payload, due_at, attempts) VALUES ('notes.note', 'after', %s, now(), 0)",
            ('{"line": "after"}',),
        )
    await until_written(book, "after")
    stop.set()
    await working
    assert lines(book) == {"before": 1, "after": 1}


def _nobody(delivery: Delivery) -> Any:
    """No reaction is asked for a context here."""
