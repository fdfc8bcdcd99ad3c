"""The audit trail: who did what to what, the latest first."""

import msgspec

from vetrina.views.staff import AuditRow
from vetrina.views.staff_members import member_names, whole_audit_trail
from vetrina_admin.pages.answers import Answer, render
from vetrina_admin.pages.guarded import deed_of
from vetrina_admin.pages.screens import Room, page
from vetrina_admin.pages.visits import Visit
from vetrina_admin.pages.wording import knows

PAGE = 50
LONGEST_VALUE = 200


async def trail_page(visit: Visit) -> Answer:
    """A page of it; of one actor, if the query names one such as member:7."""
    after, actor = visit.query_number("after"), visit.query.get("actor", "")[:60]
    entries = await whole_audit_trail(visit.ctx.db, size=PAGE + 1, below=after, actor=actor)
    ids = {int(rest) for entry in entries for rest in _member_ids(entry)}
    return render(
        visit,
        "staff/trail.html",
        entries=[(entry, _action(visit, entry.action), _differences(entry)) for entry in entries[:PAGE]],
        names={f"member:{key}": name for key, name in (await member_names(visit.ctx.db, ids)).items()},
        actor=actor,
        previous=visit.link(after=None) if after else None,
        following=visit.link(after=entries[PAGE - 1].id) if len(entries) > PAGE else None,
    )


def _action(visit: Visit, code: str) -> str:
    """What was done, in the shop's words or its plugin's; by its code where there are none."""
    key = f"done.{code.replace('.', '_').replace('-', '_')}"
    return visit.say(key) if knows(key) else deed_of(visit, code) or code


def _member_ids(entry: AuditRow) -> list[str]:
    """The people an entry is about, by number."""
    named = (text.partition(":") for text in (entry.actor, entry.subject))
    return [rest for kind, _, rest in named if kind == "member" and rest.isdecimal() and len(rest) < 19]


def _differences(entry: AuditRow) -> list[tuple[str, str, str]]:
    """What was changed: the name, what it was, what it is."""
    before, after = entry.before or {}, entry.after or {}
    return [(name, _text(before.get(name)), _text(after.get(name))) for name in {**before, **after}]


def _text(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


ROOM = Room(
    name="trail",
    path="/trail",
    can="staff.read",
    icon="history",
    group="settings",
    screens=(page("/trail", "staff.read", trail_page),),
)
