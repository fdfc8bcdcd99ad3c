"""Which engine a process takes its jobs by, as its settings say."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from vetrina.kernel.clock import Clock
from vetrina.kernel.db import Database
from vetrina.kernel.errors import Fault
from vetrina.kernel.jobs.taking import Engine
from vetrina.kernel.settings import Settings


@asynccontextmanager
async def engine_of(
    settings: Settings, db: Database, clock: Clock, wake: Callable[[], None]
) -> AsyncGenerator[Engine | None]:
    """The engine of this process, open; None for the shop's own table. `wake` is told what others put off.

    Raises Fault where procrastinate is chosen and does not carry the shop's jobs.
    """
    if settings.jobs == "leased":
        yield None
        return
    # Imported by who works this way alone: a server has no second driver, and procrastinate is an extra.
    from vetrina.kernel.jobs.installing import is_installed

    if not await asyncio.to_thread(is_installed, settings.database_url):
        raise Fault("VETRINA_JOBS says procrastinate, which does not carry this shop's jobs yet: run vetrina migrate")
    from vetrina.kernel.jobs.carried import Carried

    async with Carried(db, clock, settings.database_url, wake) as engine:
        yield engine
