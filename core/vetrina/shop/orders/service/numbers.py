"""Numbers without gaps, from a row that is locked until the commit."""

from sqlalchemy import bindparam, update

from vetrina.kernel.db import Session
from vetrina.shop.orders.models import NumberSeries

SERIES = "order"
BEFORE_FIRST = 1_000
"""The first order is #1001."""
PAST_SERIES = "past"
BEFORE_FIRST_PAST = 1_000_000_000
"""Orders of the past are numbered far above our own: an import leaves no gap in those, and locks nobody out."""


async def take_numbers(session: Session, series: str, before_first: int, count: int) -> range:
    """The row of the series is locked until the commit: a rollback gives the numbers to the next orders (I8)."""
    taken = {"series": series, "count_": count}
    last = await session.value(_TAKE_NUMBERS, taken)
    if last is None:
        await session.add_if_absent(NumberSeries, name=series, last=before_first)
        last = await session.value(_TAKE_NUMBERS, taken)
    return range(last - count + 1, last + 1)


_TAKE_NUMBERS = (
    update(NumberSeries)
    .where(NumberSeries.name == bindparam("series"))
    .values(last=NumberSeries.last + bindparam("count_"))
    .returning(NumberSeries.last)
)
