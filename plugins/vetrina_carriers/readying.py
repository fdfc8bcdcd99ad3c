"""The carrier library takes two seconds to load: shops that need it load it before the first buyer asks."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from vetrina.plugin import Site
from vetrina_carriers.views import accounts

NEEDS_IT = ("dhl", "ups")


@asynccontextmanager
async def library_ready(site: Site) -> AsyncGenerator[None]:
    """Load it in a thread, beside whatever else is going on; without such accounts never."""
    used = {row.carrier for row in await accounts(site.shop.db, only_active=True)}
    loading = asyncio.create_task(asyncio.to_thread(_load)) if used & set(NEEDS_IT) else None
    yield
    if loading is not None:
        await asyncio.wait([loading])


def _load() -> None:
    from vetrina_carriers.lines.library_calls import library

    library()
