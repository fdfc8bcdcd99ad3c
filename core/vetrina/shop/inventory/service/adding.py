"""Hold or sell more under a reference that holds or took goods already."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Insert, case
from sqlalchemy.dialects import postgresql, sqlite

from vetrina.kernel.db import Session, table_of
from vetrina.kernel.db.rows import add_together
from vetrina.shop.inventory.events import StockRanOut
from vetrina.shop.inventory.models import Reservation
from vetrina.shop.inventory.rules import Wanted
from vetrina.shop.inventory.service.holds import pick
from vetrina.shop.inventory.service.ledger import Cause, rows_of


async def add_more(
    session: Session, reference: str, wanted: Sequence[Wanted], cause: Cause, *, held_until: datetime | None
) -> tuple[StockRanOut, ...]:
    """Pieces beside those that `reference` has: held until then, or without a day sold at once.

    Everything of a reference is in the same state, so that it is taken, sent or given back together. `cause` names
    the happening. Raises OutOfStock or NotEnoughStock with variant_id and available.
    """
    picked = await pick(session, wanted, is_sale=held_until is None)
    state = "taken" if held_until is None else "held"
    statement = _more(session.dialect.name)
    for piece in picked.pieces:
        row = {"variant_id": piece.variant_id, "location_id": piece.location_id, "quantity": piece.quantity}
        until = held_until or cause.at
        await session.execute(statement, {"reference": reference, "state": state, "expires_at": until, **row})
    sold = rows_of("sold", picked.pieces, cause, on_hand=-1)
    await add_together(session, sold if held_until is None else rows_of("reserved", picked.pieces, cause, reserved=1))
    return picked.events


def _more(engine: str) -> Insert:
    insert = sqlite.insert if engine == "sqlite" else postgresql.insert
    statement = insert(_RESERVATIONS)
    kept, new = _RESERVATIONS.c, statement.excluded
    left = case((kept.state == "released", 0), else_=1)
    return statement.on_conflict_do_update(
        index_elements=[kept.reference, kept.variant_id, kept.location_id],
        set_={"quantity": kept.quantity * left + new.quantity, "state": new.state, "expires_at": new.expires_at},
    )


_RESERVATIONS = table_of(Reservation)
