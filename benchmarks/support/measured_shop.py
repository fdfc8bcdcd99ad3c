"""The shop that is measured: the catalogue on one engine, composed with the demo's plugins."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from benchmarks.floors.driver import Raw, open_raw
from benchmarks.floors.pages import Where
from benchmarks.support import catalogue, questions
from benchmarks.support.client import Post
from benchmarks.support.processes import spent_by
from benchmarks.support.recording import Sent, listening
from sqlalchemy import select
from tests.support.shops import NOWHERE, context, make_shop

from vetrina.boot import Runtime, compose
from vetrina.demo.shop import PLUGINS
from vetrina.flows.opening import open_shop
from vetrina.flows.plugins import switch_on
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.db import open_database
from vetrina.kernel.migrate import upgrade
from vetrina.kernel.settings import Settings
from vetrina.plugin.discovery import migrations
from vetrina.shop.inventory.models import Level
from vetrina.web.app import build_app

GRAPHQL = "/graphql"
SELLING = tuple(dict.fromkeys((*PLUGINS, "flat_rate")))
"""The demo's plugins, and one that delivers without zones of its own."""


class MeasuredShop(msgspec.Struct):
    """A shop to ask, and the raw way into the same database."""

    engine: str
    settings: Settings
    runtime: Runtime
    app: Any
    raw: Raw

    @property
    def where(self) -> Where:
        return Where(self.raw, self.runtime.shop.base_url, self.runtime.place.currency)

    def post(self, text: str, given: dict[str, Any], path: str = GRAPHQL) -> Post:
        """A GraphQL request to the shop."""
        return Post(self.app, path, questions.body(text, given))

    async def record(self, post: Post) -> tuple[list[Sent], bytes]:
        """Send a request; the statements it sends once everything is warm, and its answer."""
        await post()
        with listening(self.runtime.shop.db) as sent:
            content = await post()
        return sent, content

    async def database_spent(self) -> float:
        """Microseconds of processor time of PostgreSQL's processes for this shop so far; 0 on SQLite."""
        if self.engine == "sqlite":
            return 0.0
        async with self.raw.link() as link:
            found = await link.fetch("SELECT pid FROM pg_stat_activity WHERE datname = current_database()", ())
        return sum(spent_by(pid) for (pid,) in found)

    async def cart(self) -> tuple[str, int]:
        """A new cart with its lines: its id, and a variant that is in it."""
        plenty = select(Level.variant_id).where(Level.on_hand > 0).order_by(Level.variant_id).limit(questions.LINES)
        variant_ids = [key for (key,) in await self.runtime.shop.db.fetch(plenty)]
        lines = [{"merchandiseId": questions.variant_gid(key), "quantity": 1} for key in variant_ids]
        answer = msgspec.json.decode(await self.post(questions.CREATE, {"input": {"lines": lines}})())
        created = answer["data"]["cartCreate"]
        assert created["userErrors"] == [], created
        return created["cart"]["id"], variant_ids[-1]


@asynccontextmanager
async def measured_shop(
    url: str, folder: Path, products: int, plugins: Iterable[str] = SELLING
) -> AsyncGenerator[MeasuredShop]:
    """Set up a shop in an empty database, fill it, compose it; everything is closed afterwards."""
    await set_up(url, products, plugins)
    async with opened(url, folder) as shop:
        yield shop


async def set_up(url: str, products: int, plugins: Iterable[str] = SELLING) -> None:
    """Migrate an empty database, open the shop in it and fill it."""
    upgrade(url, migrations())
    await furnish(url, products, plugins)


async def furnish(url: str, products: int, plugins: Iterable[str] = SELLING) -> None:
    """Open a shop in a database that has its tables, and fill it."""
    db = await open_database(url)
    try:
        ctx = context(make_shop(db, SystemClock()), NOWHERE)  # pyright: ignore[reportArgumentType]
        await open_shop(ctx, catalogue.profile())
        await switch_on(ctx, list(plugins))
        runtime = await compose(settings_for(url, Path()), db, SystemClock())
        await catalogue.fill(runtime.context(), products)
    finally:
        await db.close()
    if not url.startswith("sqlite"):
        # What autovacuum does within a minute.
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


@asynccontextmanager
async def opened(url: str, folder: Path) -> AsyncGenerator[MeasuredShop]:
    """A shop that is set up already."""
    settings = settings_for(url, folder)
    async with AsyncExitStack() as held:
        db = await open_database(url)
        held.push_async_callback(db.close)
        raw = await open_raw(url)
        held.push_async_callback(raw.close)
        stop = asyncio.Event()
        held.push_async_callback(_ended, asyncio.create_task(db.watch_shared(stop)), stop)
        runtime = await compose(settings, db, SystemClock())
        engine = "sqlite" if url.startswith("sqlite") else "postgresql"
        yield MeasuredShop(engine, settings, runtime, build_app(runtime), raw)


async def _ended(watching: asyncio.Task[None], stop: asyncio.Event) -> None:
    stop.set()
    await watching


def settings_for(url: str, folder: Path) -> Settings:
    """Settings of a shop that only answers, each time anew."""
    return Settings(
        database_url=url,
        env="test",
        media_root=str(folder / "media"),
        worker=False,
        base_url="https://shop.test",
        response_cache=0,
    )
