"""All plugins at a glance, the worst first, and the culprit by name; and what plugins say of what they live on."""

from vetrina.plugin.desk import catalogue, health
from vetrina.plugin.words import said
from vetrina.views.jobs import parked_jobs
from vetrina_admin.pages.answers import Answer, render
from vetrina_admin.pages.guarded import title_of
from vetrina_admin.pages.plugins import looks
from vetrina_admin.pages.plugins.measured import summed, work_of
from vetrina_admin.pages.visits import Visit

MOST_JOBS = 200


async def health_page(visit: Visit) -> Answer:
    """Plugins that are on, or should be, or have left something undone."""
    cards = [card for card in await catalogue(visit.site, visit.ctx.db) if card.is_on or looks.has_trouble(card)]
    work = await work_of(visit)
    rows = [(card, summed(work.get(card.name, []))) for card in cards]
    rows.sort(key=lambda row: (-looks.badness(row[0]), -row[1].failures, row[0].name))
    parked = sum(problem.count for card in cards for problem in card.problems if problem.kind == "deliveries")
    return render(
        visit,
        "plugins/health.html",
        rows=rows,
        looks=looks,
        open_breakers=sum(sums.open_breakers for _, sums in rows),
        parked=parked,
        jobs=len(await parked_jobs(visit.ctx.db, size=MOST_JOBS)),
        in_trouble=sum(looks.has_trouble(card) for card, _ in rows),
    )


async def checks_page(visit: Visit) -> Answer:
    """Every health check of every plugin, asked now: each takes as long as its deadline allows."""
    found = sorted(await health(visit.site, visit.ctx), key=lambda check: check.is_ok)
    checks = [
        (check, title_of(visit, check.owner), *(said(words, visit.language) for words in (check.title, check.detail)))
        for check in found
    ]
    return render(visit, "plugins/checks.html", checks=checks, looks=looks)
