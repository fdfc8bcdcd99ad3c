"""The statements a session writes single rows with: one constant for each table and engine."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Insert, Integer, Select, Table, bindparam, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite


@cache
def inserting(table: Table[Any]) -> Insert:
    return insert(table)


@cache
def inserting_for_id(table: Table[Any]) -> Any:
    return insert(table).returning(table.c.id)


@cache
def inserting_if_absent(engine: str, table: Table[Any]) -> Insert:
    return _upsert(engine, table).on_conflict_do_nothing()


@cache
def putting(engine: str, table: Table[Any], key: tuple[str, ...], names: tuple[str, ...]) -> Insert:
    """Inserts a row of the named columns, or overwrites the one that holds the same key."""
    statement = _upsert(engine, table)
    others = {name: statement.excluded[name] for name in names if name not in key}
    return statement.on_conflict_do_update(index_elements=list(key), set_=others)


@cache
def highest_id(table: Table[Any]) -> Select[Any]:
    return select(func.coalesce(func.max(table.c.id), 0))


@cache
def next_ids(table: Table[Any]) -> Select[Any]:
    """PostgreSQL's: as many keys as `count_` says."""
    sequence: ColumnElement[Any] = func.pg_get_serial_sequence(table.name, "id")
    numbers = func.generate_series(1, bindparam("count_", type_=Integer())).table_valued("number")
    return select(func.nextval(sequence)).select_from(numbers)


def _upsert(engine: str, table: Table[Any]) -> Any:
    return sqlite.insert(table) if engine == "sqlite" else postgresql.insert(table)
