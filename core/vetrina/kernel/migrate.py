"""Migrations: the core's branch of history and one per plugin, run in order in one transaction.

Branches are independent of each other: the core's runs first, then the plugins' in the order given. No revision
depends on another branch's, because a version table keeps only the last of revisions that depend on each other, and
parking a removed plugin would then take the core's version along.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command, op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, MetaData, NullPool, create_engine, event, text

from vetrina.kernel.db.constructs import append_only_ddl
from vetrina.kernel.errors import Fault

CORE = "core"
"""The label of the core's branch; a plugin's is its name."""
OWN_TABLES = frozenset({"alembic_version", "plugin_parked_head"})
"""What migrations keep for themselves."""

_ENVIRONMENT = Path(__file__).parents[1] / "migrations"

Folders = Mapping[str, Path]
"""Plugin name to its folder of revisions, in the order in which plugins load."""


class MigrationRefused(Fault):
    """The history does not fit the database, or a migration left rows that point nowhere; nothing was changed."""


def upgrade(url: str, plugins: Folders | None = None) -> None:
    """Bring the database to the newest revision of every branch; create what is missing in an empty one.

    Everything happens in one transaction. A second process waits for the first and then finds nothing to do. Heads
    of plugins that are no longer installed are parked, and taken back when they return.
    """
    with _opened(url, plugins or {}) as (config, _):
        for branch in (CORE, *(plugins or {})):
            command.upgrade(config, f"{branch}@head")


def downgrade(url: str, plugins: Folders, branch: str) -> None:
    """Take one branch back to nothing: its tables go. The core's takes the plugins' with it."""
    with _opened(url, plugins) as (config, _):
        for each in (*reversed(list(plugins)), CORE) if branch == CORE else (branch,):
            command.downgrade(config, f"{each}@base")


def pending(url: str, plugins: Folders | None = None) -> list[str]:
    """The revisions an upgrade would run, oldest first."""
    with _opened(url, plugins or {}) as (config, connection):
        script = ScriptDirectory.from_config(config)
        done = {
            revision.revision
            for head in MigrationContext.configure(connection).get_current_heads()
            for revision in script.iterate_revisions(head, "base")
        }
        every = [revision.revision for revision in script.walk_revisions()]
    return [revision for revision in reversed(every) if revision not in done]


def check(url: str, plugins: Folders, metadata: MetaData) -> list[str]:
    """Where the database differs from the models, a sentence each; empty when migrations and models agree."""
    with _opened(url, plugins) as (_, connection):
        options: dict[str, Any] = {"compare_type": _types_differ, "include_name": _is_compared}
        context = MigrationContext.configure(connection, opts=options)
        found = compare_metadata(context, metadata)
    return [_sentence(difference) for difference in found]


def make_append_only(table: str) -> None:
    """For revisions: let the database refuse UPDATE and DELETE on a ledger."""
    for statement in append_only_ddl(table, op.get_bind().dialect.name):
        op.execute(statement)


def drop_append_only(table: str) -> None:
    """For revisions: drop a ledger with what guards it."""
    op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {table}_append_only()")


@contextmanager
def _opened(url: str, plugins: Folders) -> Generator[tuple[Config, Connection]]:
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('vetrina.migrations'))"))
            config = _config(plugins)
            config.attributes["connection"] = connection
            _park_and_return(connection, ScriptDirectory.from_config(config))
            yield config, connection
            _refuse_broken_keys(connection)
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    """An engine for migrations alone: real transactions on SQLite, and its foreign keys off.

    With them on, rebuilding a parent table would empty its children.
    """
    if not url.startswith("sqlite"):
        _, _, rest = url.partition("://")
        return create_engine(f"postgresql+psycopg://{rest}", poolclass=NullPool)
    engine = create_engine(url, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout=30000")
        connection.execute("PRAGMA foreign_keys=OFF")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _config(plugins: Folders) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_ENVIRONMENT))
    config.set_main_option("path_separator", "newline")
    folders = [_ENVIRONMENT / "versions", *plugins.values()]
    config.set_main_option("version_locations", "\n".join(str(folder) for folder in folders))
    return config


def _park_and_return(connection: Connection, script: ScriptDirectory) -> None:
    """Set aside heads whose revisions are not installed; take back those that are again."""
    known = {revision.revision for revision in script.walk_revisions()}
    connection.execute(text("CREATE TABLE IF NOT EXISTS plugin_parked_head (version_num VARCHAR(32) PRIMARY KEY)"))
    parked = set(connection.scalars(text("SELECT version_num FROM plugin_parked_head")))
    current = set(MigrationContext.configure(connection).get_current_heads())
    for version in sorted(current - known):
        _move(connection, version, "INSERT INTO plugin_parked_head VALUES (:v)", "DELETE FROM alembic_version")
    for version in sorted(parked & known):
        _move(connection, version, "INSERT INTO alembic_version VALUES (:v)", "DELETE FROM plugin_parked_head")


def _move(connection: Connection, version: str, insert: str, delete: str) -> None:
    connection.execute(text(insert), {"v": version})
    connection.execute(text(delete + " WHERE version_num = :v"), {"v": version})


def _refuse_broken_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = sorted({f"{row[0]} to {row[2]}" for row in broken})
        raise MigrationRefused(f"rows would point nowhere: {', '.join(tables)}")


def _is_compared(name: str | None, kind: str, _: Mapping[str, Any]) -> bool:
    return kind != "table" or name not in OWN_TABLES


def _types_differ(
    context: MigrationContext, reflected: Column[Any], declared: Column[Any], found: Any, wanted: Any
) -> bool:
    """Our types are plain underneath: what counts is the word each would have in CREATE TABLE."""
    return found.compile(context.dialect) != wanted.compile(context.dialect)


def _sentence(difference: Any) -> str:
    parts: list[Any] = list(difference)
    if isinstance(difference, list):
        return "; ".join(_sentence(part) for part in parts)
    return " ".join(str(part) for part in parts if part is not None)
