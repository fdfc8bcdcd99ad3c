"""A visit: one request of a person, with the language and the country it is answered for."""

from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.errors import Refusal
from vetrina.plugin import Site
from vetrina.plugin.pages.amounts import amount_text, country_name, date_text, day_text, tax_text
from vetrina.plugin.pages.forms import form_token
from vetrina.plugin.pages.voice import NAMES, PROBLEMS, Voice
from vetrina.plugin.words import LANGUAGES, accepted, spoken
from vetrina.views.markets import Atlas
from vetrina_checkout.addresses import Addresses
from vetrina_checkout.assets import Assets
from vetrina_checkout.laws import laws
from vetrina_checkout.limits import Limits, Turns
from vetrina_checkout.settings import CheckoutSettings

Asked = Request[Any, Any, Any]
FILES = (PROBLEMS, ("vetrina_checkout", "words.toml"))
LANGUAGE = "vetrina_language"
"""The cookie in which the shop window keeps the language somebody chose."""
KEPT_FOR = 30 * 24 * 3600
"""Seconds it is kept."""
AnyAnswer = TypeVar("AnyAnswer", bound=Response[Any])


class NoSuchPage(Refusal):
    """Nothing is at this address, or nothing for whoever asks: both look alike."""

    code = "NOT_FOUND"
    text = "There is nothing at this address."
    texts = {"it": "A questo indirizzo non c'è nulla."}


class House(msgspec.Struct, frozen=True):
    """What all pages of one Runtime share."""

    site: Site
    settings: CheckoutSettings
    assets: Assets
    limits: Limits
    turns: Turns
    addresses: Addresses


Here = NamedDependency[SkipValidation[House]]
"""The house, as route handlers are given it."""


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Who is answered what; `owner` is whose forms the page holds, see `form_token`."""

    house: House
    ctx: Context
    atlas: Atlas
    voice: Voice
    path: str
    query: dict[str, str]
    owner: str
    laws: tuple[tuple[str, str], ...]
    """Titles and addresses of the texts of law."""

    @property
    def language(self) -> str:
        return self.voice.language

    def money(self, amount: int, currency: str | None = None) -> str:
        """Minor units as people write them."""
        place = self.ctx.place
        return amount_text(amount, currency or place.currency, self.language, place.country)

    def around(self) -> dict[str, Any]:
        """What every page is told beside its own facts."""
        place, settings = self.ctx.place, self.house.settings
        return {
            "say": self.voice,
            "assets": self.house.assets,
            "settings": settings,
            "laws": self.laws,
            "languages": [(code, NAMES[code], self._in(code)) for code in LANGUAGES],
            "shop_name": self.atlas.profile.name,
            "shop_email": self.atlas.profile.email,
            "place": place,
            "token": form_token(self.ctx.shop, self.owner),
            "money": self.money,
            "tax": partial(tax_text, language=self.language, country=place.country),
            "near_day": partial(day_text, language=self.language, country=place.country),
            "whole_day": partial(_whole_day, language=self.language, country=place.country),
            "day": partial(date_text, language=self.language, country=place.country),
            "country_name": partial(country_name, language=self.language),
            "picture": picture,
        }

    def remembered(self, answer: AnyAnswer) -> AnyAnswer:
        """The answer, with which the browser keeps the language that was asked for in the address."""
        if self.query.get("lang") in LANGUAGES:
            is_secure = self.ctx.shop.base_url.startswith("https://")
            answer.set_cookie(
                key=LANGUAGE,
                value=self.language,
                max_age=KEPT_FOR,
                path="/",
                httponly=True,
                samesite="lax",
                secure=is_secure,
            )
        return answer

    def _in(self, language: str) -> str:
        return f"{self.path}?{urlencode({**self.query, 'lang': language})}"


async def visit(
    house: House,
    request: Asked,
    owner: str,
    *,
    country: str | None = None,
    language: str = "",
    atlas: Atlas | None = None,
) -> Visit:
    """A visit from a country, in the language asked for, else chosen before, else `language`, else the browser's."""
    atlas = atlas or await house.site.markets.atlas()
    voice = Voice(language_of(request, language), FILES)
    query = {name: str(value) for name, value in request.query_params.items() if name != "notice"}
    ctx = house.site.context_at(atlas.place(country, voice.language), BUYER)
    return Visit(
        house=house,
        ctx=ctx,
        atlas=atlas,
        voice=voice,
        path=request.url.path,
        query=query,
        owner=owner,
        laws=await laws(ctx, house.settings, voice),
    )


def _whole_day(on: date, *, language: str, country: str) -> str:
    return date_text(datetime.combine(on, time.min, UTC), language, country)


def language_of(request: Asked, fallback: str = "") -> str:
    """Asked for in the address, chosen before, then `fallback`, then what the browser wishes."""
    return spoken(
        request.query_params.get("lang"),
        request.cookies.get(LANGUAGE),
        fallback,
        *accepted(request.headers.get("accept-language")),
    )


def picture(address: str) -> str:
    """A picture's address; the shop's own without a host, so that they come from where the page came from."""
    return address if address.startswith(("https://", "http://", "/")) else f"/media/{address}"
