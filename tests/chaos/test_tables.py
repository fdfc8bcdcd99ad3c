"""The tables of README.md say what there is, the judge sees what is wrong, and ledgers cannot be rewritten."""

import ast
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text, update
from tests.support import shops, stock
from tests.support.chaos.invariants import Evidence
from tests.support.chaos.plants import PLANTS
from tests.support.chaos.tidings import WITHOUT_RELAY, judge
from tests.support.checkouts import Desk, cart_to_pay, open_desk, submitted

from vetrina.kernel.db import Conflict
from vetrina.kernel.db.constructs import append_only_ddl
from vetrina.shop.checkout.models import Attempt
from vetrina.shop.inventory import service as inventory
from vetrina.shop.inventory.models import Level
from vetrina.shop.orders.models import NumberSeries, Order
from vetrina.shop.payments.models import Payment

ROOT = Path(__file__).parents[2]
README = (Path(__file__).parent / "README.md").read_text()
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
LEDGERS = ("payments_entry", "inventory_movement", "orders_goods_entry", "staff_audit")


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, clock, pieces=None)
    place = await stock.main_location(opened.ctx)
    async with opened.ctx.tx() as session:
        await inventory.receive(
            session, variant_id=opened.variant_id, location_id=place, quantity=9, reference="first", at=clock.now(),
            actor="test",
        )  # fmt: skip
    yield opened
    await opened.ctx.db.close()


def missing(page: str) -> list[str]:
    """Tests a page names that are not there."""
    return [f"{path}::{name}" for path, name in NAMED.findall(page) if name not in _tests(ROOT / path)]


@pytest.mark.embedded
def test_every_test_that_is_named_exists() -> None:
    assert missing(README) == []
    assert missing("`tests/chaos/test_tables.py::test_nothing_of_the_kind`") != [], "a made-up name is noticed"
    rows = [line.split("|")[1:-1] for line in README.splitlines() if re.match(r"\| I\d+ \|", line)]
    assert [row[0].strip() for row in rows] == [f"I{number}" for number in range(1, 17)]
    for row in rows:
        assert NAMED.search(row[2]) and NAMED.search(row[3]) and row[4].strip(), row[0]
    assert [name for name in PLANTS if name not in README] == []
    attacks = [line for line in README.partition("\n## Attacks\n")[2].splitlines()[3:] if line.startswith("| ")]
    assert len(attacks) >= 29
    assert [line for line in attacks if not NAMED.search(line)] == []


async def test_ledgers_cannot_be_rewritten(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk))
    assert view.state == "succeeded"
    async with desk.ctx.tx() as session:
        values = "'2026-03-14 09:00:00', 'x', 'x', 'x', NULL, NULL, 'x'"
        columns = "at, actor, action, subject, before, after, trail"
        await session.execute(text(f"INSERT INTO staff_audit ({columns}) VALUES ({values})"))
    for ledger in LEDGERS:
        for verb in (f"UPDATE {ledger} SET at = at", f"DELETE FROM {ledger}"):
            with pytest.raises(Exception, match="append-only"):  # each engine has its own
                await _run(desk, verb)
    name = desk.ctx.db.dialect.name
    for statement in append_only_ddl("payments_entry", name):
        kind, trigger = statement.split()[1:3]
        if kind == "TRIGGER":
            await _run(desk, f"DROP TRIGGER {trigger}" + (" ON payments_entry" if name == "postgresql" else ""))
    await _run(desk, "UPDATE payments_entry SET at = at")


async def test_the_judge_sees_what_is_wrong(desk: Desk) -> None:
    """Each of these is done by somebody who writes to the tables; the check that has to notice it does."""
    await submitted(desk, await cart_to_pay(desk))
    assert await judge(Evidence(desk.ctx, desk.provider.charges), WITHOUT_RELAY) == []
    snapshot = await desk.ctx.db.value(text("SELECT snapshot FROM checkout_attempt"))
    assert snapshot is not None
    tampered: dict[str, Any] = {
        "I2 stock": update(Level).values(on_hand=Level.on_hand + 7),
        "I8 numbers": update(NumberSeries).values(last=NumberSeries.last + 1),
        "money_equals_the_books": update(Payment).values(refunded=1),
        "paid_is_paid": update(Order).values(financial_status="PENDING"),
        "one_order_per_cart": update(Attempt).values(state="open", order_id=None),
        "money_has_an_order": update(Order).values(state="cancelled", cancelled_at=desk.clock.now()),
        "events_were_written": text("DELETE FROM outbox_event"),
        "I3 totals": text("UPDATE orders_delivery SET amount = amount + 1"),
        "what_was_shown": update(Order).values(payment_fee=Order.payment_fee + 1, total=Order.total + 1),
    }
    for check, statement in tampered.items():
        found = await _judged_with(desk, statement)
        assert any(problem.startswith(check) for problem in found), (check, found)
    gone = await judge(Evidence(desk.ctx, desk.provider.charges, confirmed=[404]), WITHOUT_RELAY)
    assert any("404 was confirmed and is gone" in problem for problem in gone)
    with pytest.raises(Conflict):
        await _run(desk, update(Level).values(reserved=-1))


class _Undone(Exception):
    """Ends a transaction that was only tried."""


async def _judged_with(desk: Desk, statement: Any) -> list[str]:
    found = list[str]()
    with suppress(_Undone):
        async with desk.ctx.tx() as session:
            await session.execute(statement)
            shop: Any = msgspec.structs.replace(desk.ctx.shop, db=session)
            ctx = msgspec.structs.replace(desk.ctx, shop=shop)
            found += await judge(Evidence(ctx, desk.provider.charges), WITHOUT_RELAY)
            raise _Undone
    return found


async def _run(desk: Desk, statement: Any) -> None:
    async with desk.ctx.tx() as session:
        await session.execute(text(statement) if isinstance(statement, str) else statement)


def _tests(path: Path) -> set[str]:
    if not path.exists():
        return set()
    tree = ast.parse(path.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
