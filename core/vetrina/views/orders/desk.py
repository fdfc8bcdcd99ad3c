"""The staff's list of orders: windows on those that match, in every order, and how many there are."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from sqlalchemy import bindparam, cast, func, select

from vetrina.kernel.db import BigInt, Reads, id_in
from vetrina.shop.customers.models import Customer
from vetrina.shop.orders.models import Order, OrderLine
from vetrina.shop.orders.rules import order_name
from vetrina.views import windows
from vetrina.views.finding.matching import EVERYTHING, SHAPES, Condition, Matching, sql_of
from vetrina.views.orders.placed import OrderView
from vetrina.views.windows import Placed, Selection, Shape, Window

MOST_COUNTED = 10_000
"""Counting stops above: whoever has more of something does not need to know how many."""

Row = TypeVar("Row", bound=msgspec.Struct)


class OrderDeskOrder(StrEnum):
    """In which order orders are listed. Totals are compared as numbers, whatever their currency."""

    PLACED_AT = "placed_at"
    NUMBER = "number"
    TOTAL = "total"
    PAYMENT = "payment"
    """By the name of what became of the money: equal ones stand together."""
    GOODS = "goods"
    """By the name of what became of the goods."""


class OrderDeskRow(msgspec.Struct, frozen=True):
    """An order on the list. `total` in minor units of `currency`, `pieces` over all its lines."""

    id: int
    number: int
    source: str | None
    source_name: str | None
    state: str
    financial_status: str
    fulfilment_status: str
    market_id: int
    country: str
    currency: str
    total: int
    email: str | None
    customer_id: int | None
    first_name: str | None
    last_name: str | None
    shipping_address: dict[str, Any] | None
    placed_at: datetime
    pieces: int

    @property
    def name(self) -> str:
        """How people call it: an imported one as in its source."""
        return self.source_name or order_name(self.number)

    @property
    def buyer(self) -> str:
        """Who bought: the customer's name, else the one the goods go to; empty where nobody said it."""
        address = self.shipping_address or {}
        names = (self.first_name, self.last_name)
        return _joined(names) or _joined((address.get("first_name"), address.get("last_name")))


async def order_desk(
    db: Reads, order: OrderDeskOrder, window: Window, matching: Matching = EVERYTHING
) -> list[Placed[OrderDeskRow]]:
    """A window on the orders that match, one row too many, lowest first unless it is reversed."""
    return await _listed(db, OrderDeskRow, order, window, matching)


async def orders_matching(
    db: Reads, order: OrderDeskOrder, window: Window, matching: Matching = EVERYTHING
) -> list[Placed[OrderView]]:
    """The same window with all that is known of each order itself."""
    return await _listed(db, OrderView, order, window, matching)


async def orders_on_desk(db: Reads, order_ids: Sequence[int]) -> dict[int, OrderDeskRow]:
    """Orders by their id as they stand on the list; what is not there is left out."""
    return {row.id: row for row in await db.rows(OrderDeskRow, _BY_IDS, {"ids": list(order_ids)})}


async def order_count(db: Reads, matching: Matching = EVERYTHING, most: int = MOST_COUNTED) -> int:
    """How many orders match, up to `most`; one more than that where there are more."""
    return await db.value(_count(matching.conditions), {**matching.params, "most": most + 1})


async def _listed(
    db: Reads, row: type[Row], order: OrderDeskOrder, window: Window, matching: Matching
) -> list[Placed[Row]]:
    columns = _order(order)
    params = {**windows.window_params(window, columns), **matching.params}
    statement = _list(row, order, window.shape, matching.conditions)
    return await windows.placed(db, row, statement, params, columns)


def _order(order: OrderDeskOrder) -> windows.Order:
    match order:
        case OrderDeskOrder.PLACED_AT:
            return windows.Order((Order.placed_at, Order.id), (datetime, int))
        case OrderDeskOrder.NUMBER:
            return windows.Order((Order.number,), (int,))
        case OrderDeskOrder.TOTAL:
            return windows.Order((Order.total, Order.id), (int, int))
        case OrderDeskOrder.PAYMENT:
            return windows.Order((Order.financial_status, Order.id), (str, int))
        case OrderDeskOrder.GOODS:
            return windows.Order((Order.fulfilment_status, Order.id), (str, int))


@lru_cache(SHAPES)
def _list(
    row: type[msgspec.Struct], order: OrderDeskOrder, shape: Shape, conditions: tuple[Condition, ...]
) -> Selection:
    columns = _order(order)
    page = windows.windowed(select(Order.id).where(*sql_of(conditions)), columns, shape)
    places = windows.place_columns(page, columns)
    statement = select(*places, *_columns(row)).join_from(page, Order, Order.id == page.c.id)
    if row is OrderDeskRow:
        statement = statement.outerjoin(Customer, Customer.id == Order.customer_id)
    return statement.order_by(*windows.direction(places, shape))


@lru_cache(SHAPES)
def _count(conditions: tuple[Condition, ...]) -> Selection:
    found = select(Order.id).where(*sql_of(conditions)).limit(bindparam("most")).subquery()
    return select(func.count()).select_from(found)


def _columns(row: type[msgspec.Struct]) -> list[Any]:
    beside = {"first_name": Customer.first_name, "last_name": Customer.last_name, "pieces": _PIECES}
    return [beside[name] if name in beside else getattr(Order, name) for name in row.__struct_fields__]


def _joined(names: Sequence[str | None]) -> str:
    return " ".join(name for name in names if name)


_PIECES = (
    select(func.coalesce(cast(func.sum(OrderLine.quantity), BigInt), 0))
    .where(OrderLine.order_id == Order.id)
    .scalar_subquery()
    .label("pieces")
)
_BY_IDS = (
    select(*_columns(OrderDeskRow)).outerjoin(Customer, Customer.id == Order.customer_id).where(id_in(Order.id, "ids"))
)
