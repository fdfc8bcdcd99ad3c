"""Clients that change one cart at the same time: every history is one that some order of the calls explains."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support import shops
from tests.support.carts import opened
from tests.support.storefront import ask
from tests.support.wares import ware

from vetrina.kernel.context import Context
from vetrina.kernel.db import open_database

WARES = 3
LINES = "lines(first: 50) { nodes { id quantity attributes { value } merchandise { ... on ProductVariant { id } } } }"
CART = f"cart {{ version note totalQuantity {LINES} }} userErrors {{ code }}"
CALLS = {
    "add": "mutation($cart: ID!, $lines: [CartLineInput!]!) { done: cartLinesAdd(cartId: $cart, lines: $lines) {%s} }",
    "set": "mutation($cart: ID!, $lines: [CartLineUpdateInput!]!) "
    "{ done: cartLinesUpdate(cartId: $cart, lines: $lines) {%s} }",
    "remove": "mutation($cart: ID!, $ids: [ID!]!) { done: cartLinesRemove(cartId: $cart, lineIds: $ids) {%s} }",
    "note": "mutation($cart: ID!, $note: String!) { done: cartNoteUpdate(cartId: $cart, note: $note) {%s} }",
}

Identity = tuple[str, str]
"""A line's merchandise and what its attribute says: what makes it another line than its neighbours."""


State = tuple[dict[Identity, int], str]
"""Lines and note."""


class Call(msgspec.Struct, frozen=True):
    """What a client does; a line is named by its place among those it saw, round and round."""

    kind: str
    at: int = 0
    quantity: int = 1
    word: str = ""


class Seen(msgspec.Struct, frozen=True):
    """A cart as a client reads it: quantities by identity, ids of its lines in order."""

    version: int
    note: str
    lines: Mapping[Identity, int]
    ids: Mapping[str, Identity]


class Told(msgspec.Struct, frozen=True):
    """A call, the line it named, and the answer: None where it was refused."""

    call: Call
    identity: Identity | None
    answer: Seen | None


class Impossible(AssertionError):
    """No order of the calls leads to what was answered."""


calls = st.one_of(
    st.builds(
        Call, st.just("add"), st.integers(0, WARES - 1), st.integers(1, 3), st.sampled_from(["", "", "red", "blue"])
    ),
    st.builds(Call, st.just("set"), st.integers(0, 5), st.integers(0, 4)),
    st.builds(Call, st.just("remove"), st.integers(0, 5)),
    st.builds(Call, st.just("note"), word=st.sampled_from(["ring twice", "leave it at the door"])),
)
rounds = st.lists(st.lists(calls, min_size=1, max_size=4), min_size=1, max_size=4)


@pytest.fixture
async def clients(ctx: Context, database_url: str, clock: shops.StillClock) -> AsyncIterator[tuple[Context, Context]]:
    """One shop, served by two processes: each has connections of its own."""
    db = await open_database(database_url)
    yield ctx, shops.context(shops.make_shop(db, clock), ctx.place)
    await db.close()


@settings(max_examples=30, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=rounds)
async def test_any_calls_at_once_have_an_order(clients: tuple[Context, Context], rounds: list[list[Call]]) -> None:
    ctx = clients[0]
    wares = [f"gid://vetrina/ProductVariant/{await ware(ctx)}" for _ in range(WARES)]
    cart = f"gid://vetrina/Cart/{await opened(ctx)}"
    before = await read(ctx, cart)
    for together in rounds:
        made = (tell(clients[turn % 2], cart, wares, before, call) for turn, call in enumerate(together))
        history = [told for told in await asyncio.gather(*made) if told is not None]
        after = await read(ctx, cart)
        explain(before, history, after)
        before = after


def test_a_lost_line_is_noticed() -> None:
    oil, salt = ("oil", ""), ("salt", "")
    empty = Seen(1, "", {}, {})
    first, second = Seen(2, "", {oil: 1}, {}), Seen(3, "", {oil: 1, salt: 1}, {})
    history = [Told(Call("add"), oil, first), Told(Call("add"), salt, second)]
    explain(empty, history, second)
    for lost in (
        [history[0], Told(Call("add"), salt, Seen(3, "", {salt: 1}, {}))],  # the second overwrote the first
        [history[0], Told(Call("add"), salt, Seen(2, "", {salt: 1}, {}))],  # two changes under one version
        [Told(Call("set", quantity=2), oil, None)],  # refused, although the line is there
    ):
        with pytest.raises(Impossible):
            explain(empty if len(lost) > 1 else first, lost, lost[-1].answer or first)


async def tell(ctx: Context, cart: str, wares: Sequence[str], seen: Seen, call: Call) -> Told | None:
    """Make a call as a client does who has seen the cart; None for a line where it saw none."""
    ids = list(seen.ids)
    line = ids[call.at % len(ids)] if ids else None
    variables: dict[str, Any]
    match call.kind:
        case "add":
            identity = (wares[call.at], call.word)
            attributes = [{"key": "colour", "value": call.word}] if call.word else []
            wanted = {"merchandiseId": identity[0], "quantity": call.quantity, "attributes": attributes}
            variables = {"lines": [wanted]}
        case "note":
            identity, variables = None, {"note": call.word}
        case _ if line is None:
            return None
        case "set":
            identity, variables = seen.ids[line], {"lines": [{"id": line, "quantity": call.quantity}]}
        case _:
            identity, variables = seen.ids[line], {"ids": [line]}
    done = (await ask(ctx, CALLS[call.kind] % CART, cart=cart, **variables))["done"]
    return Told(call, identity, None if done["userErrors"] else seen_in(done["cart"]))


async def read(ctx: Context, cart: str) -> Seen:
    text = f"query($cart: ID!) {{ cart(id: $cart) {{ version note totalQuantity {LINES} }} }}"
    return seen_in((await ask(ctx, text, cart=cart))["cart"])


def seen_in(cart: dict[str, Any]) -> Seen:
    lines, ids = dict[Identity, int](), dict[str, Identity]()
    for node in cart["lines"]["nodes"]:
        identity = (node["merchandise"]["id"], "".join(pair["value"] for pair in node["attributes"]))
        lines[identity], ids[node["id"]] = node["quantity"], identity
    assert cart["totalQuantity"] == sum(lines.values())
    return Seen(cart["version"], cart["note"] or "", lines, ids)


def explain(before: Seen, history: Sequence[Told], after: Seen) -> None:
    """Replay the calls in the order of the versions they were answered. Raises Impossible where one does not follow.

    Each change has a version of its own; what changes nothing is answered with the version it found. A call is
    refused only for a line that another took away. An answer's lines are read after its change: they may show later
    changes as well, never earlier ones.
    """
    answered = [(told, told.answer) for told in history if told.answer is not None]
    states, taken = [(dict(before.lines), before.note)], set[Identity]()
    for version in sorted({answer.version for _, answer in answered}):
        there = [told for told, answer in answered if answer.version == version]
        lines, note = states[-1]
        if version == before.version + len(states):
            found = _made(there, lines, note)
            taken |= lines.keys() - found[0].keys()
            states.append(found)
        elif version != before.version:
            raise Impossible(f"version {version} follows on {before.version + len(states) - 1}")
        elif any(_after(told, *states[-1]) != states[-1] for told in there):
            raise Impossible(f"{there} changed the cart and were given version {version} of another change")
    for _, answer in answered:
        later = states[answer.version - before.version :]
        if answer.note != later[0][1] or answer.lines not in [lines for lines, _ in later]:
            raise Impossible(f"{answer} never was: {later}")
    for told in history:
        if told.answer is None and told.identity not in taken:
            raise Impossible(f"{told.call} was refused, and its line was there")
    if (after.version, (after.lines, after.note)) != (before.version + len(states) - 1, states[-1]):
        raise Impossible(f"{after} is not what the calls lead to: {states[-1]}")


def _made(together: Sequence[Told], lines: Mapping[Identity, int], note: str) -> State:
    """The state that one of the calls with a version made; all others found everything as they wanted it then."""
    for told in together:
        found = _after(told, lines, note)
        others = (other for other in together if other is not told)
        if found not in (None, (lines, note)) and all(_after(other, *found) == found for other in others):
            return found
    raise Impossible(f"none of {together} can have been the one that changed {lines}")


def _after(told: Told, lines: Mapping[Identity, int], note: str) -> State | None:
    """Lines and note after a call; None where it could not be done."""
    call, identity = told.call, told.identity
    if identity is None:
        return dict(lines), call.word
    if call.kind == "add":
        return {**lines, identity: lines.get(identity, 0) + call.quantity}, note
    if identity not in lines:
        return None
    if call.kind == "set" and call.quantity:
        return {**lines, identity: call.quantity}, note
    return {key: quantity for key, quantity in lines.items() if key != identity}, note
