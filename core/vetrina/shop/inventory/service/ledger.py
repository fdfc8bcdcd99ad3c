"""The goods ledger's pen: a level and its movement change together, and nothing else changes either."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import bindparam, select, update

from vetrina.kernel.db import Session
from vetrina.kernel.errors import Fault
from vetrina.shop.inventory.models import Level, Movement
from vetrina.shop.inventory.rules import Piece, ReferenceTaken

Kind = Literal["received", "corrected", "moved", "reserved", "released", "sold", "returned"]
Sign = Literal[-1, 0, 1]


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


async def write(
    session: Session, kind: Kind, pieces: Sequence[Piece], cause: Cause, *, on_hand: Sign = 0, reserved: Sign = 0
) -> None:
    """Write one movement per piece, each counting its quantity with the given signs."""
    await session.add_many(
        Movement, [_movement(kind, piece, cause, on_hand=on_hand, reserved=reserved) for piece in pieces]
    )


async def change(session: Session, piece: Piece, *, on_hand: Sign = 0, reserved: Sign = 0) -> int:
    """Change a level by a piece's quantity with the given signs; the pieces that are free there now."""
    free = await session.value(
        _CHANGE, {**_at(piece), "goods": on_hand * piece.quantity, "held": reserved * piece.quantity}
    )
    if free is None:
        raise Fault(f"variant {piece.variant_id} lost its level at location {piece.location_id}")
    return free


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
