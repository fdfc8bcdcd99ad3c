"""Count the statements a piece of code sends to the database."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from vetrina.kernel.db import Database
from vetrina.kernel.db.session import Driver
from vetrina.kernel.db.statements import Call


class Counted:
    """A driver that keeps the text of every read outside transactions."""

    def __init__(self, driver: Driver) -> None:
        self.texts: list[str] = []
        self._driver = driver

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]:
        self.texts.append(call.text)
        return await self._driver.fetch(call)

    async def execute(self, call: Call) -> int:
        return await self._driver.execute(call)

    async def execute_many(self, text: str, batches: list[list[Any]]) -> None:
        await self._driver.execute_many(text, batches)


@contextmanager
def statements(db: Database) -> Generator[list[str]]:
    """The texts of the statements read through `db` inside the block, in order."""
    driver = db._driver
    counted = Counted(driver)
    db._driver = counted
    try:
        yield counted.texts
    finally:
        db._driver = driver
