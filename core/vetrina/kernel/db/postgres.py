"""PostgreSQL: prepared statements, one connection per operation, one transaction per flow."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from contextvars import ContextVar, Token
from functools import partial
from typing import Any

import asyncpg
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect

from vetrina.kernel.db import session as sessions
from vetrina.kernel.db.connections import ERRORS, Connection, Connections
from vetrina.kernel.db.listening import Listener
from vetrina.kernel.db.session import Conflict, Database, Session
from vetrina.kernel.db.statements import Call, Statements
from vetrina.kernel.errors import BadInput, Fault, Refusal, Unavailable


class _OnConnection:
    """Runs calls on a connection somebody holds."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]:
        try:
            return await self.connection.fetch(call.text, *call.arguments)
        except ERRORS as error:
            raise _translate(error) from error

    async def execute(self, call: Call) -> int:
        try:
            status = await self.connection.execute(call.text, *call.arguments)
        except ERRORS as error:
            raise _translate(error) from error
        return int(status.rsplit(" ", 1)[-1]) if status[-1].isdigit() else 0

    async def execute_many(self, text: str, batches: list[list[Any]]) -> None:
        try:
            await self.connection.executemany(text, batches)
        except ERRORS as error:
            raise _translate(error) from error


class _Reading:
    """What one operation reads with: a connection from its first read to its end, one read at a time.

    Nobody who holds a connection here waits for another one: while a transaction of the operation is open, and after
    the operation's end, its reads take a connection each and return it at once.
    """

    def __init__(self, connections: Connections, tell: Callable[[], None] | None) -> None:
        self.connections = connections
        self.transactions = 0
        """How many the operation has open, or waits to open."""
        self.is_over = False
        self._connection: _OnConnection | None = None
        self._turn: asyncio.Lock | None = None
        self._token: Token[_Reading | None] | None = None
        self._tell = tell
        self._timer: asyncio.TimerHandle | None = None
        self._returning: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        outer = _reading.get()
        if outer is None or outer.connections is not self.connections or outer.is_over:
            self._token = _reading.set(self)
            if self._tell is not None:
                self._timer = asyncio.get_running_loop().call_later(sessions.LONGEST, self._take_back)

    async def __aexit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._token is not None:
            with suppress(ValueError):  # left in another task than it was entered in
                _reading.reset(self._token)
            self.is_over = True
            if self._connection is not None:
                await self.give_back()

    def _take_back(self) -> None:
        """A plugin has not left the block. From now on its reads take a connection each; nothing of it is in danger."""
        self.is_over = True
        if self._connection is not None and self._tell is not None:
            self._returning = asyncio.create_task(self.give_back())
            self._tell()

    @property
    def is_keeping(self) -> bool:
        return not self.is_over and not self.transactions

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]:
        turn = self._turn
        if turn is None:
            turn = self._turn = asyncio.Lock()
        await turn.acquire()
        try:
            if self._connection is None:
                self._connection = _OnConnection(await self.connections.take())
            try:
                found = await self._connection.fetch(call)
            except BaseException:
                # It may be broken, or busy with a query nobody waits for any more.
                await self._release(is_sound=False)
                raise
            if not self.is_keeping:
                await self._release(is_sound=True)
            return found
        finally:
            turn.release()

    async def give_back(self) -> None:
        """Return the connection; if it is being read with, whoever reads returns it."""
        if not (self._turn and self._turn.locked()):
            await self._release(is_sound=True)

    async def _release(self, *, is_sound: bool) -> None:
        held, self._connection = self._connection, None
        if held is not None:
            await self.connections.give_back(held.connection, is_sound=is_sound)


_reading: ContextVar[_Reading | None] = ContextVar("reading", default=None)
"""The operation that this task, or one that started it, reads for."""


class _OnAny:
    """Runs single reads on the operation's connection, else on one that is free; no transaction is opened around."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]:
        reading = _reading.get()
        if reading is not None and reading.connections is self._connections and reading.is_keeping:
            return await reading.fetch(call)
        connection, is_sound = await self._connections.take(), False
        try:
            found = await _OnConnection(connection).fetch(call)
            is_sound = True
            return found
        finally:
            await self._connections.give_back(connection, is_sound=is_sound)

    async def execute(self, call: Call) -> int:
        raise Fault("writes happen in a transaction")

    async def execute_many(self, text: str, batches: list[list[Any]]) -> None:
        raise Fault("writes happen in a transaction")


class PostgresDatabase(Database):
    """A shop on a PostgreSQL server (15 or newer), READ COMMITTED."""

    def __init__(self, connections: Connections, url: str) -> None:
        self._connections = connections
        self._listener = Listener(url)
        super().__init__(Statements(asyncpg_dialect.dialect()), _OnAny(connections))

    @classmethod
    async def open(cls, url: str, pool_size: int) -> "PostgresDatabase":
        return cls(await Connections.open(url, pool_size), url)

    def reading(self) -> AbstractAsyncContextManager[None]:
        name = self.opener()
        return _Reading(self._connections, None if name is None else partial(self.tell_reclaimed, name, "reading"))

    def transaction(self) -> AbstractAsyncContextManager[Session]:
        return self._transaction(self.opener())

    @asynccontextmanager
    async def _transaction(self, opener: str | None) -> AsyncGenerator[Session]:
        async with self._put_aside(), self._lent() as connection:
            session = Session(self._statements, _OnConnection(connection), self.packages)
            is_sent, is_certain = False, False
            try:
                await connection.execute("BEGIN READ WRITE")
                # The server rolls back when it sees the connection go; the pool opens another in its place at once.
                session.roll_back = connection.terminate
                self.lend(session, opener)
                try:
                    yield session
                    session.finish()
                except BaseException:
                    with suppress(*ERRORS):  # a connection that broke has rolled back already
                        await connection.execute("ROLLBACK")
                    raise
                is_sent = True
                await connection.execute(self._listener.commit if session.moves_shared else "COMMIT")
                is_certain = True
            except ERRORS as error:
                raise _translate(error) from error
            finally:
                session.leave()
                if session.moves_shared and is_sent:
                    self._listener.count(is_certain=is_certain)

    def shared_version(self) -> int | None:
        return self._listener.known

    async def watch_shared(self, stop: asyncio.Event) -> None:
        await self._listener.listen(stop)

    async def close(self) -> None:
        await self._connections.close()

    @asynccontextmanager
    async def _lent(self) -> AsyncGenerator[Connection]:
        connection, is_sound = await self._connections.take(), False
        try:
            yield connection
            is_sound = True
        except Refusal:
            is_sound = True  # the transaction was rolled back in order
            raise
        finally:
            await self._connections.give_back(connection, is_sound=is_sound)

    @asynccontextmanager
    async def _put_aside(self) -> AsyncGenerator[None]:
        """Return the operation's reading connection for as long as its transaction takes or waits for one."""
        reading = _reading.get()
        if reading is None or reading.connections is not self._connections:
            yield
            return
        reading.transactions += 1
        try:
            await reading.give_back()
            yield
        finally:
            reading.transactions -= 1


def _translate(error: Exception) -> Exception:
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return Conflict(str(getattr(error, "constraint_name", None) or "constraint"), str(error))
    if isinstance(
        error,
        asyncpg.DeadlockDetectedError
        | asyncpg.SerializationError
        | asyncpg.QueryCanceledError
        | asyncpg.PostgresConnectionError
        | asyncpg.CannotConnectNowError
        | asyncpg.AdminShutdownError
        | asyncpg.InsufficientResourcesError
        | asyncpg.PostgresIOError,
    ):
        return Unavailable(f"the database gave up: {error}")
    if isinstance(error, asyncpg.CharacterNotInRepertoireError | asyncpg.UntranslatableCharacterError):
        # A flow or a view that names the field says so itself; SQLite takes U+0000, and finds nothing by it.
        return BadInput(problem="A text holds a character that is not text.", reason="characters")
    if isinstance(error, asyncpg.InterfaceError) and ("closed" in str(error) or "released back" in str(error)):
        return Unavailable(f"the database hung up: {error}")
    return error
