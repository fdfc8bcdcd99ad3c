"""The storefront's own mutations, sent twice with an Idempotency-Key: carts, lines, codes, orders."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any

import httpx
import pytest
from litestar import Litestar
from tests.support.checkouts import CARD, Desk, books, cart_to_pay, open_desk
from tests.support.shops import StillClock

from vetrina.graphql import gid, repeats
from vetrina.kernel.idempotency import BUSY
from vetrina.kernel.settings import Settings
from vetrina.plugin.site import Markets, Site
from vetrina.testing.payments import CHALLENGES, PAYS
from vetrina_storefront.door import routes

KEY = "0d5a3f0e-9f7b-4a5e-8d2c-3c1c5d3b7a10"
CREATE = "mutation { cartCreate { cart { id } userErrors { code } } }"
ADD = """mutation($cart: ID!, $lines: [CartLineInput!]!) {
  cartLinesAdd(cartId: $cart, lines: $lines) { cart { id totalQuantity } userErrors { code } warnings { code } }
}"""
CODES = """mutation($cart: ID!) {
  cartDiscountCodesUpdate(cartId: $cart, discountCodes: ["NOPE"]) { userErrors { code } warnings { code } }
}"""
METAFIELD = """mutation($cart: ID!) {
  cartMetafieldsSet(metafields: [{ownerId: $cart, key: "gift", type: "boolean", value: "true"}]) {
    metafields { key value } userErrors { code }
  }
}"""
FORGET = """mutation($cart: ID!) {
  cartMetafieldDelete(input: {ownerId: $cart, key: "gift"}) { deletedId userErrors { code } }
}"""
SUBMIT = """mutation($cart: ID!) {
  cartSubmitForCompletion(cartId: $cart, attemptToken: "t") {
    result { __typename
      ... on SubmitSuccess { attemptId attempt { __typename } }
      ... on SubmitAlreadyAccepted { attemptId attempt { __typename } }
      ... on SubmitFailed { errors { code } }
    }
  }
}"""
GIVE_UP = "mutation($id: String!) { cartCompletionAttemptCancel(attemptId: $id) { attempt { __typename } } }"


@pytest.fixture
async def desk(database_url: str, clock: StillClock) -> AsyncGenerator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


@pytest.fixture
async def client(desk: Desk) -> AsyncGenerator[httpx.AsyncClient]:
    settings = Settings(env="test", explorer=False)
    site = Site(
        shop=desk.ctx.shop,
        markets=Markets(desk.ctx.db),
        settings=settings,
        graphql=(),
        permissions={},
        draw_trail=lambda: "trail",
    )
    app: Any = Litestar(routes(site), openapi_config=None, logging_config=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as asking:
        yield asking


async def ask(client: httpx.AsyncClient, query: str, key: str | None = KEY, **variables: Any) -> httpx.Response:
    headers = {"idempotency-key": key} if key else {}
    answer = await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert "errors" not in answer.json(), answer.text
    return answer


async def cut_off(client: httpx.AsyncClient, query: str, **variables: Any) -> None:
    """Ask, and die when everything is done but storing and giving the answer."""
    is_done = asyncio.Event()

    async def never(*_: object) -> bool:
        is_done.set()
        await asyncio.Event().wait()
        return False

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(repeats, "_keep", never)
        asking = asyncio.create_task(ask(client, query, **variables))
        await is_done.wait()
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking


def lines(desk: Desk) -> list[dict[str, Any]]:
    return [{"merchandiseId": gid("ProductVariant", desk.variant_id), "quantity": 1}]


@pytest.mark.parametrize("dies", [False, True])
async def test_a_cart_is_opened_filled_and_described_once(client: httpx.AsyncClient, desk: Desk, dies: bool) -> None:
    cart: dict[str, Any] = {}
    for query in (CREATE, ADD, CODES, METAFIELD, FORGET):
        key = KEY[:-1] + str(len(query) % 10)
        variables = cart | ({"lines": lines(desk)} if query == ADD else {})
        if dies:
            await cut_off(client, query, key=key, **variables)
        first = await ask(client, query, key, **variables)
        again = await ask(client, query, key, **variables)
        assert again.content == first.content
        assert again.headers["idempotent-replayed"] == "true"
        data = first.json()["data"]
        (payload,) = data.values()
        assert payload["userErrors"] == []
        if query == CREATE:
            cart = {"cart": payload["cart"]["id"]}
        elif query == ADD:
            assert payload["cart"]["totalQuantity"] == 1
        elif query == CODES:
            assert [warning["code"] for warning in payload["warnings"]] == ["DISCOUNT_NOT_FOUND"]
        elif query == FORGET:
            assert payload["deletedId"]


async def test_an_order_paid_by_gift_card_is_placed_once_and_answered_alike_after_a_death(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    await desk.cards.fill(desk.ctx, "GIFT", 10_000)
    await desk.codes.fill(desk.ctx, "FIVE", 10)
    cart = gid("Cart", await cart_to_pay(desk, "vetrina:free", None, cards=("GIFT",)))
    await cut_off(client, SUBMIT, cart=cart)
    first = await ask(client, SUBMIT, cart=cart)
    assert first.json()["data"]["cartSubmitForCompletion"]["result"]["__typename"] == "SubmitSuccess"
    assert (await ask(client, SUBMIT, cart=cart)).content == first.content
    assert len((await books(desk)).orders) == 1


async def test_ten_equal_submissions_at_once_are_one_order_and_one_answer(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    cart = gid("Cart", await cart_to_pay(desk, CARD, PAYS))
    answers = await asyncio.gather(*(ask(client, SUBMIT, cart=cart) for _ in range(10)))
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["data"]["cartSubmitForCompletion"]["result"]["__typename"] == "SubmitSuccess"
    assert desk.provider.only.captured == 1_500
    assert len((await books(desk)).orders) == 1


async def test_a_card_payment_that_was_cut_off_is_found_by_its_token(client: httpx.AsyncClient, desk: Desk) -> None:
    cart = gid("Cart", await cart_to_pay(desk, CARD, PAYS))
    await cut_off(client, SUBMIT, cart=cart)
    desk.clock.move(seconds=BUSY.total_seconds())
    first = await ask(client, SUBMIT, cart=cart)
    assert first.json()["data"]["cartSubmitForCompletion"]["result"]["__typename"] == "SubmitAlreadyAccepted"
    assert (await ask(client, SUBMIT, cart=cart)).content == first.content
    assert len((await books(desk)).orders) == 1


async def test_an_attempt_given_up_is_answered_alike_and_its_cart_can_be_changed(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    cart = gid("Cart", await cart_to_pay(desk, CARD, CHALLENGES))
    attempt = (await ask(client, SUBMIT, cart=cart)).json()["data"]["cartSubmitForCompletion"]["result"]["attemptId"]
    first = await ask(client, GIVE_UP, "a-key-of-the-attempt", id=attempt)
    assert first.json()["data"]["cartCompletionAttemptCancel"]["attempt"]["__typename"] == "CartCompletionFailed"
    assert (await ask(client, GIVE_UP, "a-key-of-the-attempt", id=attempt)).content == first.content
    more = await ask(client, ADD, "another-key", cart=cart, lines=lines(desk))
    assert more.json()["data"]["cartLinesAdd"]["cart"]["totalQuantity"] == 2


async def test_a_change_that_gives_up_an_attempt_first_is_repeated_whole(client: httpx.AsyncClient, desk: Desk) -> None:
    cart = gid("Cart", await cart_to_pay(desk, CARD, CHALLENGES))
    await ask(client, SUBMIT, cart=cart)
    await cut_off(client, ADD, key="another-key", cart=cart, lines=lines(desk))
    again = await ask(client, ADD, "another-key", cart=cart, lines=lines(desk))
    assert again.json()["data"]["cartLinesAdd"]["cart"]["totalQuantity"] == 2


async def test_who_is_told_to_come_back_later_may_come_back_with_the_same_key(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    cart = gid("Cart", await cart_to_pay(desk, CARD, PAYS))
    with pytest.MonkeyPatch.context() as patched:

        def later(*_: object) -> datetime:
            return desk.clock.now()

        patched.setattr("vetrina.flows.checkout.completing.next_try_at", later)
        throttled = await ask(client, SUBMIT, cart=cart)
    assert throttled.json()["data"]["cartSubmitForCompletion"]["result"] == {"__typename": "SubmitThrottled"}
    again = await ask(client, SUBMIT, cart=cart)
    assert again.json()["data"]["cartSubmitForCompletion"]["result"]["__typename"] == "SubmitSuccess"
