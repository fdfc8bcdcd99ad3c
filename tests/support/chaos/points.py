"""Points to die at, found by instrumentation: commits, statements that write, and every boundary of a plugin's port.

Nothing here knows what the shop does. A process that is instrumented counts the points it comes by and kills itself
at the one it was told, with SIGKILL: no finally, no flush, no goodbye to the database.
"""

import asyncio
import functools
import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import psycopg

from vetrina.kernel.registry import Ports

COMMITS = ("COMMIT", "NOTIFY", "SELECT pg_notify")
"""How the statements begin that end a transaction; the last two carry a COMMIT behind them on PostgreSQL."""
WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "WITH")


class Points:
    """Counts what comes by; dies at the `last`th, never when it is 0. Each is written down before it is lived through.

    `every_write` adds a point around each statement that writes, so that a death tears a transaction in the middle.
    """

    def __init__(self, last: int, log: Path, *, every_write: bool = False) -> None:
        self.last = last
        self.every_write = every_write
        self.is_armed = False
        self.strike: Callable[[], None] = _die
        """What happens at the last point, if not death."""
        self.connection: Any = None
        """The one that is at a point, where the point is a statement's."""
        self._log = log
        self._count = 0

    def reach(self, name: str) -> None:
        """Be at a point: go on, or die here."""
        if not self.is_armed:
            return
        self._count += 1
        with self._log.open("a") as log:
            log.write(f"{name}\n")
        if self._count == self.last:
            self.strike()

    def before(self, sql: str) -> None:
        """Told of a statement that is about to run."""
        if _is_commit(sql):
            self.reach("before COMMIT")
        elif self.every_write and sql.lstrip().upper().startswith(WRITES):
            self.reach(f"before {' '.join(sql.split()[:3])}")

    def after(self, sql: str) -> None:
        """Told of a statement that has run."""
        if _is_commit(sql):
            self.reach("after COMMIT")
        elif self.every_write and sql.lstrip().upper().startswith(WRITES):
            self.reach(f"after {' '.join(sql.split()[:3])}")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _is_commit(sql: str) -> bool:
    return sql.startswith("COMMIT") or (sql.startswith(COMMITS) and "COMMIT" in sql)


def instrument(points: Points) -> None:
    """Let this process come by points: its SQLite, its PostgreSQL (served and migrating) and its plugins' ports."""
    _instrument_sqlite(points)
    _instrument_asyncpg(points)
    _instrument_psycopg(points)
    _instrument_ports(points)


def _instrument_sqlite(points: Points) -> None:
    class Counted(sqlite3.Connection):
        def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
            points.connection = self
            points.before(sql)
            cursor = super().execute(sql, *arguments)
            points.after(sql)
            return cursor

        def executemany(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
            cursor = super().executemany(sql, *arguments)
            points.after(sql)
            return cursor

        def commit(self) -> None:
            points.before("COMMIT")
            super().commit()
            points.after("COMMIT")

    connect = sqlite3.connect
    sqlite3.connect = functools.partial(connect, factory=Counted)


def _instrument_asyncpg(points: Points) -> None:
    def counted(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        async def call(self: Any, query: str, *arguments: Any, **more: Any) -> Any:
            points.connection = self
            points.before(query)
            answer = await original(self, query, *arguments, **more)
            points.connection = self
            points.after(query)
            return answer

        return call

    for method in ("execute", "fetch", "executemany"):
        setattr(asyncpg.Connection, method, counted(getattr(asyncpg.Connection, method)))


def _instrument_psycopg(points: Points) -> None:
    original = psycopg.Connection.commit

    def commit(self: Any) -> None:
        points.before("COMMIT")
        original(self)
        points.after("COMMIT")

    psycopg.Connection.commit = commit


def _instrument_ports(points: Points) -> None:
    ask = Ports.ask

    async def asked(self: Ports, provided: Any, function: Any, *arguments: Any, **more: Any) -> Any:
        name = f"{provided.port.__name__}.{function.__name__}"
        points.reach(f"before {name} is asked")
        try:
            return await ask(self, provided, function, *arguments, **more)
        except asyncio.CancelledError:
            raise
        finally:
            points.reach(f"after {name} has answered")

    Ports.ask = asked  # pyright: ignore[reportAttributeAccessIssue]
