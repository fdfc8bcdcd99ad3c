"""Tokens of programs: issued with their secret shown once, listed, revoked."""

from datetime import datetime, timedelta

from vetrina.flows.staff.tokens import issue_token, revoke_token
from vetrina.kernel.errors import Refusal
from vetrina.views.staff import TokenRow, staff_tokens
from vetrina.views.staff_members import member_names
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.permissions import choices
from vetrina_admin.pages.refusals import Wrong, beside
from vetrina_admin.pages.screens import Room, action, page
from vetrina_admin.pages.visits import Visit

PAGE = 50
LASTS = ("30", "90", "365", "")
"""Days; the empty one is for good."""


async def token_list(visit: Visit) -> Answer:
    """Tokens, the newest first; ended ones too."""
    after = visit.query_number("after")
    tokens = await staff_tokens(visit.ctx.db, size=PAGE + 1, below=after)
    owners = {token.member_id for token in tokens if token.member_id is not None}
    return render(
        visit,
        "tokens/list.html",
        names=await member_names(visit.ctx.db, owners),
        tokens=[(token, _state(token, visit.ctx.now())) for token in tokens[:PAGE]],
        everything=len(visit.site.permissions),
        previous=visit.link(after=None) if after else None,
        following=visit.link(after=tokens[PAGE - 1].id) if len(tokens) > PAGE else None,
    )


async def new_token(visit: Visit) -> Answer:
    return _new(visit)


async def issue(visit: Visit, form: Form) -> Answer:
    """Issue a token; the page that answers is the only one that ever shows its secret."""
    days = form.get("days")
    expires_at = visit.ctx.now() + timedelta(days=int(days)) if days in LASTS and days else None
    try:
        secret = await issue_token(
            visit.ctx, form.get("name"), form.all("permissions"), expires_at, known=visit.site.permissions
        )
    except Refusal as refusal:
        return _new(visit, form, beside(visit.say, refusal, "name", "permissions"))
    address = f"{visit.site.shop.base_url}/admin/graphql"
    return render(visit, "tokens/secret.html", name=form.get("name"), secret=secret, api=address)


async def revoke(visit: Visit, _: Form) -> Answer:
    """End a token at once."""
    await revoke_token(visit.ctx, visit.number("token"))
    visit.tell("tokens.revoked")
    return see_other(visit, "/admin/tokens")


def _new(visit: Visit, form: Form | None = None, errors: Wrong | None = None) -> Answer:
    typed = form or Form({"days": ["90"]})
    groups = choices(visit, typed.all("permissions"))
    lasts = [
        (days, visit.say("tokens.days", count=int(days)) if days else visit.say("tokens.forever")) for days in LASTS
    ]
    errors = errors or Wrong()
    return render(
        visit, "tokens/new.html", status=422 if errors else 200, typed=typed, errors=errors, groups=groups, lasts=lasts
    )


def _state(token: TokenRow, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at is not None and token.expires_at <= now else "valid"


ROOM = Room(
    name="tokens",
    path="/tokens",
    can="tokens.read",
    icon="key",
    group="settings",
    screens=(
        page("/tokens", "tokens.read", token_list),
        page("/tokens/new", "tokens.write", new_token),
        action("/tokens", "tokens.write", issue),
        action("/tokens/{token:int}/revoke", "tokens.write", revoke),
    ),
)
