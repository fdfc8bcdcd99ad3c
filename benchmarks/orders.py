"""Guests' whole checkouts through GraphQL: orders per second, beside what the driver needs for the same statements."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import count

import httpx
import pytest
from benchmarks.support.measured_shop import MeasuredShop
from benchmarks.support.meter import Run
from benchmarks.support.report import Report
from benchmarks.support.timing import timing
from sqlalchemy import func, select, update
from tests.support import buyers

from vetrina.shop.inventory.models import Level
from vetrina.shop.orders.models import Order

BUYERS = 20
ORDERS = 200
SPREAD = 50
PIECES = 100_000
Buy = Callable[[int], Awaitable[None]]
"""One guest's four calls, from an empty cart to a numbered order for that variant."""
_tokens = count()


@pytest.mark.full
def test_whole_checkouts(shop: MeasuredShop, run: Run, report: Report) -> None:
    rates = run(_measured(shop))
    for name, rate in rates.items():
        print(f"{shop.engine:10} {name:26} {rate:8,.1f} orders/s")
    report.add("whole_checkouts", rates["one after the other"] / rates["the driver alone"], shop.engine)
    report.add("checkouts_hot", rates["hot"] / rates["spread"], shop.engine)


async def _measured(shop: MeasuredShop) -> dict[str, float]:
    """Orders per second: twenty guests at once of fifty things and of one, and one guest after the other."""
    db = shop.runtime.shop.db
    found = await db.fetch(select(Level.variant_id).distinct().order_by(Level.variant_id).limit(SPREAD))
    things = [variant_id for (variant_id,) in found]
    async with shop.runtime.context().tx() as session:
        await session.execute(update(Level).where(Level.variant_id.in_(things)).values(on_hand=PIECES, reserved=0))
    transport = httpx.ASGITransport(shop.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:

        async def buy(variant_id: int) -> None:
            cart = await buyers.fill_cart(client, variant_id)
            version = await buyers.choose_payment(client, cart)
            result = await buyers.submit(client, cart, f"whole-{next(_tokens)}", version)
            assert result["__typename"] == "SubmitSuccess", result

        await buy(things[0])
        spent = {"spread": 0.0, "hot": 0.0}
        for turn in range(4):
            name = ("spread", "hot")[turn % 2]
            before = await db.value(select(func.count()).select_from(Order))
            spent[name] += await _sell(buy, things if name == "spread" else things[:1])
            assert await db.value(select(func.count()).select_from(Order)) - before == ORDERS
        begun = time.perf_counter()
        with timing(db) as times:
            for number in range(ORDERS):
                await buy(things[number % SPREAD])
        spent["one after the other"] = 2 * (time.perf_counter() - begun)
        spent["the driver alone"] = 2 * sum(times)
    return {name: 2 * ORDERS / seconds for name, seconds in spent.items()}


async def _sell(buy: Buy, things: list[int]) -> float:
    """So many guests share the orders; seconds until the last of them is answered."""
    numbers = iter(range(ORDERS))

    async def guest() -> None:
        for number in numbers:
            await buy(things[number % len(things)])

    begun = time.perf_counter()
    await asyncio.gather(*(guest() for _ in range(BUYERS)))
    return time.perf_counter() - begun
