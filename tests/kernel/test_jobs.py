"""Jobs run when they are due, once each, and what fails is tried again, parked and visible: on either engine alike."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.support.job_engines import Bench

from vetrina.kernel.context import Context
from vetrina.kernel.crew import Crew
from vetrina.kernel.jobs import (
    AT_ONCE,
    CUT_OFF,
    PAUSES,
    PER_OWNER,
    SCHEDULED,
    Job,
    JobRun,
    Runner,
    drop_parked,
    put_off,
    retry_parked,
)

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


def runner(bench: Bench, run: Run, every: timedelta | None = None, deadline: float = 60.0) -> Runner:
    job = Job(name="notes.write-down", run=run, every=every, deadline=deadline)
    return Runner(bench.ctx.db, bench.ctx.shop.clock, [job], lambda name: bench.ctx)


async def write_later(bench: Bench, line: str, due_at: datetime | None = None) -> bool:
    async with bench.ctx.tx() as session:
        return await put_off(session, "notes.write-down", line, {"line": line}, due_at or bench.ctx.now())


async def test_a_job_put_off_runs_when_it_is_due_and_once(bench: Bench, notebook: Notebook) -> None:
    runs = runner(bench, notebook)
    await write_later(bench, "milk", bench.ctx.now() + timedelta(hours=1))
    assert await runs.run_once(bench.engine) == 0
    bench.clock.move(minutes=59)
    assert await runs.run_once(bench.engine) == 0
    bench.clock.move(minutes=1)
    assert await runs.run_once(bench.engine) == 1
    bench.clock.move(days=1)
    assert await runs.run_once(bench.engine) == 0
    assert notebook.lines == ["milk"]


async def test_jobs_run_in_the_order_in_which_they_are_due(bench: Bench, notebook: Notebook) -> None:
    for line, minutes in (("third", 3), ("first", 1), ("second", 2)):
        await write_later(bench, line, bench.ctx.now() + timedelta(minutes=minutes))
    bench.clock.move(hours=1)
    await runner(bench, notebook).run_once(bench.engine)
    assert notebook.lines == ["first", "second", "third"]


async def test_putting_off_twice_under_one_key_is_once(bench: Bench, notebook: Notebook) -> None:
    assert await write_later(bench, "milk")
    assert not await write_later(bench, "milk")
    await runner(bench, notebook).run_once(bench.engine)
    assert notebook.lines == ["milk"]
    assert await write_later(bench, "milk"), "after it ran the key is free again"


async def test_a_job_of_a_flow_that_failed_is_not_run(bench: Bench, notebook: Notebook) -> None:
    with pytest.raises(KeyError):
        async with bench.ctx.tx() as session:
            await put_off(session, "notes.write-down", "milk", {}, bench.ctx.now())
            raise KeyError
    assert await runner(bench, notebook).run_once(bench.engine) == 0


async def test_a_recurring_job_runs_at_once_and_then_each_time(bench: Bench, notebook: Notebook) -> None:
    runs = runner(bench, notebook, every=timedelta(hours=1))
    await runs.schedule()
    await runs.schedule()
    for _ in range(3):
        assert await runs.run_once(bench.engine) == 1
        bench.clock.move(minutes=59)
        assert await runs.run_once(bench.engine) == 0
        bench.clock.move(minutes=1)
    assert notebook.lines == ["scheduled"] * 3


async def test_a_failed_job_is_tried_after_growing_pauses_and_then_parked(bench: Bench, notebook: Notebook) -> None:
    runs = runner(bench, notebook)
    notebook.trouble = ValueError("no pen")
    await write_later(bench, "milk")
    for pause in PAUSES:
        assert await runs.run_once(bench.engine) == 1
        bench.clock.move(seconds=pause - 0.5)
        assert await runs.run_once(bench.engine) == 0
        bench.clock.move(seconds=0.5)
    assert await runs.run_once(bench.engine) == 1
    bench.clock.move(days=365)
    assert await runs.run_once(bench.engine) == 0
    (parked,) = await bench.ctx.db.fetch(select(JobRun.attempts, JobRun.error, JobRun.parked_at))
    assert parked[:2] == (len(PAUSES) + 1, "ValueError: no pen")
    assert parked[2] is not None


async def test_a_failed_job_that_succeeds_is_done(bench: Bench, notebook: Notebook) -> None:
    runs = runner(bench, notebook)
    notebook.trouble = ValueError("no pen")
    await write_later(bench, "milk")
    await runs.run_once(bench.engine)
    notebook.trouble = None
    bench.clock.move(seconds=PAUSES[0])
    await runs.run_once(bench.engine)
    assert notebook.lines == ["milk", "milk"]
    assert await bench.ctx.db.fetch(select(JobRun.id)) == []


async def test_a_recurring_job_is_never_parked(bench: Bench, notebook: Notebook) -> None:
    runs = runner(bench, notebook, every=timedelta(minutes=1))
    await runs.schedule()
    notebook.trouble = ValueError("no pen")
    for _ in range(len(PAUSES) * 3):
        assert await runs.run_once(bench.engine) == 1
        bench.clock.move(seconds=PAUSES[-1])
    notebook.trouble = None
    await runs.run_once(bench.engine)
    (row,) = await bench.ctx.db.fetch(select(JobRun.key, JobRun.attempts, JobRun.parked_at, JobRun.error))
    assert row == (SCHEDULED, 0, None, None)


async def test_a_job_past_its_deadline_has_failed(bench: Bench) -> None:
    async def dawdle(ctx: Context, payload: dict[str, Any]) -> None:
        await asyncio.sleep(3_600)

    await write_later(bench, "milk")
    await runner(bench, dawdle, deadline=0.05).run_once(bench.engine)
    assert await bench.ctx.db.fetch(select(JobRun.attempts, JobRun.error)) == [(1, "TimeoutError")]


async def test_a_failing_job_keeps_no_other_from_running(bench: Bench, notebook: Notebook) -> None:
    async def choke(ctx: Context, payload: dict[str, Any]) -> None:
        if payload["line"] == "milk":
            raise ValueError
        await notebook(ctx, payload)

    for line in ("milk", "bread"):
        await write_later(bench, line)
    assert await runner(bench, choke).run_once(bench.engine) == 2
    assert notebook.lines == ["bread"]


async def test_runners_beside_each_other_run_each_job_once(bench: Bench) -> None:
    lines: list[str] = []

    async def write_slowly(ctx: Context, payload: dict[str, Any]) -> None:
        await asyncio.sleep(0.002)
        lines.append(payload["line"])

    for number in range(20):
        await write_later(bench, str(number))
    counts = await asyncio.gather(*(runner(bench, write_slowly).run_once(bench.engine) for _ in range(4)))
    assert sorted(lines, key=int) == [str(number) for number in range(20)]
    assert sum(counts) == 20
    assert min(counts) > 0


async def test_a_job_of_a_runner_that_died_is_taken_over_when_its_lease_has_lapsed(
    bench: Bench, notebook: Notebook
) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def wait_long(ctx: Context, payload: dict[str, Any]) -> None:
        begun.set()
        await may_end.wait()
        raise ValueError("too late")

    await write_later(bench, "milk")
    dying, heir = asyncio.create_task(runner(bench, wait_long).run_once(bench.engine)), runner(bench, notebook)
    await begun.wait()
    bench.clock.jump(days=1)
    notebook.trouble = ValueError("no pen")
    assert 30 < await bench.until_taken_up(heir, lives=False) <= 75, "whatever the time of day is said to be"
    may_end.set()
    await dying
    told = await bench.ctx.db.fetch(select(JobRun.attempts, JobRun.error))
    assert told == [(2, "ValueError: no pen")], "who had lost the lease wrote down what became of his run"


async def test_a_job_that_kills_its_process_is_parked_in_the_end(bench: Bench, notebook: Notebook) -> None:
    await write_later(bench, "milk")
    for _ in range(len(PAUSES) + 1):
        # A process that died with the lease leaves just this.
        async with bench.ctx.tx() as session:
            await session.execute(update(JobRun).values(lease_token=f"dead {bench.clock.now()}"))
        heir = runner(bench, notebook)
        for _ in range(3):
            bench.clock.move(seconds=66)
            await bench.beat()
            await heir._look(bench.engine or heir._leased)
    (row,) = await bench.ctx.db.fetch(select(JobRun.attempts, JobRun.error, JobRun.parked_at, JobRun.lease_token))
    assert row[:2] == (len(PAUSES) + 1, CUT_OFF)
    assert (row[2] is not None, row[3]) == (True, None)
    assert (await runner(bench, notebook).run_once(bench.engine), notebook.lines) == (0, [])


@pytest.mark.parametrize("days", [-1, 1])
async def test_a_clock_that_jumps_runs_nothing_twice_at_once_and_loses_nothing(
    bench: Bench, notebook: Notebook, days: int
) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def wait_long(ctx: Context, payload: dict[str, Any]) -> None:
        begun.set()
        await may_end.wait()

    await write_later(bench, "milk")
    working, other = asyncio.create_task(runner(bench, wait_long).run_once(bench.engine)), runner(bench, notebook)
    await begun.wait()
    bench.jump_everywhere(days=days)
    for _ in range(5):
        await bench.beat()
        assert await other.run_once(bench.engine) == 0, "somebody alive is at it"
        bench.clock.move(seconds=10)
    may_end.set()
    await working
    recurring = runner(bench, notebook, every=timedelta(hours=1))
    await recurring.schedule()
    assert await recurring.run_once(bench.engine) == 1
    bench.jump_everywhere(days=-days)
    for _ in range(2):
        bench.clock.move(hours=1)
        await recurring.run_once(bench.engine)
    assert notebook.lines in (["scheduled"] * 3, ["scheduled"] * 2)
    assert await write_later(bench, "milk")


async def test_a_job_cut_off_by_a_stop_is_due_at_once_and_counts_as_no_try(bench: Bench, notebook: Notebook) -> None:
    crew, begun = Crew(AT_ONCE, PER_OWNER), asyncio.Event()

    async def never_end(ctx: Context, payload: dict[str, Any]) -> None:
        begun.set()
        await asyncio.sleep(3_600)

    await write_later(bench, "milk")
    assert await runner(bench, never_end).start(crew, bench.engine) == 1
    await begun.wait()
    await crew.stop(0)
    assert await bench.ctx.db.fetch(select(JobRun.attempts, JobRun.lease_until, JobRun.lease_token)) == [
        (0, None, None)
    ]
    assert await runner(bench, notebook).run_once(bench.engine) == 1
    assert notebook.lines == ["milk"]


async def test_a_parked_job_is_tried_again_or_given_up_by_hand(bench: Bench, notebook: Notebook) -> None:
    for line in ("milk", "bread"):
        await write_later(bench, line)
    async with bench.ctx.tx() as session:
        await session.execute(update(JobRun).values(parked_at=bench.ctx.now(), attempts=6, error="no pen"))
    runs = runner(bench, notebook)
    assert await runs.run_once(bench.engine) == 0
    assert not await write_later(bench, "milk"), "a parked job keeps its key"
    milk, bread = [key for (key,) in await bench.ctx.db.fetch(select(JobRun.id).order_by(JobRun.id))]
    async with bench.ctx.tx() as session:
        assert (await retry_parked(session, milk, bench.ctx.now()), await drop_parked(session, bread)) == (True, True)
    async with bench.ctx.tx() as session:
        assert (await retry_parked(session, milk, bench.ctx.now()), await drop_parked(session, milk)) == (False, False)
    assert await runs.run_once(bench.engine) == 1
    assert notebook.lines == ["milk"]


async def test_jobs_nobody_declares_are_left_for_those_who_do(bench: Bench, notebook: Notebook) -> None:
    async with bench.ctx.tx() as session:
        await put_off(session, "gifts.wrap", "1", {}, bench.ctx.now())
    assert await runner(bench, notebook).run_once(bench.engine) == 0
    assert await bench.ctx.db.fetch(select(JobRun.name, JobRun.attempts)) == [("gifts.wrap", 0)]
