"""SQLite: transactions share commits, nobody loses another's, and several processes share the file."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.support import child, shops
from tests.support.counting import count_up

from vetrina.kernel.db import Conflict, open_database, sqlite
from vetrina.kernel.db.session import Session
from vetrina.kernel.db.sqlite import SqliteDatabase
from vetrina.kernel.errors import Unavailable
from vetrina.kernel.messages import OutboxCursor
from vetrina.testing import disk

NAMES = select(OutboxCursor.subscriber).order_by(OutboxCursor.subscriber)


@pytest.fixture
def url(sqlite_template: Path, tmp_path: Path) -> str:
    return shops.sqlite_url(sqlite_template, tmp_path)


@pytest.fixture
async def db(url: str) -> AsyncIterator[SqliteDatabase]:
    opened = await open_database(url)
    assert isinstance(opened, SqliteDatabase)
    yield opened
    await opened.close()


async def add(session: Session, name: str) -> None:
    await session.add(OutboxCursor, subscriber=name, position=0, lease_until=None)


def commits_of(db: SqliteDatabase) -> list[str]:
    """A list that grows with each COMMIT of the writer."""
    seen: list[str] = []
    db._writer.set_trace_callback(lambda statement: seen.append(statement) if statement == "COMMIT" else None)
    return seen


async def names(db: SqliteDatabase) -> list[str]:
    return [name for (name,) in await db.fetch(NAMES)]


def test_a_commit_waits_for_the_disk(url: str) -> None:
    """In a shop; in tests, whose power nobody cuts, it does not."""
    full, off = 2, 0
    path = Path(url.removeprefix("sqlite:///"))
    for connect, wanted in ((disk._connect, full), (sqlite.connect, off)):
        with closing(connect(path)) as connection:
            assert connection.execute("PRAGMA synchronous").fetchone() == (wanted,)


async def test_transactions_that_wait_together_share_commits(db: SqliteDatabase) -> None:
    commits = commits_of(db)

    async def one(number: int) -> None:
        async with db.transaction() as session:
            await add(session, f"{number:02}")
        assert f"{number:02}" in await names(db), "answered before the commit"

    await asyncio.gather(*(one(number) for number in range(60)))
    assert len(await names(db)) == 60
    assert 1 <= len(commits) <= 6


async def test_alone_a_transaction_commits_at_once(db: SqliteDatabase) -> None:
    commits = commits_of(db)
    for number in range(3):
        async with db.transaction() as session:
            await add(session, str(number))
    assert len(commits) == 3


async def test_a_body_that_fails_takes_no_other_along(db: SqliteDatabase) -> None:
    async def one(number: int) -> None:
        async with db.transaction() as session:
            await add(session, str(number))
            await asyncio.sleep(0)
            if number % 2:
                await add(session, str(number))

    results = await asyncio.gather(*(one(number) for number in range(10)), return_exceptions=True)
    assert [isinstance(result, Conflict) for result in results] == [False, True] * 5
    assert await names(db) == ["0", "2", "4", "6", "8"]


async def test_a_caller_cancelled_while_waiting_loses_nobodys_commit(db: SqliteDatabase) -> None:
    first_is_written = asyncio.Event()

    async def one(name: str) -> None:
        async with db.transaction() as session:
            await add(session, name)
            first_is_written.set()

    tasks = [asyncio.create_task(one(name)) for name in ("a", "b", "c")]
    await first_is_written.wait()
    tasks[0].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1:] == [None, None]
    # Its body had ended, so its row is in the batch: cancelling came too late to undo it.
    assert await names(db) == ["a", "b", "c"]


async def test_a_caller_cancelled_in_its_body_is_undone_alone(db: SqliteDatabase) -> None:
    async def one(name: str) -> None:
        async with db.transaction() as session:
            await add(session, name)
            if name == "b":
                await asyncio.sleep(10)

    tasks = [asyncio.create_task(one(name)) for name in ("a", "b", "c")]
    await asyncio.sleep(0.05)
    tasks[1].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[1], asyncio.CancelledError)
    assert await names(db) == ["a", "c"]


async def test_two_processes_write_to_one_file(db: SqliteDatabase, url: str) -> None:
    async with db.transaction() as session:
        await add(session, "count")
    other = child.start("counting", url, "150")
    try:
        assert await child.line_of(other) == "ready"
        await count_up(db, 150)
        assert await asyncio.to_thread(other.wait, 30) == 0
    finally:
        child.kill(other)
    assert await db.value(select(func.sum(OutboxCursor.position))) == 300


async def test_a_file_held_by_another_is_waited_for_without_stopping_the_loop(db: SqliteDatabase) -> None:
    holder = sqlite3.connect(db.path, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, holder.execute, ("COMMIT",)).start()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    async with db.transaction() as session:
        await add(session, "a")
    ticking.cancel()
    holder.close()
    assert ticks > 10
    assert await names(db) == ["a"]


async def test_a_file_held_for_too_long_is_unavailable(db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_DEADLINE", 0.1)
    holder = sqlite3.connect(db.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="busy"):
        async with db.transaction() as session:
            await add(session, "a")
    holder.execute("ROLLBACK")
    holder.close()
    async with db.transaction() as session:
        await add(session, "b")
    assert await names(db) == ["b"]


async def test_a_full_disk_takes_those_before_it_along_and_nobody_after(db: SqliteDatabase) -> None:
    pages = db._writer.execute("PRAGMA page_count").fetchone()[0]
    db._writer.execute(f"PRAGMA max_page_count = {pages + 20}")

    async def one(name: str) -> None:
        async with db.transaction() as session:
            await add(session, name)

    results = await asyncio.gather(one("a"), one("b" * 1_000_000), one("c"), return_exceptions=True)
    assert [type(result) for result in results] == [Unavailable, Unavailable, type(None)]
    assert await names(db) == ["c"]
