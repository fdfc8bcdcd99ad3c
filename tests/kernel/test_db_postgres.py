"""PostgreSQL: what the server gives up on can be tried again."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, text, update
from tests.support import shops

from vetrina.kernel.db import Database, open_database
from vetrina.kernel.errors import BadInput, Unavailable
from vetrina.kernel.messages import OutboxCursor


@pytest.fixture
async def db(postgres_server: str, postgres_template: str) -> AsyncIterator[Database]:
    name = f"test_{uuid.uuid4().hex}"
    opened = await open_database(shops.postgres_url(postgres_server, postgres_template, name))
    yield opened
    await opened.close()
    shops.drop_database(postgres_server, name)


async def test_of_two_transactions_that_wait_for_each_other_one_is_told_to_retry(db: Database) -> None:
    async with db.transaction() as session:
        for name in ("a", "b"):
            await session.add(OutboxCursor, subscriber=name, position=0, lease_until=None)
    both_hold_one = asyncio.Barrier(2)

    async def touch(first: str, second: str) -> None:
        async with db.transaction() as session:
            await session.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
            for name in (first, second):
                statement = update(OutboxCursor).where(OutboxCursor.subscriber == name)
                await session.execute(statement.values(position=OutboxCursor.position + 1))
                if name == first:
                    await both_hold_one.wait()

    results = await asyncio.gather(touch("a", "b"), touch("b", "a"), return_exceptions=True)
    assert [type(result) for result in results if result is not None] == [Unavailable]
    assert await db.fetch(select(OutboxCursor.position)) == [(1,), (1,)]


async def test_a_statement_past_its_deadline_is_unavailable(db: Database) -> None:
    with pytest.raises(Unavailable, match="statement timeout"):
        async with db.transaction() as session:
            await session.execute(text("SET LOCAL statement_timeout = 50"))
            await session.execute(text("SELECT pg_sleep(5)"))


async def test_what_no_text_can_hold_is_the_askers_mistake_and_the_connection_is_used_on(db: Database) -> None:
    by_name = select(OutboxCursor.position).where(OutboxCursor.subscriber == "a\0b")
    with pytest.raises(BadInput, match="not text"):
        await db.fetch(by_name)
    with pytest.raises(BadInput, match="not text"):
        async with db.transaction() as session:
            await session.add(OutboxCursor, subscriber="a\0b", position=0, lease_until=None)
    assert await db.fetch(select(OutboxCursor.position)) == []


async def test_a_pool_survives_a_server_that_drops_its_connections(db: Database) -> None:
    await db.value(text("SELECT 1 AS one"))
    with pytest.raises(Unavailable):
        async with db.transaction() as session:
            await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert await db.value(text("SELECT 1 AS one")) == 1


async def test_a_database_that_is_gone_is_unavailable(db: Database, postgres_server: str) -> None:
    name = await db.value(text("SELECT current_database() AS name"))
    shops.drop_database(postgres_server, name)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await db.value(text("SELECT 1 AS one"))
        with pytest.raises(Unavailable):
            async with db.transaction():
                pass
