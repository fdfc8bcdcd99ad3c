"""Webhooks: what happens is written down once per endpoint, and sent, signed, until it is taken or given up."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, func, select, update
from tests.support.receivers import Station, paid
from tests.support.shops import StillClock
from tests.support.statements import all_statements

from vetrina.events import OrderPlaced, StockRanOut
from vetrina.kernel.context import Context
from vetrina.kernel.jobs import JobRun
from vetrina.kernel.messages import AlreadyDelivered, Delivery, InboxMessage
from vetrina_webhooks.flows import endpoints, replaying, sending
from vetrina_webhooks.flows.writing import fan_out
from vetrina_webhooks.models import WebhooksAttempt, WebhooksDelivery, WebhooksEndpoint
from vetrina_webhooks.rules import PAUSES, State
from vetrina_webhooks.settings import WebhooksSettings
from vetrina_webhooks.views import DeliveryRow, EndpointRow, attempts_of, delivery_list, endpoint_list


@pytest.fixture
def station(ctx: Context, clock: StillClock) -> Station:
    return Station(ctx, clock)


async def deliveries(station: Station, **wanted: Any) -> list[DeliveryRow]:
    return await delivery_list(station.ctx.db, size=500, **wanted)


async def endpoint(station: Station) -> EndpointRow:
    return (await endpoint_list(station.ctx.db, size=1))[0]


async def test_an_event_arrives_signed_at_those_who_ask_for_it(station: Station) -> None:
    secret = (await station.register("erp.example", "order.paid")).secret
    await station.register("everything.example")
    await station.happen(StockRanOut(variant_id=3, location_id=1), paid(7))
    assert station.world.posted == [], "the reaction calls nobody"
    await station.send()
    (post,) = station.world.at("erp.example")
    assert post.is_signed_by(secret, station.ctx.now().timestamp())
    assert not post.is_signed_by("whsec_" + "A" * 43 + "=", station.ctx.now().timestamp())
    assert post.headers["content-type"] == "application/json"
    assert post.content == {
        "type": "order.paid", "timestamp": "2026-03-14T09:26:53Z", "version": 1,
        "data": {"order_id": 7, "number": 1_007, "total": 1_250, "currency": "EUR"},
    }  # fmt: skip
    others = station.world.at("everything.example")
    assert sorted(other.content["type"] for other in others) == ["order.paid", "stock.ran_out"]
    assert post.id in {other.id for other in others}, "one event has one message id, wherever it goes"
    assert {row.state for row in await deliveries(station)} == {State.DELIVERED.value}
    assert (await endpoint(station)).delivered_at == station.ctx.now()


async def test_fan_out_is_one_transaction_of_few_statements(station: Station, ctx: Context) -> None:
    async def spent(subscriber: str) -> int:
        with all_statements(ctx.db) as texts:
            await fan_out(station.reacting(Delivery(subscriber, 1)), paid())
        return len(texts)

    await station.happen(paid())
    assert await spent("webhooks.first") == 1, "nobody listens: one look"
    await station.register("1.example")
    assert await spent("webhooks.second") == 5, "who listens, the event, the inbox, a row, the job"
    for number in (2, 3, 4):
        await station.register(f"{number}.example")
    assert await spent("webhooks.third") == 8, "a row more for each"


async def test_an_event_delivered_twice_is_sent_once(station: Station, ctx: Context) -> None:
    await station.register()
    await station.happen(paid())
    again = station.reacting(Delivery("webhooks.hear_OrderPaid", 1))
    with pytest.raises(AlreadyDelivered):
        await fan_out(again, paid())
    async with ctx.tx() as session:  # even if the inbox had forgotten it
        await session.execute(delete(InboxMessage))
    await fan_out(station.reacting(Delivery("webhooks.hear_OrderPaid", 1)), paid())
    await station.send()
    await station.send(minutes=2)
    assert len(station.world.posted) == 1


@pytest.mark.parametrize("trouble", [302, httpx.ReadError("cut")], ids=repr)
async def test_what_is_not_taken_is_tried_after_the_recommended_pauses_and_then_given_up(
    station: Station, trouble: int | Exception
) -> None:
    station.world.says["erp.example"] = trouble
    secret = (await station.register()).secret
    await station.happen(paid())
    await station.send()
    for tried, seconds in enumerate(PAUSES, start=1):
        assert len(station.world.posted) == tried
        await station.send(seconds=seconds - 1)
        assert len(station.world.posted) == tried, "too early"
        await station.send(seconds=seconds * 0.2 + 2)
    await station.send(days=60)
    assert len(station.world.posted) == len(PAUSES) + 1
    assert len({post.id for post in station.world.posted}) == 1
    assert len({post.headers["webhook-timestamp"] for post in station.world.posted}) == len(PAUSES) + 1
    assert all(post.is_signed_by(secret, int(post.headers["webhook-timestamp"])) for post in station.world.posted)
    (row,) = await deliveries(station)
    assert (row.state, row.attempts, row.next_at) == (State.FAILED.value, len(PAUSES) + 1, None)
    log = (await attempts_of(station.ctx.db, [row.id]))[row.id]
    assert len(log) == len(PAUSES) + 1
    assert (log[0].status, log[0].error is not None) == (trouble if isinstance(trouble, int) else None, True)


@pytest.mark.embedded
async def test_the_log_keeps_the_beginning_of_an_answer(station: Station) -> None:
    body = b"no\0" + b"\xff" + b"x" * 5_000
    station.world.says["erp.example"] = httpx.Response(429, content=body, headers={"retry-after": "3600"})
    await station.register()
    await station.happen(paid())
    await station.send()
    (row,) = await deliveries(station)
    (attempt,) = (await attempts_of(station.ctx.db, [row.id]))[row.id]
    assert (attempt.status, attempt.error, attempt.at) == (429, "it answered 429", station.ctx.now())
    assert attempt.answer == "no\ufffd\ufffd" + "x" * 1_020
    assert attempt.duration >= 0
    assert row.next_at == station.ctx.now() + timedelta(hours=1), "the receiver asked for an hour"


async def test_a_dead_endpoint_delays_nobody(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    async def after_the_living() -> httpx.Response:
        waited.append(True)
        await all_arrived.wait()
        waited.pop()
        raise httpx.ReadError("hung up")

    async def arrive() -> httpx.Response:
        if len(station.world.at("living.example")) == 6:
            all_arrived.set()
        return httpx.Response(200)

    all_arrived, waited = asyncio.Event(), list[bool]()
    monkeypatch.setattr(sending, "AT_ONCE", sending.PER_ENDPOINT + 1)
    await station.register("dead.example")
    await station.register("living.example")
    station.world.says |= {"dead.example": after_the_living, "living.example": arrive}
    await station.happen(*(paid(number) for number in range(6)))
    await station.send()
    assert len(station.world.at("living.example")) == 6
    assert waited == [], "they arrived while the dead one had not run into its deadline"
    assert len(station.world.at("dead.example")) == sending.PER_ENDPOINT, "the rest waits until it is tried again"
    # The negative control: with one place for all, those alive wait until the dead one's deadline has passed.
    all_arrived.clear()
    station.world.posted.clear()
    monkeypatch.setattr(sending, "AT_ONCE", 1)
    monkeypatch.setattr(sending, "DEADLINE", 0.02)
    station.clock.move(seconds=10)
    await station.happen(paid(7))
    await station.send()
    assert waited == [True]
    assert station.world.posted[0].host == "dead.example"


async def test_an_endpoint_nobody_answers_at_is_tried_by_one_call_at_a_time(station: Station) -> None:
    await station.register()
    station.world.says["erp.example"] = httpx.ConnectError("dead")
    await station.happen(paid())
    await station.send()
    await station.happen(*(paid(number) for number in range(9)))
    await station.send()
    assert len(station.world.posted) == 1, "it is left alone for a while"
    await station.send(seconds=7)
    assert len(station.world.posted) == 2, "one call finds out that nobody is there"
    station.world.says.clear()
    await station.send(seconds=40)
    assert len(station.world.posted) == 2 + 10, "and one finds out that somebody is"
    assert {row.state for row in await deliveries(station)} == {State.DELIVERED.value}


async def test_gone_pauses_at_once_and_resuming_sends_what_was_missed(station: Station) -> None:
    created = await station.register()
    station.world.says["erp.example"] = 410
    await station.happen(paid(1))
    await station.send()
    found = await endpoint(station)
    assert (found.paused_at, found.pause_reason) == (station.ctx.now(), "gone")
    assert [row.state for row in await deliveries(station)] == [State.FAILED.value]
    await station.happen(paid(2))
    await station.send(days=1)
    assert len(station.world.posted) == 1
    with pytest.raises(replaying.EndpointIsPaused):
        await replaying.replay_since(station.ctx, created.endpoint_id, station.ctx.now(), replaying.FAILED)
    station.world.says.clear()
    await endpoints.resume_endpoint(station.ctx, created.endpoint_id)
    await station.send()
    assert [post.content["data"]["order_id"] for post in station.world.posted] == [1, 2]
    assert (await endpoint(station)).paused_at is None


@pytest.mark.parametrize(
    ("settings", "reason"), [({"dead_after_days": 5}, "days"), ({"dead_after_failures": 1}, "lost")]
)
async def test_an_endpoint_that_fails_for_too_long_is_paused_by_itself(
    ctx: Context, clock: StillClock, settings: dict[str, int], reason: str
) -> None:
    station = Station(ctx, clock, WebhooksSettings(**settings))
    await station.register()
    station.world.says["erp.example"] = 500
    await station.happen(paid())
    await station.send()
    since = station.ctx.now()
    for seconds in PAUSES:
        assert (await endpoint(station)).pause_reason is None
        await station.send(seconds=seconds * 1.2 + 1)
    assert (await endpoint(station)).failing_since == since
    if reason == "days":
        assert (await endpoint(station)).pause_reason is None, "given up after three days, dead after five"
        station.clock.move(days=1, hours=6)
        await station.happen(paid(2))
        await station.send()
    assert (await endpoint(station)).pause_reason == "dead"
    calls = len(station.world.posted)
    await station.happen(paid(3))
    await station.send(days=2)
    assert len(station.world.posted) == calls


@pytest.mark.embedded
async def test_a_success_starts_the_count_again(ctx: Context, clock: StillClock) -> None:
    station = Station(ctx, clock, WebhooksSettings(dead_after_days=1))
    await station.register()
    for answer in (500, 204, 500):
        station.world.says["erp.example"] = answer
        await station.happen(paid())
        await station.send(hours=13)
    assert (await endpoint(station)).pause_reason is None
    assert (await endpoint(station)).failing_since == station.ctx.now()


async def test_resuming_does_not_wait_for_the_next_pause(station: Station) -> None:
    created = await station.register()
    station.world.says["erp.example"] = 500
    await station.happen(paid())
    for hours in (0, 1, 1, 3, 6):
        await station.send(hours=hours)
    await endpoints.pause_endpoint(station.ctx, created.endpoint_id)
    assert len(station.world.posted) == 5
    station.world.says.clear()
    await endpoints.resume_endpoint(station.ctx, created.endpoint_id)
    await station.send()
    assert [row.state for row in await deliveries(station)] == [State.DELIVERED.value]


async def test_what_failed_is_sent_again_since_a_time(station: Station) -> None:
    created = await station.register()
    station.world.says["erp.example"] = 410
    for number in (1, 2):
        await station.happen(paid(number))
        await station.send(hours=1)
        await endpoints.resume_endpoint(station.ctx, created.endpoint_id, replay=False)
        await station.send()
    station.world.says.clear()
    await station.happen(paid(3))
    await station.send()
    ids = [post.id for post in station.world.posted]
    assert len(set(ids)) == 3
    station.world.posted.clear()
    since = station.ctx.now() - timedelta(minutes=90)
    await replaying.replay_since(station.ctx, created.endpoint_id, since, replaying.FAILED)
    await station.send()
    assert [post.id for post in station.world.posted] == [ids[1]], "the first failed before, the third not at all"
    with pytest.raises(replaying.InTheFuture):
        await replaying.replay_since(station.ctx, created.endpoint_id, station.ctx.now() + timedelta(1), "failed")


async def test_every_event_is_sent_again_since_a_time_page_by_page(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "PAGE", 2)
    await station.happen(paid(1))
    station.clock.move(hours=1)
    await station.happen(
        *(paid(number) for number in (2, 3)), OrderPlaced(order_id=9, number=9, total=1, currency="EUR")
    )
    created = await station.register("late.example", "order.paid")
    await station.happen(paid(4), paid(5), paid(6))
    await station.send()
    first = {post.content["data"]["order_id"]: post.id for post in station.world.posted}
    assert sorted(first) == [4, 5, 6]
    station.world.posted.clear()
    since = station.ctx.now() - timedelta(minutes=1)
    await replaying.replay_since(station.ctx, created.endpoint_id, since, replaying.EVERYTHING)
    await station.send()
    again = {post.content["data"]["order_id"]: post.id for post in station.world.posted}
    assert len(station.world.posted) == len(again) == 5
    assert sorted(again) == [2, 3, 4, 5, 6]
    assert {number: again[number] for number in first} == first, "who had it already knows it again"


async def test_one_delivery_is_sent_again(station: Station) -> None:
    await station.register()
    await station.happen(paid())
    await station.send()
    (row,) = await deliveries(station)
    await replaying.replay_delivery(station.ctx, row.id)
    await station.send()
    assert [post.id for post in station.world.posted] == [row.message_id] * 2
    assert len((await attempts_of(station.ctx.db, [row.id]))[row.id]) == 2


async def test_a_death_in_the_middle_of_a_call_loses_nothing(station: Station) -> None:
    async def hang() -> httpx.Response:
        hanging.set()
        await asyncio.sleep(3_600)
        return httpx.Response(200)

    hanging = asyncio.Event()
    await station.register()
    station.world.says["erp.example"] = hang
    await station.happen(paid())
    dying = asyncio.create_task(station.runner.run_once())
    await hanging.wait()
    dying.cancel()
    await asyncio.wait([dying])
    station.world.says.clear()
    await station.another_runner().run_once()
    assert len(station.world.posted) == 1, "its lease still stands"
    station.clock.move(seconds=31)
    survivor = station.another_runner()
    await survivor.schedule()
    await survivor.run_once()
    assert [post.id for post in station.world.posted] == [station.world.posted[0].id] * 2
    assert [row.state for row in await deliveries(station)] == [State.DELIVERED.value]


async def test_a_death_between_writing_and_sending_loses_nothing(station: Station, ctx: Context) -> None:
    await station.register()
    await station.happen(paid())
    async with ctx.tx() as session:  # even the job is gone; the turn of every minute finds the delivery
        await session.execute(delete(JobRun))
    survivor = station.another_runner()
    await survivor.schedule()
    await survivor.run_once()
    assert len(station.world.posted) == 1


async def test_a_call_that_comes_back_too_late_changes_nothing(station: Station) -> None:
    """Replayed while the call was out: what the old call came to is not written over what the new one does."""
    created = await station.register()
    await station.happen(paid())
    (row,) = await deliveries(station)
    order = await sending.take(station.ctx, created.endpoint_id)
    assert order is not None
    await replaying.replay_delivery(station.ctx, row.id)
    await sending.Sender(station.settings)._send(station.ctx, order)
    assert [row.state for row in await deliveries(station)] == [State.WAITING.value]
    await station.send()
    assert [row.state for row in await deliveries(station)] == [State.DELIVERED.value]


@pytest.mark.embedded
async def test_a_rotated_secret_overlaps_and_then_ends(station: Station) -> None:
    old = await station.register()
    new = await endpoints.rotate_secret(station.ctx, old.endpoint_id, 24)
    for later, is_by_old in (({"hours": 0}, True), ({"hours": 25}, False)):
        station.clock.move(**later)
        await station.happen(paid())
        await station.send()
        post, now = station.world.posted[-1], station.ctx.now().timestamp()
        assert post.is_signed_by(new.secret, now)
        assert post.is_signed_by(old.secret, now) is is_by_old
    newest = await endpoints.rotate_secret(station.ctx, old.endpoint_id, 0)
    await station.happen(paid())
    await station.send()
    post, now = station.world.posted[-1], station.ctx.now().timestamp()
    assert (post.is_signed_by(newest.secret, now), post.is_signed_by(new.secret, now)) == (True, False)


async def test_a_ping_is_sent_once_even_to_a_paused_endpoint_and_counts_for_nothing(station: Station) -> None:
    created = await station.register()
    await endpoints.pause_endpoint(station.ctx, created.endpoint_id)
    station.world.says["erp.example"] = 500
    await endpoints.ping_endpoint(station.ctx, created.endpoint_id)
    await station.send()
    await station.send(days=1)
    (post,) = station.world.posted
    assert post.content["type"] == "ping"
    found = await endpoint(station)
    assert (found.pause_reason, found.failing_since) == ("person", None)
    assert [row.state for row in await deliveries(station)] == [State.FAILED.value]


@pytest.mark.embedded
async def test_an_address_that_turned_private_is_not_called(station: Station, ctx: Context) -> None:
    await station.register("erp.example")
    async with ctx.tx() as session:
        await session.execute(update(WebhooksEndpoint).values(url="https://inside.example/"))
    await station.happen(paid())
    await station.send()
    assert station.world.posted == []
    (row,) = await deliveries(station)
    (attempt,) = (await attempts_of(ctx.db, [row.id]))[row.id]
    assert "not of the open internet" in str(attempt.error)
    assert row.state == State.WAITING.value


async def test_old_deliveries_are_forgotten_with_their_log(ctx: Context, clock: StillClock) -> None:
    station = Station(ctx, clock, WebhooksSettings(keep_days=90))
    await station.register()
    await station.happen(paid(1))
    await station.send()
    station.clock.move(days=60)
    await station.happen(paid(2))
    await station.send()
    station.clock.move(days=31)
    await station.runner.schedule()
    await station.runner.run_once()
    (row,) = await deliveries(station)
    assert row.created_at == station.ctx.now() - timedelta(days=31)
    assert await ctx.db.value(select(func.count()).select_from(WebhooksAttempt)) == 1


async def test_a_removed_endpoint_leaves_nothing_behind(station: Station) -> None:
    created = await station.register()
    await station.happen(paid())
    await station.send()
    await station.happen(paid(2))
    await endpoints.delete_endpoint(station.ctx, created.endpoint_id)
    await station.send(minutes=1)
    assert len(station.world.posted) == 1
    for model in (WebhooksEndpoint, WebhooksDelivery, WebhooksAttempt):
        assert await station.ctx.db.value(select(func.count()).select_from(model)) == 0
