"""What a reference holds or took changes afterwards: part of it comes back, or leaves from another location."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, select, update

from vetrina.kernel.db import Session
from vetrina.kernel.db.rows import add_together
from vetrina.kernel.errors import Fault
from vetrina.shop.inventory.events import StockEvent, StockReturned
from vetrina.shop.inventory.models import Reservation
from vetrina.shop.inventory.rules import Piece, came_back
from vetrina.shop.inventory.service.ledger import Cause, change, rows_of
from vetrina.shop.inventory.service.levels import move, restock


async def put_back(
    session: Session, reference: str, pieces: Iterable[Piece], cause: Cause, *, is_restocked: bool
) -> tuple[StockEvent, ...]:
    """Give up some of what a reference holds or took. What was only held is free again in any case.

    `is_restocked` tells whether what was taken is back on its shelf; else it is lost. `cause` names one happening.
    """
    events = list[StockEvent]()
    for piece in sorted(pieces):
        state = await _lower(session, reference, piece)
        if state == "held":
            events += await _free(session, piece, cause)
        elif is_restocked:
            events += await restock(session, [piece], reference=cause.reference, at=cause.at, actor=cause.actor)
    return tuple(events)


async def retake(
    session: Session, reference: str, piece: Piece, *, source_id: int, cause: Cause
) -> tuple[StockEvent, ...]:
    """A piece that was taken at its location leaves from another one: there it is gone, here it is on the shelf again.

    Raises OutOfStock, NotEnoughStock, StockNotTracked.
    """
    events = await move(
        session,
        variant_id=piece.variant_id,
        source_id=source_id,
        target_id=piece.location_id,
        quantity=piece.quantity,
        reference=cause.reference,
        at=cause.at,
        actor=cause.actor,
    )
    await _lower(session, reference, piece)
    await _raise(session, reference, Piece(piece.variant_id, source_id, piece.quantity), cause.at)
    return events


async def _free(session: Session, piece: Piece, cause: Cause) -> tuple[StockEvent, ...]:
    free = await change(session, piece, reserved=-1)
    await add_together(session, rows_of("released", [piece], cause, reserved=-1))
    if not came_back(free, piece.quantity):
        return ()
    return (StockReturned(variant_id=piece.variant_id, location_id=piece.location_id),)


async def _lower(session: Session, reference: str, piece: Piece) -> str:
    """So many fewer stand under the reference; held or taken, as they stood."""
    found = await session.fetch(_STANDING, _spot(reference, piece))
    quantity, state = found[0] if found else (0, "")
    if quantity < piece.quantity or state == "released":
        raise Fault(f"{reference} has {quantity} ({state}) of variant {piece.variant_id}, not {piece.quantity}")
    # The last ones leave the row as it is: no quantity may be nothing, and the reference stays known.
    lower = _END if quantity == piece.quantity else _LOWER
    await session.execute(lower, {**_spot(reference, piece), "less": piece.quantity})
    return state


async def _raise(session: Session, reference: str, piece: Piece, at: datetime) -> None:
    found = await session.fetch(_STANDING, _spot(reference, piece))
    if not found:
        await session.add(
            Reservation,
            reference=reference,
            variant_id=piece.variant_id,
            location_id=piece.location_id,
            quantity=piece.quantity,
            state="taken",
            expires_at=at,
        )
        return
    quantity, state = found[0]
    total = piece.quantity + (quantity if state == "taken" else 0)
    await session.execute(_RAISE, {**_spot(reference, piece), "total": total})


def _spot(reference: str, piece: Piece) -> dict[str, object]:
    return {"reference_": reference, "variant": piece.variant_id, "location": piece.location_id}


_IS_SPOT = (
    Reservation.reference == bindparam("reference_"),
    Reservation.variant_id == bindparam("variant"),
    Reservation.location_id == bindparam("location"),
)
_STANDING = select(Reservation.quantity, Reservation.state).where(*_IS_SPOT).with_for_update()
_LOWER = update(Reservation).where(*_IS_SPOT).values(quantity=Reservation.quantity - bindparam("less"))
_END = update(Reservation).where(*_IS_SPOT, Reservation.quantity == bindparam("less")).values(state="released")
_RAISE = update(Reservation).where(*_IS_SPOT).values(quantity=bindparam("total"), state="taken")
