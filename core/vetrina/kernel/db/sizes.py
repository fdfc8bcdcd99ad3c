"""Which tables stand in the database, whose they are, and how much room they take with their indexes."""

from collections.abc import Collection

from sqlalchemy import bindparam, text

from vetrina.kernel.db.owners import owns
from vetrina.kernel.db.session import Reads
from vetrina.kernel.db.types import ManyTexts


async def tables_owned(db: Reads, names: Collection[str]) -> dict[str, list[str]]:
    """The tables that stand, by the plugin they belong to; plugins without any are there too. One statement."""
    statement = _TABLES_SQLITE if db.dialect.name == "sqlite" else _TABLES_POSTGRES
    every = sorted(table for (table,) in await db.fetch(statement))
    return {name: [table for table in every if owns(name, table, names)] for name in names}


async def table_sizes(db: Reads, tables: Collection[str]) -> dict[str, int]:
    """Bytes of some tables with their indexes; none are known on an SQLite without its dbstat table."""
    if not tables:
        return {}
    if db.dialect.name == "sqlite" and not await db.value(_HAS_DBSTAT):
        return {}
    statement = _SIZES_SQLITE if db.dialect.name == "sqlite" else _SIZES_POSTGRES
    return {table: int(size) for table, size in await db.fetch(statement, {"tables": list(tables)})}


_GIVEN = bindparam("tables", type_=ManyTexts())
_TABLES_SQLITE = text("SELECT name FROM sqlite_master WHERE type = 'table'")
_TABLES_POSTGRES = text("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()")
_HAS_DBSTAT = text("SELECT 1 FROM pragma_module_list WHERE name = 'dbstat'")
_SIZES_SQLITE = text(
    "SELECT m.tbl_name, SUM(s.pgsize) FROM sqlite_master AS m JOIN dbstat AS s ON s.name = m.name "
    "WHERE s.aggregate = 1 AND m.tbl_name IN (SELECT value FROM json_each(:tables)) GROUP BY m.tbl_name"
).bindparams(_GIVEN)
_SIZES_POSTGRES = text(
    "SELECT relname::text, pg_total_relation_size(oid) FROM pg_class "
    "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname = ANY(:tables)"
).bindparams(_GIVEN)
