"""A parked delivery is seen, replayed or skipped; what waited behind it goes on."""

from collections.abc import Awaitable, Callable

import pytest
from tests.support import shops
from tests.support.shops import StillClock

from vetrina.events import StockRanOut
from vetrina.flows.deliveries import NotParked, replay_delivery, skip_delivery
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import BadInput, NotAllowed, NotFound
from vetrina.kernel.messages import Reaction, Relay, emit
from vetrina.kernel.messages.failures import PAUSES
from vetrina.views.deliveries import DeliveryRow, deliveries_by_id, failing_deliveries
from vetrina.views.staff import audit_trail

OIL = StockRanOut(variant_id=1, location_id=1)


class Ear:
    """A subscriber that is deaf until it is cured."""

    def __init__(self) -> None:
        self.is_deaf = True
        self.heard: list[StockRanOut] = []

    async def hear(self, ctx: Context, event: StockRanOut) -> None:
        if self.is_deaf and event.variant_id == 1:
            raise RuntimeError("I hear nothing")
        self.heard.append(event)


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
    await tell(ctx, OIL, StockRanOut(variant_id=1, location_id=2))
    for pause in (0, *PAUSES):
        clock.move(seconds=pause)
        await relay.run_once()
    (parked,) = await failing_deliveries(ctx.db, size=10, parked_only=True)
    return parked


async def test_a_failing_delivery_shows_who_failed_at_what_and_when_it_is_tried_again(
    ctx: Context, relay: Relay, clock: StillClock
) -> None:
    await tell(ctx, OIL, StockRanOut(variant_id=1, location_id=2))
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
    assert ear.heard == [OIL, StockRanOut(variant_id=1, location_id=2)]
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
    assert ear.heard == [StockRanOut(variant_id=1, location_id=2)]
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
