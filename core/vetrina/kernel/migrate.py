"""Migrations: the core's branch of history first, then one per plugin, each in a transaction of its own.

Branches are independent of each other: no revision depends on another branch's, because a version table keeps only
the last of revisions that depend on each other, and parking a removed plugin would then take the core's version along.
So a plugin whose migration fails is rolled back and named, and takes nobody with it.
"""

import threading
from collections.abc import Collection, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    NullPool,
    String,
    column,
    create_engine,
    event,
    inspect,
    select,
    text,
)
from sqlalchemy import table as named
from sqlalchemy.exc import DBAPIError

from vetrina.kernel.branches import CORE, CORE_FOLDER, Branch, Folders, read_branch, read_branches
from vetrina.kernel.db.constructs import append_only_ddl
from vetrina.kernel.errors import Fault
from vetrina.kernel.fences import BOOKS, fenced, own_part, schema_of

_ENVIRONMENT = CORE_FOLDER.parent
_ONE_AT_A_TIME = threading.RLock()
"""Alembic's `op` and `context` stand for one migration of the whole process."""


class MigrationRefused(Fault):
    """The history does not fit the database, or a migration left rows that point nowhere; nothing was changed."""


class Migrated(msgspec.Struct, frozen=True):
    """What a run came to: the revisions that ran, by branch, and a sentence for each plugin that was left as it was."""

    done: dict[str, list[str]]
    failed: dict[str, str]


class Pending(msgspec.Struct, frozen=True):
    """The revisions an upgrade would run by branch, oldest first, and a sentence for each plugin it would leave out."""

    revisions: dict[str, list[str]]
    refused: dict[str, str]


def upgrade(url: str, plugins: Folders | None = None) -> Migrated:
    """Bring the database to the newest revision of every branch; create what is missing in an empty one.

    The core's branch comes first and raises when it fails; nothing has changed then. Each plugin's follows in a
    transaction of its own: one that fails is rolled back and said, and the others go on. A second process waits for
    the first and then finds nothing to do. Heads of plugins that are no longer installed are parked, and taken back
    when they return.
    """
    with _opened(url, plugins or {}) as run:
        run.prepare()
        run.upgrade_core()
        for name in list(run.branches):
            run.upgrade_plugin(name)
        return run.result


def upgrade_one(url: str, plugins: Folders, plugin: str) -> Migrated:
    """Bring one plugin's branch to its newest revision, in a shop whose core is up to date."""
    with _opened(url, plugins) as run:
        run.prepare()
        with run.engine.begin() as connection:
            behind = run.core.missing(_versions(connection, "alembic_version"))
        if behind:
            run.result.failed[plugin] = "the core's own tables are not up to date: vetrina migrate brings them on"
        elif plugin in run.branches:
            run.upgrade_plugin(plugin)
        return Migrated(run.result.done, {name: why for name, why in run.result.failed.items() if name == plugin})


def remove(url: str, plugins: Folders, plugin: str) -> None:
    """Take an installed plugin's tables away, with everything in them; no trace of it is left in the schema.

    Raises MigrationRefused, or what its revisions raise; nothing has changed then.
    """
    with _opened(url, plugins) as run:
        run.load()
        run.prepare()
        run.remove_plugin(plugin)


def remove_all(url: str, plugins: Folders) -> None:
    """Take every table away: the plugins' first, then the core's. All of it or nothing."""
    with _opened(url, plugins) as run:
        run.load()
        run.prepare()
        run.remove_all()


def pending(url: str, plugins: Folders | None = None) -> Pending:
    """What `upgrade` would do, without doing anything."""
    engine = _engine(url, is_writing=False)
    try:
        with engine.connect() as connection:
            heads = _versions(connection, "alembic_version") | _versions(connection, "plugin_parked_head")
    finally:
        engine.dispose()
    core = read_branch(CORE, CORE_FOLDER)
    branches, refused = read_branches(plugins or {}, core.revisions)
    found = {name: branch.missing(heads) for name, branch in ({CORE: core} | branches).items()}
    return Pending({name: missing for name, missing in found.items() if missing}, refused)


def check(url: str, plugins: Folders, metadata: MetaData) -> list[str]:
    """Where the database differs from the models, a sentence each; empty when migrations and models agree."""
    with _opened(url, plugins) as run, run.engine.begin() as connection:
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


class _Run:
    """One run over some branches, while nobody else migrates this database."""

    def __init__(self, engine: Engine, plugins: Folders) -> None:
        self.engine = engine
        self.core = read_branch(CORE, CORE_FOLDER)
        self.branches, failed = read_branches(plugins, self.core.revisions)
        self.result = Migrated({}, failed)
        self._plugins = plugins
        self._loaded: tuple[Config, ScriptDirectory] | None = None

    def prepare(self) -> None:
        """Import the revisions if any is to run, and keep the books. Who cannot be imported is left out before that."""
        with self.engine.begin() as connection:
            heads = _versions(connection, "alembic_version") | _versions(connection, "plugin_parked_head")
        if self._loaded is None and any(branch.missing(heads) for branch in (self.core, *self.branches.values())):
            self.load()
        with self.engine.begin() as connection:
            self._park(connection)

    def _park(self, connection: Connection) -> None:
        """Set aside heads whose revisions are not installed; take back those that are again."""
        known = set(self.core.revisions).union(*(branch.revisions for branch in self.branches.values()))
        connection.execute(text("CREATE TABLE IF NOT EXISTS plugin_parked_head (version_num VARCHAR(32) PRIMARY KEY)"))
        for version in sorted(_versions(connection, "alembic_version") - known):
            _move(connection, version, "INSERT INTO plugin_parked_head VALUES (:v)", "DELETE FROM alembic_version")
        for version in sorted(_versions(connection, "plugin_parked_head") & known):
            _move(connection, version, "INSERT INTO alembic_version VALUES (:v)", "DELETE FROM plugin_parked_head")

    def upgrade_core(self) -> None:
        with self.engine.begin() as connection:
            if self.core.missing(_versions(connection, "alembic_version")):
                self._note(CORE, self.go(connection, CORE, "head"))
                _refuse_broken_keys(connection)

    def upgrade_plugin(self, name: str) -> None:
        """Whatever goes wrong is this plugin's alone: it is rolled back, and said with the revision it happened in."""
        missing, ran = list[str](), list[str]()
        try:
            with self.engine.begin() as connection:
                missing += self.branches[name].missing(_versions(connection, "alembic_version"))
                if missing:
                    self._go_up(connection, name, missing, ran)
        except (Exception, SystemExit) as error:  # a plugin's migration may fail in any way; the others go on
            at = missing[len(ran)] if len(ran) < len(missing) else ", ".join(missing)
            self.result.failed[name] = f"{at}: {_said(error)}"
        else:
            self._note(name, ran)

    def remove_plugin(self, name: str) -> None:
        with self.engine.begin() as connection:
            if _versions(connection, "alembic_version") & set(self._branch(name).revisions):
                with self._fenced(connection, name):
                    self.go(connection, name, "base")
                _refuse_broken_keys(connection)
            left = own_part(schema_of(connection), name, self._plugins)
            if left:
                raise MigrationRefused(f"its migrations leave something behind when taken back: {', '.join(left)}")

    def remove_all(self) -> None:
        with self.engine.begin() as connection:
            for branch in (*reversed(list(self.branches)), CORE):
                self.go(connection, branch, "base")
            _refuse_broken_keys(connection)

    def go(self, connection: Connection, branch: str, target: str, ran: list[str] | None = None) -> list[str]:
        """Run a branch's revisions up to its head or down to nothing; their ids are added to `ran` one by one."""
        assert self._loaded is not None
        config, script = self._loaded
        done = list[str]() if ran is None else ran

        def note(*, step: MigrationInfo, **_: Any) -> None:
            done.extend(step.up_revision_ids)

        def steps(heads: Any, _: Any) -> Any:
            choose = script._upgrade_revs if target == "head" else script._downgrade_revs
            return choose(f"{branch}@{target}", heads)

        config.attributes.update(connection=connection, on_version_apply=note)
        with EnvironmentContext(config, script, fn=steps, destination_rev=f"{branch}@{target}"):
            script.run_env()
        return done

    def _go_up(self, connection: Connection, name: str, missing: list[str], ran: list[str]) -> None:
        if len(missing) == len(self._branch(name).revisions):
            strangers = own_part(schema_of(connection), name, self._plugins)
            if strangers:
                raise MigrationRefused(
                    f"there is already {', '.join(strangers)}, made by somebody else or by another version of it"
                )
        with self._fenced(connection, name):
            self.go(connection, name, "head", ran)
        _refuse_broken_keys(connection)

    def _branch(self, name: str) -> Branch:
        """Raises MigrationRefused for a plugin whose revisions cannot be run."""
        found = self.branches.get(name)
        if found is None:
            raise MigrationRefused(self.result.failed.get(name, f"{name} is not installed with its migrations"))
        return found

    def load(self) -> None:
        """Import all revisions. A plugin whose own cannot be imported is left out and said."""
        try:
            self._loaded = _script([self._plugins[name] for name in self.branches])
        except (Exception, SystemExit):  # some plugin's module: look for it
            for name in list(self.branches):
                try:
                    _script([self._plugins[name]])
                except (Exception, SystemExit) as error:  # a module may fail in any way while it is imported
                    self.result.failed[name] = _said(error)
                    del self.branches[name]
            self._loaded = _script([self._plugins[name] for name in self.branches])

    def _fenced(self, connection: Connection, name: str) -> AbstractContextManager[None]:
        return fenced(connection, name, self._plugins, self._branch(name).revisions)

    def _note(self, branch: str, ran: list[str]) -> None:
        if ran:
            self.result.done[branch] = ran


@contextmanager
def _opened(url: str, plugins: Folders) -> Generator[_Run]:
    """Nobody else migrates meanwhile: no thread of this process, nor on PostgreSQL any process.

    On SQLite each branch's transaction looks anew at what there is to do, so processes may take turns.
    """
    engine = _engine(url)
    with _ONE_AT_A_TIME:
        try:
            with _locked(engine):
                yield _Run(engine, plugins)
        finally:
            engine.dispose()


@contextmanager
def _locked(engine: Engine) -> Generator[None]:
    if engine.dialect.name != "postgresql":
        yield
        return
    # On a connection of its own: it outlives the transactions of the branches, and ends with the process.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(hashtext('vetrina.migrations'))"))
        yield


def _engine(url: str, *, is_writing: bool = True) -> Engine:
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

    if is_writing:

        @event.listens_for(engine, "begin")
        def _on_begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _script(folders: Collection[Path]) -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", str(_ENVIRONMENT))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(folder) for folder in (CORE_FOLDER, *folders)))
    script = ScriptDirectory.from_config(config)
    list(script.walk_revisions())
    return config, script


def _versions(connection: Connection, table: str) -> set[str]:
    """What a table of versions holds; nothing when it is not there yet."""
    if not inspect(connection).has_table(table):
        return set()
    return set(connection.scalars(select(column("version_num", String)).select_from(named(table))))


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


def _said(error: BaseException) -> str:
    """An error in one line; of the database's, what the database said."""
    if isinstance(error, Fault):
        return str(error)
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return f"{type(cause).__name__}: {' '.join(str(cause).split())}"[:500]


def _is_compared(name: str | None, kind: str, _: Mapping[str, Any]) -> bool:
    return kind != "table" or name not in BOOKS


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
