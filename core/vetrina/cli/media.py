"""media fetch: copy pictures that are at other people's addresses into the shop's own storage."""

import sys

import click
from rich.console import Console
from rich.markup import escape

from vetrina.boot import Runtime
from vetrina.cli.running import database_option, settings_from, with_runtime
from vetrina.flows.media import Fetching, fetch_pictures

SHOWN = 50


@click.command("fetch")
@click.option("--most", type=click.IntRange(1), metavar="N", help="Stop after N pictures.")
@database_option
def fetch_command(most: int | None, database_url: str | None) -> None:
    """Fetch every picture at a foreign address, as imports leave them, and keep it as the shop's own.

    Safe to repeat. Nothing in a private network is called. Exits with 1 when some stay where they are.
    """
    console = Console()

    async def run(runtime: Runtime) -> Fetching:
        with console.status("Fetching pictures") as status:
            return await fetch_pictures(
                runtime.context(), most=most, progress=lambda report: status.update(f"{report.fetched} fetched")
            )

    report = with_runtime(settings_from(database_url=database_url), run, answers=False)
    for missed in report.missed[:SHOWN]:
        console.print(f"{escape(missed.address[:200])}: {escape(missed.reason[:200])}", style="yellow", highlight=False)
    console.print(f"{report.fetched} pictures fetched, {len(report.missed)} left where they are.", highlight=False)
    sys.exit(1 if report.missed else 0)
