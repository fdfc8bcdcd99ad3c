"""Switch plugins on and off, keep their settings, and count generations."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from vetrina.kernel.db import Session
from vetrina.shop.plugins.models import Generation, PluginState


async def switch(session: Session, name: str, *, is_on: bool, at: datetime, digest: str = "") -> bool:
    """Turn a plugin on (behind the others) or off; whether anything changed."""
    known = await session.fetch(select(PluginState.is_on).where(PluginState.name == name).with_for_update())
    if not known:
        if not is_on:
            return False
        last = await session.value(select(func.coalesce(func.max(PluginState.position), 0)))
        await session.add(
            PluginState, name=name, is_on=True, position=last + 1, settings={}, digest=digest, updated_at=at
        )
        return True
    if known[0][0] == is_on:
        return False
    await session.execute(
        update(PluginState).where(PluginState.name == name).values(is_on=is_on, digest=digest, updated_at=at)
    )
    return True


async def keep_settings(session: Session, name: str, settings: dict[str, Any], at: datetime) -> bool:
    """Replace a plugin's settings; whether the plugin is known."""
    statement = update(PluginState).where(PluginState.name == name).values(settings=settings, updated_at=at)
    return await session.execute(statement) == 1


async def next_generation(session: Session) -> int:
    """Ask every process for a new Runtime; its number."""
    number = await session.value(
        update(Generation).where(Generation.id == 1).values(number=Generation.number + 1).returning(Generation.number)
    )
    if number is None:
        await session.execute(insert(Generation).values(id=1, number=1))
        return 1
    return number
