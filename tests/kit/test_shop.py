"""The kit's shop: real plugins, still time, orders in a word, what a worker would do, and what it cannot swallow."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.support.shelves import Shelf

from vetrina.plugin.manifest import ManifestRefused
from vetrina.testing import Unanswered, Undelivered, Workshop, a_shop
from vetrina.views.orders.placed import order_by_id

FAILS = """
from vetrina.events import OrderPaid
from vetrina.plugin import Context, Job, React, hookimpl

async def stumble(ctx: Context, event: OrderPaid) -> None:
    raise RuntimeError("no such courier")

@hookimpl
def register_reactions():
    return [React(OrderPaid, stumble)]
"""
UNPREFIXED = """
import strawberry
from vetrina.graphql import Info, batch
from vetrina.plugin import GraphQLFields, hookimpl

async def load(parents, info: Info) -> list:
    return [None for _ in parents]

@strawberry.type
class Extra:
    title: str | None = batch(load)

@hookimpl
def register_graphql():
    return [GraphQLFields("storefront", on="Product", fields=Extra)]
"""

pytestmark = pytest.mark.embedded


@pytest.fixture
async def shop(clock: Any) -> AsyncIterator[Workshop]:
    async with a_shop(["bell"], {"flat_rate": {"zones": []}}, clock=clock, beside=["flat_rate"]) as shop:
        yield shop


async def test_plugins_are_on_with_their_settings_and_nothing_else_is(shop: Workshop) -> None:
    assert [plugin.name for plugin in shop.runtime.collected.loaded] == ["storefront", "admin", "flat_rate", "bell"]
    flat_rate = shop.runtime.collected.find("flat_rate")
    assert flat_rate is not None
    assert flat_rate.settings.zones == []
    assert shop.ctx.now() == shop.clock.at
    shop.clock.move(days=1)
    assert shop.ctx.now() == shop.clock.at


async def test_each_shop_is_its_own(shop: Workshop) -> None:
    await shop.product("Only here")
    async with a_shop() as other:
        assert (await other.ask("{ products(first: 1) { nodes { title } } }"))["products"]["nodes"] == []


async def test_an_order_is_placed_paid_and_delivered_to_reactions() -> None:
    async with a_shop(["bell"]) as shop:
        lamp = await shop.product("Lamp", price="20.00", stock=3)
        order = await shop.order(lamp, quantity=2, email="bo@example.com")
        assert (order.subtotal, order.financial_status, order.email) == (4_000, "PAID", "bo@example.com")
        unpaid = await shop.order(lamp, paid=False)
        assert unpaid.financial_status == "PENDING"
        assert await shop.deliver() >= 3
        meters = {meter.work.name: meter.calls for meter in shop.site.shop.ports.meters.all("bell")}
        assert meters == {"ring_placed": 2, "ring_paid": 1}
        assert await order_by_id(shop.db, order.id) == order


async def test_both_apis_are_asked_and_statements_counted() -> None:
    async with a_shop() as shop:
        await shop.product("Lamp")
        with shop.statements() as texts:
            assert (await shop.ask("{ products(first: 1) { nodes { title } } }"))["products"]["nodes"] == [
                {"title": "Lamp"}
            ]
        assert 0 < len(texts) < 10
        found = await shop.ask_admin("query ($n: Int!) { products(first: $n) { nodes { title } } }", n=1)
        assert found["products"]["nodes"] == [{"title": "Lamp"}]
        with pytest.raises(Unanswered, match="Cannot query field 'nothing'"):
            await shop.ask("{ nothing }")
        answer = await shop.client.post("/admin/graphql", json={"query": "{ __typename }"})
        assert answer.status_code == 401


async def test_a_reaction_that_fails_fails_the_test(shelf: Shelf) -> None:
    shelf.write("stumbler", "", FAILS)
    async with a_shop(["stumbler"]) as shop:
        await shop.order()
        with pytest.raises(Undelivered, match="stumbler's reaction stumble: RuntimeError: no such courier"):
            await shop.deliver()
        await shop.deliver()  # it is tried again when the clock says so
        shop.clock.move(minutes=1)
        with pytest.raises(Undelivered):
            await shop.deliver()


@pytest.mark.parametrize(
    ("name", "module", "reason"),
    [
        ("gone", None, "the package vetrina_gone is not installed"),
        ("clumsy", "raise ValueError('typo')", "clumsy: ValueError: typo"),
        ("nameless", UNPREFIXED, "must begin with nameless"),
    ],
)
async def test_what_would_be_left_out_raises_with_its_reason(
    shelf: Shelf, name: str, module: str | None, reason: str
) -> None:
    if module is not None:
        shelf.write(name, "", module)
    with pytest.raises(Exception, match=reason):
        async with a_shop([name]):
            raise AssertionError("it should not have opened")
    if module is not None:
        async with a_shop([name], strict=False) as shop:
            await shop.answer()
            assert shop.runtime.collected.find(name) is None or name == "nameless"


async def test_plugins_come_and_go(shop: Workshop) -> None:
    await shop.switch_off("bell")
    assert shop.runtime.collected.find("bell") is None
    await shop.switch_on("bell")
    assert shop.runtime.collected.find("bell") is not None
    with pytest.raises(ManifestRefused, match="not installed"):
        await shop.switch_on("gone")
