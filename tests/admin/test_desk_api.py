"""The lists of orders and products over the API: filters, orders and queries of the same views as the pages."""

import pytest
from tests.support.asking import Admin
from tests.support.desk_orders import write_orders

from vetrina.kernel.context import Context
from vetrina.testing.making import make_product

pytestmark = pytest.mark.embedded


async def test_orders_are_filtered_sorted_and_searched(ctx: Context, admin: Admin) -> None:
    known = await write_orders(ctx, 30)
    by_number = sorted(known, key=lambda it: it.row["number"])

    async def names(arguments: str) -> list[str]:
        found = await admin.ask(f"{{ orders(first: 100, {arguments}) {{ nodes {{ name }} }} }}")
        return [node["name"] for node in found["orders"]["nodes"]]

    def named(*, of: object = None) -> list[str]:
        return [it.source_name or f"#{it.number}" for it in by_number if of is None or it.row["market_id"] == of]

    assert await names("sortKey: NUMBER, reverse: false") == named()
    assert await names("sortKey: NUMBER") == named()[::-1]
    market = 'filters: {marketIds: ["gid://vetrina/Market/1"]}, sortKey: NUMBER, reverse: false'
    assert await names(market) == named(of=1) != named()
    states = "financialStatus: [PAID, PENDING, PARTIALLY_PAID], fulfillmentStatus: [FULFILLED, UNFULFILLED]"
    wishes = f"{states}, state: PLACED"
    more = 'countryCodes: ["it", "gb"], totalLeast: "1", totalMost: "1000", placedSince: "2026-03-01T00:00:00Z"'
    filtered = await names(f'filters: {{{wishes}, {more}, placedBefore: "2027-01-01T00:00:00Z"}}')
    assert 0 < len(filtered) < 30
    assert await names('query: "source:till", filters: {state: CANCELLED}') == await names(
        'query: "source:till status:cancelled"'
    )
    page = "{ orders(first: 3, sortKey: TOTAL) { nodes { name } pageInfo { endCursor } } }"
    answer = (await admin.ask(page))["orders"]
    cursor = answer["pageInfo"]["endCursor"]
    rest = await names(f'sortKey: TOTAL, after: "{cursor}"')
    assert [node["name"] for node in answer["nodes"]] + rest == await names("sortKey: TOTAL")
    for wrong in ('query: "total:much"', f'sortKey: NUMBER, after: "{cursor}"', 'filters: {marketIds: ["x"]}'):
        assert await admin.refused(f"{{ orders({wrong}) {{ nodes {{ id }} }} }}") == ["BAD_USER_INPUT"], wrong


async def test_products_are_filtered_and_sorted_by_what_one_may_see(ctx: Context, admin: Admin) -> None:
    for title, price, stock in (("Oil", "9.00", 0), ("Wine", "20.00", 3), ("Rye", "5.00", 70)):
        await make_product(ctx, title, price=price, stock=stock, vendor=f"{title} & co", tags=(title.lower(),))

    async def titles(arguments: str) -> list[str]:
        found = await admin.ask(f"{{ products({arguments}) {{ nodes {{ title }} }} }}")
        return [node["title"] for node in found["products"]["nodes"]]

    assert await titles("sortKey: STOCK") == ["Oil", "Wine", "Rye"]
    assert await titles("sortKey: PRICE, reverse: true") == ["Wine", "Oil", "Rye"]
    assert await titles("filters: {stock: LOW}") == ["Oil", "Wine"]
    assert await titles('filters: {priceLeast: "6", priceMost: "20.00"}') == ["Oil", "Wine"]
    assert await titles('filters: {vendors: ["Oil & co", "Rye & co"], tags: ["rye"]}') == ["Rye"]
    assert await titles("status: ACTIVE, filters: {status: [ACTIVE, DRAFT]}") == ["Oil", "Wine", "Rye"]
    assert await titles("status: ACTIVE, filters: {status: [DRAFT]}") == []
    assert await titles('filters: {productTypes: ["x"], collectionIds: ["gid://vetrina/Collection/9"]}') == []
    assert await titles('query: "rye"') == ["Rye"] == await titles('query: "tag:rye"')
    few = await admin.may("catalog.read")
    for hidden in ("sortKey: STOCK", "sortKey: PRICE", "filters: {stock: OUT}", 'filters: {priceMost: "1"}'):
        assert await few.refused(f"{{ products({hidden}) {{ nodes {{ id }} }} }}") == ["FORBIDDEN"], hidden
    assert await few.refused("{ products(sortKey: TITLE) { nodes { id } } }") == []
