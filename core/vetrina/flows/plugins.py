"""Switch plugins on and off, keep their settings, order them and forget them; each change asks for a new Runtime.

What a plugin is, and whether it would work, is the business of vetrina.plugin.desk, which comes here at its end.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from vetrina.flows.auditing import audited
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.kernel.jobs import forget_jobs
from vetrina.kernel.messages.cursors import forget_subscribers
from vetrina.shop.metafields import service as metafields
from vetrina.shop.plugins import service
from vetrina.shop.staff import service as staff
from vetrina.views.plugins import plugin_row, settings_token


class DoorStaysOpen(Refusal):
    """The doors cannot be switched off."""

    code = "DOOR_STAYS_OPEN"
    text = "{name} is a door of the shop and cannot be switched off."


class SettingsMoved(Refusal):
    """Somebody else has kept other settings since the form was drawn."""

    code = "SETTINGS_CHANGED"
    text = "Somebody has changed the settings of {name} meanwhile. Look at them and try again."


class StillOn(Refusal):
    """What is on cannot be removed."""

    code = "PLUGIN_IS_ON"
    text = "{name} is on. Switch it off before removing it."


@once
async def switch_on(
    ctx: Context,
    names: Sequence[str],
    digests: Mapping[str, str] | None = None,
    permissions: Mapping[str, Collection[str]] | None = None,
) -> None:
    """Switch plugins on, in the order given. Needs plugins.write. Whether they load shows in the next Runtime.

    `digests` are of the files somebody has looked at, by name, for those whose files are watched. `permissions` are
    what they bring: nobody has them yet, and nobody can grant what he lacks, so they go to whoever switches on; to
    everybody who may, where the shop itself does it.
    """
    await _switch(ctx, names, digests or {}, permissions or {}, is_on=True)


@once
async def switch_off(ctx: Context, names: Sequence[str], doors: Collection[str] = ()) -> None:
    """Switch plugins off; their tables and settings stay. Raises DoorStaysOpen for a door. Needs plugins.write."""
    for name in names:
        if name in doors:
            raise DoorStaysOpen(name=name)
    await _switch(ctx, names, {}, {}, is_on=False)


@once
async def try_plugin_again(ctx: Context, name: str) -> None:
    """Ask for a new Runtime, so that a plugin that is on and was left out is tried again. Needs plugins.write."""
    ctx.require("plugins.write")
    async with ctx.tx() as session:
        await service.next_generation(session)
        await audited(ctx, session, "plugin.tried-again", f"plugin:{name}")


@once
async def keep_settings(
    ctx: Context,
    name: str,
    settings: dict[str, Any],
    *,
    token: str | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Keep a plugin's settings, already checked against its schema, with secrets sealed. Needs plugins.write.

    `token` is of the settings they replace, see `settings_token`; `before` and `after` are what the audit may tell.
    Raises SettingsMoved when others have been kept meanwhile.
    """
    ctx.require("plugins.write")
    async with ctx.tx() as session:
        known = await service.settings_held(session, name)
        if token is not None and token != settings_token(known or {}):
            raise SettingsMoved(name=name)
        await service.keep_settings(session, name, settings, ctx.now())
        await service.next_generation(session)
        told = after if after is not None else {"fields": sorted(settings)}
        await audited(ctx, session, "plugin.configured", f"plugin:{name}", before=before, after=told)


@once
async def confirm_files(ctx: Context, name: str, digest: str) -> None:
    """Write down that a plugin's files are as they should be. Raises NotFound. Needs plugins.write."""
    ctx.require("plugins.write")
    async with ctx.tx() as session:
        if not await service.keep_digest(session, name, digest, ctx.now()):
            raise NotFound(what=f"The plugin {name}")
        await service.next_generation(session)
        await audited(ctx, session, "plugin.confirmed", f"plugin:{name}", after={"digest": digest})


@once
async def order_port(ctx: Context, port: str, keys: Sequence[str], known: Collection[str]) -> None:
    """Put a port's implementations in order, the first asked first; none: as they load. Needs plugins.write.

    `known` are the keys that serve the port now. Raises BadInput for another key, or one that is named twice.
    """
    ctx.require("plugins.write")
    strange = [key for key in keys if key not in known]
    if strange:
        raise BadInput(field=("keys",), problem=f"Nothing serves {port} under {strange[0]!r}.", reason="choice")
    if len(set(keys)) != len(keys):
        raise BadInput(field=("keys",), problem="A key is named twice.", reason="twice")
    async with ctx.tx() as session:
        before = await service.keep_order(session, port, keys, ctx.now())
        if before == list(keys):
            return
        await service.next_generation(session)
        changed = {"before": {"keys": before}, "after": {"keys": list(keys)}}
        await audited(ctx, session, "plugin.port-ordered", f"port:{port}", **changed)


@once
async def forget_plugin(
    ctx: Context,
    name: str,
    port_keys: Mapping[str, Collection[str]],
    metafields: Sequence[tuple[str, str]] = (),
    told: dict[str, Any] | None = None,
) -> None:
    """Forget a plugin that is off: settings, places on ports, cursors, failures, marks, jobs, measurements,
    and the permissions people and tokens had of it.

    `port_keys` are its keys by port, `metafields` the owner types and keys it declared. `told` is what the audit
    keeps of it. Raises StillOn. Needs plugins.write.
    """
    ctx.require("plugins.write")
    async with ctx.tx() as session:
        known = await plugin_row(session, name)
        if known is not None and known.is_on:
            raise StillOn(name=name)
        await _forget(ctx, session, name, port_keys, metafields)
        await service.next_generation(session)
        await audited(ctx, session, "plugin.removed", f"plugin:{name}", before=told)


async def _forget(
    ctx: Context,
    session: Session,
    name: str,
    port_keys: Mapping[str, Collection[str]],
    declared: Sequence[tuple[str, str]],
) -> None:
    await service.forget(session, name)
    for port, keys in port_keys.items():
        await service.leave_order(session, port, keys, ctx.now())
    await forget_subscribers(session, name)
    await forget_jobs(session, name)
    await staff.forget_permissions(session, name)
    for owner_type, key in declared:
        await metafields.forget_key(session, owner_type, name, key)


async def _switch(
    ctx: Context,
    names: Sequence[str],
    digests: Mapping[str, str],
    permissions: Mapping[str, Collection[str]],
    *,
    is_on: bool,
) -> None:
    ctx.require("plugins.write")
    async with ctx.tx() as session:
        changed = [
            name
            for name in names
            if await service.switch(session, name, is_on=is_on, at=ctx.now(), digest=digests.get(name, ""))
        ]
        if not changed:
            return
        await service.next_generation(session)
        for name in changed:
            await audited(ctx, session, "plugin.switched-on" if is_on else "plugin.switched-off", f"plugin:{name}")
            if is_on and permissions.get(name):
                await _hand_over(ctx, session, name, permissions[name])


async def _hand_over(ctx: Context, session: Session, name: str, codes: Collection[str]) -> None:
    """Somebody has to have a new plugin's permissions before anybody can be given them."""
    receivers = [ctx.actor.id] if ctx.actor.id is not None else await staff.members_who_may(session, "plugins.write")
    for member in await staff.grant_if_nobodys(session, codes, receivers):
        told = {"plugin": name, "permissions": sorted(codes)}
        await audited(ctx, session, "member.granted", f"member:{member}", after=told)
