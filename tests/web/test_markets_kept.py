"""Where a buyer is served from is read once, and again as soon as the markets have changed."""

import asyncio
from pathlib import Path

from sqlalchemy import update
from tests.support.shops import StillClock, opened
from tests.support.statements import statements

from vetrina.boot import compose
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.context import BUYER
from vetrina.kernel.settings import Settings
from vetrina.shop.markets.models import Market


async def test_the_markets_are_read_again_only_after_a_change(database_url: str, tmp_path: Path) -> None:
    ctx = await opened(database_url, StillClock())
    settings = Settings(database_url=database_url, env="test", media_root=str(tmp_path), worker=False)
    site = (await compose(settings, ctx.db, SystemClock())).site
    stop = asyncio.Event()
    watching = asyncio.create_task(ctx.db.watch_shared(stop))
    try:
        for _ in range(500):
            await asyncio.sleep(0.01)
            if ctx.db.shared_version() is not None:
                break
        await site.context(BUYER)
        with statements(ctx.db) as texts:
            assert (await site.context(BUYER)).place.currency == "EUR"
            assert texts == []
            async with ctx.tx() as session:
                await session.execute(update(Market).values(currency="CHF"))
            assert (await site.context(BUYER)).place.currency == "CHF"
            assert len(texts) == 1
    finally:
        stop.set()
        await watching
        await ctx.db.close()


async def test_without_a_version_they_are_read_each_time(database_url: str, tmp_path: Path) -> None:
    ctx = await opened(database_url, StillClock())
    settings = Settings(database_url=database_url, env="test", media_root=str(tmp_path), worker=False)
    site = (await compose(settings, ctx.db, SystemClock())).site
    assert ctx.db.shared_version() is None
    with statements(ctx.db) as texts:
        await site.context(BUYER)
        await site.context(BUYER)
    assert len(texts) == 2
    await ctx.db.close()
