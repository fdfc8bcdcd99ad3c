"""The admin door over a shop whose clock stands still, and clients that ask it with chosen permissions."""

from collections.abc import AsyncGenerator
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar
from tests.support.asking import Admin

from vetrina.kernel.context import Context
from vetrina.kernel.log import draw_trail
from vetrina.kernel.settings import Settings
from vetrina.plugin.collected import Collected
from vetrina.plugin.loader import load
from vetrina.plugin.site import Markets, Site
from vetrina.views.permissions import CORE_PERMISSIONS
from vetrina_admin.api.door import routes


@pytest.fixture(scope="session")
def no_plugins() -> Collected:
    return load([])


@pytest.fixture
def site(ctx: Context, no_plugins: Collected) -> Site:
    """What the admin door is built from, no other plugin being on."""
    settings = Settings(env="test")
    return Site(
        shop=ctx.shop,
        markets=Markets(ctx.db),
        settings=settings,
        graphql=(),
        permissions=dict(CORE_PERMISSIONS),
        draw_trail=draw_trail,
        collected=no_plugins,
    )


@pytest.fixture
async def admin(ctx: Context, site: Site) -> AsyncGenerator[Admin]:
    """The admin API, asked by a token that may everything; without the pages beside it, which take longer to set up."""
    app = Litestar(route_handlers=routes(site), openapi_config=None, logging_config=None)
    transport = httpx.ASGITransport(cast(Any, app))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        yield await Admin.begin(client, ctx)
