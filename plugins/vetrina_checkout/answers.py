"""Answers: a page from a template, with headers that keep its secrets and let nobody's script in uninvited."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response
from litestar.response import Redirect

from vetrina.plugin.pages.voice import Voice
from vetrina.ports import PaymentScript
from vetrina_checkout.assets import Assets

Page = Response[str]
HTML = "text/html"


def headers(scripts: Sequence[PaymentScript] = ()) -> dict[str, str]:
    """Of a page. `scripts` are those of the ways to pay that the page may have to show, and what they may reach."""
    own = "'self'"
    policy = {
        "default-src": ("'none'",),
        "script-src": (own, *(origin for script in scripts for origin in script.scripts)),
        "style-src": (own,),
        "img-src": (own, "https:", "data:", *(origin for script in scripts for origin in script.images)),
        "connect-src": (own, *(origin for script in scripts for origin in script.connections)),
        "frame-src": tuple(origin for script in scripts for origin in script.frames) or ("'none'",),
        "form-action": (own,),
        "base-uri": ("'none'",),
        "frame-ancestors": ("'none'",),
    }
    return {
        "content-security-policy": "; ".join(f"{name} {' '.join(dict.fromkeys(to))}" for name, to in policy.items()),
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex, nofollow",
        # A provider's window has to find its way back to the page that opened it.
        "cross-origin-opener-policy": "same-origin-allow-popups" if scripts else "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
    }


def drawn(template: str, *, status: int = 200, scripts: Sequence[PaymentScript] = (), **facts: Any) -> Page:
    """A page."""
    html = _templates().get_template(template).render(**facts)
    return Response(html, status_code=status, media_type=HTML, headers=headers(scripts))


def see_other(path: str) -> Redirect:
    """After a form: look at the outcome, at an address that may be loaded again."""
    return Redirect(path, status_code=303, headers=headers())


def plain(voice: Voice, assets: Assets, *, status: int, key: str, **facts: object) -> Page:
    """A page without a shop around it: for errors, which must not cause another."""
    return drawn(
        "plain.html",
        status=status,
        say=voice,
        assets=assets,
        title=voice(f"error.{key}"),
        text=voice(f"error.{key}_text", **facts),
    )


def warm() -> None:
    """Compile the templates: the first buyer does not wait for that."""
    for name in _templates().list_templates():
        _templates().get_template(name)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("vetrina_checkout"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
