"""demo: a real shop with a catalogue, served; what a newcomer types first."""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from vetrina.boot import Runtime
from vetrina.cli.opening import migrate_all, open_if_new, start_over
from vetrina.cli.running import settings_from, with_runtime
from vetrina.cli.serve import run_server
from vetrina.demo import after_sale, desk, parcels
from vetrina.demo.history import ORDERS
from vetrina.demo.logo import show_logo
from vetrina.demo.places import open_places
from vetrina.demo.shop import CUSTOMER, PLUGINS, configure, fill, hang_pictures, profile, remember, welcome_back
from vetrina.flows.staff.members import enrol_member
from vetrina.flows.staff.tokens import issue_token
from vetrina.kernel.settings import Settings
from vetrina.plugin.declarations import DemoRows

FOLDER = Path("var")
MEMBER, PASSWORD = "demo@vetrina.example", "olive-e-capperi"
"""Who signs in to the demo, which is served to this machine alone."""


@click.command()
@click.option("--fresh", is_flag=True, help="Throw the demo's database away and begin anew.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Server processes.")
@click.option("--without-history", is_flag=True, help="Leave out the eighteen months of orders.")
@click.option("--database-url", metavar="URL", help="Default: a SQLite file under var/.")
def demo(fresh: bool, port: int, workers: int, without_history: bool, database_url: str | None) -> None:
    """Open Bottega Vetrina, an Italian delicatessen to look at and to buy in, and serve it."""
    FOLDER.mkdir(exist_ok=True)
    settings = settings_from(
        database_url=database_url or f"sqlite:///{FOLDER / 'demo.sqlite3'}",
        base_url=f"http://127.0.0.1:{port}",
        media_root=str(FOLDER / "demo-media"),
    )
    console = Console()
    if fresh:
        start_over(settings)
    migrate_all(settings)
    is_new = open_if_new(settings, profile(), PLUGINS)
    hang_pictures(Path(settings.media_root))
    if is_new:
        _fill(settings, console, with_history=not without_history)
        with_runtime(settings, _enrol)
        with_runtime(settings, lambda runtime: _enliven(runtime, console))
    token = with_runtime(settings, _issue)
    _introduce(console, settings.base_url, token)
    run_server(settings, "127.0.0.1", port, workers)


def _fill(settings: Settings, console: Console, *, with_history: bool) -> None:
    with Progress(console=console, transient=True) as progress:
        shelves = progress.add_task("Filling the shelves", total=None)

        async def bring_in(runtime: Runtime) -> tuple[int, int]:
            await configure(runtime.context())
            await show_logo(runtime.context())
            count = await fill(runtime.context(), lambda: progress.advance(shelves))
            await open_places(runtime.context())
            if not with_history:
                return count, 0
            past = progress.add_task("Remembering eighteen months of orders", total=ORDERS)
            return count, await remember(
                runtime.context(), lambda report: progress.update(past, completed=report.orders)
            )

        count, orders = with_runtime(settings, bring_in)
    past = f", {orders:,} orders in the books" if orders else ""
    console.print(f"{count} products on the shelves{past}.", highlight=False)


async def _enliven(runtime: Runtime, console: Console) -> None:
    """Let plugins bring the rows that make them worth looking at; what one of them cannot do is said."""
    for owner, rows in runtime.collected.declarations:
        if isinstance(rows, DemoRows):
            try:
                await rows.run(runtime.context())
            except Exception as error:  # a demo without one plugin's rows is a demo all the same
                console.print(f"{owner} could not bring its rows: {type(error).__name__}: {error}", style="yellow")
    await after_sale.happen(runtime.context())
    await parcels.follow_all(runtime.context())
    await desk.wait(runtime.context())


async def _enrol(runtime: Runtime) -> None:
    known = runtime.site.permissions
    await welcome_back(runtime.context(), PASSWORD)
    await enrol_member(runtime.context(), MEMBER, "Demo", tuple(known), PASSWORD, known=known)


async def _issue(runtime: Runtime) -> str:
    known = runtime.site.permissions
    return await issue_token(runtime.context(), "demo", tuple(known), known=known)


def _introduce(console: Console, url: str, token: str) -> None:
    console.print(
        f"""
[bold]Bottega Vetrina is open.[/bold]

  shop window     {url}/
  storefront API  {url}/graphql  (in a browser: the explorer)
  as front ends   {url}/api/2026-04/graphql.json
  admin           {url}/admin  ([bold]{MEMBER}[/bold], password [bold]{PASSWORD}[/bold])
  a customer      [bold]{CUSTOMER}[/bold], password [bold]{PASSWORD}[/bold]; mails are kept at {url}/admin/mailbox
  admin API       {url}/admin/graphql
  admin token     [bold]{token}[/bold]

Stop with Ctrl+C. The shop stays in {FOLDER}/; --fresh begins anew.
""",
        highlight=False,
        soft_wrap=True,
    )
