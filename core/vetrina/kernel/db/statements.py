"""SQLAlchemy Core statements to the driver's own text and arguments, compiled once per shape."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import msgspec
from sqlalchemy import Delete, Dialect, Executable, Insert, Update
from sqlalchemy.sql.compiler import SQLCompiler

from vetrina.kernel.db.bindings import Binding, Call, bind
from vetrina.kernel.db.changes import moves_shared
from vetrina.kernel.db.shapes import Shape

Processor = Callable[[Any], Any]
Params = Mapping[str, Any]

MOST_KEPT = 50
"""Sets of parameters that one writing statement remembers its bindings for."""
WHATEVER = None
"""Under which a statement is remembered whose text does not depend on which parameters it is given."""
_Kept = dict[tuple[str, ...] | None, Binding | None]


class Prepared(msgspec.Struct, frozen=True, gc=False):
    """One compiled statement: what the driver runs, and how values are turned on the way in and out."""

    compiled: SQLCompiler
    text: str
    order: tuple[str, ...]
    binds: dict[str, Processor]
    shape: Shape
    expands: bool
    moves_shared: bool


class Statements:
    """Compiles for one dialect and remembers by SQLAlchemy's cache key; bounded.

    Constants are cheap: a statement that is kept, in a module or under `functools.cache`, remembers its own binding
    from its second call on, and is gone through no more. One that is built for each call costs about twenty times as
    much as its binding: first to be built, then to be recognised.
    """

    def __init__(self, dialect: Dialect, limit: int = 2_000) -> None:
        self.dialect = dialect
        self._limit = limit
        self._known: dict[Any, Prepared] = {}
        self._memo = f"vetrina_{dialect.name}"

    def call(self, statement: Executable, params: Params | None = None) -> Call:
        """Bind parameters to a statement. Raises InvalidRequestError when one is missing."""
        kept: _Kept | None = statement.__dict__.get(self._memo)
        if kept is not None:
            binding = kept.get(WHATEVER) or kept.get(tuple(params) if params else ())
            if binding is not None:
                try:
                    return binding.call(params or {})
                except KeyError:
                    pass  # what is missing is better said below
        key = _cache_key(statement)
        extracted = key.bindparams if key is not None else None
        names = tuple(sorted(params)) if params and isinstance(statement, Insert | Update) else ()
        prepared = self._prepare(statement, key, names)
        self._keep(statement, kept, params or {}, prepared, extracted)
        values = prepared.compiled.construct_params(
            dict(params) if params else None, extracted_parameters=extracted, escape_names=False
        )
        if prepared.expands:
            return self._expand(prepared, values)
        binds = prepared.binds
        arguments = [binds[name](values[name]) if name in binds else values[name] for name in prepared.order]
        return Call(prepared.text, arguments, prepared.shape, prepared.moves_shared)

    def many(self, statement: Executable, rows: Sequence[Params]) -> tuple[str, list[list[Any]], bool]:
        """One text and an argument list per row, for the driver's executemany; whether it moves what is shared."""
        kept: _Kept | None = statement.__dict__.get(self._memo)
        binding = None if kept is None else kept.get(tuple(rows[0]))
        if binding is not None and all(row.keys() == rows[0].keys() for row in rows):
            return binding.text, [binding.call(row).arguments for row in rows], binding.moves_shared
        names, key = tuple(sorted(rows[0])), _cache_key(statement)
        prepared = self._prepare(statement, key, names)
        self._keep(statement, kept, rows[0], prepared, key.bindparams if key is not None else None)
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
        return prepared.text, batches, prepared.moves_shared

    def _keep(self, statement: Any, kept: _Kept | None, params: Params, prepared: Prepared, extracted: Any) -> None:
        """Who comes a second time is remembered, on the statement itself: SQLAlchemy's copies of it forget."""
        names = tuple(params) if isinstance(statement, Insert | Update) else WHATEVER
        if kept is None:
            statement._set_memoized_attribute(self._memo, {})
        elif names not in kept and len(kept) < MOST_KEPT:
            kept[names] = bind(prepared.compiled, extracted, names or (), prepared.shape, prepared.moves_shared)

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
        prepared = _describe(compiled, self.dialect, moves_shared(statement))
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
        return Call(expanded.statement, arguments, prepared.shape, prepared.moves_shared)


def _cache_key(statement: Executable) -> Any:
    """SQLAlchemy's own identity of a statement's shape; None for one that may not be cached."""
    shaped: Any = statement
    return shaped._generate_cache_key()


def _describe(compiled: SQLCompiler, dialect: Dialect, moves: bool) -> Prepared:
    columns = compiled._result_columns
    processors = [entry.type._cached_result_processor(dialect, None) for entry in columns]
    return Prepared(
        compiled=compiled,
        text=compiled.string,
        order=tuple(compiled.positiontup or ()),
        binds=cast(dict[str, Processor], dict(compiled._bind_processors)),
        shape=Shape(
            tuple(entry.keyname for entry in columns),
            tuple((index, processor) for index, processor in enumerate(processors) if processor is not None),
        ),
        expands=bool(compiled.post_compile_params),
        moves_shared=moves,
    )
