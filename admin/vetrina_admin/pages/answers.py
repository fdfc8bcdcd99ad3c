"""Answers: a page from a template, with the headers that keep strangers out; or the way to the next page."""

from functools import cache, partial
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response
from markupsafe import Markup

from vetrina.kernel.money import Money
from vetrina.plugin.words import LANGUAGES
from vetrina_admin.pages import assets
from vetrina_admin.pages.asking import SIGN_IN
from vetrina_admin.pages.forms import form_token
from vetrina_admin.pages.visits import Visit
from vetrina_admin.pages.wording import NAMES, Say
from vetrina_admin.pages.written import browser_name, day_text, moment, money_text, number_text, share_text

Answer = Response[Any]
HTML = "text/html; charset=utf-8"
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    # Only our own pages learn where somebody comes from; other sites learn nothing.
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-opener-policy": "same-origin",
}


def render(
    visit: Visit, template: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> Answer:
    """A page for a visit: render(visit, "orders/list.html", orders=rows). Values are escaped where they are shown."""
    around = _around(visit)
    around["ui"] = _templates().get_template("parts.html").make_module(around)
    html = _templates().get_template(template).render(**around, **values)
    return Response(
        html, status_code=status, media_type=HTML, headers={**HEADERS, **(headers or {})}, cookies=visit.cookies
    )


def see_other(visit: Visit, path: str) -> Answer:
    """After a form: look at the outcome, at an address that may be loaded again."""
    return Response("", status_code=303, media_type=HTML, headers={**HEADERS, "location": path}, cookies=visit.cookies)


def to_sign_in(visit: Visit, path: str) -> Answer:
    """First sign in, then go on to `path`."""
    address = f"{SIGN_IN}?{urlencode({'next': path})}"
    if visit.request.headers.get("hx-request") != "true":
        return see_other(visit, address)
    # A script would put the sign-in page into the middle of this one.
    return Response("", status_code=200, media_type=HTML, headers={**HEADERS, "hx-redirect": address})


def plain(say: Say, language: str, *, status: int, key: str, **facts: object) -> Answer:
    """A page without anything around it: for errors while a page was being begun, which must not cause another."""
    html = (
        _templates()
        .get_template("plain.html")
        .render(say=say, language=language, address=assets.address, title=say(key), text=say(f"{key}_text", **facts))
    )
    return Response(html, status_code=status, media_type=HTML, headers=HEADERS)


def _around(visit: Visit) -> dict[str, Any]:
    """What every template is told beside its own values."""
    language = visit.language

    def money(amount: int | Money, currency: str | None = None) -> str:
        if isinstance(amount, Money):
            return money_text(amount.amount, amount.currency, language)
        return money_text(amount, currency or visit.ctx.place.currency, language)

    return {
        "visit": visit,
        "say": visit.say,
        "may": visit.may,
        "rooms": {entry.name for entry in visit.menu},
        "language": language,
        "languages": [(code, NAMES[code]) for code in LANGUAGES],
        "shop_name": visit.shop_name,
        "token": form_token(visit.site.shop, visit.owner),
        "address": assets.address,
        "has_assets": assets.is_complete(),
        "is_development": visit.site.settings.env == "development",
        "build_assets": assets.BUILD,
        "money": money,
        "moment": partial(moment, language=language),
        "day": partial(day_text, language=language),
        "number": partial(number_text, language=language),
        "share": partial(share_text, language=language),
        "icon": _icon,
        "browser": browser_name,
    }


def _icon(name: str, size: int = 20) -> Markup:
    """A picture for those who see it; the words beside it say what it means."""
    sprite = assets.address("icons.svg")
    if not sprite or not name:
        return Markup()
    return Markup(
        '<svg class="icon" width="{size}" height="{size}" aria-hidden="true" focusable="false">'
        '<use href="{sprite}#{name}"/></svg>'
    ).format(size=size, sprite=sprite, name=name)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("vetrina_admin.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
