"""A fence around a plugin's migration: what it did to tables that are not its own is found, and refused."""

import re
import sqlite3
from collections.abc import Collection, Generator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection, event, text

from vetrina.kernel.db.owners import owns
from vetrina.kernel.errors import Fault

BOOKS = frozenset({"alembic_version", "plugin_parked_head"})
"""What migrations keep for themselves."""
_ENDS = re.compile(r"\s*(commit|end|rollback(?!\s+to\b)|abort|begin|start\s+transaction|prepare\s+transaction)\b", re.I)
_TEMPORARY = "_alembic_tmp_"
"""How alembic names a table while it rebuilds it on SQLite."""
_HARMLESS = frozenset({
    "foreign_key_check", "foreign_key_list", "index_info", "index_list", "index_xinfo", "table_info", "table_list",
    "table_xinfo",
})  # fmt: skip
"""Pragmas that only tell."""
_WRITES = {
    getattr(sqlite3, f"SQLITE_{name}"): place
    for place, names in {
        0: (
            "INSERT",
            "UPDATE",
            "DELETE",
            "CREATE_TABLE",
            "DROP_TABLE",
            "CREATE_VIEW",
            "DROP_VIEW",
            "CREATE_VTABLE",
            "DROP_VTABLE",
        ),
        1: ("ALTER_TABLE", "CREATE_INDEX", "DROP_INDEX", "CREATE_TRIGGER", "DROP_TRIGGER"),
    }.items()
    for name in names
}
"""What SQLite asks leave for, and which of its two arguments is the table."""


class Trespass(Fault):
    """A plugin's migration touched what is not its own; everything it did is rolled back."""


Schema = dict[tuple[str, str], str]
"""What a database declares: its definition by table and by kind and name."""


@contextmanager
def fenced(connection: Connection, name: str, names: Collection[str], revisions: Collection[str]) -> Generator[None]:
    """Run a plugin's revisions inside. Raises Trespass when they touched what is not its own, or ended the transaction.

    SQLite is asked for leave before each statement, by table. PostgreSQL counts a transaction's rows by table and says
    afterwards. What is declared of others' tables is compared on both, so it matters not how it was changed.
    """
    books = "SELECT version_num FROM alembic_version"
    others = set(connection.scalars(text(books))) - set(revisions)
    before, rows = schema_of(connection), _rows_written(connection)
    with _staying_open(connection), _asking_leave(connection, name, names):
        yield
    after, touched = schema_of(connection), _rows_written(connection)
    changed = {key[0] for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    changed |= {table for table in touched.keys() | rows.keys() if touched.get(table) != rows.get(table)}
    if foreign := sorted(table for table in changed if not _may_touch(name, table, names)):
        raise _trespass(name, foreign)
    if set(connection.scalars(text(books))) - set(revisions) != others:
        raise Trespass("it touched the books of other branches, alembic_version")


def schema_of(connection: Connection) -> Schema:
    """All that is declared outside the engine's own schemas and the migrations' books."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(
            "SELECT tbl_name, type || ' ' || name, coalesce(sql, '') FROM sqlite_master"
            " WHERE tbl_name NOT LIKE 'sqlite_%'"
        )
    else:
        rows = connection.exec_driver_sql(_POSTGRES)
    return {(owner, what): definition for owner, what, definition in rows if owner not in BOOKS}


def own_part(schema: Schema, name: str, names: Collection[str]) -> list[str]:
    """Of what is declared, the plugin's: "table gifts_gift", sorted."""
    return sorted(what for owner, what in schema if owns(name, owner, names))


def _trespass(name: str, found: list[str]) -> Trespass:
    return Trespass(f"it touched what is not its own, {', '.join(found)}: its tables are named {name}_*")


def _may_touch(name: str, table: str, names: Collection[str]) -> bool:
    return owns(name, table.removeprefix(_TEMPORARY), names)


@contextmanager
def _staying_open(connection: Connection) -> Generator[None]:
    """The transaction is not the revision's to end: half of it could not be rolled back any more."""

    def refuse(*_: Any) -> None:
        raise Trespass("it tried to end the transaction it runs in")

    def look(_: Any, __: Any, statement: str, *___: Any) -> None:
        if _ENDS.match(statement):
            refuse()

    listeners = {"before_cursor_execute": look, "commit": refuse, "rollback": refuse}
    number = _transaction(connection)
    for name, listener in listeners.items():
        event.listen(connection, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            event.remove(connection, name, listener)
    if _transaction(connection) != number:
        raise Trespass("it ended the transaction it ran in: what it did cannot be rolled back")


@contextmanager
def _asking_leave(connection: Connection, name: str, names: Collection[str]) -> Generator[None]:
    if connection.dialect.name != "sqlite":
        yield
        return
    denied = list[str]()
    driver: Any = connection.connection.dbapi_connection

    def allow(action: int, first: str | None, second: str | None, schema: str | None, _: str | None) -> int:
        problem = _problem(action, first, second, schema)
        if problem is None or (action in _WRITES and _may_touch(name, problem, names)):
            return sqlite3.SQLITE_OK
        denied.append(problem)
        return sqlite3.SQLITE_DENY

    driver.set_authorizer(allow)
    try:
        yield
    except Exception as error:
        if denied:
            raise _trespass(name, denied) from error
        raise
    finally:
        driver.set_authorizer(None)
    if denied:  # and the revision went on
        raise _trespass(name, denied)


def _problem(action: int, first: str | None, second: str | None, schema: str | None) -> str | None:
    """What a plugin might not touch in this: a table to be looked at, or something no revision needs."""
    if action in _WRITES:
        table = (first, second)[_WRITES[action]] or ""
        free = schema == "temp" or table in {"alembic_version"} or table.startswith("sqlite_")
        return None if free else table
    if action == sqlite3.SQLITE_PRAGMA and first not in _HARMLESS and second is not None:
        return f"PRAGMA {first}"
    if action in {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_TRANSACTION}:
        return "the transaction" if action == sqlite3.SQLITE_TRANSACTION else "another file"
    return None


def _rows_written(connection: Connection) -> dict[str, int]:
    if connection.dialect.name == "sqlite":
        return {}
    counted = connection.exec_driver_sql(
        "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
        " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
    )
    return {table: count for table, count in counted if table not in BOOKS}


def _transaction(connection: Connection) -> Any:
    if connection.dialect.name == "sqlite":
        return cast(Any, connection.connection.dbapi_connection).in_transaction
    return connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar()


_POSTGRES = """
WITH ours AS (
    SELECT c.oid, c.relname, c.relkind, c.relfilenode, c.relrowsecurity, c.relowner
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
)
SELECT relname, 'relation ' || relname, format('%%s %%s %%s', relkind, relrowsecurity, relowner)
       || CASE WHEN relkind = 'r' THEN format(' %%s', relfilenode) ELSE '' END
FROM ours WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
UNION ALL
SELECT relname, 'column ' || attname, format('%%s %%s %%s', format_type(atttypid, atttypmod), attnotnull,
       (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = oid AND adnum = attnum))
FROM ours JOIN pg_attribute ON attrelid = oid
WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT relname, 'constraint ' || conname, pg_get_constraintdef(pg_constraint.oid)
FROM ours JOIN pg_constraint ON conrelid = ours.oid
UNION ALL
SELECT tablename, 'index ' || indexname, indexdef FROM pg_indexes JOIN ours ON relname = tablename AND relkind = 'r'
UNION ALL
SELECT relname, 'trigger ' || tgname, pg_get_triggerdef(pg_trigger.oid) || tgenabled::text
FROM ours JOIN pg_trigger ON tgrelid = ours.oid WHERE NOT tgisinternal
UNION ALL
SELECT tablename, 'rule ' || rulename, definition FROM pg_rules JOIN ours ON relname = tablename
UNION ALL
SELECT relname, 'sequence ' || relname, '' FROM ours WHERE relkind = 'S'
UNION ALL
SELECT proname, 'function ' || proname, prosrc
FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace
WHERE n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
UNION ALL
SELECT typname, 'type ' || typname, typtype::text
FROM pg_type JOIN pg_namespace n ON n.oid = typnamespace
WHERE n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema' AND typtype IN ('e', 'd')
"""
