"""How many statements the usual pages cost: as many for one product as for twenty, and no more than written here."""

from typing import Any

from tests.support.factories import make_product
from tests.support.statements import statements
from tests.support.storefront import ask, document

from vetrina.flows.catalog import create_collection, put_in_collection
from vetrina.kernel.context import Context
from vetrina.shop.catalog.rules import CollectionSheet, ImageSheet
from vetrina.views.markets import atlas

PAGES: list[tuple[str, dict[str, Any], int]] = [
    ("shelf", {"first": 20}, 5),  # products, stock, cards, collections, variants
    ("product_whole", {"handle": "thing-0", "selected": []}, 5),  # product, range, pictures, options, collections
    ("search_whole", {"query": "thing", "first": 20}, 4),  # results and how many, facets, stock, cards
    ("list_page", {"first": 20}, 4),  # products, stock, cards, variants
    ("collection_page", {"handle": "all", "first": 20}, 4),  # collection, products, facets, cards
    ("search_page", {"query": "thing", "first": 20}, 3),  # results and how many, facets, cards
    ("product", {"handle": "thing-0"}, 5),  # product, range, options, pictures, tags
    ("product_page", {"handle": "thing-0", "selected": []}, 4),  # product, options, range, pictures
    ("products", {}, 8),  # products, stock, options, cards, variants, their values, pictures, tags
    ("collection_products", {"handle": "all"}, 9),
    ("collections", {}, 1),
]


async def cost_of(ctx: Context, text: str, **variables: Any) -> int:
    """The statements a question sends, without those that find out where the buyer is."""
    with statements(ctx.db) as found_out:
        await atlas(ctx.db)
    with statements(ctx.db) as sent:
        await ask(ctx, text, **variables)
    return len(sent) - len(found_out)


async def add_products(ctx: Context, collection_id: int, products: int) -> None:
    """So many more products with options, pictures and tags, all in one collection."""
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
    await put_in_collection(ctx, collection_id, [one.product_id for one in made])


async def test_a_page_costs_its_statements_however_many_rows_it_has(ctx: Context) -> None:
    collection_id = (await create_collection(ctx, CollectionSheet(title="All"))).collection_id
    for products in (1, 6):
        await add_products(ctx, collection_id, products)
        for page, variables, count in PAGES:
            assert (page, products, await cost_of(ctx, document(page), **variables)) == (page, products, count)


async def test_what_is_not_asked_for_is_not_counted(ctx: Context) -> None:
    collection_id = (await create_collection(ctx, CollectionSheet(title="All"))).collection_id
    await add_products(ctx, collection_id, 2)
    for text, count in (
        ('{ search(query: "thing", first: 1) { nodes { ... on Product { id } } } }', 1),
        ('{ search(query: "thing", first: 1) { totalCount } }', 1),
        ("{ collections(first: 1) { nodes { id } } }", 1),
        ("{ collections(first: 1) { totalCount } }", 2),
        ("{ products(first: 1) { nodes { id } } }", 1),
        ('{ product(handle: "thing-0") { id } }', 1),
    ):
        assert await cost_of(ctx, text) == count, text
