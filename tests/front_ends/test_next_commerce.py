"""Next.js Commerce: all it asks for, in our words and in its order, at the address of the version that it names."""

from typing import Any

import pytest
from tests.support.browser_shop import Served
from tests.support.storefront import document
from tests.support.wholeness import asked, unexplained

OLD = "/api/2023-01/graphql.json"
"""No such version is published any more: the oldest that is answers in its place."""
PRODUCT, COLLECTION = "taggiasca-extra-virgin-olive-oil", "tableware"
_FIELDS = "id handle title body bodySummary createdAt updatedAt seo { title description }"
MENU = "query Leads($handle: String!) { menu(handle: $handle) { items { title url } } }"
ONE_PAGE = (
    f"query OnePage($handle: String!) {{ pageByHandle(handle: $handle) {{ __typename ... on Page {{ {_FIELDS} }} }} }}"
)
PAGES = f"query AllPages {{ pages(first: 100) {{ edges {{ node {{ {_FIELDS} }} }} }} }}"
_CART = document("cart_vercel")
CART = f"cart {{ ...cart }} }} }} {_CART[_CART.index('fragment cart') :]}"
CHANGES = {
    "cartCreate": ("$lineItems: [CartLineInput!]", "input: {lines: $lineItems}"),
    "cartLinesAdd": ("$cartId: ID!, $lines: [CartLineInput!]!", "cartId: $cartId, lines: $lines"),
    "cartLinesUpdate": ("$cartId: ID!, $lines: [CartLineUpdateInput!]!", "cartId: $cartId, lines: $lines"),
    "cartLinesRemove": ("$cartId: ID!, $lineIds: [ID!]!", "cartId: $cartId, lineIds: $lineIds"),
}
EMPTY = {
    "seo.title": "where nobody wrote one, the title is what search engines show",
    "seo.description": "the same of a collection",
}
"""Ends of paths that may be null, and why."""


@pytest.mark.parametrize(
    ("name", "text", "variables"),
    [
        ("products", document("products"), {"query": "oil", "sortKey": "CREATED_AT", "reverse": True}),
        ("product", document("product"), {"handle": PRODUCT}),
        ("collection", document("collection"), {"handle": COLLECTION}),
        ("collections", document("collections"), {}),
        ("collection", document("collection_products"), {"handle": COLLECTION, "sortKey": "PRICE", "reverse": True}),
        ("menu", MENU, {"handle": "next-js-frontend-header-menu"}),
        ("menu", MENU, {"handle": "next-js-frontend-footer-menu"}),
        ("pageByHandle", ONE_PAGE, {"handle": "about"}),
        ("pages", PAGES, {}),
    ],
)
def test_what_its_pages_show(shop: Served, name: str, text: str, variables: dict[str, Any]) -> None:
    found = told(shop, text, **variables)[name]
    assert found
    assert unexplained(found, EMPTY) == set()


def test_a_cart_lives_as_its_buttons_have_it(shop: Served) -> None:
    product = told(shop, document("product"), handle=PRODUCT)["product"]
    also = told(shop, document("recommendations"), productId=product["id"])["productRecommendations"]
    first, second = (one["variants"]["edges"][0]["node"]["id"] for one in (product, also[0]))
    assert unexplained(also, EMPTY) == set()
    cart = changed(shop, "cartCreate", lineItems=[])
    key = cart["id"]
    assert (cart["totalQuantity"], cart["lines"]["edges"]) == (0, [])
    wanted = [{"merchandiseId": first, "quantity": 1}, {"merchandiseId": second, "quantity": 2}]
    cart = changed(shop, "cartLinesAdd", cartId=key, lines=wanted)
    assert unexplained(cart, EMPTY) == set()
    lines = {edge["node"]["merchandise"]["id"]: edge["node"]["id"] for edge in cart["lines"]["edges"]}
    more = {"id": lines[first], "merchandiseId": first, "quantity": 3}
    assert changed(shop, "cartLinesUpdate", cartId=key, lines=[more])["totalQuantity"] == 5
    cart = changed(shop, "cartLinesRemove", cartId=key, lineIds=[lines[second]])
    assert cart["cost"]["totalAmount"]["currencyCode"] == "EUR" and cart["checkoutUrl"].startswith(shop.url)
    assert told(shop, _CART, cartId=key)["cart"] == cart


def told(shop: Served, text: str, **variables: Any) -> Any:
    return asked(shop, OLD, text, variables, **{"X-Shopify-Storefront-Access-Token": "public"})


def changed(shop: Served, mutation: str, **variables: Any) -> Any:
    declared, passed = CHANGES[mutation]
    return told(shop, f"mutation ({declared}) {{ {mutation}({passed}) {{ {CART}", **variables)[mutation]["cart"]
