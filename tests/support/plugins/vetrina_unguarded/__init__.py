"""A plugin for tests: reservations read, then write, as shops do that sell a piece twice."""

from typing import Any

from sqlalchemy import update

from vetrina.kernel.db import Session
from vetrina.plugin import hookimpl
from vetrina.shop.inventory.models import Level
from vetrina.shop.inventory.rules import Piece
from vetrina.shop.inventory.service import holds


async def hold_without_looking(session: Session, piece: Piece) -> int | None:
    """What the caller read may be old by now; this does not ask."""
    return await session.value(
        update(Level)
        .where(Level.variant_id == piece.variant_id, Level.location_id == piece.location_id)
        .values(reserved=Level.reserved + piece.quantity)
        .returning(Level.on_hand - Level.reserved)
    )


@hookimpl
def register_reactions() -> list[Any]:
    holds._hold = hold_without_looking
    return []
