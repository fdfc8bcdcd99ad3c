"""The raw drivers: sqlite3 on the loop, asyncpg on one connection per request; nothing between them and the floor."""

import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import msgspec

Rows = Sequence[Sequence[Any]]


class Link(Protocol):
    """One connection, for the time of one request."""

    async def fetch(self, text: str, arguments: Sequence[Any]) -> Rows: ...

    async def run(self, text: str, arguments: Sequence[Any]) -> None: ...

    async def begin(self) -> None: ...

    async def commit(self) -> None: ...


class Raw(Protocol):
    """An engine by its own driver."""

    def link(self) -> Any:
        """A connection: `async with raw.link() as link`."""
        ...

    def now(self) -> Any:
        """The time as this engine binds it."""
        ...

    def many(self, keys: Sequence[int]) -> Any:
        """A list of keys as this engine binds it."""
        ...

    async def close(self) -> None: ...


class RawSqlite:
    """sqlite3, called on the loop; the writer syncs at every commit, as the shop does."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-32000"):
            self._connection.execute(f"PRAGMA {pragma}")

    @asynccontextmanager
    async def link(self) -> AsyncGenerator["RawSqlite"]:
        yield self

    async def fetch(self, text: str, arguments: Sequence[Any]) -> Rows:
        return self._connection.execute(text, arguments).fetchall()

    async def run(self, text: str, arguments: Sequence[Any]) -> None:
        self._connection.execute(text, arguments)

    async def begin(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    async def commit(self) -> None:
        self._connection.execute("COMMIT")

    def now(self) -> str:
        return datetime.now(UTC).isoformat(timespec="microseconds")

    def many(self, keys: Sequence[int]) -> str:
        return msgspec.json.encode(keys).decode()

    async def close(self) -> None:
        self._connection.close()


class RawPostgres:
    """asyncpg with its prepared statements, and a pool that asks nothing of a connection that comes back."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, url: str) -> "RawPostgres":
        async def leave_as_it_is(_: Any) -> None: ...

        pool: Any = await asyncpg.create_pool(url, min_size=1, max_size=8, reset=leave_as_it_is)  # pyright: ignore[reportUnknownMemberType]
        return cls(pool)

    @asynccontextmanager
    async def link(self) -> AsyncGenerator["_PostgresLink"]:
        async with self._pool.acquire() as connection:
            yield _PostgresLink(connection)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def many(self, keys: Sequence[int]) -> list[int]:
        return list(keys)

    async def close(self) -> None:
        await self._pool.close()


class _PostgresLink:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def fetch(self, text: str, arguments: Sequence[Any]) -> Rows:
        return await self._connection.fetch(text, *arguments)

    async def run(self, text: str, arguments: Sequence[Any]) -> None:
        await self._connection.execute(text, *arguments)

    async def begin(self) -> None:
        await self._connection.execute("BEGIN")

    async def commit(self) -> None:
        await self._connection.execute("COMMIT")


async def open_raw(url: str) -> Raw:
    """The raw driver of a shop's database."""
    if url.startswith("sqlite:///"):
        return RawSqlite(Path(url.removeprefix("sqlite:///")))
    return await RawPostgres.open(url)
