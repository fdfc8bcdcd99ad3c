"""What a plugin holds open while it serves: entered within a deadline, left without harm to the others."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from vetrina.kernel.crew import attempt, within
from vetrina.kernel.meters import Work
from vetrina.plugin.collected import DOORS, LeaveOut, Loaded
from vetrina.plugin.loader import call_hook
from vetrina.plugin.site import Site

OPENING = 10.0
"""Seconds a plugin's lifespan may take to begin."""
CLOSING = 5.0
"""Seconds it may take to end."""


@asynccontextmanager
async def held_open(plugin: Loaded, site: Site) -> AsyncGenerator[None]:
    """One plugin's lifespan. Raises LeaveOut where it cannot begin; a failing end is logged and forgotten."""
    meters, work = site.shop.ports.meters, Work(plugin.name, "lifespan", "lifespan")
    opened: Any = None

    async def begin() -> None:
        nonlocal opened
        opened = call_hook(plugin, "lifespan", site=site)
        if opened is not None:
            await opened.__aenter__()

    try:
        if hasattr(plugin.module, "lifespan"):
            await meters.run(work, begin, OPENING)
    except (Exception, SystemExit) as error:
        if plugin.name in DOORS:
            raise
        raise LeaveOut(plugin.name, f"its lifespan failed: {type(error).__name__}: {error}") from error
    try:
        yield
    finally:
        if opened is not None:
            # Not behind the breaker: what was opened is closed. The others and the next Runtime wait no longer.
            await attempt(within, work, lambda: opened.__aexit__(None, None, None), CLOSING)
