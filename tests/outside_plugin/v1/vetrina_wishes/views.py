"""What can be seen: how many want a product, what is wanted most, who wished for what."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, select

from vetrina.kernel.db import Reads, id_in
from vetrina_wishes.models import WishesList, WishesWish


class WishRow(msgspec.Struct, frozen=True):
    """Who would like to have which product, since when."""

    product_id: int
    email: str
    at: datetime


async def counts(db: Reads, product_ids: Sequence[int]) -> dict[int, int]:
    """How many want each product, of those that may be wished for."""
    found = await db.fetch(_COUNTS, {"products": list(product_ids)})
    return dict(found)


async def most_wanted(db: Reads, size: int) -> list[tuple[int, int]]:
    """Products and how many want them, the most wanted first."""
    return [(product_id, count) for product_id, count in await db.fetch(_MOST_WANTED, {"size": size})]


async def latest(db: Reads, size: int) -> list[WishRow]:
    """The latest wishes."""
    return await db.rows(WishRow, _LATEST, {"size": size})


async def wishes_of(db: Reads, emails: Sequence[str]) -> list[WishRow]:
    """What these people wish for."""
    return await db.rows(WishRow, _ALL.where(WishesWish.email.in_(emails)))


async def made_between(db: Reads, start: datetime, end: datetime) -> int:
    """Wishes made in that time."""
    return await db.value(_MADE, {"start": start, "end": end})


_ALL = select(WishesWish.product_id, WishesWish.email, WishesWish.at)
_LATEST = _ALL.order_by(WishesWish.id.desc()).limit(bindparam("size"))
_COUNTS = (
    select(WishesList.product_id, func.count(WishesWish.id))
    .outerjoin(WishesWish, WishesWish.product_id == WishesList.product_id)
    .where(id_in(WishesList.product_id, "products"))
    .group_by(WishesList.product_id)
)
_MOST_WANTED = (
    select(WishesWish.product_id, func.count())
    .group_by(WishesWish.product_id)
    .order_by(func.count().desc(), WishesWish.product_id)
    .limit(bindparam("size"))
)
_MADE = (
    select(func.count())
    .select_from(WishesWish)
    .where(WishesWish.at >= bindparam("start"), WishesWish.at < bindparam("end"))
)
