"""A plugin for tests: a route that takes its time, and something held open while it serves."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from litestar import get
from litestar.params import FromQuery

from vetrina.plugin import Site, hookimpl

held: list[str] = []


@get("/slow")
async def slow(seconds: FromQuery[float]) -> dict[str, bool]:
    await asyncio.sleep(seconds)
    return {"still_held": "open" in held}


@hookimpl
def build_routes(site: Site) -> list[Any]:
    return [slow]


@hookimpl
@asynccontextmanager
async def lifespan(site: Site) -> AsyncGenerator[None]:
    held.append("open")
    yield
    held.clear()
