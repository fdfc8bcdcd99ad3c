"""Write down the shop's profile and its brand, its markets, their countries and languages."""

from typing import Any

from sqlalchemy import bindparam, update

from vetrina.kernel.db import Session, table_of
from vetrina.shop.markets.models import Brand, Market, MarketCountry, MarketLanguage, ShopProfile

Colors = list[dict[str, str]]
"""Pairs of `background` and `foreground`, each #RRGGBB."""


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


async def rename(session: Session, *, name: str, description: str, email: str | None) -> None:
    """Give the shop another name, description and address; country, currency and language stay."""
    await session.execute(_RENAME, {"name_": name, "description_": description, "email_": email})


async def set_capture(session: Session, mode: str) -> None:
    """What is captured of promised money when goods are sent: whole, part or never."""
    await session.execute(_CAPTURE, {"mode": mode})


async def put_brand(
    session: Session, *, slogan: str, short_description: str, primary: Colors, secondary: Colors
) -> None:
    """Write the brand's texts and colours; its pictures stay."""
    texts: dict[str, Any] = {
        "slogan": slogan,
        "short_description": short_description,
        "primary": primary,
        "secondary": secondary,
    }
    if not await session.execute(_BRAND, {f"{name}_": value for name, value in texts.items()}):
        await session.add(Brand, id=1, **_NO_PICTURES, **texts)


async def put_picture(session: Session, column: str, media_id: int | None) -> None:
    """Show another picture as logo_id, square_logo_id or cover_id; None takes it away."""
    if not await session.execute(_PICTURES[column], {"media_": media_id}):
        nothing: dict[str, Any] = {"slogan": "", "short_description": "", "primary": [], "secondary": []}
        await session.add(Brand, id=1, **{**_NO_PICTURES, column: media_id}, **nothing)


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


_NO_PICTURES = {"logo_id": None, "square_logo_id": None, "cover_id": None}
_RENAME = update(table_of(ShopProfile)).values(
    name=bindparam("name_"), description=bindparam("description_"), email=bindparam("email_")
)
_CAPTURE = update(table_of(ShopProfile)).values(capture=bindparam("mode"))
_BRAND = update(table_of(Brand)).values(
    {name: bindparam(f"{name}_") for name in ("slogan", "short_description", "primary", "secondary")}
)
_PICTURES = {column: update(table_of(Brand)).values({column: bindparam("media_")}) for column in _NO_PICTURES}
