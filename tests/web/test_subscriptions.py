"""Subscriptions over server-sent events: what stands, then each change that is committed; bounded, ended in time."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
import pytest
from tests.support import shops
from tests.support.checkouts import Desk, cart_to_pay, open_desk, submitted
from tests.support.doors import Client, storefront
from tests.support.server import serving
from tests.support.stock import main_location
from tests.support.streams import Heard, asking

from vetrina.flows.cart.fitting import LineInput
from vetrina.flows.cart.lines import add_lines
from vetrina.flows.orders.whole import cancel_order
from vetrina.flows.stock import correct_stock
from vetrina.graphql import subscribed, watching
from vetrina.graphql.ids import gid
from vetrina.kernel.context import Context
from vetrina.kernel.db import open_database
from vetrina.views.orders.placed import order_by_id, order_token

EVENTS = "text/event-stream"
CART = "subscription ($id: ID!) { cart(id: $id) { totalQuantity version } }"
ORDER = "subscription ($token: String!) { order(token: $token) { name canceledAt } }"
STOCK = "subscription ($ids: [ID!]!) { stock(variantIds: $ids) { availableForSale quantityAvailable } }"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LOOK", 0.01)
    monkeypatch.setattr(subscribed, "HEARTBEAT", 0.05)


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncGenerator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


@pytest.fixture
async def client(desk: Desk) -> AsyncGenerator[Client]:
    async with storefront(desk.ctx) as asking_:
        yield asking_


@pytest.fixture
async def elsewhere(desk: Desk, database_url: str) -> AsyncGenerator[Context]:
    """The same shop as another process has it: with connections of its own, and nobody who listens."""
    db = await open_database(database_url)
    yield msgspec.structs.replace(desk.ctx, shop=msgspec.structs.replace(desk.ctx.shop, db=db))
    await db.close()


def app_of(client: Client) -> Any:
    return cast(Any, client.http)._transport.app


@asynccontextmanager
async def subscribing(client: Client, query: str, accept: str = EVENTS, **variables: Any) -> AsyncGenerator[Heard]:
    async with asking(app_of(client), "/graphql", accept, {"query": query, "variables": variables}) as heard:
        yield heard


async def following(heard: Heard) -> Any:
    """The next event's content, heartbeats left out; "complete" for the last, None where it ends without."""
    while (chunk := await heard.chunk()) is not None:
        if chunk == b"event: complete\ndata:\n\n":
            return "complete"
        if chunk != b":\n\n":
            assert chunk.startswith(b"event: next\ndata: ")
            assert chunk.endswith(b"\n\n")
            return msgspec.json.decode(chunk[len(b"event: next\ndata: ") :])
    return None


async def test_a_cart_is_told_whenever_it_has_changed_until_it_is_ordered(desk: Desk, client: Client) -> None:
    key = await cart_to_pay(desk)
    async with subscribing(client, CART, "application/json, text/event-stream", id=gid("Cart", key)) as heard:
        first = (await following(heard))["data"]["cart"]
        assert heard.headers["content-type"].startswith(EVENTS)
        assert first["totalQuantity"] == 1
        assert await heard.chunk() == b":\n\n"  # nothing happens: somebody is still there
        await add_lines(desk.buyer, key, [LineInput(variant_id=desk.variant_id)])
        second = (await following(heard))["data"]["cart"]
        assert second["totalQuantity"] == 2
        assert second["version"] > first["version"]
        assert len(client.door.watcher) == 1
    assert len(client.door.watcher) == 0  # who leaves takes his place with him
    key = await cart_to_pay(desk)
    async with subscribing(client, CART, id=gid("Cart", key)) as heard:
        assert (await following(heard))["data"]["cart"]["totalQuantity"] == 1
        await submitted(desk, key)
        assert await following(heard) == {"data": {"cart": None}}
        assert await following(heard) == "complete"
        assert await following(heard) is None


async def test_an_order_and_stock_are_told_to_whom_queries_tell_them(
    desk: Desk, client: Client, elsewhere: Context
) -> None:
    attempt = await submitted(desk, await cart_to_pay(desk))
    order = await order_by_id(desk.ctx.db, attempt.order_id or 0)
    assert order is not None
    ids = [gid("ProductVariant", desk.variant_id)]
    async with (
        subscribing(client, STOCK, ids=ids) as stock,
        subscribing(client, ORDER, token=order_token(desk.ctx, order.key)) as told,
        subscribing(client, ORDER, token="a" * 64) as guessed,
    ):
        assert await following(guessed) == {"data": {"order": None}}
        assert await following(guessed) == "complete"
        assert (await following(told))["data"]["order"] == {"name": order.name, "canceledAt": None}
        assert await following(stock) == {"data": {"stock": [{"availableForSale": True, "quantityAvailable": 9}]}}
        await cancel_order(elsewhere, order.id, "CUSTOMER")
        assert (await following(told))["data"]["order"]["canceledAt"] is not None
        assert (await following(stock))["data"]["stock"][0]["quantityAvailable"] == 10
        location = await main_location(desk.ctx)
        await correct_stock(elsewhere, variant_id=desk.variant_id, location_id=location, on_hand=0)
        assert (await following(stock))["data"]["stock"] == [{"availableForSale": False, "quantityAvailable": 0}]


async def test_places_are_limited_and_all_end_when_the_runtime_does(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_PER_CLIENT", 1)
    ids = [gid("ProductVariant", desk.variant_id)]
    async with subscribing(client, STOCK, ids=ids) as heard:
        assert "data" in await following(heard)
        async with subscribing(client, STOCK, ids=ids) as other:
            assert b"TOO_MANY_SUBSCRIPTIONS" in await other.rest()
        assert (other.status, other.headers["retry-after"]) == (429, "5")
        client.door.close()
        assert await following(heard) is None  # without "complete": whoever wants to go on comes again


async def test_what_is_no_subscription_or_takes_no_events(desk: Desk, client: Client) -> None:
    async with subscribing(client, "{ shop { name } }") as heard:
        assert list((await following(heard))["data"]) == ["shop"]
        assert await following(heard) == "complete"
    async with subscribing(client, "{ nothing }") as heard:
        assert (await following(heard))["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        assert await following(heard) == "complete"
    refused = await client.post(STOCK, variables={"ids": []})
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (406, "BAD_REQUEST")
    async with subscribing(client, STOCK, ids=["gid://vetrina/ProductVariant/1"] * 101) as heard:
        assert (await following(heard))["errors"][0]["extensions"]["field"] == ["variantIds"]
        assert await following(heard) == "complete"


async def test_an_outage_is_waited_out(desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    key = await cart_to_pay(desk)
    looked = asyncio.Event()

    async def broken(self: watching.Watcher) -> None:
        looked.set()
        raise OSError("the database is away")

    async with subscribing(client, CART, id=key) as heard:
        await following(heard)
        with monkeypatch.context() as patch:
            patch.setattr(watching.Watcher, "_look", broken)
            await asyncio.wait_for(looked.wait(), 5)
            await add_lines(desk.buyer, key, [LineInput(variant_id=desk.variant_id)])
        assert (await following(heard))["data"]["cart"]["totalQuantity"] == 2


@pytest.mark.embedded
def test_a_server_that_stops_ends_them_in_order(database_url: str, tmp_path: Path) -> None:
    asyncio.run(_set_up(database_url))
    with serving(database_url, tmp_path) as server, httpx.Client(base_url=server.url, timeout=20) as http:
        question = {"query": STOCK, "variables": {"ids": ["gid://vetrina/ProductVariant/1"]}}
        with http.stream("POST", "/graphql", json=question, headers={"accept": EVENTS}) as answer:
            lines = answer.iter_lines()
            assert any(line.startswith("data:") for line in lines)
            server.process.send_signal(signal.SIGTERM)
            assert not any(line.startswith("event:") for line in lines)  # ends, and is not cut off in the middle
        assert server.process.wait(20) in (0, -signal.SIGTERM)


async def _set_up(url: str) -> None:
    ctx = await shops.opened(url, shops.StillClock())
    await ctx.db.close()
