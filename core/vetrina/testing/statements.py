"""Count the statements a piece of code sends to the database."""

from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

from vetrina.kernel.db import Database, Session
from vetrina.kernel.db.session import Driver
from vetrina.kernel.db.statements import Call


class Counted:
    """A driver that keeps the text of every statement; one that is run for many rows at once is one."""

    def __init__(self, driver: Driver, texts: list[str], calls: list[Call] | None = None) -> None:
        self.texts = texts
        self.calls = list[Call]() if calls is None else calls
        self._driver = driver

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]:
        self.texts.append(call.text)
        self.calls.append(call)
        return await self._driver.fetch(call)

    async def execute(self, call: Call) -> int:
        self.texts.append(call.text)
        self.calls.append(call)
        return await self._driver.execute(call)

    async def execute_many(self, text: str, batches: list[list[Any]]) -> None:
        self.texts.append(text)
        await self._driver.execute_many(text, batches)


@contextmanager
def statements(db: Database) -> Generator[list[str]]:
    """The texts of the statements read through `db` inside the block, in order."""
    driver = db._driver
    counted = Counted(driver, [])
    db._driver = counted
    try:
        yield counted.texts
    finally:
        db._driver = driver


@contextmanager
def all_statements(db: Database, calls: list[Call] | None = None) -> Generator[list[str]]:
    """The same with those of transactions, but for what begins and ends them; `calls` takes their calls."""
    transaction, driver = db.transaction, db._driver

    @asynccontextmanager
    async def watched() -> AsyncGenerator[Session]:
        async with transaction() as session:
            cast(Any, session)._driver = Counted(session._driver, texts, calls)
            yield session

    texts = list[str]()
    db.transaction, db._driver = watched, Counted(driver, texts, calls)
    try:
        yield texts
    finally:
        del db.transaction
        db._driver = driver
