"""The goods ledger's pen: a level and its movement change together, and nothing else changes either."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Literal

import msgspec
from sqlalchemy import Update, and_, bindparam, column, insert, select, update

from vetrina.kernel.db import BigInt, Session, table_of
from vetrina.kernel.db.rows import Rows, listed
from vetrina.kernel.errors import Fault
from vetrina.shop.inventory.models import Level, Movement
from vetrina.shop.inventory.rules import Piece, ReferenceTaken

Kind = Literal["received", "corrected", "moved", "reserved", "released", "sold", "returned"]
Sign = Literal[-1, 0, 1]
Spot = tuple[int, int]
"""Variant and location."""


class Cause(msgspec.Struct, frozen=True):
    """Why levels change: one reference stands for one happening."""

    reference: str
    at: datetime
    actor: str


async def claim(session: Session, kind: Kind, piece: Piece, cause: Cause) -> bool:
    """Write a movement of goods unless it stands already; whether it is new, so that its level has to change.

    Raises ReferenceTaken when the reference already stands for another quantity.
    """
    if await session.add_if_absent(Movement, **_movement(kind, piece, cause, on_hand=1, reserved=0)):
        return True
    known = await session.value(_KNOWN, {**_at(piece), "kind_": kind, "reference_": cause.reference})
    if known != piece.quantity:
        raise ReferenceTaken(reference=cause.reference)
    return False


async def change(session: Session, piece: Piece, *, on_hand: Sign = 0, reserved: Sign = 0) -> int:
    """Change a level by a piece's quantity with the given signs; the pieces that are free there now."""
    free = await session.value(
        _CHANGE, {**_at(piece), "goods": on_hand * piece.quantity, "held": reserved * piece.quantity}
    )
    if free is None:
        raise Fault(f"variant {piece.variant_id} lost its level at location {piece.location_id}")
    return free


async def change_all(
    session: Session, pieces: Sequence[Piece], *, on_hand: Sign = 0, reserved: Sign = 0
) -> dict[Spot, int]:
    """Change levels by pieces with the given signs, in one statement; what is free at each now.

    A level that has too few, backorders included, stays as it is and is left out; it is ours all the same until the
    transaction ends, like all the others. Rows are taken in the order of variants, then of locations.
    """
    if not pieces:
        return {}
    moves = [{**_spot(piece), "goods": on_hand * piece.quantity, "held": reserved * piece.quantity} for piece in pieces]
    found = await session.fetch(_change_all(session.dialect.name), {"moves": moves})
    return {(variant_id, location_id): free for variant_id, location_id, free in found}


def rows_of(kind: Kind, pieces: Sequence[Piece], cause: Cause, *, on_hand: Sign = 0, reserved: Sign = 0) -> Rows:
    """One movement per piece, each counting its quantity with the given signs, for whoever writes them."""
    return _MOVEMENTS, [_movement(kind, piece, cause, on_hand=on_hand, reserved=reserved) for piece in pieces]


def _spot(piece: Piece) -> dict[str, int]:
    return {"variant_id": piece.variant_id, "location_id": piece.location_id}


@cache
def _change_all(engine: str) -> Update[Any]:
    """PostgreSQL updates rows as it comes across them: they are locked in their order before that."""
    moves = listed(engine, "moves", *_MOVE)
    is_moved = and_(Level.variant_id == moves.c.variant_id, Level.location_id == moves.c.location_id)
    on_hand, reserved = Level.on_hand + moves.c.goods, Level.reserved + moves.c.held
    statement = update(table_of(Level)).where(is_moved, on_hand - reserved + Level.backorder_limit >= 0)
    if engine != "sqlite":
        locked = (
            select(Level.variant_id, Level.location_id)
            .where(is_moved)
            .order_by(Level.variant_id, Level.location_id)
            .with_for_update(of=Level)
            .cte("locked")
        )
        statement = statement.where(
            locked.c.variant_id == moves.c.variant_id, locked.c.location_id == moves.c.location_id
        )
    free = (Level.on_hand - Level.reserved).label("free")
    return statement.values(on_hand=on_hand, reserved=reserved).returning(Level.variant_id, Level.location_id, free)


def _movement(kind: Kind, piece: Piece, cause: Cause, *, on_hand: Sign, reserved: Sign) -> dict[str, Any]:
    return {
        "variant_id": piece.variant_id,
        "location_id": piece.location_id,
        "kind": kind,
        "on_hand": on_hand * piece.quantity,
        "reserved": reserved * piece.quantity,
        "reference": cause.reference,
        "at": cause.at,
        "actor": cause.actor,
    }


def _at(piece: Piece) -> dict[str, int]:
    return {"variant": piece.variant_id, "location": piece.location_id}


_MOVE = (column("variant_id", BigInt), column("location_id", BigInt), column("goods", BigInt), column("held", BigInt))
_MOVEMENTS = insert(table_of(Movement))
_KNOWN = select(Movement.on_hand).where(
    Movement.kind == bindparam("kind_"),
    Movement.reference == bindparam("reference_"),
    Movement.variant_id == bindparam("variant"),
    Movement.location_id == bindparam("location"),
)
_CHANGE = (
    update(Level)
    .where(Level.variant_id == bindparam("variant"), Level.location_id == bindparam("location"))
    .values(on_hand=Level.on_hand + bindparam("goods"), reserved=Level.reserved + bindparam("held"))
    .returning(Level.on_hand - Level.reserved)
)
