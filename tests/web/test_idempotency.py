"""A mutation sent again with its Idempotency-Key has its effect once and is answered alike, whatever happened."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from tests.support.carts import contents, opened, stored
from tests.support.shops import StillClock, make_shop
from tests.support.tills import Till, served
from tests.support.wares import ware

from vetrina.flows.cart.lines import remove_lines
from vetrina.graphql import gid, repeats
from vetrina.kernel.context import Context
from vetrina.kernel.db import open_database
from vetrina.kernel.idempotency import BUSY, IdempotencyAnswer
from vetrina.kernel.messages.inbox import InboxMessage
from vetrina.views.carts import cart_lines

KEY = "a-key-of-the-client"
ADD = """mutation($cart: String!, $variant: Int!, $quantity: Int! = 1) {
  add(cartId: $cart, variant: $variant, quantity: $quantity) { id version quantity errors }
}"""
RING = "mutation($cart: String) { ring(cartId: $cart) }"


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
async def client(ctx: Context, till: Till) -> AsyncGenerator[httpx.AsyncClient]:
    async with served(ctx, till) as asking:
        yield asking


class Cart:
    """A cart and what is put into it."""

    def __init__(self, key: str, variant: int) -> None:
        self.key, self.variant = key, variant

    def variables(self, **more: Any) -> dict[str, Any]:
        return {"cart": gid("Cart", self.key), "variant": self.variant, **more}


@pytest.fixture
async def cart(ctx: Context) -> Cart:
    return Cart(await opened(ctx), await ware(ctx, stock=1_000))


async def ask(
    client: httpx.AsyncClient, query: str, variables: dict[str, Any] | None = None, key: str | None = KEY, **more: Any
) -> httpx.Response:
    headers = {"idempotency-key": key} if key is not None else {}
    path = more.pop("path", "/front")
    return await client.post(
        path, json={"query": query, "variables": variables}, headers=headers | more.pop("headers", {}), **more
    )


def told(answer: httpx.Response) -> tuple[int, str, str | None]:
    extensions = answer.json()["errors"][0]["extensions"]
    return answer.status_code, extensions["code"], extensions.get("reason")


async def rings(ctx: Context) -> int:
    return await ctx.db.value(select(func.count()).select_from(InboxMessage))


async def cut_off(client: httpx.AsyncClient, till: Till, query: str, variables: dict[str, Any]) -> None:
    """Ask, and die when the effect is committed and the answer not made."""
    till.is_stuck = True
    asking = asyncio.create_task(ask(client, query, variables))
    await till.has_stuck.wait()
    asking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asking
    till.is_stuck = False


async def test_a_repeat_is_answered_alike_and_adds_nothing(
    ctx: Context, client: httpx.AsyncClient, cart: Cart, till: Till
) -> None:
    first = await ask(client, ADD, cart.variables(quantity=2))
    again = await ask(client, ADD, cart.variables(quantity=2))
    assert first.json()["data"]["add"]["quantity"] == 2
    assert again.content == first.content
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    assert await contents(ctx, cart.key) == [(cart.variant, 2)]
    assert (await stored(ctx, cart.key)).version == 2
    assert till.runs == 1


async def test_a_repeat_gets_the_first_answer_although_the_cart_has_changed_since(
    ctx: Context, client: httpx.AsyncClient, cart: Cart
) -> None:
    first = await ask(client, ADD, cart.variables())
    row = await stored(ctx, cart.key)
    await remove_lines(ctx, cart.key, [line.id for line in await cart_lines(ctx.db, [row.id])])
    again = await ask(client, ADD, cart.variables())
    assert again.content == first.content
    assert await contents(ctx, cart.key) == []


async def test_fifty_at_once_on_two_workers_have_one_effect_and_one_answer(
    ctx: Context, database_url: str, clock: StillClock, cart: Cart
) -> None:
    other = make_shop(await open_database(database_url), clock)
    async with served(ctx, Till()) as one, served(ctx, Till(), other) as two:
        answers = await asyncio.gather(*(ask((one, two)[n % 2], ADD, cart.variables()) for n in range(50)))
    await other.db.close()
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["data"]["add"]["quantity"] == 1
    assert await contents(ctx, cart.key) == [(cart.variant, 1)]


async def test_fifty_at_once_of_a_flow_without_an_outcome_have_one_effect_and_one_answer(
    ctx: Context, client: httpx.AsyncClient
) -> None:
    answers = await asyncio.gather(*(ask(client, RING, {"cart": "c"}) for _ in range(50)))
    assert {answer.text for answer in answers} == {'{"data":{"ring":1}}'}
    assert await rings(ctx) == 1


@pytest.mark.parametrize("without", ["the key", "the claim"])
async def test_the_guard_is_what_keeps_repeats_apart(
    ctx: Context, client: httpx.AsyncClient, cart: Cart, monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    """Negative control: the same fifty with the guard switched off."""
    if without == "the claim":

        async def always(*_: object) -> bool:
            return True

        monkeypatch.setattr("vetrina.kernel.context.take", always)
    key = KEY if without == "the claim" else None
    await asyncio.gather(*(ask(client, ADD, cart.variables(), key) for _ in range(50)))
    assert (await contents(ctx, cart.key))[0][1] > 1


@pytest.mark.parametrize(
    ("query", "change"),
    [(ADD, {"quantity": 3}), (ADD.replace("version", ""), {}), (RING, {}), (ADD.replace("add(", "more: add("), {})],
)
async def test_another_request_under_the_key_is_refused(
    ctx: Context, client: httpx.AsyncClient, cart: Cart, query: str, change: dict[str, Any]
) -> None:
    await ask(client, ADD, cart.variables())
    answer = await ask(client, query, cart.variables(**change))
    assert told(answer) == (422, "BAD_USER_INPUT", "IDEMPOTENCY_KEY_REUSED")
    assert "data" not in answer.json()
    assert await contents(ctx, cart.key) == [(cart.variant, 1)]
    assert await rings(ctx) == 0


async def test_one_of_several_fields_under_a_used_key_runs_none(
    ctx: Context, client: httpx.AsyncClient, cart: Cart
) -> None:
    await ask(client, ADD, cart.variables())
    both = 'mutation($cart: String!) { a: ring(cartId: "other") b: ring(cartId: $cart) }'
    assert told(await ask(client, both, {"cart": gid("Cart", cart.key)}))[0] == 422
    assert await rings(ctx) == 0


async def test_variables_in_another_order_are_the_same_request(client: httpx.AsyncClient, cart: Cart) -> None:
    first = await ask(client, ADD, cart.variables())
    again = await ask(client, ADD, dict(reversed(cart.variables().items())))
    assert again.content == first.content


async def test_another_owner_has_keys_of_his_own(ctx: Context, client: httpx.AsyncClient, cart: Cart) -> None:
    other = Cart(await opened(ctx), cart.variant)
    await ask(client, ADD, cart.variables(quantity=2))
    answer = await ask(client, ADD, other.variables())
    assert answer.json()["data"]["add"] == {
        "id": gid("Cart", other.key), "version": 2, "quantity": 1, "errors": [],
    }  # fmt: skip


async def test_a_cart_is_one_owner_however_its_id_is_spelt(client: httpx.AsyncClient, cart: Cart) -> None:
    await ask(client, ADD, cart.variables())
    respelt = cart.variables(cart=f"gid://shopify/Cart/{cart.key}?key=1")
    assert told(await ask(client, ADD, respelt))[0] == 422


async def test_staff_is_known_by_its_token(ctx: Context, client: httpx.AsyncClient) -> None:
    for token in ("1", "1", "2"):
        await ask(client, RING, path="/back", headers={"x-token": token})
    assert await rings(ctx) == 2


@pytest.mark.parametrize(
    "key", ["no-uuid-at-all", "7b7dcc16-e622-11f1-8ce6-02fc00000001", str(uuid.uuid3(uuid.NAMESPACE_DNS, "a"))]
)
async def test_without_an_owner_the_key_must_be_random(
    ctx: Context, client: httpx.AsyncClient, cart: Cart, key: str
) -> None:
    query = "mutation($variant: Int!) { open(variant: $variant) { id } }"
    assert told(await ask(client, query, {"variant": cart.variant}, key)) == (400, "BAD_REQUEST", None)


async def test_a_guest_opens_one_cart(client: httpx.AsyncClient, cart: Cart) -> None:
    query, key = "mutation($variant: Int!) { open(variant: $variant) { id quantity } }", str(uuid.uuid4())
    answers = await asyncio.gather(*(ask(client, query, {"variant": cart.variant}, key) for _ in range(10)))
    quoted = await ask(client, query, {"variant": cart.variant}, f'"{key}"')
    assert answers[0].json()["data"]["open"]["quantity"] == 1
    assert {answer.content for answer in (*answers, quoted)} == {answers[0].content}


@pytest.mark.parametrize("key", ["", "short", "k" * 256, "with a space", "tab\there", "schlüssel-schlüssel"])
async def test_what_is_no_key_is_refused(ctx: Context, client: httpx.AsyncClient, key: str) -> None:
    headers = {"idempotency-key": key.encode("latin-1")}
    answer = await client.post("/front", json={"query": RING, "variables": {"cart": "c"}}, headers=headers)  # type: ignore[arg-type]
    assert told(answer) == (400, "BAD_REQUEST", None)
    assert await rings(ctx) == 0


async def test_a_query_does_not_mind_the_header(client: httpx.AsyncClient) -> None:
    for key in ("x", KEY, KEY):
        answer = await ask(client, "{ rings }", key=key)
        assert answer.json() == {"data": {"rings": 0}}
        assert "idempotent-replayed" not in answer.headers


async def test_after_a_fault_the_repeat_is_answered_and_adds_nothing(
    ctx: Context, client: httpx.AsyncClient, cart: Cart, till: Till
) -> None:
    till.is_broken = True
    assert told(await ask(client, ADD, cart.variables()))[1] == "INTERNAL_SERVER_ERROR"
    till.is_broken = False
    again = await ask(client, ADD, cart.variables())
    assert again.json()["data"]["add"] == {
        "id": gid("Cart", cart.key), "version": 2, "quantity": 1, "errors": [],
    }  # fmt: skip
    assert await contents(ctx, cart.key) == [(cart.variant, 1)]


async def test_after_a_death_between_commit_and_answer_the_repeat_is_answered_at_once(
    ctx: Context, client: httpx.AsyncClient, cart: Cart, till: Till
) -> None:
    await cut_off(client, till, ADD, cart.variables())
    assert await contents(ctx, cart.key) == [(cart.variant, 1)]
    again = await ask(client, ADD, cart.variables())
    assert again.json()["data"]["add"]["version"] == 2
    assert (await ask(client, ADD, cart.variables())).content == again.content
    assert await contents(ctx, cart.key) == [(cart.variant, 1)]


async def test_a_flow_that_keeps_no_outcome_never_has_its_effect_twice(
    ctx: Context, client: httpx.AsyncClient, till: Till, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "DEADLINE", 0.2)
    await cut_off(client, till, RING, {"cart": "c"})
    assert told(await ask(client, RING, {"cart": "c"})) == (409, "BAD_USER_INPUT", "IDEMPOTENCY_KEY_IN_USE")
    clock.move(seconds=BUSY.total_seconds())
    assert told(await ask(client, RING, {"cart": "c"})) == (409, "BAD_USER_INPUT", "IDEMPOTENCY_ANSWER_LOST")
    assert await rings(ctx) == 1


async def test_a_flow_idempotent_by_itself_runs_again_when_the_first_is_dead(
    ctx: Context, client: httpx.AsyncClient, till: Till, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = 'mutation { ringByItself(cartId: "c", token: "t") }'
    await cut_off(client, till, query, {})
    monkeypatch.setattr(repeats, "DEADLINE", 0.2)
    assert told(await ask(client, query))[0] == 409
    clock.move(seconds=BUSY.total_seconds())
    assert (await ask(client, query)).json() == {"data": {"ringByItself": 1}}
    assert till.runs == 2


async def test_a_repeat_waits_for_the_first(
    ctx: Context, client: httpx.AsyncClient, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_answer = asyncio.Event()
    monkeypatch.setattr(till, "after_effect", may_answer.wait)
    waiting = [asyncio.create_task(ask(client, RING, {"cart": "c"})) for _ in range(3)]
    done, _ = await asyncio.wait(waiting, timeout=0.3)
    assert not done
    may_answer.set()
    assert {(await answer).text for answer in waiting} == {'{"data":{"ring":1}}'}
    assert await rings(ctx) == 1


async def test_refusals_are_answers_too(client: httpx.AsyncClient, till: Till) -> None:
    first = await ask(client, RING, {"cart": "unwanted"})
    again = await ask(client, RING, {"cart": "unwanted"})
    assert told(first) == (200, "BAD_USER_INPUT", None)
    assert again.content == first.content
    assert till.runs == 1


async def test_a_missing_permission_is_not_remembered(ctx: Context, client: httpx.AsyncClient) -> None:
    query, headers = "mutation { guarded }", {"x-token": "1"}
    assert told(await ask(client, query, path="/back", headers=headers))[1] == "FORBIDDEN"
    may = headers | {"x-may": "bell.ring"}
    assert (await ask(client, query, path="/back", headers=may)).json() == {"data": {"guarded": 1}}


async def test_each_root_field_has_its_effect_once_in_order(
    ctx: Context, client: httpx.AsyncClient, cart: Cart, till: Till
) -> None:
    query = """mutation($cart: String!, $variant: Int!, $no: Boolean! = false) {
      first: ring(cartId: $cart) __typename
      ...rest
      skipped: ring(cartId: $cart) @include(if: $no)
    }
    fragment rest on Mutation {
      add(cartId: $cart, variant: $variant) { version }
      ... { last: ring(cartId: $cart) }
      add(cartId: $cart, variant: $variant) { quantity }
    }"""
    first = await ask(client, query, cart.variables())
    again = await ask(client, query, cart.variables())
    assert first.text == ('{"data":{"first":1,"__typename":"Mutation","add":{"version":2,"quantity":1},"last":2}}')
    assert again.content == first.content
    assert (await rings(ctx), till.runs) == (2, 3)


async def test_a_repeat_takes_up_where_the_first_broke_off(
    ctx: Context, client: httpx.AsyncClient, cart: Cart, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = """mutation($cart: String!, $variant: Int!) {
      ring(cartId: $cart) add(cartId: $cart, variant: $variant) { quantity }
    }"""
    after_effect, times = till.after_effect, iter([False, True])

    async def stuck_the_second_time() -> None:
        till.is_stuck = next(times, False)
        await after_effect()

    monkeypatch.setattr(till, "after_effect", stuck_the_second_time)
    await cut_off(client, till, query, cart.variables())
    again = await ask(client, query, cart.variables())
    assert again.json() == {"data": {"ring": 1, "add": {"quantity": 1}}}
    assert (await rings(ctx), await contents(ctx, cart.key)) == (1, [(cart.variant, 1)])


async def test_variables_that_do_not_fit_leave_nothing_behind(ctx: Context, client: httpx.AsyncClient) -> None:
    answer = await ask(client, RING, {"cart": 7})
    assert told(answer)[1] == "BAD_USER_INPUT"
    assert await ctx.db.value(select(func.count()).select_from(IdempotencyAnswer)) == 0


async def test_a_field_may_have_any_name(client: httpx.AsyncClient, ctx: Context) -> None:
    query = f'mutation {{ {"a" * 5_000}: ring(cartId: "c") {"a" * 5_001}: ring(cartId: "c") }}'
    first = await ask(client, query)
    assert (await ask(client, query)).content == first.content
    assert await rings(ctx) == 2
