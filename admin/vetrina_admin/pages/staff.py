"""Staff: who works here, what they may do, with which browsers they have signed in."""

from vetrina.flows.staff.members import MemberChange, change_member, enrol_member, set_password
from vetrina.flows.staff.sessions import end_session
from vetrina.kernel.crypto import draw_password
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.views.staff_members import MemberRow, staff_member, staff_members, staff_sessions
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.permissions import choices
from vetrina_admin.pages.refusals import Wrong, beside, told
from vetrina_admin.pages.screens import Room, action, page
from vetrina_admin.pages.visits import Visit

PAGE = 50
MOST_SESSIONS = 50


async def member_list(visit: Visit) -> Answer:
    """Everybody, in the order in which they were enrolled."""
    after = visit.query_number("after")
    members = await staff_members(visit.ctx.db, size=PAGE + 1, above=after or 0)
    following = visit.link(after=members[PAGE - 1].id) if len(members) > PAGE else None
    return render(
        visit,
        "staff/list.html",
        members=members[:PAGE],
        everything=len(visit.site.permissions),
        previous=visit.link(after=None) if after else None,
        following=following,
    )


async def new_member(visit: Visit) -> Answer:
    return _new(visit)


async def enrol(visit: Visit, form: Form) -> Answer:
    """Enrol somebody with a drawn password, which the page shows this once."""
    password = draw_password()
    try:
        member_id = await enrol_member(
            visit.ctx,
            form.get("email"),
            form.get("name"),
            form.all("permissions"),
            password,
            known=visit.site.permissions,
        )
    except Refusal as refusal:
        return _new(visit, form, beside(visit.say, refusal, "email", "name", "permissions"))
    return await _password_page(visit, member_id, password)


async def member_page(visit: Visit) -> Answer:
    return await _member(visit, await _found(visit))


async def change(visit: Visit, form: Form) -> Answer:
    """Give a person another name or other permissions."""
    member = await _found(visit)
    wanted = MemberChange(name=form.get("name"), permissions=form.all("permissions"))
    try:
        await change_member(visit.ctx, member.id, wanted, known=visit.site.permissions)
    except Refusal as refusal:
        return await _member(visit, member, form, beside(visit.say, refusal, "name", "permissions"))
    visit.tell("staff.changed", name=form.get("name"))
    return see_other(visit, _path(member))


async def switch(visit: Visit, form: Form) -> Answer:
    """Send a person away, or let him in again."""
    member, is_active = await _found(visit), form.get("is_active") == "true"
    try:
        await change_member(visit.ctx, member.id, MemberChange(is_active=is_active))
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
    else:
        visit.tell("staff.let_in" if is_active else "staff.sent_away", name=member.name)
    return see_other(visit, _path(member))


async def draw(visit: Visit, _: Form) -> Answer:
    """Give a person a fresh password, which the page shows this once."""
    member, password = await _found(visit), draw_password()
    try:
        await set_password(visit.ctx, member.id, password)
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
        return see_other(visit, _path(member))
    return await _password_page(visit, member.id, password)


async def end(visit: Visit, form: Form) -> Answer:
    """End one of a person's sessions."""
    member = await _found(visit)
    await end_session(visit.ctx, form.number("session"))
    visit.tell("staff.session_ended")
    return see_other(visit, _path(member))


async def _password_page(visit: Visit, member_id: int, password: str) -> Answer:
    member = await staff_member(visit.ctx.db, member_id)
    return render(visit, "staff/password.html", member=member, password=password)


async def _found(visit: Visit) -> MemberRow:
    member = await staff_member(visit.ctx.db, visit.number("member"))
    if member is None:
        raise NotFound(what="The member")
    return member


def _new(visit: Visit, form: Form | None = None, errors: Wrong | None = None) -> Answer:
    typed = form or Form({})
    groups = choices(visit, typed.all("permissions"))
    return render(
        visit, "staff/new.html", status=422 if errors else 200, typed=typed, errors=errors or Wrong(), groups=groups
    )


async def _member(visit: Visit, member: MemberRow, form: Form | None = None, errors: Wrong | None = None) -> Answer:
    own = visit.ctx.actor.permissions
    is_self = member.id == visit.ctx.actor.id
    beyond = sorted(set(member.permissions) - own)
    may_change = visit.may("staff.write") and (is_self or not beyond)
    chosen = member.permissions if form is None else form.all("permissions")
    return render(
        visit,
        "staff/member.html",
        status=422 if errors else 200,
        member=member,
        name=member.name if form is None else form.get("name"),
        errors=errors or Wrong(),
        groups=choices(visit, chosen, open_to=own if may_change else ()),
        sessions=await staff_sessions(visit.ctx.db, now=visit.ctx.now(), size=MOST_SESSIONS, member_id=member.id),
        is_self=is_self,
        may_change=may_change,
        beyond=beyond if visit.may("staff.write") and not may_change else [],
    )


def _path(member: MemberRow) -> str:
    return f"/admin/staff/{member.id}"


ROOM = Room(
    name="staff",
    path="/staff",
    can="staff.read",
    icon="users",
    group="settings",
    screens=(
        page("/staff", "staff.read", member_list),
        page("/staff/new", "staff.write", new_member),
        action("/staff", "staff.write", enrol),
        page("/staff/{member:int}", "staff.read", member_page),
        action("/staff/{member:int}", "staff.write", change),
        action("/staff/{member:int}/active", "staff.write", switch),
        action("/staff/{member:int}/password", "staff.write", draw),
        action("/staff/{member:int}/sessions", "staff.write", end),
    ),
)
