"""The worker: relays the outbox and runs due jobs, in the serving process or in one of its own."""

import asyncio
from collections.abc import Callable

import structlog

from vetrina.boot import Runtime
from vetrina.kernel import jobs
from vetrina.kernel.crew import Crew
from vetrina.kernel.messages import relay

log = structlog.get_logger(__name__)

IDLE = 0.5
"""Seconds between looks when nothing wakes the worker: what another process wrote is found by looking."""
GRACE = 5.0
"""Seconds that reactions and jobs still at work are given when the worker stops; then they are cancelled."""


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

    What is at work is waited for by nobody: each look begins what is due and finds a place. When the Runtime is
    replaced, reactions end after the event they are at, and the next Runtime goes on from there. An outage of the
    database is logged and waited out: the worker never dies of it.
    """
    reactions = Crew(relay.AT_ONCE, relay.PER_OWNER, lambda: bell.ring({"events"}))
    running = Crew(jobs.AT_ONCE, jobs.PER_OWNER, lambda: bell.ring({"jobs"}))
    generation = None
    try:
        while not stop.is_set():
            runtime = current()
            try:
                if generation != runtime.generation:
                    await runtime.relay.subscribe()
                    await runtime.runner.schedule()
                    generation = runtime.generation
                await runtime.relay.start(reactions, _until_replaced(runtime, current, stop))
                await runtime.runner.start(running)
            except Exception as error:  # whatever one pass met, the next may find it gone
                log.error("worker pass failed", error=repr(error), exc_info=error)
                await asyncio.sleep(IDLE)
            await bell.wait(IDLE)
    finally:
        await asyncio.gather(reactions.stop(GRACE), running.stop(GRACE))


def _until_replaced(runtime: Runtime, current: Callable[[], Runtime], stop: asyncio.Event) -> Callable[[], bool]:
    return lambda: current() is runtime and not stop.is_set()
