"""The shop itself: its profile, markets and price lists."""

from typing import Any

import msgspec
import strawberry

from vetrina.graphql import Info, ctx_of, id_field, root
from vetrina.views.catalog.price_lists import PriceListRow, price_lists
from vetrina.views.markets import Atlas, MarketRow, atlas
from vetrina_admin.api.products import PriceList


class MarketShownRow(msgspec.Struct, frozen=True):
    """A market with everything that belongs to it."""

    id: int
    handle: str
    name: str
    is_default: bool
    prices_include_tax: bool
    price_list: PriceListRow
    countries: tuple[str, ...]
    languages: tuple[str, ...]


class ShopRow(msgspec.Struct, frozen=True):
    """The shop's profile and its markets."""

    name: str
    description: str
    email: str | None
    country_code: str
    currency_code: str
    language_code: str
    markets: tuple[MarketShownRow, ...]


@strawberry.type(description="Where the shop sells, from one price list.")
class Market:
    id: strawberry.ID = id_field("Market")
    handle: str
    name: str
    is_default: bool
    prices_include_tax: bool
    price_list: PriceList
    countries: list[str] = strawberry.field(description="ISO 3166-1; the first is the default.")
    languages: list[str] = strawberry.field(description="ISO 639; the first is the default.")


@strawberry.type(description="The shop's profile and its markets.")
class Shop:
    name: str
    description: str
    email: str | None
    country_code: str
    currency_code: str
    language_code: str
    markets: list[Market]


@strawberry.type
class ShopQuery:
    @root(permission="shop.read", description="The shop's profile and its markets.")
    async def shop(self, info: Info) -> Shop:
        db = ctx_of(info).db
        lists = {row.id: row for row in await price_lists(db)}
        found: Any = _shop(await atlas(db), lists)
        return found

    @root(permission="prices.read", description="Every price list, the oldest first.")
    async def price_lists(self, info: Info) -> list[PriceList]:
        found: Any = await price_lists(ctx_of(info).db)
        return found


def _shop(known: Atlas, lists: dict[int, PriceListRow]) -> ShopRow:
    profile = known.profile
    return ShopRow(
        name=profile.name,
        description=profile.description,
        email=profile.email,
        country_code=profile.country,
        currency_code=profile.currency,
        language_code=profile.language,
        markets=tuple(_market(known, market, lists) for market in known.markets),
    )


def _market(known: Atlas, market: MarketRow, lists: dict[int, PriceListRow]) -> MarketShownRow:
    return MarketShownRow(
        id=market.id,
        handle=market.handle,
        name=market.name,
        is_default=market.is_default,
        prices_include_tax=market.prices_include_tax,
        price_list=lists[market.price_list_id],
        countries=tuple(country for country, market_id in known.countries if market_id == market.id),
        languages=known.languages_of(market.id),
    )
