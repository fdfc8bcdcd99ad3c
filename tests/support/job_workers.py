"""Workers in processes of their own, which write a line for each job they run, and may be killed at it."""

import asyncio
import os
import signal
from collections import Counter
from contextlib import AsyncExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.support import shops

from vetrina.kernel.clock import SystemClock
from vetrina.kernel.crew import Crew
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import open_database
from vetrina.kernel.jobs import Job, Runner, taking
from vetrina.kernel.jobs.carried import Carried

_FORKS = get_context("forkserver")


class Worker:
    """A process that works until it is told to stop."""

    def __init__(self, url: str, engine: str, book: Path, *, is_careless: bool = False) -> None:
        self._process = _FORKS.Process(target=_run, args=(url, engine, str(book), is_careless))
        self._process.start()

    def send(self, number: int) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def wait(self) -> int | None:
        """The exit code."""
        self._process.join(20)
        return self._process.exitcode


def lines(book: Path) -> Counter[str]:
    """What was written, and how often."""
    return Counter(book.read_text().split("\n")[:-1])


async def until_written(book: Path, *expected: str) -> None:
    """Wait until each of these was written, and as often as it is named."""
    async with asyncio.timeout(30):
        while not Counter(expected) <= lines(book):  # noqa: ASYNC110 (another process writes it)
            await asyncio.sleep(0.02)


def write(book: Path, line: str) -> None:
    with book.open("a") as file:
        file.write(f"{line}\n")


def jobs(book: Path) -> list[Job]:
    """One that writes its line, one that takes its time, one that never ends."""

    async def note(ctx: Any, payload: dict[str, Any]) -> None:
        write(book, payload["line"])
        await asyncio.sleep(0.005)

    async def linger(ctx: Any, payload: dict[str, Any]) -> None:
        write(book, "lingering")
        await asyncio.sleep(0.5)
        write(book, "lingered")

    async def hang(ctx: Any, payload: dict[str, Any]) -> None:
        write(book, "hanging")
        await asyncio.sleep(3_600)

    named = {"note": note, "linger": linger, "hang": hang}
    return [Job(name=f"notes.{name}", run=run) for name, run in named.items()]


def _run(url: str, engine: str, book: str, is_careless: bool) -> None:
    asyncio.run(_work(url, engine, Path(book), is_careless))


async def _work(url: str, engine: str, book: Path, is_careless: bool) -> None:
    if is_careless:
        taking.lease = _forget_to_lease
    stop, crew = asyncio.Event(), Crew(8, 8)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with AsyncExitStack() as held:
        db = await open_database(url, 4)
        held.push_async_callback(db.close)
        ctx = shops.context(shops.make_shop(db, shops.StillClock()), shops.NOWHERE)
        runner = Runner(db, SystemClock(), jobs(book), lambda name: ctx)
        taking_by = None
        if engine == "procrastinate":
            taking_by = await held.enter_async_context(Carried(db, SystemClock(), url))
        write(book, "up")
        while not stop.is_set():
            if not await runner.start(crew, taking_by):
                await asyncio.sleep(0.01)
        await crew.stop(5)


async def _forget_to_lease(session: Any, row: tuple[Any, ...], known: Any, now: Any) -> taking.Taken:
    """In the place of what takes the lease."""
    job_id, name, key, payload, attempts = row
    return taking.Taken(job_id, known[name], key, payload, attempts, draw_key())
