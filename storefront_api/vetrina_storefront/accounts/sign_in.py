"""The pages on which a customer signs in to a front end: address, then code or password, then back to where he was."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from vetrina.flows.accounts.asking import LedBack, NotLed, Wish, checked_wish, led_back, place_behind
from vetrina.flows.accounts.limits import TooOften
from vetrina.flows.accounts.signing_in import (
    CodeEnded,
    Entered,
    Pending,
    WrongCode,
    WrongPassword,
    enter_again,
    enter_code,
    enter_password,
    pending_at,
    send_code,
)
from vetrina.kernel.crypto import NotOurs, draw_key
from vetrina.kernel.errors import BadInput, Refusal
from vetrina.plugin.pages.forms import Form, NotOurForm, read_form
from vetrina_storefront.accounts.looks import SESSION, lead, look, session_cookie
from vetrina_storefront.accounts.places import authorize_path, below, code_path
from vetrina_storefront.pages.answers import Page
from vetrina_storefront.pages.links import LONGEST_KEY
from vetrina_storefront.pages.visits import VISITOR, Asked, Here, Visit, visit_plain

WISH = "account-wish"
"""What a form's sealed request is sealed for."""
WISH_STANDS = timedelta(hours=2)
LONGEST_QUERY = 8_000
ASKED_ANEW = ("login", "select_account", "consent")
"""Values of `prompt` with which somebody who has signed in is asked all the same."""


class Carried(msgspec.Struct, frozen=True):
    """A front end's request on its way through a form."""

    wish: Wish
    until: float


@get(below("/oauth/authorize"))
async def authorize(request: Asked, site: Here) -> Page | Redirect:
    """Where front ends send their customers. Who has signed in with this browser is sent on at once."""
    given = {name: str(value) for name, value in request.query_params.items()}
    visit = await account_visit(site, request, given.get("locale") or given.get("ui_locales", "").partition(" ")[0])
    try:
        if len(request.url.query) > LONGEST_QUERY:
            raise NotLed(problem="This request is too long.")
        wish, _ = await checked_wish(visit.ctx, given)
        prompts = wish.prompt.split()
        there = await enter_again(visit.ctx, wish, _kept(request)) if not set(prompts) & set(ASKED_ANEW) else None
        if there is not None:
            return lead(visit, there, 302)
        if "none" in prompts:
            raise led_back(site.shop, wish, "login_required", "The customer has to sign in.")
    except NotLed as refusal:
        return look(visit, "not_led.html", status=400, problem=refusal.message)
    except LedBack as refusal:
        return lead(visit, refusal.address, 302)
    way = "password" if given.get("with") == "password" else "code"
    return await _address_page(visit, wish, way, {"email": wish.login_hint})


@post("/authentication/code")
async def ask_for_code(request: Asked, site: Here) -> Page | Redirect:
    """Send a code, whoever has the address, and go on to where it is typed."""
    visit = await account_visit(site, request)
    form, wish = await _sent(visit, request)
    try:
        key = await send_code(
            visit.ctx,
            wish,
            form.get("email"),
            browser=visit.owner,
            network=_network(request),
            language=visit.language,
        )
    except (BadInput, TooOften) as refusal:
        return await _address_page(visit, wish, "code", form.fields, refusal)
    return lead(visit, code_path(key))


@post("/authentication/password")
async def sign_in_by_password(request: Asked, site: Here) -> Page | Redirect:
    """Sign in with a password, and go back to the front end."""
    visit = await account_visit(site, request)
    form, wish = await _sent(visit, request)
    try:
        entered = await enter_password(
            visit.ctx, wish, form.get("email"), form.get("password"), network=_network(request)
        )
    except (BadInput, TooOften, WrongPassword, CodeEnded) as refusal:
        return await _address_page(visit, wish, "password", form.fields, refusal)
    return _entered(visit, entered)


@get("/authentication/code/{key:str}")
async def code_page(request: Asked, site: Here, key: FromPath[str]) -> Page:
    """Where the code is typed."""
    visit = await account_visit(site, request)
    return await _code_page(visit, key, await _pending(visit, key))


@post("/authentication/code/{key:str}")
async def type_code(request: Asked, site: Here, key: FromPath[str]) -> Page | Redirect:
    """Sign in with the code, and go back to the front end."""
    visit = await account_visit(site, request)
    form = await read_form(request, site.shop, visit.owner)
    pending = await _pending(visit, key)
    try:
        if pending is None:
            raise CodeEnded
        entered = await enter_code(visit.ctx, key, form.get("code")[:LONGEST_KEY], visit.owner)
    except (WrongCode, CodeEnded, TooOften) as refusal:
        return await _code_page(visit, key, pending, refusal)
    return _entered(visit, entered)


async def account_visit(site: Any, request: Asked, language: str = "") -> Visit:
    """A visit whose forms belong to this browser: a key it keeps, which no other site can read."""
    visit = await visit_plain(site, request, language)
    kept = request.cookies.get(VISITOR, "")
    visit.owner = kept if len(kept) <= LONGEST_KEY and kept.isascii() and kept.isalnum() else ""
    if not visit.owner:
        visit.owner = draw_key()
        visit.keep(VISITOR, visit.owner)
    return visit


def kept_session(request: Asked) -> str:
    """The secret of the session this browser has signed in with, if it keeps one."""
    return _kept(request)


def _kept(request: Asked) -> str:
    return request.cookies.get(SESSION, "")


def _network(request: Asked) -> str:
    return request.client.host if request.client else ""


async def _sent(visit: Visit, request: Asked) -> tuple[Form, Wish]:
    """A form of ours and the request it carries. Raises NotOurForm."""
    form = await read_form(request, visit.site.shop, visit.owner)
    try:
        carried = msgspec.json.decode(visit.site.shop.vault.open(WISH, form.get("wish")), type=Carried)
    except (NotOurs, msgspec.MsgspecError):
        raise NotOurForm from None
    if carried.until < visit.ctx.now().timestamp():
        raise NotOurForm
    return form, carried.wish


def _carried(visit: Visit, wish: Wish) -> str:
    carried = Carried(wish, (visit.ctx.now() + WISH_STANDS).timestamp())
    return visit.site.shop.vault.seal(WISH, msgspec.json.encode(carried).decode())


async def _address_page(
    visit: Visit, wish: Wish, way: str, typed: dict[str, str], refusal: Refusal | None = None
) -> Page:
    """Who is it? With a code, which everybody can be sent, or with a password."""
    begin = authorize_path(wish)
    return look(
        visit,
        "address.html",
        status=200 if refusal is None else 422,
        leads_to=place_behind(wish),
        way=way,
        wish=_carried(visit, wish),
        other_way=f"{begin}&with={'password' if way == 'code' else 'code'}",
        front_end=_front_end(wish),
        email=typed.get("email", "")[:320],
        wrong_email=isinstance(refusal, BadInput),
        **_wrong(refusal),
    )


async def _pending(visit: Visit, key: str) -> Pending | None:
    return await pending_at(visit.ctx, key, visit.owner) if len(key) <= LONGEST_KEY and key.isalnum() else None


async def _code_page(visit: Visit, key: str, pending: Pending | None, refusal: Refusal | None = None) -> Page:
    if pending is None:
        return look(visit, "ended.html", status=410 if refusal is None else 422, begin=None)
    if isinstance(refusal, CodeEnded):
        return look(visit, "ended.html", status=422, begin=authorize_path(pending.wish))
    return look(
        visit,
        "code.html",
        status=200 if refusal is None else 422,
        leads_to=place_behind(pending.wish),
        wish=_carried(visit, pending.wish),
        action=code_path(key),
        begin=authorize_path(pending.wish),
        email=pending.email,
        **_wrong(refusal),
    )


def _wrong(refusal: Refusal | None) -> dict[str, Any]:
    """What was refused, as a key of the words and its facts."""
    return {"wrong": None if refusal is None else f"wrong.{refusal.code}", "facts": refusal.facts if refusal else {}}


def _front_end(wish: Wish) -> str:
    """Where one is going, as people read it."""
    return urlsplit(wish.redirect_uri).netloc or urlsplit(wish.redirect_uri).scheme


def _entered(visit: Visit, entered: Entered) -> Redirect:
    visit.cookies.append(session_cookie(visit.site, entered.secret))
    return lead(visit, entered.address)
