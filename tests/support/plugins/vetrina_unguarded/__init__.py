"""A plugin for tests: reservations read, then write, as shops do that sell a piece twice."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import update

from vetrina.kernel.db import Session
from vetrina.plugin import hookimpl
from vetrina.shop.inventory.models import Level
from vetrina.shop.inventory.rules import Piece
from vetrina.shop.inventory.service import holds
from vetrina.shop.inventory.service.ledger import Sign, Spot


async def change_without_looking(
    session: Session, pieces: Sequence[Piece], *, on_hand: Sign = 0, reserved: Sign = 0
) -> dict[Spot, int]:
    """What the caller read may be old by now; this does not ask."""
    free = dict[Spot, int]()
    for piece in pieces:
        free[piece.variant_id, piece.location_id] = await session.value(
            update(Level)
            .where(Level.variant_id == piece.variant_id, Level.location_id == piece.location_id)
            .values(
                on_hand=Level.on_hand + on_hand * piece.quantity, reserved=Level.reserved + reserved * piece.quantity
            )
            .returning(Level.on_hand - Level.reserved)
        )
    return free


@hookimpl
def register_reactions() -> list[Any]:
    holds.change_all = change_without_looking
    return []
