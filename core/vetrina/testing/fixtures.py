"""Fixtures for authors: `pytest_plugins = ["vetrina.testing.fixtures"]` in a conftest.py, `plugins` beside it."""

from collections.abc import AsyncGenerator, Generator

import pytest

from vetrina.kernel.context import Context
from vetrina.testing.clock import StillClock
from vetrina.testing.disk import no_syncs
from vetrina.testing.network import no_network
from vetrina.testing.shop import Workshop, a_shop


@pytest.fixture(autouse=True, scope="session")
def network_refused() -> Generator[None]:
    """No test reaches another computer."""
    with no_network():
        yield


@pytest.fixture(autouse=True, scope="session")
def disk_unawaited() -> Generator[None]:
    """No commit of a test waits for the disk."""
    with no_syncs():
        yield


@pytest.fixture
def clock() -> StillClock:
    """The time of the shop; it moves when told to."""
    return StillClock()


@pytest.fixture
def plugins() -> list[str]:
    """The plugins that are on in `shop`: replace it by your own."""
    return []


@pytest.fixture
def shop_url() -> str | None:
    """The database of `shop`: an empty one's address, or None for a file of its own."""
    return None


@pytest.fixture
async def shop(plugins: list[str], clock: StillClock, shop_url: str | None) -> AsyncGenerator[Workshop]:
    """A shop with your plugins on, and delivery and payment beside them."""
    async with a_shop(plugins, url=shop_url, clock=clock) as shop:
        yield shop


@pytest.fixture
def ctx(shop: Workshop) -> Context:
    """The shop's own context; what contract suites ask for."""
    return shop.ctx
