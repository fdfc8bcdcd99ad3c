"""What a location has: track, receive, return, count, move, and how far backorders may go."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, select, update

from vetrina.kernel.db import Session
from vetrina.shop.inventory.events import StockEvent, StockRanOut, StockReturned
from vetrina.shop.inventory.models import Level, Location, Movement
from vetrina.shop.inventory.rules import (
    LevelRow,
    Piece,
    ReferenceTaken,
    StockIsHeld,
    StockNotTracked,
    came_back,
    ran_out,
    short_of,
)
from vetrina.shop.inventory.service.ledger import Cause, change, claim


async def track(session: Session, variant_id: int, location_id: int, *, backorder_limit: int = 0) -> None:
    """Begin to count a variant at a location, from zero; nothing changes where it is already counted."""
    await session.add_if_absent(
        Level,
        variant_id=variant_id,
        location_id=location_id,
        on_hand=0,
        reserved=0,
        backorder_limit=backorder_limit,
    )


async def receive(
    session: Session, *, variant_id: int, location_id: int, quantity: int, reference: str, at: datetime, actor: str
) -> tuple[StockEvent, ...]:
    """Book goods in; the location counts the variant from now on. Raises ReferenceTaken."""
    await track(session, variant_id, location_id)
    piece = Piece(variant_id, location_id, quantity)
    if not await claim(session, "received", piece, Cause(reference, at, actor)):
        return ()
    return _heard(piece, await change(session, piece, on_hand=1))


async def restock(
    session: Session, pieces: Iterable[Piece], *, reference: str, at: datetime, actor: str
) -> tuple[StockEvent, ...]:
    """Put returned goods back on their shelves. Raises ReferenceTaken."""
    cause, events = Cause(reference, at, actor), list[StockEvent]()
    for piece in sorted(pieces):
        if await claim(session, "returned", piece, cause):
            events += _heard(piece, await change(session, piece, on_hand=1))
    return tuple(events)


async def set_on_hand(
    session: Session, *, variant_id: int, location_id: int, on_hand: int, reference: str, at: datetime, actor: str
) -> tuple[StockEvent, ...]:
    """Book what was counted on the shelf: a correction for the difference, also when there is none.

    Raises StockIsHeld below what buyers hold, StockNotTracked.
    """
    level = await _locked(session, variant_id, location_id)
    if await session.fetch(_COUNTED, {"variant": variant_id, "location": location_id, "reference_": reference}):
        return ()
    if on_hand - level.reserved < -level.backorder_limit:
        raise StockIsHeld(variant_id=variant_id, reserved=level.reserved)
    piece = Piece(variant_id, location_id, on_hand - level.on_hand)
    await claim(session, "corrected", piece, Cause(reference, at, actor))
    return _heard(piece, await change(session, piece, on_hand=1))


async def move(
    session: Session,
    *,
    variant_id: int,
    source_id: int,
    target_id: int,
    quantity: int,
    reference: str,
    at: datetime,
    actor: str,
) -> tuple[StockEvent, ...]:
    """Carry pieces nobody holds to another location, which counts the variant from now on.

    Raises OutOfStock, NotEnoughStock, StockNotTracked, ReferenceTaken.
    """
    cause, events = Cause(reference, at, actor), list[StockEvent]()
    await track(session, variant_id, target_id)
    pieces = sorted((Piece(variant_id, source_id, -quantity), Piece(variant_id, target_id, quantity)))
    levels = {piece.location_id: await _locked(session, variant_id, piece.location_id) for piece in pieces}
    is_new = {await claim(session, "moved", piece, cause) for piece in pieces}
    if is_new == {False}:
        return ()
    if False in is_new:
        raise ReferenceTaken(reference=reference)
    if levels[source_id].free < quantity:
        raise short_of(variant_id, levels[source_id].free)
    for piece in pieces:
        events += _heard(piece, await change(session, piece, on_hand=1))
    return tuple(events)


async def set_backorder(session: Session, *, variant_id: int, location_id: int, limit: int) -> int:
    """How many may be promised beyond what is there; answers the limit until now.

    Raises StockIsHeld when more than that is already promised, StockNotTracked.
    """
    level = await _locked(session, variant_id, location_id)
    if level.free < -limit:
        raise StockIsHeld(variant_id=variant_id, reserved=level.reserved)
    await session.execute(_SET_LIMIT, {"variant": variant_id, "location": location_id, "most": limit})
    return level.backorder_limit


async def lock(session: Session, variant_id: int, location_id: int) -> LevelRow | None:
    """The level, ours until the transaction ends; None where the location does not count the variant.

    Whoever locks several does it in the order of locations' ids.
    """
    return await session.one(LevelRow, _LOCKED, {"variant": variant_id, "location": location_id})


async def has_pieces(session: Session, variant_id: int) -> bool:
    """Whether anything of a variant lies anywhere, or is held."""
    return await session.value(_ANY_PIECES, {"variant": variant_id}) is not None


async def _locked(session: Session, variant_id: int, location_id: int) -> LevelRow:
    level = await lock(session, variant_id, location_id)
    if level is None:
        raise StockNotTracked(variant_id=variant_id, location_id=location_id)
    return level


def _heard(piece: Piece, free: int) -> tuple[StockEvent, ...]:
    """What the world hears of a change by `piece` that left so many free."""
    if came_back(free, piece.quantity):
        return (StockReturned(variant_id=piece.variant_id, location_id=piece.location_id),)
    if ran_out(free, -piece.quantity):
        return (StockRanOut(variant_id=piece.variant_id, location_id=piece.location_id),)
    return ()


_LOCKED = (
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
    .where(Level.variant_id == bindparam("variant"), Level.location_id == bindparam("location"))
    .with_for_update(of=Level)
)
_COUNTED = select(Movement.id).where(
    Movement.kind == "corrected",
    Movement.variant_id == bindparam("variant"),
    Movement.location_id == bindparam("location"),
    Movement.reference == bindparam("reference_"),
)
_ANY_PIECES = (
    select(Level.location_id)
    .where(Level.variant_id == bindparam("variant"), (Level.on_hand != 0) | (Level.reserved != 0))
    .limit(1)
)
_SET_LIMIT = (
    update(Level)
    .where(Level.variant_id == bindparam("variant"), Level.location_id == bindparam("location"))
    .values(backorder_limit=bindparam("most"))
)
