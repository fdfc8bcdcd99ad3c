"""What SQLite does for a piece of code: the steps of its machine, which no other work on this computer changes."""

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from vetrina.kernel.db import Database
from vetrina.kernel.db.sqlite import SqliteDatabase
from vetrina.kernel.db.statements import Call

STRIDE = 100


class Effort:
    """A driver that runs every read on a connection of its own and counts hundreds of steps."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.hundreds = 0
        self._connection = connection
        connection.set_progress_handler(self._step, STRIDE)

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]:
        return self._connection.execute(call.text, call.arguments).fetchall()

    async def execute(self, call: Call) -> int:
        raise AssertionError("reads are counted, not writes")

    async def execute_many(self, text: str, batches: list[list[Any]]) -> None:
        raise AssertionError("reads are counted, not writes")

    def _step(self) -> int:
        self.hundreds += 1
        return 0


@contextmanager
def effort(db: Database) -> Generator[Effort]:
    """Count the steps of what is read through `db`, which is on SQLite, inside the block."""
    connection = sqlite3.connect(cast("SqliteDatabase", db).path)
    driver = db._driver
    counted = Effort(connection)
    db._driver = counted
    try:
        yield counted
    finally:
        db._driver = driver
        connection.close()
