"""Price lists, and what variants cost in each of them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from vetrina.kernel.db import Reads, id_in
from vetrina.shop.pricing.models import Price, PriceList


class PriceListRow(msgspec.Struct, frozen=True):
    """Prices in one currency."""

    id: int
    handle: str
    name: str
    currency: str


class ListedPriceRow(msgspec.Struct, frozen=True):
    """What a variant costs in a list now, in minor units of the list's currency."""

    variant_id: int
    price_list_id: int
    amount: int
    compare_at: int | None
    breaks: list[list[int]] | None
    """Pairs of a quantity and what one piece costs from it on."""
    currency: str


async def price_lists(db: Reads) -> list[PriceListRow]:
    """Every price list, the oldest first."""
    return await db.rows(PriceListRow, _LISTS)


async def prices_of(db: Reads, variant_ids: Sequence[int]) -> list[ListedPriceRow]:
    """Prices of these variants, in the order of variants, then of lists."""
    return await db.rows(ListedPriceRow, _PRICES, {"ids": list(variant_ids)})


_LISTS = select(PriceList.id, PriceList.handle, PriceList.name, PriceList.currency).order_by(PriceList.id)
_PRICES = (
    select(Price.variant_id, Price.price_list_id, Price.amount, Price.compare_at, Price.breaks, PriceList.currency)
    .join(PriceList, PriceList.id == Price.price_list_id)
    .where(id_in(Price.variant_id, "ids"))
    .order_by(Price.variant_id, Price.price_list_id)
)
