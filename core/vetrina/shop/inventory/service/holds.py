"""Holds on stock: held, then taken or released, once.

Whether a buyer gets a piece is decided by one conditional UPDATE, never by a number read before it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NoReturn

import msgspec
from sqlalchemy import Executable, bindparam, func, insert, select, update

from vetrina.kernel.db import Reads, Session, id_in, table_of
from vetrina.kernel.db.rows import Rows, add_together
from vetrina.kernel.errors import Fault
from vetrina.shop.inventory.events import StockRanOut, StockReturned
from vetrina.shop.inventory.models import Level, Location, Reservation
from vetrina.shop.inventory.rules import (
    LevelRow,
    Piece,
    Wanted,
    came_back,
    check_enough,
    choose,
    gather,
    ran_out,
    together,
)
from vetrina.shop.inventory.service.ledger import Cause, Spot, change_all, rows_of


class Picked(msgspec.Struct, frozen=True):
    """Pieces that are ours, and what else has become true: locations that ran out."""

    pieces: tuple[Piece, ...]
    events: tuple[StockRanOut, ...]


async def reserve(
    session: Session, wanted: Sequence[Wanted], *, reference: str, expires_at: datetime, at: datetime, actor: str
) -> tuple[StockRanOut, ...]:
    """Hold pieces until they are taken, released or expired. A variant counted nowhere is always available.

    Raises OutOfStock or NotEnoughStock with variant_id and available; the caller's transaction then rolls back.
    A reference that already holds, took or released stays as it is: to hold again after a release, name another.
    """
    if await session.value(_KNOWN, {"reference_": reference}) is not None:
        return ()
    picked = await pick(session, wanted)
    await add_together(session, *holding(picked, Cause(reference, at, actor), expires_at))
    return picked.events


async def pick(session: Session, wanted: Sequence[Wanted], *, is_sale: bool = False) -> Picked:
    """Take pieces from what is free, to be held or, in a sale, gone at once; `holding` or `sale` are their rows.

    Raises OutOfStock or NotEnoughStock with variant_id and available; the caller's transaction then rolls back.
    """
    total = together(wanted)
    levels = await _levels(session, _LEVELS, list(total))
    if any(len(rows) > 1 for rows in levels.values()):
        # Who may go to another location for what he misses at the first holds all of them before he chooses.
        levels = await _levels(session, _LEVELS_LOCKED, list(total))
    pieces = [
        piece
        for variant_id, home in choose(total, levels).items()
        for piece in gather(variant_id, total[variant_id], levels[variant_id], home)
    ]
    free = await change_all(session, pieces, on_hand=-1) if is_sale else await change_all(session, pieces, reserved=1)
    for piece in pieces:
        if (piece.variant_id, piece.location_id) not in free:
            await _refuse(session, piece)
    events = [
        StockRanOut(variant_id=piece.variant_id, location_id=piece.location_id)
        for piece in pieces
        if ran_out(free[piece.variant_id, piece.location_id], piece.quantity)
    ]
    return Picked(tuple(pieces), tuple(events))


def holding(picked: Picked, cause: Cause, expires_at: datetime) -> tuple[Rows, ...]:
    """What is to be written of pieces that are held."""
    reservations = _reservations(picked.pieces, cause.reference, "held", expires_at)
    return reservations, rows_of("reserved", picked.pieces, cause, reserved=1)


def sale(picked: Picked, cause: Cause) -> tuple[Rows, ...]:
    """What is to be written of pieces that were sold without having been held."""
    reservations = _reservations(picked.pieces, cause.reference, "taken", cause.at)
    return reservations, rows_of("sold", picked.pieces, cause, on_hand=-1)


async def take(session: Session, reference: str, at: datetime, actor: str) -> tuple[Piece, ...]:
    """Sell what a reference holds: it leaves the shelf. Answers what was taken now; nothing the second time."""
    pieces = await _decide(session, reference, "taken")
    await _change(session, pieces, on_hand=-1)
    movements = rows_of("sold", pieces, Cause(reference, at, actor), on_hand=-1, reserved=-1)
    await add_together(session, movements)
    return pieces


async def release(session: Session, reference: str, at: datetime, actor: str) -> tuple[StockReturned, ...]:
    """Give back what a reference holds, once."""
    pieces = await _decide(session, reference, "released")
    free = await _change(session, pieces)
    await add_together(session, rows_of("released", pieces, Cause(reference, at, actor), reserved=-1))
    return tuple(
        StockReturned(variant_id=piece.variant_id, location_id=piece.location_id)
        for piece in pieces
        if came_back(free[piece.variant_id, piece.location_id], piece.quantity)
    )


async def extend(session: Session, reference: str, expires_at: datetime) -> bool:
    """Hold until another time; whether the reference still holds anything."""
    return await session.execute(_EXTEND, {"reference_": reference, "until": expires_at}) > 0


async def lapsed(reads: Reads, *, at: datetime, limit: int = 100) -> list[str]:
    """References whose hold has expired, oldest first. Whether to release them is the caller's decision."""
    found = await reads.fetch(_LAPSED, {"at_": at, "most": limit})
    return [reference for reference, _ in found]


async def _levels(session: Session, statement: Executable, variant_ids: list[int]) -> dict[int, list[LevelRow]]:
    levels: dict[int, list[LevelRow]] = {}
    for row in await session.rows(LevelRow, statement, {"variant_ids": variant_ids}):
        levels.setdefault(row.variant_id, []).append(row)
    return levels


async def _refuse(session: Session, piece: Piece) -> NoReturn:
    """Somebody was faster. The row is ours since, so that what it has now is what there is."""
    levels = await _levels(session, _LEVELS, [piece.variant_id])
    check_enough(piece.variant_id, piece.quantity, levels.get(piece.variant_id, []))
    raise Fault(f"variant {piece.variant_id} at location {piece.location_id} changed while it was locked")


async def _change(session: Session, pieces: Sequence[Piece], *, on_hand: Literal[-1, 0] = 0) -> dict[Spot, int]:
    """Pieces that were held are held no longer."""
    free = await change_all(session, pieces, on_hand=on_hand, reserved=-1)
    if len(free) != len(pieces):
        raise Fault(f"of {len(pieces)} levels that hold pieces, {len(free)} are left")
    return free


def _reservations(pieces: Sequence[Piece], reference: str, state: str, expires_at: datetime) -> Rows:
    return _RESERVATIONS, [
        {
            "reference": reference,
            "variant_id": piece.variant_id,
            "location_id": piece.location_id,
            "quantity": piece.quantity,
            "state": state,
            "expires_at": expires_at,
        }
        for piece in pieces
    ]


async def _decide(session: Session, reference: str, state: str) -> tuple[Piece, ...]:
    """Move what is still held to its end; the pieces this call decided, in the order rows are taken."""
    found = await session.fetch(_DECIDE, {"reference_": reference, "end": state})
    return tuple(sorted(Piece(*row) for row in found))


_KNOWN = select(Reservation.id).where(Reservation.reference == bindparam("reference_")).limit(1)
_LEVELS = (
    select(
        Level.variant_id,
        Level.location_id,
        Level.on_hand,
        Level.reserved,
        Level.backorder_limit,
        Location.position,
        Location.is_active,
    )
    .join(Location, Location.id == Level.location_id)
    .where(id_in(Level.variant_id, "variant_ids"))
    .order_by(Level.variant_id, Level.location_id)
)
_LEVELS_LOCKED = _LEVELS.with_for_update(of=Level)
_RESERVATIONS = insert(table_of(Reservation))
_DECIDE = (
    update(Reservation)
    .where(Reservation.reference == bindparam("reference_"), Reservation.state == "held")
    .values(state=bindparam("end"))
    .returning(Reservation.variant_id, Reservation.location_id, Reservation.quantity)
)
_EXTEND = (
    update(Reservation)
    .where(Reservation.reference == bindparam("reference_"), Reservation.state == "held")
    .values(expires_at=bindparam("until"))
)
_LAPSED = (
    select(Reservation.reference, func.min(Reservation.expires_at).label("expires_at"))
    .where(Reservation.state == "held", Reservation.expires_at <= bindparam("at_"))
    .group_by(Reservation.reference)
    .order_by("expires_at", Reservation.reference)
    .limit(bindparam("most"))
)
