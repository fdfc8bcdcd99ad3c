"""Hydrogen's skeleton: each of its documents, taken out of its sources, is answered in full by a shop like the demo."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, print_ast
from tests.support.browser_shop import Served
from tests.support.front_ends import furnish, node, packages, program, told, unpacked
from tests.support.quoted import NotRead, quoted
from tests.support.signing_in import access_token
from tests.support.wholeness import asked, unexplained

from vetrina.demo.front_ends import CLIENT, HOSTS
from vetrina.flows.customers import enrol_customer
from vetrina.kernel.context import Context
from vetrina.vocabulary import Address

STOREFRONT, ACCOUNT = "/api/2026-04/graphql.json", "/customer/api/2026-04/graphql"
ANNA, PASSWORD = "rossi@example.org", "una password di prova"
PRODUCT, REDUCED, COLLECTION, WORD = "taggiasca-extra-virgin-olive-oil", "copper-pasta-pot", "tableware", "oil"
PAGE = {"first": 8}
ARTICLE = {"blogHandle": "journal", "articleHandle": "how-to-taste-oil"}
NO_POLICY = dict.fromkeys(("privacyPolicy", "refundPolicy", "shippingPolicy", "termsOfService"), False)
QUESTIONS: dict[str, dict[str, Any]] = {
    "Article": ARTICLE,
    "Blog": {**PAGE, "blogHandle": "journal"},
    "Blogs": PAGE,
    "Catalog": PAGE,
    "Collection": {**PAGE, "handle": COLLECTION},
    "FeaturedCollection": {},
    "Footer": {"footerMenuHandle": "footer"},
    "Header": {"headerMenuHandle": "main-menu"},
    "Page": {"handle": "about"},
    "Policies": {},
    "Policy": {**NO_POLICY, "privacyPolicy": True},
    "PredictiveSearch": {"term": WORD, "limit": 10, "limitScope": "EACH"},
    "Product": {"handle": PRODUCT, "selectedOptions": []},
    "RecommendedProducts": {},
    "RegularSearch": {"term": WORD, "first": 8},
    "StoreCollections": PAGE,
}
"""What the skeleton's routes ask, each with what it asks it with."""
OF_ACCOUNTS = {
    "CustomerDetails", "CustomerOrders", "Order", "customerAddressCreate", "customerAddressDelete",
    "customerAddressUpdate", "customerUpdate",
}  # fmt: skip
"""What its pages of an account ask the Customer Account API."""
EMPTY = {
    "trackingParameters": "nobody is followed from a search to a product",
    "compareAtPrice": "what is not reduced costs what it costs",
    "swatch": "the demo's options are told in words",
    "resourceId": "items that lead to an address, such as the search",
    "subscriptionPolicy": "the demo sells no subscriptions",
    "seo.title": "where nobody wrote one, the title is what search engines show",
    "seo.description": "the same of a blog",
    "image.width": "an article's picture is an address, which nobody has measured",
    "image.height": "the same",
    "tags[]": "items that narrow no collection",
    "items[]": "items with none below them",
}
"""Ends of paths that may be null, or lists without members, and why."""
OF_CARTS_EMPTY = {
    "customer": "nobody signed in",
    "compareAtAmountPerQuantity": "what is not reduced costs what it costs",
    "parentRelationship": "no line belongs to another",
    "totalDutyAmount": "the demo sends where no duties are owed",
}
OF_ACCOUNTS_EMPTY = {
    "company": "nobody orders for a company",
    "address2": "one line says where",
    "confirmationNumber": "what was bought elsewhere before has its number alone",
    "fulfillments.nodes[]": "nor is it known when that was sent",
    "discountApplications.nodes[]": "nor what was given off",
    "discountAllocations[]": "the same of its lines",
    "variantTitle": "nor in which size",
}


@pytest.fixture(scope="module")
def documents() -> dict[str, str]:
    """Everything the skeleton asks, by name."""
    app = unpacked("@shopify/cli-hydrogen") / "dist" / "assets" / "hydrogen" / "starter" / "app"
    return quoted({path.relative_to(app).as_posix(): path.read_text() for path in sorted(app.rglob("*.ts*"))})


def test_every_route_is_answered_in_full(shop: Served, documents: dict[str, str]) -> None:
    assert {name for name in documents if ":" not in name} == {*QUESTIONS, *OF_ACCOUNTS}
    missing = {
        name: unexplained(asked(shop, STOREFRONT, documents[name], given), EMPTY) for name, given in QUESTIONS.items()
    }
    assert {name: paths for name, paths in missing.items() if paths} == {}
    pot = asked(shop, STOREFRONT, documents["Product"], {"handle": REDUCED, "selectedOptions": []})["product"]
    assert pot["selectedOrFirstAvailableVariant"]["compareAtPrice"] == {"amount": "279.0", "currencyCode": "EUR"}


def test_a_gap_is_found_and_a_document_read_to_its_last_fragment() -> None:
    found = {"shop": {"name": None, "brand": None}, "nodes": [{"swatch": None, "items": [None]}, {"price": None}]}
    assert unexplained(found, EMPTY) == {".shop.name", ".shop.brand", ".nodes[*].items[*]", ".nodes[*].price"}
    other = "const PART = `#graphql fragment Part on Shop { name }`"
    whole = quoted({"a.ts": f"{other};\nconst WHOLE = `#graphql\n query Whole {{ shop {{ ...Part }} }} ${{PART}}`"})
    assert "fragment Part on Shop" in whole["Whole"]
    with pytest.raises(NotRead, match=r"a\.ts"):
        quoted({"a.ts": "ask(`#graphql query Unnamed { shop { name } }`)"})


async def _join(ctx: Context) -> str:
    home = Address(first_name="Anna", last_name="Rossi", address1="Via Po 1", city="Torino", zip="10121", province="TO",
                   country="IT", phone="+390115550100")  # fmt: skip
    await enrol_customer(ctx, ANNA, PASSWORD, first_name="Anna", last_name="Rossi", address=home)
    return await access_token(ctx, CLIENT, f"{HOSTS[0]}/account/authorize", ANNA, PASSWORD)


def test_an_account_is_answered_in_full(shop: Served, documents: dict[str, str]) -> None:
    headers = {"authorization": shop.do(_join)}

    def account(name: str, **variables: Any) -> Any:
        return asked(shop, ACCOUNT, documents[name], variables, **headers)

    new = {"firstName": "Anna", "lastName": "Rossi", "address1": "Via Roma 1", "city": "Roma", "zip": "00185",
           "territoryCode": "IT", "zoneCode": "RM", "phoneNumber": "+390655501000"}  # fmt: skip
    made = account("customerAddressCreate", address=new, defaultAddress=True)["customerAddressCreate"]
    key = made["customerAddress"]["id"]
    changed = account("customerAddressUpdate", address={"city": "Tivoli"}, addressId=key, defaultAddress=True)
    renamed = account("customerUpdate", customer={"firstName": "Annamaria"})["customerUpdate"]
    details = account("CustomerDetails")["customer"]
    assert (renamed["customer"]["firstName"], details["defaultAddress"]["city"]) == ("Annamaria", "Tivoli")
    assert unexplained(details, OF_ACCOUNTS_EMPTY) == set()
    orders = account("CustomerOrders", first=20, query="")["customer"]["orders"]
    assert len(orders["nodes"]) > 3 and unexplained(orders, OF_ACCOUNTS_EMPTY) == set()
    bought = account("Order", orderId=orders["nodes"][0]["id"])["order"]
    assert unexplained(bought, OF_ACCOUNTS_EMPTY) == set() and bought["name"].startswith("BV-")
    found = account("CustomerOrders", first=2, query=f"name:{bought['name']}")["customer"]["orders"]["nodes"]
    assert [one["id"] for one in found] == [bought["id"]]
    gone = account("customerAddressDelete", addressId=key)["customerAddressDelete"]
    assert gone["deletedAddressId"] == key
    assert [one["userErrors"] for one in (made, changed["customerAddressUpdate"], renamed, gone)] == [[]] * 4


def test_all_that_hydrogen_asks_by_itself_is_answered(shop: Served, documents: dict[str, str], tmp_path: Path) -> None:
    found = asked(shop, STOREFRONT, documents["Product"], {"handle": PRODUCT, "selectedOptions": []})["product"]
    fragment = documents["lib/fragments.ts:CART_QUERY_FRAGMENT"]
    variant = found["selectedOrFirstAvailableVariant"]["id"]
    told_of = told(furnish(tmp_path, "hydrogen.mjs"), "hydrogen.mjs", shop.url, variant, fragment)
    assert told_of["wrong"] == []
    package = packages() / "@shopify" / "hydrogen" / "dist" / "development" / "index.js"
    theirs = set(re.findall(r"`#graphql\s+(?:query|mutation) (\w+)", package.read_text()))
    assert set(told_of["asked"]) - {"Groups"} == theirs
    cart = told_of["cart"]
    assert unexplained(cart, {**EMPTY, **OF_CARTS_EMPTY}) == set()
    assert (cart["discountCodes"], len(cart["appliedGiftCards"])) == ([{"code": "BENVENUTO10", "applicable": True}], 1)
    assert {kind for kind, places in told_of["maps"].items() if places} == set(told_of["index"]) == set(told_of["maps"])
    assert (
        f"products/{PRODUCT}" in told_of["maps"]["products"]
        and "maker/masseria-tre-fichi" in told_of["maps"]["metaObjects"]
    )
    assert told_of["moved"] == [301, "/blogs/journal"]
    assert told_of["analytics"]["currency"] == "EUR" and told_of["analytics"]["shopId"].endswith("/Shop/1")


TYPED = """
import type { HeaderQuery, ProductQuery } from "./asked"
import type { CountryCode, ProductSortKeys, Shop } from "./schema"
export const price = (found: ProductQuery): string | undefined =>
  found.product?.selectedOrFirstAvailableVariant?.price.amount
export const leads = (found: HeaderQuery): string[] => found.menu?.items.map((item) => item.title) ?? []
export const home: CountryCode = "IT", order: ProductSortKeys = "PRICE", name = (shop: Shop): string => shop.name
"""
CODEGEN = {
    "documents": "documents.graphql",
    "config": {"enumsAsTypes": True, "scalars": {"Decimal": "string"}},
    "generates": {"asked.ts": {"plugins": ["typescript-operations"]}, "schema.ts": {"plugins": ["typescript"]}},
}


def test_its_documents_are_typed_by_what_the_shop_says_of_itself(
    shop: Served, documents: dict[str, str], tmp_path: Path
) -> None:
    definitions = [one for name in QUESTIONS for one in parse(documents[name]).definitions]
    written = dict.fromkeys(map(print_ast, definitions))  # fragments are in several of them
    (tmp_path / "documents.graphql").write_text("\n".join(written))
    (tmp_path / "codegen.json").write_text(json.dumps({**CODEGEN, "schema": f"{shop.url}{STOREFRONT}"}))
    node(furnish(tmp_path), program("graphql-codegen"), "--config", "codegen.json")
    check = (program("tsc"), "--noEmit", "--strict", "--skipLibCheck", "used.ts")
    (tmp_path / "used.ts").write_text(TYPED)
    node(tmp_path, *check)
    (tmp_path / "used.ts").write_text(TYPED.replace("item.title", "item.titles"))
    with pytest.raises(AssertionError, match="Property 'titles' does not exist"):
        node(tmp_path, *check)
