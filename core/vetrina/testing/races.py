"""Races: coroutines released at one moment, and interleaved at every statement; and whether a test would notice."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, TypeVar, cast
from unittest import mock

from vetrina.kernel.context import Context
from vetrina.kernel.db import Database, Session
from vetrina.kernel.db.session import Driver
from vetrina.kernel.db.statements import Call
from vetrina.kernel.errors import Refusal

T = TypeVar("T")

LONGEST_PAUSE = 5
"""Turns of the loop that a racer waits at most before a statement."""


class NothingToBreak(AssertionError):
    """A race was won without its guard: it would not notice a missing one."""


async def race(ctx: Context, n: int, make: Callable[[int], Awaitable[T]], *, seed: int = 0) -> list[T | Refusal]:
    """Run `make(0)` to `make(n - 1)`, released at one moment; what each answered, or the Refusal it met.

    Before every statement and transaction a racer waits for some turns, drawn from `seed`: the same is the same race,
    on SQLite at least, and another seed another one. Any other exception ends the race and is raised.
    """
    released = asyncio.Event()

    async def run(number: int) -> T | Refusal:
        await released.wait()
        try:
            return await make(number)
        except Refusal as refusal:
            return refusal

    with interleaved(ctx.db, seed):
        async with asyncio.TaskGroup() as racers:
            running = [racers.create_task(run(number)) for number in range(n)]
            await asyncio.sleep(0)
            released.set()
    return [racer.result() for racer in running]


@contextmanager
def interleaved(db: Database, seed: int = 0) -> Generator[None]:
    """Let every statement through `db` wait its turn inside the block, in transactions and outside."""
    drawn = random.Random(seed)
    transaction, driver = db.transaction, db._driver

    def watched() -> AbstractAsyncContextManager[Session]:
        return _interleaved(transaction(), drawn)

    with (
        mock.patch.object(db, "transaction", watched),
        mock.patch.object(db, "_driver", _Turns(driver, drawn)),
    ):
        yield


@contextmanager
def with_guard_off(owner: Any, name: str, instead: Any) -> Generator[None]:
    """Put something in a guard's place and expect the block to fail by an assertion. Raises NothingToBreak otherwise.

    A test of a race that passes says little until it has been seen to fail:

        with with_guard_off(flows, "TAKE", update(Gift).values(left=Gift.left - 1)):
            await ten_buyers_get_one_gift(shop)
    """
    with mock.patch.object(owner, name, instead):
        try:
            yield
        except AssertionError:
            return
        except BaseExceptionGroup as errors:
            if errors.subgroup(AssertionError) is None:
                raise
            return
    raise NothingToBreak(f"without {name} everything went well: the race would not notice if it were missing")


@asynccontextmanager
async def _interleaved(opened: AbstractAsyncContextManager[Session], drawn: random.Random) -> AsyncGenerator[Session]:
    await _pause(drawn)
    async with opened as session:
        cast(Any, session)._driver = _Turns(session._driver, drawn)
        yield session


class _Turns:
    """A driver that lets others go first, as often as is drawn."""

    def __init__(self, driver: Driver, drawn: random.Random) -> None:
        self._driver = driver
        self._drawn = drawn

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]:
        await _pause(self._drawn)
        return await self._driver.fetch(call)

    async def execute(self, call: Call) -> int:
        await _pause(self._drawn)
        return await self._driver.execute(call)

    async def execute_many(self, text: str, batches: list[list[Any]]) -> None:
        await _pause(self._drawn)
        await self._driver.execute_many(text, batches)


async def _pause(drawn: random.Random) -> None:
    for _ in range(drawn.randint(0, LONGEST_PAUSE)):
        await asyncio.sleep(0)
