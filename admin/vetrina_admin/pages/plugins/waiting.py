"""After a change of plugins: go on with the page once the Runtime that has it answers, in whichever process."""

import asyncio

from vetrina.views.plugins import generation
from vetrina_admin.pages.answers import Answer, see_other
from vetrina_admin.pages.visits import Told, Visit

PAUSE = 0.2
"""Seconds between two looks."""
MOST_LOOKS = 15
"""Then the page is shown as it is, and says that the change is under way."""
LOOK = "waited"
"""In the query of a page that waits: how often it has looked."""


def soon(visit: Visit, path: str) -> Answer:
    """The way back to a page, that is to show what has just been changed."""
    return see_other(visit, f"{path}{'&' if '?' in path else '?'}{LOOK}=0")


async def until_taken_up(visit: Visit) -> Answer | None:
    """The way to the same page a moment later, while this Runtime is older than what was asked for; None when not."""
    looks = visit.query.get(LOOK, "")
    if not looks.isdecimal():
        return None
    wanted = await generation(visit.ctx.db)
    told = list(visit.told)
    if visit.site.generation >= wanted:
        following = visit.link(**{LOOK: None})
    elif int(looks) < MOST_LOOKS:
        await asyncio.sleep(PAUSE)
        following = visit.link(**{LOOK: int(looks) + 1})
    else:
        visit.told.append(Told(visit.say("plugins.under_way"), "warning"))
        return None
    for note in told:
        visit.tell_text(note.text, note.tone)
    return see_other(visit, following)
