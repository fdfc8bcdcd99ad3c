"""What sells and what is bought together: counted once per order, taken back, aged, bounded, and never from few."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.support import shops
from tests.support.factories import make_product
from tests.support.pasts import line, order, told
from tests.support.storefront import ask

from vetrina.flows.popularity import age_sales, count_order
from vetrina.kernel.context import Context
from vetrina.shop.catalog.models import Product
from vetrina.shop.orders.models import Order
from vetrina.shop.sales import rules, service
from vetrina.shop.sales.models import BoughtTogether, CountedOrder
from vetrina.vocabulary import OrderState

LISTED = """query ($first: Int, $after: String, $last: Int, $before: String, $reverse: Boolean) {
  products(first: $first, after: $after, last: $last, before: $before, reverse: $reverse, sortKey: BEST_SELLING) {
    nodes { title } pageInfo { startCursor endCursor } }
  collection(handle: "all") { products(first: 9, sortKey: BEST_SELLING) { nodes { title } } } }"""


async def shop_with(ctx: Context, *titles: str) -> list[int]:
    return [
        (await make_product(ctx, title, variant={"sku": title.upper()}, product_type="Food")).product_id
        for title in titles
    ]


async def buy(ctx: Context, name: str, at: Any, **pieces: int) -> int:
    """An order of the past with so many pieces of each, counted; its id."""
    lines = [line(title.upper(), quantity=count) for title, count in pieces.items()]
    await told(ctx, order(name, *lines, at=at, payment=None))
    order_id: int = await ctx.db.value(select(Order.id).where(Order.source_name == name))
    await count_order(ctx, order_id)
    return order_id


async def ranks(ctx: Context) -> dict[str, int]:
    found = await ctx.db.fetch(select(Product.title, Product.selling_rank).order_by(Product.id))
    return {title: rank for title, rank in found if rank}


async def pairs(ctx: Context) -> dict[tuple[int, int], int]:
    found = await ctx.db.fetch(select(BoughtTogether.product_id, BoughtTogether.other_id, BoughtTogether.orders))
    return {(one, other): count for one, other, count in found}


async def listed(ctx: Context, **window: Any) -> Any:
    return (await ask(ctx, LISTED, **window))["products"]


async def test_orders_count_once_and_are_taken_back_when_cancelled(ctx: Context) -> None:
    oil, bread, salt = await shop_with(ctx, "Oil", "Bread", "Salt")
    first = await buy(ctx, "1", ctx.now(), Oil=2, Bread=1)
    second = await buy(ctx, "2", ctx.now() - timedelta(days=89), Oil=1, Salt=5)
    await buy(ctx, "3", ctx.now() - timedelta(days=91), Bread=50, Oil=1)  # says what goes together, not what sells
    await count_order(ctx, first)  # told twice
    assert await ranks(ctx) == {"Oil": -3, "Bread": -1, "Salt": -5}
    assert await pairs(ctx) == {(oil, bread): 2, (bread, oil): 2, (oil, salt): 1, (salt, oil): 1}
    async with ctx.tx() as session:
        for order_id in (first, second):
            cancelled = update(Order).values(state=OrderState.CANCELLED, cancelled_at=ctx.now())
            await session.execute(cancelled.where(Order.id == order_id))
    for order_id in (first, second, first):
        await count_order(ctx, order_id)
    assert await ranks(ctx) == {}
    assert await pairs(ctx) == {(oil, bread): 1, (bread, oil): 1}
    assert await ctx.db.fetch(select(CountedOrder.is_recent)) == [(False,)]


async def test_sales_age_and_best_sellers_stand_first_with_cursors_that_hold(
    ctx: Context, clock: shops.StillClock
) -> None:
    await shop_with(ctx, "Oil", "Bread", "Salt", "Wine")
    await buy(ctx, "1", ctx.now() - timedelta(days=60), Bread=9)
    await buy(ctx, "2", ctx.now(), Salt=4, Wine=2)
    page = await listed(ctx, first=2)
    assert [node["title"] for node in page["nodes"]] == ["Bread", "Salt"]
    rest = await listed(ctx, first=9, after=page["pageInfo"]["endCursor"])
    assert [node["title"] for node in rest["nodes"]] == ["Wine", "Oil"]
    back = await listed(ctx, last=1, before=rest["pageInfo"]["startCursor"])
    assert [node["title"] for node in back["nodes"]] == ["Salt"]
    assert [node["title"] for node in (await listed(ctx, first=9, reverse=True))["nodes"]][:1] == ["Oil"]
    clock.move(days=31)
    assert (await age_sales(ctx), await age_sales(ctx)) == (1, 0)
    assert await ranks(ctx) == {"Salt": -4, "Wine": -2}


COMPLEMENTS = """query ($id: ID!) { productRecommendations(productId: $id, intent: COMPLEMENTARY) { title } }"""


async def test_what_is_often_bought_together_is_recommended_and_a_few_orders_tell_nothing(ctx: Context) -> None:
    oil, *_ = await shop_with(ctx, "Oil", "Bread", "Salt", "Wine")

    async def complements() -> list[str]:
        found = await ask(ctx, COMPLEMENTS, id=f"gid://shopify/Product/{oil}")
        return [one["title"] for one in found["productRecommendations"]]

    for number in range(4):
        await buy(ctx, f"w{number}", ctx.now(), Oil=1, Wine=1)
        assert await complements() == (["Wine"] if number >= 2 else [])
    for number in range(3):
        await buy(ctx, f"b{number}", ctx.now(), Oil=1, Bread=1, **({"Salt": 1} if number else {}))
    await make_product(ctx, "Spoon", tags=("kitchen",), product_type="Tools")
    assert await complements() == ["Wine", "Bread"]  # salt was bought with it twice


async def test_a_product_remembers_few_others(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_PAIRS", 2)
    monkeypatch.setattr(service, "SLACK", 0)
    ids = await shop_with(ctx, "Oil", "Bread", "Salt", "Wine")
    async with ctx.tx() as session:
        for _ in range(2):
            await service.join(session, [ids[0], ids[2]])
        await service.join(session, [ids[0], ids[3]])
        await service.join(session, [ids[0], ids[1]])
    kept = {other: count for (one, other), count in (await pairs(ctx)).items() if one == ids[0]}
    assert kept == {ids[2]: 2, ids[1]: 1}
    assert rules.pairs(range(rules.MOST_TOGETHER + 1)) == []
    assert len(rules.pairs([3, 1, 3])) == 2
