"""What a stranger may type: numbers beyond all sense, fields that are not his to set, quotation marks everywhere."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type
from sqlalchemy import text

from vetrina.testing import Workshop, a_shop
from vetrina.testing.making import NotMade
from vetrina_storefront import door

pytestmark = pytest.mark.embedded
ODD = (0, -1, -(2**31), 2**31 - 1, 10**9)
BEYOND = (2**31, -(2**31) - 1, 2**63, 1.5, "1; DROP TABLE cart_line")
NOT_HIS = {"isstaff", "status", "state", "price", "unitprice", "total", "subtotal", "discount", "tax", "permissions",
           "financialstatus", "customerid", "ordernumber", "balance", "taxexempt", "tags"}  # fmt: skip
"""What no input of a shopper's may name."""
SEEN = {("CartPaymentInput", "amount")}
"""Where he asserts what he saw; the charge comes from the server's own snapshot."""
PROBES = ("'", "' OR 1=1 --", '"; SELECT pg_sleep(9) --', "\\", "%27", "${7*7}", "{{7*7}}", "%s", "\x01")
CREATE = """mutation ($lines: [CartLineInput!], $note: String) { cartCreate(input: { lines: $lines, note: $note }) {
  cart { id totalQuantity cost { totalAmount { amount } } lines(first: 3) { nodes { id quantity } } }
  userErrors { code field } } }"""
CHANGE = """mutation ($cart: ID!, $add: [CartLineInput!]!, $change: [CartLineUpdateInput!]!) {
  added: cartLinesAdd(cartId: $cart, lines: $add) { cart { totalQuantity } userErrors { code } }
  changed: cartLinesUpdate(cartId: $cart, lines: $change) { cart { totalQuantity } userErrors { code } } }"""


@pytest.fixture
async def shop() -> AsyncIterator[Workshop]:
    async with a_shop(("checkout", "content", "metaobjects", "promotions", "seo")) as opened:
        yield opened


async def test_no_quantity_makes_a_cart_of_less_than_its_price(shop: Workshop) -> None:
    oil, salt = [(await shop.product(title, stock=None)).variant_ids[0] for title in ("Oil", "Salt")]
    wanted = {"merchandiseId": f"gid://vetrina/ProductVariant/{salt}"}
    first = {"merchandiseId": f"gid://vetrina/ProductVariant/{oil}", "quantity": 1}
    for odd in ODD:
        made = (await shop.ask(CREATE, lines=[first, {**wanted, "quantity": odd}], note=""))["cartCreate"]
        assert made["cart"] is None and [one["code"] for one in made["userErrors"]] in (["INVALID"], ["LESS_THAN"]), odd
        cart = (await shop.ask(CREATE, lines=[first], note=""))["cartCreate"]["cart"]
        [line] = cart["lines"]["nodes"]
        change = {
            "cart": cart["id"],
            "add": [{**wanted, "quantity": odd}],
            "change": [{"id": line["id"], "quantity": odd}],
        }
        told = await shop.ask(CHANGE, **change)
        assert told["added"]["userErrors"], odd
        assert told["changed"]["userErrors"] or told["changed"]["cart"]["totalQuantity"] == odd == 0
    for beyond in BEYOND:
        sent = {"query": CREATE, "variables": {"lines": [{**wanted, "quantity": beyond}]}}
        answer = await shop.client.post("/graphql", json=sent)
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT", answer.text
    assert await shop.db.value(text("SELECT count(*) FROM cart_line WHERE quantity < 1")) == 0


async def test_what_costs_more_than_a_table_holds_is_shown_and_not_sold(shop: Workshop) -> None:
    """A price of 10^13, a million times, in each of two lines: far beyond 2^63."""
    dearest = [await shop.product(title, price="9999999999990.00", stock=None) for title in ("Crown", "Sceptre")]
    lines = [{"merchandiseId": f"gid://vetrina/ProductVariant/{one.variant_ids[0]}"} for one in dearest]
    told = await shop.ask(CREATE, lines=[{**line, "quantity": 10**6} for line in lines], note="")
    assert told["cartCreate"]["cart"]["cost"]["totalAmount"]["amount"] == "19999999999980000000.0"
    for wares, quantity in ((dearest, 10**6), (dearest, 1), (dearest[:1], 2)):
        with pytest.raises(NotMade, match="CART_TOO_LARGE"):
            await shop.order(*wares, quantity=quantity)
    assert (await shop.order(dearest[0])).subtotal == 999_999_999_999_000, "one of them is sold"
    assert await shop.db.value(text("SELECT count(*) FROM orders_order")) == 1


async def test_no_input_of_a_shopper_sets_what_is_not_his(shop: Workshop) -> None:
    await shop.answer()
    schema = door.compose_storefront(shop.site.graphql)._schema
    assert schema.mutation_type is not None
    inputs: dict[str, GraphQLInputObjectType] = {}
    for field in schema.mutation_type.fields.values():
        for argument in field.args.values():
            _gather(get_named_type(argument.type), inputs)
    named = {(name, key) for name, kind in inputs.items() for key in kind.fields}
    assert {(name, key) for name, key in named if key.casefold() in NOT_HIS} - SEEN == set()
    amounts = {(name, key) for name, key in named if "amount" in key.casefold() or "money" in key.casefold()}
    assert {one for one in amounts if one[0] != "MoneyInput"} <= SEEN, "a shopper would name a price"
    for extra in ("isStaff", "price", "customerId", "__proto__"):
        sent = {
            "query": CREATE,
            "variables": {"lines": [{"merchandiseId": "gid://vetrina/ProductVariant/1", extra: 1}]},
        }
        answer = await shop.client.post("/graphql", json=sent)
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT", answer.text


async def test_a_quotation_mark_is_a_quotation_mark(shop: Workshop) -> None:
    await shop.product("O'Brien's oil")
    for probe in PROBES:
        asked: dict[str, tuple[str, dict[str, Any]]] = {
            "search": ("query ($q: String!) { search(query: $q, first: 3) { totalCount } }", {"q": probe}),
            "products": (
                "query ($q: String) { products(first: 3, query: $q) { nodes { id } } }",
                {"q": f"title:{probe}"},
            ),
            "handle": ("query ($q: String) { product(handle: $q) { id } }", {"q": probe}),
            "cursor": ("query ($q: String) { products(first: 3, after: $q) { nodes { id } } }", {"q": probe}),
            "node": ("query ($q: ID!) { node(id: $q) { id } }", {"q": f"gid://vetrina/Product/{probe}"}),
            "sort": ("query ($q: ProductSortKeys) { products(first: 3, sortKey: $q) { nodes { id } } }", {"q": probe}),
            "place": ("query ($q: CountryCode) @inContext(country: $q) { shop { name } }", {"q": probe}),
            "tongue": ("query ($q: LanguageCode) @inContext(language: $q) { shop { name } }", {"q": probe}),
            "note": (CREATE, {"lines": [], "note": probe}),
        }
        headers = {name: probe for name in ("accept-language", "x-forwarded-for") if probe.isprintable()}
        for name, (document, variables) in asked.items():
            answer = await shop.client.post(
                "/graphql", json={"query": document, "variables": variables}, headers=headers
            )
            codes = {error["extensions"]["code"] for error in answer.json().get("errors", ())}
            assert codes <= {"BAD_USER_INPUT"}, (name, probe, answer.text)
            assert "yntax" not in answer.text and "sqlite" not in answer.text.casefold(), (name, probe, answer.text)
    found = await shop.ask("query ($q: String!) { search(query: $q, first: 3) { totalCount } }", q="o'brien's")
    assert found["search"]["totalCount"] == 1, "what is looked for with a quotation mark is found"


def _gather(kind: Any, found: dict[str, GraphQLInputObjectType]) -> None:
    if isinstance(kind, GraphQLInputObjectType) and kind.name not in found:
        found[kind.name] = kind
        for field in kind.fields.values():
            _gather(get_named_type(field.type), found)
