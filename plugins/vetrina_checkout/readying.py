"""Templates take a tenth of a second to compile: they are, before the first buyer asks, and nobody's start waits."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from vetrina_checkout.answers import warm
from vetrina_checkout.postal import layout_of


@asynccontextmanager
async def pages_ready() -> AsyncGenerator[None]:
    """Compile them in a thread, beside whatever else is going on; a page that is asked for before compiles its own."""
    warming = asyncio.create_task(asyncio.to_thread(_warm))
    try:
        yield
    finally:
        await warming


def _warm() -> None:
    warm()
    layout_of("IT")  # reads the library of addresses
