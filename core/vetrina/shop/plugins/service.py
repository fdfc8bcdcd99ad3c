"""Switch plugins on and off, keep their settings, digests and order, forget them, and count generations."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update

from vetrina.kernel.db import Session
from vetrina.shop.plugins.models import Generation, PluginMeter, PluginState, PortOrder


async def switch(session: Session, name: str, *, is_on: bool, at: datetime, digest: str = "") -> bool:
    """Turn a plugin on (behind the others) or off; whether anything changed."""
    known = await session.fetch(select(PluginState.is_on).where(PluginState.name == name).with_for_update())
    if not known:
        if is_on:
            await _add(session, name, at, is_on=True, digest=digest)
        return is_on
    if known[0][0] == is_on:
        return False
    await session.execute(
        update(PluginState).where(PluginState.name == name).values(is_on=is_on, digest=digest, updated_at=at)
    )
    return True


async def settings_held(session: Session, name: str) -> dict[str, Any] | None:
    """A plugin's settings as kept, held until the transaction ends; None for a plugin that has none yet."""
    return await session.value(select(PluginState.settings).where(PluginState.name == name).with_for_update())


async def keep_settings(session: Session, name: str, settings: dict[str, Any], at: datetime) -> None:
    """Replace a plugin's settings; one that was never on is known from now on, and off."""
    statement = update(PluginState).where(PluginState.name == name).values(settings=settings, updated_at=at)
    if await session.execute(statement) == 0:
        await _add(session, name, at, settings=settings)


async def keep_digest(session: Session, name: str, digest: str, at: datetime) -> bool:
    """Replace the digest of a plugin's files; whether the plugin is known."""
    statement = update(PluginState).where(PluginState.name == name).values(digest=digest, updated_at=at)
    return await session.execute(statement) == 1


async def keep_order(session: Session, port: str, keys: Sequence[str], at: datetime) -> list[str]:
    """Replace the order on a port, no keys being no order; what it was."""
    before = await session.value(select(PortOrder.keys).where(PortOrder.port == port).with_for_update())
    if keys:
        await session.put(PortOrder, ("port",), port=port, keys=list(keys), updated_at=at)
    else:
        await session.execute(delete(PortOrder).where(PortOrder.port == port))
    return list(before or ())


async def leave_order(session: Session, port: str, keys: Collection[str], at: datetime) -> None:
    """Take keys out of the order on a port."""
    before = await session.value(select(PortOrder.keys).where(PortOrder.port == port).with_for_update())
    if before is not None:
        await keep_order(session, port, [key for key in before if key not in keys], at)


async def forget(session: Session, name: str) -> None:
    """Delete what is known of a plugin: its state, settings and measurements."""
    await session.execute(delete(PluginState).where(PluginState.name == name))
    await session.execute(delete(PluginMeter).where(PluginMeter.owner == name))


async def write_meters(session: Session, process: str, rows: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Write down what a process has measured, and that it is alive: its other rows stand as they are."""
    for row in rows:
        await session.put(PluginMeter, ("process", "owner", "kind", "name"), process=process, at=at, **row)
    await session.execute(update(PluginMeter).where(PluginMeter.process == process).values(at=at))


async def forget_meters(session: Session, process: str, before: datetime) -> None:
    """Drop what processes have measured that were not heard of since then, and what this one has."""
    await session.execute(delete(PluginMeter).where(or_(PluginMeter.at < before, PluginMeter.process == process)))


async def next_generation(session: Session) -> int:
    """Ask every process for a new Runtime; its number."""
    number = await session.value(
        update(Generation).where(Generation.id == 1).values(number=Generation.number + 1).returning(Generation.number)
    )
    if number is None:
        await session.execute(insert(Generation).values(id=1, number=1))
        return 1
    return number


async def _add(session: Session, name: str, at: datetime, **more: Any) -> None:
    last = await session.value(select(func.coalesce(func.max(PluginState.position), 0)))
    values: dict[str, Any] = {"is_on": False, "settings": {}, "digest": "", **more}
    await session.add(PluginState, name=name, position=last + 1, updated_at=at, **values)
