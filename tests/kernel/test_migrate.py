"""Migrations make what the models say, on both engines; plugins come and go without harm."""

import shutil
import sqlite3
import threading
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Column, Table, text
from tests.conftest import ENGINES
from tests.support import shops
from tests.support.schemas import core_metadata, create_by_models, schema_of

from vetrina.kernel import branches, migrate
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.db import BigInt, open_database
from vetrina.migrations.tables import metadata

GIFTS = '''"""The first table of gifts."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt

revision = "gifts_0001"
down_revision = None
branch_labels = ("gifts",)


def upgrade() -> None:
    op.create_table("gifts_gift", sa.Column("id", BigInt, primary_key=True))


def downgrade() -> None:
    op.drop_table("gifts_gift")
'''


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table, once per engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server, name = request.getfixturevalue("postgres_server"), f"empty_{uuid.uuid4().hex}"
    yield shops.postgres_url(server, "template0", name)
    shops.drop_database(server, name)


@pytest.fixture(scope="module")
def core_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the core's tables, to be copied."""
    path = tmp_path_factory.mktemp("core") / "core.sqlite3"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="module")
def core_database(postgres_server: str) -> Iterator[str]:
    """The name of a database with the core's tables, to be copied."""
    name = f"core_{uuid.uuid4().hex}"
    migrate.upgrade(shops.postgres_url(postgres_server, "template0", name))
    yield name
    shops.drop_database(postgres_server, name)


@pytest.fixture(params=ENGINES)
def core_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database in which the core's migrations have run a moment ago, once per engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('core_file'), tmp_path / 'core.sqlite3')}"
        return
    server, name = request.getfixturevalue("postgres_server"), f"current_{uuid.uuid4().hex}"
    yield shops.postgres_url(server, request.getfixturevalue("core_database"), name)
    shops.drop_database(server, name)


@pytest.fixture
def gifts(tmp_path: Path) -> dict[str, Path]:
    """A plugin with one table, as a folder of revisions."""
    folder = tmp_path / "vetrina_gifts" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_gifts.py").write_text(GIFTS)
    return {"gifts": folder}


def test_migrations_make_exactly_the_tables_of_the_models(empty_url: str, tmp_path: Path) -> None:
    migrate.upgrade(empty_url)
    migrated = schema_of(empty_url)
    migrate.remove_all(empty_url, {})
    assert schema_of(empty_url) == {}
    create_by_models(empty_url)
    declared = schema_of(empty_url)
    assert sorted(migrated) == sorted(declared)
    assert migrated == declared


async def test_only_a_shop_that_this_code_can_serve_is_opened(empty_url: str) -> None:
    db, engine = await open_database(empty_url), migrate._engine(empty_url, is_writing=True)
    newest = branches.read_branch(branches.CORE, branches.CORE_FOLDER).head

    async def stands_at(revision: str) -> None:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": revision})
        await branches.require_tables(db)

    with pytest.raises(branches.TablesNotReady, match="vetrina setup"):
        await branches.require_tables(db)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("CREATE TABLE plugin_parked_head (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    with pytest.raises(branches.TablesNotReady, match=f"{newest} did not run: vetrina migrate"):
        await branches.require_tables(db)
    await stands_at(newest)
    await stands_at("9999")  # a later version migrated the shop: this one serves it until it is replaced
    with pytest.raises(branches.TablesNotReady, match="did not run"):
        await stands_at("gifts_0001")
    engine.dispose()
    await db.close()


def test_models_and_migrations_do_not_drift(core_url: str) -> None:
    assert migrate.check(core_url, {}, core_metadata()) == []
    assert migrate.pending(core_url).revisions == {}


def test_a_table_without_a_migration_is_told(core_url: str) -> None:
    wider = core_metadata()
    Table("forgotten_thing", wider, Column("id", BigInt, primary_key=True))
    wider.tables["orders_order"].append_column(Column("forgotten", BigInt))
    found = migrate.check(core_url, {}, wider)
    assert len(found) == 2
    assert all("forgotten" in sentence for sentence in found)


async def test_a_filled_shop_goes_down_and_up_again(core_url: str) -> None:
    before = schema_of(core_url)
    await _fill(core_url)
    migrate.remove_all(core_url, {})
    assert schema_of(core_url) == {}
    assert len(migrate.pending(core_url).revisions[migrate.CORE]) == len(list(_versions()))
    migrate.upgrade(core_url)
    assert schema_of(core_url) == before
    await _fill(core_url)


async def test_an_upgrade_of_a_current_shop_keeps_its_rows(core_url: str) -> None:
    await _fill(core_url)
    migrate.upgrade(core_url)
    assert await _count(core_url, "inventory_movement") == 1


def test_a_plugin_brings_its_tables_and_takes_them_away(core_url: str, gifts: dict[str, Path]) -> None:
    without = schema_of(core_url)
    assert migrate.pending(core_url, gifts).revisions == {"gifts": ["gifts_0001"]}
    migrate.upgrade(core_url, gifts)
    assert "gifts_gift" in str(schema_of(core_url))
    migrate.remove(core_url, gifts, "gifts")
    assert schema_of(core_url) == without


def test_a_plugin_that_is_uninstalled_and_returns_finds_its_tables(empty_url: str, gifts: dict[str, Path]) -> None:
    migrate.upgrade(empty_url, gifts)
    migrate.upgrade(empty_url)
    migrate.upgrade(empty_url)
    assert "gifts_gift" in str(schema_of(empty_url))
    migrate.upgrade(empty_url, gifts)
    assert migrate.pending(empty_url, gifts).revisions == {}


def test_taking_the_core_down_takes_plugins_first(core_url: str, gifts: dict[str, Path]) -> None:
    migrate.upgrade(core_url, gifts)
    migrate.remove_all(core_url, gifts)
    assert schema_of(core_url) == {}


def test_a_failing_revision_changes_nothing(core_url: str, gifts: dict[str, Path]) -> None:
    before = schema_of(core_url)
    broken = GIFTS.replace("primary_key=True))\n", 'primary_key=True))\n    op.drop_table("no_such_table")\n', 1)
    (gifts["gifts"] / "0001_gifts.py").write_text(broken)
    failed = migrate.upgrade(core_url, gifts).failed
    assert "gifts_0001: " in failed["gifts"]
    assert "no_such_table" in failed["gifts"]
    assert schema_of(core_url) == before
    assert migrate.pending(core_url, gifts).revisions == {"gifts": ["gifts_0001"]}


def test_rows_that_would_point_nowhere_stop_a_migration(tmp_path: Path, gifts: dict[str, Path]) -> None:
    url = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    migrate.upgrade(url)
    column = 'sa.Column("order_id", BigInt, sa.ForeignKey("orders_order.id"))'
    orphan = '    op.execute("INSERT INTO gifts_gift (order_id) VALUES (99)")\n'
    broken = GIFTS.replace("primary_key=True))\n", f"primary_key=True), {column})\n{orphan}", 1)
    (gifts["gifts"] / "0001_gifts.py").write_text(broken)
    assert "rows would point nowhere: gifts_gift to orders_order" in migrate.upgrade(url, gifts).failed["gifts"]
    with sqlite3.connect(tmp_path / "shop.sqlite3") as connection:
        assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'gifts_gift'").fetchone() is None
    connection.close()


def test_a_second_process_waits_for_the_first(empty_url: str) -> None:
    with _another_process_migrating(empty_url) as is_waited_for:
        waiting = threading.Thread(target=migrate.upgrade, args=[empty_url])
        waiting.start()
        while not is_waited_for():
            waiting.join(0.01)
            assert waiting.is_alive()
        assert schema_of(empty_url) == {}
    waiting.join()
    assert migrate.pending(empty_url).revisions == {}


@contextmanager
def _another_process_migrating(url: str) -> Generator[Callable[[], bool]]:
    """While it holds what keeps others out; asks whether somebody waits for it, as far as the engine tells."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        looks = iter([False, False, True])
        yield lambda: next(looks)
        connection.execute("ROLLBACK")
        connection.close()
        return
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(hashtext('vetrina.migrations'))")
        waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        yield lambda: server.execute(waits).fetchone() is not None


def _versions() -> Iterator[Path]:
    return (Path(migrate.__file__).parents[1] / "migrations" / "versions").glob("0*.py")


async def _fill(url: str) -> None:
    """The starter markets, and a row in a ledger that refuses to be emptied."""
    ctx = await shops.opened(url, shops.StillClock())
    movement = metadata().tables["inventory_movement"]
    async with ctx.tx() as session:
        await session.execute(
            movement.insert(),
            {
                "id": 1,
                "variant_id": 1,
                "location_id": 1,
                "kind": "received",
                "on_hand": 5,
                "reserved": 0,
                "reference": "delivery note 7",
                "at": SystemClock().now(),
                "actor": "anna",
            },
        )
    await ctx.db.close()


async def _count(url: str, table: str) -> int:
    db = await shops.open_database(url)
    try:
        return await db.value(text(f"SELECT count(*) AS n FROM {table}"))
    finally:
        await db.close()
