"""The number by which a process hears that something everybody is answered has changed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, insert, select, text, update
from tests.support.shops import StillClock, opened

from vetrina.kernel.context import Context
from vetrina.kernel.db import Database, open_database, table_of
from vetrina.kernel.db.changes import moves_shared
from vetrina.kernel.db.listening import Listener
from vetrina.kernel.db.rows import add_together
from vetrina.shop.cart.models import Cart
from vetrina.shop.inventory.models import Location
from vetrina.shop.markets.models import ShopProfile

RENAME = update(ShopProfile).values(name=bindparam("name_"))
NOTE = update(Cart).values(note=bindparam("note_"))


@asynccontextmanager
async def watched(db: Database) -> AsyncGenerator[None]:
    """While it is watched; from the first moment at which the number is known."""
    stop = asyncio.Event()
    watching = asyncio.create_task(db.watch_shared(stop))
    async with asyncio.timeout(5):
        while db.shared_version() is None:  # noqa: ASYNC110 (nothing announces it)
            await asyncio.sleep(0.005)
    try:
        yield
    finally:
        stop.set()
        await watching


@pytest.mark.parametrize(
    ("statement", "moves"),
    [
        (RENAME, True),
        (insert(Location), True),
        (delete(Location), True),
        (select(RENAME.returning(ShopProfile.id).cte("written").c.id), True),
        (text("UPDATE markets_shop SET name = 'x'"), True),
        (NOTE, False),
        (select(NOTE.returning(Cart.id).cte("written").c.id), False),
        (select(ShopProfile.name).with_for_update(), False),
    ],
)
def test_a_write_to_a_table_that_is_not_private_counts_wherever_it_stands(statement: object, moves: bool) -> None:
    assert moves_shared(statement) is moves  # pyright: ignore[reportArgumentType]


async def test_the_number_moves_with_each_such_commit_and_with_nothing_else(ctx: Context) -> None:
    async with watched(ctx.db):
        before = ctx.db.shared_version()
        async with ctx.tx() as session:
            await session.execute(NOTE, {"note_": "for me alone"})
        await ctx.db.fetch(select(ShopProfile.name))
        with pytest.raises(ZeroDivisionError):
            async with ctx.tx() as session:
                await session.execute(RENAME, {"name_": "Never"})
                raise ZeroDivisionError
        unmoved = ctx.db.shared_version()
        assert unmoved == before or ctx.db.dialect.name != "sqlite"
        for number, write in enumerate((_rename, _receive, _together)):
            was = ctx.db.shared_version()
            await write(ctx, number)
            assert ctx.db.shared_version() != was, write.__name__


async def test_who_sees_a_commit_sees_another_number(ctx: Context) -> None:
    async with watched(ctx.db):
        for number in range(30):
            was = ctx.db.shared_version()
            writing = asyncio.create_task(_rename(ctx, number))
            while not writing.done():
                version = ctx.db.shared_version()
                name = await ctx.db.value(select(ShopProfile.name))
                if version != was:
                    assert name == f"Shop {number}"
                await asyncio.sleep(0)
            await writing
            assert ctx.db.shared_version() != was


ON_A_SERVER = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""A file does not hang up, and a commit on it is waited for to its end."""


@pytest.mark.parametrize("does_listen", [False, True])
async def test_another_process_is_heard_whether_it_listens_itself_or_not(database_url: str, does_listen: bool) -> None:
    ctx = await opened(database_url, StillClock())
    other = await open_database(database_url)
    async with watched(ctx.db) if does_listen else nullcontext(), watched(other):
        was = other.shared_version()
        await _rename(ctx, 1)
        if other.dialect.name == "sqlite":
            assert other.shared_version() != was
        async with asyncio.timeout(5):
            while other.shared_version() == was:  # noqa: ASYNC110 (nothing announces it)
                await asyncio.sleep(0.005)
    assert other.shared_version() is None, "nobody watches any more"
    await other.close()
    await ctx.db.close()


@ON_A_SERVER
async def test_a_server_that_hung_up_is_not_believed_and_called_again(ctx: Context) -> None:
    async with watched(ctx.db):
        was = ctx.db.shared_version()
        await ctx.db.fetch(
            select(text("pg_terminate_backend(pid)"))
            .select_from(text("pg_stat_activity"))
            .where(text("application_name = 'vetrina listening' AND datname = current_database()"))
        )
        async with asyncio.timeout(10):
            while ctx.db.shared_version() is not None:  # noqa: ASYNC110 (nothing announces it)
                await asyncio.sleep(0.005)
            while ctx.db.shared_version() is None:  # noqa: ASYNC110 (nothing announces it)
                await asyncio.sleep(0.02)
        assert ctx.db.shared_version() != was, "what was committed meanwhile was not heard"


@ON_A_SERVER
async def test_a_commit_that_was_cut_off_leaves_all_in_doubt_until_it_must_have_ended(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vetrina.kernel.db.listening.DOUBT", 0.1)
    async with watched(ctx.db):
        was = ctx.db.shared_version()
        writing = asyncio.create_task(_rename(ctx, 1))
        monkeypatch.setattr(Listener, "commit", property(lambda _: "SELECT pg_sleep(1); COMMIT"))
        await asyncio.sleep(0.2)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert ctx.db.shared_version() is None
        async with asyncio.timeout(5):
            while ctx.db.shared_version() is None:  # noqa: ASYNC110 (nothing announces it)
                await asyncio.sleep(0.005)
        assert ctx.db.shared_version() != was


async def _rename(ctx: Context, number: int) -> None:
    async with ctx.tx() as session:
        await session.execute(RENAME, {"name_": f"Shop {number}"})


async def _receive(ctx: Context, number: int) -> None:
    async with ctx.tx() as session:
        await session.insert(Location, name=f"Shelf {number}", address={}, city="", position=9 + number, is_active=True)


async def _together(ctx: Context, number: int) -> None:
    row: dict[str, Any] = {"name": f"Cellar {number}", "address": {}, "city": "", "position": 99, "is_active": True}
    async with ctx.tx() as session:
        await add_together(session, (insert(table_of(Location)), [row]))
