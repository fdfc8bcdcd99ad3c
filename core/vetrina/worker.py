"""The worker: relays the outbox and runs due jobs, in the serving process or in one of its own."""

import asyncio
from collections.abc import Callable

import structlog

from vetrina.boot import Runtime

log = structlog.get_logger(__name__)

IDLE = 0.5
"""Seconds between looks when nothing wakes the worker: what another process wrote is found by looking."""


class Bell:
    """Wakes the worker of this process when a commit left something to do."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self, topics: set[str]) -> None:
        if topics:
            self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Until the bell rings, or the time is up."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return
        finally:
            self._rung.clear()


async def work(current: Callable[[], Runtime], bell: Bell, stop: asyncio.Event) -> None:
    """Deliver and run until told to stop; follows the Runtime as it is replaced.

    An outage of the database is logged and waited out: the worker never dies of it.
    """
    generation = None
    while not stop.is_set():
        runtime = current()
        try:
            if generation != runtime.generation:
                await runtime.relay.subscribe()
                await runtime.runner.schedule()
                generation = runtime.generation
            busy = await runtime.relay.run_once() + await runtime.runner.run_once()
        except Exception as error:  # whatever one pass met, the next may find it gone
            log.error("worker pass failed", error=repr(error), exc_info=error)
            busy = 0
            await asyncio.sleep(IDLE)
        if not busy:
            await bell.wait(IDLE)
