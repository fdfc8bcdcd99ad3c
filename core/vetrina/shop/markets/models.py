"""Tables: shop, its brand, market, its countries and languages."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model


class ShopProfile(Model):
    """The shop's own name and face; one row."""

    __tablename__ = "markets_shop"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str]
    email: Mapped[str | None]
    country: Mapped[str]
    """Where the shop is established, ISO 3166-1."""
    currency: Mapped[str]
    """The currency the shop keeps its books in, ISO 4217."""
    language: Mapped[str]
    """The language its texts are written in, ISO 639-1."""

    capture: Mapped[str | None]
    """What is captured of promised money when goods are sent: whole (as where nothing is said), part, or never."""

    __table_args__ = (
        CheckConstraint("id = 1", name="one_shop"),
        CheckConstraint("capture IN ('whole', 'part', 'never')", name="capture"),
    )


class Brand(Model):
    """How the shop looks wherever it appears; one row at most. Colours are #RRGGBB, in pairs of back and front."""

    __tablename__ = "markets_brand"

    id: Mapped[int] = mapped_column(primary_key=True)
    slogan: Mapped[str]
    short_description: Mapped[str]
    primary: Mapped[list[Any]]
    secondary: Mapped[list[Any]]
    logo_id: Mapped[int | None] = mapped_column(ForeignKey("catalog_media.id"))
    square_logo_id: Mapped[int | None] = mapped_column(ForeignKey("catalog_media.id"))
    cover_id: Mapped[int | None] = mapped_column(ForeignKey("catalog_media.id"))

    __table_args__ = (CheckConstraint("id = 1", name="one_brand"),)


class Market(Model):
    """Countries that see the same price list, in one currency."""

    __tablename__ = "markets_market"

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    currency: Mapped[str]
    price_list_id: Mapped[int] = mapped_column(ForeignKey("pricing_price_list.id"))
    prices_include_tax: Mapped[bool]
    is_default: Mapped[bool]
    position: Mapped[int]


class MarketCountry(Model):
    """A country belongs to one market; the first of a market is its default."""

    __tablename__ = "markets_market_country"

    country: Mapped[str] = mapped_column(primary_key=True)
    market_id: Mapped[int] = mapped_column(ForeignKey("markets_market.id", ondelete="CASCADE"))
    position: Mapped[int]


class MarketLanguage(Model):
    """A language offered in a market; the first is its default."""

    __tablename__ = "markets_market_language"

    market_id: Mapped[int] = mapped_column(ForeignKey("markets_market.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
