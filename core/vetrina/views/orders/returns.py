"""Returns of orders with their lines, and what may still come back; the staff's list is in return_desk."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, select

from vetrina.kernel.db import Reads, id_in
from vetrina.shop.orders.models import Order, OrderLine, Return, ReturnLine
from vetrina.shop.orders.return_rules import ReturnPieces, return_name, returnable
from vetrina.shop.orders.rules import order_name
from vetrina.views.orders.fulfilments import standings_of
from vetrina.views.orders.placed import goods_entries


class ReturnView(msgspec.Struct, frozen=True):
    """A return with its order's name and currency."""

    id: int
    order_id: int
    position: int
    state: str
    requested_by: str
    note: str
    answer: str
    is_withdrawal: bool
    refund_due_at: datetime | None
    refund_id: int | None
    amendment_id: int | None
    requested_at: datetime
    decided_at: datetime | None
    received_at: datetime | None
    closed_at: datetime | None
    updated_at: datetime
    number: int
    source_name: str | None
    order_key: str
    currency: str
    email: str | None

    @property
    def order_name(self) -> str:
        """How people call its order."""
        return self.source_name or order_name(self.number)

    @property
    def name(self) -> str:
        """How people call it: #1001-R1."""
        return return_name(self.order_name, self.position)


COLUMNS = ReturnView.__struct_fields__[: ReturnView.__struct_fields__.index("number")]
"""Those that are the return's own."""


class ReturnLineView(msgspec.Struct, frozen=True):
    """Pieces of a line in a return, and what was found of them."""

    id: int
    return_id: int
    line_id: int
    quantity: int
    reason: str
    note: str
    accepted: int | None
    condition: str | None
    disposition: str | None
    location_id: int | None
    title: str
    variant_title: str
    sku: str | None
    variant_id: int | None


async def returns_of(db: Reads, order_ids: Sequence[int]) -> list[ReturnView]:
    """The returns of several orders, in their order within each."""
    return await db.rows(ReturnView, _OF_ORDERS, {"order_ids": list(order_ids)})


async def return_by_id(db: Reads, return_id: int) -> ReturnView | None:
    """The return of that id, or None."""
    return await db.one(ReturnView, _BY_ID, {"return_": return_id})


async def return_of_key(db: Reads, order_id: int, key: str) -> int | None:
    """The return that a wish with this key made before."""
    return await db.value(_OF_KEY, {"order": order_id, "key_": key})


async def return_lines(db: Reads, return_ids: Sequence[int]) -> list[ReturnLineView]:
    """The lines of several returns, in the order of the orders' lines."""
    return await db.rows(ReturnLineView, _LINES, {"return_ids": list(return_ids)})


async def returnable_of(db: Reads, order_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """Pieces of each line that were sent and may still come back, by order and line."""
    standings = await standings_of(db, order_ids)
    entries = await goods_entries(db, order_ids)
    known = await db.rows(ReturnPieces, _PIECES, {"order_ids": list(order_ids)})
    return {
        order_id: returnable({line_id: one.sent for line_id, one in lines.items()}, entries, known)
        for order_id, lines in standings.items()
    }


async def returns_waiting(db: Reads) -> dict[str, int]:
    """How many returns wait for the staff, by state."""
    return dict(await db.fetch(_WAITING))


_BESIDE = (Order.number, Order.source_name, Order.key.label("order_key"), Order.currency, Order.email)
_RETURN = select(*(getattr(Return, name) for name in COLUMNS), *_BESIDE).join(Order, Order.id == Return.order_id)
_OF_ORDERS = _RETURN.where(id_in(Return.order_id, "order_ids")).order_by(Return.order_id, Return.position)
_BY_ID = _RETURN.where(Return.id == bindparam("return_"))
_OF_KEY = select(Return.id).where(Return.order_id == bindparam("order"), Return.key == bindparam("key_"))
_LINES = (
    select(
        *(getattr(ReturnLine, name) for name in ReturnLineView.__struct_fields__[:10]),
        OrderLine.title,
        OrderLine.variant_title,
        OrderLine.sku,
        OrderLine.variant_id,
    )
    .join(OrderLine, OrderLine.id == ReturnLine.line_id)
    .where(id_in(ReturnLine.return_id, "return_ids"))
    .order_by(ReturnLine.return_id, OrderLine.position)
)
_PIECES = (
    select(ReturnLine.line_id, Return.state, ReturnLine.quantity, ReturnLine.accepted)
    .join(Return, Return.id == ReturnLine.return_id)
    .where(id_in(Return.order_id, "order_ids"))
)
_WAITING = (
    select(Return.state, func.count())
    .where(Return.state.in_(["requested", "approved", "received"]))
    .group_by(Return.state)
)
