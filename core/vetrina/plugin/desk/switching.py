"""Switch a plugin on, once it has shown that it works; switch it off; confirm files that have changed."""

import asyncio

import vetrina
from vetrina.flows.plugins import confirm_files, switch_off, switch_on, try_plugin_again
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import Vault
from vetrina.kernel.errors import NotFound
from vetrina.plugin.collected import DOORS, Collected
from vetrina.plugin.desk.cards import PluginCard, plugin_card
from vetrina.plugin.desk.refusals import PluginRefused, not_loaded
from vetrina.plugin.desk.shelf import look, look_at
from vetrina.plugin.desk.tables import bring_up
from vetrina.plugin.loader import Wanted, load
from vetrina.plugin.manifest import ManifestRefused, check_manifest
from vetrina.plugin.site import Site
from vetrina.plugin.words import Say
from vetrina.views.plugins import PluginRow, plugins


async def enable(site: Site, ctx: Context, name: str) -> PluginCard:
    """Switch a plugin on after it was loaded beside those that are on, and its tables were made.

    One that should be on and is left out is tried again. Raises PluginRefused with what keeps it from working; then
    nothing has changed but tables that came into being. Needs plugins.write.
    """
    ctx.require("plugins.write")
    rows = {row.name: row for row in await plugins(ctx.db)}
    row = rows.get(name)
    is_on = name in DOORS or (row is not None and row.is_on)
    if is_on and site.collected.find(name) is not None:
        return await plugin_card(site, ctx.db, name)
    disk = await look_at(name)
    if not disk.is_there:
        raise NotFound(what=f"The plugin {name}", field=("name",))
    await _try(site, rows, name)
    await bring_up(site, name)
    if is_on:
        await try_plugin_again(ctx, name)
    else:
        brought = tuple(disk.manifest.permissions) if disk.manifest is not None else ()
        await switch_on(ctx, [name], {name: disk.digest}, {name: brought})
    return await plugin_card(site, ctx.db, name, is_decided=True)


async def disable(site: Site, ctx: Context, name: str) -> PluginCard:
    """Switch a plugin off; tables and settings stay. Needs plugins.write.

    Raises DoorStaysOpen, and PluginRefused while another plugin that is on requires it.
    """
    ctx.require("plugins.write")
    rows = {row.name: row for row in await plugins(ctx.db)}
    shelf = await look(rows)
    if name not in shelf:
        raise NotFound(what=f"The plugin {name}", field=("name",))
    for other, row in rows.items():
        manifest = shelf[other].manifest
        if row.is_on and manifest is not None and name in manifest.requires:
            reason = Say(
                f"{manifest.title} ({other}) requires {name}: switch it off first.",
                f"{manifest.said('title', 'it')} ({other}) ha bisogno di {name}: spegnilo prima.",
            )
            raise PluginRefused(field=("name",), reason=reason)
    await switch_off(ctx, [name], DOORS)
    return await plugin_card(site, ctx.db, name)


async def confirm(site: Site, ctx: Context, name: str) -> PluginCard:
    """Say that changed files of a plugin are as they should be, and bring its tables up to them.

    Processes that have imported the old files go on with them until they are started again: the card says so.
    Raises NotFound, PluginRefused. Needs plugins.write.
    """
    ctx.require("plugins.write")
    rows = {row.name: row for row in await plugins(ctx.db)}
    disk = await look_at(name)
    if name not in rows:
        raise NotFound(what=f"The plugin {name}", field=("name",))
    if rows[name].digest == disk.digest:
        return await plugin_card(site, ctx.db, name)
    if disk.manifest is None:
        raise PluginRefused(field=("name",), reason=not_loaded(disk.problem))
    try:
        check_manifest(disk.manifest, vetrina.__version__, {*DOORS, *(row.name for row in rows.values() if row.is_on)})
    except ManifestRefused as refusal:
        raise PluginRefused(field=("name",), reason=not_loaded(str(refusal))) from refusal
    await bring_up(site, name)
    await confirm_files(ctx, name, disk.digest)
    return await plugin_card(site, ctx.db, name, is_decided=True)


async def _try(site: Site, rows: dict[str, PluginRow], name: str) -> None:
    """Load the plugin beside those that are on. Raises PluginRefused when it would be left out."""
    plan = [Wanted(row.name, row.settings, row.digest) for row in rows.values() if row.is_on and row.name != name]
    own = rows.get(name)
    if own is None:
        plan.append(Wanted(name))
    else:
        plan.append(Wanted(name, own.settings, own.digest if own.is_on else ""))
    vault = site.shop.vault
    try:
        collected = await asyncio.to_thread(_rehearsed, site, plan, vault)
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        reason = Say(f"It could not be tried: {why}", f"Non è stato possibile provarlo: {why}")
        raise PluginRefused(field=("name",), reason=reason) from error
    if collected.find(name) is None:
        reason = next((entry.reason for entry in collected.left_out if entry.name == name), "it does not load")
        raise PluginRefused(field=("name",), reason=not_loaded(f"{reason[0].upper()}{reason[1:]}"))


def _rehearsed(site: Site, plan: list[Wanted], vault: Vault) -> Collected:
    """What would come of it: of the whole Runtime where the site can compose one, else of loading."""
    return site.rehearse(plan) if site.rehearse is not None else load(plan, vault)
