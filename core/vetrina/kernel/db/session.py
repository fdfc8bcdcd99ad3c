"""What a caller sees of the database: reads anywhere, writes inside a transaction."""

import asyncio
import sys
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar, cast

import msgspec
import structlog
from sqlalchemy import Dialect, Executable, Table
from sqlalchemy.orm import DeclarativeBase

from vetrina.kernel.db.inserts import (
    highest_id,
    inserting,
    inserting_for_id,
    inserting_if_absent,
    next_ids,
    putting,
)
from vetrina.kernel.db.owners import opener, refuse_foreign, writer
from vetrina.kernel.db.statements import Call, Params, Statements
from vetrina.kernel.errors import Fault
from vetrina.kernel.meters import Work, working_for

log = structlog.get_logger(__name__)

LONGEST = 5.0
"""Seconds a plugin's code may hold a transaction, or a reading connection, open.

As long as one statement may take, and half of what an operation may: on SQLite every other writer waits meanwhile.
"""


class Held:
    """Whether a task holds a transaction open. False as well once it was taken back from whoever never left it."""

    def __init__(self, *, is_open: bool = False) -> None:
        self.is_open = is_open

    def __bool__(self) -> bool:
        return self.is_open


open_transaction: ContextVar[Held] = ContextVar("open_transaction", default=Held())  # noqa: B039
"""Whether this task holds a transaction open: then nobody outside may be asked, and no other may be opened."""

Row = TypeVar("Row", bound=msgspec.Struct)


class Conflict(Fault):
    """A constraint of the database refused a row; `constraint` is its name where the engine tells it."""

    def __init__(self, constraint: str, detail: str) -> None:
        self.constraint = constraint
        super().__init__(f"{constraint}: {detail}")


class Reclaimed(Fault):
    """The transaction was open for too long and has been rolled back; nothing can be done with its session any more."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} held a transaction open for more than {LONGEST:g} s; it was rolled back")


class Driver(Protocol):
    """One engine's way to run a prepared call; rows come back as plain tuples."""

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]: ...

    async def execute(self, call: Call) -> int: ...

    async def execute_many(self, text: str, batches: list[list[Any]]) -> None: ...


class Reads:
    """Reading statements: tuples, or rows of a frozen msgspec Struct whose fields are the selected columns."""

    def __init__(self, statements: Statements, driver: Driver) -> None:
        self._statements = statements
        self._driver: Driver = driver

    @property
    def dialect(self) -> Dialect:
        return self._statements.dialect

    async def fetch(self, statement: Executable, params: Params | None = None) -> list[tuple[Any, ...]]:
        call = self._call(statement, params)
        make = call.shape.tuples()
        return make(await self._driver.fetch(call))

    async def rows(self, row: type[Row], statement: Executable, params: Params | None = None) -> list[Row]:
        """Fetch into `row`, matching columns to fields by position; names are compared so that none can swap."""
        call = self._call(statement, params)
        make = call.shape.structs(row)
        return make(await self._driver.fetch(call))

    async def one(self, row: type[Row], statement: Executable, params: Params | None = None) -> Row | None:
        """The first row, or None."""
        found = await self.rows(row, statement, params)
        return found[0] if found else None

    async def value(self, statement: Executable, params: Params | None = None) -> Any:
        """The first column of the first row, or None."""
        found = await self.fetch(statement, params)
        return found[0][0] if found else None

    def _call(self, statement: Executable, params: Params | None) -> Call:
        return self._statements.call(statement, params)


class _Gone:
    """What a session asks once its transaction was taken back."""

    def __init__(self, reason: Reclaimed) -> None:
        self._reason = reason

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]:
        raise self._reason

    async def execute(self, call: Call) -> int:
        raise self._reason

    async def execute_many(self, text: str, batches: list[list[Any]]) -> None:
        raise self._reason


class Session(Reads):
    """One open transaction. Only `ctx.tx()` opens one; leaving it commits, an exception rolls back."""

    def __init__(self, statements: Statements, driver: Driver, packages: Mapping[str, str]) -> None:
        super().__init__(statements, driver)
        self.writer: str | None = None
        """The plugin whose code has opened it, which writes its own tables alone; None for the core."""
        self.held = Held(is_open=True)
        self.reclaimed: Reclaimed | None = None
        self.roll_back: Callable[[], None] = lambda: None
        """How the engine ends it from outside and frees what it holds."""
        self.timer: asyncio.TimerHandle | None = None
        self._packages = packages
        self.wakes: set[str] = set()
        """What to wake after the commit: "events", "jobs"."""
        self.outcome: Any = msgspec.UNSET
        """What the flow's transaction came to, kept with it for a repeat under the same Idempotency-Key."""
        self.moves_shared = False
        """Whether it has written what everybody may be answered: then its commit moves `Database.shared_version`."""

    async def execute(self, statement: Executable, params: Params | None = None) -> int:
        """Run a writing statement; the number of rows it touched."""
        return await self._driver.execute(self._call(statement, params))

    async def execute_many(self, statement: Executable, rows: Sequence[Params]) -> None:
        """Run a writing statement once for each row of parameters, all in one round trip."""
        if rows:
            self._refuse_foreign(statement)
            text, batches, moves_shared = self._statements.many(statement, rows)
            self.moves_shared |= moves_shared
            await self._driver.execute_many(text, batches)

    async def insert(self, model: type[DeclarativeBase], **values: Any) -> int:
        """Insert one row and return its generated `id`. Raises Conflict on a broken constraint."""
        return await self.value(inserting_for_id(table_of(model)), values)

    async def take_ids(self, model: type[DeclarativeBase], count: int) -> list[int]:
        """Keys for rows to be added together, so that rows can name each other before any is written."""
        table = table_of(model)
        if self.dialect.name == "sqlite":
            # The transaction holds the only writer: nobody else can give out the next numbers.
            last = await self.value(highest_id(table))
            return list(range(last + 1, last + 1 + count))
        return [key for (key,) in await self.fetch(next_ids(table), {"count_": count})]

    async def add(self, model: type[DeclarativeBase], **values: Any) -> None:
        """Insert one row of a table whose key the caller knows."""
        await self.execute(inserting(table_of(model)), values)

    async def add_many(self, model: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows of the same columns in one round trip."""
        await self.execute_many(inserting(table_of(model)), rows)

    async def add_if_absent(self, model: type[DeclarativeBase], **values: Any) -> bool:
        """Insert unless a unique key is taken; whether it was inserted."""
        statement = inserting_if_absent(self.dialect.name, table_of(model))
        return await self.execute(statement, values) == 1

    async def put(self, model: type[DeclarativeBase], key: tuple[str, ...], **values: Any) -> None:
        """Insert, or overwrite the row that holds the same unique key columns."""
        await self.execute(putting(self.dialect.name, table_of(model), key, tuple(values)), values)

    def take_back(self, name: str) -> None:
        """End it from outside: whoever still has the session can do nothing with it."""
        self.reclaimed = Reclaimed(name)
        self._driver, self.writer = _Gone(self.reclaimed), None
        self.held.is_open = False
        self.roll_back()

    def finish(self) -> None:
        """Called by the engine before it commits. Raises Reclaimed when there is nothing left to commit."""
        if self.reclaimed is not None:
            raise self.reclaimed

    def leave(self) -> None:
        """Called by the engine when the transaction is over, however it ended."""
        self.held.is_open = False
        if self.timer is not None:
            self.timer.cancel()

    def _call(self, statement: Executable, params: Params | None) -> Call:
        self._refuse_foreign(statement)
        call = self._statements.call(statement, params)
        if call.moves_shared:
            self.moves_shared = True
        return call

    def _refuse_foreign(self, statement: Executable) -> None:
        name = self.writer or writer.get()
        if name is not None:
            refuse_foreign(name, statement, self._packages.values())


class Database(Reads, ABC):
    """One shop's database on one engine. `reads` outside a transaction see only what is committed."""

    packages: Mapping[str, str] = {}
    """Plugins' names by their packages, where one is not named vetrina_<name>. Set by whoever loads them."""

    def __init__(self, statements: Statements, driver: Driver) -> None:
        super().__init__(statements, driver)
        self.reclaims = Counter[str]()
        """How often something was taken back from each plugin since the process started."""
        self.on_reclaim: Callable[[Work, str], None] = lambda work, what: None
        """Told whose work it was taken back from. Set by whoever meters plugins."""

    @abstractmethod
    def transaction(self) -> AbstractAsyncContextManager[Session]: ...

    def opener(self) -> str | None:
        """The plugin whose code called the caller of this; None for the core's."""
        return opener(self.packages, sys._getframe(2))

    def lend(self, session: Session, name: str | None) -> None:
        """Let a plugin's code go on with a transaction: it writes its own tables, and not for longer than LONGEST."""
        session.writer = name
        if name is not None and session.timer is None:
            session.timer = asyncio.get_running_loop().call_later(LONGEST, self._reclaim, session, name)

    def _reclaim(self, session: Session, name: str) -> None:
        session.take_back(name)
        self.tell_reclaimed(name, "transaction")

    def tell_reclaimed(self, name: str, what: str) -> None:
        """Count it and name who held it; a timer runs in the context of whoever set it."""
        self.reclaims[name] += 1
        work = working_for.get()
        log.error("taken back", plugin=name, what=what, kind=work and work.kind, work=work and work.name)
        self.on_reclaim(work or Work(name, "transaction", "somewhere"), what)

    def reading(self) -> AbstractAsyncContextManager[None]:
        """Let the reads inside, of this task and of those it starts, share one connection, taken at the first read.

        Concurrent ones wait for each other. It is held until the block is left or a transaction is opened, so wait
        for nothing slow inside. Blocks nest: the outermost counts. Where connections cost nothing it does nothing.
        """
        return _UNSHARED

    def shared_version(self) -> int | None:
        """A number that is another one once a transaction has committed a write to a table that is not private.

        Whoever reads after taking it has read no less than what it stands for. It follows this process's commits
        before anybody is told of them; those of other processes on SQLite likewise, on PostgreSQL as soon as the
        server passes them on. None while it cannot be known: nobody watches, or the server is out of hearing.
        """
        return None

    async def watch_shared(self, stop: asyncio.Event) -> None:
        """Keep `shared_version` known until told to stop."""
        await stop.wait()

    @abstractmethod
    async def close(self) -> None: ...


_UNSHARED = nullcontext()


def table_of(model: type[DeclarativeBase]) -> Table[Any]:
    """A model's table, for Core statements."""
    table = model.__table__
    assert isinstance(table, Table)
    return cast("Table[Any]", table)


__all__ = ["Conflict", "Database", "Driver", "Reads", "Reclaimed", "Session", "table_of", "writer"]
