"""work: events and jobs in a process of their own."""

import asyncio
import signal
from contextlib import suppress

import click
import structlog

from vetrina.boot import Runtime, compose
from vetrina.cli.running import database_option, open_shop, said_plainly, settings_from
from vetrina.flows.measuring import Measuring
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.errors import Unavailable
from vetrina.kernel.jobs.choosing import engine_of
from vetrina.kernel.meters import Meters
from vetrina.kernel.settings import Settings
from vetrina.views.plugins import generation
from vetrina.worker import IDLE, Bell, Outages, work

log = structlog.get_logger(__name__)


@click.command("work")
@database_option
def work_command(database_url: str | None) -> None:
    """Relay events and run jobs in a process of its own."""
    with said_plainly():
        asyncio.run(_work(settings_from(database_url=database_url)))


async def _work(settings: Settings) -> None:
    db = await open_shop(settings)
    bell, stop = Bell(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    clock = SystemClock()
    meters, measuring = Meters(clock), Measuring()
    current: list[Runtime] = [await compose(settings, db, clock, bell.ring, meters)]

    async def follow() -> None:
        """Take up a new Runtime when the shop asks for one; until it can be composed, the old one goes on."""
        outages = Outages()
        while not stop.is_set():
            try:
                if await generation(db) != current[0].generation:
                    current[0] = await compose(settings, db, clock, bell.ring, meters)
                await measuring.write(current[0].context())
            except Exception as error:  # an outage of the database, say: it is asked again
                log.error("runtime not replaced", error=repr(error), exc_info=error)
                await outages.wait(stop)
            else:
                outages.end()
            await asyncio.sleep(IDLE)

    following = asyncio.create_task(follow())
    try:
        await work(lambda: current[0], bell, stop, lambda: engine_of(settings, db, clock, lambda: bell.ring({"jobs"})))
        # Whoever stops does not wait for a Runtime that nobody will use.
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        with suppress(Unavailable):
            await measuring.end(current[0].context())
    finally:
        following.cancel()
        await db.close()
