"""The worker: relays the outbox and runs due jobs, in the serving process or in one of its own."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext, suppress

import structlog

from vetrina.boot import Runtime
from vetrina.kernel import jobs
from vetrina.kernel.crew import Crew
from vetrina.kernel.jobs import Engine
from vetrina.kernel.messages import relay

log = structlog.get_logger(__name__)

IDLE = 0.5
"""Seconds between looks when nothing wakes the worker: what another process wrote is found by looking."""
LONGEST_PAUSE = 15.0
"""Seconds before the next try, at most, while the database is away."""
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


Opening = Callable[[], AbstractAsyncContextManager[Engine | None]]
"""Opens what hands out the jobs; None is the shop's own table."""


async def work(current: Callable[[], Runtime], bell: Bell, stop: asyncio.Event, opening: Opening = nullcontext) -> None:
    """Deliver and run until told to stop; follows the Runtime as it is replaced.

    What is at work is waited for by nobody: each look begins what is due and finds a place. When the Runtime is
    replaced, reactions end after the event they are at, and the next Runtime goes on from there. An outage of the
    database is logged and waited out, with growing pauses: the worker never dies of it.
    """
    async with AsyncExitStack() as held:
        reactions = Crew(relay.AT_ONCE, relay.PER_OWNER, lambda: bell.ring({"events"}))
        running = jobs.crew_of(lambda: bell.ring({"jobs"}))
        try:
            await _work(current, bell, stop, held, opening, reactions, running)
        finally:
            await asyncio.gather(reactions.stop(GRACE), running.stop(GRACE))


async def _work(
    current: Callable[[], Runtime],
    bell: Bell,
    stop: asyncio.Event,
    held: AsyncExitStack,
    opening: Opening,
    reactions: Crew,
    running: Crew,
) -> None:
    generation, engine, is_open, outages = None, None, False, Outages()
    while not stop.is_set():
        runtime = current()
        try:
            if not is_open:
                engine, is_open = await held.enter_async_context(opening()), True
            if generation != runtime.generation:
                await runtime.relay.subscribe()
                await runtime.runner.schedule()
                generation = runtime.generation
            await runtime.relay.start(reactions, _until_replaced(runtime, current, stop))
            await runtime.runner.start(running, engine)
        except Exception as error:  # whatever one pass met, the next may find it gone
            log.error("worker pass failed", error=repr(error), exc_info=error)
            await outages.wait(stop)
        else:
            outages.end()
        await bell.wait(IDLE)


class Outages:
    """How long to wait after a failure: longer each time, until something succeeds."""

    def __init__(self) -> None:
        self._failures = 0

    async def wait(self, stop: asyncio.Event) -> None:
        """Until the pause is over, or the process is told to stop."""
        seconds = min(IDLE * 2**self._failures, LONGEST_PAUSE)
        self._failures = min(self._failures + 1, 10)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await stop.wait()

    def end(self) -> None:
        self._failures = 0


def _until_replaced(runtime: Runtime, current: Callable[[], Runtime], stop: asyncio.Event) -> Callable[[], bool]:
    return lambda: current() is runtime and not stop.is_set()
