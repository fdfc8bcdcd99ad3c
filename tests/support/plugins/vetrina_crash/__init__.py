"""A plugin for tests: the process dies at its Nth commit, just before it or just after it.

CRASH_AT is before:N or after:N. Commits are counted from the moment the file CRASH_ARMED exists, so that a test can
set its scene first.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from vetrina.kernel.db import Session
from vetrina.plugin import Site, hookimpl


@hookimpl
@asynccontextmanager
async def lifespan(site: Site) -> AsyncGenerator[None]:
    when, _, number = os.environ.get("CRASH_AT", "never:0").partition(":")
    flag = Path(os.environ["CRASH_ARMED"])
    original, count = site.shop.db.transaction, 0

    def is_armed() -> bool:
        return flag.exists()

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

    site.shop.db.transaction = transaction
    yield
