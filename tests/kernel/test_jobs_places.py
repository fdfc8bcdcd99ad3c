"""Jobs share a process: a slow one delays those of its owner, the shop's own have more places, breakers rest."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select
from tests.support.job_engines import Bench

from vetrina.kernel.context import Context
from vetrina.kernel.crew import Crew, RunFor, within
from vetrina.kernel.jobs import (
    AT_ONCE,
    PER_OWNER,
    REST,
    Job,
    JobRun,
    Runner,
    crew_of,
    forget_jobs,
    put_off,
)
from vetrina.kernel.meters import KeptOut, Work

Run = Callable[[Context, dict[str, Any]], Awaitable[None]]


class Yard:
    """Jobs of several owners: those of `slow` wait at a gate, all write down when they end."""

    def __init__(self, bench: Bench, run_for: RunFor = within) -> None:
        self.gate = asyncio.Event()
        self._ctx, self._engine = bench.ctx, bench.engine
        self.ended: list[str] = []
        jobs = [Job(name=f"{owner}.work", run=self._runs(owner)) for owner in ("slow", "quick", "core")]
        self.runner = Runner(bench.ctx.db, bench.ctx.shop.clock, jobs, lambda name: bench.ctx, run_for)

    def _runs(self, owner: str) -> Run:
        async def work(ctx: Context, payload: dict[str, Any]) -> None:
            if owner == "slow":
                await self.gate.wait()
            self.ended.append(f"{owner}{payload['number']}")

        return work

    async def put_off(self, *names: str) -> None:
        for name in names:
            async with self._ctx.tx() as session:
                await put_off(session, f"{name[:-1]}.work", name, {"number": name[-1]}, self._ctx.now())

    async def pass_by(self, crew: Crew) -> None:
        """Two looks, between which whoever can end has ended."""
        for _ in range(2):
            await self.runner.start(crew, self._engine)
            while any(not task.get_name().startswith("slow") for task in crew._tasks.values()):
                await crew.settle(all_of_them=False)


async def test_a_slow_job_delays_only_those_of_its_owner(bench: Bench) -> None:
    yard, crew = Yard(bench), Crew(AT_ONCE, PER_OWNER)
    await yard.put_off("slow1", "slow2", "quick1", "core1", "quick2")
    await yard.pass_by(crew)
    assert sorted(yard.ended) == ["core1", "quick1", "quick2"]
    assert len(crew) == 1, "one job of an owner at a time"
    await yard.put_off("core2")
    await yard.pass_by(crew)
    assert yard.ended[-1] == "core2"
    yard.gate.set()
    await crew.settle()
    await yard.runner.start(crew, bench.engine)
    await crew.settle()
    assert yard.ended[-2:] == ["slow1", "slow2"]
    assert await bench.ctx.db.fetch(select(JobRun.id)) == []


async def test_with_a_single_place_the_slow_job_would_delay_everybody(bench: Bench) -> None:
    yard, crew = Yard(bench), Crew(1, 1)
    await yard.put_off("slow1", "quick1", "core1")
    await yard.pass_by(crew)
    assert yard.ended == []
    await crew.stop(0)


async def test_a_job_kept_out_by_its_breaker_is_run_later_and_counts_as_no_try(bench: Bench) -> None:
    shut = {"quick"}

    async def breaker(work: Work, ask: Callable[[], Awaitable[Any]], deadline: float) -> Any:
        if work.owner in shut:
            raise KeptOut(work)
        return await within(work, ask, deadline)

    yard = Yard(bench, breaker)
    await yard.put_off("quick1", "core1")
    assert await yard.runner.run_once(bench.engine) == 2
    assert yard.ended == ["core1"]
    assert await bench.ctx.db.fetch(select(JobRun.attempts, JobRun.lease_until)) == [(0, None)]
    shut.clear()
    assert await yard.runner.run_once(bench.engine) == 0
    bench.clock.move(seconds=REST.total_seconds())
    assert await yard.runner.run_once(bench.engine) == 1
    assert yard.ended == ["core1", "quick1"]


async def test_the_jobs_of_an_owner_are_forgotten_with_it(bench: Bench) -> None:
    yard = Yard(bench)
    await yard.put_off("quick1", "core1")
    async with bench.ctx.tx() as session:
        await put_off(session, "quick_er.work", "1", {}, bench.ctx.now())
        await forget_jobs(session, "quick")
    assert sorted(await bench.ctx.db.fetch(select(JobRun.name))) == [("core.work",), ("quick_er.work",)]


async def test_the_shops_own_jobs_do_not_wait_behind_a_long_one(bench: Bench) -> None:
    gate, ended = asyncio.Event(), list[str]()

    async def count(ctx: Context, payload: dict[str, Any]) -> None:
        await gate.wait()
        ended.append("count")

    async def reconcile(ctx: Context, payload: dict[str, Any]) -> None:
        ended.append("money")

    jobs = [Job(name="core.count", run=count), Job(name="core.reconcile", run=reconcile)]
    runs, crew = Runner(bench.ctx.db, bench.clock, jobs, lambda name: bench.ctx), crew_of()
    for job in jobs:
        async with bench.ctx.tx() as session:
            await put_off(session, job.name, "1", {}, bench.ctx.now())
    assert await runs.start(crew, bench.engine) == 2
    await crew.settle(all_of_them=False)
    assert ended == ["money"]
    gate.set()
    await crew.settle()
    assert ended == ["money", "count"]
