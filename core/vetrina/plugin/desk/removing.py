"""Remove a plugin without a trace: its tables, settings, places, cursors, jobs and what it declared."""

import asyncio
from typing import Literal

import msgspec

from vetrina.flows.plugins import forget_plugin, switch_off
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin.collected import DOORS, Collected
from vetrina.plugin.declarations import MetafieldDefinition
from vetrina.plugin.desk.cards import plugin_card
from vetrina.plugin.desk.refusals import PluginRefused
from vetrina.plugin.desk.shelf import OnDisk, look, look_at
from vetrina.plugin.desk.tables import TableCard, table_cards, take_down
from vetrina.plugin.loader import Wanted, load
from vetrina.plugin.site import Site
from vetrina.plugin.words import Say
from vetrina.views.plugin_traces import Trace, traces
from vetrina.views.plugins import PluginRow, plugins


class Removal(msgspec.Struct, frozen=True):
    """What goes when a plugin is removed."""

    name: str
    tables: tuple[TableCard, ...]
    traces: tuple[Trace, ...]
    """Rows of the core's own tables: settings, order, cursors, failures, marks, jobs, metafields, measurements."""
    stays: Literal["", "tables", "metafields"] = ""
    """What cannot be taken along because the package is gone or does not load any more."""


async def would_remove(site: Site, ctx: Context, name: str) -> Removal:
    """What would go if the plugin was removed now; nothing is changed. Needs plugins.read. Raises NotFound."""
    ctx.require("plugins.read")
    rows = {row.name: row for row in await plugins(ctx.db)}
    disk = await look_at(name)
    if name in DOORS or (not disk.is_there and name not in rows):
        raise NotFound(what=f"The plugin {name}", field=("name",))
    alone = await asyncio.to_thread(_alone, site, disk, rows.get(name))
    return await _removal(site, ctx, disk, rows, alone)


async def remove(site: Site, ctx: Context, name: str, confirmation: str) -> Removal:
    """Remove a plugin that is off or left out; what went. `confirmation` is its name, typed by a person.

    Its tables go first, by its own migrations; then all the core knows of it, in one transaction. The audit trail
    stays. Raises NotFound, BadInput, PluginRefused, StillOn. Needs plugins.write.
    """
    ctx.require("plugins.write")
    if confirmation != name:
        raise BadInput(
            field=("confirmation",),
            problem=f"Type {name} to remove it with everything it keeps.",
            reason="confirmation",
            wanted=name,
        )
    rows = {row.name: row for row in await plugins(ctx.db)}
    card = await plugin_card(site, ctx.db, name)
    if card.state in ("on", "restart") or card.is_door:
        reason = Say(
            f"{card.title} is on: switch it off before removing it.",
            f"{card.said('title', 'it')} è attivo: spegnilo prima di rimuoverlo.",
        )
        raise PluginRefused(field=("name",), reason=reason)
    disk = await look_at(name)
    alone = await asyncio.to_thread(_alone, site, disk, rows.get(name))
    removal = await _removal(site, ctx, disk, rows, alone)
    if removal.stays == "tables":
        package = disk.package.package
        reason = Say(
            f"Its package is gone and its tables stand: install {package} again to remove them.",
            f"Il suo pacchetto non c'è più e le sue tabelle restano: reinstalla {package} per eliminarle.",
        )
        raise PluginRefused(field=("name",), reason=reason)
    await _refuse_where_needed(name, rows)
    if card.is_on:
        await switch_off(ctx, [name], DOORS)
    await take_down(site, name)
    keys: dict[str, set[str]] = {}
    for _, item in alone.ports:
        keys.setdefault(item.port.__name__, set()).add(item.key)
    told = {"tables": {each.name: each.rows for each in removal.tables}}
    await forget_plugin(ctx, name, keys, _declared(alone), told=told)
    site.shop.ports.meters.forget([name])
    return removal


async def _refuse_where_needed(name: str, rows: dict[str, PluginRow]) -> None:
    """A plugin that is left out may still be what others that are on stand on."""
    for other, disk in (await look(rows)).items():
        row = rows.get(other)
        if row is not None and row.is_on and disk.manifest is not None and name in disk.manifest.requires:
            reason = Say(
                f"{other} requires {name}: switch it off first.", f"{other} ha bisogno di {name}: spegnilo prima."
            )
            raise PluginRefused(field=("name",), reason=reason)


async def _removal(site: Site, ctx: Context, disk: OnDisk, rows: dict[str, PluginRow], alone: Collected) -> Removal:
    name = disk.package.name
    tables = await table_cards(ctx.db, name, [*rows, *(await look(rows))])
    keys = {(item.port.__name__, item.key) for _, item in alone.ports}
    found = await traces(ctx.db, name, keys, _declared(alone))
    stays: Literal["", "tables", "metafields"] = ""
    if tables and (not disk.is_there or disk.manifest is None):
        stays = "tables"
    elif alone.find(name) is None:
        stays = "metafields"
    return Removal(name, tuple(tables), tuple(trace for trace in found if trace.rows), stays)


def _declared(collected: Collected) -> list[tuple[str, str]]:
    """Owner types and keys of the metafields it declared: others in its namespace are somebody else's."""
    return [(item.owner_type, item.key) for _, item in collected.declarations if isinstance(item, MetafieldDefinition)]


def _alone(site: Site, disk: OnDisk, row: PluginRow | None) -> Collected:
    """What the plugin contributes, loaded beside those it requires and nobody else."""
    needed = [Wanted(other) for other in (disk.manifest.requires if disk.manifest is not None else ())]
    own = Wanted(disk.package.name, row.settings if row is not None else {})
    found = load([*needed, own], site.shop.vault)
    for other in (*DOORS, *(plugin.name for plugin in needed)):
        found = found.without(other, "")
    return found
