"""PostgreSQL: asyncpg's own pool, prepared statements, one transaction per flow."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect

from vetrina.kernel.db.session import Conflict, Database, Session
from vetrina.kernel.db.statements import Call, Statements
from vetrina.kernel.errors import Fault, Unavailable

Pool = Any
Connection = Any
"""asyncpg's classes are only partly typed; what is used of them is three methods."""

_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError)

STATEMENT_DEADLINE = 5_000
"""Milliseconds one statement may take."""


class _OnConnection:
    """Runs calls on the transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]:
        try:
            return await self._connection.fetch(call.text, *call.arguments)
        except _ERRORS as error:
            raise _translate(error) from error

    async def execute(self, call: Call) -> int:
        try:
            status = await self._connection.execute(call.text, *call.arguments)
        except _ERRORS as error:
            raise _translate(error) from error
        return int(status.rsplit(" ", 1)[-1]) if status[-1].isdigit() else 0

    async def execute_many(self, text: str, batches: list[list[Any]]) -> None:
        try:
            await self._connection.executemany(text, batches)
        except _ERRORS as error:
            raise _translate(error) from error


class _OnPool:
    """Runs single reads on whichever connection is free; no transaction is opened around them."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]:
        async with _acquired(self._pool) as connection:
            return await _OnConnection(connection).fetch(call)

    async def execute(self, call: Call) -> int:
        raise Fault("writes happen in a transaction")

    async def execute_many(self, text: str, batches: list[list[Any]]) -> None:
        raise Fault("writes happen in a transaction")


class PostgresDatabase(Database):
    """A shop on a PostgreSQL server (15 or newer), READ COMMITTED."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        super().__init__(Statements(asyncpg_dialect.dialect()), _OnPool(pool))

    @classmethod
    async def open(cls, url: str, pool_size: int) -> "PostgresDatabase":
        pool: Pool = await asyncpg.create_pool(  # pyright: ignore[reportUnknownMemberType]
            url,
            min_size=1,
            max_size=pool_size,
            statement_cache_size=1_000,
            server_settings={"statement_timeout": str(STATEMENT_DEADLINE), "timezone": "UTC"},
        )
        return cls(pool)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Session]:
        async with _acquired(self._pool) as connection:
            try:
                async with connection.transaction():
                    yield Session(self._statements, _OnConnection(connection))
            except _ERRORS as error:
                raise _translate(error) from error

    async def close(self) -> None:
        await self._pool.close()


@asynccontextmanager
async def _acquired(pool: asyncpg.Pool) -> AsyncGenerator[Connection]:
    """A free connection. Raises Unavailable when the server cannot be reached."""
    try:
        connection: Connection = await pool.acquire()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    except (*_ERRORS, OSError) as error:
        raise Unavailable(f"the database cannot be reached: {error}") from error
    try:
        yield connection
    finally:
        await pool.release(connection)  # pyright: ignore[reportUnknownMemberType]


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
