"""How long the driver takes for what a shop's database is sent, beginnings and ends of transactions included."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from vetrina.kernel.db import Database, Session


class _Timed:
    """A driver under a stopwatch."""

    def __init__(self, driver: Any, times: list[float]) -> None:
        self.fetch = _timed(driver.fetch, times)
        self.execute = _timed(driver.execute, times)
        self.execute_many = _timed(driver.execute_many, times)


@contextmanager
def timing(db: Database) -> Generator[list[float]]:
    """The seconds of every call inside transactions and outside, and of beginning and ending them."""
    driver, transaction, times = db._driver, db.transaction, list[float]()
    outside: Any = _Timed(driver, times)

    @asynccontextmanager
    async def watched() -> AsyncGenerator[Session]:
        manager, begun = transaction(), time.perf_counter()
        session = await manager.__aenter__()
        times.append(time.perf_counter() - begun)
        inside: Any = _Timed(session._driver, times)
        session._driver = inside
        yield session
        ending = time.perf_counter()
        await manager.__aexit__(None, None, None)
        times.append(time.perf_counter() - ending)

    db._driver, db.transaction = outside, watched
    try:
        yield times
    finally:
        db._driver = driver
        del db.transaction


def _timed(call: Callable[..., Awaitable[Any]], times: list[float]) -> Callable[..., Awaitable[Any]]:
    async def timed(*given: Any) -> Any:
        begun = time.perf_counter()
        try:
            return await call(*given)
        finally:
            times.append(time.perf_counter() - begun)

    return timed
