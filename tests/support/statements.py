"""Count the statements a piece of code sends to the database."""

from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from vetrina.kernel.db import Database, Session
from vetrina.kernel.db.session import Driver
from vetrina.kernel.db.statements import Call


class Counted:
    """A driver that keeps the text of every statement; one that is run for many rows at once is one."""

    def __init__(self, driver: Driver, texts: list[str]) -> None:
        self.texts = texts
        self._driver = driver

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]:
        self.texts.append(call.text)
        return await self._driver.fetch(call)

    async def execute(self, call: Call) -> int:
        self.texts.append(call.text)
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
def all_statements(db: Database) -> Generator[list[str]]:
    """The same with those of transactions, but for what begins and ends them."""
    transaction = db.transaction

    @asynccontextmanager
    async def watched() -> AsyncGenerator[Session]:
        async with transaction() as session:
            session._driver = Counted(session._driver, texts)
            yield session

    with statements(db) as texts:
        db.transaction = watched
        try:
            yield texts
        finally:
            del db.transaction
