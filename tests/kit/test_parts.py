"""The kit's smaller parts: no network, recorded payloads, races that bite, a suite for every port."""

import inspect
import socket
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

import vetrina.ports
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.kernel.messages import OutboxCursor
from vetrina.kernel.registry import Policy
from vetrina.testing import (
    SUITES,
    NetworkRefused,
    StillClock,
    Workshop,
    no_network,
    race,
    recorded,
    with_guard_off,
)  # fmt: skip
from vetrina.testing.payloads import NotRecorded
from vetrina.testing.races import NothingToBreak


def test_every_port_has_a_contract_suite_that_can_be_inherited() -> None:
    ports = {port for port in vars(vetrina.ports).values() if isinstance(getattr(port, "policy", None), Policy)}
    assert set(SUITES) == ports
    for port, suite in SUITES.items():
        promises = [name for name in vars(suite) if name.startswith("test_")]
        assert len(promises) >= (5 if port.policy.kind == "required" else 2), port
        assert suite.__doc__
        assert not inspect.signature(suite).parameters


async def test_other_computers_are_refused_and_this_one_is_not() -> None:
    with no_network():
        async with httpx.AsyncClient() as client:
            with pytest.raises(NetworkRefused, match=r"reach example.com: play back a recorded answer"):
                await client.get("https://example.com")
        for address in ("192.0.2.1", "2001:db8::1"):
            with pytest.raises(NetworkRefused):
                socket.create_connection((address, 9), timeout=1)
        with socket.create_server(("127.0.0.1", 0)) as near, socket.create_connection(near.getsockname()):
            pass
        with pytest.raises(NetworkRefused), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(b"hello", ("192.0.2.1", 53))


@pytest.fixture
def plugins() -> list[str]:
    return ["bell", "webhooks"]


async def test_the_fixture_is_a_shop_on_either_engine(shop: Workshop, clock: StillClock) -> None:
    assert shop.clock is clock
    order = await shop.order(await shop.product("Lamp"))
    assert await shop.deliver() > 0
    found = await shop.ask_admin("{ orders(first: 1) { nodes { name } } }")
    assert found["orders"]["nodes"] == [{"name": order.name}]


def test_recorded_payloads_are_played_back_with_their_headers(tmp_path: Path) -> None:
    (tmp_path / "paid.json").write_text('{"amount": 1250}')
    (tmp_path / "paid.headers").write_text("X-Signature: abc:def\n\nUser-Agent: Vendor/2\n")
    (tmp_path / "sent.xml").write_text("<sent/>")
    (tmp_path / ".headers").write_text("User-Agent: Vendor/1\n")
    payloads = recorded(tmp_path)
    assert list(payloads) == ["paid", "sent"]
    assert payloads["paid"].json == {"amount": 1250}
    assert payloads["paid"].headers == {
        "content-type": "application/json", "user-agent": "Vendor/2", "x-signature": "abc:def"
    }  # fmt: skip
    assert (payloads["sent"].text, payloads["sent"].headers["user-agent"]) == ("<sent/>", "Vendor/1")
    with pytest.raises(NotRecorded, match="there are paid, sent"):
        payloads["refunded"]
    with pytest.raises(NotRecorded, match="holds no payload"):
        recorded(tmp_path / "elsewhere")


TAKE = update(OutboxCursor).where(OutboxCursor.position < 3).values(position=OutboxCursor.position + 1)
LOOK = select(OutboxCursor.position)


async def take_carefully(ctx: Context) -> None:
    async with ctx.tx() as session:
        if await session.execute(TAKE) != 1:
            raise BadInput(problem="There is none left.")


async def take_on_sight(ctx: Context) -> None:
    seen = await ctx.db.value(LOOK)
    if seen >= 3:
        raise BadInput(problem="There is none left.")
    async with ctx.tx() as session:
        await session.execute(update(OutboxCursor).values(position=seen + 1))


take = take_carefully


async def everybody_wants_one(ctx: Context, seed: int = 0) -> list[bool]:
    """Eight want one of three; who got one, and it must be three of them."""
    async with ctx.tx() as session:
        await session.put(OutboxCursor, ("subscriber",), subscriber="test.take", event=None, position=0,
                          lease_until=None, lease_token=None)  # fmt: skip
    outcomes = await race(ctx, 8, lambda _: take(ctx), seed=seed)
    got = [not isinstance(outcome, BadInput) for outcome in outcomes]
    assert sum(got) == 3
    assert await ctx.db.value(LOOK) == 3
    return got


async def test_a_guarded_race_is_won_whoever_comes_first(ctx: Context) -> None:
    winners = [await everybody_wants_one(ctx, seed) for seed in range(4)]
    if ctx.db.dialect.name == "sqlite":
        assert await everybody_wants_one(ctx, 3) == winners[3], "the same seed is the same race"
        assert len({tuple(won) for won in winners}) > 1, "another seed is another one"


async def test_a_missing_guard_is_noticed(ctx: Context) -> None:
    import sys

    here = sys.modules[__name__]
    with with_guard_off(here, "take", take_on_sight):
        await everybody_wants_one(ctx)
    with pytest.raises(NothingToBreak), with_guard_off(here, "take", take_carefully):
        await everybody_wants_one(ctx)
