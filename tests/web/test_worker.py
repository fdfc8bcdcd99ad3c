"""The worker: beside requests or in a process of its own, it follows the Runtime and stops cleanly."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from sqlalchemy import select
from tests.support.forked import Forked
from tests.support.lamps import LampLit, light
from tests.support.shops import StillClock, opened

from vetrina import worker
from vetrina.boot import Runtime
from vetrina.events import OrderPlaced
from vetrina.flows.plugins import switch_on
from vetrina.kernel.context import Context
from vetrina.kernel.jobs import Job, JobRun, Runner
from vetrina.kernel.messages import Delivery, OutboxCursor, OutboxFailure, Reaction, Relay, emit
from vetrina.worker import Bell, work

React = Callable[[Context, LampLit], Awaitable[None]]


@pytest.mark.timeout(90)
async def test_what_another_process_committed_is_heard_once(database_url: str, tmp_path: Path) -> None:
    ctx = await opened(database_url, StillClock())
    await switch_on(ctx, ["bell"])
    printed = tmp_path / "printed"
    worker = _start(database_url, printed)
    try:
        await _subscribed(ctx, "bell.ring_placed")
        async with ctx.tx() as session:
            await emit(session, OrderPlaced(order_id=1, number=1001, total=100, currency="EUR"), ctx.now())
        async with asyncio.timeout(30):
            while "OrderPlaced" not in printed.read_text():  # noqa: ASYNC110 (another process writes it)
                await asyncio.sleep(0.05)
        await asyncio.sleep(1)  # long enough for a second delivery, were there one
    finally:
        worker.send_signal(signal.SIGTERM)
        ended = worker.wait(20)
        await ctx.db.close()
    assert printed.read_text().count('"heard": "OrderPlaced"') == 1
    assert ended == 0


def _start(database_url: str, printed: Path) -> Forked:
    environment = {**os.environ, "VETRINA_ENV": "test", "VETRINA_LOG_FORMAT": "json"}
    return Forked("work", "--database-url", database_url, environment=environment, printed=printed, cwd=printed.parent)


class Wing:
    """A worker in this process, over Runtimes whose reactions are given by their names."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._runtime: Any = None
        self._bell, self._stop = Bell(), asyncio.Event()

    def serve(self, reactions: dict[str, React], jobs: tuple[Job, ...] = ()) -> None:
        """Compose the next Runtime and swap it."""

        def context(delivery: Delivery) -> Context:
            return msgspec.structs.replace(self._ctx, delivery=delivery)

        clock, listed = self._ctx.shop.clock, [Reaction(name, LampLit, run) for name, run in reactions.items()]
        self._runtime = SimpleNamespace(
            generation=getattr(self._runtime, "generation", 0) + 1,
            relay=Relay(self._ctx.db, clock, listed, context),
            runner=Runner(self._ctx.db, clock, jobs, lambda _: self._ctx),
        )
        self._bell.ring({"events"})

    async def light(self, number: int) -> None:
        await light(self._ctx, "hall", number)
        self._bell.ring({"events"})

    @asynccontextmanager
    async def working(self) -> AsyncGenerator[None]:
        """A worker that is told to stop at the end, and has stopped."""
        self._stop.clear()
        task = asyncio.create_task(work(lambda: cast(Runtime, self._runtime), self._bell, self._stop))
        try:
            yield
        finally:
            self._stop.set()
            self._bell.ring({"stop"})
            await task


class Listener:
    """A reaction that notes what it hears, and at its first event waits for its gate."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.begun, self.gate = asyncio.Event(), asyncio.Event()

    async def __call__(self, ctx: Context, event: LampLit) -> None:
        self.begun.set()
        await self.gate.wait()
        self.heard.append(event.number)

    async def has_heard(self, *numbers: int) -> None:
        async with asyncio.timeout(20):
            while self.heard != list(numbers):  # noqa: ASYNC110 (the worker tells nobody)
                await asyncio.sleep(0.005)


async def test_a_plugin_switched_off_is_told_no_more_and_switched_on_again_hears_what_it_missed(ctx: Context) -> None:
    wing, slow, steady = Wing(ctx), Listener(), Listener()
    steady.gate.set()
    wing.serve({"slow.hear": slow, "steady.hear": steady})
    async with wing.working():
        await _subscribed(ctx, "slow.hear")
        await wing.light(0)
        await wing.light(1)
        await slow.begun.wait()
        await steady.has_heard(0, 1)
        wing.serve({"steady.hear": steady})
        slow.gate.set()
        await slow.has_heard(0)
        await wing.light(2)
        await steady.has_heard(0, 1, 2)
        assert slow.heard == [0], "what was running ended, and nothing else began"
        wing.serve({"slow.hear": slow, "steady.hear": steady})
        await slow.has_heard(0, 1, 2)


async def test_a_worker_that_stops_cuts_off_who_does_not_end_and_gives_its_leases_back(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "GRACE", 0)
    wing, hanging, begun = Wing(ctx), Listener(), asyncio.Event()

    async def hang(ctx: Context, payload: dict[str, Any]) -> None:
        begun.set()
        await asyncio.sleep(3_600)

    wing.serve({"slow.hear": hanging}, (Job(name="slow.work", run=hang, every=timedelta(hours=1)),))
    async with wing.working():
        await _subscribed(ctx, "slow.hear")
        await wing.light(0)
        await hanging.begun.wait()
        await begun.wait()
    leased = [select(OutboxCursor.subscriber).where(OutboxCursor.lease_token.is_not(None))]
    leased.append(select(JobRun.name).where(JobRun.lease_token.is_not(None)))
    assert [await ctx.db.fetch(statement) for statement in leased] == [[], []]
    assert await ctx.db.fetch(select(OutboxFailure.id)) == []
    hanging.gate.set()
    async with wing.working():
        await hanging.has_heard(0)


async def _subscribed(ctx: Context, subscriber: str) -> None:
    known = select(OutboxCursor.subscriber).where(OutboxCursor.subscriber == subscriber)
    async with asyncio.timeout(20):
        while await ctx.db.value(known) is None:  # noqa: ASYNC110 (the worker tells nobody)
            await asyncio.sleep(0.005)
