"""Many buyers want the last 10 pieces, over HTTP: 10 orders, typed refusals for all others, and the books balance."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from tests.support import buyers
from tests.support.factories import make_variant
from tests.support.server import PLUGINS_PATH, Server, serving
from tests.support.shops import StillClock, opened

from vetrina.flows.plugins import switch_on
from vetrina.kernel.context import Context
from vetrina.shop.inventory.models import Level, Movement
from vetrina.shop.orders.models import Order

PIECES = 10
CROWD = 60
AT_ONCE = 8
"""Buyers who get ready at a time: the race is for the submits, and on a busy machine nobody should time out before."""


@pytest.fixture
async def stocked(database_url: str) -> tuple[str, int]:
    """A shop with one variant of which ten pieces are left; its URL and the variant's id."""
    ctx = await opened(database_url, StillClock())
    variant_id = await make_variant(ctx, price="12.50", stock=PIECES)
    await switch_on(ctx, ["flat_rate", "manual_payment"])
    await ctx.db.close()
    return database_url, variant_id


async def race(server: Server, variant_id: int, count: int) -> list[dict[str, Any]]:
    """Everybody fills a cart and chooses how to pay; then all submit at once. The answers."""
    limits = httpx.Limits(max_connections=32)
    async with httpx.AsyncClient(base_url=server.url, timeout=60, limits=limits) as client:
        first = await buyers.fill_cart(client, variant_id, email="buyer0@example.com")
        await buyers.choose_payment(client, first)
        door = asyncio.Semaphore(AT_ONCE)

        async def get_ready(number: int) -> buyers.Chosen:
            async with door:
                return await buyers.follow(client, first, variant_id, f"buyer{number}@example.com")

        carts = [first, *await asyncio.gather(*(get_ready(number) for number in range(1, count)))]
        return await asyncio.gather(*(buyers.submit(client, cart, f"token-{cart.id[-32:]}") for cart in carts))


async def books(url: str) -> tuple[int, int, int, list[int]]:
    """Pieces on hand and reserved, the ledger's sum of pieces sold, and the order numbers."""
    ctx = await opened_again(url)
    try:
        levels = await ctx.db.fetch(select(Level.on_hand, Level.reserved))
        sold = await ctx.db.fetch(select(Movement.on_hand).where(Movement.kind == "sold"))
        numbers = await ctx.db.fetch(select(Order.number).order_by(Order.number))
        return levels[0][0], levels[0][1], -sum(row[0] for row in sold), [row[0] for row in numbers]
    finally:
        await ctx.db.close()


async def opened_again(url: str) -> Context:
    from tests.support.shops import NOWHERE, context, make_shop

    from vetrina.kernel.db import open_database

    return context(make_shop(await open_database(url), StillClock()), NOWHERE)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("count", [CROWD, pytest.param(200, marks=pytest.mark.chaos)])
async def test_ten_of_many_buyers_get_a_piece(stocked: tuple[str, int], tmp_path: Path, count: int) -> None:
    url, variant_id = stocked
    workers = 2 if url.startswith("postgresql") else 1
    with serving(url, tmp_path, workers=workers) as server:
        answers = await race(server, variant_id, count)
        log = server.log
    kinds = Counter(answer["__typename"] for answer in answers)
    assert kinds == {"SubmitSuccess": PIECES, "SubmitFailed": count - PIECES}
    codes = {error["code"] for answer in answers for error in answer.get("errors", ())}
    assert codes <= {"MERCHANDISE_OUT_OF_STOCK", "MERCHANDISE_NOT_ENOUGH_STOCK_AVAILABLE"}
    on_hand, reserved, sold, numbers = await books(url)
    assert (on_hand, reserved, sold) == (0, 0, PIECES)
    assert numbers == list(range(numbers[0], numbers[0] + PIECES))
    assert "fault" not in log


@pytest.mark.timeout(120)
async def test_without_the_guard_pieces_are_sold_twice(
    stocked: tuple[str, int], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url, variant_id = stocked
    if url.startswith("sqlite"):
        # One writer at a time leaves no room between reading and writing: there is no race to lose here.
        return
    ctx = await opened_again(url)
    await switch_on(ctx, ["unguarded"])
    async with ctx.tx() as session:
        await session.execute(text("ALTER TABLE inventory_level DROP CONSTRAINT ck_inventory_level_not_oversold"))
    await ctx.db.close()
    with serving(url, tmp_path, workers=2, environment={"PYTHONPATH": PLUGINS_PATH}) as server:
        answers = await race(server, variant_id, CROWD)
    orders = sum(answer["__typename"] == "SubmitSuccess" for answer in answers)
    assert orders > PIECES, "the race found nothing to break: it would not notice a missing guard either"
