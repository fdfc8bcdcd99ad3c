"""Limits of the API, each from both sides: the most that is answered, and one more."""

import asyncio
from collections.abc import Callable

import pytest
from graphql import get_introspection_query
from tests.executor.gallery import LOG, PictureRow, gallery
from tests.support.doors import storefront
from tests.support.storefront import ask

from vetrina.flows.catalog import create_collection
from vetrina.graphql import limits
from vetrina.graphql.operations import Operations
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Unavailable
from vetrina.shop.catalog.rules import CollectionSheet

OPERATIONS = Operations(gallery())


def refusals(text: str) -> list[str]:
    """The codes of what is wrong with a document."""
    errors = OPERATIONS.prepare(text, None).errors
    return [str((error.extensions or {})["code"]) for error in errors]


def deep(levels: int) -> str:
    return "{ works { " + "neighbours { " * (levels - 2) + "id" + " }" * levels


def wide(fields: int) -> str:
    spreads, rest = divmod(fields - 1, 149)
    return f"{{ works {{ {'...many ' * spreads} {'id ' * rest} }} }} fragment many on Work {{ {'id ' * 149} }}"


def aliased(count: int) -> str:
    return "{ " + " ".join(f"a{number}: works {{ id }}" for number in range(count)) + " }"


def flagged(count: int) -> str:
    return "{ works { " + "id @include(if: true) " * count + "} }"


def parted(count: int) -> str:
    return "{ works { " + "... @defer { id } " * count + "} }"


@pytest.mark.parametrize(("most", "write"), [(15, deep), (1_500, wide), (30, aliased), (20, flagged), (20, parted)])
def test_shapes(most: int, write: Callable[[int], str]) -> None:
    assert refusals(write(most)) == []
    assert refusals(write(most + 1)) == ["LIMIT_EXCEEDED"]


def test_tokens_are_counted_while_they_are_read() -> None:
    around = len(["{", "works", "{", "}", "}"])
    words = "id " * (limits.MOST_TOKENS - around)
    assert "GRAPHQL_PARSE_FAILED" not in refusals(f"{{ works {{ {words} }} }}")
    assert refusals(f"{{ works {{ {words} id }} }}") == ["GRAPHQL_PARSE_FAILED"]


def test_questions_about_the_schema_count_apart() -> None:
    assert refusals(get_introspection_query(descriptions=True, directive_is_repeatable=True)) == []
    assert refusals("{ __schema { types { " + "ofType { " * 30 + "name" + " }" * 33) == []


async def test_sizes_of_requests_and_of_what_they_ask_for(ctx: Context) -> None:
    async with storefront(ctx) as client:
        question = b'{"query": "{ shop { name } }"%s}'
        for size, status in ((limits.LARGEST_BODY, 200), (limits.LARGEST_BODY + 1, 413)):
            body = question % (b" " * (size - len(question % b"")))
            answer = await client.http.post("/graphql", content=body, headers={"content-type": "application/json"})
            assert answer.status_code == status
        dear = (
            "{ products(first: %d) { nodes { variants(first: 250) { nodes { product {"
            " images(first: 7) { nodes { id } } } } } } } }"
        )
        for first, codes in ((199, []), (200, ["LIMIT_EXCEEDED"])):
            told = (await client.post(dear % first)).json()
            assert [error["extensions"]["code"] for error in told.get("errors", ())] == codes, first


@pytest.mark.embedded
async def test_a_page_has_24_where_nobody_says_and_250_at_most(ctx: Context) -> None:
    for number in range(26):
        await create_collection(ctx, CollectionSheet(title=f"Shelf {number}"))
    text = "{ collections { nodes { id } pageInfo { hasNextPage } } all: collections(first: 250) { nodes { id } } }"
    found = await ask(ctx, text)
    assert (len(found["collections"]["nodes"]), found["collections"]["pageInfo"]["hasNextPage"]) == (24, True)
    assert len(found["all"]["nodes"]) == 26


async def test_an_operation_is_cut_off_at_its_deadline(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vetrina.graphql.operations.DEADLINE", 0.02)
    monkeypatch.setattr(LOG, "works", [PictureRow("1")])
    monkeypatch.setattr(LOG, "priced", asyncio.Event())
    with pytest.raises(Unavailable, match="longer than"):
        await OPERATIONS.prepare("{ picture { price } }", None).run({}, ctx)
    monkeypatch.setattr(LOG, "priced", None)
    assert (await OPERATIONS.prepare("{ picture { price } }", None).run({}, ctx)).errors is None
