"""Who did something, as people say it: ledgers and the audit trail name actors such as member:7 and token:1."""

from collections.abc import Iterable

from vetrina.views.staff_members import member_names
from vetrina_admin.pages.visits import Visit

NOBODY = ("", "system", "buyer", "staff")
"""What is no name: the shop itself did it, or it was not written down who."""


async def actor_names(visit: Visit, actors: Iterable[str]) -> dict[str, str]:
    """What to call each of these actors; empty for the shop itself. One statement for all of them."""
    wanted = set(actors)
    ids = {actor: key for actor in wanted if (key := _member(actor)) is not None}
    names = await member_names(visit.ctx.db, ids.values())
    return {actor: names.get(ids.get(actor, 0), "") or _otherwise(visit, actor) for actor in wanted}


def _member(actor: str) -> int | None:
    kind, _, digits = actor.partition(":")
    return int(digits) if kind == "member" and digits.isdecimal() and len(digits) < 19 else None


def _otherwise(visit: Visit, actor: str) -> str:
    if actor in NOBODY:
        return ""
    return visit.say("desk.by_program") if actor.startswith("token:") else actor
