"""The shop's profile, its markets, and which of them a country and a language lead to."""

from typing import ClassVar

import msgspec
from sqlalchemy import select

from vetrina.kernel.context import Place
from vetrina.kernel.db import Reads
from vetrina.kernel.errors import Fault
from vetrina.shop.markets.models import Market, MarketCountry, MarketLanguage, ShopProfile


class ProfileRow(msgspec.Struct, frozen=True):
    """The shop itself."""

    type_name: ClassVar[str] = "Shop"

    id: int
    name: str
    description: str
    email: str | None
    country: str
    currency: str
    language: str


class MarketRow(msgspec.Struct, frozen=True):
    """A market with its price list."""

    type_name: ClassVar[str] = "Market"

    id: int
    handle: str
    name: str
    currency: str
    price_list_id: int
    prices_include_tax: bool
    is_default: bool


class Atlas(msgspec.Struct, frozen=True):
    """All markets at once: small, read at every request that names a place, and kept by nobody."""

    profile: ProfileRow
    markets: tuple[MarketRow, ...]
    countries: tuple[tuple[str, int], ...]
    """Pairs of country and market id; a market's default country comes first."""
    languages: tuple[tuple[int, str], ...]
    """Pairs of market id and language; a market's default language comes first."""

    def market_of(self, country: str) -> MarketRow | None:
        market_id = dict(self.countries).get(country)
        return next((market for market in self.markets if market.id == market_id), None)

    def languages_of(self, market_id: int) -> tuple[str, ...]:
        return tuple(language for owner, language in self.languages if owner == market_id)

    def place(self, country: str | None = None, language: str | None = None) -> Place:
        """Where a buyer from that country reads in that language.

        A country the shop does not sell to, or none, leads to the default market and its first country; a language
        the market does not offer leads to the market's first.
        """
        market = self.market_of(country) if country else None
        if market is None:
            market = next(market for market in self.markets if market.is_default)
            country = next(code for code, market_id in self.countries if market_id == market.id)
        assert country is not None
        offered = self.languages_of(market.id)
        return Place(
            market_id=market.id,
            price_list_id=market.price_list_id,
            currency=market.currency,
            country=country,
            language=language if language in offered else offered[0],
            default_language=self.profile.language,
            prices_include_tax=market.prices_include_tax,
        )


async def atlas(db: Reads) -> Atlas:
    """Read the shop's profile and markets. Raises Fault while the shop has not been opened."""
    profile = await db.one(ProfileRow, _PROFILE)
    if profile is None:
        raise Fault("the shop has not been opened yet: run `vetrina setup`")
    return Atlas(
        profile=profile,
        markets=tuple(await db.rows(MarketRow, _MARKETS)),
        countries=tuple((country, market_id) for country, market_id in await db.fetch(_COUNTRIES)),
        languages=tuple((market_id, language) for market_id, language in await db.fetch(_LANGUAGES)),
    )


_PROFILE = select(
    ShopProfile.id,
    ShopProfile.name,
    ShopProfile.description,
    ShopProfile.email,
    ShopProfile.country,
    ShopProfile.currency,
    ShopProfile.language,
)
_MARKETS = select(
    Market.id,
    Market.handle,
    Market.name,
    Market.currency,
    Market.price_list_id,
    Market.prices_include_tax,
    Market.is_default,
).order_by(Market.position)
_COUNTRIES = select(MarketCountry.country, MarketCountry.market_id).order_by(
    MarketCountry.market_id, MarketCountry.position
)
_LANGUAGES = select(MarketLanguage.market_id, MarketLanguage.language).order_by(
    MarketLanguage.market_id, MarketLanguage.position
)


async def is_open(db: Reads) -> bool:
    """Whether the shop has its first rows."""
    return await db.value(select(ShopProfile.id)) is not None
