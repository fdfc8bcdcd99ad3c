"""The process dies at each commit of a checkout, just before it and just after it; nobody is charged without an order.

Commits are found by counting, not by listing: the checkout is run with a death at the first, the second, and so on,
until one is not reached any more. The provider keeps its books in a file of its own. Afterwards the shop's own upkeep
runs, hours later; then there is one order, or no order and no hold, and the provider's books agree.
"""

from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from sqlalchemy import func, select
from tests.support import buyers
from tests.support.card_books import CardBooks, books_at
from tests.support.factories import make_variant
from tests.support.server import PLUGINS_PATH, serving
from tests.support.shops import NOWHERE, StillClock, context, make_shop, opened

from vetrina.flows.plugins import switch_on
from vetrina.flows.upkeep import JOBS
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.db import open_database
from vetrina.kernel.jobs import Runner
from vetrina.kernel.messages import OutboxEvent
from vetrina.kernel.registry import Provided
from vetrina.ports import PaymentProvider
from vetrina.shop.inventory.models import Level
from vetrina.shop.orders.models import Order
from vetrina.testing.payments import PAYS

MOST_COMMITS = 8
CARD = "books:card"


class Outcome(NamedTuple):
    """What was left after a death, once everything is still."""

    orders: int
    reserved: int
    on_hand: int
    placed_events: int
    paid_events: int
    charged: int


@pytest.mark.timeout(300)
@pytest.mark.parametrize("method", [pytest.param(buyers.CASH, marks=pytest.mark.chaos), CARD])
@pytest.mark.parametrize("moment", [pytest.param("before", marks=pytest.mark.chaos), "after"])
async def test_a_death_at_any_commit_leaves_one_order_or_none(
    database_url: str, tmp_path: Path, moment: str, method: str
) -> None:
    variant_id = await _open_shop(database_url)
    books, later = tmp_path / "books.json", StillClock()
    later.at = SystemClock().now()
    expected_orders = on_hand = 0
    for number in range(1, MOST_COMMITS + 1):
        has_died = await _check_out_and_die(database_url, tmp_path, books, variant_id, method, f"{moment}:{number}")
        left = await _when_everything_is_still(database_url, books, later)
        assert left.reserved == 0
        assert left.orders - expected_orders in (0, 1)
        made = left.orders - expected_orders
        assert left.placed_events == left.orders
        assert left.on_hand == 100 - left.orders
        if method == CARD:
            assert left.charged == left.orders, "charged without an order, or the other way round"
            assert left.paid_events == left.orders
        if not has_died:
            assert made == 1
            assert number > 1, "no commit was found to die at: the test would prove nothing"
            return
        if moment == "after" and number == 1 and method == buyers.CASH:
            assert made == 1, "what was committed must still be there"
        if moment == "before" and number == 1:
            assert made == 0
        expected_orders, on_hand = left.orders, left.on_hand
    raise AssertionError(f"more than {MOST_COMMITS} commits in one checkout; {on_hand} pieces left")


async def _open_shop(url: str) -> int:
    ctx = await opened(url, StillClock())
    variant_id = await make_variant(ctx, price="12.50", stock=100)
    await switch_on(ctx, ["flat_rate", "manual_payment", "cardbooks", "crash"])
    await ctx.db.close()
    return variant_id


async def _check_out_and_die(url: str, folder: Path, books: Path, variant_id: int, method: str, crash_at: str) -> bool:
    """Get ready, arm the crash, submit; whether the server died of it."""
    armed = folder / f"armed-{crash_at.replace(':', '-')}"
    environment = {
        "PYTHONPATH": PLUGINS_PATH,
        "CRASH_AT": crash_at,
        "CRASH_ARMED": str(armed),
        "CARD_BOOKS": str(books),
        "VETRINA_WORKER": "false",
    }
    with serving(url, folder, environment=environment) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
            cart = await buyers.fill_cart(client, variant_id)
            version = await buyers.choose_payment(client, cart, method, PAYS if method == CARD else None)
            armed.touch()
            try:
                await buyers.submit(client, cart, "a-token", version)
            except httpx.TransportError:
                server.process.wait(10)
                return True
    return False


async def _when_everything_is_still(url: str, books: Path, clock: StillClock) -> Outcome:
    """Hours later, in another process: upkeep has run, and everything is counted."""
    db = await open_database(url)
    provided = Provided(PaymentProvider, "books", "cardbooks", CardBooks(books))
    ctx = context(make_shop(db, clock, [provided]), NOWHERE)
    try:
        runner = Runner(db, clock, JOBS, lambda _: ctx)
        await runner.schedule()
        for _ in range(6):
            clock.move(hours=1)
            await runner.run_once()
        events = dict(await db.fetch(select(OutboxEvent.name, func.count()).group_by(OutboxEvent.name)))
        on_hand, reserved = (await db.fetch(select(Level.on_hand, Level.reserved)))[0]
        return Outcome(
            orders=await db.value(select(func.count()).select_from(Order)),
            reserved=reserved,
            on_hand=on_hand,
            placed_events=events.get("OrderPlaced", 0),
            paid_events=events.get("OrderPaid", 0),
            charged=sum(charge.captured > charge.refunded for charge in books_at(books).values()),
        )
    finally:
        await db.close()
