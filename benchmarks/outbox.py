"""A hundred events delivered to one subscriber, beside reading their rows."""

from collections.abc import Callable
from typing import Any

from benchmarks.conftest import Bench
from sqlalchemy import select

from vetrina.events import ProductChanged
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.messages import OutboxEvent, Reaction, Relay, emit

Benchmark = Callable[..., Any]
EVENTS = 100


async def _emit(bench: Bench) -> None:
    ctx = bench.runtime.context()
    async with ctx.tx() as session:
        for number in range(EVENTS):
            await emit(session, ProductChanged(product_id=number, handle=f"p{number}"), ctx.now())


def test_events_delivered(benchmark: Benchmark, bench: Bench) -> None:
    heard = 0

    async def hear(_: Any, event: ProductChanged) -> None:
        nonlocal heard
        heard += 1

    ctx = bench.runtime.context()
    relay = Relay(ctx.db, SystemClock(), [Reaction("bench.hear", ProductChanged, hear)], lambda delivery: ctx)
    bench.run(relay.subscribe())
    bench.run(relay.run_once())
    benchmark.pedantic(  # pyright: ignore[reportFunctionMemberAccess]
        lambda: bench.run(relay.run_once()), setup=lambda: bench.run(_emit(bench)), rounds=10
    )
    assert heard >= 10 * EVENTS


def test_events_read(benchmark: Benchmark, bench: Bench) -> None:
    bench.run(_emit(bench))
    rows = select(OutboxEvent.id, OutboxEvent.name, OutboxEvent.subject, OutboxEvent.payload).limit(EVENTS)
    benchmark(lambda: bench.run(bench.runtime.shop.db.fetch(rows)))
