"""The jobs' page: what runs, waits, recurs, is tried again or was given up, whose it is and since when."""

from collections import Counter

from vetrina.views.jobs import STATES, job_counts, standing_jobs
from vetrina_admin.pages.answers import Answer, render
from vetrina_admin.pages.guarded import title_of
from vetrina_admin.pages.visits import Visit

PAGE = 50
TONES = {"parked": "bad", "running": "good", "retrying": "warning", "waiting": "neutral", "scheduled": "neutral"}


async def job_list(visit: Visit) -> Answer:
    """All jobs, what needs somebody first; by state and by plugin if they are chosen."""
    ctx, owner, state = visit.ctx, visit.query.get("plugin", ""), visit.query.get("state", "")
    now, skip = ctx.now(), visit.query_number("after") or 0
    counts = await job_counts(ctx.db, now)
    states = [state] if state in STATES else STATES
    rows = await standing_jobs(ctx.db, now, size=PAGE + 1, states=states, owner=owner, skip=skip)
    totals = Counter[str]()
    for one in counts:
        totals[one.state] += one.jobs
    return render(
        visit,
        "plugins/jobs.html",
        rows=rows[:PAGE],
        totals=totals,
        states=[(name, visit.say(f"jobs.state_{name}")) for name in STATES],
        tones=TONES,
        state=state,
        plugins=sorted((name, title_of(visit, name)) for name in {one.owner for one in counts}),
        chosen=owner,
        now=now,
        previous=visit.link(after=max(skip - PAGE, 0) or None) if skip else None,
        following=visit.link(after=skip + PAGE) if len(rows) > PAGE else None,
    )
