"""Documents by their hash: over POST and GET, kept on the way where they may be, and nothing else where they must."""

import json
from collections.abc import AsyncGenerator

import httpx
import pytest
from tests.support.doors import Client, storefront
from tests.support.factories import make_product

from vetrina.kernel.context import Context
from vetrina.kernel.documents import hash_of

pytestmark = pytest.mark.embedded

NAME = "{ shop { name } }"
TITLE = "query Title($handle: String!) { product(handle: $handle) { title } }"
CART = 'query { cart(id: "gid://vetrina/Cart/0") { id } }'
NEW_CART = "mutation Open { cartCreate { cart { id } } }"
STRICT = {"accept": "application/graphql-response+json"}


@pytest.fixture
async def client(ctx: Context) -> AsyncGenerator[Client]:
    async with storefront(ctx, [NAME, TITLE, CART, NEW_CART]) as asking:
        yield asking


def by_hash(text: str, version: int = 1) -> dict[str, object]:
    return {"persistedQuery": {"version": version, "sha256Hash": hash_of(text)}}


def told(answer: httpx.Response) -> tuple[int, str, str]:
    error = answer.json()["errors"][0]
    return answer.status_code, error["extensions"]["code"], error["message"]


@pytest.mark.parametrize("key", [hash_of(NAME), f"sha256:{hash_of(NAME)}"])
async def test_a_registered_document_is_asked_for_by_its_id(client: Client, key: str) -> None:
    for answer in (await client.post(documentId=key), await client.get(documentId=key)):
        assert answer.json() == {"data": {"shop": {"name": "Vetrina"}}}


async def test_a_client_sends_the_hash_then_the_text_then_the_hash_alone(client: Client) -> None:
    text = "{ shop { name description } }"
    unknown = await client.post(extensions=by_hash(text))
    assert told(unknown) == (200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
    assert told(await client.post(extensions=by_hash(text), headers=STRICT))[0] == 400
    assert "errors" not in (await client.post(text, extensions=by_hash(text))).json()
    for answer in (
        await client.post(extensions=by_hash(text)),
        await client.get(extensions=json.dumps(by_hash(text))),
    ):
        assert answer.json()["data"]["shop"]["name"] == "Vetrina"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"query": NAME, "extensions": by_hash(TITLE)}, "provided sha does not match query"),
        ({"extensions": by_hash(NAME, version=2)}, "Unsupported persisted query version"),
        ({"extensions": {"persistedQuery": {"version": "one"}}}, None),
        ({"documentId": 7}, None),
        ({}, "query is the text of a GraphQL document."),
    ],
)
async def test_a_hash_that_says_nothing_is_refused(
    client: Client, body: dict[str, object], message: str | None
) -> None:
    status, code, said = told(await client.http.post("/graphql", json=body))
    assert (status, code) == (400, "BAD_REQUEST")
    assert message in (None, said)


async def test_what_is_no_document_is_not_remembered_under_its_hash(client: Client) -> None:
    text = "{ shop { secrets } }"
    assert told(await client.post(text, extensions=by_hash(text)))[1] == "GRAPHQL_VALIDATION_FAILED"
    assert told(await client.post(extensions=by_hash(text)))[1] == "PERSISTED_QUERY_NOT_FOUND"


async def test_what_clients_bring_is_bounded(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vetrina.graphql.persisted.MOST_BYTES", 400)
    texts = [f"{{ shop {{ name }} }} # {n} {'x' * 80}" for n in range(6)]
    for text in texts:
        await client.post(text, extensions=by_hash(text))
    codes = ["errors" in (await client.post(extensions=by_hash(text))).json() for text in texts]
    assert codes == [True, True, True, False, False, False]


async def test_an_answer_by_get_may_be_kept_and_is_asked_after(client: Client, ctx: Context) -> None:
    await make_product(ctx, "Soap")
    params = {"documentId": hash_of(TITLE), "variables": '{"handle": "soap"}', "operationName": "Title"}
    first = await client.get(**params)
    assert first.json() == {"data": {"product": {"title": "Soap"}}}
    assert first.headers["cache-control"] == "public, max-age=15"
    assert first.headers["vary"] == "Accept"
    tag = first.headers["etag"]
    assert tag[0] == tag[-1] == '"'
    for known in (tag, f'"other", W/{tag}', "*"):
        again = await client.get({"if-none-match": known}, **params)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await client.get({"if-none-match": '"other"'}, **params)).status_code == 200
    await make_product(ctx, "Oil")
    other = await client.get({"if-none-match": tag}, **{**params, "variables": '{"handle": "oil"}'})
    assert (other.status_code, other.headers["etag"] != tag) == (200, True)


async def test_head_answers_like_get_without_a_body(client: Client) -> None:
    params = {"documentId": hash_of(NAME)}
    got, headed = await client.get(**params), await client.http.head("/graphql", params=params)
    assert headed.status_code == 200 and headed.content == b""
    assert {**headed.headers, "x-trail-id": ""} == {**got.headers, "x-trail-id": ""}


async def test_what_is_somebodys_is_kept_by_nobody(client: Client) -> None:
    cart = await client.get(documentId=hash_of(CART))
    assert cart.json() == {"data": {"cart": None}}
    wrong = await client.get(documentId=hash_of(TITLE), variables='{"handle": 7}')
    known = await client.get({"authorization": "Bearer me"}, documentId=hash_of(NAME))
    for answer in (cart, wrong, known):
        assert answer.headers["cache-control"] == "no-store" and "etag" not in answer.headers


async def test_get_reads_and_does_nothing_else(client: Client) -> None:
    for answer in (
        await client.get(documentId=hash_of(NEW_CART)),
        await client.get(query=NAME),
        await client.get(query=NAME, extensions=json.dumps(by_hash(NAME))),
    ):
        assert (told(answer)[:2], answer.headers["allow"]) == ((405, "BAD_REQUEST"), "POST")
    assert (await client.post(documentId=hash_of(NEW_CART))).json()["data"]["cartCreate"]["cart"]["id"]


@pytest.mark.parametrize(
    "given", [{"variables": "[]"}, {"variables": "{"}, {"extensions": "7"}, {"variables": "[" * 9_000}]
)
async def test_parameters_that_cannot_be_read_are_refused(client: Client, given: dict[str, str]) -> None:
    assert told(await client.get(**{"documentId": hash_of(NAME), **given}))[:2] == (400, "BAD_REQUEST")


async def test_a_browser_is_shown_the_explorer_where_it_asks_nothing(client: Client) -> None:
    html = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert (await client.get(html)).headers["content-type"].startswith("text/html")
    asked = await client.get(html, documentId=hash_of(NAME))
    assert asked.json() == {"data": {"shop": {"name": "Vetrina"}}}


async def test_a_shop_may_answer_registered_documents_alone(ctx: Context) -> None:
    async with storefront(ctx, [NAME], documents="trusted") as client:
        text = "{ shop { description } }"
        refused = (403, "FORBIDDEN", "Only registered documents are answered.")
        assert told(await client.post(text)) == refused
        assert told(await client.post(text, extensions=by_hash(text))) == refused
        assert told(await client.post(extensions=by_hash(text)))[1] == "PERSISTED_QUERY_NOT_FOUND"
        for answer in (await client.post(NAME), await client.post(documentId=hash_of(NAME))):
            assert answer.json() == {"data": {"shop": {"name": "Vetrina"}}}


async def test_new_documents_are_read_at_a_pace_and_known_ones_at_once(ctx: Context) -> None:
    async with storefront(ctx, [TITLE], new_documents=0.001, new_documents_at_once=2) as client:
        first, second, third = (f"{{ shop {{ name }} }} # {n}" for n in range(3))
        for text in (first, second):
            assert (await client.post(text)).status_code == 200
        answer = await client.post(third)
        assert told(answer)[:2] == (429, "LIMIT_EXCEEDED")
        assert 0 < int(answer.headers["retry-after"]) <= 1_000
        for _ in range(3):
            assert (await client.post(first)).status_code == 200
            assert (await client.post(TITLE, variables={"handle": "x"})).status_code == 200


async def test_documents_are_compiled_before_they_are_asked(client: Client) -> None:
    client.door.warm()
    for text, name in ((NAME, None), (TITLE, "Title"), (NEW_CART, "Open")):
        assert client.door.operations.knows(text, name)
    assert client.door.problems("{ shop { secrets } }") == ["Cannot query field 'secrets' on type 'Shop'."]
    assert client.door.problems("query a { shop { name } } query b { shop { name } }")
