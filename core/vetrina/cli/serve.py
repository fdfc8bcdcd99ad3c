"""serve: the shop's server processes, and the one that watches them."""

import asyncio
from typing import Any

import click
import uvicorn

from vetrina.cli.running import database_option, open_shop, said_plainly, settings_from
from vetrina.kernel.settings import Settings, hand_down


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
        from vetrina.web.serving import Serving  # the shop itself: who only watches its workers does not hold it too

        uvicorn.run(Serving(settings), **options)
        return
    hand_down(settings)
    uvicorn.run("vetrina.web.serving:create", factory=True, workers=workers, **options)


async def _find_shop(settings: Settings) -> None:
    """Look before any process is started: one that cannot find the shop would be started again and again."""
    await (await open_shop(settings)).close()
