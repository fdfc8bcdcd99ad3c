"""Events arrive at least once, in order per subject, with their effect once; a poison one holds up only its own."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, literal, select
from tests.support import child, lamps
from tests.support.lamps import LampLit, drain, effects, leave_effect, light
from tests.support.shops import StillClock

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt
from vetrina.kernel.messages import OutboxEvent, OutboxFailure, delivery, emit, outbox, receive
from vetrina.kernel.messages.cursors import LEASE
from vetrina.kernel.messages.delivery import DEADLINE
from vetrina.kernel.messages.failures import PAUSES, replay


class Poison:
    """Leaves effects, but chokes on one lamp while told to."""

    def __init__(self, lamp: str) -> None:
        self.lamp: str | None = lamp
        self.tried = 0

    async def __call__(self, ctx: Context, event: LampLit) -> None:
        if event.lamp == self.lamp:
            self.tried += 1
            raise ValueError(f"cannot digest {event.lamp}")
        await leave_effect(ctx, event)


async def test_every_event_has_its_effect_once_in_order(ctx: Context) -> None:
    relay = await lamps.relay(ctx, leave_effect)
    lit = [(lamp, number) for number in range(5) for lamp in ("hall", "stair", "porch")]
    for lamp, number in lit:
        await light(ctx, lamp, number)
    await drain(ctx, relay)
    await drain(ctx, relay)
    assert await effects(ctx) == lit


async def test_an_event_of_a_transaction_that_failed_never_happened(ctx: Context) -> None:
    relay = await lamps.relay(ctx, leave_effect)
    with pytest.raises(KeyError):
        async with ctx.tx() as session:
            await emit(session, LampLit(lamp="hall"), ctx.now())
            raise KeyError
    await light(ctx, "stair")
    await drain(ctx, relay)
    assert await effects(ctx) == [("stair", 0)]


async def test_each_subscriber_hears_every_event(ctx: Context) -> None:
    relay = await lamps.relay(ctx, leave_effect, leave_effect)
    await light(ctx, "hall")
    await drain(ctx, relay)
    assert await effects(ctx) == [("hall", 0), ("hall", 0)]


async def test_a_new_subscriber_hears_from_now_on(ctx: Context) -> None:
    await light(ctx, "hall")
    await drain(ctx, await lamps.relay(ctx))
    relay = await lamps.relay(ctx, leave_effect)
    await light(ctx, "stair")
    await drain(ctx, relay)
    assert await effects(ctx) == [("stair", 0)]


async def test_an_event_delivered_twice_has_its_effect_once(ctx: Context, clock: StillClock) -> None:
    tried = 0

    async def effect_then_fail(ctx: Context, event: LampLit) -> None:
        nonlocal tried
        tried += 1
        await leave_effect(ctx, event)
        raise ConnectionError("the answer was lost")

    relay = await lamps.relay(ctx, effect_then_fail)
    await light(ctx, "hall")
    await drain(ctx, relay)
    clock.move(days=1)
    await drain(ctx, relay)
    assert tried == 2
    assert await effects(ctx) == [("hall", 0)]
    assert await ctx.db.fetch(select(OutboxFailure.id)) == []


async def test_a_message_from_outside_is_new_once(ctx: Context) -> None:
    async def take(source: str, key: str) -> bool:
        async with ctx.tx() as session:
            return await receive(session, source, key, ctx.now(), {"amount": 5})

    assert [await take("stripe", "evt_1"), await take("stripe", "evt_1"), await take("paypal", "evt_1")] == [
        True, False, True,
    ]  # fmt: skip


async def test_a_poison_event_holds_up_only_its_own_subject(ctx: Context, clock: StillClock) -> None:
    poison = Poison("hall")
    relay = await lamps.relay(ctx, poison)
    for number in range(3):
        await light(ctx, "hall", number)
        await light(ctx, "stair", number)
    await drain(ctx, relay)
    assert await effects(ctx) == [("stair", 0), ("stair", 1), ("stair", 2)]
    assert poison.tried == 1

    poison.lamp = None
    clock.move(seconds=PAUSES[0] + 1)
    await drain(ctx, relay)
    assert (await effects(ctx))[3:] == [("hall", 0), ("hall", 1), ("hall", 2)]
    assert await ctx.db.fetch(select(OutboxFailure.id)) == []


async def test_a_poison_event_in_one_subscriber_delays_no_other(ctx: Context) -> None:
    relay = await lamps.relay(ctx, Poison("hall"), leave_effect)
    for number in range(2):
        await light(ctx, "hall", number)
    await drain(ctx, relay)
    assert await effects(ctx) == [("hall", 0), ("hall", 1)]


async def test_a_delivery_is_parked_after_its_tries_and_then_left_alone(ctx: Context, clock: StillClock) -> None:
    poison = Poison("hall")
    relay = await lamps.relay(ctx, poison)
    await light(ctx, "hall", 0)
    await light(ctx, "hall", 1)
    await drain(ctx, relay)
    for tries, pause in enumerate(PAUSES, start=1):
        assert poison.tried == tries
        clock.move(seconds=pause - 0.5)
        await drain(ctx, relay)
        assert poison.tried == tries, "it was tried again before its pause was over"
        clock.move(seconds=1)
        await drain(ctx, relay)
    clock.move(days=30)
    await drain(ctx, relay)
    assert poison.tried == len(PAUSES) + 1
    parked = select(OutboxFailure.subject, OutboxFailure.error).where(OutboxFailure.parked_at.is_not(None))
    assert await ctx.db.fetch(parked) == [("lamp:hall", "ValueError: cannot digest hall")]
    assert await effects(ctx) == []


async def test_a_parked_delivery_can_be_replayed_and_lets_the_queue_behind_it_go(
    ctx: Context, clock: StillClock
) -> None:
    poison = Poison("hall")
    relay = await lamps.relay(ctx, poison)
    for number in range(3):
        await light(ctx, "hall", number)
    for _ in range(len(PAUSES) + 2):
        await drain(ctx, relay)
        clock.move(days=1)
    failure = await ctx.db.value(select(OutboxFailure.id).where(OutboxFailure.parked_at.is_not(None)))

    poison.lamp = None
    async with ctx.tx() as session:
        assert await replay(session, failure, ctx.now())
        assert not await replay(session, failure, ctx.now())
    await drain(ctx, relay)
    assert await effects(ctx) == [("hall", 0), ("hall", 1), ("hall", 2)]


async def test_a_reaction_that_hangs_is_given_up(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    assert DEADLINE == 30
    monkeypatch.setattr(delivery, "DEADLINE", 0.05)

    async def hang(ctx: Context, event: LampLit) -> None:
        await asyncio.sleep(3_600)

    relay = await lamps.relay(ctx, hang)
    await light(ctx, "hall")
    await drain(ctx, relay)
    assert await ctx.db.fetch(select(OutboxFailure.error, OutboxFailure.attempts)) == [("TimeoutError", 1)]


async def test_an_event_that_no_longer_fits_its_class_is_a_failure_and_no_stop(ctx: Context) -> None:
    relay = await lamps.relay(ctx, leave_effect)
    async with ctx.tx() as session:
        await session.insert(
            OutboxEvent, name="LampLit", version=1, subject="lamp:old", payload={"lamp": 7}, at=ctx.now(), tx_id=0,
            position=None,
        )  # fmt: skip
    await light(ctx, "hall")
    await drain(ctx, relay)
    assert await effects(ctx) == [("hall", 0)]
    assert "Expected `str`" in await ctx.db.value(select(OutboxFailure.error))


async def test_relays_beside_each_other_deliver_each_event_once_in_order(ctx: Context) -> None:
    relays = [await lamps.relay(ctx, leave_effect) for _ in range(4)]
    lit = [("hall", number) for number in range(30)]
    for lamp, number in lit:
        await light(ctx, lamp, number)
    await drain(ctx, *relays)
    assert await effects(ctx) == lit


@pytest.mark.parametrize(
    "moment", ["event written", "event committed", "reaction begun", "effect written", "effect committed"]
)
async def test_a_process_killed_at_any_moment_loses_and_doubles_nothing(
    ctx: Context, database_url: str, clock: StillClock, moment: str
) -> None:
    relay = await lamps.relay(ctx, leave_effect)
    dying = child.start("lamps", database_url, moment)
    try:
        async with asyncio.timeout(30):
            assert await child.line_of(dying) == moment
    finally:
        child.kill(dying)
    clock.move(seconds=LEASE.total_seconds() + 1)
    await drain(ctx, relay)
    assert await effects(ctx) == ([] if moment == "event written" else [("hall", 0)])


class SlowAndQuick:
    """Two transactions: the first to write its event is the last to commit."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._is_written, self._may_commit = asyncio.Event(), asyncio.Event()
        self._slow = asyncio.create_task(self._hold())

    async def _hold(self) -> None:
        async with self._ctx.db.transaction() as session:
            await emit(session, LampLit(lamp="slow"), self._ctx.now())
            self._is_written.set()
            await self._may_commit.wait()

    async def commit_quick(self) -> None:
        await self._is_written.wait()
        await light(self._ctx, "quick")

    async def commit_slow(self) -> None:
        self._may_commit.set()
        await self._slow


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_an_event_with_a_lower_id_that_commits_later_is_delivered_first(ctx: Context) -> None:
    relay = await lamps.relay(ctx, leave_effect)
    both = SlowAndQuick(ctx)
    await both.commit_quick()
    for _ in range(3):
        await relay.run_once()
    assert await effects(ctx) == [], "delivered while an earlier event could still appear"
    await both.commit_slow()
    await drain(ctx, relay)
    assert await effects(ctx) == [("slow", 0), ("quick", 0)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_without_the_bound_the_order_would_be_lost(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "oldest_running", lambda: literal(2**62, BigInt))
    relay = await lamps.relay(ctx, leave_effect)
    both = SlowAndQuick(ctx)
    await both.commit_quick()
    await relay.run_once()
    await both.commit_slow()
    await drain(ctx, relay)
    assert await effects(ctx) == [("quick", 0), ("slow", 0)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_cursor_over_ids_would_lose_the_event(ctx: Context) -> None:
    cursor, heard = 0, list[str]()

    async def read_on() -> None:
        nonlocal cursor
        newer = select(OutboxEvent.id, OutboxEvent.subject).where(OutboxEvent.id > cursor).order_by(OutboxEvent.id)
        for cursor, subject in await ctx.db.fetch(newer):  # noqa: B007
            heard.append(subject)

    both = SlowAndQuick(ctx)
    await both.commit_quick()
    await read_on()
    await both.commit_slow()
    await read_on()
    assert heard == ["lamp:quick"]
    assert await ctx.db.value(select(func.count()).select_from(OutboxEvent)) == 2


def test_a_subject_is_named_by_its_noun_and_its_key() -> None:
    facts: dict[str, Any] = {"lamp": "hall", "number": 3}
    assert LampLit(**facts).subject == "lamp:hall"
