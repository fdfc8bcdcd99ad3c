"""Write down returns, and take them from step to step."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select, update

from vetrina.kernel.db import Session
from vetrina.shop.orders.models import Return, ReturnLine
from vetrina.shop.orders.return_rules import NEXT, REFUND_WITHIN, ReturnRow


class WantedLine(msgspec.Struct, frozen=True, kw_only=True):
    """So many pieces of a line that are to come back."""

    line_id: int
    quantity: int
    reason: str
    note: str = ""


class FoundLine(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of a line when it was here; `location_id` where it is restocked."""

    line_id: int
    accepted: int
    condition: str = "new"
    disposition: str = "restock"
    location_id: int | None = None


async def write_return(
    session: Session,
    order_id: int,
    lines: Sequence[WantedLine],
    *,
    key: str,
    state: str,
    requested_by: str,
    note: str,
    is_withdrawal: bool,
    actor: str,
    at: datetime,
) -> int:
    """A return of a locked order; its id."""
    position = await session.value(_LAST, {"order": order_id}) + 1
    return_id = await session.insert(
        Return,
        order_id=order_id,
        position=position,
        key=key,
        state=state,
        requested_by=requested_by,
        note=note,
        answer="",
        is_withdrawal=is_withdrawal,
        refund_due_at=at + REFUND_WITHIN if is_withdrawal else None,
        refund_id=None,
        amendment_id=None,
        actor=actor,
        requested_at=at,
        decided_at=None if state == "requested" else at,
        received_at=None,
        closed_at=None,
        updated_at=at,
    )
    rows = [
        {"return_id": return_id, "line_id": line.line_id, "quantity": line.quantity, "reason": line.reason,
         "note": line.note, "accepted": None, "condition": None, "disposition": None, "location_id": None}
        for line in lines
    ]  # fmt: skip
    await session.add_many(ReturnLine, rows)
    return return_id


async def locked_return(session: Session, return_id: int) -> ReturnRow | None:
    """The return, ours until the transaction ends; its order is locked before."""
    return await session.one(ReturnRow, _LOCKED, {"return_": return_id})


async def move_return(session: Session, found: ReturnRow, state: str, at: datetime, **changes: Any) -> bool:
    """Take a locked return to another state, with what else changes by it; whether it can go there."""
    if state not in NEXT[found.state]:
        return False
    kept = {name: getattr(found, name) for name in _CHANGED} | {"decided_at": found.decided_at or at} | changes
    values = {"return_": found.id, "was": found.state, "to_state": state, "at_": at}
    return await session.execute(_MOVE, {**values, **{f"to_{name}": kept[name] for name in _CHANGED}}) == 1


async def write_found(session: Session, return_id: int, found: Sequence[FoundLine]) -> None:
    """What was found of the lines of a return."""
    for line in found:
        values = {"return_": return_id, "line": line.line_id, "taken": line.accepted, "how": line.condition}
        await session.execute(_FOUND, {**values, "where_to": line.disposition, "place": line.location_id})


_LAST = select(func.coalesce(func.max(Return.position), 0)).where(Return.order_id == bindparam("order"))
_LOCKED = (
    select(*(getattr(Return, name) for name in ReturnRow.__struct_fields__))
    .where(Return.id == bindparam("return_"))
    .with_for_update()
)
_CHANGED = ("answer", "refund_id", "amendment_id", "decided_at", "received_at", "closed_at")
_MOVE = (
    update(Return)
    .where(Return.id == bindparam("return_"), Return.state == bindparam("was"))
    .values(
        state=bindparam("to_state"),
        updated_at=bindparam("at_"),
        **{name: bindparam(f"to_{name}") for name in _CHANGED},
    )
)
_FOUND = (
    update(ReturnLine)
    .where(ReturnLine.return_id == bindparam("return_"), ReturnLine.line_id == bindparam("line"))
    .values(
        accepted=bindparam("taken"),
        condition=bindparam("how"),
        disposition=bindparam("where_to"),
        location_id=bindparam("place"),
    )
)
