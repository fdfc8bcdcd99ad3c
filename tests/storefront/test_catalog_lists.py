"""Lists of products and collections: orders, pages in both directions, the query syntax, filters with their counts."""

import json
from typing import Any

from tests.support.factories import make_product
from tests.support.storefront import ask, document, refusals

from vetrina.flows.catalog import create_collection, put_in_collection
from vetrina.kernel.context import Context
from vetrina.shop.catalog.rules import CollectionSheet

PRODUCTS = """query ($first: Int, $after: String, $last: Int, $before: String, $reverse: Boolean,
                     $key: ProductSortKeys, $query: String) {
  products(first: $first, after: $after, last: $last, before: $before, reverse: $reverse, sortKey: $key,
           query: $query) {
    edges { cursor node { title } } nodes { title }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


async def larder(ctx: Context, clock: Any) -> None:
    """Seven products whose title, vendor, type, price and age all order them differently."""
    for title, vendor, kind, price in (
        ("Honey", "Bee", "Sweet", "8.00"),
        ("Oil", "Rossi", "Savoury", "12.00"),
        ("Apple", "Orchard", "Fruit", "2.00"),
        ("Jam", "Orchard", "Sweet", "4.00"),
        ("Bread", "Rossi", "Bakery", "2.00"),
        ("Cheese", "Alp", "Savoury", "9.50"),
        ("Date", "Oasis", "Fruit", "6.00"),
    ):
        await make_product(ctx, title, price=price, vendor=vendor, product_type=kind)
        clock.move(hours=1)


async def titles(ctx: Context, **arguments: Any) -> str:
    """The first letters of the titles listed."""
    found = (await ask(ctx, PRODUCTS, **arguments))["products"]
    assert [edge["node"] for edge in found["edges"]] == found["nodes"]
    return "".join(node["title"][0] for node in found["nodes"])


ORDERS = [
    ("ID", "HOAJBCD"),
    ("TITLE", "ABCDHJO"),
    ("VENDOR", "CHDAJOB"),
    ("PRODUCT_TYPE", "BADOCHJ"),
    ("CREATED_AT", "HOAJBCD"),
    ("UPDATED_AT", "HOAJBCD"),
    ("PRICE", "ABJDHCO"),
    ("RELEVANCE", "HOAJBCD"),
    ("BEST_SELLING", "HOAJBCD"),
]


async def test_products_are_listed_in_every_order_both_ways(ctx: Context, clock: Any) -> None:
    await larder(ctx, clock)
    for key, letters in ORDERS:
        assert (key, await titles(ctx, first=10, key=key)) == (key, letters)
        assert (key, await titles(ctx, first=10, key=key, reverse=True)) == (key, letters[::-1])


async def test_pages_join_into_the_whole_list_forwards_and_backwards(ctx: Context, clock: Any) -> None:
    await larder(ctx, clock)
    for key in ("ID", "TITLE", "PRICE", "VENDOR", "UPDATED_AT"):
        await walk(ctx, key, reverse=False)
        await walk(ctx, key, reverse=True)


async def walk(ctx: Context, key: str, *, reverse: bool) -> None:
    """Read a list from both its ends, three at a time."""
    whole = await titles(ctx, first=10, key=key, reverse=reverse)
    forwards, backwards, after, before = "", "", None, None
    for page in range(3):
        found = (await ask(ctx, PRODUCTS, first=3, after=after, key=key, reverse=reverse))["products"]
        forwards += "".join(node["title"][0] for node in found["nodes"])
        info = found["pageInfo"]
        assert (info["hasPreviousPage"], info["hasNextPage"]) == (page > 0, page < 2)
        assert info["startCursor"] == found["edges"][0]["cursor"]
        after = info["endCursor"]
        found = (await ask(ctx, PRODUCTS, last=3, before=before, key=key, reverse=reverse))["products"]
        backwards = "".join(node["title"][0] for node in found["nodes"]) + backwards
        info = found["pageInfo"]
        assert (info["hasNextPage"], info["hasPreviousPage"]) == (page > 0, page < 2)
        before = info["startCursor"]
    assert forwards == backwards == whole


async def test_a_window_between_two_cursors(ctx: Context, clock: Any) -> None:
    await larder(ctx, clock)
    edges = (await ask(ctx, PRODUCTS, first=10, key="TITLE"))["products"]["edges"]
    first, last = edges[0]["cursor"], edges[5]["cursor"]
    assert await titles(ctx, first=10, after=first, before=last, key="TITLE") == "BCDH"
    assert await titles(ctx, last=2, after=first, before=last, key="TITLE") == "DH"


BAD: list[tuple[dict[str, Any], str]] = [
    ({"first": 5, "after": "WyJhIl0"}, "after"),  # ["a"], of another order
    ({"first": 5, "after": "WzEsMl0"}, "after"),  # [1, 2]
    ({"first": 5, "after": "WzFlMzBd"}, "after"),  # [1e30]
    ({"first": 5, "before": "WzkyMjMzNzIwMzY4NTQ3NzU4MDhd"}, "before"),  # [2^63]
    ({"first": 5, "after": "[]"}, "after"),
    ({"first": 5, "last": 5}, "last"),
    ({"last": 0}, "last"),
    ({"first": -1}, "first"),
    ({"first": 5, "key": "CREATED_AT", "after": "WyJub3ciLDFd"}, "after"),  # ["now", 1]
    ({"first": 5, "key": "TITLE", "after": "WyJcdTAwMDAiLDFd"}, "after"),  # ["\u0000", 1]
    ({"first": 5, "query": "price:cheap"}, "query"),
    ({"first": 5, "query": "created_at:yesterday"}, "query"),
    ({"first": 5, "query": "available_for_sale:maybe"}, "query"),
    ({"first": 5, "query": "a" * 1_001}, "query"),
    ({"first": 5, "query": "a " * 51}, "query"),
]


async def test_bad_paging_and_queries_are_refused_by_name(ctx: Context) -> None:
    await make_product(ctx, "Oil")
    for arguments, field in BAD:
        (refused,) = await refusals(ctx, PRODUCTS, **arguments)
        assert (arguments, refused["code"], refused["field"]) == (arguments, "BAD_USER_INPUT", [field])


QUERIES = [
    ("", "HOAJBCD"),
    ("oil", "O"),
    ("OIL", "O"),
    ("che*", "C"),
    ("che", ""),
    ("rossi savoury", "O"),
    ("rossi OR alp", "OBC"),
    ('vendor:"rossi"', "OB"),
    ("vendor:Or*", "AJ"),
    ("-vendor:Rossi product_type:savoury", "C"),
    ("NOT (vendor:Rossi OR vendor:Orchard)", "HCD"),
    ("title:ea", "B"),
    ("price:>8", "OC"),
    ("price:>=8 price:<10", "HC"),
    ("variants.price:2", "AB"),
    ("created_at:2026-03-14", "HOAJBCD"),
    ("created_at:>2026-03-14", ""),
    ("created_at:<0001-01-01T00:00:00+14:00", ""),
    ("created_at:>9999-12-31T23:59:59-14:00", ""),
    ("created_at:>0001-01-01T00:00:00+14:00", "HOAJBCD"),
    ("created_at:>=2026-03-14T14:00:00Z", "CD"),
    ("created_at:<2026-03-14T10:00:00+00:00", "H"),
    ("tag:none", ""),
    ("sku:none OR id:1", "H"),
    ("id:>=6", "CD"),
    ("available_for_sale:true gift_card:false", "HOAJBCD"),
    ("available_for_sale:false", ""),
    ("colour:oil", ""),
    ("bee honey", "H"),
    ("title:%", ""),
    ("handle:jam", "J"),
]


async def test_a_query_narrows_a_list(ctx: Context, clock: Any) -> None:
    await larder(ctx, clock)
    for query, letters in QUERIES:
        assert (query, await titles(ctx, first=10, query=query)) == (query, letters)


async def test_tags_and_codes_are_found(ctx: Context) -> None:
    await make_product(ctx, "Oil", tags=("Extra Virgin", "raw"), variant={"sku": "OIL-1", "barcode": "800123"})
    await make_product(ctx, "Wine", tags=("red",))
    assert await titles(ctx, first=5, query='tag:"extra virgin"') == "O"
    assert await titles(ctx, first=5, query="tag:r*") == "OW"
    assert await titles(ctx, first=5, query="sku:OIL-1") == "O"
    assert await titles(ctx, first=5, query="barcode:8001*") == "O"
    assert await titles(ctx, first=5, query="-tag:raw") == "W"


async def test_tags_and_types_of_what_is_on_sale_are_listed(ctx: Context) -> None:
    await make_product(ctx, "Oil", tags=("b", "a"), product_type="Oil")
    await make_product(ctx, "Wine", tags=("c", "a"), product_type="Drinks")
    await make_product(ctx, "Secret", tags=("zzz",), product_type="Zzz", price=None)
    text = """query ($n: Int!) {
      productTags(first: $n) { nodes pageInfo { hasNextPage } } productTypes(first: $n) { nodes } }"""
    assert await ask(ctx, text, n=2) == {
        "productTags": {"nodes": ["a", "b"], "pageInfo": {"hasNextPage": True}},
        "productTypes": {"nodes": ["Drinks", "Oil"]},
    }
    refused, *_ = await refusals(ctx, text, n=0)
    assert refused["field"] == ["first"]


async def shirts(ctx: Context) -> int:
    """A collection of three shirts and a hat. Returns its id."""
    made = [
        await make_product(
            ctx, title, price=price, vendor=vendor, product_type=kind, tags=tags, options=sizes, stock=stock
        )
        for title, price, vendor, kind, tags, sizes, stock in (
            ("Red shirt", "20", "Tex", "Shirt", ("red",), {"Size": ("S", "M")}, 5),
            ("Blue shirt", "30", "Tex", "Shirt", ("blue",), {"Size": ("M", "L")}, 5),
            ("Grey shirt", "40", "Wool", "Shirt", (), {"Size": ("L",)}, 0),
            ("Hat", "15.50", "Wool", "Hat", ("red",), None, 5),
        )
    ]
    collection = await create_collection(ctx, CollectionSheet(title="Wear"))
    await put_in_collection(ctx, collection.collection_id, [product.product_id for product in made])
    await make_product(ctx, "Oil", vendor="Rossi")
    return collection.collection_id


async def worn(ctx: Context, *filters: dict[str, Any]) -> tuple[str, dict[str, dict[str, int]]]:
    """First letters of the collection's products under some filters, and the counts of the facets."""
    found = await ask(ctx, document("collection_page"), handle="wear", first=10, filters=list(filters))
    products = found["collection"]["products"]
    facets = {one["id"]: {value["label"]: value["count"] for value in one["values"]} for one in products["filters"]}
    return "".join(node["title"][0] for node in products["nodes"]), facets


async def test_facets_say_how_many_products_each_value_leaves(ctx: Context) -> None:
    await shirts(ctx)
    letters, facets = await worn(ctx)
    assert letters == "RBGH"
    assert facets == {
        "filter.v.availability": {"In stock": 3, "Out of stock": 1},
        "filter.v.price": {"Price": 4},
        "filter.p.product_type": {"Hat": 1, "Shirt": 3},
        "filter.p.vendor": {"Tex": 2, "Wool": 2},
        "filter.p.tag": {"blue": 1, "red": 2},
        "filter.v.option.size": {"S": 1, "M": 2, "L": 2},
    }


async def test_values_of_one_facet_widen_and_facets_narrow_each_other(ctx: Context) -> None:
    await shirts(ctx)
    letters, facets = await worn(ctx, {"productVendor": "Tex"})
    assert letters == "RB"
    assert facets["filter.p.vendor"] == {"Tex": 2, "Wool": 2}
    assert facets["filter.p.product_type"] == {"Shirt": 2}
    letters, facets = await worn(
        ctx,
        {"variantOption": {"name": "Size", "value": "S"}},
        {"variantOption": {"name": "Size", "value": "L"}},
        {"available": True},
    )
    assert letters == "RB"
    assert facets["filter.v.option.size"] == {"S": 1, "M": 2, "L": 1}
    assert facets["filter.v.availability"] == {"In stock": 2, "Out of stock": 1}
    assert (await worn(ctx, {"tag": "red"}, {"productType": "Hat"}))[0] == "H"
    assert (await worn(ctx, {"price": {"min": 15.5, "max": 30}}))[0] == "RBH"
    assert (await worn(ctx, {"price": {"min": 30.01}}))[0] == "G"
    assert (await worn(ctx, {"available": True}, {"available": False}))[0] == "RBGH"
    assert (await worn(ctx, {"category": {"id": "aa-1"}}))[0] == ""


async def test_a_facets_input_comes_back_as_the_filter_it_is(ctx: Context) -> None:
    await shirts(ctx)
    found = await ask(ctx, document("collection_page"), handle="wear", first=10)
    for one in found["collection"]["products"]["filters"]:
        for value in one["values"]:
            letters, _ = await worn(ctx, json.loads(value["input"]))
            assert len(letters) == value["count"], (one["id"], value["label"])


async def test_a_collections_orders(ctx: Context) -> None:
    await shirts(ctx)
    text = """query ($key: ProductCollectionSortKeys, $reverse: Boolean) { collection(handle: "wear") {
      products(first: 9, sortKey: $key, reverse: $reverse) { nodes { title } } } }"""
    for key, letters in (
        ("COLLECTION_DEFAULT", "RBGH"),
        ("MANUAL", "RBGH"),
        ("TITLE", "BGHR"),
        ("PRICE", "HRBG"),
        ("ID", "RBGH"),
        ("CREATED", "RBGH"),
    ):
        for reverse in (False, True):
            nodes = (await ask(ctx, text, key=key, reverse=reverse))["collection"]["products"]["nodes"]
            found = "".join(node["title"][0] for node in nodes)
            assert found == (letters[::-1] if reverse else letters), key


async def test_several_collections_are_paged_each_for_itself(ctx: Context) -> None:
    ids = [(await make_product(ctx, title)).product_id for title in "ABCDE"]
    for name, members in (("one", ids[:4]), ("two", ids[3:]), ("none", [])):
        made = await create_collection(ctx, CollectionSheet(title=name))
        await put_in_collection(ctx, made.collection_id, members)
    text = """{ collections(first: 5, sortKey: TITLE) { nodes { title
      products(first: 2) { nodes { title } pageInfo { hasNextPage } } } } }"""
    nodes = (await ask(ctx, text))["collections"]["nodes"]
    assert [
        (node["title"], "".join(one["title"] for one in node["products"]["nodes"]), node["products"]["pageInfo"])
        for node in nodes
    ] == [
        ("none", "", {"hasNextPage": False}),
        ("one", "AB", {"hasNextPage": True}),
        ("two", "DE", {"hasNextPage": False}),
    ]


async def test_collections_are_listed_searched_and_counted(ctx: Context) -> None:
    for title in ("Winter", "Summer", "Winter sale"):
        await create_collection(ctx, CollectionSheet(title=title))
    text = """query ($query: String, $first: Int, $key: CollectionSortKeys) {
      collections(query: $query, first: $first, sortKey: $key) { totalCount nodes { title } } }"""
    assert (await ask(ctx, text, first=2, key="TITLE"))["collections"] == {
        "totalCount": "3",
        "nodes": [{"title": "Summer"}, {"title": "Winter"}],
    }
    assert (await ask(ctx, text, first=5, query="winter"))["collections"] == {
        "totalCount": "2",
        "nodes": [{"title": "Winter"}, {"title": "Winter sale"}],
    }
