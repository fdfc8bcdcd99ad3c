"""Transactions of a process that dies at its Nth commit, just before it or just after it."""

import os
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from vetrina.kernel.db import Session

Transaction = Callable[[], AbstractAsyncContextManager[Session]]


def deadly(original: Transaction, crash_at: str, armed: Path) -> Transaction:
    """`crash_at` is before:N or after:N. Commits are counted from the moment the file `armed` exists."""
    when, _, number = crash_at.partition(":")
    count = 0

    def is_armed() -> bool:
        return armed.exists()

    def is_time(moment: str) -> bool:
        return when == moment and count == int(number)

    @asynccontextmanager
    async def transaction() -> AsyncGenerator[Session]:
        nonlocal count
        async with original() as session:
            yield session
            if is_armed():
                count += 1
                if is_time("before"):
                    os._exit(9)
        if is_armed() and is_time("after"):
            os._exit(9)

    return transaction
