"""Signing out: by a front end that sends its customer, or by hand; and the page that says it is done."""

from litestar import get, post
from litestar.response import Redirect

from vetrina.flows.accounts.signing_out import leaving, sign_out
from vetrina.plugin.pages.forms import read_form
from vetrina_storefront.accounts.looks import lead, look, session_cookie
from vetrina_storefront.accounts.places import AUTHENTICATION, below
from vetrina_storefront.accounts.sign_in import account_visit, kept_session
from vetrina_storefront.pages.answers import Page
from vetrina_storefront.pages.visits import Asked, Here

SIGN_OUT = f"{AUTHENTICATION}/logout"


@get(below("/logout"))
async def leave(request: Asked, site: Here) -> Page | Redirect:
    """A front end with a token of the customer's signs him out at once; anybody else's link asks first."""
    visit = await account_visit(site, request)
    given = {name: str(value) for name, value in request.query_params.items()}
    left = await leaving(
        visit.ctx,
        given.get("id_token_hint", ""),
        given.get("client_id", ""),
        given.get("post_logout_redirect_uri", ""),
        given.get("state", ""),
    )
    if not left.is_meant:
        return look(visit, "sign_out.html", is_done=False, action=SIGN_OUT)
    await sign_out(visit.ctx, kept_session(request), left)
    visit.cookies.append(session_cookie(site, ""))
    if left.address is not None:
        return lead(visit, left.address, 302)
    return look(visit, "sign_out.html", is_done=True)


@post(SIGN_OUT)
async def leave_by_hand(request: Asked, site: Here) -> Page:
    """The button on that page."""
    visit = await account_visit(site, request)
    await read_form(request, site.shop, visit.owner)
    await sign_out(visit.ctx, kept_session(request))
    visit.cookies.append(session_cookie(site, ""))
    return look(visit, "sign_out.html", is_done=True)
