"""A shop with the checkout, a till that takes everything, and a person who runs no scripts."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.visitor import Visitor

from vetrina.testing import Workshop, a_shop
from vetrina.testing.clock import StillClock

PLUGINS = Path(__file__).parents[2] / "support" / "plugins"
TRANSFER = {"iban": "IT60X0542811101000000123456", "account_holder": "Bottega Vetrina"}


@pytest.fixture
async def shop(monkeypatch: pytest.MonkeyPatch, clock: StillClock) -> AsyncIterator[Workshop]:
    """A shop with one thing for 12.50, two ways to deliver and five to pay."""
    monkeypatch.setattr(sys, "path", [str(PLUGINS), *sys.path])
    async with a_shop(["checkout", "till"], {"manual_payment": TRANSFER}, clock=clock) as shop:
        await shop.product("Olive oil", stock=5)
        yield shop


@pytest.fixture
async def visitor(shop: Workshop) -> AsyncIterator[Visitor]:
    person = Visitor(shop._serve)
    async with person.client:
        yield person
