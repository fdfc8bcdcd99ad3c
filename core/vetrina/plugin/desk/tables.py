"""A plugin's tables: made when it is switched on, dropped when it is removed, and what they hold meanwhile.

What migrates is imported when it is needed: a server that changes no tables does without it.
"""

import asyncio
from collections.abc import Iterable

import msgspec
from sqlalchemy import func, select, table

from vetrina.kernel.db import Reads
from vetrina.kernel.db.sizes import table_sizes, tables_owned
from vetrina.plugin.desk.refusals import PluginRefused
from vetrina.plugin.discovery import migrations
from vetrina.plugin.site import Site
from vetrina.plugin.words import Say


class TableCard(msgspec.Struct, frozen=True):
    """A table of a plugin: how many rows, and how many bytes with its indexes where that can be known."""

    name: str
    rows: int
    bytes: int | None


async def bring_up(site: Site, name: str) -> None:
    """Run the migrations a plugin has not run yet. Raises PluginRefused where one fails: then none has happened."""
    folders = await asyncio.to_thread(migrations)
    if name not in folders:
        return
    url = site.settings.database_url

    def run() -> str | None:
        from vetrina.kernel.migrate import upgrade_one

        return upgrade_one(url, folders, name).failed.get(name)

    reason = await asyncio.to_thread(run)
    if reason is not None:
        said = Say(
            f"Its tables could not be brought up to date: {reason}",
            f"Non è stato possibile aggiornare le sue tabelle: {reason}",
        )
        raise PluginRefused(field=("name",), reason=said)


async def take_down(site: Site, name: str) -> None:
    """Drop a plugin's tables by its own migrations. Raises PluginRefused where that fails: then nothing has changed."""
    folders = await asyncio.to_thread(migrations)
    if name not in folders:
        return
    url = site.settings.database_url

    def run() -> None:
        from vetrina.kernel.migrate import remove

        remove(url, folders, name)

    try:
        await asyncio.to_thread(run)
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        reason = Say(
            f"Its tables could not be dropped: {why}", f"Non è stato possibile eliminare le sue tabelle: {why}"
        )
        raise PluginRefused(field=("name",), reason=reason) from error


async def table_cards(db: Reads, name: str, known: Iterable[str]) -> list[TableCard]:
    """The tables of one plugin, counted. `known` are the names of all plugins: a longer name's are not ours."""
    names = {name, *known}
    found = (await tables_owned(db, names))[name]
    sizes = await table_sizes(db, found)
    counts = [await db.value(select(func.count()).select_from(table(each))) for each in found]
    return [TableCard(each, count, sizes.get(each)) for each, count in zip(found, counts, strict=True)]
