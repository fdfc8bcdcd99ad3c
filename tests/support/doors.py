"""The storefront's API over HTTP in this process: one handler, without plugins and without a server around it."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from litestar import Litestar
from tests.support.storefront import _composed

from vetrina.graphql.http import Door, doors, handler
from vetrina.kernel.context import Context
from vetrina.kernel.documents import hash_of
from vetrina.kernel.log import draw_trail
from vetrina.kernel.settings import Settings
from vetrina.plugin.site import Markets, Site
from vetrina_storefront.door import endpoint_of

PATH = "/graphql"


class Client:
    """Asks the door, and sees behind it."""

    def __init__(self, http: httpx.AsyncClient, door: Door) -> None:
        self.http = http
        self.door = door

    async def post(
        self, query: str | None = None, headers: dict[str, str] | None = None, **body: Any
    ) -> httpx.Response:
        said = body if query is None else {"query": query, **body}
        return await self.http.post(PATH, json=said, headers=headers)

    async def get(self, headers: dict[str, str] | None = None, /, **params: str) -> httpx.Response:
        return await self.http.get(PATH, params=params, headers=headers)


@asynccontextmanager
async def storefront(ctx: Context, registered: Iterable[str] = (), **settings: Any) -> AsyncGenerator[Client]:
    """The door of a shop, which keeps what it answers as soon as this is entered."""
    site = Site(
        shop=ctx.shop,
        markets=Markets(ctx.db),
        settings=Settings(env="test", **settings),
        graphql=(),
        permissions={},
        draw_trail=draw_trail,
        documents={hash_of(text): text for text in registered},
    )
    route = handler(endpoint_of(site, _composed()), PATH)
    app: Any = Litestar([route], openapi_config=None, logging_config=None)
    async with watched(ctx), httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as http:
        yield Client(http, doors([route])[0])


@asynccontextmanager
async def watched(ctx: Context) -> AsyncGenerator[None]:
    """While changes are heard of."""
    stop = asyncio.Event()
    watching = asyncio.create_task(ctx.db.watch_shared(stop))
    async with asyncio.timeout(5):
        while ctx.db.shared_version() is None:  # noqa: ASYNC110 (nothing announces it)
            await asyncio.sleep(0.005)
    try:
        yield
    finally:
        stop.set()
        await watching
