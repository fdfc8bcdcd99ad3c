"""One product, one collection: every field as a front end reads it, on both engines."""

from typing import Any

from tests.support.factories import make_product
from tests.support.storefront import ask, document, refusals

from vetrina.flows.catalog import (
    Created,
    NewPrice,
    NewProduct,
    NewVariant,
    archive_product,
    archive_variant,
    create_collection,
    create_product,
    publish_product,
    put_in_collection,
    unpublish_product,
)
from vetrina.kernel.context import Context
from vetrina.shop.catalog.rules import CollectionSheet, ImageSheet, OptionSheet, Text, ValueSheet
from vetrina.shop.metafields.rules import Entry


async def coffee(ctx: Context) -> Created:
    """Coffee in two sizes and two roasts, one combination missing and one sold out; Italian besides."""
    euro = NewPrice(amount="9.90", compare_at="12.00")
    return await create_product(
        ctx,
        NewProduct(
            title="Coffee",
            description_html="<p>Ground <b>daily</b>.</p><p>In Trieste.</p>",
            vendor="Bora",
            product_type="Drinks",
            tags=("arabica", "morning"),
            seo_title="Coffee from Trieste",
            images=(
                ImageSheet(url="coffee/front.png", alt="The bag", width=800, height=600),
                ImageSheet(url="https://cdn.test/back.jpg"),
            ),
            options=(
                OptionSheet(
                    name="Size",
                    values=(ValueSheet(name="250 g"), ValueSheet(name="1 kg"), ValueSheet(name="5 kg")),
                    texts=(Text(language="it", field="name", value="Formato"),),
                ),
                OptionSheet(
                    name="Roast",
                    values=(
                        ValueSheet(
                            name="Dark",
                            swatch="#3B2F2F",
                            texts=(Text(language="it", field="name", value="Scura"),),
                        ),
                        ValueSheet(name="Light"),
                    ),
                ),
            ),
            variants=(
                NewVariant(
                    options=(("Size", "250 g"), ("Roast", "Dark")),
                    sku="CF-1",
                    barcode="8001",
                    weight=250,
                    prices=(euro, NewPrice(amount="11", currency="USD")),
                    stock=0,
                ),
                NewVariant(options=(("Size", "250 g"), ("Roast", "Light")), prices=(euro,), stock=4),
                NewVariant(
                    options=(("Size", "1 kg"), ("Roast", "Dark")),
                    prices=(NewPrice(amount="32.50"),),
                    stock=0,
                    backorder_limit=5,
                    image="https://cdn.test/back.jpg",
                    quantity_minimum=2,
                    quantity_increment=2,
                    quantity_maximum=10,
                ),
            ),
            metafields=(Entry(namespace="custom", key="origin", type="single_line_text_field", value="Ethiopia"),),
            texts=(
                Text(language="it", field="title", value="Caffè"),
                Text(language="it", field="handle", value="caffe"),
                Text(language="it", field="description_html", value="<p>Macinato ogni giorno.</p>"),
            ),
        ),
    )


async def test_a_product_has_every_fact_a_page_shows(ctx: Context) -> None:
    made = await coffee(ctx)
    product = (
        await ask(
            ctx,
            """{ product(handle: "coffee") {
              id handle title vendor productType tags availableForSale totalInventory isGiftCard
              description short: description(truncateAt: 12) descriptionHtml createdAt updatedAt publishedAt
              seo { title description } onlineStoreUrl trackingParameters category { name } requiresSellingPlan
              priceRange { minVariantPrice { amount currencyCode } maxVariantPrice { amount } }
              compareAtPriceRange { minVariantPrice { amount } maxVariantPrice { amount } }
              variantsCount { count precision } sellingPlanGroups(first: 1) { nodes { name } }
              featuredImage { url altText width height id thumbhash src originalSrc transformedSrc(maxWidth: 900) }
              metafield(namespace: "custom", key: "origin") { value type namespace key parentResource { __typename } }
            } }""",
        )
    )["product"]
    assert product == {
        "id": f"gid://vetrina/Product/{made.product_id}",
        "handle": "coffee",
        "title": "Coffee",
        "vendor": "Bora",
        "productType": "Drinks",
        "tags": ["arabica", "morning"],
        "availableForSale": True,
        "totalInventory": 4,
        "isGiftCard": False,
        "description": "Ground daily. In Trieste.",
        "short": "Ground da...",
        "descriptionHtml": "<p>Ground <b>daily</b>.</p><p>In Trieste.</p>",
        "createdAt": "2026-03-14T09:26:53Z",
        "updatedAt": "2026-03-14T09:26:53Z",
        "publishedAt": "2026-03-14T09:26:53Z",
        "seo": {"title": "Coffee from Trieste", "description": None},
        "onlineStoreUrl": None,
        "trackingParameters": None,
        "category": None,
        "requiresSellingPlan": False,
        "priceRange": {
            "minVariantPrice": {"amount": "9.9", "currencyCode": "EUR"},
            "maxVariantPrice": {"amount": "32.5"},
        },
        "compareAtPriceRange": {"minVariantPrice": {"amount": "12.0"}, "maxVariantPrice": {"amount": "12.0"}},
        "variantsCount": {"count": 3, "precision": "EXACT"},
        "sellingPlanGroups": {"nodes": []},
        "featuredImage": {
            "url": "https://shop.test/media/coffee/front.png",
            "altText": "The bag",
            "width": 800,
            "height": 600,
            "id": "gid://vetrina/ProductImage/1",
            "thumbhash": None,
            "src": "https://shop.test/media/coffee/front.png",
            "originalSrc": "https://shop.test/media/coffee/front.png",
            "transformedSrc": "https://shop.test/media/coffee/front.png",
        },
        "metafield": {
            "value": "Ethiopia",
            "type": "single_line_text_field",
            "namespace": "custom",
            "key": "origin",
            "parentResource": {"__typename": "Product"},
        },
    }


async def test_a_variant_has_every_fact_a_page_shows(ctx: Context) -> None:
    await coffee(ctx)
    nodes = (
        await ask(
            ctx,
            """{ product(handle: "coffee") { variants(first: 9) { nodes {
              title sku barcode availableForSale currentlyNotInStock quantityAvailable requiresShipping taxable
              weight weightUnit price { amount } priceV2 { amount } compareAtPrice { amount } unitPrice { amount }
              quantityRule { minimum increment maximum } selectedOptions { name value } image { url }
              product { handle } requiresComponents components(first: 1) { nodes { quantity } }
              groupedBy(first: 1) { nodes { id } } quantityPriceBreaks(first: 1) { nodes { minimumQuantity } }
              sellingPlanAllocations(first: 1) { nodes { sellingPlan { name } } }
              storeAvailability(first: 2) { nodes { available quantityAvailable location { name } } }
            } } } }""",
        )
    )["product"]["variants"]["nodes"]
    assert [(node["title"], node["availableForSale"], node["quantityAvailable"]) for node in nodes] == [
        ("250 g / Dark", False, 0),
        ("250 g / Light", True, 4),
        ("1 kg / Dark", True, 0),
    ]
    assert [node["currentlyNotInStock"] for node in nodes] == [False, False, True]
    assert [node["image"]["url"].rsplit("/", 1)[-1] for node in nodes] == ["front.png", "front.png", "back.jpg"]
    assert nodes[2]["quantityRule"] == {"minimum": 2, "increment": 2, "maximum": 10}
    assert nodes[0] | {"image": None} == {
        "title": "250 g / Dark",
        "sku": "CF-1",
        "barcode": "8001",
        "availableForSale": False,
        "currentlyNotInStock": False,
        "quantityAvailable": 0,
        "requiresShipping": True,
        "taxable": True,
        "weight": 250.0,
        "weightUnit": "GRAMS",
        "price": {"amount": "9.9"},
        "priceV2": {"amount": "9.9"},
        "compareAtPrice": {"amount": "12.0"},
        "unitPrice": None,
        "quantityRule": {"minimum": 1, "increment": 1, "maximum": None},
        "selectedOptions": [{"name": "Size", "value": "250 g"}, {"name": "Roast", "value": "Dark"}],
        "image": None,
        "product": {"handle": "coffee"},
        "requiresComponents": False,
        "components": {"nodes": []},
        "groupedBy": {"nodes": []},
        "quantityPriceBreaks": {"nodes": []},
        "sellingPlanAllocations": {"nodes": []},
        "storeAvailability": {"nodes": [{"available": False, "quantityAvailable": 0, "location": {"name": "Main"}}]},
    }


async def test_a_product_page_chooses_variants(ctx: Context) -> None:
    await coffee(ctx)
    page = document("product_page")
    product = (await ask(ctx, page, handle="coffee", selected=[]))["product"]
    assert product["encodedVariantExistence"] == "v1_0:0-1,1:0,"
    assert product["encodedVariantAvailability"] == "v1_0:1,1:0,"
    assert product["selectedOrFirstAvailableVariant"]["title"] == "250 g / Light"
    assert [variant["title"] for variant in product["adjacentVariants"]] == ["250 g / Dark"]
    assert [
        (value["name"], value["firstSelectableVariant"] and value["firstSelectableVariant"]["title"], value["swatch"])
        for option in product["options"]
        for value in option["optionValues"]
    ] == [
        ("250 g", "250 g / Dark", None),
        ("1 kg", "1 kg / Dark", None),
        ("5 kg", None, None),
        ("Dark", "250 g / Dark", {"color": "#3B2F2F", "image": None}),
        ("Light", "250 g / Light", None),
    ]
    assert [(medium["__typename"], medium["mediaContentType"]) for medium in product["media"]["nodes"]] == [
        ("MediaImage", "IMAGE"),
        ("MediaImage", "IMAGE"),
    ]
    chosen = [{"name": "size", "value": "1 KG"}, {"name": "Roast", "value": "Dark"}, {"name": "utm", "value": "x"}]
    product = (await ask(ctx, page, handle="coffee", selected=chosen))["product"]
    assert product["selectedOrFirstAvailableVariant"]["title"] == "1 kg / Dark"


async def test_variant_by_selected_options_is_exact(ctx: Context) -> None:
    await coffee(ctx)
    text = """query ($options: [SelectedOptionInput!]!, $ignore: Boolean) {
      product(handle: "coffee") {
        variantBySelectedOptions(selectedOptions: $options, ignoreUnknownOptions: $ignore) { title }
      } }"""
    light = [{"name": "Size", "value": "250 g"}, {"name": "Roast", "value": "Light"}]
    more = [*light, {"name": "Utm", "value": "x"}]

    async def found(options: list[dict[str, str]], **more: Any) -> Any:
        return (await ask(ctx, text, options=options, **more))["product"]["variantBySelectedOptions"]

    assert await found(light) == {"title": "250 g / Light"}
    assert await found([{"name": "Size", "value": "5 kg"}, {"name": "Roast", "value": "Dark"}]) is None
    assert await found(more) is None
    assert await found(more, ignore=True) == {"title": "250 g / Light"}


async def test_a_product_without_options_has_the_one_everybody_expects(ctx: Context) -> None:
    await make_product(ctx, "Salt")
    product = (
        await ask(
            ctx,
            """{ product(handle: "salt") { encodedVariantExistence encodedVariantAvailability
              options { id name values optionValues { id name firstSelectableVariant { title } } }
              variants(first: 2) { nodes { title selectedOptions { name value } } } } }""",
        )
    )["product"]
    assert product["encodedVariantExistence"] == product["encodedVariantAvailability"] == "v1_0"
    assert [(option["name"], option["values"]) for option in product["options"]] == [("Title", ["Default Title"])]
    assert product["options"][0]["optionValues"][0]["firstSelectableVariant"] == {"title": "Default Title"}
    assert product["variants"]["nodes"] == [
        {"title": "Default Title", "selectedOptions": [{"name": "Title", "value": "Default Title"}]}
    ]
    option = product["options"][0]
    ids = [option["id"], option["optionValues"][0]["id"]]
    nodes = (await ask(ctx, "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids))["nodes"]
    assert [node["id"] for node in nodes] == ids
    assert [node["__typename"] for node in nodes] == ["ProductOption", "ProductOptionValue"]


async def test_texts_follow_the_language_and_prices_the_country(ctx: Context) -> None:
    await coffee(ctx)
    page = document("product_page")
    italian = (await ask(ctx, page, handle="caffe", selected=[], language="IT"))["product"]
    assert (italian["title"], italian["handle"]) == ("Caffè", "caffe")
    assert italian["description"] == "Macinato ogni giorno."
    assert [option["name"] for option in italian["options"]] == ["Formato", "Roast"]
    assert italian["selectedOrFirstAvailableVariant"]["title"] == "250 g / Light"
    assert italian["options"][1]["optionValues"][0]["firstSelectableVariant"]["title"] == "250 g / Scura"
    assert (await ask(ctx, page, handle="coffee", selected=[], language="IT"))["product"]["title"] == "Caffè"
    assert (await ask(ctx, page, handle="caffe", selected=[]))["product"] is None
    american = (await ask(ctx, page, handle="coffee", selected=[], country="US"))["product"]
    assert american["selectedOrFirstAvailableVariant"]["price"] == {"amount": "11.0", "currencyCode": "USD"}
    assert american["encodedVariantExistence"] == "v1_0:0,"


async def test_what_has_no_price_in_a_market_is_not_seen_there(ctx: Context) -> None:
    made = await coffee(ctx)
    page = document("product_page")
    assert (await ask(ctx, page, handle="coffee", selected=[], country="GB"))["product"] is None
    text = """query ($ids: [ID!]!) @inContext(country: US) { nodes(ids: $ids) { id }
      products(first: 5) { nodes { variantsCount { count } variants(first: 5) { nodes { id } } } } }"""
    ids = [f"gid://vetrina/ProductVariant/{variant_id}" for variant_id in made.variant_ids]
    data = await ask(ctx, text, ids=ids)
    assert [node and node["id"] for node in data["nodes"]] == [ids[0], None, None]
    assert data["products"]["nodes"] == [{"variantsCount": {"count": 1}, "variants": {"nodes": [{"id": ids[0]}]}}]


async def test_only_published_active_products_are_seen(ctx: Context, clock: Any) -> None:
    made = await make_product(ctx, "Oil")
    text = '{ product(handle: "oil") { title } products(first: 5) { nodes { title } } }'
    seen = {"product": {"title": "Oil"}, "products": {"nodes": [{"title": "Oil"}]}}
    gone: dict[str, Any] = {"product": None, "products": {"nodes": []}}
    assert await ask(ctx, text) == seen
    await unpublish_product(ctx, made.product_id)
    assert await ask(ctx, text) == gone
    await publish_product(ctx, made.product_id, ctx.now().replace(day=15))
    assert await ask(ctx, text) == gone
    clock.move(days=1)
    assert await ask(ctx, text) == seen
    await archive_product(ctx, made.product_id)
    assert await ask(ctx, text) == gone


async def test_an_archived_variant_is_gone_everywhere(ctx: Context) -> None:
    made = await make_product(ctx, "Shirt", options={"Size": ("S", "M")})
    await archive_variant(ctx, made.variant_ids[0])
    product = (
        await ask(
            ctx,
            """{ product(handle: "shirt") { encodedVariantExistence variantsCount { count } totalInventory
              variants(first: 5) { nodes { title } } selectedOrFirstAvailableVariant { title } } }""",
        )
    )["product"]
    assert [node["title"] for node in product["variants"]["nodes"]] == ["M"]
    assert product["variantsCount"] == {"count": 1}
    assert product["totalInventory"] == 10
    assert product["selectedOrFirstAvailableVariant"] == {"title": "M"}


async def test_stock_that_is_not_counted_is_always_there(ctx: Context) -> None:
    await make_product(ctx, "Gift card", stock=None)
    product = (
        await ask(
            ctx,
            """{ product(handle: "gift-card") { availableForSale totalInventory
              variants(first: 1) { nodes { availableForSale quantityAvailable currentlyNotInStock } } } }""",
        )
    )["product"]
    assert product["availableForSale"] is True
    assert product["totalInventory"] is None
    assert product["variants"]["nodes"] == [
        {"availableForSale": True, "quantityAvailable": None, "currentlyNotInStock": False}
    ]


async def test_a_collection_has_its_facts_and_its_products_in_the_staffs_order(ctx: Context) -> None:
    products = [(await make_product(ctx, title)).product_id for title in ("A", "B", "C")]
    made = await create_collection(
        ctx,
        CollectionSheet(
            title="Best",
            description_html="<p>The <i>best</i>.</p>",
            image=ImageSheet(url="best.png"),
            texts=(Text(language="it", field="title", value="Il meglio"),),
        ),
    )
    await put_in_collection(ctx, made.collection_id, [products[2], products[0]])
    text = """query ($language: LanguageCode) @inContext(language: $language) {
      collection(handle: "best") { id title description image { url } seo { title } onlineStoreUrl
        products(first: 5) { nodes { title } } }
      collections(first: 5) { totalCount nodes { title products(first: 1) { nodes { title } } } }
      product(handle: "c") { collections(first: 5) { totalCount nodes { handle } } } }"""
    data = await ask(ctx, text)
    assert data["collection"] == {
        "id": f"gid://vetrina/Collection/{made.collection_id}",
        "title": "Best",
        "description": "The best.",
        "image": {"url": "https://shop.test/media/best.png"},
        "seo": {"title": None},
        "onlineStoreUrl": None,
        "products": {"nodes": [{"title": "C"}, {"title": "A"}]},
    }
    assert data["collections"]["totalCount"] == "1"
    assert data["product"]["collections"] == {"totalCount": "1", "nodes": [{"handle": "best"}]}
    assert (await ask(ctx, text, language="IT"))["collection"]["title"] == "Il meglio"


async def test_recommendations_share_the_most_and_are_always_the_same(ctx: Context) -> None:
    oil = await make_product(ctx, "Oil", tags=("green", "raw"), product_type="Oil")
    await make_product(ctx, "Vinegar", tags=("green",), product_type="Vinegar")
    await make_product(ctx, "Other oil", tags=("green", "raw"), product_type="Oil")
    await make_product(ctx, "Soap", product_type="Home")
    text = """query ($id: ID, $handle: String, $intent: ProductRecommendationIntent) {
      productRecommendations(productId: $id, productHandle: $handle, intent: $intent) { title } }"""

    async def titles(**by: Any) -> list[str]:
        return [one["title"] for one in (await ask(ctx, text, **by))["productRecommendations"]]

    assert await titles(id=f"gid://shopify/Product/{oil.product_id}") == ["Other oil", "Vinegar"]
    assert await titles(handle="oil", intent="COMPLEMENTARY") == ["Vinegar"]
    assert await titles(handle="soap") == []
    assert (await ask(ctx, text, handle="nothing"))["productRecommendations"] is None


BAD = [
    ("{ product { id } }", ["handle"]),
    ('{ product(id: "gid://vetrina/Collection/1") { id } }', ["id"]),
    ('{ product(id: "5") { id } }', ["id"]),
    ('{ product(handle: "oil") { description(truncateAt: -1) } }', ["truncateAt"]),
    ('{ product(handle: "oil") { variants(first: 0) { nodes { id } } } }', ["first"]),
    ('{ product(handle: "oil") { variants(first: 251) { nodes { id } } } }', ["first"]),
    ('{ product(handle: "oil") { variants(first: 1, after: "x") { nodes { id } } } }', ["after"]),
    ('{ product(handle: "oil") { options(first: 0) { id } } }', ["first"]),
]


async def test_bad_arguments_are_refused_by_name(ctx: Context) -> None:
    await make_product(ctx, "Oil")
    for text, field in BAD:
        (refused,) = await refusals(ctx, text)
        assert (text, refused["code"], refused.get("field")) == (text, "BAD_USER_INPUT", field)


async def test_a_handle_nobody_has_finds_nothing(ctx: Context) -> None:
    await make_product(ctx, "Oil")
    text = """query ($h: String!) {
      product(handle: $h) { id } collection(handle: $h) { id } productByHandle(handle: $h) { id } }"""
    for handle in ("nothing", "", "a" * 300, "a\x00b", "'; DROP TABLE catalog_product; --", "\ud800"):
        assert await ask(ctx, text, h=handle) == {"product": None, "collection": None, "productByHandle": None}
