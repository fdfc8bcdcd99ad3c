"""SQLite: reads inline on the event loop, one writer whose transactions share commits."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from vetrina.kernel.db.session import Conflict, Database, Session
from vetrina.kernel.db.statements import Call, Statements
from vetrina.kernel.errors import Unavailable

BUSY_DEADLINE = 5.0
"""Seconds to wait for another process that holds the file."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file with the shop's pragmas. Statements begin transactions themselves; nothing is implicit."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-32000"):
        _patiently(connection, f"PRAGMA {pragma}")
    return connection


def _patiently(connection: sqlite3.Connection, statement: str) -> None:
    """Switching to WAL needs the file for a moment; another process opening it at once is waited for."""
    connection.execute(f"PRAGMA busy_timeout={int(BUSY_DEADLINE * 1000)}")
    connection.execute(statement)
    connection.execute("PRAGMA busy_timeout=0")


class _Inline:
    """Runs calls on one connection without leaving the loop: they take microseconds."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]:
        return self._run(call).fetchall()

    async def execute(self, call: Call) -> int:
        return self._run(call).rowcount

    async def execute_many(self, text: str, batches: list[list[Any]]) -> None:
        try:
            self._connection.executemany(text, batches)
        except sqlite3.IntegrityError as error:
            raise _conflict(error) from error

    def _run(self, call: Call) -> sqlite3.Cursor:
        try:
            return self._connection.execute(call.text, call.arguments)
        except sqlite3.IntegrityError as error:
            raise _conflict(error) from error
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise Unavailable(f"the database is busy: {error}") from error
            raise


class _Batch:
    """Transactions that end in one COMMIT; whoever is part of it waits for `done`."""

    def __init__(self) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class SqliteDatabase(Database):
    """A shop in one file (WAL, synchronous=FULL).

    Bodies of transactions run one after the other on the writer, each in a savepoint. The COMMIT runs in a thread
    and queues behind the bodies already waiting, so under load many share one sync to the disk; nobody is
    answered before it. Other processes may write to the file too: BEGIN IMMEDIATE waits for them off the loop.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._reader = connect(path)
        self._writer = connect(path)
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-commit")
        self._batch: _Batch | None = None
        self._commits: set[asyncio.Task[None]] = set()
        super().__init__(Statements(sqlite_dialect()), _Inline(self._reader))

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Session]:
        async with self._turn:
            batch = self._batch or await self._begin()
            self._writer.execute("SAVEPOINT body")
            try:
                yield Session(self._statements, _Inline(self._writer))
            except BaseException:
                self._writer.execute("ROLLBACK TO body")
                self._writer.execute("RELEASE body")
                raise
            self._writer.execute("RELEASE body")
        # The commit belongs to everybody in the batch: one impatient caller must not cancel it.
        await asyncio.shield(batch.done)

    async def close(self) -> None:
        for commit in tuple(self._commits):
            await commit
        self._thread.shutdown()
        self._reader.close()
        self._writer.close()

    async def _begin(self) -> _Batch:
        await self._begin_immediate()
        batch = self._batch = _Batch()
        commit = asyncio.create_task(self._commit(batch))
        self._commits.add(commit)
        commit.add_done_callback(self._commits.discard)
        return batch

    async def _begin_immediate(self) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + BUSY_DEADLINE
        while True:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or loop.time() > deadline:
                    raise Unavailable(f"the database is busy: {error}") from error
            await asyncio.sleep(0.005)

    async def _commit(self, batch: _Batch) -> None:
        """Waits its turn behind the bodies that were already waiting, then syncs for all of them."""
        async with self._turn:
            self._batch = None
            loop = asyncio.get_running_loop()
            try:
                await loop.run_in_executor(self._thread, self._writer.execute, "COMMIT")
            except sqlite3.Error as error:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                batch.done.set_exception(Unavailable(f"the commit failed: {error}"))
                # Somebody always waits, unless every body of the batch raised: then there was nothing to lose.
                batch.done.exception()
            else:
                batch.done.set_result(None)


def _conflict(error: sqlite3.IntegrityError) -> Conflict:
    """SQLite names CHECKs by their name and unique keys by their columns."""
    match = re.match(r"(CHECK|UNIQUE|NOT NULL|FOREIGN KEY) constraint failed(?:: (.*))?", str(error))
    return Conflict(match[2] or match[1] if match else str(error), str(error))
