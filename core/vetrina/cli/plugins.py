"""plugins: see them, switch them on and off, confirm, order and remove them; all by the desk the admin uses too."""

from collections.abc import Awaitable, Callable, Iterable

import click
from rich.console import Console
from rich.table import Table

from vetrina.boot import Runtime
from vetrina.cli.running import database_option, settings_from, with_runtime
from vetrina.kernel.context import Context
from vetrina.plugin import Site, desk
from vetrina.plugin.desk import PluginCard, Removal

Verb = Callable[[Site, Context, str], Awaitable[PluginCard]]


@click.group()
def plugins() -> None:
    """See plugins, switch them on and off."""


@plugins.command("list")
@database_option
def list_plugins(database_url: str | None) -> None:
    """What is installed, what is on, and why something that should be on is not."""

    async def look(runtime: Runtime) -> list[PluginCard]:
        return await desk.catalogue(runtime.site, runtime.shop.db)

    table = Table("plugin", "title", "version", "state", box=None)
    for card in with_runtime(settings_from(database_url=database_url), look):
        table.add_row(card.name, card.title, card.version, _state(card))
    Console().print(table)


@plugins.command("show")
@click.argument("name")
@database_option
def show(name: str, database_url: str | None) -> None:
    """One plugin: what it brings, what it needs, what is wrong with it."""

    async def look(runtime: Runtime) -> PluginCard:
        return await desk.plugin_card(runtime.site, runtime.shop.db, name)

    card = with_runtime(settings_from(database_url=database_url), look)
    click.echo(f"{card.title} ({card.name}) {card.version}: {_state(card)}")
    lines = {
        "about": [card.description] if card.description else [],
        "from": [card.distribution] if card.distribution else [],
        "requires": card.requires,
        "missing": (*card.missing_plugins, *card.missing_modules),
        "permissions": [f"{code}: {sentence}" for code, sentence in card.permissions.items()],
        **{part.kind: part.names for part in card.contributions},
        "problems": [f"{problem.kind} {problem.work} {problem.detail}".strip() for problem in card.problems],
    }
    for title, said in lines.items():
        if said:
            click.echo(f"  {title}: {', '.join(said)}")


@plugins.command("on")
@click.argument("names", nargs=-1, required=True)
@database_option
def plugins_on(names: tuple[str, ...], database_url: str | None) -> None:
    """Try plugins, make their tables and switch them on; running processes follow within a second."""
    _each(desk.enable, names, database_url)


@plugins.command("off")
@click.argument("names", nargs=-1, required=True)
@database_option
def plugins_off(names: tuple[str, ...], database_url: str | None) -> None:
    """Switch plugins off; their tables and settings stay."""
    _each(desk.disable, names, database_url)


@plugins.command("confirm")
@click.argument("names", nargs=-1, required=True)
@database_option
def plugins_confirm(names: tuple[str, ...], database_url: str | None) -> None:
    """Say that changed files of plugins are as they should be, after an upgrade for instance."""
    _each(desk.confirm, names, database_url)


@plugins.command("order")
@click.argument("port")
@click.argument("keys", nargs=-1)
@database_option
def plugins_order(port: str, keys: tuple[str, ...], database_url: str | None) -> None:
    """Put those who serve a port in order, the first asked first. Without keys: as they load."""

    async def act(runtime: Runtime) -> list[str]:
        card = await desk.reorder(runtime.site, runtime.context(), port, keys)
        return [f"{place.key} ({place.owner})" for place in card.places]

    click.echo(", ".join(with_runtime(settings_from(database_url=database_url), act)))


@plugins.command("remove")
@click.argument("name")
@click.option("--confirm", "typed", metavar="NAME", help="The name once more, instead of being asked for it.")
@database_option
def plugins_remove(name: str, typed: str | None, database_url: str | None) -> None:
    """Remove a plugin that is off: its tables with everything in them, and all the shop knows of it."""
    settings = settings_from(database_url=database_url)
    plan = with_runtime(settings, lambda runtime: desk.would_remove(runtime.site, runtime.context(), name))
    for line in _told(plan):
        click.echo(f"  {line}")
    sure = typed if typed is not None else click.prompt(f"This goes for good. Type {name} to remove it")
    with_runtime(settings, lambda runtime: desk.remove(runtime.site, runtime.context(), name, sure))
    click.echo(f"{name} is gone.")


def _each(verb: Verb, names: Iterable[str], database_url: str | None) -> None:
    async def act(runtime: Runtime) -> list[PluginCard]:
        return [await verb(runtime.site, runtime.context(), name) for name in names]

    for card in with_runtime(settings_from(database_url=database_url), act):
        click.echo(f"{card.name}: {_state(card)}")


def _state(card: PluginCard) -> str:
    state = card.state.replace("_", " ")
    return f"{state}: {card.reason}" if card.reason else state


def _told(plan: Removal) -> list[str]:
    tables = [f"the table {table.name} with {table.rows} rows" for table in plan.tables]
    stays = [f"the {plan.stays} stay: the package is gone or does not load"] if plan.stays else []
    return [*tables, *(f"{trace.kind}: {trace.rows}" for trace in plan.traces), *stays]
