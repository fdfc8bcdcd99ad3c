"""Subscribers, replays and parked jobs over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from tests.support.asking import Admin

from vetrina.events import StockRanOut
from vetrina.kernel.context import Context
from vetrina.kernel.jobs import JobRun
from vetrina.kernel.messages import OutboxFailure, Reaction, Relay, emit

pytestmark = pytest.mark.embedded

SUBSCRIBERS = "{ eventSubscribers { subscriber event lag oldestWaitingAt parked retrying } }"
REPLAY_ALL = """mutation ($name: String!) { deliveryReplayAll(subscriber: $name) {
    replayedCount userErrors { code field } } }"""
REPLAY_SINCE = """mutation ($name: String!, $since: DateTime!) { deliveryReplaySince(subscriber: $name, since: $since) {
    replayedCount userErrors { code field } } }"""
JOBS = "{ parkedJobs { nodes { id name key payload attempts error parkedAt } } }"
RETRY = "mutation ($id: ID!) { jobRetry(id: $id) { job { name attempts parkedAt } userErrors { code field } } }"
DROP = """mutation ($id: ID!, $reason: String!) { jobDrop(id: $id, reason: $reason) {
    droppedJobId userErrors { code field } } }"""


def instant(ctx: Context) -> str:
    """Now, as the wire writes it."""
    return ctx.now().isoformat().replace("+00:00", "Z")


async def test_subscribers_are_seen_and_told_again(admin: Admin, ctx: Context) -> None:
    heard = list[int]()

    async def hear(ctx: Context, event: StockRanOut) -> None:
        heard.append(event.variant_id)

    relay = Relay(ctx.db, ctx.shop.clock, [Reaction("bell.hear", StockRanOut, hear)], lambda delivery: ctx)
    await relay.subscribe()
    async with ctx.tx() as session:
        await emit(session, StockRanOut(variant_id=7, location_id=1), ctx.now())
        await session.insert(
            OutboxFailure, subscriber="bell.hear", event_id=1, subject="variant:7", attempts=9, next_at=None,
            parked_at=ctx.now(), error="deaf",
        )  # fmt: skip
    at = instant(ctx)
    waiting = {"subscriber": "bell.hear", "event": "StockRanOut", "lag": 1, "oldestWaitingAt": at, "parked": 1}
    assert await admin.ask(SUBSCRIBERS) == {"eventSubscribers": [{**waiting, "retrying": 0}]}
    replayed: dict[str, Any] = {"deliveryReplayAll": {"replayedCount": 1, "userErrors": []}}
    assert await admin.ask(REPLAY_ALL, {"name": "bell.hear"}) == replayed
    await relay.run_once()
    found = await admin.ask(REPLAY_SINCE, {"name": "bell.hear", "since": at})
    assert found == {"deliveryReplaySince": {"replayedCount": 1, "userErrors": []}}
    before = len(heard)
    await relay.run_once()
    assert heard[before:] == [7]


async def test_a_replay_that_cannot_be_names_its_field(admin: Admin, ctx: Context) -> None:
    unknown = {"replayedCount": None, "userErrors": [{"code": "NOT_FOUND", "field": ["subscriber"]}]}
    assert (await admin.ask(REPLAY_ALL, {"name": "bell.hear"}))["deliveryReplayAll"] == unknown
    ahead = (ctx.now() + timedelta(days=1)).isoformat()
    wrong = {"replayedCount": None, "userErrors": [{"code": "BAD_USER_INPUT", "field": ["since"]}]}
    assert (await admin.ask(REPLAY_SINCE, {"name": "bell.hear", "since": ahead}))["deliveryReplaySince"] == wrong


async def park(ctx: Context, key: str, *, is_parked: bool = True) -> str:
    """A job that was given up, or is still tried; its id."""
    async with ctx.tx() as session:
        job_id = await session.insert(
            JobRun, name="desk.print", key=key, payload={"page": key}, due_at=ctx.now(), lease_until=None,
            lease_token=None, attempts=6, parked_at=ctx.now() if is_parked else None, error="no paper",
        )  # fmt: skip
    return f"gid://vetrina/Job/{job_id}"


async def test_parked_jobs_are_seen_retried_and_dropped(admin: Admin, ctx: Context) -> None:
    first, second = await park(ctx, "a"), await park(ctx, "b")
    busy = await park(ctx, "c", is_parked=False)
    shown = (await admin.ask(JOBS))["parkedJobs"]["nodes"]
    assert [job["id"] for job in shown] == [second, first]
    assert shown[1] == {
        "id": first, "name": "desk.print", "key": "a", "payload": {"page": "a"}, "attempts": 6, "error": "no paper",
        "parkedAt": instant(ctx),
    }  # fmt: skip
    page = await admin.ask("{ parkedJobs(first: 1) { nodes { key } edges { cursor } pageInfo { hasNextPage } } }")
    assert page["parkedJobs"]["pageInfo"] == {"hasNextPage": True}
    after = page["parkedJobs"]["edges"][0]["cursor"]
    rest = await admin.ask("query ($after: String!) { parkedJobs(after: $after) { nodes { key } } }", {"after": after})
    assert rest["parkedJobs"]["nodes"] == [{"key": "a"}]
    retried: dict[str, Any] = {"job": {"name": "desk.print", "attempts": 0, "parkedAt": None}, "userErrors": []}
    assert (await admin.ask(RETRY, {"id": first}))["jobRetry"] == retried
    for refused in (first, busy):
        errors = [{"code": "JOB_NOT_PARKED", "field": ["id"]}]
        assert (await admin.ask(RETRY, {"id": refused}))["jobRetry"] == {"job": None, "userErrors": errors}
    assert (await admin.ask(DROP, {"id": second, "reason": " "}))["jobDrop"] == {
        "droppedJobId": None,
        "userErrors": [{"code": "BAD_USER_INPUT", "field": ["reason"]}],
    }
    dropped: dict[str, Any] = {"droppedJobId": second, "userErrors": []}
    assert (await admin.ask(DROP, {"id": second, "reason": "printed by hand"}))["jobDrop"] == dropped
    assert (await admin.ask(JOBS))["parkedJobs"]["nodes"] == []
