"""Mark orders as counted, and count which products stand together in them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from vetrina.kernel.db import BigInt, Session, id_in, table_of
from vetrina.shop.sales.models import BoughtTogether, CountedOrder
from vetrina.shop.sales.rules import MOST_PAIRS, SLACK, pairs


async def mark(session: Session, order_id: int, placed_at: datetime, *, is_recent: bool) -> bool:
    """Mark an order as counted; whether it was not yet. Whoever is marking it meanwhile is waited for."""
    return await session.add_if_absent(CountedOrder, order_id=order_id, placed_at=placed_at, is_recent=is_recent)


async def unmark(session: Session, order_id: int) -> bool:
    """Mark it as not counted; whether it had counted for best sellers."""
    was_recent = bool(await session.value(_IS_RECENT, {"order": order_id}))
    await session.execute(_UNMARK, {"order": order_id})
    return was_recent


async def take_aged(session: Session, before: datetime, most: int) -> list[int]:
    """Orders placed before then that count for best sellers; from now on they do not."""
    found = [order_id for (order_id,) in await session.fetch(_AGED, {"before": before, "most": most})]
    await session.execute(_AGE, {"ids": found})
    return found


async def join(session: Session, product_ids: Iterable[int]) -> None:
    """Count that these products stood together in one more order."""
    found = pairs(product_ids)
    if not found:
        return
    insert = sqlite.insert if session.dialect.name == "sqlite" else postgresql.insert
    statement = insert(_PAIRS)
    counted = statement.on_conflict_do_update(
        index_elements=["product_id", "other_id"], set_={"orders": _PAIRS.c.orders + statement.excluded.orders}
    )
    await session.execute_many(counted, [{"product_id": one, "other_id": other, "orders": 1} for one, other in found])
    await _drop_rarest(session, sorted({one for one, _ in found}))


async def part(session: Session, product_ids: Iterable[int]) -> None:
    """Take back that these products stood together in an order."""
    rows = [{"one": one, "other": other} for one, other in pairs(product_ids)]
    await session.execute_many(_DROP_LAST, rows)
    await session.execute_many(_ONE_LESS, rows)


async def _drop_rarest(session: Session, product_ids: Sequence[int]) -> None:
    """Of products that stood together with very many others, forget the rarest pairs."""
    crowded = await session.fetch(_CROWDED, {"ids": product_ids, "most": MOST_PAIRS + SLACK})
    for (product_id,) in crowded:
        await session.execute(_DROP_RAREST, {"product": product_id, "kept": MOST_PAIRS})


_PAIRS, _COUNTED = table_of(BoughtTogether), table_of(CountedOrder)
_PRODUCT = bindparam("product", type_=BigInt)
_IS_RECENT = select(_COUNTED.c.is_recent).where(_COUNTED.c.order_id == bindparam("order", type_=BigInt))
_UNMARK = delete(_COUNTED).where(_COUNTED.c.order_id == bindparam("order", type_=BigInt))
_AGED = (
    select(_COUNTED.c.order_id)
    .where(_COUNTED.c.is_recent, _COUNTED.c.placed_at < bindparam("before"))
    .order_by(_COUNTED.c.placed_at, _COUNTED.c.order_id)
    .limit(bindparam("most"))
)
_AGE = update(_COUNTED).values(is_recent=False).where(id_in(_COUNTED.c.order_id, "ids"))
_IS_PAIR = (
    _PAIRS.c.product_id == bindparam("one", type_=BigInt),
    _PAIRS.c.other_id == bindparam("other", type_=BigInt),
)
_DROP_LAST = delete(_PAIRS).where(*_IS_PAIR, _PAIRS.c.orders == 1)
_ONE_LESS = update(_PAIRS).values(orders=_PAIRS.c.orders - 1).where(*_IS_PAIR)
_CROWDED = (
    select(_PAIRS.c.product_id)
    .where(id_in(_PAIRS.c.product_id, "ids"))
    .group_by(_PAIRS.c.product_id)
    .having(func.count() > bindparam("most"))
    .order_by(_PAIRS.c.product_id)
)
_BEST = (
    select(_PAIRS.c.other_id)
    .where(_PAIRS.c.product_id == _PRODUCT)
    .order_by(_PAIRS.c.orders.desc(), _PAIRS.c.other_id)
    .limit(bindparam("kept"))
)
_DROP_RAREST = delete(_PAIRS).where(_PAIRS.c.product_id == _PRODUCT, _PAIRS.c.other_id.not_in(_BEST))
