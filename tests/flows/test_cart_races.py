"""Whoever changes a cart at the same time: no line is lost, no version is given twice."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.support import shops
from tests.support.carts import contents, opened, stored
from tests.support.wares import ware

from vetrina.flows.cart.fitting import LineInput
from vetrina.flows.cart.lines import add_lines
from vetrina.kernel.context import Context
from vetrina.kernel.db import open_database
from vetrina.vocabulary import Attribute

BUYERS = 50


@pytest.fixture
async def other(ctx: Context, database_url: str, clock: shops.StillClock) -> AsyncIterator[Context]:
    """The same shop over connections of its own, as another process has it."""
    db = await open_database(database_url)
    yield shops.context(shops.make_shop(db, clock), ctx.place)
    await db.close()


async def test_fifty_variants_added_at_once_are_fifty_lines(ctx: Context) -> None:
    variants = [await ware(ctx, f"Ware {number}") for number in range(BUYERS)]
    key = await opened(ctx)
    outcomes = await asyncio.gather(*(add_lines(ctx, key, [LineInput(variant_id=one)]) for one in variants))
    assert sorted(await contents(ctx, key)) == [(one, 1) for one in variants]
    assert sorted(outcome.cart.version for outcome in outcomes if outcome.cart) == list(range(2, BUYERS + 2))


async def test_two_processes_adding_to_one_cart_lose_nothing(ctx: Context, other: Context) -> None:
    oil = await ware(ctx)
    key = await opened(ctx)
    await asyncio.gather(
        *(
            add_lines(
                (ctx, other)[number % 2],
                key,
                [LineInput(variant_id=oil), LineInput(variant_id=oil, attributes=(Attribute("n", str(number)),))],
            )
            for number in range(BUYERS)
        )
    )
    found = await contents(ctx, key)
    assert sorted(found, key=lambda line: -line[1]) == [(oil, BUYERS), *[(oil, 1)] * BUYERS]
    assert (await stored(ctx, key)).version == BUYERS + 1
