"""The public API's own clients work with the address changed: Shopify's API client, Hydrogen's client and cart."""

from pathlib import Path

import httpx
from tests.support.browser_shop import Served
from tests.support.front_ends import furnish, told

STEPS = {
    "create": 1, "addLines": 3, "updateLines": 7, "updateNote": 7, "updateAttributes": 7, "updateBuyerIdentity": 7,
    "updateDiscountCodes": 7, "removeLines": 2,
}  # fmt: skip
"""What is done with a cart, and how many things are in it after that."""


def test_clients_of_the_public_api(shop: Served, tmp_path: Path) -> None:
    found = told(furnish(tmp_path, "clients.mjs"), "clients.mjs", shop.url)
    plain = found["apiClient"]
    assert plain["asked"] == "https://bottega.example/api/2026-04/graphql.json"
    assert (plain["product"]["title"], plain["made"]["totalQuantity"]) == ("Amaretti, 200 g", 2)
    assert plain["last"]["data"]["cart"] == {"totalQuantity": 2, "cost": {"totalAmount": {"currencyCode": "EUR"}}}
    assert plain["last"]["hasNext"] is False
    assert plain["wrong"]["errors"]["graphQLErrors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"

    steps = found["hydrogen"]["steps"]
    assert {name: step["quantity"] for name, step in steps.items()} == STEPS
    assert all(step["userErrors"] == [] and "errors" not in step for step in steps.values())
    warnings = {name: [one["code"] for one in step["warnings"]] for name, step in steps.items() if step["warnings"]}
    assert warnings == {"updateDiscountCodes": ["DISCOUNT_NOT_FOUND"]}  # no error: the cart stands
    cart = found["hydrogen"]["cart"]
    assert (cart["note"], cart["email"], cart["attributes"]) == (
        "By the back door.", "anna@rossi.example", [["gift", "yes"]],
    )  # fmt: skip
    assert cart["codes"] == [{"applicable": False, "code": "NOSUCHCODE"}]
    assert len(cart["titles"]) == 1
    assert httpx.get(cart["checkoutUrl"], follow_redirects=True).status_code == 200
