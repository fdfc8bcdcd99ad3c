"""Write down the shop's profile, its markets, their countries and languages."""

from vetrina.kernel.db import Session
from vetrina.shop.markets.models import Market, MarketCountry, MarketLanguage, ShopProfile


async def introduce(
    session: Session, *, name: str, description: str, email: str | None, country: str, currency: str, language: str
) -> None:
    """Name the shop, or rename it."""
    await session.put(
        ShopProfile,
        ("id",),
        id=1,
        name=name,
        description=description,
        email=email,
        country=country,
        currency=currency,
        language=language,
    )


async def add_market(
    session: Session,
    *,
    handle: str,
    name: str,
    currency: str,
    price_list_id: int,
    prices_include_tax: bool,
    is_default: bool,
    position: int,
    countries: tuple[str, ...],
    languages: tuple[str, ...],
) -> int:
    """Open a market; its first country and language are its defaults. Returns its id."""
    market_id = await session.insert(
        Market,
        handle=handle,
        name=name,
        currency=currency,
        price_list_id=price_list_id,
        prices_include_tax=prices_include_tax,
        is_default=is_default,
        position=position,
    )
    for place, country in enumerate(countries):
        await session.add(MarketCountry, country=country, market_id=market_id, position=place)
    for place, language in enumerate(languages):
        await session.add(MarketLanguage, market_id=market_id, language=language, position=place)
    return market_id
