"""serve and work: the shop's processes."""

import asyncio
import signal
from contextlib import suppress
from typing import Any

import click
import structlog
import uvicorn

from vetrina.boot import Runtime, compose
from vetrina.cli.running import database_option, open_shop, said_plainly, settings_from
from vetrina.flows.measuring import Measuring
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.errors import Unavailable
from vetrina.kernel.jobs.choosing import engine_of
from vetrina.kernel.meters import Meters
from vetrina.kernel.settings import Settings, hand_down
from vetrina.views.plugins import generation
from vetrina.web.serving import Serving
from vetrina.worker import IDLE, Bell, Outages, work

log = structlog.get_logger(__name__)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Server processes.")
@click.option("--no-work", is_flag=True, help="Leave events and jobs to processes of `vetrina work`.")
@click.option("--safe", is_flag=True, default=None, help="Start with the two doors alone.")
@database_option
def serve(host: str, port: int, workers: int, no_work: bool, safe: bool | None, database_url: str | None) -> None:
    """Serve the shop over HTTP. Events and jobs are worked off beside it, unless VETRINA_WORKER is false."""
    settings = settings_from(database_url=database_url, safe=safe, worker=False if no_work else None)
    run_server(settings, host, port, workers)


def run_server(settings: Settings, host: str, port: int, workers: int = 1) -> None:
    """Serve until a signal says stop; running requests are finished first.

    Exits with 3 where the shop cannot be opened, for whoever watches the process to start it again: a server that
    opened nothing would answer nothing.
    """
    with said_plainly():
        asyncio.run(_find_shop(settings))
    options: dict[str, Any] = {
        "host": host,
        "port": port,
        "lifespan": "on",
        "loop": "uvloop",
        "http": "httptools",
        "log_config": None,
        "access_log": False,
        "timeout_graceful_shutdown": 10,
    }
    if workers == 1:
        uvicorn.run(Serving(settings), **options)
        return
    hand_down(settings)
    uvicorn.run("vetrina.web.serving:create", factory=True, workers=workers, **options)


async def _find_shop(settings: Settings) -> None:
    """Look before any process is started: one that cannot find the shop would be started again and again."""
    await (await open_shop(settings)).close()


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
