"""Parked deliveries are seen, replayed or skipped; a subscriber is told again what it had from a moment on."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tests.support import shops
from tests.support.shops import StillClock

from vetrina.events import StockRanOut, StockReturned
from vetrina.flows.deliveries import NotParked, replay_all, replay_delivery, replay_since, skip_delivery
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import BadInput, NotAllowed, NotFound
from vetrina.kernel.messages import Reaction, Relay, emit
from vetrina.kernel.messages.failures import PAUSES
from vetrina.views.deliveries import DeliveryRow, SubscriberRow, deliveries_by_id, failing_deliveries, subscribers
from vetrina.views.staff import audit_trail

OIL = StockRanOut(variant_id=1, location_id=1)


def stock_ran_out(variant_id: int, location_id: int = 1) -> StockRanOut:
    return StockRanOut(variant_id=variant_id, location_id=location_id)


class Ear:
    """A subscriber that is deaf until it is cured."""

    def __init__(self) -> None:
        self.is_deaf = True
        self.heard: list[StockRanOut] = []

    async def hear(self, ctx: Context, event: StockRanOut) -> None:
        if self.is_deaf and event.variant_id == 1:
            raise RuntimeError("I hear nothing")
        async with ctx.tx():
            self.heard.append(event)  # once for each mark that the delivery leaves


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
async def relay(ctx: Context, ear: Ear) -> Relay:
    relay = Relay(
        ctx.db,
        ctx.shop.clock,
        [Reaction("bell.hear", StockRanOut, ear.hear)],
        lambda delivery: Context(shop=ctx.shop, actor=ctx.actor, place=ctx.place, trail="test", delivery=delivery),
    )
    await relay.subscribe()
    return relay


async def tell(ctx: Context, *events: StockRanOut) -> None:
    async with ctx.tx() as session:
        for event in events:
            await emit(session, event, ctx.now())


async def park(ctx: Context, relay: Relay, clock: StillClock) -> DeliveryRow:
    """Let the subscriber fail until it is given up."""
    await tell(ctx, OIL, stock_ran_out(1, 2))
    for pause in (0, *PAUSES):
        clock.move(seconds=pause)
        await relay.run_once()
    (parked,) = await failing_deliveries(ctx.db, size=10, parked_only=True)
    return parked


async def test_a_failing_delivery_shows_who_failed_at_what_and_when_it_is_tried_again(
    ctx: Context, relay: Relay, clock: StillClock
) -> None:
    await tell(ctx, OIL, stock_ran_out(1, 2))
    await relay.run_once()
    queued, retrying = await failing_deliveries(ctx.db, size=10)
    assert (retrying.subscriber, retrying.event, retrying.subject) == ("bell.hear", "StockRanOut", "variant:1")
    assert (retrying.state, retrying.attempts, retrying.error) == ("retrying", 1, "RuntimeError: I hear nothing")
    assert retrying.payload == {"variant_id": 1, "location_id": 1}
    assert (queued.state, queued.next_at) == ("queued", None)
    assert await failing_deliveries(ctx.db, size=10, parked_only=True) == []
    assert [row.id for row in await failing_deliveries(ctx.db, size=10, below=queued.id)] == [retrying.id]
    assert await deliveries_by_id(ctx.db, [retrying.id, 999]) == {retrying.id: retrying}


async def test_a_replayed_delivery_arrives_and_what_waited_behind_it_follows(
    ctx: Context, relay: Relay, clock: StillClock, ear: Ear
) -> None:
    parked = await park(ctx, relay, clock)
    ear.is_deaf = False
    await replay_delivery(ctx, parked.id)
    for _ in range(2):
        await relay.run_once()
    assert ear.heard == [OIL, stock_ran_out(1, 2)]
    assert await failing_deliveries(ctx.db, size=10) == []
    (entry,) = await audit_trail(ctx.db, f"delivery:{parked.id}", size=10)
    assert (entry.action, entry.before and entry.before["error"]) == ("delivery.replayed", parked.error)


async def test_a_skipped_delivery_never_arrives_but_what_waited_behind_it_does(
    ctx: Context, relay: Relay, clock: StillClock, ear: Ear
) -> None:
    parked = await park(ctx, relay, clock)
    ear.is_deaf = False
    await skip_delivery(ctx, parked.id, "told by telephone")
    await relay.run_once()
    assert ear.heard == [stock_ran_out(1, 2)]
    assert await failing_deliveries(ctx.db, size=10) == []
    (entry,) = await audit_trail(ctx.db, f"delivery:{parked.id}", size=10)
    assert (entry.action, entry.after) == ("delivery.skipped", {"reason": "told by telephone"})


ACTIONS: dict[str, Callable[[Context, int], Awaitable[None]]] = {
    "replay": replay_delivery,
    "skip": lambda ctx, delivery_id: skip_delivery(ctx, delivery_id, "no longer wanted"),
}


@pytest.mark.parametrize("action", ACTIONS)
async def test_only_parked_deliveries_are_decided(ctx: Context, relay: Relay, action: str) -> None:
    await tell(ctx, OIL)
    await relay.run_once()
    (retrying,) = await failing_deliveries(ctx.db, size=10)
    with pytest.raises(NotParked):
        await ACTIONS[action](ctx, retrying.id)
    with pytest.raises(NotFound):
        await ACTIONS[action](ctx, retrying.id + 1)
    assert await failing_deliveries(ctx.db, size=10) == [retrying]


@pytest.mark.parametrize("action", ACTIONS)
async def test_deliveries_are_decided_by_permission_only(
    ctx: Context, relay: Relay, clock: StillClock, action: str
) -> None:
    parked = await park(ctx, relay, clock)
    reader = Actor("staff", name="token:1", permissions=frozenset({"deliveries.read"}))
    with pytest.raises(NotAllowed):
        await ACTIONS[action](shops.context(ctx.shop, ctx.place, reader), parked.id)


async def test_skipping_needs_a_reason(ctx: Context, relay: Relay, clock: StillClock) -> None:
    parked = await park(ctx, relay, clock)
    for reason in ("", " ", "x" * 501, "\0"):
        with pytest.raises(BadInput):
            await skip_delivery(ctx, parked.id, reason)
    assert await failing_deliveries(ctx.db, size=10, parked_only=True) == [parked]


async def test_a_subscriber_shows_how_far_it_has_come_and_what_waits(
    ctx: Context, relay: Relay, clock: StillClock
) -> None:
    await tell(ctx, OIL, stock_ran_out(1), stock_ran_out(3))
    await relay.run_once()
    clock.move(hours=1)
    began = ctx.now()
    await tell(ctx, stock_ran_out(4))
    clock.move(hours=1)
    await tell(ctx, stock_ran_out(5))
    async with ctx.tx() as session:
        await emit(session, StockReturned(variant_id=4, location_id=1), ctx.now())
    waiting = SubscriberRow("bell.hear", "StockRanOut", 3, 2, began, 0, 2)
    assert await subscribers(ctx.db) == [waiting], "what has no place in the order yet waits too"
    for pause in (0, *PAUSES):
        clock.move(seconds=pause)
        await relay.run_once()
    assert await subscribers(ctx.db) == [SubscriberRow("bell.hear", "StockRanOut", 5, 0, None, 1, 1)]


async def test_all_parked_deliveries_of_a_subscriber_are_replayed(
    ctx: Context, relay: Relay, clock: StillClock, ear: Ear
) -> None:
    await park(ctx, relay, clock)
    ear.is_deaf = False
    assert await replay_all(ctx, "bell.hear") == 1
    for _ in range(2):
        await relay.run_once()
    assert ear.heard == [OIL, stock_ran_out(1, 2)]
    assert await replay_all(ctx, "bell.hear") == 0
    entries = await audit_trail(ctx.db, "subscriber:bell.hear", size=10)
    assert [(entry.action, entry.after) for entry in entries] == [
        ("subscriber.replayed", {"parked": 0}),
        ("subscriber.replayed", {"parked": 1}),
    ]


async def test_what_a_subscriber_had_since_a_moment_is_delivered_again(
    ctx: Context, relay: Relay, clock: StillClock, ear: Ear
) -> None:
    await tell(ctx, stock_ran_out(2))
    clock.move(hours=1)
    since = ctx.now()
    await tell(ctx, stock_ran_out(3), OIL)
    await relay.run_once()
    assert ear.heard == [stock_ran_out(2), stock_ran_out(3)]
    assert await replay_since(ctx, "bell.hear", since) == 2
    assert await failing_deliveries(ctx.db, size=10) == [], "what failed is forgotten: it is delivered anew"
    ear.is_deaf = False
    for _ in range(2):
        await relay.run_once()
    assert ear.heard == [stock_ran_out(2), stock_ran_out(3), stock_ran_out(3), OIL]
    (entry,) = await audit_trail(ctx.db, "subscriber:bell.hear", size=10)
    told = {"since": since.isoformat(), "event": "StockRanOut", "events": 2}
    assert (entry.action, entry.after) == ("subscriber.set_back", told)
    clock.move(hours=1)
    assert await replay_since(ctx, "bell.hear", ctx.now()) == 0


async def test_a_turn_that_is_running_does_not_undo_a_replay(ctx: Context, clock: StillClock) -> None:
    heard, since = list[int](), ctx.now()

    async def hear(reacting: Context, event: StockRanOut) -> None:
        if heard == [1, 2]:
            await replay_since(ctx, "bell.hear", since)
        heard.append(event.variant_id)

    relay = Relay(ctx.db, clock, [Reaction("bell.hear", StockRanOut, hear)], lambda delivery: ctx)
    await relay.subscribe()
    await tell(ctx, *(stock_ran_out(number) for number in range(1, 5)))
    for _ in range(3):
        await relay.run_once()
    assert heard == [1, 2, 3, 1, 2, 3, 4]


REPLAYS: dict[str, Callable[[Context, str], Awaitable[int]]] = {
    "all": replay_all,
    "since": lambda ctx, subscriber: replay_since(ctx, subscriber, ctx.now()),
}


@pytest.mark.parametrize("replays", REPLAYS)
async def test_who_is_to_be_told_again_must_have_subscribed_and_who_says_so_must_be_allowed(
    ctx: Context, relay: Relay, replays: str
) -> None:
    reader = Actor("staff", name="token:1", permissions=frozenset({"deliveries.read"}))
    with pytest.raises(NotAllowed):
        await REPLAYS[replays](shops.context(ctx.shop, ctx.place, reader), "bell.hear")
    for subscriber in ("bell.ring", "outbox.ordering"):
        with pytest.raises(NotFound):
            await REPLAYS[replays](ctx, subscriber)
    for subscriber in (" ", "\0"):
        with pytest.raises(BadInput):
            await REPLAYS[replays](ctx, subscriber)


async def test_nothing_is_told_again_from_a_moment_ahead_or_without_an_offset(ctx: Context, relay: Relay) -> None:
    for since in (ctx.now() + timedelta(seconds=1), ctx.now().replace(tzinfo=None)):
        with pytest.raises(BadInput):
            await replay_since(ctx, "bell.hear", since)
