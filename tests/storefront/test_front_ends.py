"""The documents of a public front end run unchanged and answer what it draws."""

from typing import Any

from tests.support.factories import make_product
from tests.support.storefront import ask, document

from vetrina.flows.catalog import create_collection, put_in_collection
from vetrina.kernel.context import Context
from vetrina.shop.catalog.rules import CollectionSheet, ImageSheet


async def boutique(ctx: Context) -> dict[str, int]:
    """A shirt and a cap in one collection."""
    shirt = await make_product(
        ctx,
        "Shirt",
        price="20",
        options={"Size": ("S", "M")},
        images=(ImageSheet(url="shirt.png", alt="A shirt", width=10, height=20),),
        description_html="<p>Soft.</p>",
        tags=("cotton",),
        product_type="Clothes",
    )
    cap = await make_product(ctx, "Cap", price="9.99", tags=("cotton",), product_type="Clothes")
    made = await create_collection(ctx, CollectionSheet(title="Summer", description_html="<p>Light.</p>"))
    await put_in_collection(ctx, made.collection_id, [cap.product_id, shirt.product_id])
    return {"shirt": shirt.product_id, "cap": cap.product_id}


def drawn(edges: list[dict[str, Any]]) -> list[str]:
    return [edge["node"]["title"] for edge in edges]


async def test_one_product(ctx: Context) -> None:
    await boutique(ctx)
    product = (await ask(ctx, document("product"), handle="shirt"))["product"]
    picture = {"url": "https://shop.test/media/shirt.png", "altText": "A shirt", "width": 10, "height": 20}
    assert product["featuredImage"] == picture
    assert product["images"]["edges"] == [{"node": picture}]
    assert product["options"][0] | {"id": ""} == {"id": "", "name": "Size", "values": ["S", "M"]}
    assert [edge["node"]["title"] for edge in product["variants"]["edges"]] == ["S", "M"]
    assert product["priceRange"]["maxVariantPrice"] == {"amount": "20.0", "currencyCode": "EUR"}
    assert (product["description"], product["tags"], product["seo"]["title"]) == ("Soft.", ["cotton"], None)


async def test_products_sorted_and_searched(ctx: Context) -> None:
    await boutique(ctx)
    text = document("products")
    assert drawn((await ask(ctx, text))["products"]["edges"]) == ["Shirt", "Cap"]
    assert drawn((await ask(ctx, text, sortKey="PRICE", reverse=False))["products"]["edges"]) == ["Cap", "Shirt"]
    assert drawn((await ask(ctx, text, sortKey="CREATED_AT", reverse=True))["products"]["edges"]) == ["Cap", "Shirt"]
    assert drawn((await ask(ctx, text, sortKey="RELEVANCE", query="shirt"))["products"]["edges"]) == ["Shirt"]


async def test_products_of_a_collection(ctx: Context) -> None:
    await boutique(ctx)
    text = document("collection_products")
    assert drawn((await ask(ctx, text, handle="summer"))["collection"]["products"]["edges"]) == ["Cap", "Shirt"]
    priced = await ask(ctx, text, handle="summer", sortKey="PRICE", reverse=True)
    assert drawn(priced["collection"]["products"]["edges"]) == ["Shirt", "Cap"]
    newest = await ask(ctx, text, handle="summer", sortKey="CREATED", reverse=True)
    assert drawn(newest["collection"]["products"]["edges"]) == ["Cap", "Shirt"]
    assert (await ask(ctx, text, handle="winter"))["collection"] is None


async def test_collections(ctx: Context) -> None:
    await boutique(ctx)
    (edge,) = (await ask(ctx, document("collections")))["collections"]["edges"]
    summer = (await ask(ctx, document("collection"), handle="summer"))["collection"]
    assert edge["node"] == summer
    assert (summer["title"], summer["description"]) == ("Summer", "Light.")


async def test_recommendations(ctx: Context) -> None:
    ids = await boutique(ctx)
    found = await ask(ctx, document("recommendations"), productId=f"gid://shopify/Product/{ids['cap']}")
    assert [one["title"] for one in found["productRecommendations"]] == ["Shirt"]
