"""The goods: levels against their movements and holds, and what became of the pieces of each order line."""

from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select

from vetrina.kernel.context import Context
from vetrina.shop.inventory.models import Level, Movement, Reservation
from vetrina.shop.orders.models import GoodsEntry, Order, OrderLine
from vetrina.shop.orders.rules import order_name
from vetrina.views.ledgers.looking import Ledger, Wrong, in_ranges


async def _oversold(ctx: Context) -> list[Wrong]:
    return [
        Wrong(_level(variant_id, location_id), f"{on_hand} are there and {reserved} are promised")
        async for variant_id, location_id, on_hand, reserved in in_ranges(ctx.db, Level.variant_id, _OVERSOLD)
    ]


async def _stock(ctx: Context) -> list[Wrong]:
    wrong = [
        Wrong(
            _level(variant_id, location_id),
            f"its level says {on_hand} there and {reserved} promised, its movements {moved} and {promised}",
        )
        async for variant_id, location_id, on_hand, reserved, moved, promised in in_ranges(
            ctx.db, Level.variant_id, _MOVED
        )
    ]
    return wrong + [
        Wrong(_level(variant_id, location_id), f"{reserved} are promised and {held or 0} are held for somebody")
        async for variant_id, location_id, reserved, held in in_ranges(ctx.db, Level.variant_id, _HELD)
    ]


async def _pieces(ctx: Context) -> list[Wrong]:
    return [
        Wrong(
            f"order {order_name(number)}, line {line_id}",
            f"of {quantity} pieces " + ", ".join(f"{count} {kind}" for kind, count in zip(_KINDS, counts, strict=True)),
        )
        async for number, line_id, quantity, *counts in in_ranges(ctx.db, OrderLine.id, _PIECES)
    ]


def _level(variant_id: int, location_id: int) -> str:
    return f"variant {variant_id} at location {location_id}"


def _ranged(statement: Any, key: Any) -> Any:
    return statement.where(key > bindparam("above"), key <= bindparam("up_to"))


def _of_kind(kind: str) -> Any:
    return func.coalesce(func.sum(case((GoodsEntry.kind == kind, GoodsEntry.quantity))), 0)


_KINDS = ("reserved", "taken", "released", "sent", "recalled", "returned", "cancelled")
_OVERSOLD = _ranged(
    select(Level.variant_id, Level.location_id, Level.on_hand, Level.reserved).where(
        or_(Level.on_hand - Level.reserved < -Level.backorder_limit, Level.reserved < 0)
    ),
    Level.variant_id,
)
_moved = func.coalesce(func.sum(Movement.on_hand), 0)
_promised = func.coalesce(func.sum(Movement.reserved), 0)
_MOVED = (
    _ranged(
        select(Level.variant_id, Level.location_id, Level.on_hand, Level.reserved, _moved, _promised), Level.variant_id
    )
    .outerjoin(Movement, and_(Movement.variant_id == Level.variant_id, Movement.location_id == Level.location_id))
    .group_by(Level.variant_id, Level.location_id, Level.on_hand, Level.reserved)
    .having(or_(Level.on_hand != _moved, Level.reserved != _promised))
)
_held = (
    select(func.sum(Reservation.quantity))
    .where(Reservation.variant_id == Level.variant_id, Reservation.location_id == Level.location_id)
    .where(Reservation.state == "held")
    .scalar_subquery()
)
_HELD = _ranged(
    select(Level.variant_id, Level.location_id, Level.reserved, _held).where(Level.reserved != func.coalesce(_held, 0)),
    Level.variant_id,
)
_reserved, _taken, _released, _sent, _recalled, _returned, _cancelled = (_of_kind(kind) for kind in _KINDS)
_PIECES = (
    _ranged(
        select(
            Order.number, OrderLine.id, OrderLine.quantity, _reserved, _taken, _released, _sent, _recalled,
            _returned, _cancelled,
        ),
        OrderLine.id,
    )
    .join(Order, Order.id == OrderLine.order_id)
    .outerjoin(GoodsEntry, GoodsEntry.line_id == OrderLine.id)
    .where(Order.source.is_(None))
    .group_by(Order.number, OrderLine.id, OrderLine.quantity)
    .having(
        or_(
            _taken > OrderLine.quantity,
            _reserved > OrderLine.quantity,
            and_(_reserved > 0, _taken + _released > _reserved),
            _sent - _recalled + _cancelled > _taken,
            _returned > _sent - _recalled,
        )
    )
)  # fmt: skip

GOODS = (
    Ledger("I1", "sold", "Nothing is sold that is not there", _oversold),
    Ledger("I2", "stock", "Stock is the sum of its movements, and what is promised is held", _stock),
    Ledger("I2", "pieces", "No piece of an order is sent, returned or cancelled twice", _pieces),
)
