"""A parked job is seen, retried or dropped; all others are left to themselves."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.support import shops
from tests.support.shops import StillClock

from vetrina.flows.jobs import JobNotParked, drop_job, retry_job
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import BadInput, NotAllowed, NotFound
from vetrina.kernel.jobs import PAUSES, Job, Runner, put_off
from vetrina.views.jobs import JobRow, jobs_by_id, parked_jobs
from vetrina.views.staff import audit_trail


class Printer:
    """A job that fails until there is paper."""

    def __init__(self, ctx: Context) -> None:
        self.has_paper = False
        self.printed: list[str] = []
        self.runner = Runner(ctx.db, ctx.shop.clock, [Job(name="desk.print", run=self.run)], lambda name: ctx)

    async def run(self, ctx: Context, payload: dict[str, Any]) -> None:
        if not self.has_paper:
            raise RuntimeError("no paper")
        self.printed.append(payload["page"])

    async def park(self, ctx: Context, clock: StillClock, *pages: str) -> list[JobRow]:
        """Put pages off until they are given up; the latest first."""
        for page in pages:
            async with ctx.tx() as session:
                await put_off(session, "desk.print", page, {"page": page}, ctx.now())
        for pause in (0, *PAUSES):
            clock.move(seconds=pause)
            await self.runner.run_once()
        return await parked_jobs(ctx.db, size=10)


@pytest.fixture
def printer(ctx: Context) -> Printer:
    return Printer(ctx)


async def test_parked_jobs_show_what_was_to_be_done_and_what_went_wrong(
    ctx: Context, clock: StillClock, printer: Printer
) -> None:
    second, first = await printer.park(ctx, clock, "a", "b")
    assert (first.name, first.key, first.payload, first.attempts) == ("desk.print", "a", {"page": "a"}, len(PAUSES) + 1)
    assert (first.error, first.parked_at, second.key) == ("RuntimeError: no paper", ctx.now(), "b")
    assert await parked_jobs(ctx.db, size=10, below=second.id) == [first]
    assert await jobs_by_id(ctx.db, [first.id, 999]) == {first.id: first}


async def test_a_retried_job_is_done_and_has_all_its_tries_again(
    ctx: Context, clock: StillClock, printer: Printer
) -> None:
    (parked,) = await printer.park(ctx, clock, "a")
    await retry_job(ctx, parked.id)
    assert await parked_jobs(ctx.db, size=10) == []
    await printer.runner.run_once()
    assert (await jobs_by_id(ctx.db, [parked.id]))[parked.id].attempts == 1
    printer.has_paper = True
    clock.move(seconds=PAUSES[0])
    await printer.runner.run_once()
    assert (printer.printed, await jobs_by_id(ctx.db, [parked.id])) == (["a"], {})
    (entry,) = await audit_trail(ctx.db, f"job:{parked.id}", size=10)
    assert (entry.action, entry.before and entry.before["error"]) == ("job.retried", parked.error)


async def test_a_dropped_job_is_never_done_and_its_key_is_free_again(
    ctx: Context, clock: StillClock, printer: Printer
) -> None:
    (parked,) = await printer.park(ctx, clock, "a")
    await drop_job(ctx, parked.id, "printed by hand")
    printer.has_paper = True
    assert await printer.runner.run_once() == 0
    (entry,) = await audit_trail(ctx.db, f"job:{parked.id}", size=10)
    assert (entry.action, entry.after) == ("job.dropped", {"reason": "printed by hand"})
    assert entry.before == {
        "id": parked.id, "name": "desk.print", "key": "a", "payload": {"page": "a"}, "attempts": 6,
        "error": "RuntimeError: no paper",
    }  # fmt: skip
    async with ctx.tx() as session:
        assert await put_off(session, "desk.print", "a", {"page": "a"}, ctx.now())


ACTIONS: dict[str, Callable[[Context, int], Awaitable[None]]] = {
    "retry": retry_job,
    "drop": lambda ctx, job_id: drop_job(ctx, job_id, "no longer wanted"),
}


@pytest.mark.parametrize("action", ACTIONS)
async def test_only_parked_jobs_are_decided_and_by_permission_only(
    ctx: Context, clock: StillClock, printer: Printer, action: str
) -> None:
    (parked,) = await printer.park(ctx, clock, "a")
    async with ctx.tx() as session:
        await put_off(session, "desk.print", "b", {"page": "b"}, ctx.now() + timedelta(hours=1))
    reader = Actor("staff", name="token:1", permissions=frozenset({"deliveries.read"}))
    with pytest.raises(NotAllowed):
        await ACTIONS[action](shops.context(ctx.shop, ctx.place, reader), parked.id)
    with pytest.raises(JobNotParked):
        await ACTIONS[action](ctx, parked.id + 1)
    with pytest.raises(NotFound):
        await ACTIONS[action](ctx, parked.id + 2)
    assert await parked_jobs(ctx.db, size=10) == [parked]
    for reason in ("", "x" * 501):
        with pytest.raises(BadInput):
            await drop_job(ctx, parked.id, reason)
