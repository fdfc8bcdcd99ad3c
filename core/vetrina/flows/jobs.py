"""Retry or drop a job that was given up."""

import msgspec
from sqlalchemy import bindparam, select

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.kernel.jobs import JobRun, drop_parked, retry_parked


class JobNotParked(Refusal):
    """The job still has tries of its own."""

    code = "JOB_NOT_PARKED"
    text = "This job is not parked: it will be run by itself."


@once
async def retry_job(ctx: Context, job_id: int) -> None:
    """Give a parked job its tries back, the first at once. Needs deliveries.write. Raises NotFound, JobNotParked."""
    ctx.require("deliveries.write")
    async with ctx.tx() as session:
        parked = await _job(session, job_id)
        if not await retry_parked(session, job_id, ctx.now()):
            raise JobNotParked(field=("id",))
        await audited(ctx, session, "job.retried", f"job:{job_id}", before=msgspec.structs.asdict(parked))


@once
async def drop_job(ctx: Context, job_id: int, reason: str) -> None:
    """Give a parked job up, for a reason that stays in the audit trail with all that was to be done.

    Needs deliveries.write. Raises BadInput, NotFound, JobNotParked.
    """
    ctx.require("deliveries.write")
    why = texts.line(reason, field=("reason",), limit=500, required=True)
    async with ctx.tx() as session:
        parked = await _job(session, job_id)
        if not await drop_parked(session, job_id):
            raise JobNotParked(field=("id",))
        before, after = msgspec.structs.asdict(parked), {"reason": why}
        await audited(ctx, session, "job.dropped", f"job:{job_id}", before=before, after=after)


class _Parked(msgspec.Struct, frozen=True):
    """A job as the audit trail keeps it."""

    id: int
    name: str
    key: str
    payload: dict[str, object]
    attempts: int
    error: str | None


async def _job(session: Session, job_id: int) -> _Parked:
    parked = await session.one(_Parked, _JOB, {"job": job_id})
    if parked is None:
        raise NotFound(what="The job", field=("id",))
    return parked


_JOB = select(JobRun.id, JobRun.name, JobRun.key, JobRun.payload, JobRun.attempts, JobRun.error).where(
    JobRun.id == bindparam("job")
)
