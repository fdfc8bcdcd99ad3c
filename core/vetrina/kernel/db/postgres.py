"""PostgreSQL: asyncpg's own pool, prepared statements, one connection per operation, one transaction per flow."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from contextvars import ContextVar, Token
from typing import Any

import asyncpg
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect

from vetrina.kernel.db.listening import CHANNEL, Listener
from vetrina.kernel.db.session import Conflict, Database, Session
from vetrina.kernel.db.statements import Call, Statements
from vetrina.kernel.errors import Fault, Unavailable

Pool = Any
Connection = Any
"""asyncpg's classes are only partly typed; what is used of them is three methods."""

_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError)

STATEMENT_DEADLINE = 5_000
"""Milliseconds one statement may take."""
_TELLING_COMMIT = f"NOTIFY {CHANNEL}; COMMIT"


class _OnConnection:
    """Runs calls on a connection somebody holds."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]:
        try:
            return await self.connection.fetch(call.text, *call.arguments)
        except _ERRORS as error:
            raise _translate(error) from error

    async def execute(self, call: Call) -> int:
        try:
            status = await self.connection.execute(call.text, *call.arguments)
        except _ERRORS as error:
            raise _translate(error) from error
        return int(status.rsplit(" ", 1)[-1]) if status[-1].isdigit() else 0

    async def execute_many(self, text: str, batches: list[list[Any]]) -> None:
        try:
            await self.connection.executemany(text, batches)
        except _ERRORS as error:
            raise _translate(error) from error


class _Reading:
    """What one operation reads with: a connection from its first read to its end, one read at a time.

    Nobody who holds a connection here waits for another one: while a transaction of the operation is open, and after
    the operation's end, its reads take a connection each and return it at once.
    """

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.transactions = 0
        """How many the operation has open, or waits to open."""
        self.is_over = False
        self._connection: _OnConnection | None = None
        self._turn: asyncio.Lock | None = None
        self._token: Token[_Reading | None] | None = None

    async def __aenter__(self) -> None:
        outer = _reading.get()
        if outer is None or outer.pool is not self.pool or outer.is_over:
            self._token = _reading.set(self)

    async def __aexit__(self, *_: object) -> None:
        if self._token is not None:
            _reading.reset(self._token)
            self.is_over = True
            if self._connection is not None:
                await self.give_back()

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
                self._connection = _OnConnection(await _acquire(self.pool))
            try:
                found = await self._connection.fetch(call)
            except BaseException:
                # It may be broken, or busy with a query nobody waits for any more: that is the pool's to clear up.
                await self._release()
                raise
            if not self.is_keeping:
                await self._release()
            return found
        finally:
            turn.release()

    async def give_back(self) -> None:
        """Return the connection to the pool; if it is being read with, whoever reads returns it."""
        if not (self._turn and self._turn.locked()):
            await self._release()

    async def _release(self) -> None:
        held, self._connection = self._connection, None
        if held is not None:
            await self.pool.release(held.connection)


_reading: ContextVar[_Reading | None] = ContextVar("reading", default=None)
"""The operation that this task, or one that started it, reads for."""


class _OnPool:
    """Runs single reads on the operation's connection, else on one that is free; no transaction is opened around."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]:
        reading = _reading.get()
        if reading is not None and reading.pool is self._pool and reading.is_keeping:
            return await reading.fetch(call)
        connection = await _acquire(self._pool)
        try:
            return await _OnConnection(connection).fetch(call)
        finally:
            await self._pool.release(connection)

    async def execute(self, call: Call) -> int:
        raise Fault("writes happen in a transaction")

    async def execute_many(self, text: str, batches: list[list[Any]]) -> None:
        raise Fault("writes happen in a transaction")


class _Lasting(asyncpg.Connection):
    """A connection that is not reset between two users: nothing of ours outlives its transaction.

    A transaction that was left open is rolled back all the same.
    """

    def get_reset_query(self) -> str:
        return ""


class PostgresDatabase(Database):
    """A shop on a PostgreSQL server (15 or newer), READ COMMITTED."""

    def __init__(self, pool: Pool, url: str) -> None:
        self._pool = pool
        self._listener = Listener(url)
        super().__init__(Statements(asyncpg_dialect.dialect()), _OnPool(pool))

    @classmethod
    async def open(cls, url: str, pool_size: int) -> "PostgresDatabase":
        pool: Pool = await asyncpg.create_pool(  # pyright: ignore[reportUnknownMemberType]
            url,
            min_size=1,
            max_size=pool_size,
            connection_class=_Lasting,
            statement_cache_size=1_000,
            server_settings={"statement_timeout": str(STATEMENT_DEADLINE), "timezone": "UTC"},
        )
        return cls(pool, url)

    def reading(self) -> AbstractAsyncContextManager[None]:
        return _Reading(self._pool)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Session]:
        async with self._put_aside(), _acquired(self._pool) as connection:
            session = Session(self._statements, _OnConnection(connection))
            try:
                await connection.execute("BEGIN")
                try:
                    yield session
                except BaseException:
                    with suppress(*_ERRORS):  # a connection that broke has rolled back already
                        await connection.execute("ROLLBACK")
                    raise
                # One round trip: the server tells the other processes once the transaction is committed.
                await connection.execute(_TELLING_COMMIT if session.moves_shared else "COMMIT")
            except _ERRORS as error:
                raise _translate(error) from error
            finally:
                if session.moves_shared:
                    self._listener.version += 1

    def shared_version(self) -> int | None:
        return self._listener.version if self._listener.hears else None

    async def watch_shared(self, stop: asyncio.Event) -> None:
        await self._listener.listen(stop)

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def _put_aside(self) -> AsyncGenerator[None]:
        """Return the operation's reading connection for as long as its transaction takes or waits for one."""
        reading = _reading.get()
        if reading is None or reading.pool is not self._pool:
            yield
            return
        reading.transactions += 1
        try:
            await reading.give_back()
            yield
        finally:
            reading.transactions -= 1


@asynccontextmanager
async def _acquired(pool: Pool) -> AsyncGenerator[Connection]:
    connection = await _acquire(pool)
    try:
        yield connection
    finally:
        await pool.release(connection)


async def _acquire(pool: Pool) -> Connection:
    """A free connection. Raises Unavailable when the server cannot be reached."""
    try:
        return await pool.acquire()
    except (*_ERRORS, OSError) as error:
        raise Unavailable(f"the database cannot be reached: {error}") from error


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
        | asyncpg.AdminShutdownError,
    ):
        return Unavailable(f"the database gave up: {error}")
    if isinstance(error, asyncpg.InterfaceError) and "closed" in str(error):
        return Unavailable(f"the database hung up: {error}")
    return error
