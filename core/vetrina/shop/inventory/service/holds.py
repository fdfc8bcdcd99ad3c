"""Holds on stock: held, then taken or released, once.

Whether a buyer gets a piece is decided by one conditional UPDATE, never by a number read before it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from vetrina.kernel.db import Reads, Session, id_in
from vetrina.kernel.errors import Fault
from vetrina.shop.inventory.events import StockRanOut, StockReturned
from vetrina.shop.inventory.models import Level, Location, Reservation
from vetrina.shop.inventory.rules import LevelRow, Piece, Wanted, came_back, choose, gather, ran_out, together
from vetrina.shop.inventory.service.ledger import Cause, change, write


async def reserve(
    session: Session, wanted: Sequence[Wanted], *, reference: str, expires_at: datetime, at: datetime, actor: str
) -> tuple[StockRanOut, ...]:
    """Hold pieces until they are taken, released or expired. A variant counted nowhere is always available.

    Raises OutOfStock or NotEnoughStock with variant_id and available; the caller's transaction then rolls back.
    A reference that already holds, took or released stays as it is: to hold again after a release, name another.
    """
    if await session.value(_KNOWN, {"reference_": reference}) is not None:
        return ()
    total = together(wanted)
    levels = await _levels(session, list(total))
    pieces, events = list[Piece](), list[StockRanOut]()
    for variant_id, home in choose(total, levels).items():
        for piece, free in await _hold_somewhere(session, variant_id, total[variant_id], levels[variant_id], home):
            pieces.append(piece)
            if ran_out(free, piece.quantity):
                events.append(StockRanOut(variant_id=variant_id, location_id=piece.location_id))
    await session.add_many(
        Reservation,
        [
            {
                "reference": reference,
                "variant_id": piece.variant_id,
                "location_id": piece.location_id,
                "quantity": piece.quantity,
                "state": "held",
                "expires_at": expires_at,
            }
            for piece in pieces
        ],
    )
    await write(session, "reserved", pieces, Cause(reference, at, actor), reserved=1)
    return tuple(events)


async def take(session: Session, reference: str, at: datetime, actor: str) -> tuple[Piece, ...]:
    """Sell what a reference holds: it leaves the shelf. Answers what was taken now; nothing the second time."""
    pieces = await _decide(session, reference, "taken")
    for piece in pieces:
        await change(session, piece, on_hand=-1, reserved=-1)
    await write(session, "sold", pieces, Cause(reference, at, actor), on_hand=-1, reserved=-1)
    return pieces


async def release(session: Session, reference: str, at: datetime, actor: str) -> tuple[StockReturned, ...]:
    """Give back what a reference holds, once."""
    pieces, events = await _decide(session, reference, "released"), list[StockReturned]()
    for piece in pieces:
        if came_back(await change(session, piece, reserved=-1), piece.quantity):
            events.append(StockReturned(variant_id=piece.variant_id, location_id=piece.location_id))
    await write(session, "released", pieces, Cause(reference, at, actor), reserved=-1)
    return tuple(events)


async def extend(session: Session, reference: str, expires_at: datetime) -> bool:
    """Hold until another time; whether the reference still holds anything."""
    return await session.execute(_EXTEND, {"reference_": reference, "until": expires_at}) > 0


async def lapsed(reads: Reads, *, at: datetime, limit: int = 100) -> list[str]:
    """References whose hold has expired, oldest first. Whether to release them is the caller's decision."""
    found = await reads.fetch(_LAPSED, {"at_": at, "most": limit})
    return [reference for reference, _ in found]


async def _levels(session: Session, variant_ids: list[int]) -> dict[int, list[LevelRow]]:
    levels: dict[int, list[LevelRow]] = {}
    for row in await session.rows(LevelRow, _LEVELS, {"variant_ids": variant_ids}):
        levels.setdefault(row.variant_id, []).append(row)
    return levels


async def _hold_somewhere(
    session: Session, variant_id: int, quantity: int, seen: list[LevelRow], home: int | None
) -> list[tuple[Piece, int]]:
    """Hold a variant; the pieces, each with what is free at its location now.

    At a single location the conditional update alone decides. Of several, all rows are locked first: an update that
    missed keeps the row it waited for, so trying them one by one would take them out of order.
    """
    if home is not None and len(seen) == 1:
        piece = Piece(variant_id, home, quantity)
        free = await _hold(session, piece)
        if free is not None:
            return [(piece, free)]
    places = [row.location_id for row in seen]
    levels = await session.rows(LevelRow, _LEVELS_LOCKED, {"variant_ids": [variant_id], "location_ids": places})
    held = list[tuple[Piece, int]]()
    for piece in gather(variant_id, quantity, levels, home):
        free = await _hold(session, piece)
        if free is None:
            raise Fault(f"variant {variant_id} at location {piece.location_id} changed while it was locked")
        held.append((piece, free))
    return held


async def _hold(session: Session, piece: Piece) -> int | None:
    """Hold if there are still so many; what is free then, or None."""
    return await session.value(
        _HOLD, {"variant": piece.variant_id, "location": piece.location_id, "pieces": piece.quantity}
    )


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
_LEVELS_LOCKED = _LEVELS.where(id_in(Level.location_id, "location_ids")).with_for_update(of=Level)
_HOLD = (
    update(Level)
    .where(
        Level.variant_id == bindparam("variant"),
        Level.location_id == bindparam("location"),
        Level.on_hand - Level.reserved + Level.backorder_limit >= bindparam("pieces"),
    )
    .values(reserved=Level.reserved + bindparam("pieces"))
    .returning(Level.on_hand - Level.reserved)
)
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
