"""How the pages look: templates within the shop's own frame, and headers that let a form lead to one front end only."""

from functools import cache
from typing import Any, Literal
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from litestar import Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from vetrina.plugin import Site
from vetrina.plugin.pages.forms import form_token
from vetrina.plugin.pages.voice import NAMES, Voice
from vetrina.plugin.words import LANGUAGES
from vetrina_storefront.accounts.places import COOKIE_PATH
from vetrina_storefront.pages.answers import HEADERS, HTML, Page
from vetrina_storefront.pages.style import STYLE_PATH
from vetrina_storefront.pages.visits import Visit
from vetrina_storefront.pages.words import FILES

WORDS = (*FILES, ("vetrina_storefront.accounts", "words.toml"))
SESSION = "vetrina_account"
SESSION_KEPT = 30 * 24 * 3600
"""Seconds a browser keeps that somebody has signed in."""


def speaker(language: str) -> Voice:
    """Who says what stands on these pages."""
    return Voice(language, WORDS)


def look(visit: Visit, template: str, *, status: int = 200, leads_to: str = "", **facts: Any) -> Page:
    """A page. Its forms lead to the shop alone, and over it to `leads_to`, a front end's origin.

    Browsers hold a form's answer that leads elsewhere against the page's policy, so the origin is named there.
    """
    voice = speaker(visit.language)
    html = (
        _templates()
        .get_template(template)
        .render(
            say=voice,
            language=visit.language,
            languages=[(code, NAMES[code], _in(visit, code)) for code in LANGUAGES],
            shop_name=visit.atlas.profile.name,
            shop_email=visit.atlas.profile.email,
            style_path=STYLE_PATH,
            cart_path=None,
            pieces=0,
            token=form_token(visit.site.shop, visit.owner),
            **facts,
        )
    )
    policy = HEADERS["content-security-policy"]
    if leads_to:
        policy = policy.replace("form-action 'self'", f"form-action 'self' {leads_to}")
    headers = {**HEADERS, "content-security-policy": policy}
    return Response(html, status_code=status, media_type=HTML, headers=headers, cookies=visit.cookies)


def lead(visit: Visit, address: str, status: Literal[302, 303] = 303) -> Redirect:
    """Go on elsewhere; the browser is told what to keep."""
    return Redirect(address, status_code=status, headers=HEADERS, cookies=visit.cookies)


def session_cookie(site: Site, secret: str) -> Cookie:
    """That somebody has signed in; an empty secret forgets it."""
    return Cookie(
        key=SESSION,
        value=secret,
        path=COOKIE_PATH,
        max_age=SESSION_KEPT if secret else 0,
        httponly=True,
        samesite="lax",
        secure=site.settings.base_url.startswith("https://"),
    )


def _in(visit: Visit, language: str) -> str:
    return f"{visit.path}?{urlencode({**visit.query, 'lang': language})}"


@cache
def _templates() -> Environment:
    return Environment(
        loader=ChoiceLoader([PackageLoader("vetrina_storefront.accounts"), PackageLoader("vetrina_storefront.pages")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
