"""Open a shop: its profile, price lists, markets and first location."""

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.shop.inventory import service as inventory
from vetrina.shop.inventory.rules import LocationSheet
from vetrina.shop.markets import service as markets
from vetrina.shop.pricing.models import PriceList
from vetrina.vocabulary import Address


class NewMarket(msgspec.Struct, frozen=True, kw_only=True):
    """A market to open, with a price list of its own. The first market is the default one."""

    handle: str
    name: str
    currency: str
    prices_include_tax: bool
    countries: tuple[str, ...]
    languages: tuple[str, ...]


class NewShop(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a shop needs before its first product."""

    name: str
    description: str
    email: str | None
    country: str
    currency: str
    language: str
    location: str
    markets: tuple[NewMarket, ...]


STARTER = NewShop(
    name="Vetrina",
    description="",
    email=None,
    country="IT",
    currency="EUR",
    language="en",
    location="Main",
    markets=(
        NewMarket(
            handle="europe",
            name="Europe",
            currency="EUR",
            prices_include_tax=True,
            countries=(
                "IT", "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU",
                "IE", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
            ),
            languages=("en", "it"),
        ),
        NewMarket(
            handle="united-kingdom",
            name="United Kingdom",
            currency="GBP",
            prices_include_tax=True,
            countries=("GB",),
            languages=("en", "it"),
        ),
        NewMarket(
            handle="united-states",
            name="United States",
            currency="USD",
            prices_include_tax=False,
            countries=("US",),
            languages=("en", "it"),
        ),
    ),
)  # fmt: skip
"""What a shop is opened with until its owner says otherwise."""


async def open_shop(ctx: Context, new: NewShop = STARTER) -> None:
    """Write a new shop's first rows, in one transaction."""
    ctx.require("shop.open")
    async with ctx.tx() as session:
        await markets.introduce(
            session,
            name=new.name,
            description=new.description,
            email=new.email,
            country=new.country,
            currency=new.currency,
            language=new.language,
        )
        for position, market in enumerate(new.markets):
            await _open_market(session, market, position)
        await inventory.add_location(session, LocationSheet(name=new.location, address=Address(country=new.country)))


async def _open_market(session: Session, market: NewMarket, position: int) -> None:
    price_list_id = await session.insert(PriceList, handle=market.handle, name=market.name, currency=market.currency)
    await markets.add_market(
        session,
        handle=market.handle,
        name=market.name,
        currency=market.currency,
        price_list_id=price_list_id,
        prices_include_tax=market.prices_include_tax,
        is_default=position == 0,
        position=position,
        countries=market.countries,
        languages=market.languages,
    )
