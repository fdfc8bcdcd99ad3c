"""SQLite: one writer whose transactions share commits, and connections that read beside it."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from vetrina.kernel.db.bindings import Call
from vetrina.kernel.db.readers import Readers, explained
from vetrina.kernel.db.session import Conflict, Database, Session
from vetrina.kernel.db.statements import Statements
from vetrina.kernel.errors import Unavailable

BUSY_DEADLINE = 5.0
"""Seconds to wait for another process that holds the file."""
STATEMENTS_KEPT = 500
"""Prepared statements that a connection keeps."""
LARGEST_VERSION = 2**31
"""The head of the file keeps 31 bits of `shared_version`."""
_VERSION = "PRAGMA user_version"
"""Read from the head of the file, without touching a table."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file with the shop's pragmas. Statements begin transactions themselves; nothing is implicit."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=0, cached_statements=STATEMENTS_KEPT
    )
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-32000"):
        _patiently(connection, f"PRAGMA {pragma}")
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """What writes does so in a transaction: SQLite refuses everything else here, whoever wrote the statement."""
    connection = connect(path)
    connection.execute("PRAGMA query_only=ON")
    return connection


def _patiently(connection: sqlite3.Connection, statement: str) -> None:
    """Switching to WAL needs the file for a moment; another process opening it at once is waited for."""
    connection.execute(f"PRAGMA busy_timeout={int(BUSY_DEADLINE * 1000)}")
    connection.execute(statement)
    connection.execute("PRAGMA busy_timeout=0")


class _Inline:
    """Runs a transaction's calls on the writer without leaving the loop: they take microseconds."""

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
        except sqlite3.OperationalError as error:
            raise explained(error) from error

    def _run(self, call: Call) -> sqlite3.Cursor:
        try:
            return self._connection.execute(call.text, call.arguments)
        except sqlite3.IntegrityError as error:
            raise _conflict(error) from error
        except sqlite3.OperationalError as error:
            raise explained(error) from error


class _Batch:
    """Transactions that end in one COMMIT."""

    def __init__(self) -> None:
        self.moves_shared = False
        self.is_lost = False
        """Whether SQLite has rolled all of it back by itself."""
        self._members: list[asyncio.Future[None]] = []

    def join(self) -> asyncio.Future[None]:
        """Done when the batch is committed. Each has its own: one impatient caller must not cancel the others'."""
        member = asyncio.get_running_loop().create_future()
        self._members.append(member)
        return member

    def end(self, problem: str | None = None) -> None:
        for member in self._members:
            if member.done():
                continue
            if problem is None:
                member.set_result(None)
            else:
                member.set_exception(Unavailable(problem))


class SqliteDatabase(Database):
    """A shop in one file (WAL, synchronous=FULL).

    Bodies of transactions run one after the other on the writer, each in a savepoint. The COMMIT runs in a thread
    and queues behind the bodies already waiting, so under load many share one sync to the disk; nobody is
    answered before it. Other processes may write to the file too: BEGIN IMMEDIATE waits for them off the loop.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._reader = _connect_to_read(path)
        self._writer = connect(path)
        self._writing = _Inline(self._writer)
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-commit")
        self._watcher: sqlite3.Cursor | None = None
        self._batch: _Batch | None = None
        self._commits: set[asyncio.Task[None]] = set()
        self._readers = Readers(self._reader, partial(_connect_to_read, path))
        super().__init__(Statements(sqlite_dialect()), self._readers)

    def transaction(self) -> AbstractAsyncContextManager[Session]:
        return self._transaction(self.opener())

    @asynccontextmanager
    async def _transaction(self, opener: str | None) -> AsyncGenerator[Session]:
        await self._turn.acquire()
        session = Session(self._statements, self._writing, self.packages)
        try:
            batch = self._batch or await self._begin()
            self._writer.execute("SAVEPOINT body")
            session.roll_back = partial(self._take_turn_back, batch)
            self.lend(session, opener)
            try:
                yield session
                session.finish()
            except BaseException:
                if session.reclaimed is None:
                    self._undo(batch)
                raise
            self._writer.execute("RELEASE body")
            if session.moves_shared and not batch.moves_shared:
                batch.moves_shared = True
                self._move_shared()
            committed = batch.join()
        finally:
            session.leave()
            if session.reclaimed is None:
                self._turn.release()
        await committed

    def shared_version(self) -> int | None:
        try:
            return None if self._watcher is None else self._watcher.execute(_VERSION).fetchone()[0]
        except sqlite3.OperationalError:  # another process holds the file for a moment
            return None

    async def watch_shared(self, stop: asyncio.Event) -> None:
        connection = connect(self.path)
        self._watcher = connection.cursor()
        try:
            await stop.wait()
        finally:
            self._watcher = None
            connection.close()

    async def close(self) -> None:
        for commit in tuple(self._commits):
            await commit
        self._thread.shutdown()
        self._readers.close()
        self._reader.close()
        self._writer.close()

    async def _begin(self) -> _Batch:
        await self._begin_immediate()
        batch = self._batch = _Batch()
        commit = asyncio.create_task(self._commit(batch))
        self._commits.add(commit)
        commit.add_done_callback(self._commits.discard)
        return batch

    def _take_turn_back(self, batch: _Batch) -> None:
        """Let the others write. Statements run within one step of the loop, so none is under way when a timer fires."""
        self._undo(batch)
        self._turn.release()

    def _undo(self, batch: _Batch) -> None:
        """Undo one body. A disk that is full, say, lets SQLite roll back the transaction with all bodies in it."""
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK TO body")
            self._writer.execute("RELEASE body")
        else:
            batch.is_lost = True
            self._batch = None

    def _move_shared(self) -> None:
        """Part of the transaction: whoever sees its writes, in whichever process, sees another number."""
        [version] = self._writer.execute(_VERSION).fetchone()
        self._writer.execute(f"{_VERSION} = {(version + 1) % LARGEST_VERSION}")

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
            if batch.is_lost:
                batch.end("the transaction was rolled back with another one")
                return
            self._batch = None
            loop = asyncio.get_running_loop()
            try:
                await loop.run_in_executor(self._thread, self._writer.execute, "COMMIT")
            except sqlite3.Error as error:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                batch.end(f"the commit failed: {error}")
            else:
                batch.end()


def _conflict(error: sqlite3.IntegrityError) -> Conflict:
    """SQLite names CHECKs by their name and unique keys by their columns."""
    match = re.match(r"(CHECK|UNIQUE|NOT NULL|FOREIGN KEY) constraint failed(?:: (.*))?", str(error))
    return Conflict(match[2] or match[1] if match else str(error), str(error))
