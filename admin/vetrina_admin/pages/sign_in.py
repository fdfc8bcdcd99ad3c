"""Sign in and out."""

from vetrina.flows.staff.sessions import SignIn, SignInPaused, WrongSignIn, remembered, sign_in, sign_out
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.asking import A_YEAR, DEVICE, HOME, SESSION, SIGN_IN, kept, local_path
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.screens import Room, action, page
from vetrina_admin.pages.visits import Visit


async def sign_in_page(visit: Visit) -> Answer:
    """The form; whoever has signed in already goes on."""
    following = local_path(visit.query.get("next"))
    return see_other(visit, following) if visit.member else _form(visit, following)


async def enter(visit: Visit, form: Form) -> Answer:
    """Compare address and password, and go on to where the person wanted to go."""
    following = local_path(form.get("next"))
    client, marks = visit.request.client, kept(visit.site, visit.request, DEVICE)
    given = SignIn(
        email=form.get("email"),
        password=form.get("password"),
        address=client.host if client else "",
        user_agent=visit.request.headers.get("user-agent", ""),
        marks=marks,
    )
    try:
        secret = await sign_in(visit.ctx, given)
    except WrongSignIn as refusal:
        return _form(visit, following, given.email, told(visit.say, refusal), status=422)
    except SignInPaused as refusal:
        pause = {"retry-after": str(refusal.facts["seconds"])}
        return _form(visit, following, given.email, told(visit.say, refusal), status=429, headers=pause)
    visit.keep(SESSION, secret)
    visit.keep(DEVICE, await remembered(visit.ctx, secret, marks), A_YEAR)
    return see_other(visit, following)


async def leave(visit: Visit, _: Form) -> Answer:
    """End the session this browser comes with."""
    assert visit.member is not None
    await sign_out(visit.ctx, visit.member.session_id)
    visit.keep(SESSION, "")
    visit.tell("sign_in.signed_out", "neutral")
    return see_other(visit, SIGN_IN)


def _form(
    visit: Visit,
    following: str,
    email: str = "",
    problem: str = "",
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Answer:
    facts = {"following": following, "email": email[:320], "problem": problem, "is_home": following == HOME}
    return render(visit, "sign_in.html", status=status, headers=headers, **facts)


ROOM = Room(
    name="sign_in",
    path="/sign-in",
    can=None,
    screens=(
        page("/sign-in", None, sign_in_page, is_open=True),
        action("/sign-in", None, enter, is_open=True),
        action("/sign-out", None, leave),
    ),
)
