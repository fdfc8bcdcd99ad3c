"""How the shop looks: its brand's texts, colours and pictures."""

import msgspec
from sqlalchemy import select

from vetrina.kernel.db import Reads
from vetrina.shop.markets.models import Brand


class BrandRow(msgspec.Struct, frozen=True):
    """The brand; colours are pairs of `background` and `foreground`, each #RRGGBB. Pictures are media."""

    slogan: str
    short_description: str
    primary: list[dict[str, str]]
    secondary: list[dict[str, str]]
    logo_id: int | None
    square_logo_id: int | None
    cover_id: int | None


async def brand(db: Reads) -> BrandRow | None:
    """The shop's brand, once somebody has written it."""
    return await db.one(BrandRow, _BRAND)


_BRAND = select(*(getattr(Brand, name) for name in BrandRow.__struct_fields__))
