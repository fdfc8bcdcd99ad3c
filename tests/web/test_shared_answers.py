"""Answers that everybody shares are kept, given while they are true, and to nobody they are not for."""

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest
from graphql import GraphQLNonNull, get_named_type, is_abstract_type, is_leaf_type
from sqlalchemy import bindparam, update
from tests.support.doors import Client, storefront
from tests.support.factories import make_product
from tests.support.statements import statements
from tests.support.storefront import operations, schema

from vetrina.flows.locations import LocationInput, create_location
from vetrina.graphql.fields import SHARED
from vetrina.kernel.context import Context
from vetrina.kernel.db import Model, table_of
from vetrina.kernel.db.changes import PRIVATE
from vetrina.shop.cart.models import Cart
from vetrina.shop.markets.models import ShopProfile
from vetrina_storefront.context import names_no_buyer

NAME = "{ shop { name } }"
TITLE = "query Title($handle: String!) { product(handle: $handle) { title } }"
RENAME = update(ShopProfile).values(name=bindparam("name_"))


@pytest.fixture
async def client(ctx: Context) -> AsyncGenerator[Client]:
    async with storefront(ctx) as asking:
        yield asking


async def rename(ctx: Context, name: str) -> None:
    async with ctx.tx() as session:
        await session.execute(RENAME, {"name_": name})


async def read(ctx: Context, client: Client, text: str, headers: dict[str, str] | None = None, **variables: Any) -> int:
    """How many statements a second request for the same takes."""
    body = {"variables": variables} if variables else {}
    first = await client.post(text, headers, **body)
    with statements(ctx.db) as made:
        again = await client.post(text, headers, **body)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    return len(made)


async def test_what_was_answered_is_not_read_again_until_something_changes(ctx: Context, client: Client) -> None:
    assert await read(ctx, client, NAME) == 0
    await rename(ctx, "Bottega")
    with statements(ctx.db) as made:
        assert (await client.post(NAME)).json() == {"data": {"shop": {"name": "Bottega"}}}
    assert made
    assert await read(ctx, client, NAME) == 0
    async with ctx.tx() as session:
        await session.execute(update(Cart).values(note="mine"))
    assert await read(ctx, client, NAME) == 0


async def test_the_same_question_in_other_words_has_the_same_answer(ctx: Context, client: Client) -> None:
    await make_product(ctx, "Soap")
    await client.http.post("/graphql", json={"query": TITLE, "variables": {"handle": "soap"}})
    with statements(ctx.db) as made:
        await client.http.post("/graphql", json={"variables": {"handle": "soap"}, "operationName": "", "query": TITLE})
        answer = await client.post(TITLE, {"accept": "application/graphql-response+json"}, variables={"handle": "soap"})
    assert not made
    assert answer.headers["content-type"].startswith("application/graphql-response+json")


async def test_what_is_told_of_a_visitor_is_shared_by_all_who_tell_it(ctx: Context, client: Client) -> None:
    text = """query Q($at: ID, $agreed: VisitorConsent) @inContext(preferredLocationId: $at, visitorConsent: $agreed) {
        locations(first: 1, sortKey: DISTANCE) { nodes { name } } }"""
    other = await create_location(ctx, LocationInput(name="Other"))
    for at, name in ((None, "Main"), (f"gid://shopify/Location/{other}", "Other")):
        for agreed in (None, {"analytics": True}):
            assert await read(ctx, client, text, at=at, agreed=agreed) == 0
            answer = await client.post(text, variables={"at": at, "agreed": agreed})
            assert answer.json() == {"data": {"locations": {"nodes": [{"name": name}]}}}


async def test_variables_and_places_are_kept_apart(ctx: Context, client: Client) -> None:
    for title in ("Soap", "Oil"):
        await make_product(ctx, title, prices={"USD": "99"})
    text = """query P($handle: String!, $country: CountryCode) @inContext(country: $country) {
        product(handle: $handle) { title priceRange { minVariantPrice { amount currencyCode } } }
        localization { country { isoCode } } }"""
    found: set[str] = set()
    for _ in range(2):
        for handle in ("soap", "oil"):
            for country in ("IT", "DE", None):
                answer = await client.post(text, variables={"handle": handle, "country": country})
                data = answer.json()["data"]
                assert data["product"]["title"].lower() == handle
                assert data["localization"]["country"]["isoCode"] == (country or "IT")
                found.add(answer.text)
    assert len(found) == 4


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ('{ cart(id: "gid://vetrina/Cart/0") { id } }', {}),
        ('{ shop { name } cart(id: "gid://vetrina/Cart/0") { id } }', {}),
        ('{ node(id: "gid://vetrina/Product/1") { id } }', {}),
        ('query @inContext(buyer: {customerAccessToken: "me"}) { shop { name } }', {}),
        (NAME, {"authorization": "Bearer me"}),
        (NAME, {"cache-control": "no-cache"}),
        ('{ product(id: "gid://vetrina/Cart/1") { id } }', {}),
    ],
)
async def test_what_is_somebodys_or_went_wrong_is_answered_anew(
    ctx: Context, client: Client, text: str, headers: dict[str, str]
) -> None:
    kept = client.door.kept
    for answer in (await client.post(text, headers), await client.post(text, headers)):
        assert kept is not None and not kept._answers
        assert answer.status_code == 200
    await client.post(NAME)
    with statements(ctx.db) as made:
        await client.post(text, headers)
    assert made or "Cart/1" in text, "it was given what is kept for others"


@pytest.mark.embedded
async def test_an_answer_grows_old(ctx: Context) -> None:
    async with storefront(ctx, response_cache_seconds=0.05) as client:
        assert await read(ctx, client, NAME) == 0
        await asyncio.sleep(0.06)
        with statements(ctx.db) as made:
            await client.post(NAME)
        assert made


@pytest.mark.embedded
async def test_none_is_kept_where_the_setting_or_the_database_says_so(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with storefront(ctx, response_cache=0) as client:
        assert await read(ctx, client, NAME) > 0
    async with storefront(ctx) as client:
        assert await read(ctx, client, NAME) == 0
        monkeypatch.setattr(client.door.kept, "_version", lambda: None)
        assert await read(ctx, client, NAME) > 0


@pytest.mark.embedded
async def test_the_answers_asked_for_longest_ago_make_room(ctx: Context, client: Client) -> None:
    kept = client.door.kept
    assert kept is not None
    kept._capacity = 8_000
    texts = [f"{{ shop {{ name }} }} # {n} {'x' * 900}" for n in range(20)]
    for text in texts:
        await client.post(text)
        await client.post(texts[0])
        assert kept._bytes <= 8_000 and kept._key_bytes <= 2_000
    with statements(ctx.db) as made:
        await client.post(texts[0])
        assert not made
        await client.post(texts[1])
        assert made


async def test_many_who_ask_the_same_are_answered_once(ctx: Context, client: Client) -> None:
    await client.post(NAME)
    await rename(ctx, "Bottega")
    with statements(ctx.db) as made:
        await client.post(NAME, {"cache-control": "no-cache"})
    alone = len(made)
    with statements(ctx.db) as made:
        answers = await asyncio.gather(*(client.post(NAME) for _ in range(20)))
    assert {answer.json()["data"]["shop"]["name"] for answer in answers} == {"Bottega"}
    assert len(made) <= alone


@pytest.mark.embedded
async def test_who_gives_up_leaves_the_others_their_answer(ctx: Context, client: Client) -> None:
    kept = client.door.kept
    assert kept is not None
    key, began, go_on = ("text", None, b"{}"), asyncio.Event(), asyncio.Event()

    async def slowly() -> bytes:
        began.set()
        await go_on.wait()
        return b"slow"

    async def at_once() -> bytes:
        return b"own"

    leading = asyncio.create_task(kept.answer(b"a", key, slowly))
    await began.wait()
    waiting = [asyncio.create_task(kept.answer(b"b", key, at_once)) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    assert not leading.done() and not waiting[1].done()
    leading.cancel()
    assert await waiting[1] is None, "it is told to make its own"
    found = await kept.answer(b"c", key, at_once)
    assert found is not None and found.body == b"own"


@pytest.mark.parametrize(
    ("text", "shared"),
    [
        (NAME, True),
        ("{ shop { name } __typename }", True),
        ("query a { ...F } fragment F on QueryRoot { shop { ...G } } fragment G on Shop { name }", True),
        ("{ ... on QueryRoot { products(first: 1) { nodes { title } } } }", True),
        ('{ shop { name } ... @skip(if: true) { cart(id: "x") { id } } }', False),
        ('{ ...F } fragment F on QueryRoot { cart(id: "x") { id } }', False),
        ("{ __schema { types { name } } }", False),
        ("mutation { cartCreate { cart { id } } }", False),
        ('query @inContext(country: IT, language: IT) { shop { name } }', True),
        ('query @inContext(buyer: null) { shop { name } }', True),
        ('query($b: BuyerInput) @inContext(buyer: $b) { shop { name } }', False),
    ],
)  # fmt: skip
def test_a_document_is_judged_by_all_that_stands_in_it(text: str, shared: bool) -> None:
    operation = operations().prepare(text, None)
    assert not operation.errors
    assert (operation.is_shared and names_no_buyer(operation.node)) is shared


ARGUMENTS = {
    "collection": '(handle: "summer")',
    "collectionByHandle": '(handle: "summer")',
    "product": '(handle: "soap")',
    "productByHandle": '(handle: "soap")',
    "productRecommendations": '(productHandle: "soap")',
    "productTags": "(first: 5)",
    "productTypes": "(first: 5)",
    "products": '(first: 5, query: "soap", sortKey: BEST_SELLING)',
    "search": '(first: 5, query: "soap")',
    "predictiveSearch": '(query: "soap")',
    "collections": "(first: 5)",
    "locations": "(first: 5)",
}
DEEPEST = 4


def named(kind: Any) -> Any:
    """A type without its lists and exclamation marks."""
    return cast(Any, get_named_type)(kind)


def everything(kind: Any, depth: int = 1, path: tuple[str, ...] = ()) -> str:
    """All that can be selected without further arguments, to some depth, no type inside itself."""
    if is_abstract_type(kind):
        members = [f"... on {one.name} {everything(one, depth, path)}" for one in schema().get_possible_types(kind)]
        return "{ __typename " + " ".join(members) + " }"
    parts = ["__typename"]
    for name, field in kind.fields.items():
        inner = named(field.type)
        needs = any(isinstance(argument.type, GraphQLNonNull) for argument in field.args.values())
        if needs or inner.name in path or inner.name == "Metafield":
            continue
        if is_leaf_type(inner):
            parts.append(f"{kind.name}_{name}: {name}")
        elif depth < DEEPEST:
            pages = "(first: 3)" if "first" in field.args else ""
            parts.append(f"{kind.name}_{name}: {name}{pages} {everything(inner, depth + 1, (*path, inner.name))}")
    return "{ " + " ".join(parts) + " }"


@pytest.mark.embedded
async def test_no_shared_answer_is_read_from_a_private_table(
    ctx: Context, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("MOST_TOKENS", "DEEPEST", "MOST_ALIASES", "MOST_FIELDS", "DEAREST"):
        monkeypatch.setattr(f"vetrina.graphql.limits.{limit}", 10_000_000)
    await make_product(ctx, "Soap", options={"Size": ("S", "M")}, tags=("clean",), product_type="Bath")
    root: Any = schema().query_type
    tables = [table_of(mapper.class_) for mapper in Model.registry.mappers]
    private = {table.name for table in tables if table.info.get(PRIVATE)}
    assert {"cart_cart", "orders_order", "customers_customer", "outbox_event"} <= private
    shared = [name for name, field in root.fields.items() if field.extensions["strawberry-definition"].metadata[SHARED]]
    assert len(shared) > 10
    read_from: set[str] = set()
    for name in shared:
        kind = named(root.fields[name].type)
        inner = "" if is_leaf_type(kind) else everything(kind, 1, (kind.name,))
        text = f"{{ {name}{ARGUMENTS.get(name, '')} {inner} }}"
        with statements(ctx.db) as made:
            answer = (await client.post(text)).json()
        assert "errors" not in answer, answer["errors"][:3]
        read_from |= {table for statement in made for table in re.findall(r"\b([a-z]+_[a-z_]+)\b", statement)}
    assert not read_from & private
    assert {"catalog_product", "catalog_variant", "pricing_price", "inventory_level", "markets_market"} <= read_from
