"""A checkout costs the same however many there were before: it reads no table of the past from end to end."""

import re
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import closing
from typing import Any

import asyncpg
import pytest
from sqlalchemy import select
from tests.support import shops
from tests.support.checkouts import CARD, Desk, cart_to_pay, open_desk, submitted
from tests.support.statements import all_statements

from vetrina.flows.checkout.completing import prepare
from vetrina.kernel.db.statements import Call
from vetrina.kernel.registry import Provided
from vetrina.ports import PaymentProvider
from vetrina.shop.orders.models import Order
from vetrina.testing.payments import PAYS
from vetrina_manual_payment.provider import ManualPayment
from vetrina_manual_payment.settings import ManualPaymentSettings

GROWING = frozenset(
    {
        "cart_cart", "cart_line", "cart_address", "checkout_attempt", "customers_customer", "idempotency_answer",
        "inventory_movement", "inventory_reservation", "orders_delivery", "orders_discount", "orders_goods_entry",
        "orders_line", "orders_order", "orders_tax_line", "outbox_event", "payments_entry", "payments_payment",
    }
)  # fmt: skip
"""Every table with more rows for every order."""


CASH = "manual_payment:cash-on-delivery"


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    cash = Provided(PaymentProvider, "manual_payment", "manual_payment", ManualPayment(ManualPaymentSettings()))
    opened = await open_desk(database_url, clock, cash)
    await opened.cards.fill(opened.ctx, "CARD", 300)
    await opened.codes.fill(opened.ctx, "FIVE", 10_000)
    yield opened
    await opened.ctx.db.close()


async def connect(url: str) -> Any:
    return await asyncpg.connect(url)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


async def plans_of(url: str, calls: Iterable[Call]) -> dict[str, list[str]]:
    """How the engine goes about statements; PostgreSQL is told to avoid reading whole tables, if it has a choice."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            return {
                call.text: [row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {call.text}", call.arguments)]
                for call in calls
            }
    connection = await connect(url)
    await connection.execute("SET enable_seqscan = off")
    plans = {
        call.text: [row[0] for row in await connection.fetch(f"EXPLAIN {call.text}", *call.arguments)] for call in calls
    }
    await connection.close()
    return plans


def read_from_end_to_end(plan: list[str]) -> set[str]:
    """The growing tables a plan reads without an index."""
    scanned = (re.search(r"(?:SCAN|Seq Scan on) (?:TABLE )?(\w+)(?! USING)(?:\s|$)", step) for step in plan)
    return {match[1] for match in scanned if match} & GROWING


async def test_no_statement_of_a_checkout_reads_a_table_of_the_past_from_end_to_end(
    desk: Desk, database_url: str
) -> None:
    calls = list[Call]()
    with all_statements(desk.ctx.db, calls):
        for number, (method, token) in enumerate(((CARD, PAYS), (CASH, None))):
            who = f"{number}@example.com"
            key = await cart_to_pay(desk, method, token, cards=("CARD",), codes=("FIVE",), email=who)
            await prepare(desk.buyer, key)
            assert (await submitted(desk, key)).state == "succeeded"
    plans = await plans_of(database_url, calls)
    assert len(plans) > 35
    assert {text: plan for text, plan in plans.items() if read_from_end_to_end(plan)} == {}


async def test_the_look_at_plans_bites(desk: Desk, database_url: str) -> None:
    calls = list[Call]()
    with all_statements(desk.ctx.db, calls):
        await desk.ctx.db.fetch(select(Order.id).where(Order.note == "x"))
    [plan] = (await plans_of(database_url, calls)).values()
    assert read_from_end_to_end(plan) == {"orders_order"}
