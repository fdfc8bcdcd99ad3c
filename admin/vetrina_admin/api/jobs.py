"""Jobs that were given up: see, retry, drop."""

from collections.abc import Mapping
from typing import Any

import strawberry

from vetrina.flows.jobs import drop_job, retry_job
from vetrina.graphql import (
    IdArgument,
    Info,
    PageInfo,
    UserError,
    answer,
    ctx_of,
    forward,
    gid,
    id_field,
    int_key_of,
    newest_first,
    root,
)
from vetrina.graphql.scalars import JSON, DateTime
from vetrina.kernel.context import Context
from vetrina.views.jobs import jobs_by_id, parked_jobs


@strawberry.type(description="Work that was put off, or recurs, and what went wrong at its last try.")
class Job:
    id: strawberry.ID = id_field("Job")
    name: str = strawberry.field(description="Whose it is and what it does, such as core.return-money.")
    key: str = strawberry.field(description="What it is about: the same work is put off once.")
    payload: JSON
    attempts: int
    error: str | None
    due_at: DateTime
    parked_at: DateTime | None


@strawberry.type(description="A job and its place in a connection.")
class JobEdge:
    cursor: str
    node: Job


@strawberry.type(description="A page of jobs.")
class JobConnection:
    edges: list[JobEdge]
    nodes: list[Job]
    page_info: PageInfo


@strawberry.type
class JobQuery:
    @root(permission="deliveries.read", description="Jobs that were given up, the latest first.")
    async def parked_jobs(self, info: Info, first: int | None = None, after: str | None = None) -> JobConnection:
        page = forward(first, after, int)
        below = page.after[0] if page.after else None
        found: Any = newest_first(await parked_jobs(ctx_of(info).db, size=page.size + 1, below=below), page)
        return found


@strawberry.type(description="The job as it is now; it is tried again at once.")
class JobRetryPayload:
    job: Job | None
    user_errors: list[UserError]


@strawberry.type(description="The job that will never be done.")
class JobDropPayload:
    dropped_job_id: strawberry.ID | None
    user_errors: list[UserError]


@strawberry.type
class JobMutation:
    @root(permission="deliveries.write", description="Give a parked job its tries back.")
    async def job_retry(self, info: Info, job_id: IdArgument) -> JobRetryPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(job_id, "Job", field=("id",))
            await retry_job(ctx, key)
            return {"job": (await jobs_by_id(ctx.db, [key])).get(key)}

        return await answer(JobRetryPayload, change(ctx_of(info)))

    @root(permission="deliveries.write", description="Give a parked job up; the reason stays in the audit trail.")
    async def job_drop(self, info: Info, job_id: IdArgument, reason: str) -> JobDropPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(job_id, "Job", field=("id",))
            await drop_job(ctx, key, reason)
            return {"dropped_job_id": gid("Job", key)}

        return await answer(JobDropPayload, change(ctx_of(info)))
