"""A visit: one request of a person, with the language and the country it is answered for."""

from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.crypto import draw_key
from vetrina.plugin import Site
from vetrina.plugin.pages.voice import Voice
from vetrina.plugin.words import LANGUAGES, accepted, spoken
from vetrina.views.carts import CartRow, cart_by_key, cart_lines
from vetrina.views.markets import Atlas
from vetrina.vocabulary import CartState
from vetrina_storefront.pages.links import LONGEST_KEY, NoSuchPage, check_cart_secret
from vetrina_storefront.pages.words import speaker

Asked = Request[Any, Any, Any]
Here = NamedDependency[SkipValidation[Site]]
"""The site, as handlers are given it."""

CART = "vetrina_cart"
VISITOR = "vetrina_visitor"
LANGUAGE = "vetrina_language"
COUNTRY = "vetrina_country"
KEPT_FOR = 30 * 24 * 3600
"""Seconds a browser keeps its cart, its language and its country, and the secret its forms are known by."""


class Visit(msgspec.Struct, kw_only=True):
    """Who is answered what. `cart` is the one the visit is about, or the one the browser keeps while shopping."""

    site: Site
    ctx: Context
    atlas: Atlas
    language: str
    """Of the pages' own words; product texts are in the language of the context's place."""
    say: Voice
    path: str
    query: dict[str, str]
    cart: CartRow | None = None
    pieces: int = 0
    """How many pieces that cart holds."""
    owner: str = ""
    """Whose forms the page holds: the cart's at this address, or this browser's; see `form_token`."""
    cookies: list[Cookie]

    @property
    def country(self) -> str:
        return self.ctx.place.country

    def keep(self, name: str, value: str) -> None:
        """Have the browser keep something; an empty value forgets it."""
        self.cookies.append(
            Cookie(
                key=name,
                value=value,
                path="/",
                max_age=KEPT_FOR if value else 0,
                httponly=True,
                samesite="lax",
                secure=self.site.settings.base_url.startswith("https://"),
            )
        )


async def visit_shelves(site: Site, request: Asked) -> Visit:
    """A visit to the catalogue, with the cart this browser keeps.

    Its forms belong to the browser and not to that cart, so that one opened before there was a cart can be sent after.
    """
    key = _kept_key(request, CART)
    cart = await cart_by_key(site.shop.db, key) if key else None
    visit = await _visit(site, request, cart if cart and cart.state == CartState.OPEN else None)
    visit.owner = _kept_key(request, VISITOR)
    if not visit.owner:
        visit.owner = draw_key()
        visit.keep(VISITOR, visit.owner)
    return visit


async def visit_cart(site: Site, request: Asked, key: str) -> tuple[Visit, CartRow]:
    """A visit to the cart at an address. Raises NoSuchPage when the address is not the cart's own."""
    check_cart_secret(site.shop, key, request.query_params.get("s"))
    cart = await cart_by_key(site.shop.db, key)
    if cart is None:
        raise NoSuchPage
    visit = await _visit(site, request, cart, cart.language)
    visit.owner = key
    return visit, in_words_of(visit, cart)


def in_words_of(visit: Visit, cart: CartRow) -> CartRow:
    """The cart to be quoted in the language of the page; what is stored stays as it is."""
    return msgspec.structs.replace(cart, language=visit.ctx.place.language)


async def visit_plain(site: Site, request: Asked, language: str = "") -> Visit:
    """A visit to what is no cart; in `language` unless the visitor chose one."""
    return await _visit(site, request, None, language)


def language_of(request: Asked, fallback: str = "") -> str:
    """Asked for in the address, chosen before, then `fallback`, then what the browser wishes."""
    return spoken(
        request.query_params.get("lang"),
        request.cookies.get(LANGUAGE),
        fallback,
        *accepted(request.headers.get("accept-language")),
    )


async def _visit(site: Site, request: Asked, cart: CartRow | None, fallback: str = "") -> Visit:
    known = await site.markets.atlas()
    language = language_of(request, fallback)
    country = cart.country if cart else request.cookies.get(COUNTRY)
    visit = Visit(
        site=site,
        ctx=site.context_at(known.place(country, language), BUYER),
        atlas=known,
        language=language,
        say=speaker(language),
        path=request.url.path,
        query={name: str(value) for name, value in request.query_params.items()},
        cart=cart,
        pieces=await _pieces(site, cart) if cart else 0,
        cookies=[],
    )
    if request.query_params.get("lang") in LANGUAGES:
        visit.keep(LANGUAGE, language)
    return visit


def _kept_key(request: Asked, name: str) -> str:
    """A key this browser keeps; empty where there is none, or something else under its name."""
    key = request.cookies.get(name, "")
    return key if len(key) <= LONGEST_KEY and key.isascii() and key.isalnum() else ""


async def _pieces(site: Site, cart: CartRow) -> int:
    return sum(line.quantity for line in await cart_lines(site.shop.db, [cart.id]))
