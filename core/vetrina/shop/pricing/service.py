"""Set and remove prices; every change is written to the log, and what changes nothing is not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import String, bindparam, cast, delete, or_, select, update

from vetrina.kernel.db import Reads, Session, table_of
from vetrina.shop.pricing.models import Price, PriceList, PriceLogEntry


class Priced(msgspec.Struct, frozen=True):
    """What a variant is to cost in a list, in minor units of the list's currency."""

    price_list_id: int
    variant_id: int
    amount: int
    compare_at: int | None
    breaks: list[list[int]] | None = None


class PriceListRow(msgspec.Struct, frozen=True):
    """A price list and its ISO 4217 currency."""

    id: int
    handle: str
    currency: str


async def price_lists(reads: Reads) -> list[PriceListRow]:
    """All price lists, oldest first."""
    return await reads.rows(PriceListRow, _LISTS)


async def set_price(
    session: Session,
    price_list_id: int,
    variant_id: int,
    amount: int,
    compare_at: int | None,
    at: datetime,
    actor: str,
    breaks: list[list[int]] | UnsetType = UNSET,
) -> bool:
    """Set what a variant costs, in minor units of the list's currency; whether that changed anything.

    `breaks` are checked ones (see rules.checked_breaks); unless they are given those that stand stay.
    """
    values = {"amount": amount, "compare_at": compare_at, "updated_at": at}
    wanted: dict[str, Any] = {
        "list_": price_list_id,
        "variant_": variant_id,
        "new_": amount,
        "new_compare_": compare_at,
        "at_": at,
    }
    change, kept = _CHANGE, None
    if breaks is not UNSET:
        kept = breaks or None
        change = _CHANGE_BREAKS
        wanted |= {"new_breaks_": kept, "new_text_": kept and msgspec.json.encode(kept).decode()}
    # First the UPDATE, which waits for whoever is changing the row: what it compares with is what stands then.
    if not await session.execute(change, wanted) and not await session.add_if_absent(
        Price, price_list_id=price_list_id, variant_id=variant_id, breaks=kept, **values
    ):
        return False
    await session.add(PriceLogEntry, **_logged(Priced(price_list_id, variant_id, amount, compare_at), at, actor))
    return True


async def set_first_prices(session: Session, prices: Sequence[Priced], at: datetime, actor: str) -> None:
    """Set prices of variants made in this transaction, which have none, in two round trips."""
    await session.add_many(
        Price,
        [
            {
                "price_list_id": price.price_list_id,
                "variant_id": price.variant_id,
                "amount": price.amount,
                "compare_at": price.compare_at,
                "breaks": price.breaks,
                "updated_at": at,
            }
            for price in prices
        ],
    )
    await session.add_many(PriceLogEntry, [_logged(price, at, actor) for price in prices])


async def remove_price(session: Session, price_list_id: int, variant_id: int, at: datetime, actor: str) -> bool:
    """Take a variant off a list: it is no longer sold there. Whether it was on it."""
    if not await session.execute(_REMOVE, {"list_": price_list_id, "variant_": variant_id}):
        return False
    await session.add(
        PriceLogEntry,
        price_list_id=price_list_id,
        variant_id=variant_id,
        amount=None,
        compare_at=None,
        at=at,
        actor=actor,
    )
    return True


def _logged(price: Priced, at: datetime, actor: str) -> dict[str, object]:
    return {
        "price_list_id": price.price_list_id,
        "variant_id": price.variant_id,
        "amount": price.amount,
        "compare_at": price.compare_at,
        "at": at,
        "actor": actor,
    }


_HERE = (Price.price_list_id == bindparam("list_"), Price.variant_id == bindparam("variant_"))
_LISTS = select(PriceList.id, PriceList.handle, PriceList.currency).order_by(PriceList.id)
_DIFFERS = (
    Price.amount != bindparam("new_"),
    Price.compare_at.is_distinct_from(bindparam("new_compare_", type_=Price.compare_at.type)),
)
_NEW: dict[str, Any] = {
    "amount": bindparam("new_"),
    "compare_at": bindparam("new_compare_"),
    "updated_at": bindparam("at_"),
}
_CHANGE = update(table_of(Price)).where(*_HERE, or_(*_DIFFERS)).values(_NEW)
_CHANGE_BREAKS = (
    update(table_of(Price))
    .where(
        *_HERE,
        # PostgreSQL does not compare JSON; its text is kept as it was written.
        or_(*_DIFFERS, cast(Price.breaks, String).is_distinct_from(bindparam("new_text_", type_=String))),
    )
    .values({**_NEW, "breaks": bindparam("new_breaks_", type_=Price.breaks.type)})
)
_REMOVE = delete(table_of(Price)).where(*_HERE)
