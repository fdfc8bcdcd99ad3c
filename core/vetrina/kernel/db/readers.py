"""SQLite's readers: what takes microseconds runs on the event loop, what takes longer in a thread of its own."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import inf
from time import perf_counter, thread_time
from typing import Any

from vetrina.kernel.db.bindings import Call
from vetrina.kernel.errors import Fault, Unavailable

LONG = 0.002
"""Seconds above which a statement leaves the loop; below half of that it comes back."""
PATIENCE = 0.025
"""Seconds after which one that was not known to be long is broken off, to begin again in a thread."""
STATEMENT_DEADLINE = 5.0
"""Seconds one statement may take in a thread, and wait for one."""
THREADS = 4
GLANCE = 20_000
"""Steps of SQLite's machine, about half a millisecond of them, between two looks at the clock on the loop."""
LOOK = 400_000
"""The same in a thread, where each look waits for the loop to let go of the interpreter."""


class Paces:
    """How long statements take, by their text; only what comes near to being long is kept in mind."""

    def __init__(self, limit: int = 1_000) -> None:
        self._limit = limit
        self._usual: dict[str, float] = {}
        self._long: set[str] = set()

    def is_long(self, text: str) -> bool:
        return text in self._long

    def learn(self, text: str, took: float) -> None:
        """One slow run in many is the machine's; some in a row are the statement's."""
        known = self._usual.pop(text, None)
        if known is None and took < LONG / 2:
            return
        usual = took if took > PATIENCE else 0.75 * (known or 0) + 0.25 * took
        if usual > LONG:
            self._long.add(text)
        elif usual < LONG / 2:
            self._long.discard(text)
        if usual > LONG / 10:
            self._usual[text] = usual
            if len(self._usual) > self._limit:
                forgotten = next(iter(self._usual))
                del self._usual[forgotten]
                self._long.discard(forgotten)


class _Job:
    """A statement on its way through a thread."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.until = perf_counter() + STATEMENT_DEADLINE
        self.is_given_up = False

    def is_over(self) -> bool:
        """Asked by SQLite in the midst of the statement: whether to break it off."""
        return self.is_given_up or perf_counter() > self.until


class Readers:
    """Runs reads outside transactions: on the loop with one connection, in each thread with another."""

    def __init__(self, inline: sqlite3.Connection, connect: Callable[[], sqlite3.Connection]) -> None:
        self._inline = inline
        self._connect = connect
        self._paces = Paces()
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="sqlite-read")
        self._idle: list[sqlite3.Connection] = []
        self._jobs: set[_Job] = set()
        self._until = inf
        inline.set_progress_handler(self._is_too_long, GLANCE)

    async def fetch(self, call: Call) -> list[tuple[Any, ...]]:
        if self._paces.is_long(call.text):
            return await self._fetch_in_thread(call)
        began = perf_counter()
        self._until = began + PATIENCE
        try:
            found = self._inline.execute(call.text, call.arguments).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise explained(error) from error
            self._paces.learn(call.text, perf_counter() - began)
            return await self._fetch_in_thread(call)
        finally:
            self._until = inf
        took = perf_counter() - began
        if took > LONG / 10:
            self._paces.learn(call.text, took)
        return found

    async def execute(self, call: Call) -> int:
        raise Fault("writes happen in a transaction")

    async def execute_many(self, text: str, batches: list[list[Any]]) -> None:
        raise Fault("writes happen in a transaction")

    def close(self) -> None:
        for job in self._jobs:
            job.is_given_up = True
        self._threads.shutdown()
        for connection in self._idle:
            connection.close()

    def _is_too_long(self) -> bool:
        return perf_counter() > self._until

    async def _fetch_in_thread(self, call: Call) -> list[tuple[Any, ...]]:
        job = _Job(call)
        self._jobs.add(job)
        try:
            found, took = await asyncio.get_running_loop().run_in_executor(self._threads, self._run, job)
        except sqlite3.OperationalError as error:
            raise explained(error) from error
        finally:
            job.is_given_up = True  # whoever waited may have been cancelled
            self._jobs.discard(job)
        self._paces.learn(call.text, took)
        return found

    def _run(self, job: _Job) -> tuple[list[tuple[Any, ...]], float]:
        if job.is_over():
            raise Unavailable("the database has too much to do")
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect()
        try:
            connection.set_progress_handler(job.is_over, LOOK)
            # The thread's own time is what the loop would have lost; waiting for the interpreter is none of it.
            began = thread_time()
            found = connection.execute(job.call.text, job.call.arguments).fetchall()
            return found, thread_time() - began
        finally:
            self._idle.append(connection)


_PRIMARY = 0xFF
"""The part of an error's code that all of its kind share."""


def explained(error: sqlite3.OperationalError) -> Exception:
    """What can be tried again is Unavailable."""
    if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
        return Unavailable("the statement took too long")
    if "locked" in str(error) or "busy" in str(error):
        return Unavailable(f"the database is busy: {error}")
    if error.sqlite_errorcode & _PRIMARY in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return Unavailable(f"the disk takes nothing more: {error}")
    return error
