"""Plugins' branches: each by itself, none able to harm another or the core, and removed without a trace."""

import re
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Connection,
    DateTime,
    MetaData,
    Table,
    create_engine,
    insert,
)
from sqlalchemy.exc import SQLAlchemyError
from tests.support import shops
from tests.support.desk_orders import write_orders
from tests.support.schemas import schema_of
from tests.support.wares import ware

from vetrina.cli import main
from vetrina.kernel import migrate
from vetrina.kernel.branches import READY, BranchRefused, read_branch, standing
from vetrina.kernel.db import open_database
from vetrina.kernel.db.owners import owns
from vetrina.kernel.fences import BOOKS
from vetrina.plugin.discovery import migrations

REVISION = '''"""A revision."""

import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {down!r}
branch_labels = {labels!r}
{more}

def upgrade() -> None:
    {up}


def downgrade() -> None:
    {down_again}
'''
MAKE = 'op.create_table("{0}", sa.Column("id", sa.BigInteger, primary_key=True))'
DROP = 'op.drop_table("{0}")'
CURSOR = "INSERT INTO outbox_cursor (subscriber, position) VALUES ('{0}', 1)"

Plant = Callable[..., Path]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Write a plugin's revision, by default one that makes and drops <name>_thing; the plugin's folder."""

    def write(name: str, *up: str, number: int = 1, down: str | None = None, more: str = "", **said: Any) -> Path:
        folder = tmp_path / f"vetrina_{name}" / "migrations"
        folder.mkdir(parents=True, exist_ok=True)
        facts = {
            "revision": f"{name}_{number:04}",
            "down": None if number == 1 else f"{name}_{number - 1:04}",
            "labels": (name,) if number == 1 else None,
            "up": "\n    ".join(up or [MAKE.format(f"{name}_thing")]),
            "down_again": down or DROP.format(f"{name}_thing"),
        }
        (folder / f"{number:04}.py").write_text(REVISION.format(**facts | said, more=more))
        return folder

    return write


WRONG = {
    "alters": ('op.add_column("orders_order", sa.Column("spy", sa.Text()))', "orders_order"),
    "drops": ('op.drop_table("gifts_thing")', "gifts_thing"),
    "indexes": ('op.create_index("ix_indexes_spy", "orders_order", ["id"])', "orders_order"),
    "inserts": (f'op.execute("{CURSOR.format("spy")}")', "outbox_cursor"),
    "empties": ('op.execute("DELETE FROM outbox_cursor")', "outbox_cursor"),
    "strays": (MAKE.format("stray"), "stray"),
    "longer": (MAKE.format("longer_name_thing"), "longer_name_thing"),
    "renames": ('op.rename_table("renames_thing", "orders_mine")', "orders_mine"),
    "commits": ('op.execute("COMMIT")', "transaction"),
    "commits_too": ("op.get_bind().commit()", "transaction"),
    "forgets": ("op.execute(\"DELETE FROM alembic_version WHERE version_num LIKE 'gifts%'\")", "alembic_version"),
    "leaves": ('raise SystemExit("no")', "SystemExit: no"),
    "halts": ('op.execute("SELECT no_such_column FROM halts_thing")', "no_such_column"),
}
"""What a plugin's second revision does after it has made one more table of its own; a word of what is said of it."""


def test_what_a_plugin_does_wrong_is_its_own_loss(database_url: str, plant: Plant) -> None:
    folders = {"gifts": plant("gifts"), "longer_name": plant("longer_name")}
    for name, (wrong, _) in WRONG.items():
        plant(name)
        folders[name] = plant(name, MAKE.format(f"{name}_more"), wrong, number=2, down=DROP.format(f"{name}_more"))
    folders["last"] = plant("last", more="requires_nothing = True")
    with_gifts = {"gifts": folders["gifts"]}
    everybody = migrations()
    _execute(database_url, CURSOR.format("one"))
    if database_url.startswith("postgresql"):
        folders["truncates"] = plant("truncates", 'op.execute("TRUNCATE outbox_cursor")')
    before = schema_of(database_url)
    assert migrate.upgrade(database_url, everybody | with_gifts) == migrate.Migrated({"gifts": ["gifts_0001"]}, {})
    came = migrate.upgrade(database_url, everybody | folders)
    assert came.done == {"longer_name": ["longer_name_0001"], "last": ["last_0001"]}
    assert set(came.failed) - {"truncates"} == set(WRONG)
    assert ("truncates" in folders) == ("outbox_cursor" in came.failed.get("truncates", ""))
    assert _execute(database_url, "SELECT subscriber FROM outbox_cursor") == [("one",)]
    for name, (_, word) in WRONG.items():
        assert f"{name}_0002: " in came.failed[name]
        assert word in came.failed[name]
    added = schema_of(database_url).keys() - before.keys()
    assert {entry.split()[1].partition(".")[0] for entry in added if entry.startswith(("table", "column"))} == {
        "gifts_thing",
        "longer_name_thing",
        "last_thing",
    }
    assert before.items() <= schema_of(database_url).items()


def test_a_folder_that_cannot_be_run_is_left_out(database_url: str, plant: Plant, tmp_path: Path) -> None:
    folders = {"gifts": plant("gifts"), "clumsy": plant("clumsy")}
    assert set(migrate.upgrade(database_url, migrations() | folders).done) == {"gifts", "clumsy"}
    broken = {
        "dependent": (plant("dependent", more='depends_on = "0001"'), "depends on another branch"),
        "nameless": (plant("nameless", labels=("other",)), "branch_labels = ('nameless',)"),
        "copied": (plant("copied", revision="gifts_0001"), "somebody else has a revision gifts_0001"),
        "orphaned": (plant("orphaned", number=2), "no single line"),
        "clumsy": (plant("clumsy", number=2, more="import no_such_module"), "no_such_module"),
        "unread": (plant("unread", more="this is no python"), "0001.py is no revision"),
    }
    (tmp_path / "none").mkdir()
    broken["none"] = (tmp_path / "none", "no single line")
    every = migrations() | {"gifts": folders["gifts"]} | {name: folder for name, (folder, _) in broken.items()}
    every |= {"late": plant("late")}
    came = migrate.upgrade(database_url, every)
    assert came.done == {"late": ["late_0001"]}
    assert came.failed.keys() == broken.keys()
    for name, (_, word) in broken.items():
        assert word in came.failed[name]
    with pytest.raises(BranchRefused, match="no single line"):
        read_branch("none", tmp_path / "none")
    # Repaired, it goes on from where it was.
    every["clumsy"] = plant("clumsy", MAKE.format("clumsy_more"), number=2, down=DROP.format("clumsy_more"))
    assert migrate.upgrade_one(database_url, every, "clumsy").done == {"clumsy": ["clumsy_0002"]}


def test_a_core_that_fails_stops_everything(database_url: str, plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = plant("core", 'op.execute("SELECT no_such_column")')
    monkeypatch.setattr(migrate, "CORE_FOLDER", versions)
    before = schema_of(database_url)
    with pytest.raises(Exception, match="no_such_column"):
        migrate.upgrade(database_url, {"gifts": plant("gifts")})
    assert migrate.upgrade_one(database_url, {"gifts": plant("gifts")}, "gifts").failed.keys() == {"gifts"}
    assert schema_of(database_url) == before


def test_a_plugin_is_removed_without_a_trace(database_url: str, plant: Plant) -> None:
    ledger = 'make_append_only("gifts_thing")'
    folder = plant("gifts", MAKE.format("gifts_thing"), ledger, 'op.execute("INSERT INTO gifts_thing VALUES (1)")',
                   more="from vetrina.kernel.migrate import drop_append_only, make_append_only",
                   down='drop_append_only("gifts_thing")')  # fmt: skip
    every, before = migrations() | {"gifts": folder}, _everything(database_url)
    for _ in range(2):
        assert migrate.upgrade_one(database_url, every, "gifts").done == {"gifts": ["gifts_0001"]}
        assert migrate.upgrade_one(database_url, every, "gifts").done == {}
        migrate.upgrade(database_url, migrations())  # it is parked: another process has not seen it yet
        migrate.remove(database_url, every, "gifts")
        assert _everything(database_url) == before
    migrate.remove(database_url, every, "gifts")
    with pytest.raises(migrate.MigrationRefused, match="not installed"):
        migrate.remove(database_url, migrations(), "gifts")


def test_a_removal_that_leaves_something_or_takes_too_much_is_refused(database_url: str, plant: Plant) -> None:
    plant("gifts")
    every = migrations() | {
        "gifts": plant("gifts", MAKE.format("gifts_more"), number=2, down="pass"),
        "grim": plant("grim", down='op.drop_table("gifts_thing")'),
    }
    migrate.upgrade(database_url, every)
    before = _everything(database_url)
    with pytest.raises(migrate.MigrationRefused, match=r"leave something behind when taken back: .*gifts_more"):
        migrate.remove(database_url, every, "gifts")
    with pytest.raises(Exception, match="not its own, gifts_thing"):
        migrate.remove(database_url, every, "grim")
    assert _everything(database_url) == before


def test_tables_that_are_there_already_are_not_taken_for_its_own(database_url: str, plant: Plant) -> None:
    """A plugin named as a module of the core is, and one that is older than what has made its tables."""
    came = migrate.upgrade(database_url, migrations() | {"orders": plant("orders", MAKE.format("orders_extra"))})
    assert "there is already" in came.failed["orders"]
    newer = plant("gifts", revision="gifts_new")
    migrate.upgrade(database_url, migrations() | {"gifts": newer})
    older = migrations() | {"gifts": plant("gifts", revision="gifts_old")}
    assert "another version of it" in migrate.upgrade(database_url, older).failed["gifts"]


async def test_where_a_plugins_tables_stand_is_one_statement(database_url: str, plant: Plant) -> None:
    gifts = plant("gifts")
    every = migrations() | {"gifts": gifts}
    db = await open_database(database_url)
    try:
        assert (await standing(db, every))["gifts"].startswith("its tables are not there")
        migrate.upgrade_one(database_url, every, "gifts")
        assert set((await standing(db, every)).values()) == {READY}
        migrate.upgrade(database_url, migrations())
        assert (await standing(db, every))["gifts"] == READY
        plant("gifts", MAKE.format("gifts_more"), number=2, down=DROP.format("gifts_more"))
        assert "gifts_0002 did not run" in (await standing(db, every))["gifts"]
        (gifts / "0002.py").write_text("revision = whatever")
        assert "0002.py is no revision" in (await standing(db, every))["gifts"]
        assert await standing(db, {}) == {}
    finally:
        await db.close()


def test_two_threads_take_turns(database_url: str, plant: Plant, tmp_path: Path) -> None:
    """Alembic's `op` is one for the process: of two databases migrated at once one would get the other's tables."""
    every, other = migrations() | {"gifts": plant("gifts")}, f"sqlite:///{tmp_path / 'other.sqlite3'}"
    came = dict[str, migrate.Migrated]()

    def go(url: str) -> None:
        came[url] = migrate.upgrade(url, every)

    threads = [threading.Thread(target=go, args=[url]) for url in (database_url, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert came[database_url] == migrate.Migrated({"gifts": ["gifts_0001"]}, {})
    assert len(came[other].done["core"]) > 10


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_names_who_failed(database_url: str, plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    every = migrations() | {"gifts": plant("gifts"), "halts": plant("halts", 'raise RuntimeError("too bad")')}
    monkeypatch.setattr("vetrina.cli.opening.migrations", lambda: every)
    asked = ["migrate", "--database-url", database_url]
    planned = CliRunner().invoke(main, [*asked, "--dry-run"])
    assert (planned.exit_code, planned.stdout) == (0, "gifts: gifts_0001\nhalts: halts_0001\n")
    done = CliRunner().invoke(main, asked)
    assert (done.exit_code, done.stdout) == (1, "The other tables are up to date.\n")
    assert done.stderr == (
        "The plugin halts is left out, the shop serves without it: halts_0001: RuntimeError: too bad\n"
    )
    every.pop("halts")
    assert CliRunner().invoke(main, [*asked, "--dry-run"]).stdout == "There is nothing to do.\n"


# On the way up again the filled shop's tables are empty as well: on PostgreSQL that is enough.
@pytest.mark.parametrize(
    "is_filled", [pytest.param(False, id="empty", marks=pytest.mark.embedded), pytest.param(True, id="filled")]
)
async def test_every_installed_plugin_goes_down_and_up(database_url: str, is_filled: bool) -> None:
    folders = migrations()
    assert folders, "no plugin with tables is installed: this would test nothing"
    filled = list[str]()
    if is_filled:
        ctx = await shops.opened(database_url, shops.StillClock())
        await ware(ctx)  # made up rows of plugins point at the first of everything
        await write_orders(ctx, 1)
        await ctx.db.close()
        filled = _fill(database_url, folders)
        assert {name for name in folders if any(owns(name, table, folders) for table in filled)} == set(folders)
    whole = _everything(database_url)
    for name in folders:
        migrate.remove(database_url, folders, name)
    assert not [entry for entry in _everything(database_url) if any(f" {name}_" in entry for name in folders)]
    assert set(migrate.upgrade(database_url, folders).done) == set(folders)
    assert _everything(database_url) == whole
    if is_filled:
        assert _fill(database_url, folders) == filled


def _execute(url: str, statement: str) -> list[Any]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        done = connection.exec_driver_sql(statement)
        found = [tuple(row) for row in done] if done.returns_rows else []
    engine.dispose()
    return found


def _everything(url: str) -> dict[str, str]:
    """The schema, and the books of migrations."""
    books = [_execute(url, f"SELECT version_num FROM {book} ORDER BY 1") for book in sorted(BOOKS)]
    return schema_of(url) | {"books": str(books)}


def _fill(url: str, names: Collection[str]) -> list[str]:
    """A row in every table of a plugin that takes one made up; the names of those tables."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    filled, known = list[str](), MetaData()
    with engine.begin() as connection:
        known.reflect(connection)
        for table in known.sorted_tables:
            if any(owns(name, table.name, names) for name in names) and _add(connection, table):
                filled.append(table.name)
    engine.dispose()
    return filled


def _add(connection: Connection, table: Table) -> bool:
    """Whether the table took the row; its checks may be beyond what is made up here."""
    made: dict[type[Any], Any] = {BigInteger: 1, Boolean: True, DateTime: datetime(2026, 3, 14, tzinfo=UTC)}
    values = {
        column.name: next((value for kind, value in made.items() if isinstance(column.type, kind)), "1")
        for column in table.columns
    }
    for row in (values, values | _allowed(table)):
        with suppress(SQLAlchemyError), connection.begin_nested():
            connection.execute(insert(table), row)
            return True
    return False


def _allowed(table: Table) -> dict[str, str]:
    """The first of the words that a check lists for a column: checks come in no order, and few of them list words."""
    checks = sorted(str(each.sqltext) for each in table.constraints if isinstance(each, CheckConstraint))
    found = (
        (column.name, re.search(rf"\b{column.name}\b\W[^']*(?:IN|ANY)\b[^']*'(\w+)'", check))
        for column in table.columns
        for check in checks
    )
    return {name: match[1] for name, match in found if match is not None}
