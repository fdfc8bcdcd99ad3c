"""Answers: a page from a template, with the headers that keep its secrets."""

from datetime import datetime
from functools import cache, partial
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response
from litestar.response import Redirect

from vetrina.plugin.pages.amounts import amount_text, country_name, date_text
from vetrina.plugin.pages.forms import form_token
from vetrina.plugin.pages.voice import NAMES, Voice
from vetrina.plugin.words import LANGUAGES
from vetrina_storefront.images import absolute
from vetrina_storefront.pages.links import cart_path
from vetrina_storefront.pages.style import STYLE_PATH
from vetrina_storefront.pages.visits import Visit

Page = Response[str]
HTML = "text/html; charset=utf-8"
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; img-src 'self' https: data:; style-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-opener-policy": "same-origin",
}


def answer(visit: Visit, template: str, *, status: int = 200, refresh: str | None = None, **facts: Any) -> Page:
    """A page for a visit. `refresh` is the content of a Refresh header, such as "3"."""
    html = _templates().get_template(template).render(**_around(visit), **facts)
    headers = HEADERS if refresh is None else {**HEADERS, "refresh": refresh}
    return Response(html, status_code=status, media_type=HTML, headers=headers, cookies=visit.cookies)


def see_other(visit: Visit, path: str) -> Redirect:
    """After a form: look at the outcome, at an address that may be loaded again."""
    return Redirect(path, status_code=303, headers=HEADERS, cookies=visit.cookies)


def plain(say: Voice, language: str, *, status: int, title: str, text: str, **facts: object) -> Page:
    """A page without a shop around it: for errors, which must not cause another."""
    html = (
        _templates()
        .get_template("plain.html")
        .render(say=say, language=language, style_path=STYLE_PATH, title=say(title), text=say(text, **facts))
    )
    return Response(html, status_code=status, media_type=HTML, headers=HEADERS)


def _around(visit: Visit) -> dict[str, Any]:
    """What every page is told beside its own facts: words, the shop, and how amounts and days are written."""
    shop, place, language, cart = visit.ctx.shop, visit.ctx.place, visit.language, visit.cart

    def money(amount: int, currency: str = place.currency) -> str:
        return amount_text(amount, currency, language, place.country)

    def day(at: datetime) -> str:
        return date_text(at, language, place.country)

    return {
        "say": visit.say,
        "language": language,
        "languages": [(code, NAMES[code], _with_language(visit, code)) for code in LANGUAGES],
        "shop_name": visit.atlas.profile.name,
        "shop_email": visit.atlas.profile.email,
        "place": place,
        "style_path": STYLE_PATH,
        "cart_path": cart_path(shop, cart.key, step="cart") if cart else None,
        "pieces": visit.pieces,
        "token": form_token(shop, visit.owner),
        "picture": _picture,
        "money": money,
        "day": day,
        "country_name": partial(country_name, language=language),
    }


def _picture(address: str) -> str:
    """A picture's address: the shop's own without a host, so that they come from where the page came from."""
    return absolute(address, "")


def _with_language(visit: Visit, language: str) -> str:
    return f"{visit.path}?{urlencode({**visit.query, 'lang': language})}"


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("vetrina_storefront.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
