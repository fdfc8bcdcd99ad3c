"""What is one's own: language, password, sessions."""

from vetrina.flows.staff.members import change_own_password, choose_language
from vetrina.flows.staff.sessions import SignInPaused, end_other_sessions, end_session
from vetrina.kernel.errors import NotSignedIn, Refusal
from vetrina.views.staff_members import staff_sessions
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.asking import local_path
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.permissions import choices
from vetrina_admin.pages.refusals import Wrong, beside
from vetrina_admin.pages.screens import Room, action, page
from vetrina_admin.pages.visits import Visit

HERE = "/admin/account"
MOST_SESSIONS = 50


async def account_page(visit: Visit) -> Answer:
    return await _page(visit)


async def speak(visit: Visit, form: Form) -> Answer:
    """Change the language of the pages, and go on where the person was."""
    await choose_language(visit.ctx, form.get("language"))
    return see_other(visit, local_path(form.get("next")))


async def change_password(visit: Visit, form: Form) -> Answer:
    """Change one's own password; the old one is asked for."""
    try:
        await change_own_password(visit.ctx, form.get("current"), form.get("password"), _session(visit))
    except SignInPaused as refusal:
        return await _page(visit, beside(visit.say, refusal, "current", "password"), 429)
    except Refusal as refusal:
        return await _page(visit, beside(visit.say, refusal, "current", "password"), 422)
    visit.tell("account.password_changed")
    return see_other(visit, HERE)


async def end(visit: Visit, form: Form) -> Answer:
    """End one of one's sessions."""
    await end_session(visit.ctx, form.number("session"))
    visit.tell("staff.session_ended")
    return see_other(visit, HERE)


async def end_others(visit: Visit, _: Form) -> Answer:
    """End every session but this one."""
    visit.tell("account.others_ended", count=await end_other_sessions(visit.ctx, _session(visit)))
    return see_other(visit, HERE)


async def _page(visit: Visit, errors: Wrong | None = None, status: int = 200) -> Answer:
    sessions = await staff_sessions(
        visit.ctx.db, now=visit.ctx.now(), size=MOST_SESSIONS, member_id=visit.ctx.actor.id or 0
    )
    own = visit.ctx.actor.permissions
    groups = [(group.title, [choice for choice in group.choices if choice.is_chosen]) for group in choices(visit, own)]
    return render(
        visit,
        "account/account.html",
        status=status,
        errors=errors or Wrong(),
        sessions=sessions,
        this=_session(visit),
        groups=[(title, chosen) for title, chosen in groups if chosen],
    )


def _session(visit: Visit) -> int:
    if visit.member is None:
        raise NotSignedIn
    return visit.member.session_id


ROOM = Room(
    name="account",
    path="/account",
    can=None,
    screens=(
        page("/account", None, account_page),
        action("/account/language", None, speak),
        action("/account/password", None, change_password),
        action("/account/sessions", None, end),
        action("/account/sessions/others", None, end_others),
    ),
)
