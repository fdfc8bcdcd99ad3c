"""What a job is and how it comes to the queue: put off in the flow's own transaction, retried or dropped by hand."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Index, UniqueConstraint, bindparam, delete, update
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, Session, private

SCHEDULED = "schedule"
"""The key of a scheduled job's one row."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Work with a name of the form owner.verb-noun. `every` makes it recur; `deadline` is in seconds."""

    name: str
    run: Callable[[Any, dict[str, Any]], Awaitable[None]]
    every: timedelta | None = None
    deadline: float = 60.0


class JobRun(Model):
    """One job to be run. A key makes putting it off twice the same as once.

    This row is the job on either engine. Whoever runs it holds its lease; on procrastinate a trigger keeps a job of
    that engine's beside it, which is what workers fetch.
    """

    __tablename__ = "job_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    key: Mapped[str]
    payload: Mapped[dict[str, Any]]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    """When its run will have ended, by the clock of who runs it. Told to people; nobody decides by it."""
    lease_token: Mapped[str | None]
    """Drawn anew for every run: only who knows it writes down what became of it."""
    attempts: Mapped[int]
    parked_at: Mapped[datetime | None]
    error: Mapped[str | None]

    __table_args__ = (UniqueConstraint("name", "key"), Index("ix_job_run_due_at", "due_at"))


private(JobRun)


async def put_off(session: Session, name: str, key: str, payload: dict[str, Any], due_at: datetime) -> bool:
    """Queue a job in the flow's own transaction; whether the key was new."""
    session.wakes.add("jobs")
    return await session.add_if_absent(
        JobRun,
        name=name,
        key=key,
        payload=payload,
        due_at=due_at,
        lease_until=None,
        lease_token=None,
        attempts=0,
        parked_at=None,
        error=None,
    )


async def retry_parked(session: Session, job_id: int, now: datetime) -> bool:
    """Give a parked job its tries back, the first at once; whether there was one."""
    session.wakes.add("jobs")
    return await session.execute(_RETRY, {"job": job_id, "now": now}) == 1


async def drop_parked(session: Session, job_id: int) -> bool:
    """Give a parked job up; whether there was one. Its key is free again."""
    return await session.execute(_DROP, {"job": job_id}) == 1


async def forget_jobs(session: Session, prefix: str) -> None:
    """Drop everything put off or scheduled for an owner, the part of its jobs' names before the dot."""
    names = f"{prefix.removesuffix('.')}."
    await session.execute(delete(JobRun).where(JobRun.name.startswith(names, autoescape=True)))


_PARKED = (JobRun.id == bindparam("job"), JobRun.parked_at.is_not(None))
_RETRY = update(JobRun).where(*_PARKED).values(attempts=0, parked_at=None, due_at=bindparam("now"))
_DROP = delete(JobRun).where(*_PARKED)
