"""The jobs' page: every job with its state, those that were given up first, with a way to retry or drop them."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from tests.admin.test_plugin_pages import whole
from tests.support.managers import signed_in

from vetrina.kernel.context import Context
from vetrina.kernel.jobs import SCHEDULED, JobRun, put_off
from vetrina.plugin import Site
from vetrina.views.jobs import job_counts, standing_jobs
from vetrina.web.metrics import jobs_told, render

CHANGES = {
    "given-up": {"attempts": 6, "error": "no polish"},
    "failing": {"attempts": 2, "error": "no cloth"},
    "at-work": {"lease_token": "somebody's"},
}


async def test_all_jobs_are_shown_by_what_they_wait_for(ctx: Context) -> None:
    await _put_off(ctx)
    standing = await standing_jobs(ctx.db, ctx.now(), size=10)
    assert [(one.key, one.state) for one in standing] == [
        ("given-up", "parked"), ("waiting", "waiting"), ("failing", "retrying"), ("at-work", "running"),
        (SCHEDULED, "scheduled"),
    ]  # fmt: skip
    assert standing[-1].recurs
    assert [one.key for one in await standing_jobs(ctx.db, ctx.now(), size=1, skip=1, owner="bell")] == ["waiting"]
    assert await standing_jobs(ctx.db, ctx.now(), size=10, owner="be") == []
    counts = {(one.owner, one.state): one.jobs for one in await job_counts(ctx.db, ctx.now())}
    assert counts == {("bell", one.state): 1 for one in standing}
    told = render(jobs_told(await job_counts(ctx.db, ctx.now()), ctx.now()))
    assert 'vetrina_jobs{owner="bell",state="parked"} 1' in told
    assert 'vetrina_jobs_oldest_seconds{owner="bell"} 540' in told


async def _put_off(ctx: Context) -> None:
    async with ctx.tx() as session:
        for place, key in enumerate(["waiting", *CHANGES]):
            await put_off(session, "bell.polish", key, {}, ctx.now() - timedelta(minutes=9 - place))
        await put_off(session, "bell.ring", SCHEDULED, {}, ctx.now() + timedelta(hours=1))
        for key, values in CHANGES.items():
            parked_at = ctx.now() if key == "given-up" else None
            await session.execute(update(JobRun).where(JobRun.key == key).values(**values, parked_at=parked_at))


@pytest.mark.embedded
async def test_the_page_filters_and_what_was_given_up_is_tried_again(ctx: Context, site: Site) -> None:
    await _put_off(ctx)
    mara = await signed_in(ctx, site)
    page = await mara.open("/admin/jobs")
    assert whole(page) and "no polish" in page.words and "recurs" in page.words
    assert sorted(form.action.rsplit("/", 1)[1] for form in page.forms if "/admin/jobs/" in form.action) == [
        "drop", "retry",
    ]  # fmt: skip
    waiting = await mara.open("/admin/jobs?state=waiting&plugin=bell")
    assert "waiting" in waiting.words and "no polish" not in waiting.words
    retry = next(form for form in page.forms if form.action.endswith("/retry"))
    page = await mara.post(retry.action, retry.fields)
    assert mara.path == "/admin/jobs" and "The job is being tried again." in page.words
    assert not [form for form in page.forms if form.action.endswith("/retry")]
    reader = await signed_in(ctx, site, "catalog.read", email="b@shop.test")
    await reader.open("/admin/jobs")
    assert reader.answer.status_code == 403
