"""Work after the sale costs what is open, not all that was ever sold: pages, jobs, reports, what the buyer asks."""

import re
import sqlite3
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import closing
from typing import Any

import asyncpg
import pytest
from sqlalchemy import select
from tests.support import shops
from tests.support.managers import enrolled
from tests.support.many_sales import GROWING, growing_tables, heights, multiply
from tests.support.statements import all_statements

from vetrina.flows.orders.refunding import RefundWish, refund_order
from vetrina.flows.orders.returning import ReturnWish, WantedLine, cancel_return, request_return
from vetrina.flows.orders.whole import cancel_order
from vetrina.flows.parcels.fulfilling import FulfilWish, fulfil
from vetrina.flows.staff.sessions import open_session
from vetrina.kernel.db.statements import Call
from vetrina.shop.orders.models import Order
from vetrina.testing import Workshop, a_shop
from vetrina.views.orders.placed import OrderView, order_lines, order_token
from vetrina.views.seals import unsealed_entries
from vetrina_admin.pages.asking import SESSION, cookie_name
from vetrina_tax.views import oss_report, threshold_in

PLUGINS = ["tax", "carriers", "manual_payment"]
ORDERS = ("", "?tab=handle", "?tab=ready", "?tab=late", "?tab=unpaid", "?tab=returns", "?tab=cancelled", "?sort=oldest")
PAYMENTS = ("", "?tab=capture", "?tab=waiting", "?tab=failed", "/waiting", "/disputes", "/payouts", "/1")
PAGES = (
    "",
    *(f"/orders{more}" for more in (*ORDERS, "/1")),
    *(f"/payments{more}" for more in PAYMENTS),
    *(f"/returns{more}" for more in ("", "?tab=closed", "?tab=over", "/1")),
    "/deliveries",
)
BUYER = """query ($token: String!) { orderByToken(token: $token) {
  name successfulFulfillments(first: 9) { trackingCompany fulfillmentLineItems(first: 9) { nodes { quantity } } }
  totalRefunded { amount } lineItems(first: 9) { nodes { title } } } }"""
NOW_AND_THEN = (
    "SELECT cart_cart.id \nFROM cart_cart \nWHERE cart_cart.updated_at",
    "DELETE FROM customers_customer ",
    "SELECT payments_payment.provider, payments_payment.method, payments_payment.currency, ",
)
"""Carts are tidied up once a day, accounts that nobody confirmed go once an hour: an index would cost every change.
The figures of a month are read from the month's payments; PostgreSQL may prefer to read the ledger beside them whole.
"""
SMALL = 100.0
"""What PostgreSQL expects a whole table to cost that has few rows or none."""


@pytest.fixture
async def shop(database_url: str, clock: shops.StillClock) -> AsyncIterator[Workshop]:
    async with a_shop(PLUGINS, url=database_url, clock=clock) as opened:
        await opened.product("Lamp", price="12.20", stock=500)
        yield opened


async def sold(shop: Workshop, *, pieces: int = 2, **more: Any) -> OrderView:
    return await shop.order(1, quantity=pieces, **more)


async def worked_on(shop: Workshop, order: OrderView, times: int = 1, *, waits: bool = True) -> None:
    """So many parcels, refunds and returns; the first of those may wait."""
    (line,) = await order_lines(shop.db, [order.id])
    for number in range(times):
        await fulfil(shop.ctx, FulfilWish(order_id=order.id, lines=((line.id, 1),)))
        await refund_order(shop.ctx, RefundWish(order_id=order.id, amount=10, key=f"k{number}"))
        wanted = WantedLine(line_id=line.id, quantity=1, reason="OTHER")
        return_id = await request_return(shop.ctx, ReturnWish(order_id=order.id, lines=(wanted,), key=f"r{number}"))
        if number or not waits:
            await cancel_return(shop.ctx, return_id)


async def sign_in(shop: Workshop) -> None:
    await shop.answer()
    secret = await open_session(shop.ctx, await enrolled(shop.ctx))
    shop.client.cookies.set(cookie_name(shop.site, SESSION), secret, path="/")


async def open_page(shop: Workshop, page: str) -> None:
    answer = await shop.client.get(f"/admin{page}", follow_redirects=False)
    assert answer.status_code == 200, (page, answer.status_code)


async def asked(shop: Workshop, order: OrderView) -> dict[str, Call]:
    """Every statement of the pages, of the buyer's order, of the VAT report and of the audit's seal, by its text."""
    calls = list[Call]()
    now = shop.clock.now()
    with all_statements(shop.db, calls):
        for page in PAGES:
            await open_page(shop, page)
        found = await shop.ask(BUYER, token=order_token(shop.ctx, order.key))
        assert found["orderByToken"]["successfulFulfillments"]
        await oss_report(shop.db, now.year, (now.month + 2) // 3)
        await threshold_in(shop.db, now.year)
        await unsealed_entries(shop.db, before=now, limit=1)
    return {call.text: call for call in calls}


async def done_by_jobs(shop: Workshop) -> dict[str, Call]:
    """Every statement of all jobs of a day."""
    calls = list[Call]()
    with all_statements(shop.db, calls):
        shop.clock.move(hours=25)
        await shop.deliver()
    return {call.text: call for call in calls}


async def connect(url: str) -> Any:
    return await asyncpg.connect(url)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


async def plans_of(url: str, calls: Iterable[Call], *, is_large: bool) -> dict[str, list[str]]:
    """How the engine goes about statements. PostgreSQL is told to avoid reading whole tables while they are small."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            return {
                call.text: [row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {call.text}", call.arguments)]
                for call in calls
            }
    connection = await connect(url)
    if not is_large:
        await connection.execute("SET enable_seqscan = off")
    found = {
        call.text: [row[0] for row in await connection.fetch(f"EXPLAIN {call.text}", *call.arguments)] for call in calls
    }
    await connection.close()
    return found


def partial_indexes() -> set[str]:
    """Indexes of the few rows that are open: to read all of one is no scan."""
    indexes = [index for table in growing_tables() for index in table.indexes]
    return {str(index.name) for index in indexes if index.dialect_options["sqlite"]["where"] is not None}


def read_whole(text: str, plan: Iterable[str], few: set[str]) -> set[str]:
    """The growing tables that a statement reads from end to end.

    SQLite names the alias: behind the table's name stands a number. Who wants the first few of all rows in an index's
    order, or of any order, stops early.
    """
    found = set[str]()
    for step in plan:
        scan = re.search(r"(?:SCAN|Seq Scan on) (\w+?)(?:_\d+)?(?: USING (?:COVERING )?INDEX (\w+))?(?:\s|$)", step)
        if scan is None or scan[1] not in GROWING or scan[2] in few:
            continue
        cost = re.search(r"\.\.([0-9.]+) rows", step)
        if cost is not None and float(cost[1]) < SMALL:
            continue
        stops = "LIMIT" in text and (scan[2] is not None or "WHERE" not in text)
        if not stops:
            found.add(scan[1])
    return found


def wrong(plans: Mapping[str, list[str]]) -> dict[str, list[str]]:
    few = partial_indexes()
    return {
        text: plan for text, plan in plans.items() if read_whole(text, plan, few) and not text.startswith(NOW_AND_THEN)
    }


async def looked_at(shop: Workshop, url: str, times: int = 0) -> None:
    """Look at all plans, with so many times the sales that are settled beside the open ones."""
    for pieces in (1, 1, 1, 2):
        await worked_on(shop, await sold(shop, pieces=pieces), times=pieces, waits=False)
    await shop.deliver()
    tops = await heights(shop.ctx)
    await cancel_order(shop.ctx, (await sold(shop)).id, "OTHER")
    last = await sold(shop)
    await worked_on(shop, last)
    await sold(shop, paid=False)
    await shop.deliver()
    calls = await done_by_jobs(shop)
    if times:
        await multiply(shop.ctx, tops, times)
    await sign_in(shop)
    calls |= await asked(shop, last)
    assert len(calls) > 100
    plans = await plans_of(url, calls.values(), is_large=times > 0)
    assert wrong(plans) == {}
    calls.clear()
    odd = list[Call]()
    with all_statements(shop.db, odd):
        await shop.db.fetch(select(Order.id).where(Order.note == "x").limit(3))
    assert wrong(await plans_of(url, odd, is_large=times > 0)) != {}, "a look that sees nothing"


@pytest.mark.embedded
async def test_no_page_and_no_job_reads_what_is_settled(shop: Workshop, database_url: str) -> None:
    """SQLite plans the same however many rows there are; PostgreSQL has its turn among a hundred thousand."""
    await looked_at(shop, database_url)


@pytest.mark.chaos
@pytest.mark.timeout(1_800)
async def test_among_a_hundred_thousand_orders_nothing_is_read_whole(shop: Workshop, database_url: str) -> None:
    await looked_at(shop, database_url, times=25_000)
    assert await shop.db.value(select(Order.id).order_by(Order.id.desc()).limit(1)) > 100_000


@pytest.mark.embedded
async def test_rooms_and_an_order_cost_as_many_statements_for_many_rows(shop: Workshop) -> None:
    await sign_in(shop)
    small = await sold(shop, pieces=8)
    await worked_on(shop, small)
    large = await sold(shop, pieces=8)
    await worked_on(shop, large, times=8)

    async def costs(*pages: str) -> list[int]:
        found = list[int]()
        for page in pages:
            with all_statements(shop.db) as texts:
                await open_page(shop, page)
            found.append(len(texts))
        return found

    rooms = ("/orders", "/payments", "/payments/waiting", "/returns", "/returns?tab=over")
    await costs(f"/orders/{large.id}")
    one, many = await costs(f"/orders/{small.id}", f"/orders/{large.id}")
    assert one == many
    few = await costs(*rooms)
    for _ in range(6):
        await worked_on(shop, await sold(shop))
    assert await costs(*rooms) == few
