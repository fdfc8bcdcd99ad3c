"""Rows of several tables written together: in one round trip where the engine can, one statement per table else."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnClause,
    Dialect,
    FromClause,
    Insert,
    Integer,
    bindparam,
    column,
    func,
    insert,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.orm import DeclarativeBase

from vetrina.kernel.db.session import Session, table_of
from vetrina.kernel.db.types import Document, Instant

Row = Mapping[str, Any]
Rows = tuple[Insert, Row | Sequence[Row]]
"""One row to insert, or several of the same columns. The statement is a constant: it is remembered by identity."""


class ManyRows(Document):
    """A list of rows as one parameter."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return super().process_bind_param(_timed(value, dialect) if dialect.name == "sqlite" else value, dialect)


def _timed(rows: Sequence[Row], dialect: Dialect) -> list[Row]:
    """SQLite's JSON knows no times: they are written as their columns keep them."""
    store = Instant().process_bind_param
    return [
        {name: store(value, dialect) if isinstance(value, datetime) else value for name, value in row.items()}
        for row in rows
    ]


def listed(engine: str, name: str, *columns: ColumnClause[Any]) -> FromClause:
    """The rows of the list parameter `name` as a table of these columns, to be joined with: constant text."""
    given = bindparam(name, type_=ManyRows())
    if engine == "sqlite":
        each = func.json_each(given).table_valued("value")
        parts = [func.json_extract(each.c.value, literal_column(f"'$.{one.name}'")) for one in columns]
        typed = [type_coerce(part, one.type).label(one.name) for part, one in zip(parts, columns, strict=True)]
        return select(*typed).subquery(name)
    shape = [column(one.name, one.type) for one in columns]
    return func.json_to_recordset(given).table_valued(*shape).render_derived(name=name, with_types=True)


async def take_keys(session: Session, *counts: tuple[type[DeclarativeBase], int]) -> list[list[int]]:
    """Keys for rows of several tables, before any of them is written, so that they can name each other."""
    models = tuple(model for model, _ in counts)
    wanted = {f"count_{index}": count for index, (_, count) in enumerate(counts)}
    [found] = await session.fetch(_keys(session.dialect.name, models), wanted)
    if session.dialect.name != "sqlite":
        return [list(keys) for keys in found]
    # The transaction holds the only writer: nobody else can give out the next numbers.
    return [list(range(last + 1, last + 1 + count)) for last, (_, count) in zip(found, counts, strict=True)]


async def add_together(session: Session, *parts: Rows) -> None:
    """Insert rows of several tables, named in an order in which each may refer to those before it.

    Rows of one part are written in their order; between parts PostgreSQL keeps none. Raises Conflict on a broken
    constraint.
    """
    parts = tuple((statement, rows) for statement, rows in parts if rows)
    if session.dialect.name == "sqlite":
        for statement, rows in parts:
            if isinstance(rows, Mapping):
                await session.execute(statement, rows)
            else:
                await session.execute_many(statement, rows)
        return
    params = dict[str, Any]()
    for index, (_, rows) in enumerate(parts):
        if isinstance(rows, Mapping):
            params |= {f"v{index}_{name}": value for name, value in rows.items()}
        else:
            params[f"rows{index}"] = rows
    await session.fetch(_together(tuple(_shape(*part) for part in parts)), params)


async def add_and_tell(
    session: Session, model: type[DeclarativeBase], rows: Sequence[Row], *told: str
) -> list[tuple[Any, ...]]:
    """Insert rows of the same columns in one statement; those columns of each, in no certain order."""
    if not rows:
        return []
    statement = _telling(session.dialect.name, model, tuple(rows[0]), told)
    return await session.fetch(statement, {"given": rows})


_Shape = tuple[Insert, tuple[str, ...], bool]
"""A statement, the columns it is given, and whether rows come in a list."""


def _shape(statement: Insert, rows: Row | Sequence[Row]) -> _Shape:
    return (statement, tuple(rows), False) if isinstance(rows, Mapping) else (statement, tuple(rows[0]), True)


@cache
def _together(shapes: tuple[_Shape, ...]) -> Any:
    """PostgreSQL's: foreign keys are checked when all of it has been written."""
    written = [_written(index, *shape).cte(f"w{index}") for index, shape in enumerate(shapes)]
    return select(literal_column("1", Integer)).add_cte(*written)


def _written(index: int, statement: Insert, names: tuple[str, ...], is_list: bool) -> Insert:
    columns = statement.table.c
    if not is_list:
        return statement.values({name: bindparam(f"v{index}_{name}", type_=columns[name].type) for name in names})
    given = listed("postgresql", f"rows{index}", *(columns[name] for name in names))
    computed = cast("dict[str, Any]", statement._values or {})  # what the statement itself says: the transaction's id
    chosen = select(*(given.c[name] for name in names), *computed.values())
    return insert(statement.table).from_select([*names, *computed], chosen)


@cache
def _telling(engine: str, model: type[DeclarativeBase], names: tuple[str, ...], told: tuple[str, ...]) -> Any:
    table: Any = table_of(model)
    given = listed(engine, "given", *(table.c[name] for name in names))
    chosen = select(*(given.c[name] for name in names))
    writing: Any = cast(Any, insert(table)).from_select(list(names), chosen)
    return writing.returning(*(table.c[name] for name in told))


@cache
def _keys(engine: str, models: tuple[type[DeclarativeBase], ...]) -> Any:
    return select(*(_keys_of(engine, model, index) for index, model in enumerate(models)))


def _keys_of(engine: str, model: type[DeclarativeBase], index: int) -> Any:
    table: Any = table_of(model)
    if engine == "sqlite":
        return select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery()
    numbers = func.generate_series(1, bindparam(f"count_{index}", type_=Integer())).table_valued("number")
    taken = select(func.nextval(func.pg_get_serial_sequence(table.name, "id"))).select_from(numbers)
    return func.array(taken.scalar_subquery())
