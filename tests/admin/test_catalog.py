"""The staff creates, prices, edits, publishes and archives products over HTTP."""

from typing import Any

import pytest
from tests.support.asking import Admin
from tests.support.factories import make_product

from vetrina.kernel.context import Context
from vetrina.views.staff import audit_trail

CREATE = """
mutation ($input: ProductCreateInput!) {
  productCreate(input: $input) {
    product {
      id handle title status tags descriptionHtml
      options { name values { name swatch } }
      variants { nodes {
        id title sku
        prices { amount { amount currencyCode } compareAt { amount } priceList { handle } }
        stockLevels { onHand reserved available location { name } }
      } }
    }
    userErrors { code field message }
  }
}
"""
OIL = {
    "title": "Olive oil",
    "descriptionHtml": "<p>Cold pressed</p>",
    "tags": ["new", "oil"],
    "options": [{"name": "Size", "values": [{"name": "250 ml"}, {"name": "500 ml", "swatch": "#00AA00"}]}],
    "variants": [
        {
            "options": [{"name": "Size", "value": "250 ml"}],
            "sku": "OIL-250",
            "stock": 12,
            "prices": [
                {"amount": "8.90", "compareAt": "9.90"},
                {"amount": "7.50", "currencyCode": "GBP"},
            ],
        },
        {"options": [{"name": "Size", "value": "500 ml"}], "sku": "OIL-500", "prices": [{"amount": "14.50"}]},
    ],
}


async def test_a_product_is_created_whole_with_prices_and_stock(admin: Admin) -> None:
    payload = (await admin.ask(CREATE, {"input": OIL}))["productCreate"]
    assert payload["userErrors"] == []
    product = payload["product"]
    assert (product["handle"], product["status"], product["tags"]) == ("olive-oil", "DRAFT", ["new", "oil"])
    assert product["options"] == [
        {"name": "Size", "values": [{"name": "250 ml", "swatch": None}, {"name": "500 ml", "swatch": "#00AA00"}]}
    ]
    small, large = product["variants"]["nodes"]
    assert small["stockLevels"] == [{"onHand": 12, "reserved": 0, "available": 12, "location": {"name": "Main"}}]
    assert [(price["amount"], price["compareAt"]) for price in small["prices"]] == [
        ({"amount": "8.9", "currencyCode": "EUR"}, {"amount": "9.9"}),
        ({"amount": "7.5", "currencyCode": "GBP"}, None),
    ]
    assert large["stockLevels"] == []


async def test_an_input_that_cannot_be_right_is_told_where_it_is_wrong_and_nothing_is_written(admin: Admin) -> None:
    wrong = {**OIL, "variants": [{**OIL["variants"][0], "prices": [{"amount": "8.905"}]}]}  # type: ignore[index]
    payload = (await admin.ask(CREATE, {"input": wrong}))["productCreate"]
    assert payload["product"] is None
    (error,) = payload["userErrors"]
    assert error["code"] == "BAD_USER_INPUT"
    assert error["field"] == ["input", "variants", "0", "prices", "0", "amount"]
    assert (await admin.ask("{ products { nodes { id } } }"))["products"]["nodes"] == []


@pytest.mark.parametrize(
    ("missing", "part"), [("prices.write", "prices"), ("stock.write", "stock"), ("catalog.write", "title")]
)
async def test_what_a_product_brings_needs_its_own_permission(admin: Admin, missing: str, part: str) -> None:
    others = {"catalog.read", "catalog.write", "prices.write", "prices.read", "stock.read", "stock.write"} - {missing}
    asking = await admin.may(*others)
    assert await asking.refused(CREATE, {"input": OIL}) == ["FORBIDDEN"]
    assert (await admin.ask("{ products { nodes { id } } }"))["products"]["nodes"] == [], part


async def test_prices_and_levels_are_hidden_from_whoever_may_only_see_the_catalogue(admin: Admin, ctx: Context) -> None:
    await make_product(ctx)
    asking = await admin.may("catalog.read")
    answer = (
        await asking.post(
            "{ products { nodes { title variants { nodes { sku prices { __typename } stockLevels { onHand } } } } } }"
        )
    ).json()
    (product,) = answer["data"]["products"]["nodes"]
    assert product["variants"]["nodes"] == [{"sku": None, "prices": None, "stockLevels": None}]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}


async def test_a_price_is_set_changed_and_taken_away(admin: Admin, ctx: Context) -> None:
    variant = f"gid://vetrina/ProductVariant/{(await make_product(ctx, price=None)).variant_ids[0]}"
    lists = {
        row["currencyCode"]: row["id"] for row in (await admin.ask("{ priceLists { id currencyCode } }"))["priceLists"]
    }
    document = """mutation ($input: PriceSetInput!) { priceSet(input: $input) {
        variant { prices { amount { amount currencyCode } } } userErrors { code field } } }"""

    async def set_price(**given: Any) -> Any:
        payload = (await admin.ask(document, {"input": {"variantId": variant, **given}}))["priceSet"]
        assert payload["userErrors"] == []
        return [
            f"{price['amount']['amount']} {price['amount']['currencyCode']}" for price in payload["variant"]["prices"]
        ]

    assert await set_price(amount="12.50") == ["12.5 EUR"]
    assert await set_price(amount="11", priceListId=lists["USD"]) == ["12.5 EUR", "11.0 USD"]
    assert await set_price(amount="13.00") == ["13.0 EUR", "11.0 USD"]
    assert await set_price(amount=None) == ["11.0 USD"]


WRONG: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"amount": "-1"}, "BAD_USER_INPUT", ["input", "amount"]),
    ({"amount": "1.005"}, "BAD_USER_INPUT", ["input", "amount"]),
    ({"amount": "1", "compareAt": "1.005"}, "BAD_USER_INPUT", ["input", "compareAt"]),
    ({"compareAt": "20"}, "BAD_USER_INPUT", ["input", "amount"]),
    ({"amount": None, "breaks": [{"minimum": 2, "amount": "1"}]}, "BAD_USER_INPUT", ["input", "amount"]),
    ({"amount": "1", "priceListId": "gid://vetrina/PriceList/99"}, "NO_SUCH_PRICE_LIST", ["input", "priceListId"]),
    ({"amount": "1", "priceListId": "gid://vetrina/Product/1"}, "BAD_USER_INPUT", ["input", "priceListId"]),
    ({"amount": "1", "variantId": "nonsense"}, "BAD_USER_INPUT", ["input", "variantId"]),
]  # fmt: skip


async def test_a_wrong_price_names_its_field(admin: Admin, ctx: Context) -> None:
    variant = f"gid://vetrina/ProductVariant/{(await make_product(ctx)).variant_ids[0]}"
    document = "mutation ($input: PriceSetInput!) { priceSet(input: $input) { userErrors { code field } } }"
    for given, code, field in WRONG:
        payload = (await admin.ask(document, {"input": {"variantId": variant, **given}}))["priceSet"]
        assert payload["userErrors"] == [{"code": code, "field": field}]


async def test_a_product_is_edited_published_taken_off_and_archived_and_every_step_is_signed(
    admin: Admin, ctx: Context
) -> None:
    created = await make_product(ctx, seo_title="Oil", vendor="Frantoio")
    product = f"gid://vetrina/Product/{created.product_id}"
    update = """mutation ($id: ID!, $input: ProductUpdateInput!) { productUpdate(id: $id, input: $input) {
        product { title vendor seoTitle tags } userErrors { code field } } }"""
    payload = (
        await admin.ask(update, {"id": product, "input": {"title": "New oil", "seoTitle": None, "tags": ["green"]}})
    )["productUpdate"]
    assert payload["userErrors"] == []
    assert payload["product"] == {"title": "New oil", "vendor": "Frantoio", "seoTitle": None, "tags": ["green"]}
    for verb, status in (("Unpublish", "DRAFT"), ("Publish", "ACTIVE"), ("Archive", "ARCHIVED")):
        document = f"mutation ($id: ID!) {{ product{verb}(id: $id) {{ product {{ status }} userErrors {{ code }} }} }}"
        payload = (await admin.ask(document, {"id": product}))[f"product{verb}"]
        assert payload == {"product": {"status": status}, "userErrors": []}
    trail = await audit_trail(ctx.db, f"product:{created.product_id}", size=10)
    assert [entry.action for entry in trail] == [
        "product.archived", "product.published", "product.unpublished", "product.edited", "product.created",
    ]  # fmt: skip
    assert {entry.actor for entry in trail[:-1]} == {"token:1"}


async def test_a_text_that_cannot_be_missing_cannot_be_emptied(admin: Admin, ctx: Context) -> None:
    product = f"gid://vetrina/Product/{(await make_product(ctx)).product_id}"
    update = """mutation ($id: ID!, $input: ProductUpdateInput!) { productUpdate(id: $id, input: $input) {
        product { title } userErrors { code field } } }"""
    for given, field in (({"title": None}, "title"), ({"handle": ""}, "handle"), ({"title": "nul\0"}, "title")):
        payload = (await admin.ask(update, {"id": product, "input": given}))["productUpdate"]
        assert payload == {"product": None, "userErrors": [{"code": "BAD_USER_INPUT", "field": ["input", field]}]}
    assert (await admin.ask('{ product(handle: "olive-oil") { title } }'))["product"] == {"title": "Olive oil"}


async def test_a_product_that_is_not_there_is_a_user_error(admin: Admin) -> None:
    for verb in ("Publish", "Unpublish", "Archive"):
        document = (
            f"mutation ($id: ID!) {{ answer: product{verb}(id: $id) {{ product {{ id }} userErrors {{ code }} }} }}"
        )
        for given, code in (("gid://vetrina/Product/999", "NOT_FOUND"), ("x", "BAD_USER_INPUT")):
            payload = (await admin.ask(document, {"id": given}))["answer"]
            assert payload == {"product": None, "userErrors": [{"code": code}]}


async def test_products_are_found_by_status_by_text_and_page_by_page(admin: Admin, ctx: Context) -> None:
    for title in ("Olive oil", "Sea salt", "50% cocoa", "Oil lamp"):
        await make_product(ctx, title, variant={"sku": f"SKU_{title[:3]}"})
    await admin.ask('mutation { productUnpublish(id: "gid://vetrina/Product/2") { userErrors { code } } }')

    async def titles(arguments: str) -> list[str]:
        found = await admin.ask(f"{{ products({arguments}) {{ nodes {{ title }} }} }}")
        return [product["title"] for product in found["products"]["nodes"]]

    assert await titles("status: DRAFT") == ["Sea salt"]
    assert await titles('query: "OIL"') == ["Olive oil", "Oil lamp"]
    assert await titles('query: "0%"') == ["50% cocoa"]
    assert await titles('query: "%"') == ["50% cocoa"]
    assert await titles('query: "sku_sea"') == ["Sea salt"]
    assert await titles("sortKey: TITLE, reverse: true, first: 2") == ["Sea salt", "Olive oil"]
    seen, cursor = list[str](), None
    while True:
        page = (
            await admin.ask(
                "query ($after: String) { products(first: 3, after: $after, sortKey: TITLE) "
                "{ nodes { title } pageInfo { hasNextPage endCursor } } }",
                {"after": cursor},
            )
        )["products"]
        seen += [product["title"] for product in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == ["50% cocoa", "Oil lamp", "Olive oil", "Sea salt"]


async def test_a_product_is_found_by_id_or_handle_and_not_by_both(admin: Admin, ctx: Context) -> None:
    created = await make_product(ctx)
    product = f'"gid://vetrina/Product/{created.product_id}"'
    variant = f'"gid://vetrina/ProductVariant/{created.variant_ids[0]}"'
    found = await admin.ask(
        f'{{ a: product(id: {product}) {{ handle }} b: product(handle: "olive-oil") {{ handle }} '
        f'c: product(handle: "none") {{ handle }} variant(id: {variant}) {{ product {{ handle }} }} }}'
    )
    oil = {"handle": "olive-oil"}
    assert found == {"a": oil, "b": oil, "c": None, "variant": {"product": oil}}
    assert await admin.refused(f'{{ product(id: {product}, handle: "x") {{ id }} }}') == ["BAD_USER_INPUT"]
    assert await admin.refused("{ product { id } }") == ["BAD_USER_INPUT"]
