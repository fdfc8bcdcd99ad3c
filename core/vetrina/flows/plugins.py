"""Switch plugins on and off and keep their settings; each change asks for a new Runtime."""

from collections.abc import Sequence
from typing import Any

from vetrina.kernel.context import Context
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.shop.plugins import service
from vetrina.shop.staff.service import audit


class DoorStaysOpen(Refusal):
    """The doors cannot be switched off."""

    code = "DOOR_STAYS_OPEN"
    text = "{name} is a door of the shop and cannot be switched off."


async def switch_on(ctx: Context, names: Sequence[str]) -> None:
    """Switch plugins on, in the order given. Needs plugins.write. Whether they load shows in the next Runtime."""
    await _switch(ctx, names, is_on=True)


async def switch_off(ctx: Context, names: Sequence[str], doors: Sequence[str] = ()) -> None:
    """Switch plugins off; their tables and settings stay. Raises DoorStaysOpen for a door. Needs plugins.write."""
    for name in names:
        if name in doors:
            raise DoorStaysOpen(name=name)
    await _switch(ctx, names, is_on=False)


async def keep_settings(ctx: Context, name: str, settings: dict[str, Any]) -> None:
    """Keep a plugin's settings, already checked against its schema. Raises NotFound. Needs plugins.write."""
    ctx.require("plugins.write")
    async with ctx.tx() as session:
        if not await service.keep_settings(session, name, settings, ctx.now()):
            raise NotFound(what=f"The plugin {name}")
        await service.next_generation(session)
        await audit(
            session,
            at=ctx.now(),
            actor=ctx.actor.name,
            action="plugin.configured",
            subject=f"plugin:{name}",
            before=None,
            after={"fields": sorted(settings)},
            trail=ctx.trail,
        )


async def _switch(ctx: Context, names: Sequence[str], *, is_on: bool) -> None:
    ctx.require("plugins.write")
    async with ctx.tx() as session:
        changed = [name for name in names if await service.switch(session, name, is_on=is_on, at=ctx.now())]
        if not changed:
            return
        await service.next_generation(session)
        for name in changed:
            await audit(
                session,
                at=ctx.now(),
                actor=ctx.actor.name,
                action="plugin.switched-on" if is_on else "plugin.switched-off",
                subject=f"plugin:{name}",
                before=None,
                after=None,
                trail=ctx.trail,
            )
