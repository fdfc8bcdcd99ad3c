"""Jobs: those that were given up until somebody decides, and all of them by what they wait for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Text, bindparam, case, func, select

from vetrina.kernel.db import Reads, id_in, text_in
from vetrina.kernel.jobs import SCHEDULED, JobRun


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


STATES = ("parked", "running", "retrying", "waiting", "scheduled")
"""What can be said of a job: given up; being run; failed, and tried again; due; not due yet."""


class JobStanding(msgspec.Struct, frozen=True):
    """A job, and what it does now."""

    id: int
    name: str
    key: str
    attempts: int
    error: str | None
    due_at: datetime
    parked_at: datetime | None
    lease_until: datetime | None
    """When the run under way will have ended at the latest."""
    state: str

    @property
    def recurs(self) -> bool:
        return self.key == SCHEDULED


class JobCount(msgspec.Struct, frozen=True):
    """How many jobs of a name are in a state, and since or from when the first of them is due."""

    name: str
    state: str
    jobs: int
    due_at: datetime

    @property
    def owner(self) -> str:
        """Whose they are: the part before the dot."""
        return self.name.partition(".")[0]


async def job_counts(db: Reads, now: datetime) -> list[JobCount]:
    """All jobs there are, by name and state."""
    return await db.rows(JobCount, _COUNTS, {"now": now})


async def standing_jobs(
    db: Reads, now: datetime, *, size: int, states: Sequence[str] = STATES, owner: str = "", skip: int = 0
) -> list[JobStanding]:
    """Jobs in these states, of this owner or of all: what was given up or is due for longest first."""
    params = {"now": now, "states": list(states), "owner": f"{owner}." if owner else "", "size": size, "skip": skip}
    return await db.rows(JobStanding, _STANDING, params)


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
_STATE = case(
    (JobRun.parked_at.is_not(None), "parked"),
    (JobRun.lease_token.is_not(None), "running"),
    (JobRun.attempts > 0, "retrying"),
    (JobRun.due_at <= bindparam("now"), "waiting"),
    else_="scheduled",
)
_STATED = select(JobRun, _STATE.label("state")).subquery()
_COUNTS = (
    select(_STATED.c.name, _STATED.c.state, func.count().label("jobs"), func.min(_STATED.c.due_at).label("due_at"))
    .group_by(_STATED.c.name, _STATED.c.state)
    .order_by(_STATED.c.name, _STATED.c.state)
)
_STANDING = (
    select(
        _STATED.c.id,
        _STATED.c.name,
        _STATED.c.key,
        _STATED.c.attempts,
        _STATED.c.error,
        _STATED.c.due_at,
        _STATED.c.parked_at,
        _STATED.c.lease_until,
        _STATED.c.state,
    )
    .where(text_in(_STATED.c.state, "states"), _STATED.c.name.startswith(bindparam("owner", type_=Text())))
    .order_by(case((_STATED.c.state == "parked", 0), else_=1), _STATED.c.due_at, _STATED.c.id)
    .limit(bindparam("size"))
    .offset(bindparam("skip"))
)
