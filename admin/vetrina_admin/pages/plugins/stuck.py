"""What plugins could not digest: parked deliveries and jobs, seen, tried again, or given up with a reason."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from vetrina.flows.deliveries import replay_all, replay_delivery, replay_since, skip_delivery
from vetrina.flows.jobs import drop_job, retry_job
from vetrina.kernel.errors import NotAllowed, NotSignedIn, Refusal
from vetrina.views.deliveries import DeliveryRow, SubscriberRow, failing_deliveries, subscribers
from vetrina.views.jobs import JobRow, parked_jobs
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.asking import local_path
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.guarded import title_of
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.visits import Visit

PAGE = 50
MOST_JOBS = 200
A_FEW = 10


class Stuck(msgspec.Struct, frozen=True):
    """What one plugin has not digested, and where its subscribers stand."""

    subscribers: list[SubscriberRow]
    deliveries: list[DeliveryRow]
    jobs: list[JobRow]


async def stuck_of(visit: Visit, owner: str) -> Stuck:
    """For the page of one plugin: the latest few."""
    db = visit.ctx.db
    return Stuck(
        subscribers=[row for row in await subscribers(db) if _owner(row.subscriber) == owner],
        deliveries=await failing_deliveries(db, size=A_FEW, owner=owner),
        jobs=[row for row in await parked_jobs(db, size=MOST_JOBS) if _owner(row.name) == owner][:A_FEW],
    )


async def delivery_list(visit: Visit) -> Answer:
    """Everything that is stuck, the latest first; by plugin if one is chosen."""
    owner, below = visit.query.get("plugin") or None, visit.query_number("after")
    db = visit.ctx.db
    rows = await failing_deliveries(db, size=PAGE + 1, below=below, owner=owner)
    known = sorted(await subscribers(db), key=lambda row: (-row.parked, -row.retrying, row.subscriber))
    jobs = [row for row in await parked_jobs(db, size=MOST_JOBS) if owner in (None, _owner(row.name))]
    owners = {_owner(name) for name in (*(row.subscriber for row in known), *(row.name for row in jobs))}
    return render(
        visit,
        "plugins/deliveries.html",
        stuck=Stuck([row for row in known if owner in (None, _owner(row.subscriber))], rows[:PAGE], jobs),
        plugins=sorted((name, title_of(visit, name)) for name in owners),
        chosen=owner or "",
        previous=visit.link(after=None) if below else None,
        following=visit.link(after=rows[PAGE - 1].id) if len(rows) > PAGE else None,
    )


async def replay(visit: Visit, form: Form) -> Answer:
    """Try a parked delivery again."""
    delivery = visit.number("delivery")
    return await _did(visit, form, lambda: replay_delivery(visit.ctx, delivery), "deliveries.replayed")


async def skip(visit: Visit, form: Form) -> Answer:
    """Give a parked delivery up; the reason stays in the audit trail."""
    delivery, reason = visit.number("delivery"), form.get("reason")
    return await _did(visit, form, lambda: skip_delivery(visit.ctx, delivery, reason), "deliveries.skipped")


async def replay_parked(visit: Visit, form: Form) -> Answer:
    """Try everything again that a subscriber has parked."""
    subscriber = form.get("subscriber")
    return await _did(visit, form, lambda: replay_all(visit.ctx, subscriber), "deliveries.replayed_all")


async def replay_from(visit: Visit, form: Form) -> Answer:
    """Deliver again all that a subscriber has heard since a moment in the shop's time."""
    subscriber = form.get("subscriber")
    try:
        since = datetime.fromisoformat(form.get("since")).replace(tzinfo=REPORTS_ZONE)
    except ValueError:
        visit.tell("input.moment", "bad")
        return see_other(visit, local_path(form.get("next")))
    return await _did(visit, form, lambda: replay_since(visit.ctx, subscriber, since), "deliveries.set_back")


async def retry(visit: Visit, form: Form) -> Answer:
    """Give a parked job its tries back."""
    job = visit.number("job")
    return await _did(visit, form, lambda: retry_job(visit.ctx, job), "deliveries.retried")


async def drop(visit: Visit, form: Form) -> Answer:
    """Give a parked job up; the reason stays in the audit trail."""
    job, reason = visit.number("job"), form.get("reason")
    return await _did(visit, form, lambda: drop_job(visit.ctx, job, reason), "deliveries.dropped")


async def _did(visit: Visit, form: Form, act: Callable[[], Awaitable[int | None]], key: str) -> Answer:
    """Do it and say so, or say why not, on the page it was asked from."""
    try:
        count = await act()
    except (NotAllowed, NotSignedIn):
        raise
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
    else:
        visit.tell(key, count=count or 0)
    return see_other(visit, local_path(form.get("next")))


def _owner(name: str) -> str:
    """Whose a subscriber or a job is."""
    return name.partition(".")[0]
