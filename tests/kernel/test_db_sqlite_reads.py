"""SQLite's long reads leave the loop free, end at their deadline and with whoever waits; short ones stay on it."""

import asyncio
import threading
from collections.abc import AsyncIterator
from math import inf
from pathlib import Path

import pytest
from sqlalchemy import text

from vetrina.kernel.db import readers
from vetrina.kernel.db.readers import LONG, PATIENCE, Paces
from vetrina.kernel.db.sqlite import SqliteDatabase
from vetrina.kernel.errors import Unavailable

COUNT = text("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size) SELECT count(*) FROM n")
"""Takes as long as it is told to: about a second for ten million."""
LONG_COUNT = {"size": 100_000}
ENDLESS = {"size": 10**12}


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "PATIENCE", 0.005)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = SqliteDatabase(tmp_path / "reads.sqlite3")
    yield opened
    await opened.close()


async def is_on_the_loop(db: SqliteDatabase, size: int) -> bool:
    """Whether a read is over before the loop comes round."""
    reading = asyncio.create_task(db.value(COUNT, {"size": size}))
    await asyncio.sleep(0)
    is_over = reading.done()
    assert await reading == size
    return is_over


async def test_a_long_read_lets_the_loop_go_on(db: SqliteDatabase) -> None:
    assert await is_on_the_loop(db, 10)
    ticks = await loop_ticks(db)
    assert ticks > 20


async def test_on_the_loop_it_would_not(db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "PATIENCE", inf)
    assert await loop_ticks(db) == 0


async def loop_ticks(db: SqliteDatabase) -> int:
    """How often the loop comes round during a long read."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    before = ticks
    assert await db.value(COUNT, LONG_COUNT) == LONG_COUNT["size"]
    ticking.cancel()
    return ticks - before


async def test_what_has_become_short_comes_back_to_the_loop(db: SqliteDatabase) -> None:
    await db.value(COUNT, LONG_COUNT)
    assert not await is_on_the_loop(db, 10)
    for _ in range(60):
        if await is_on_the_loop(db, 10):
            break
    assert await is_on_the_loop(db, 10)


async def test_long_reads_run_side_by_side(db: SqliteDatabase) -> None:
    running = asyncio.gather(*(db.value(COUNT, {"size": size}) for size in range(100_000, 100_006)))
    assert await running == list(range(100_000, 100_006))
    assert 2 <= len(db._readers._idle) <= readers.THREADS


async def test_a_read_past_its_deadline_is_unavailable(db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "STATEMENT_DEADLINE", 0.05)
    for _ in range(readers.THREADS + 1):
        with pytest.raises(Unavailable, match="too long"):
            await db.value(COUNT, ENDLESS)
    monkeypatch.setattr(readers, "STATEMENT_DEADLINE", 5)
    assert await db.value(COUNT, LONG_COUNT) == LONG_COUNT["size"], "no thread is left busy"


async def test_reads_that_wait_for_a_thread_too_long_are_unavailable(
    db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "STATEMENT_DEADLINE", 0.05)
    many = [db.value(COUNT, ENDLESS) for _ in range(readers.THREADS * 3)]
    results = await asyncio.gather(*many, return_exceptions=True)
    assert {type(result) for result in results} == {Unavailable}


async def test_a_read_nobody_waits_for_is_broken_off(db: SqliteDatabase) -> None:
    for _ in range(readers.THREADS + 1):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await db.value(COUNT, ENDLESS)
    assert await db.value(COUNT, LONG_COUNT) == LONG_COUNT["size"], "no thread is left busy"


async def test_a_database_that_closes_ends_its_reads(tmp_path: Path) -> None:
    others = set(threading.enumerate())
    db = SqliteDatabase(tmp_path / "reads.sqlite3")
    reading = asyncio.create_task(db.value(COUNT, ENDLESS))
    await asyncio.sleep(0)
    assert set(threading.enumerate()) > others
    await db.close()
    with pytest.raises(Unavailable):
        await reading
    assert not {each for each in threading.enumerate() if each.name.startswith("sqlite-read")} - others


async def test_reads_of_a_transaction_stay_with_it(db: SqliteDatabase) -> None:
    async with db.transaction() as session:
        await session.execute(text("CREATE TABLE thing (id INTEGER PRIMARY KEY)"))
    thing = text(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size) "
        "SELECT (SELECT count(*) FROM thing) FROM n ORDER BY i DESC LIMIT 1"
    )
    assert await db.value(thing, LONG_COUNT) == 0
    async with db.transaction() as session:
        await session.execute(text("INSERT INTO thing VALUES (1)"))
        assert await session.value(thing, LONG_COUNT) == 1
        assert await db.value(thing, LONG_COUNT) == 0
    assert await db.value(thing, LONG_COUNT) == 1


def test_one_slow_run_is_the_machines_and_some_are_the_statements() -> None:
    paces = Paces()
    paces.learn("a", 2 * LONG)
    assert not paces.is_long("a")
    for _ in range(10):
        paces.learn("a", 2 * LONG)
    assert paces.is_long("a")
    paces.learn("b", 2 * PATIENCE)
    assert paces.is_long("b")


def test_a_statement_neither_long_nor_short_stays_where_it_is() -> None:
    paces = Paces()
    for _ in range(50):
        paces.learn("a", 0.75 * LONG)
    assert not paces.is_long("a")
    paces.learn("a", 2 * PATIENCE)
    for _ in range(50):
        paces.learn("a", 0.75 * LONG)
    assert paces.is_long("a")
    for _ in range(5):
        paces.learn("a", 0.1 * LONG)
    assert not paces.is_long("a")


def test_the_memory_of_paces_is_bounded() -> None:
    paces = Paces(limit=3)
    for number in range(10):
        paces.learn(str(number), 1.0)
        paces.learn(f"quick {number}", 0.0001)
    assert [str(number) for number in range(10) if paces.is_long(str(number))] == ["7", "8", "9"]
    assert len(paces._usual) == len(paces._long) == 3
