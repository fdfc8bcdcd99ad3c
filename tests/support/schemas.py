"""What a database holds besides rows, as text that two databases can be compared by."""

import sqlite3
from typing import Any

import psycopg
from sqlalchemy import MetaData, Table, create_engine

from vetrina.kernel.db import Model, table_of
from vetrina.kernel.fences import BOOKS
from vetrina.migrations.tables import metadata

CORE = "vetrina."
POSTGRES = {
    "column": """
        SELECT table_name, column_name, format('%s %s null=%s default=%s', ordinal_position, data_type, is_nullable,
               column_default)
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraint": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "index": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "function": "SELECT '', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}


def core_tables() -> list[Table[Any]]:
    """The core's tables alone, whichever plugins' models this process has imported."""
    return [table_of(mapper.class_) for mapper in Model.registry.mappers if mapper.class_.__module__.startswith(CORE)]


def core_metadata() -> MetaData:
    """Copies of them, to be compared with a database."""
    copies = MetaData(naming_convention=metadata().naming_convention)
    for table in core_tables():
        table.to_metadata(copies)
    return copies


def create_by_models(url: str) -> None:
    """Make the core's tables in an empty database as the models declare them, without migrations."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    metadata().create_all(engine, tables=core_tables())
    engine.dispose()


def schema_of(url: str) -> dict[str, str]:
    """Everything declared in a database: what it is by what it is called. Migrations' own tables are left out."""
    if url.startswith("sqlite"):
        return _sqlite(url.removeprefix("sqlite:///"))
    with psycopg.connect(url) as connection:
        return {
            f"{kind} {table}.{name}": definition
            for kind, query in POSTGRES.items()
            for table, name, definition in connection.execute(query.encode()).fetchall()
            if table not in BOOKS
        }


def _sqlite(path: str) -> dict[str, str]:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT type, tbl_name, name, coalesce(sql, '') FROM sqlite_master").fetchall()
    finally:
        connection.close()
    ours = (row for row in rows if row[1] not in BOOKS and not row[1].startswith("sqlite_"))
    return {f"{kind} {table}.{name}": _sorted(sql) for kind, table, name, sql in ours}


def _sorted(sql: str) -> str:
    """A definition with its clauses in one order: which constraint is written first says nothing."""
    opening, _, rest = " ".join(sql.split()).partition(" (")
    return f"{opening} ({' | '.join(sorted(part.strip(' ,)') for part in rest.split(', ')))}"
