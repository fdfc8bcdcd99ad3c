"""Each subscriber hears at its own pace: who hangs, breaks or is replaced holds up nobody, and nothing is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, cast

import msgspec
import pytest
from sqlalchemy import delete, select
from structlog.testing import capture_logs
from tests.support.lamps import LampLit, drain, effects, leave_effect, light
from tests.support.shops import StillClock
from tests.support.statements import all_statements

from vetrina.kernel.context import Context
from vetrina.kernel.crew import Crew, RunFor, within
from vetrina.kernel.jobs import Job, Runner
from vetrina.kernel.messages import (
    Delivery,
    Event,
    InboxMessage,
    OutboxCursor,
    OutboxEvent,
    OutboxFailure,
    Reaction,
    Relay,
    delivery,
    forget_subscribers,
)
from vetrina.kernel.messages.cursors import LEASE
from vetrina.kernel.messages.failures import QUEUED
from vetrina.kernel.messages.relay import AT_ONCE, PER_OWNER, REST
from vetrina.kernel.meters import OPENS_AFTER, STAYS_OPEN, Meters, Work

React = Callable[[Context, Any], Awaitable[None]]
ERRORS = select(OutboxFailure.subscriber, OutboxFailure.error).order_by(OutboxFailure.id)


async def relay_to(
    ctx: Context, reactions: dict[str, React], *, event: Any = LampLit, run_for: RunFor = within
) -> Relay:
    """A relay whose reactions are subscribed under these names."""
    listed = [Reaction(name, event, run) for name, run in reactions.items()]

    def context(delivery: Delivery) -> Context:
        return msgspec.structs.replace(ctx, delivery=delivery)

    made = Relay(ctx.db, ctx.shop.clock, listed, context, run_for)
    await made.subscribe()
    return made


class Ear:
    """A reaction that notes the numbers it hears; while its gate is shut it does not come to its end."""

    def __init__(self, *, is_shut: bool = False) -> None:
        self.heard: list[int] = []
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        if not is_shut:
            self.gate.set()

    async def __call__(self, ctx: Context, event: LampLit) -> None:
        self.begun.set()
        await self.gate.wait()
        self.heard.append(event.number)


async def breaks(ctx: Context, event: LampLit) -> None:
    raise ValueError("broken")


async def never_ends(ctx: Context, event: LampLit) -> None:
    await asyncio.sleep(3_600)


async def leaves(ctx: Context, event: LampLit) -> None:
    raise SystemExit(3)


async def is_cancelled(ctx: Context, event: LampLit) -> None:
    raise asyncio.CancelledError


def answers_at_once(ctx: Context, event: LampLit) -> int:
    return 5


BAD: dict[str, tuple[Any, str]] = {
    "broken.hear": (breaks, "ValueError: broken"),
    "endless.hear": (never_ends, "TimeoutError"),
    "leaver.hear": (leaves, "SystemExit: 3"),
    "cancelled.hear": (is_cancelled, "CancelledError"),
    "plain.hear": (answers_at_once, "WrongAnswer: int is nothing to await: the function must be async"),
}


async def impatient(work: Work, ask: Callable[[], Awaitable[Any]], deadline: float) -> Any:
    """Gives the endless one no time at all."""
    return await within(work, ask, 0.01 if work.owner == "endless" else deadline)


async def pass_by(relay: Relay, crew: Crew, *but: str) -> None:
    """One look, after which all have ended but those named."""
    await relay.start(crew)
    async with asyncio.timeout(20):
        while any(task.get_name() not in but for task in crew._tasks.values()):
            await crew.settle(all_of_them=False)


async def test_who_sleeps_breaks_or_never_ends_delays_nobody(ctx: Context) -> None:
    slow, quick = Ear(is_shut=True), Ear()
    reactions: dict[str, React] = {
        "slow.hear": slow,
        **{name: run for name, (run, _) in BAD.items()},
        "quick.hear": quick,
    }
    relay, crew = await relay_to(ctx, reactions, run_for=impatient), Crew(AT_ONCE, PER_OWNER)
    for number in range(2):
        await light(ctx, "hall", number)
        await pass_by(relay, crew, "slow.hear")
    assert quick.heard == [0, 1]
    assert (slow.heard, crew.is_busy("slow.hear")) == ([], True)
    errors = await ctx.db.fetch(ERRORS)
    assert {name: error for name, error in errors if error != QUEUED} == {
        name: error for name, (_, error) in BAD.items()
    }
    assert [error for _, error in errors].count(QUEUED) == len(BAD)
    slow.gate.set()
    await crew.settle()
    await pass_by(relay, crew)
    assert slow.heard == [0, 1]


async def test_with_a_single_place_the_slow_one_would_delay_the_quick(ctx: Context) -> None:
    slow, quick = Ear(is_shut=True), Ear()
    relay, crew = await relay_to(ctx, {"slow.hear": slow, "quick.hear": quick}), Crew(1, 1)
    await light(ctx, "hall")
    for _ in range(2):
        await pass_by(relay, crew, "slow.hear")
    assert quick.heard == []
    slow.gate.set()
    await crew.settle()


async def test_an_owners_subscribers_take_turns_for_its_places(ctx: Context) -> None:
    ears = {f"one.hear{number}": Ear(is_shut=number < 2) for number in range(4)}
    relay, crew = await relay_to(ctx, {**ears, "two.hear": Ear()}), Crew(AT_ONCE, 2)
    await light(ctx, "hall")
    assert await relay.start(crew) == 3, "two places for one, one for two"
    for name in ("one.hear0", "one.hear1"):
        ears[name].gate.set()
    await crew.settle()
    await light(ctx, "hall", 1)
    await pass_by(relay, crew)
    assert [ear.heard for ear in ears.values()] == [[0], [0], [0, 1], [0, 1]], "who found no place did not come first"


async def test_an_idle_look_takes_two_statements_however_many_listen(ctx: Context) -> None:
    relay = await relay_to(ctx, {f"plugin{number}.hear": Ear() for number in range(50)})
    jobs = [Job(name=f"plugin{number}.work", run=cast(Any, never_ends)) for number in range(50)]
    runner, crew = Runner(ctx.db, ctx.shop.clock, jobs, lambda name: ctx), Crew(AT_ONCE, PER_OWNER)
    with all_statements(ctx.db) as texts:
        assert (await relay.start(crew), await runner.start(crew)) == (0, 0)
    assert len(texts) == 2


async def forget_to_renew(*_: object) -> None:
    """In the place of what renews a lease and moves the cursor."""


@pytest.mark.parametrize("is_renewed", [True, False])
async def test_a_batch_slower_than_its_lease_is_not_taken_over(
    ctx: Context, clock: StillClock, monkeypatch: pytest.MonkeyPatch, *, is_renewed: bool
) -> None:
    heard, elsewhere = list[int](), Ear()
    other = await relay_to(ctx, {"plugin.hear": elsewhere})

    async def dawdle(ctx: Context, event: LampLit) -> None:
        heard.append(event.number)
        clock.move(seconds=0.75 * LEASE.total_seconds())
        await other.run_once()

    if not is_renewed:
        monkeypatch.setattr(delivery, "keep_lease", forget_to_renew)
    relay = await relay_to(ctx, {"plugin.hear": dawdle})
    for number in range(3):
        await light(ctx, "hall", number)
    await relay.run_once()
    assert heard == [0, 1, 2]
    assert (elsewhere.heard == []) == is_renewed


async def test_who_lost_his_lease_neither_moves_the_cursor_nor_gives_back_anothers_lease(
    ctx: Context, clock: StillClock
) -> None:
    first, second = Ear(is_shut=True), Ear(is_shut=True)
    relays = [await relay_to(ctx, {"plugin.hear": ear}) for ear in (first, second)]
    await light(ctx, "hall")
    cursor = select(OutboxCursor.position, OutboxCursor.lease_token).where(OutboxCursor.subscriber == "plugin.hear")
    dying = asyncio.create_task(relays[0].run_once())
    await first.begun.wait()
    assert await relays[1].run_once() == 0, "it is the first one's"
    clock.move(seconds=LEASE.total_seconds() + 1)
    heir = asyncio.create_task(relays[1].run_once())
    await second.begun.wait()
    ((position, token),) = await ctx.db.fetch(cursor)
    first.gate.set()
    assert await dying == 0
    assert await ctx.db.fetch(cursor) == [(position, token)]
    second.gate.set()
    assert await heir == 1
    assert await ctx.db.fetch(cursor) == [(position + 1, None)]


async def test_who_is_cut_off_by_a_stop_gives_his_lease_back(ctx: Context) -> None:
    hangs, crew = Ear(is_shut=True), Crew(AT_ONCE, PER_OWNER)
    relay = await relay_to(ctx, {"plugin.hear": hangs})
    await light(ctx, "hall")
    await relay.start(crew)
    await hangs.begun.wait()
    await crew.stop(0)
    assert len(crew) == 0
    assert await ctx.db.fetch(ERRORS) == [], "to be cut off is no failure"
    hangs.gate.set()
    assert await relay.run_once() == 1
    assert hangs.heard == [0]


async def test_a_turn_ends_between_two_events_and_the_next_runtime_goes_on_from_there(ctx: Context) -> None:
    replaced, crew = asyncio.Event(), Crew(AT_ONCE, PER_OWNER)
    heard = list[int]()

    async def hear(ctx: Context, event: LampLit) -> None:
        heard.append(event.number)
        replaced.set()

    on, off = await relay_to(ctx, {"plugin.hear": hear}), await relay_to(ctx, {})
    for number in range(3):
        await light(ctx, "hall", number)
    await on.start(crew, lambda: not replaced.is_set())
    await crew.settle()
    assert heard == [0]
    await light(ctx, "hall", 3)
    await drain(ctx, off)
    assert heard == [0], "a plugin that is off hears nothing"
    await drain(ctx, await relay_to(ctx, {"plugin.hear": hear}))
    assert heard == [0, 1, 2, 3], "switched on again, it hears what it missed"


async def test_who_is_kept_out_by_its_breaker_is_tried_later_and_has_not_failed(
    ctx: Context, clock: StillClock
) -> None:
    steady, heard, is_broken = Ear(), list[int](), True

    async def hear(ctx: Context, event: LampLit) -> None:
        if is_broken:
            raise ValueError("broken")
        heard.append(event.number)

    relay = await relay_to(ctx, {"one.hear": hear, "two.hear": steady}, run_for=Meters(clock).run)
    for number in range(OPENS_AFTER + 2):
        await light(ctx, f"lamp {number}", number)
    await drain(ctx, relay)
    everything = list(range(OPENS_AFTER + 2))
    assert (heard, steady.heard) == ([], everything)
    assert len(await ctx.db.fetch(ERRORS)) == OPENS_AFTER, "an event that was not tried was taken for one that failed"
    is_broken = False
    clock.move(seconds=STAYS_OPEN - 1)
    await relay.run_once()
    with all_statements(ctx.db) as texts:
        assert await relay.run_once() == 0
    assert (heard, len(texts)) == ([], 1), "it was not left alone"
    clock.move(seconds=REST.total_seconds())
    await drain(ctx, relay)
    assert heard == everything
    assert await ctx.db.fetch(ERRORS) == []


def test_of_two_reactions_of_one_name_the_later_is_left_out_and_named(ctx: Context) -> None:
    first, second = (Reaction("plugin.hear", LampLit, Ear()) for _ in range(2))
    with capture_logs() as logged:
        Relay(ctx.db, ctx.shop.clock, [first, second], lambda delivery: ctx)
    assert [line["subscriber"] for line in logged] == ["plugin.hear"]


def door_opened(number: int) -> type[Event]:
    """The event class as a process that knows this version has it."""

    class DoorOpened(Event, frozen=True, kw_only=True):
        noun: ClassVar[str] = "door"
        subject_field: ClassVar[str] = "door"
        version: ClassVar[int] = number

        door: str

        @classmethod
        def upgrade(cls, payload: dict[str, Any], version: int) -> dict[str, Any]:
            return {"door": payload["gate"]} if version == 1 else payload

    return DoorOpened


async def test_old_events_are_upgraded_and_those_of_newer_versions_wait_for_who_can_read_them(ctx: Context) -> None:
    heard = list[str]()

    async def hear(ctx: Context, event: Any) -> None:
        heard.append(event.door)

    old = await relay_to(ctx, {"plugin.hear": hear}, event=door_opened(2))
    async with ctx.tx() as session:
        for version, payload in ((1, {"gate": "a"}), (2, {"door": "b"}), (3, {"door": "c"})):
            await session.insert(
                OutboxEvent, name="DoorOpened", version=version, subject=f"door:{version}", payload=payload,
                at=ctx.now(), tx_id=0, position=None,
            )  # fmt: skip
    await drain(ctx, old)
    assert heard == ["a", "b"]
    ((error, parked_at, attempts),) = await ctx.db.fetch(
        select(OutboxFailure.error, OutboxFailure.parked_at, OutboxFailure.attempts)
    )
    assert error == "DoorOpened was written in version 3; this process knows version 2 and no newer"
    assert (parked_at, attempts) == (ctx.now(), 0)
    await drain(ctx, await relay_to(ctx, {"plugin.hear": hear}, event=door_opened(2)))
    assert heard == ["a", "b"]
    await drain(ctx, await relay_to(ctx, {"plugin.hear": hear}, event=door_opened(3)))
    assert heard == ["a", "b", "c"]
    assert await ctx.db.fetch(ERRORS) == []


async def test_a_subscriber_that_hears_another_event_now_begins_at_the_present(ctx: Context) -> None:
    await relay_to(ctx, {"plugin.hear": breaks})
    await drain(ctx, await relay_to(ctx, {"plugin.hear": breaks}))
    await light(ctx, "hall")
    await drain(ctx, await relay_to(ctx, {"plugin.hear": breaks}))
    assert len(await ctx.db.fetch(ERRORS)) == 1
    await drain(ctx, await relay_to(ctx, {"plugin.hear": breaks}, event=door_opened(1)))
    assert await ctx.db.fetch(ERRORS) == []
    ear = Ear()
    back = await relay_to(ctx, {"plugin.hear": ear})
    await light(ctx, "hall", 7)
    await drain(ctx, back)
    assert ear.heard == [7]


async def test_what_is_queued_behind_a_delivery_that_is_skipped_meanwhile_does_not_wait_for_ever(ctx: Context) -> None:
    heard = list[str]()

    async def hear(ctx: Context, event: LampLit) -> None:
        if (event.lamp, event.number) == ("hall", 0):
            raise ValueError
        if event.lamp == "stair":
            async with ctx.db.transaction() as session:
                await session.execute(delete(OutboxFailure))
        heard.append(f"{event.lamp} {event.number}")

    relay = await relay_to(ctx, {"plugin.hear": hear})
    await light(ctx, "hall", 0)
    await drain(ctx, relay)
    for lamp in ("stair", "hall"):
        await light(ctx, lamp, 1)
    await drain(ctx, relay)
    assert heard == ["stair 1", "hall 1"]


async def test_the_subscribers_of_an_owner_are_forgotten_with_it(ctx: Context) -> None:
    relay = await relay_to(ctx, {"plug.hear": leave_effect, "plug.break": breaks, "plug_in.hear": leave_effect})
    await light(ctx, "hall")
    await drain(ctx, relay)
    async with ctx.tx() as session:
        await forget_subscribers(session, "plug")
    cursors = select(OutboxCursor.subscriber).order_by(OutboxCursor.subscriber)
    assert await ctx.db.fetch(cursors) == [("outbox.ordering",), ("plug_in.hear",)]
    assert await ctx.db.fetch(select(InboxMessage.source)) == [("plug_in.hear",)]
    assert await ctx.db.fetch(ERRORS) == []
    again = await relay_to(ctx, {"plug.hear": leave_effect})
    await light(ctx, "hall", 1)
    await drain(ctx, again)
    assert await effects(ctx) == [("hall", 0), ("hall", 0), ("hall", 1)]
