"""A plugin's transaction writes its own tables alone, and is taken back when the plugin keeps it for itself."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Any, cast

import pytest
import structlog
from sqlalchemy import (
    DDL,
    Executable,
    bindparam,
    column,
    create_engine,
    delete,
    func,
    insert,
    literal,
    select,
    table,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from tests.support.schemas import core_tables
from tests.support.server import PLUGINS
from tests.support.shops import StillClock, opened

from vetrina.boot import compose
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session, table_of
from vetrina.kernel.db import session as sessions
from vetrina.kernel.db.owners import OPEN_TO_ALL, ForeignTable, owns, refuse_foreign, writer
from vetrina.kernel.db.session import Reclaimed, open_transaction
from vetrina.kernel.errors import Fault
from vetrina.kernel.jobs import JobRun, put_off
from vetrina.kernel.messages import OutboxEvent, receive
from vetrina.kernel.meters import Work, working_for
from vetrina.kernel.settings import Settings
from vetrina.migrations.tables import metadata
from vetrina.shop.markets.models import ShopProfile

NAME = select(ShopProfile.name)
RENAME = update(ShopProfile).values(name="mine now")
GIFTS = table("gift_cards_card", column("id"))
CORES = table("orders_order", column("id"))
OWN = table("gift_note", column("id"), column("text"))
JOBS = table_of(JobRun)


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    """vetrina_greedy and vetrina_leaky, imported as the loader would."""
    monkeypatch.setattr(sys, "path", [str(PLUGINS), *sys.path])
    import vetrina_greedy  # pyright: ignore[reportMissingImports]
    import vetrina_leaky  # pyright: ignore[reportMissingImports]

    yield {"greedy": vetrina_greedy, "leaky": vetrina_leaky}
    for name in ("vetrina_greedy", "vetrina_leaky"):
        del sys.modules[name]


@pytest.fixture
def greedy(plugins: dict[str, ModuleType], database_url: str) -> Any:
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    plugins["greedy"].NOTE.create(engine)
    engine.dispose()
    return plugins["greedy"]


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[Context]:
    """With two connections on PostgreSQL, so that a leaked one is missed."""
    ctx = await opened(database_url, StillClock(), pool_size=2)
    yield ctx
    await ctx.db.close()


@pytest.mark.parametrize(
    "statement",
    [
        insert(CORES),
        update(CORES).values(id=1),
        delete(CORES),
        delete(cast(Any, CORES.alias("gift_alias"))),
        insert(OWN).from_select(["id"], select(delete(CORES).returning(CORES.c.id).cte("gone").c.id)),
        select(literal(1)).add_cte(update(CORES).values(id=2).cte("changed")),
        select(literal(1)).where(literal(1).in_(select(insert(CORES).returning(CORES.c.id).cte().c.id))),
        insert(GIFTS),
        delete(JOBS),
        update(JOBS).values(name="gift.mine"),
        sqlite.insert(JOBS).on_conflict_do_update(index_elements=["name", "key"], set_={"payload": {}}),
        postgresql.insert(JOBS).on_conflict_do_update(index_elements=["name", "key"], set_={"payload": {}}),
        text("DELETE FROM orders_order"),
        text("WITH gone AS (DELETE FROM orders_order RETURNING id) SELECT id FROM gone"),
        text("SELECT * INTO gift_copy FROM orders_order"),
        text("COMMIT"),
        text("DROP TABLE orders_order").columns(column("id")),
        select(text("DELETE FROM orders_order RETURNING id").columns(column("id")).cte("gone").c.id),
        DDL("DROP TABLE orders_order"),
        func.setval("orders_order_id_seq", 1),
    ],
    ids=lambda statement: type(statement).__name__,
)
def test_what_writes_elsewhere_is_found_wherever_it_hides(statement: Executable) -> None:
    with pytest.raises(ForeignTable, match="gift tried to write"):
        refuse_foreign("gift", statement, ["gift", "gift_cards"])


@pytest.mark.parametrize(
    "statement",
    [
        insert(OWN),
        delete(OWN).where(OWN.c.id.in_(select(CORES.c.id))),
        update(OWN).values(text=bindparam("new")),
        insert(OWN).from_select(["id"], select(CORES.c.id)),
        select(delete(OWN).returning(OWN.c.id).cte("gone").c.id),
        select(CORES.c.id).with_for_update(),
        insert(JOBS),
        sqlite.insert(JOBS).on_conflict_do_nothing(),
        text("SELECT id FROM orders_order"),
        select(OWN.c.id).where(text("lower(text) = 'a'")),
    ],
    ids=lambda statement: type(statement).__name__,
)
def test_what_is_its_own_or_only_read_passes(statement: Executable) -> None:
    refuse_foreign("gift", statement, ["gift", "gift_cards"])


def test_what_is_open_to_all_is_short_and_there() -> None:
    assert {"inbox_message", "job_run", "mail_mail", "outbox_event", "staff_audit"} == OPEN_TO_ALL
    assert set(metadata().tables) >= OPEN_TO_ALL
    assert not any(owns("gift", table.name, ()) for table in core_tables())


async def test_a_plugin_that_writes_elsewhere_is_named_and_undone(shop: Context, greedy: Any) -> None:
    name, notes = await shop.db.value(NAME), select(func.count()).select_from(greedy.NOTE)
    for attempt in (
        greedy.write(shop, RENAME),
        greedy.write_by_the_back_door(shop, RENAME),
        greedy.write_many(shop, update(ShopProfile).values(name=bindparam("new")), [{"new": "mine"}]),
        greedy.write(shop, text("UPDATE markets_shop_profile SET name = 'mine'")),
    ):
        with pytest.raises(ForeignTable, match="greedy tried to write"):
            await attempt
    assert (await shop.db.value(NAME), await shop.db.value(notes)) == (name, 0)
    # What it may: its own, and the core's words for jobs, messages and events.
    await greedy.write(shop, update(greedy.NOTE).values(text="ours"))
    async with shop.tx() as session:
        await session.execute(RENAME)
    assert (await shop.db.value(NAME), await shop.db.value(notes)) == ("mine now", 1)


async def test_inside_the_cores_transaction_a_plugin_is_watched_too(shop: Context, greedy: Any) -> None:
    before = await shop.db.value(NAME)

    async def ask(session: Session, statement: Executable) -> None:
        token = writer.set("greedy")
        try:
            await greedy.TakesPart().reserve(session, statement)
        finally:
            writer.reset(token)

    async with shop.tx() as session:
        await ask(session, insert(greedy.NOTE).values(id=7, text="reserved"))
        await put_off(session, "greedy.later", "7", {}, shop.now())
        await receive(session, "greedy", "7", shop.now())
    with pytest.raises(ForeignTable, match="markets_"):
        async with shop.tx() as session:
            await session.execute(update(ShopProfile).values(name="the core's own word"))
            await ask(session, RENAME)
    assert await shop.db.value(NAME) == before
    assert await shop.db.value(select(JobRun.name).where(JobRun.key == "7")) == "greedy.later"


async def test_whose_code_it_is_shows_in_the_stack(shop: Context, greedy: Any) -> None:
    shop.db.packages = {"vetrina_greedy": "renamed"}
    with pytest.raises(ForeignTable, match="renamed tried to write greedy_note"):
        await greedy.write(shop, RENAME)


async def test_nothing_is_written_outside_a_transaction(shop: Context) -> None:
    with pytest.raises(Exception, match=r"read.?only"):
        await shop.db.fetch(insert(OutboxEvent).values(name="a").returning(OutboxEvent.id))
    with pytest.raises(Exception, match=r"read.?only"):
        await shop.db.fetch(text("DELETE FROM markets_shop"))


@pytest.mark.parametrize("by_the_back_door", [False, True])
async def test_a_transaction_that_is_never_left_is_taken_back(
    shop: Context, plugins: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch, by_the_back_door: bool
) -> None:
    monkeypatch.setattr(sessions, "LONGEST", 0.05)
    leaky: Any = plugins["leaky"]
    working_for.set(Work("leaky", "job", "drip"))
    with structlog.testing.capture_logs() as told:
        leaked = [await asyncio.create_task(leaky.leak(shop, by_the_back_door=by_the_back_door)) for _ in range(2)]
        async with asyncio.timeout(10):
            async with shop.tx() as session:
                await session.execute(RENAME)
            while shop.db.reclaims["leaky"] < len(leaked):  # noqa: ASYNC110 (nothing announces it)
                await asyncio.sleep(0.01)
    assert shop.db.reclaims == {"leaky": 2}
    assert [(entry["plugin"], entry["work"]) for entry in told if entry["event"] == "taken back"] == [
        ("leaky", "drip"), ("leaky", "drip"),
    ]  # fmt: skip
    for held, session in leaked:
        for attempt in (session.value(NAME), session.execute(RENAME), session.execute_many(RENAME, [{}])):
            with pytest.raises(Reclaimed, match="leaky held a transaction open"):
                await attempt
        with pytest.raises(Reclaimed):
            await held.__aexit__(None, None, None)
    assert await shop.db.value(NAME) == "mine now"
    async with shop.tx() as session:
        await session.execute(RENAME.values(name="and on it goes"))
    assert await shop.db.value(NAME) == "and on it goes"


async def test_a_task_whose_transaction_was_taken_back_may_open_another(
    shop: Context, plugins: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "LONGEST", 0.05)
    leaky: Any = plugins["leaky"]
    leaked = await leaky.leak(shop)
    assert open_transaction.get()
    with pytest.raises(Fault, match="inside another one"):
        await leaky.leak(shop)
    async with asyncio.timeout(10):
        while open_transaction.get():  # noqa: ASYNC110 (nothing announces it)
            await asyncio.sleep(0.01)
    async with shop.tx() as session:
        await session.execute(RENAME)
    assert await shop.db.value(NAME) == "mine now"
    del leaked


async def test_the_core_and_a_plugin_that_leaves_in_time_keep_theirs(
    shop: Context, plugins: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "LONGEST", 0.05)
    async with shop.tx() as session:
        await asyncio.sleep(0.1)
        await session.execute(RENAME)
    monkeypatch.setattr(sessions, "LONGEST", 5.0)
    held, session = await plugins["leaky"].leak(shop)
    assert await session.value(NAME) == "mine now"
    await held.__aexit__(None, None, None)
    assert session.timer.cancelled()
    assert shop.db.reclaims == {}


async def test_a_reading_that_is_never_left_gives_its_connection_back(
    shop: Context, plugins: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "LONGEST", 0.05)
    leaky: Any = plugins["leaky"]
    leaked = [await asyncio.create_task(leaky.leak_reading(shop, NAME)) for _ in range(2)]
    async with asyncio.timeout(10), shop.tx() as session:
        await session.execute(RENAME)
    assert await shop.db.value(NAME) == "mine now"
    for held in leaked:
        await held.__aexit__(None, None, None)
    if shop.db.dialect.name == "postgresql":
        assert shop.db.reclaims["leaky"] >= 1


@pytest.mark.embedded
async def test_a_runtime_says_which_package_is_whose(shop: Context) -> None:
    await compose(Settings(env="test", worker=False), shop.db, shop.shop.clock)
    assert shop.db.packages == {"vetrina_storefront": "storefront", "vetrina_admin": "admin"}
