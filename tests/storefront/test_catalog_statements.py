"""How many statements the usual pages cost: as many for one product as for twenty, and no more than written here."""

from typing import Any

import pytest
from tests.support.factories import make_product
from tests.support.statements import statements
from tests.support.storefront import ask, document

from vetrina.flows.catalog import create_collection, put_in_collection
from vetrina.kernel.context import Context
from vetrina.shop.catalog.rules import CollectionSheet, ImageSheet
from vetrina.views.markets import atlas

PAGES: list[tuple[str, dict[str, Any], int]] = [
    ("list_page", {"first": 20}, 5),  # products, stock, pictures, prices, variants
    ("collection_page", {"handle": "all", "first": 20}, 5),  # collection, products, facets, pictures, prices
    ("search_page", {"query": "thing", "first": 20}, 4),  # results, total, facets, prices
    ("product", {"handle": "thing-0"}, 9),
    ("products", {}, 9),
    ("collection_products", {"handle": "all"}, 10),
    ("collections", {}, 1),
]


async def cost_of(ctx: Context, text: str, **variables: Any) -> int:
    """The statements a question sends, without those that find out where the buyer is."""
    with statements(ctx.db) as found_out:
        await atlas(ctx.db)
    with statements(ctx.db) as sent:
        await ask(ctx, text, **variables)
    return len(sent) - len(found_out)


async def shop_with(ctx: Context, products: int) -> None:
    """So many products with options, pictures and tags, all in one collection."""
    made = [
        await make_product(
            ctx,
            f"Thing {number}",
            options={"Size": ("S", "M"), "Colour": ("Red", "Blue")},
            images=(ImageSheet(url=f"{number}.png"),),
            tags=("thing",),
        )
        for number in range(products)
    ]
    collection = await create_collection(ctx, CollectionSheet(title="All"))
    await put_in_collection(ctx, collection.collection_id, [one.product_id for one in made])


@pytest.mark.parametrize(("page", "variables", "count"), PAGES, ids=[page for page, _, _ in PAGES])
@pytest.mark.parametrize("products", [1, 6])
async def test_a_page_costs_its_statements_however_many_rows_it_has(
    ctx: Context, page: str, variables: dict[str, Any], count: int, products: int
) -> None:
    await shop_with(ctx, products)
    assert await cost_of(ctx, document(page), **variables) == count


@pytest.mark.parametrize("products", [1, 6])
async def test_a_page_that_names_its_variants_in_three_places_stays_within_its_bounds(
    ctx: Context, products: int
) -> None:
    """How many of the three places are read together depends on which of them the database answers first."""
    await shop_with(ctx, products)
    assert 10 <= await cost_of(ctx, document("product_page"), handle="thing-0", selected=[]) <= 16


async def test_what_is_not_asked_for_is_not_counted(ctx: Context) -> None:
    await shop_with(ctx, 2)
    for text, count in (
        ('{ search(query: "thing", first: 1) { nodes { ... on Product { id } } } }', 1),
        ('{ search(query: "thing", first: 1) { totalCount } }', 2),
        ("{ collections(first: 1) { nodes { id } } }", 1),
        ("{ collections(first: 1) { totalCount } }", 2),
        ("{ products(first: 1) { nodes { id } } }", 1),
        ('{ product(handle: "thing-0") { id } }', 1),
    ):
        assert await cost_of(ctx, text) == count, text
