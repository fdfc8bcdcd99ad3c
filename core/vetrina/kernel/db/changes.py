"""Which writes change what everybody is answered: those to any table that is not declared private."""

from typing import Any, cast

from sqlalchemy import Delete, Executable, Insert, Table, TextClause, Update
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql import visitors

PRIVATE = "private"
"""Key in `Table.info` of tables that no answer for everybody is read from."""


def private(*models: type[DeclarativeBase]) -> None:
    """Say that nothing everybody is answered is read from these tables: a write to them leaves good what is kept."""
    for model in models:
        cast("Table[Any]", model.__table__).info[PRIVATE] = True


def moves_shared(statement: Executable) -> bool:
    """Whether a statement, or one inside it, writes a table that is not private. Mere text is taken to."""
    inside: Any = visitors.iterate(cast(Any, statement))
    return isinstance(statement, TextClause) or any(_writes_shared(element) for element in inside)


def _writes_shared(element: object) -> bool:
    if not isinstance(element, Insert | Update | Delete):
        return False
    table: Any = element.table
    return not (isinstance(table, Table) and cast("Table[Any]", table).info.get(PRIVATE))
