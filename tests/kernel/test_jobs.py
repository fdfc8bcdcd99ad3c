"""Jobs run when they are due, once each, and what fails is tried again, parked and visible."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from tests.support.shops import StillClock

from vetrina.kernel.context import Context
from vetrina.kernel.jobs import PAUSES, SCHEDULED, Job, JobRun, Runner, put_off

Run = Callable[[Context, dict[str, Any]], Awaitable[None]]


class Notebook:
    """A job that writes down what it was run with, and fails while told to."""

    def __init__(self) -> None:
        self.lines: list[Any] = []
        self.trouble: Exception | None = None

    async def __call__(self, ctx: Context, payload: dict[str, Any]) -> None:
        self.lines.append(payload.get("line", "scheduled"))
        if self.trouble is not None:
            raise self.trouble


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


def runner(ctx: Context, run: Run, every: timedelta | None = None, deadline: float = 60.0) -> Runner:
    job = Job(name="notes.write-down", run=run, every=every, deadline=deadline)
    return Runner(ctx.db, ctx.shop.clock, [job], lambda name: ctx)


async def write_later(ctx: Context, line: str, due_at: datetime | None = None) -> bool:
    async with ctx.tx() as session:
        return await put_off(session, "notes.write-down", line, {"line": line}, due_at or ctx.now())


async def test_a_job_put_off_runs_when_it_is_due_and_once(ctx: Context, clock: StillClock, notebook: Notebook) -> None:
    runs = runner(ctx, notebook)
    await write_later(ctx, "milk", ctx.now() + timedelta(hours=1))
    assert await runs.run_once() == 0
    clock.move(minutes=59)
    assert await runs.run_once() == 0
    clock.move(minutes=1)
    assert await runs.run_once() == 1
    clock.move(days=1)
    assert await runs.run_once() == 0
    assert notebook.lines == ["milk"]


async def test_jobs_run_in_the_order_in_which_they_are_due(ctx: Context, clock: StillClock, notebook: Notebook) -> None:
    for line, minutes in (("third", 3), ("first", 1), ("second", 2)):
        await write_later(ctx, line, ctx.now() + timedelta(minutes=minutes))
    clock.move(hours=1)
    await runner(ctx, notebook).run_once()
    assert notebook.lines == ["first", "second", "third"]


async def test_putting_off_twice_under_one_key_is_once(ctx: Context, notebook: Notebook) -> None:
    assert await write_later(ctx, "milk")
    assert not await write_later(ctx, "milk")
    await runner(ctx, notebook).run_once()
    assert notebook.lines == ["milk"]
    assert await write_later(ctx, "milk"), "after it ran the key is free again"


async def test_a_job_of_a_flow_that_failed_is_not_run(ctx: Context, notebook: Notebook) -> None:
    with pytest.raises(KeyError):
        async with ctx.tx() as session:
            await put_off(session, "notes.write-down", "milk", {}, ctx.now())
            raise KeyError
    assert await runner(ctx, notebook).run_once() == 0


async def test_a_recurring_job_runs_at_once_and_then_each_time(
    ctx: Context, clock: StillClock, notebook: Notebook
) -> None:
    runs = runner(ctx, notebook, every=timedelta(hours=1))
    await runs.schedule()
    await runs.schedule()
    for _ in range(3):
        assert await runs.run_once() == 1
        clock.move(minutes=59)
        assert await runs.run_once() == 0
        clock.move(minutes=1)
    assert notebook.lines == ["scheduled"] * 3


async def test_a_failed_job_is_tried_after_growing_pauses_and_then_parked(
    ctx: Context, clock: StillClock, notebook: Notebook
) -> None:
    runs = runner(ctx, notebook)
    notebook.trouble = ValueError("no pen")
    await write_later(ctx, "milk")
    for pause in PAUSES:
        assert await runs.run_once() == 1
        clock.move(seconds=pause - 0.5)
        assert await runs.run_once() == 0
        clock.move(seconds=0.5)
    assert await runs.run_once() == 1
    clock.move(days=365)
    assert await runs.run_once() == 0
    (parked,) = await ctx.db.fetch(select(JobRun.attempts, JobRun.error, JobRun.parked_at))
    assert parked[:2] == (len(PAUSES) + 1, "ValueError('no pen')")
    assert parked[2] is not None


async def test_a_failed_job_that_succeeds_is_done(ctx: Context, clock: StillClock, notebook: Notebook) -> None:
    runs = runner(ctx, notebook)
    notebook.trouble = ValueError("no pen")
    await write_later(ctx, "milk")
    await runs.run_once()
    notebook.trouble = None
    clock.move(seconds=PAUSES[0])
    await runs.run_once()
    assert notebook.lines == ["milk", "milk"]
    assert await ctx.db.fetch(select(JobRun.id)) == []


async def test_a_recurring_job_is_never_parked(ctx: Context, clock: StillClock, notebook: Notebook) -> None:
    runs = runner(ctx, notebook, every=timedelta(minutes=1))
    await runs.schedule()
    notebook.trouble = ValueError("no pen")
    for _ in range(len(PAUSES) * 3):
        assert await runs.run_once() == 1
        clock.move(seconds=PAUSES[-1])
    notebook.trouble = None
    await runs.run_once()
    (row,) = await ctx.db.fetch(select(JobRun.key, JobRun.attempts, JobRun.parked_at, JobRun.error))
    assert row == (SCHEDULED, 0, None, None)


async def test_a_job_past_its_deadline_has_failed(ctx: Context) -> None:
    async def dawdle(ctx: Context, payload: dict[str, Any]) -> None:
        await asyncio.sleep(3_600)

    await write_later(ctx, "milk")
    await runner(ctx, dawdle, deadline=0.05).run_once()
    assert await ctx.db.fetch(select(JobRun.attempts, JobRun.error)) == [(1, "TimeoutError()")]


async def test_a_failing_job_keeps_no_other_from_running(ctx: Context, notebook: Notebook) -> None:
    async def choke(ctx: Context, payload: dict[str, Any]) -> None:
        if payload["line"] == "milk":
            raise ValueError
        await notebook(ctx, payload)

    for line in ("milk", "bread"):
        await write_later(ctx, line)
    assert await runner(ctx, choke).run_once() == 2
    assert notebook.lines == ["bread"]


async def test_runners_beside_each_other_run_each_job_once(ctx: Context) -> None:
    lines: list[str] = []

    async def write_slowly(ctx: Context, payload: dict[str, Any]) -> None:
        await asyncio.sleep(0.002)
        lines.append(payload["line"])

    for number in range(20):
        await write_later(ctx, str(number))
    counts = await asyncio.gather(*(runner(ctx, write_slowly).run_once() for _ in range(4)))
    assert sorted(lines, key=int) == [str(number) for number in range(20)]
    assert sum(counts) == 20
    assert min(counts) > 0


async def test_a_job_of_a_runner_that_died_is_taken_over_when_its_lease_has_lapsed(
    ctx: Context, clock: StillClock, notebook: Notebook
) -> None:
    async def never_end(ctx: Context, payload: dict[str, Any]) -> None:
        begun.set()
        await asyncio.sleep(3_600)

    begun = asyncio.Event()
    await write_later(ctx, "milk")
    dying = asyncio.create_task(runner(ctx, never_end).run_once())
    await begun.wait()
    assert await runner(ctx, notebook).run_once() == 0
    dying.cancel()
    clock.move(seconds=66)
    assert await runner(ctx, notebook).run_once() == 1
    assert notebook.lines == ["milk"]


async def test_jobs_nobody_declares_are_left_for_those_who_do(ctx: Context, notebook: Notebook) -> None:
    async with ctx.tx() as session:
        await put_off(session, "gifts.wrap", "1", {}, ctx.now())
    assert await runner(ctx, notebook).run_once() == 0
    assert await ctx.db.fetch(select(JobRun.name, JobRun.attempts)) == [("gifts.wrap", 0)]
