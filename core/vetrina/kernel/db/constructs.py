"""What the two engines say differently, as one construct each: membership in a list, append-only tables."""

from typing import Any

from sqlalchemy import DDL, BindParameter, ColumnElement, Table, bindparam, event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from vetrina.kernel.db.types import BigInt, ManyIds, ManyTexts


class _MemberOf(ColumnElement[bool]):
    """column is one of the values of a single list parameter: constant text whatever the list's length."""

    inherit_cache = True
    _traverse_internals = [
        ("column", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: ColumnElement[Any], values: BindParameter[Any]) -> None:
        self.column = column
        self.values = values


@compiles(_MemberOf, "sqlite")
def _member_on_sqlite(element: _MemberOf, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    # both parts are the compiler's own text, never a value
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608


@compiles(_MemberOf, "postgresql")
def _member_on_postgresql(element: _MemberOf, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} = ANY({compiler.process(element.values, **kw)})"


class _AmongMany(_MemberOf):
    """The same for lists of hundreds. ANY compares every row with every value once a plan made for a small table
    reads it from end to end; a subselect is joined by index or hash, whatever the plan was made for."""

    inherit_cache = True


@compiles(_AmongMany, "postgresql")
def _among_on_postgresql(element: _AmongMany, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} IN (SELECT unnest({compiler.process(element.values, **kw)}))"


def id_in(column: Any, name: str, *, is_long: bool = False) -> ColumnElement[bool]:
    """The key column is in the list parameter `name`, given as a list of integers; long ones are of hundreds."""
    return (_AmongMany if is_long else _MemberOf)(column, bindparam(name, type_=ManyIds()))


def text_in(column: Any, name: str, *, is_long: bool = False) -> ColumnElement[bool]:
    """The text column is in the list parameter `name`, given as a list of texts; long ones are of hundreds."""
    return (_AmongMany if is_long else _MemberOf)(column, bindparam(name, type_=ManyTexts()))


def append_only(table: Table) -> None:
    """Let the database refuse UPDATE and DELETE on a ledger, whoever asks."""
    table.info["append_only"] = True
    for statement in append_only_ddl(table.name, "sqlite"):
        event.listen(table, "after_create", DDL(statement.replace("%", "%%")).execute_if(dialect="sqlite"))
    for statement in append_only_ddl(table.name, "postgresql"):
        event.listen(table, "after_create", DDL(statement.replace("%", "%%")).execute_if(dialect="postgresql"))


def append_only_ddl(table: str, dialect: str) -> list[str]:
    """The triggers that make a table append-only, one statement each; migrations run them too."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation'; END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
    ]


class _TransactionId(ColumnElement[int]):
    """The number of the running transaction; SQLite has one writer, so there 0 serves."""

    inherit_cache = True
    # Without it SQLAlchemy takes the element for one it cannot compare, and compiles every statement anew.
    _traverse_internals = []
    type = BigInt


class _OldestRunning(ColumnElement[int]):
    """Every transaction below this number has ended."""

    inherit_cache = True
    _traverse_internals = []
    type = BigInt


@compiles(_TransactionId, "sqlite")
def _transaction_on_sqlite(element: _TransactionId, compiler: SQLCompiler, **kw: Any) -> str:
    return "0"


@compiles(_TransactionId, "postgresql")
def _transaction_on_postgresql(element: _TransactionId, compiler: SQLCompiler, **kw: Any) -> str:
    return "CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)"


@compiles(_OldestRunning, "sqlite")
def _oldest_on_sqlite(element: _OldestRunning, compiler: SQLCompiler, **kw: Any) -> str:
    return "1"


@compiles(_OldestRunning, "postgresql")
def _oldest_on_postgresql(element: _OldestRunning, compiler: SQLCompiler, **kw: Any) -> str:
    return "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)"


def transaction_id() -> ColumnElement[int]:
    """The running transaction's number, as a value to insert."""
    return _TransactionId()


def oldest_running() -> ColumnElement[int]:
    """The number below which every transaction has ended."""
    return _OldestRunning()
