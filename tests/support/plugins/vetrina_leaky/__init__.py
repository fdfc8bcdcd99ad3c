"""A plugin for tests: it opens transactions and readings, and never leaves them."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy import Executable

from vetrina.kernel.context import Context
from vetrina.kernel.db import Session

Open = AbstractAsyncContextManager[Any]


async def leak(ctx: Context, *, by_the_back_door: bool = False) -> tuple[Open, Session]:
    """Enter a transaction; whoever gets it may leave it, or not."""
    opened = ctx.db.transaction() if by_the_back_door else ctx.tx()
    return opened, await opened.__aenter__()


async def leak_reading(ctx: Context, statement: Executable) -> Open:
    opened = ctx.db.reading()
    await opened.__aenter__()
    await ctx.db.fetch(statement)
    return opened
