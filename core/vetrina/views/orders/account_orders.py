"""A customer's own orders: in lists, in every order, and one by its key."""

from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from sqlalchemy import ColumnElement, bindparam, select

from vetrina.kernel.db import BigInt, Reads
from vetrina.shop.orders.models import Order
from vetrina.views import windows
from vetrina.views.finding.matching import SHAPES, Condition, Matching, sql_of
from vetrina.views.orders.placed import OrderView
from vetrina.views.orders.queries import order_query
from vetrina.views.windows import Placed, Selection, Shape, Window


class OwnOrder(StrEnum):
    """In which order one's orders are listed. Totals are compared as numbers, whatever their currency."""

    ID = "id"
    PLACED_AT = "placed_at"
    NUMBER = "number"
    TOTAL = "total"
    UPDATED_AT = "updated_at"


async def orders_of_customer(
    db: Reads, customer_id: int, order: OwnOrder, window: Window, query: str | None = None
) -> list[Placed[OrderView]]:
    """A window on a customer's orders, one row too many, lowest first unless it is reversed.

    `query` is in the search syntax; what staff may ask of all orders a customer may ask of his own. Raises BadInput.
    """
    columns = _order(order)
    own = Matching((Condition(_is_own),), {"own_customer": customer_id}) & order_query(query)
    params = {**windows.window_params(window, columns), **own.params}
    return await windows.placed(db, OrderView, _list(order, window.shape, own.conditions), params, columns)


async def order_of_customer(db: Reads, customer_id: int, key: str) -> OrderView | None:
    """A customer's order by its key; None for anybody else's."""
    return await db.one(OrderView, _ONE, {"own_customer": customer_id, "key_": key})


def _is_own() -> ColumnElement[bool]:
    return Order.customer_id == bindparam("own_customer", type_=BigInt)


def _order(order: OwnOrder) -> windows.Order:
    match order:
        case OwnOrder.ID:
            return windows.Order((Order.id,), (int,))
        case OwnOrder.PLACED_AT:
            return windows.Order((Order.placed_at, Order.id), (datetime, int))
        case OwnOrder.NUMBER:
            return windows.Order((Order.number,), (int,))
        case OwnOrder.TOTAL:
            return windows.Order((Order.total, Order.id), (int, int))
        case OwnOrder.UPDATED_AT:
            return windows.Order((Order.updated_at, Order.id), (datetime, int))


@lru_cache(SHAPES)
def _list(order: OwnOrder, shape: Shape, conditions: tuple[Condition, ...]) -> Selection:
    columns = _order(order)
    page = windows.windowed(select(Order.id).where(*sql_of(conditions)), columns, shape)
    places = windows.place_columns(page, columns)
    statement = select(*places, *_COLUMNS).join_from(page, Order, Order.id == page.c.id)
    return statement.order_by(*windows.direction(places, shape))


_COLUMNS = [getattr(Order, name) for name in OrderView.__struct_fields__]
_ONE = select(*_COLUMNS).where(_is_own(), Order.key == bindparam("key_"))
