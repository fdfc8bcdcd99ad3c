"""Whatever a client sends, the answer is typed, the status is the specification's, and nothing changes."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tests.support.shops import StillClock, opened, sqlite_url

from vetrina.kernel.settings import Settings
from vetrina.web.serving import Serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

GRAPHQL_JSON = "application/graphql-response+json"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[httpx.AsyncClient]:
    """Speaks to a served shop, one for all: nothing that is asked here changes it."""
    folder = tmp_path_factory.mktemp("requests")
    database_url = sqlite_url(sqlite_template, folder)
    ctx = await opened(database_url, StillClock())
    await ctx.db.close()
    settings = Settings(database_url=database_url, env="test", media_root=str(folder), worker=False)
    serving = Serving(settings)
    await serving.start()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(serving), base_url="http://shop.test") as asking:
        yield asking
    await serving.stop()


def code(answer: httpx.Response) -> str:
    return answer.json()["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize(
    ("body", "headers", "status", "expected"),
    [
        (b"{", {}, 400, "BAD_REQUEST"),
        (b"", {}, 400, "BAD_REQUEST"),
        (b"\xff\xfe", {}, 400, "BAD_REQUEST"),
        (b"[" * 20_000, {}, 400, "BAD_REQUEST"),
        (b'{"query":"{shop{name}}","variables":' + b"[" * 20_000 + b"]" * 20_000 + b"}", {}, 400, "BAD_REQUEST"),
        (b"[]", {}, 400, "BAD_REQUEST"),
        (b"7", {}, 400, "BAD_REQUEST"),
        (b'{"query": 7}', {}, 400, "BAD_REQUEST"),
        (b'{"query": ""}', {}, 400, "BAD_REQUEST"),
        (b'{"query": "{shop{name}}", "variables": []}', {}, 400, "BAD_REQUEST"),
        (b'{"query": "{shop{name}}", "operationName": 1}', {}, 400, "BAD_REQUEST"),
        (b'{"query": "{shop{name}}", "extensions": 1}', {}, 400, "BAD_REQUEST"),
        (b'{"query": "{shop{name}}"}', {"content-type": "text/plain"}, 415, "BAD_REQUEST"),
        (b"query={shop{name}}", {"content-type": "application/x-www-form-urlencoded"}, 415, "BAD_REQUEST"),
        (b'{"query": "{shop{name}}"}', {"content-type": "application/json; charset=latin-1"}, 415, "BAD_REQUEST"),
        (b'{"query": "{shop{name}}"}', {"accept": "text/csv"}, 406, "BAD_REQUEST"),
        (b'{"query": "' + b"#" * 200_001 + b'"}', {}, 413, "LIMIT_EXCEEDED"),
    ],
)  # fmt: skip
async def test_what_is_not_a_request_is_refused(
    client: httpx.AsyncClient, body: bytes, headers: dict[str, str], status: int, expected: str
) -> None:
    answer = await client.post("/graphql", content=body, headers={"content-type": "application/json", **headers})
    assert (answer.status_code, code(answer)) == (status, expected)


def fragments(depth: int) -> str:
    """Fragments that double at each step: 2^depth fields, if somebody counted them one by one."""
    chain = " ".join(f"fragment f{n} on Shop {{ ...f{n + 1} ...f{n + 1} }}" for n in range(depth))
    return f"{{ shop {{ ...f0 }} }} {chain} fragment f{depth} on Shop {{ name }}"


HOSTILE = {
    "syntax": ("{ shop { name }", "GRAPHQL_PARSE_FAILED"),
    "unknown field": ("{ shop { secretPrice } }", "GRAPHQL_VALIDATION_FAILED"),
    "circle": ("{ shop { ...a } } fragment a on Shop { ...a }", "GRAPHQL_VALIDATION_FAILED"),
    "two operations": ("query a { shop { name } } query b { shop { name } }", "GRAPHQL_VALIDATION_FAILED"),
    "aliases": ("{ " + " ".join(f"a{n}: shop {{ name }}" for n in range(31)) + " }", "LIMIT_EXCEEDED"),
    "tokens": ("{ shop { " + "name " * 2_000 + "} }", "GRAPHQL_PARSE_FAILED"),
    "depth": ("{ shop { " + "... on Shop { " * 900 + "name" + "}" * 902, "GRAPHQL_PARSE_FAILED"),
    "doubling fragments": (fragments(18), "LIMIT_EXCEEDED"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_document_is_refused_quickly(client: httpx.AsyncClient, name: str) -> None:
    document, expected = HOSTILE[name]
    plain = await client.post("/graphql", json={"query": document})
    assert (plain.status_code, code(plain)) == (200, expected)
    strict = await client.post("/graphql", json={"query": document}, headers={"accept": GRAPHQL_JSON})
    assert (strict.status_code, code(strict)) == (400, expected)
    assert "data" not in strict.json()
    assert strict.headers["content-type"].startswith(GRAPHQL_JSON)


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ('{ node(id: "7") { id } }', {}),
        ('{ product(id: "gid://vetrina/Cart/1") { id } }', {}),
        ("{ products(first: 0) { nodes { id } } }", {}),
        ("{ products(first: 251) { nodes { id } } }", {}),
        ("{ products(first: -1) { nodes { id } } }", {}),
        ('{ products(first: 1, after: "nonsense!") { nodes { id } } }', {}),
        ("query($n: Int) { products(first: $n) { nodes { id } } }", {"n": 2**31}),
        ("query($c: CountryCode) @inContext(country: $c) { shop { name } }", {"c": "Atlantis"}),
        ("query($l: LanguageCode) @inContext(language: $l) { shop { name } }", {"l": "'; DROP TABLE"}),
    ],
)
async def test_bad_input_is_the_callers_mistake(
    client: httpx.AsyncClient, document: str, variables: dict[str, Any]
) -> None:
    answer = await client.post("/graphql", json={"query": document, "variables": variables})
    assert (answer.status_code, code(answer)) == (200, "BAD_USER_INPUT"), answer.text


async def test_an_operation_that_is_too_dear_is_refused_whatever_its_variables_say(client: httpx.AsyncClient) -> None:
    document = (
        "query($n: Int) { products(first: $n) { nodes { variants(first: $n) { nodes { product {"
        " images(first: $n) { nodes { id } } } } } } } }"
    )
    assert code(await client.post("/graphql", json={"query": document, "variables": {"n": 250}})) == "LIMIT_EXCEEDED"
    modest = await client.post("/graphql", json={"query": document, "variables": {"n": 2}})
    assert "errors" not in modest.json()


async def test_get_is_not_a_way_to_ask(client: httpx.AsyncClient) -> None:
    answer = await client.get("/graphql", params={"query": "{ shop { name } }"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_browsers_of_other_origins_may_ask(client: httpx.AsyncClient) -> None:
    before = await client.options("/graphql", headers={"origin": "https://front.test"})
    assert (before.status_code, before.headers["access-control-allow-origin"]) == (204, "*")
    assert "access-control-allow-credentials" not in before.headers


async def test_a_dated_path_says_which_version_answers(client: httpx.AsyncClient) -> None:
    for asked, served in (("2026-04", "2026-04"), ("2019-10", "2026-04"), ("2031-01", "2026-04"), ("unstable",) * 2):
        answer = await client.post(f"/api/{asked}/graphql.json", json={"query": "{ shop { name } }"})
        assert answer.json() == {"data": {"shop": {"name": "Vetrina"}}}
        assert answer.headers.get_list("x-vetrina-api-version") == [served]
        assert answer.headers["x-shopify-api-version"] == served
    for asked in ("2026-05", "latest", "2026-04.1"):
        assert (await client.post(f"/api/{asked}/graphql.json", json={"query": "{ shop { name } }"})).status_code == 404
    plain = await client.post("/graphql", json={"query": "{ shop { name } }"})
    assert "x-vetrina-api-version" not in plain.headers  # its answer is shared with the dated paths


async def test_a_developer_is_told_what_an_operation_weighs(client: httpx.AsyncClient) -> None:
    question = {"query": "{ products(first: 10) { nodes { a: id variants(first: 5) { nodes { id } } } } }"}
    plain = await client.post("/graphql", json=question)
    for header in ("x-vetrina-cost", "shopify-graphql-cost-debug"):
        told = (await client.post("/graphql", json=question, headers={header: "1"})).json()
        cost = told["extensions"]["cost"]
        assert {name: one["requested"] for name, one in cost.items()} == {
            "objects": 1 + 10 * (1 + (1 + 5 * 1)), "depth": 5, "fields": 6, "aliases": 1, "directives": 0,
        }  # fmt: skip
        assert {name: one["most"] for name, one in cost.items()} == {
            "objects": 500_000, "depth": 15, "fields": 1_500, "aliases": 30, "directives": 20,
        }  # fmt: skip
    assert (await client.post("/graphql", json=question)).content == plain.content


async def test_head_is_answered_like_get_without_the_body(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/"):
        got, headed = await client.get(path), await client.head(path)
        assert (headed.status_code, headed.content) == (200, b"") and got.content
        assert headed.headers["content-type"] == got.headers["content-type"]
        assert headed.headers["content-length"] == got.headers["content-length"]
    assert (await client.head("/nothing-here/at-all")).status_code == 404
    assert (await client.head("/graphql")).status_code == 405


async def test_no_browser_guesses_what_an_answer_is(client: httpx.AsyncClient) -> None:
    routes = (("GET", "/nothing-here/at-all", 404), ("PUT", "/healthz", 405), ("GET", "/healthz", 200),
              ("POST", "/graphql", 415), ("HEAD", "/nothing-here", 404))  # fmt: skip
    for method, path, status in routes:
        answer = await client.request(method, path)
        heads = answer.headers.get_list("x-content-type-options")
        assert (answer.status_code, heads) == (status, ["nosniff"]), path


async def test_a_developer_is_told_how_long_each_field_took(client: httpx.AsyncClient) -> None:
    question = {"query": "{ products(first: 1) { nodes { id } } }"}
    for _ in range(2):  # what is kept for everybody has no times to tell
        answer = (await client.post("/graphql", json=question, headers={"x-vetrina-trace": "1"})).json()
        fields = {one["field"]: one for one in answer["extensions"]["trace"]}
        assert fields["QueryRoot.products"]["parents"] == 1
        assert fields["QueryRoot.products"]["milliseconds"] > 0
    assert "extensions" not in (await client.post("/graphql", json=question)).json()
