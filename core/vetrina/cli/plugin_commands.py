"""vetrina <plugin> <command>: the commands that a plugin which is on brings; VETRINA_DATABASE_URL says which shop."""

import asyncio
from typing import Any

import click

from vetrina.cli.running import settings_from, with_runtime
from vetrina.kernel.crypto import Vault
from vetrina.kernel.db import open_database
from vetrina.kernel.settings import Settings
from vetrina.plugin.commands import ShopDoor
from vetrina.plugin.discovery import folder_of, wanted
from vetrina.plugin.loader import Wanted, load
from vetrina.views.plugins import PluginRow, plugins


class PluginCommands(click.Group):
    """A plugin's commands; the shop is opened for the one that is run."""

    def __init__(self, settings: Settings, name: str, title: str, commands: list[click.Command]) -> None:
        super().__init__(name, help=title, commands=commands)
        self._settings = settings

    def invoke(self, ctx: click.Context) -> Any:
        ctx.obj = ShopDoor(lambda act: with_runtime(self._settings, lambda runtime: act(runtime.context())))
        return super().invoke(ctx)


def plugin_commands(name: str) -> PluginCommands | None:
    """The commands of an installed plugin; None when there is no such plugin. Raises UsageError when it has none.

    Nothing is asked of the database for a name that is no plugin's.
    """
    if not name.isidentifier() or folder_of(wanted([name])[name].package) is None:
        return None
    settings = settings_from()
    rows = [row for row in asyncio.run(_known(settings)) if row.is_on]
    if name not in {row.name for row in rows}:
        raise click.UsageError(f"The plugin {name} is off: vetrina plugins on {name}")
    vault = Vault(settings.secret_key.get_secret_value())
    collected = load([Wanted(row.name, row.settings, row.digest) for row in rows], vault)
    plugin = collected.find(name)
    if plugin is None:
        reason = next((entry.reason for entry in collected.left_out if entry.name == name), "")
        raise click.UsageError(f"The plugin {name} is left out: {reason}")
    found: list[click.Command] = [command for owner, command in collected.commands if owner == name]
    if not found:
        raise click.UsageError(f"The plugin {name} has no commands.")
    return PluginCommands(settings, name, plugin.manifest.title, found)


async def _known(settings: Settings) -> list[PluginRow]:
    db = await open_database(settings.database_url, settings.pool_size)
    try:
        return await plugins(db)
    finally:
        await db.close()
