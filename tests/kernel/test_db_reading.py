"""Reads of one operation share one connection on PostgreSQL, and give it up for a transaction: no pool is too small."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextvars import copy_context
from typing import Any, cast

import pytest
from sqlalchemy import select, text, update
from tests.support.reuse import Reused

from vetrina.kernel.db import Database, open_database
from vetrina.kernel.db.connections import _is_open
from vetrina.kernel.db.postgres import PostgresDatabase
from vetrina.kernel.errors import Unavailable
from vetrina.kernel.messages import OutboxCursor

BACKEND = text("SELECT pg_backend_pid() AS backend")
SLOW = text("SELECT pg_backend_pid() AS backend, pg_sleep(0.02)")
POSITION = select(OutboxCursor.position)

Opened = Callable[[int], Awaitable[Database]]


@pytest.fixture
def url(postgres_database: Reused) -> Iterator[str]:
    yield postgres_database.url
    postgres_database.start_again()


@pytest.fixture
async def opened(url: str) -> AsyncIterator[Opened]:
    """Opens the database with a pool of the given size."""
    databases = list[Database]()

    async def open_with(pool_size: int) -> Database:
        databases.append(await open_database(url, pool_size))
        return databases[-1]

    yield open_with
    for database in databases:
        await database.close()


async def test_reads_of_one_operation_share_a_connection(opened: Opened) -> None:
    db = await opened(2)

    async def nested() -> int:
        async with db.reading():
            return await db.value(BACKEND)

    async with db.reading():
        first = await db.value(SLOW)
        others = await asyncio.gather(*(db.value(SLOW) for _ in range(5)), nested(), asyncio.create_task(nested()))
        assert set(others) == {first}
        assert await db.value(BACKEND) == first, "the nested block ended the outer one"


async def test_two_operations_read_side_by_side(opened: Opened) -> None:
    db = await opened(2)
    both_have_read = asyncio.Barrier(2)

    async def operation() -> int:
        async with db.reading():
            backend = await db.value(BACKEND)
            await both_have_read.wait()
            assert await db.value(BACKEND) == backend
            return backend

    backends = await asyncio.gather(operation(), operation())
    assert len(set(backends)) == 2


async def test_an_operation_that_reads_nothing_takes_no_connection(opened: Opened) -> None:
    db = await opened(1)
    elsewhere = copy_context()
    async with db.reading():
        assert await asyncio.wait_for(asyncio.create_task(db.value(BACKEND), context=elsewhere), 5)


async def test_operations_that_read_and_write_share_a_pool_of_one(opened: Opened) -> None:
    db = await opened(1)
    async with db.transaction() as session:
        await session.add(OutboxCursor, subscriber="count", position=0, lease_until=None)

    async def write() -> None:
        async with db.transaction() as session:
            await session.execute(update(OutboxCursor).values(position=OutboxCursor.position + 1))
            await asyncio.sleep(0)

    async def operation() -> None:
        async with db.reading():
            before = await db.value(POSITION)
            await asyncio.gather(db.value(POSITION), write(), db.value(POSITION), write(), db.value(BACKEND))
            assert await db.value(POSITION) >= before + 2
            await write()
            await db.value(POSITION)

    async with asyncio.timeout(30):
        await asyncio.gather(*(operation() for _ in range(20)))
    assert await db.value(POSITION) == 60


async def test_inside_an_operation_too_nobody_reads_what_is_not_committed(opened: Opened) -> None:
    db = await opened(2)
    async with db.reading():
        assert await db.value(POSITION) is None
        async with db.transaction() as session:
            await session.add(OutboxCursor, subscriber="a", position=1, lease_until=None)
            assert await session.value(POSITION) == 1
            assert await db.value(POSITION) is None
        assert await db.value(POSITION) == 1


async def test_a_task_that_outlives_its_operation_reads_on(opened: Opened) -> None:
    db = await opened(1)
    async with db.reading():
        await db.value(BACKEND)
        left_behind = [asyncio.create_task(db.value(SLOW)) for _ in range(3)]
        await asyncio.sleep(0.01)
    async with asyncio.timeout(5):
        assert await db.value(BACKEND)
        assert all(await asyncio.gather(*left_behind))


async def test_a_read_that_is_given_up_leaves_the_operation_readable(opened: Opened) -> None:
    db = await opened(1)
    async with asyncio.timeout(10), db.reading():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await db.value(text("SELECT pg_sleep(60)"))
        assert await db.value(BACKEND)
        with pytest.raises(Unavailable):
            await db.value(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        assert await db.value(BACKEND)


async def test_what_one_leaves_open_the_next_does_not_find(opened: Opened) -> None:
    db = await opened(1)
    told = list[str]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["message"]))
    async with db.reading():
        await db.fetch(text("BEGIN READ WRITE"))
        await db.fetch(text("INSERT INTO outbox_cursor (subscriber, position) VALUES ('a', 1)"))
        assert await db.value(POSITION) == 1
    assert await db.value(POSITION) is None
    assert "active transaction" in told[0]


async def test_a_read_is_one_round_trip(opened: Opened) -> None:
    db = cast("PostgresDatabase", await opened(1))
    await db.value(BACKEND)
    seen = list[str]()

    def keep(sent: Any) -> None:
        seen.append(sent.query)

    connection = await db._connections.take()
    connection.add_query_logger(keep)
    await db._connections.give_back(connection, is_sound=True)
    for _ in range(2):
        await db.value(BACKEND)
    await asyncio.sleep(0)  # loggers are told a turn later
    assert seen == [str(BACKEND)] * 2


async def test_whoever_waits_for_a_connection_gets_it(opened: Opened) -> None:
    db = await opened(2)
    async with asyncio.timeout(20):
        backends = await asyncio.gather(*(db.value(SLOW) for _ in range(30)))
        assert len(set(backends)) == 2
        assert {await db.value(BACKEND) for _ in range(5)} < set(backends), "one at hand is enough"


async def test_a_connection_that_dies_at_hand_is_replaced(opened: Opened) -> None:
    db, other = await opened(1), await opened(1)
    dead = await db.value(BACKEND)
    await other.fetch(text("SELECT pg_terminate_backend(:pid)"), {"pid": dead})
    [at_hand] = cast("PostgresDatabase", db)._connections._at_hand
    async with asyncio.timeout(10):
        while _is_open(at_hand):  # noqa: ASYNC110 (nothing announces it)
            await asyncio.sleep(0.001)
    assert await db.value(BACKEND) != dead
