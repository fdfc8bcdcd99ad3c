"""PostgreSQL's connections: asyncpg's pool, and those just used, which are lent on without its bookkeeping."""

from typing import Any

import asyncpg

from vetrina.kernel.errors import Unavailable

Connection = Any
"""asyncpg's classes are only partly typed; what is used of them is a few methods."""

ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError)
STATEMENT_DEADLINE = 5_000
"""Milliseconds one statement may take."""


class _Lasting(asyncpg.Connection):
    """A connection that is not reset between two users: nothing of ours outlives its transaction.

    A transaction that was left open is rolled back all the same.
    """

    def get_reset_query(self) -> str:
        return ""


class Connections:
    """Lends a few connections; whoever needs one waits until one is free.

    A loan by asyncpg's pool costs more than a short query. So what comes back sound, while nobody waits, stays at
    hand for the next; what may be broken, busy or in a transaction goes back to the pool, which sees to it.
    """

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._at_hand: list[Connection] = []
        self._waiting = 0

    @classmethod
    async def open(cls, url: str, size: int) -> "Connections":
        """Connect once, at most `size` times later. Raises Unavailable when the server cannot be reached."""
        try:
            pool = await asyncpg.create_pool(  # pyright: ignore[reportUnknownMemberType]
                url,
                min_size=1,
                max_size=size,
                connection_class=_Lasting,
                statement_cache_size=1_000,
                server_settings={
                    "statement_timeout": str(STATEMENT_DEADLINE),
                    "timezone": "UTC",
                    "default_transaction_read_only": "on",  # what writes says so: BEGIN READ WRITE
                },
            )
        except (*ERRORS, OSError) as error:
            raise Unavailable(f"the database cannot be reached: {error}") from error
        return cls(pool)

    async def take(self) -> Connection:
        """A free connection. Raises Unavailable when the server cannot be reached."""
        while self._at_hand:
            connection = self._at_hand.pop()
            if _is_open(connection):
                return connection
            await self._pool.release(connection)
        self._waiting += 1
        try:
            return await self._pool.acquire()
        except (*ERRORS, OSError) as error:
            raise Unavailable(f"the database cannot be reached: {error}") from error
        finally:
            self._waiting -= 1

    async def give_back(self, connection: Connection, *, is_sound: bool) -> None:
        """Sound is a connection whose last command came to its end."""
        if is_sound and not self._waiting and _is_open(connection) and not connection.is_in_transaction():
            self._at_hand.append(connection)
        else:
            await self._pool.release(connection)

    async def close(self) -> None:
        while self._at_hand:
            await self._pool.release(self._at_hand.pop())
        await self._pool.close()


def _is_open(connection: Connection) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:  # it died meanwhile, and its pool has forgotten it
        return False
