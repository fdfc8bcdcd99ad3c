"""Jobs run when they are due, once each, and what fails is tried again, parked and visible."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from tests.support.shops import StillClock

from vetrina.kernel.context import Context
from vetrina.kernel.crew import Crew, RunFor, within
from vetrina.kernel.jobs import (
    AT_ONCE,
    LOOK,
    PAUSES,
    PER_OWNER,
    REST,
    SCHEDULED,
    Job,
    JobRun,
    Runner,
    forget_jobs,
    put_off,
)
from vetrina.kernel.meters import KeptOut, Work

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
    assert parked[:2] == (len(PAUSES) + 1, "ValueError: no pen")
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
    assert await ctx.db.fetch(select(JobRun.attempts, JobRun.error)) == [(1, "TimeoutError")]


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
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def wait_long(ctx: Context, payload: dict[str, Any]) -> None:
        begun.set()
        await may_end.wait()
        raise ValueError("too late")

    await write_later(ctx, "milk")
    dying, heir = asyncio.create_task(runner(ctx, wait_long).run_once()), runner(ctx, notebook)
    await begun.wait()
    assert await heir.run_once() == 0, "it is leased to who runs it"
    clock.jump(days=1)
    for seconds in (LOOK, 64):
        clock.move(seconds=seconds)
        assert await heir.run_once() == 0, "its run may still be under way, whatever the time of day is said to be"
    clock.move(seconds=LOOK)
    notebook.trouble = ValueError("no pen")
    assert await heir.run_once() == 1
    may_end.set()
    await dying
    told = await ctx.db.fetch(select(JobRun.attempts, JobRun.error))
    assert told == [(2, "ValueError: no pen")], "who had lost the lease wrote down what became of his run"


async def test_a_job_cut_off_by_a_stop_is_due_at_once_and_counts_as_no_try(ctx: Context, notebook: Notebook) -> None:
    crew, begun = Crew(AT_ONCE, PER_OWNER), asyncio.Event()

    async def never_end(ctx: Context, payload: dict[str, Any]) -> None:
        begun.set()
        await asyncio.sleep(3_600)

    await write_later(ctx, "milk")
    assert await runner(ctx, never_end).start(crew) == 1
    await begun.wait()
    await crew.stop(0)
    assert await ctx.db.fetch(select(JobRun.attempts, JobRun.lease_until, JobRun.lease_token)) == [(0, None, None)]
    assert await runner(ctx, notebook).run_once() == 1
    assert notebook.lines == ["milk"]


class Yard:
    """Jobs of several owners: those of `slow` wait at a gate, all write down when they end."""

    def __init__(self, ctx: Context, run_for: RunFor = within) -> None:
        self.gate = asyncio.Event()
        self.ended: list[str] = []
        jobs = [Job(name=f"{owner}.work", run=self._runs(owner)) for owner in ("slow", "quick", "core")]
        self.runner = Runner(ctx.db, ctx.shop.clock, jobs, lambda name: ctx, run_for)

    def _runs(self, owner: str) -> Run:
        async def work(ctx: Context, payload: dict[str, Any]) -> None:
            if owner == "slow":
                await self.gate.wait()
            self.ended.append(f"{owner}{payload['number']}")

        return work

    async def put_off(self, ctx: Context, *names: str) -> None:
        for name in names:
            async with ctx.tx() as session:
                await put_off(session, f"{name[:-1]}.work", name, {"number": name[-1]}, ctx.now())

    async def pass_by(self, crew: Crew) -> None:
        """Two looks, between which whoever can end has ended."""
        for _ in range(2):
            await self.runner.start(crew)
            while any(not task.get_name().startswith("slow") for task in crew._tasks.values()):
                await crew.settle(all_of_them=False)


async def test_a_slow_job_delays_only_those_of_its_owner(ctx: Context) -> None:
    yard, crew = Yard(ctx), Crew(AT_ONCE, PER_OWNER)
    await yard.put_off(ctx, "slow1", "slow2", "quick1", "core1", "quick2")
    await yard.pass_by(crew)
    assert sorted(yard.ended) == ["core1", "quick1", "quick2"]
    assert len(crew) == 1, "one job of an owner at a time"
    await yard.put_off(ctx, "core2")
    await yard.pass_by(crew)
    assert yard.ended[-1] == "core2"
    yard.gate.set()
    await crew.settle()
    await yard.runner.start(crew)
    await crew.settle()
    assert yard.ended[-2:] == ["slow1", "slow2"]
    assert await ctx.db.fetch(select(JobRun.id)) == []


async def test_with_a_single_place_the_slow_job_would_delay_everybody(ctx: Context) -> None:
    yard, crew = Yard(ctx), Crew(1, 1)
    await yard.put_off(ctx, "slow1", "quick1", "core1")
    await yard.pass_by(crew)
    assert yard.ended == []
    await crew.stop(0)


async def test_a_job_kept_out_by_its_breaker_is_run_later_and_counts_as_no_try(ctx: Context, clock: StillClock) -> None:
    shut = {"quick"}

    async def breaker(work: Work, ask: Callable[[], Awaitable[Any]], deadline: float) -> Any:
        if work.owner in shut:
            raise KeptOut(work)
        return await within(work, ask, deadline)

    yard = Yard(ctx, breaker)
    await yard.put_off(ctx, "quick1", "core1")
    assert await yard.runner.run_once() == 2
    assert yard.ended == ["core1"]
    assert await ctx.db.fetch(select(JobRun.attempts, JobRun.lease_until)) == [(0, None)]
    shut.clear()
    assert await yard.runner.run_once() == 0
    clock.move(seconds=REST.total_seconds())
    assert await yard.runner.run_once() == 1
    assert yard.ended == ["core1", "quick1"]


async def test_the_jobs_of_an_owner_are_forgotten_with_it(ctx: Context) -> None:
    yard = Yard(ctx)
    await yard.put_off(ctx, "quick1", "core1")
    async with ctx.tx() as session:
        await put_off(session, "quick_er.work", "1", {}, ctx.now())
        await forget_jobs(session, "quick")
    assert sorted(await ctx.db.fetch(select(JobRun.name))) == [("core.work",), ("quick_er.work",)]


async def test_jobs_nobody_declares_are_left_for_those_who_do(ctx: Context, notebook: Notebook) -> None:
    async with ctx.tx() as session:
        await put_off(session, "gifts.wrap", "1", {}, ctx.now())
    assert await runner(ctx, notebook).run_once() == 0
    assert await ctx.db.fetch(select(JobRun.name, JobRun.attempts)) == [("gifts.wrap", 0)]
