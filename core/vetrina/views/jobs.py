"""Jobs that were given up until somebody decides."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from vetrina.kernel.db import Reads, id_in
from vetrina.kernel.jobs import JobRun


class JobRow(msgspec.Struct, frozen=True):
    """A job, what it was given and what went wrong at its last try."""

    id: int
    name: str
    key: str
    payload: dict[str, Any]
    attempts: int
    error: str | None
    due_at: datetime
    parked_at: datetime | None


async def parked_jobs(db: Reads, *, size: int, below: int | None = None) -> list[JobRow]:
    """Jobs that are tried no more, the latest first, at most `size`; those with a smaller id than `below`."""
    return await db.rows(JobRow, _PARKED, {"below": 2**63 - 1 if below is None else below, "size": size})


async def jobs_by_id(db: Reads, job_ids: Sequence[int]) -> dict[int, JobRow]:
    """Jobs by their id; what is not there is left out."""
    return {row.id: row for row in await db.rows(JobRow, _SOME, {"ids": job_ids})}


_ANY = select(
    JobRun.id,
    JobRun.name,
    JobRun.key,
    JobRun.payload,
    JobRun.attempts,
    JobRun.error,
    JobRun.due_at,
    JobRun.parked_at,
)
_PARKED = (
    _ANY.where(JobRun.parked_at.is_not(None), JobRun.id < bindparam("below"))
    .order_by(JobRun.id.desc())
    .limit(bindparam("size"))
)
_SOME = _ANY.where(id_in(JobRun.id, "ids"))
