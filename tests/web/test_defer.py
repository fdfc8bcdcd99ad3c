"""@defer: an answer in parts for clients that take it, whole for all others; what is put off is read when it is due."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from tests.executor.gallery import LOG, BustRow, Log, PictureRow, gallery
from tests.support.shops import NOWHERE, StillClock, context, make_shop
from tests.support.streams import asking, parts_of

from vetrina.graphql.http import Endpoint, handler
from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.db import open_database

PATHS = "multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json;q=0.9"
IDS = "multipart/mixed;incrementalSpec=v0.2, application/json;q=0.9"
LIST = '{ pictures { id ... @defer(label: "p") { price } } }'


@pytest.fixture
async def app(tmp_path: Path) -> AsyncGenerator[Any]:
    db = await open_database(f"sqlite:///{tmp_path / 'gallery.sqlite3'}")
    fresh = Log()
    LOG.calls, LOG.works, LOG.prices, LOG.priced = fresh.calls, fresh.works, fresh.prices, None
    LOG.works = [PictureRow("1"), PictureRow("2"), PictureRow("3")]
    ctx = context(make_shop(db, StillClock()), NOWHERE, BUYER)

    async def make_context(*_: object) -> Context:
        return ctx

    endpoint = Endpoint(gallery(), None, make_context, lambda: "trail", is_open_to_browsers=True)
    yield Litestar([handler(endpoint, "/graphql")], openapi_config=None, logging_config=None)
    await db.close()


async def told(
    app: Any, text: str, accept: str = PATHS, headers: dict[str, str] | None = None, **variables: Any
) -> Any:
    """The parts of an answer; one that is not in parts stands alone."""
    question = {"query": text, "variables": variables}
    async with asking(app, "/graphql", accept, question, **(headers or {})) as heard:
        body = await heard.rest()
    assert heard.status == 200
    content_type = heard.headers["content-type"]
    if content_type.startswith("multipart/mixed"):
        return parts_of(content_type, body)
    return msgspec.json.decode(body)


async def test_what_is_put_off_is_read_after_the_first_part_is_out(app: Any) -> None:
    LOG.priced = asyncio.Event()
    async with asking(app, "/graphql", PATHS, {"query": LIST}) as heard:
        first = await heard.until(b'"hasNext":true}')
        assert b'{"data":{"pictures":[{"id":"1"},{"id":"2"},{"id":"3"}]},"hasNext":true}' in first
        assert heard.headers["content-type"].endswith("; deferSpec=20220824")
        assert heard.headers["access-control-allow-origin"] == "*"
        LOG.priced.set()
        rest = await heard.rest()
    assert b'"hasNext":false}' in rest
    assert LOG.calls == [("prices", 3)]  # once for the whole list, as if nothing had been put off


async def test_parts_are_named_as_the_client_reads_them(app: Any) -> None:
    by_path = {"incremental": [{"data": {"price": 100}, "path": ["pictures", n], "label": "p"} for n in range(3)]}
    _, *rest = await told(app, LIST)
    assert rest == [by_path | {"hasNext": False}]
    assert await told(app, LIST, "multipart/mixed") == await told(app, LIST)
    first, *rest = await told(app, LIST, IDS)
    assert first["pending"] == [{"id": str(n), "path": ["pictures", n], "label": "p"} for n in range(3)]
    by_id = {"incremental": [{"id": str(n), "data": {"price": 100}} for n in range(3)]}
    assert rest == [by_id | {"completed": [{"id": str(n)} for n in range(3)], "hasNext": False}]


async def test_who_takes_no_parts_is_answered_at_once(app: Any) -> None:
    whole = {"data": {"pictures": [{"id": str(n), "price": 100} for n in (1, 2, 3)]}}
    for accept in ("*/*", "application/json", "application/json, multipart/mixed;q=0", "text/event-stream, */*"):
        assert await told(app, LIST, accept) == whole
    assert await told(app, LIST.replace("label:", "if: false, label:")) == whole
    flagged = LIST.replace("{ pictures", "query ($late: Boolean!) { pictures").replace("label:", "if: $late, label:")
    assert await told(app, flagged, late=False) == whole
    assert len(await told(app, flagged, late=True)) == 2
    assert await told(app, LIST, headers={"idempotency-key": "x" * 8}) == whole  # such an answer can be kept


async def test_what_fails_later_fails_alone(app: Any) -> None:
    LOG.prices = {"2": ValueError("sold")}
    error = {"message": "Something went wrong on our side.", "locations": [{"line": 1, "column": 30}]}
    _, part = await told(app, LIST.replace('(label: "p")', ""))
    found = part["incremental"]
    assert [one["data"] for one in found] == [{"price": 100}, {"price": None}, {"price": 100}]
    assert found[1]["errors"] == [
        error | {"path": ["pictures", 1, "price"], "extensions": {"code": "INTERNAL_SERVER_ERROR", "trail": "trail"}}
    ]
    strict = "{ pictures { id ... @defer { strictPrice neighbours { id ... @defer { title } } } } }"
    _, *rest = await told(app, strict, IDS)
    over = {one["id"]: one.get("errors") for part in rest for one in part.get("completed", ())}
    assert [bool(errors) for errors in over.values()].count(True) == 1  # nothing of it comes, nor what stands in it
    assert len([one for part in rest for one in part["incremental"]]) == 2 + 6
    assert await told(app, "{ picture { strictPrice ... @defer { id } } }") != []


async def test_parts_inside_parts_and_members_of_interfaces(app: Any) -> None:
    LOG.works = [PictureRow("1"), BustRow("2")]
    text = "{ ... @defer { works { title ... on Picture @defer { price ... @defer { width } } } } picture { id } }"
    parts = await told(app, text)
    assert parts[0] == {"data": {"picture": {"id": "1"}}, "hasNext": True}
    paths = [(one["path"], one["data"]) for part in parts[1:] for one in part["incremental"]]
    assert paths == [
        ([], {"works": [{"title": "untitled"}, {"title": "untitled"}]}),
        (["works", 0], {"price": 100}),
        (["works", 0], {"width": 10}),
    ]


async def test_the_quick_does_not_wait_for_the_slow(app: Any) -> None:
    LOG.priced = asyncio.Event()
    text = "{ picture { id } ... @defer { slow: picture { price } } ... @defer { quick: picture { title } } }"
    async with asking(app, "/graphql", PATHS, {"query": text}) as heard:
        early = await heard.until(b'{"quick":{"title":"untitled"}}')
        assert b"slow" not in early
        LOG.priced.set()
        assert b'{"slow":{"price":100}}' in await heard.rest()


async def test_a_mutation_is_done_before_anything_is_put_off(app: Any) -> None:
    text = 'mutation { a: hang(name: "one") { works ... @defer { sure } } b: hang(name: "two") { works } }'
    first, rest = await told(app, text)
    assert first["data"] == {"a": {"works": 1}, "b": {"works": 1}}
    assert rest["incremental"] == [{"data": {"sure": "one"}, "path": ["a"]}]


async def test_limits_hold_for_what_is_put_off(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = await told(app, "{ pictures { " + "... @defer { id } " * 21 + "} }", IDS)
    assert refused["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    LOG.priced = asyncio.Event()
    monkeypatch.setattr("vetrina.graphql.plan.run.DEADLINE", 0.05)
    _, part = await told(app, "{ picture { id ... @defer { price } } }")
    assert part["hasNext"] is False
    assert part["incremental"][0]["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"


async def test_who_has_left_is_not_waited_for(app: Any) -> None:
    LOG.priced = asyncio.Event()
    async with asking(app, "/graphql", PATHS, {"query": LIST}) as heard:
        await heard.until(b'"hasNext":true}\r\n')
    # asking waits until the application is done: it is, though nobody ever told the prices
    assert heard.is_unfinished


async def test_a_plan_that_breaks_later_says_so(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("ours to mend")

    monkeypatch.setattr("vetrina.graphql.plan.unfolding.Unfolding._settle", broken)
    _, part = await told(app, LIST)
    assert part["hasNext"] is False
    assert {one["errors"][0]["extensions"]["code"] for one in part["incremental"]} == {"INTERNAL_SERVER_ERROR"}
