"""The shop's profile, its markets, and which of them a country and a language lead to."""

from typing import Any, ClassVar

import msgspec
from sqlalchemy import Boolean, ColumnElement, Select, Text, cast, literal, null, select, type_coerce, union_all

from vetrina.kernel.context import Place
from vetrina.kernel.db import BigInt, Reads
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
            home=self.profile.country,
        )


async def capture_mode(db: Reads) -> str:
    """What is captured of promised money when goods are sent: whole, part or never."""
    return await db.value(_CAPTURE) or "whole"


async def atlas(db: Reads) -> Atlas:
    """Read the shop's profile and markets, in one statement. Raises Fault while the shop has not been opened."""
    parts: dict[int, list[tuple[Any, ...]]] = {_PROFILE: [], _MARKET: [], _COUNTRY: [], _LANGUAGE: []}
    for part, _, _, *columns in await db.fetch(_ATLAS):
        parts[part].append(tuple(columns))
    if not parts[_PROFILE]:
        raise Fault("the shop has not been opened yet: run `vetrina setup`")
    [(shop_id, _, _, _, *texts)] = parts[_PROFILE]
    return Atlas(
        profile=ProfileRow(shop_id, *texts),
        markets=tuple(
            MarketRow(key, handle, name, currency, price_list_id, includes_tax, is_default)
            for key, price_list_id, includes_tax, is_default, handle, name, currency, *_ in parts[_MARKET]
        ),
        countries=tuple((country, key) for key, _, _, _, country, *_ in parts[_COUNTRY]),
        languages=tuple((key, language) for key, _, _, _, language, *_ in parts[_LANGUAGE]),
    )


async def is_open(db: Reads) -> bool:
    """Whether the shop has its first rows."""
    return await db.value(select(ShopProfile.id)) is not None


def _part(
    part: int, order: tuple[Any, Any], key: Any, *texts: Any, price_list: Any = 0, taxed: Any = None, first: Any = None
) -> Select[*tuple[Any, ...]]:
    """Rows of one kind in the shape all share: the kind, two numbers to order by, a key, a price list, flags, texts."""
    padded = [*texts, *[None] * (6 - len(texts))]
    return select(
        _number(part).label("part"),
        _number(order[0]).label("order1"),
        _number(order[1]).label("order2"),
        _number(key).label("key"),
        _number(price_list).label("price_list"),
        (cast(null(), Boolean) if taxed is None else taxed).label("taxed"),
        (cast(null(), Boolean) if first is None else first).label("is_default"),
        *(
            (cast(null(), Text) if column is None else column).label(f"text{number}")
            for number, column in enumerate(padded)
        ),
    )


def _number(value: Any) -> ColumnElement[int]:
    return literal(value, BigInt) if isinstance(value, int) else type_coerce(value, BigInt)


_PROFILE, _MARKET, _COUNTRY, _LANGUAGE = range(4)
_ROWS = union_all(
    _part(
        _PROFILE,
        (0, 0),
        ShopProfile.id,
        ShopProfile.name,
        ShopProfile.description,
        ShopProfile.email,
        ShopProfile.country,
        ShopProfile.currency,
        ShopProfile.language,
    ),
    _part(
        _MARKET,
        (Market.position, Market.id),
        Market.id,
        Market.handle,
        Market.name,
        Market.currency,
        price_list=Market.price_list_id,
        taxed=Market.prices_include_tax,
        first=Market.is_default,
    ),
    _part(_COUNTRY, (MarketCountry.market_id, MarketCountry.position), MarketCountry.market_id, MarketCountry.country),
    _part(
        _LANGUAGE,
        (MarketLanguage.market_id, MarketLanguage.position),
        MarketLanguage.market_id,
        MarketLanguage.language,
    ),
)
_ATLAS = _ROWS.order_by("part", "order1", "order2", "text0")
_CAPTURE = select(ShopProfile.capture)
