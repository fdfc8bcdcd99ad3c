"""Localization: where the buyer is, what she reads, and where else the shop sells."""

from enum import Enum
from typing import Any

import msgspec
import strawberry

from vetrina.graphql import Info, ctx_of, once, read_from, root
from vetrina.views.markets import Atlas, MarketRow, atlas
from vetrina_storefront.enums import CountryCode, CurrencyCode, LanguageCode, language_code
from vetrina_storefront.interfaces import Node
from vetrina_storefront.metafields import HasMetafields
from vetrina_storefront.names import country_name, currency_name, currency_symbol, language_name

IMPERIAL = ("LR", "MM", "US")
"""Countries that measure in feet and pounds."""


@strawberry.enum(description="Metres or feet.")
class UnitSystem(Enum):
    IMPERIAL_SYSTEM = "IMPERIAL_SYSTEM"
    METRIC_SYSTEM = "METRIC_SYSTEM"


class LanguageRow(msgspec.Struct, frozen=True):
    """A language, its name in itself and in the context's language."""

    iso_code: str
    endonym_name: str
    name: str


class CurrencyRow(msgspec.Struct, frozen=True):
    """A currency, its name and sign in the context's language."""

    iso_code: str
    name: str
    symbol: str


class CountryRow(msgspec.Struct, frozen=True):
    """A country the shop sells to."""

    iso_code: str
    name: str
    currency: CurrencyRow
    unit_system: UnitSystem
    available_languages: tuple[LanguageRow, ...]
    market: MarketRow

    @property
    def default_language(self) -> LanguageRow:
        """The market's first."""
        return self.available_languages[0]


class LocalizationRow(msgspec.Struct, frozen=True):
    """Where the request sells, and everything else the shop offers."""

    country: CountryRow
    language: LanguageRow
    market: MarketRow
    available_countries: tuple[CountryRow, ...]

    @property
    def available_languages(self) -> tuple[LanguageRow, ...]:
        """Those of the country."""
        return self.country.available_languages


async def markets_of(info: Info) -> Atlas:
    """The shop's profile and markets, read once per operation."""
    return await once(info, ("atlas",), lambda: atlas(ctx_of(info).db))


def language_row(language: str, in_language: str) -> LanguageRow:
    """A language for the wire."""
    return LanguageRow(language_code(language), language_name(language, language), language_name(language, in_language))


def country_row(world: Atlas, country: str, in_language: str) -> CountryRow:
    """A country one of the markets sells to, for the wire."""
    market = world.market_of(country)
    assert market is not None
    return CountryRow(
        iso_code=country,
        name=country_name(country, in_language),
        currency=CurrencyRow(
            market.currency, currency_name(market.currency, in_language), currency_symbol(market.currency, in_language)
        ),
        unit_system=UnitSystem.IMPERIAL_SYSTEM if country in IMPERIAL else UnitSystem.METRIC_SYSTEM,
        available_languages=tuple(language_row(one, in_language) for one in world.languages_of(market.id)),
        market=market,
    )


@strawberry.type(description="A language.")
class Language:
    endonym_name: str
    iso_code: LanguageCode
    name: str


@strawberry.type(description="A currency.")
class Currency:
    iso_code: CurrencyCode
    name: str
    symbol: str


@strawberry.type(description="Countries that see the same prices.")
class Market(HasMetafields, Node):
    handle: str

    is_type_of = read_from(MarketRow)


@strawberry.type(description="A country the shop sells to.")
class Country:
    available_languages: list[Language]
    currency: Currency
    default_language: Language
    iso_code: CountryCode
    market: Market | None = strawberry.field(deprecation_reason="Markets are the shop's own matter.")
    name: str
    unit_system: UnitSystem


@strawberry.type(description="Where the buyer is, what she reads, and where else the shop sells.")
class Localization:
    available_countries: list[Country]
    available_languages: list[Language]
    country: Country
    language: Language
    market: Market = strawberry.field(deprecation_reason="Markets are the shop's own matter.")


@strawberry.type
class LocalizationQuery:
    @root(shared=True, description="Where the buyer is, what she reads, and where else the shop sells.")
    async def localization(self, info: Info) -> Localization:
        place = ctx_of(info).place
        world = await markets_of(info)
        country = country_row(world, place.country, place.language)
        row: Any = LocalizationRow(
            country=country,
            language=language_row(place.language, place.language),
            market=country.market,
            available_countries=tuple(country_row(world, code, place.language) for code, _ in world.countries),
        )
        return row
