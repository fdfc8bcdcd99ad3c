"""SQLAlchemy Core statements to the driver's own text and arguments, compiled once per shape."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import msgspec
from sqlalchemy import Delete, Dialect, Executable, Insert, Update
from sqlalchemy.sql.compiler import SQLCompiler

Processor = Callable[[Any], Any]
Params = Mapping[str, Any]


class Prepared(msgspec.Struct, frozen=True, gc=False):
    """One compiled statement: what the driver runs, and how values are turned on the way in and out."""

    compiled: SQLCompiler
    text: str
    order: tuple[str, ...]
    binds: dict[str, Processor]
    results: tuple[tuple[int, Processor], ...]
    columns: tuple[str, ...]
    expands: bool


class Call(msgspec.Struct, gc=False):
    """A statement ready for the driver."""

    text: str
    arguments: list[Any]
    results: tuple[tuple[int, Processor], ...]
    columns: tuple[str, ...]


class Statements:
    """Compiles for one dialect and remembers by SQLAlchemy's cache key; bounded."""

    def __init__(self, dialect: Dialect, limit: int = 2_000) -> None:
        self.dialect = dialect
        self._limit = limit
        self._known: dict[Any, Prepared] = {}

    def call(self, statement: Executable, params: Params | None = None) -> Call:
        """Bind parameters to a statement. Raises StatementError when one is missing."""
        key = _cache_key(statement)
        extracted = key.bindparams if key is not None else None
        names = tuple(sorted(params)) if params and isinstance(statement, Insert | Update) else ()
        prepared = self._prepare(statement, key, names)
        values = prepared.compiled.construct_params(
            dict(params) if params else None, extracted_parameters=extracted, escape_names=False
        )
        if prepared.expands:
            return self._expand(prepared, values)
        binds = prepared.binds
        arguments = [binds[name](values[name]) if name in binds else values[name] for name in prepared.order]
        return Call(prepared.text, arguments, prepared.results, prepared.columns)

    def many(self, statement: Executable, rows: Sequence[Params]) -> tuple[str, list[list[Any]]]:
        """One text and an argument list per row, for the driver's executemany."""
        names = tuple(sorted(rows[0]))
        prepared = self._prepare(statement, _cache_key(statement), names)
        binds = prepared.binds
        defaults = prepared.compiled.params
        batches = [
            [
                binds[name](row[name] if name in row else defaults[name])
                if name in binds
                else (row[name] if name in row else defaults[name])
                for name in prepared.order
            ]
            for row in rows
        ]
        return prepared.text, batches

    def _prepare(self, statement: Executable, key: Any, names: tuple[str, ...]) -> Prepared:
        slot = (key.key, names) if key is not None else None
        known = self._known.get(slot) if slot is not None else None
        if known is not None:
            return known
        compilable: Any = statement
        compiled: SQLCompiler = compilable.compile(
            dialect=self.dialect,
            cache_key=key,
            column_keys=list(names) if names or isinstance(statement, Insert | Update | Delete) else None,
        )
        prepared = _describe(compiled, self.dialect)
        if slot is not None:
            if len(self._known) >= self._limit:
                self._known.pop(next(iter(self._known)))
            self._known[slot] = prepared
        return prepared

    def _expand(self, prepared: Prepared, values: Any) -> Call:
        """IN lists written inline change the text with their length; the compiler finishes them per call."""
        expanded = prepared.compiled._process_parameters_for_postcompile(values)
        values = {**values, **expanded.additional_parameters}
        processors = {**prepared.binds, **expanded.processors}
        arguments = [
            processors[name](values[name]) if name in processors else values[name]
            for name in expanded.positiontup or ()
        ]
        return Call(expanded.statement, arguments, prepared.results, prepared.columns)


def _cache_key(statement: Executable) -> Any:
    """SQLAlchemy's own identity of a statement's shape; None for one that may not be cached."""
    shaped: Any = statement
    return shaped._generate_cache_key()


def _describe(compiled: SQLCompiler, dialect: Dialect) -> Prepared:
    columns = compiled._result_columns
    processors = [entry.type._cached_result_processor(dialect, None) for entry in columns]
    return Prepared(
        compiled=compiled,
        text=compiled.string,
        order=tuple(compiled.positiontup or ()),
        binds=cast(dict[str, Processor], dict(compiled._bind_processors)),
        results=tuple((index, processor) for index, processor in enumerate(processors) if processor is not None),
        columns=tuple(entry.keyname for entry in columns),
        expands=bool(compiled.post_compile_params),
    )
