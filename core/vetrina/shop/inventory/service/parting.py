"""Let go of a part of what is held or was sold under a reference, where it lies or came from."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import bindparam, select, update

from vetrina.kernel.db import Session
from vetrina.kernel.db.rows import add_together
from vetrina.kernel.errors import Fault
from vetrina.shop.inventory.events import StockReturned
from vetrina.shop.inventory.models import Reservation
from vetrina.shop.inventory.rules import Piece, Wanted, came_back, together
from vetrina.shop.inventory.service.ledger import Cause, change_all, rows_of


class _Held(msgspec.Struct, frozen=True):
    """One hold of a reference."""

    id: int
    variant_id: int
    location_id: int
    quantity: int


async def release_some(
    session: Session, reference: str, unwanted: Sequence[Wanted], cause: Cause
) -> tuple[StockReturned, ...]:
    """Of what a reference holds, give back so many pieces; the rest stays held. What is not counted needs nothing.

    `cause` names the happening, and happens once. Raises Fault when the reference holds fewer.
    """
    held = await session.rows(_Held, _HELD, {"reference_": reference})
    pieces = list[Piece]()
    for variant_id, quantity in sorted(together(unwanted).items()):
        rows = [row for row in held if row.variant_id == variant_id]
        left = quantity if rows else 0
        for row in rows:
            part = min(left, row.quantity)
            if part:
                await session.execute(_END if part == row.quantity else _LESSEN, {"hold": row.id, "part": part})
                pieces.append(Piece(variant_id, row.location_id, part))
                left -= part
        if left:
            raise Fault(f"{reference} holds {left} fewer of variant {variant_id} than are to be given back")
    free = await change_all(session, pieces, reserved=-1)
    if len(free) != len(pieces):
        raise Fault(f"of {len(pieces)} levels that hold pieces, {len(free)} are left")
    await add_together(session, rows_of("released", pieces, cause, reserved=-1))
    return tuple(
        StockReturned(variant_id=piece.variant_id, location_id=piece.location_id)
        for piece in pieces
        if came_back(free[piece.variant_id, piece.location_id], piece.quantity)
    )


def from_where(taken: Sequence[Piece], unwanted: Sequence[Wanted], back: Mapping[int, int]) -> list[Piece]:
    """Where pieces that were taken go back to: where they came from, in order, after so many that are back already.

    `back` counts those by variant. A variant that was counted nowhere was taken from nowhere, and goes nowhere.
    """
    found = list[Piece]()
    for variant_id, quantity in sorted(together(unwanted).items()):
        skip, left = back.get(variant_id, 0), quantity
        for piece in taken:
            if piece.variant_id != variant_id or not left:
                continue
            open_here = max(piece.quantity - skip, 0)
            skip = max(skip - piece.quantity, 0)
            part = min(left, open_here)
            if part:
                found.append(Piece(variant_id, piece.location_id, part))
                left -= part
    return found


_HELD = (
    select(Reservation.id, Reservation.variant_id, Reservation.location_id, Reservation.quantity)
    .where(Reservation.reference == bindparam("reference_"), Reservation.state == "held")
    .order_by(Reservation.variant_id, Reservation.location_id)
    .with_for_update()
)
_END = (
    update(Reservation)
    .where(Reservation.id == bindparam("hold"), Reservation.quantity == bindparam("part"))
    .values(state="released")
)
_LESSEN, {"hold": row.id, "part": part})
                pieces.append(Piece(variant_id, row.location_id, part))
                left -= part
        if left:
            raise Fault(f"{reference} holds {left} fewer of variant {variant_id} than are to be given back")
    free = await change_all(session, pieces, reserved=-1)
    if len(free) != len(pieces):
        raise Fault(f"of {len(pieces)} levels that hold pieces, {len(free)} are left")
    await add_together(session, rows_of("released", pieces, cause, reserved=-1))
    return tuple(
        StockReturned(variant_id=piece.variant_id, location_id=piece.location_id)
        for piece in pieces
        if came_back(free[piece.variant_id, piece.location_id], piece.quantity)
    )


def from_where(taken: Sequence[Piece], unwanted: Sequence[Wanted], back: Mapping[int, int]) -> list[Piece]:
    """Where pieces that were taken go back to: where they came from, in order, after so many that are back already.

    `back` counts those by variant. A variant that was counted nowhere was taken from nowhere, and goes nowhere.
    """
    found = list[Piece]()
    for variant_id, quantity in sorted(together(unwanted).items()):
        skip, left = back.get(variant_id, 0), quantity
        for piece in taken:
            if piece.variant_id != variant_id or not left:
                continue
            open_here = max(piece.quantity - skip, 0)
            skip = max(skip - piece.quantity, 0)
            part = min(left, open_here)
            if part:
                found.append(Piece(variant_id, piece.location_id, part))
                left -= part
    return found


_HELD = (
    select(Reservation.id, Reservation.variant_id, Reservation.location_id, Reservation.quantity)
    .where(Reservation.reference == bindparam("reference_"), Reservation.state == "held")
    .order_by(Reservation.variant_id, Reservation.location_id)
    .with_for_update()
)
_END = update(Reservation).where(Reservation.id == bindparam("hold"), Reservation.quantity == bindparam("part"))
_END = _END.values(state="released")
_LESSEN = (
    update(Reservation)
    .where(Reservation.id == bindparam("hold"), Reservation.quantity > bindparam("part"))
    .values(quantity=Reservation.quantity - bindparam("part"))
)
