"""Events that subscribers have not digested: parked, waiting for another try, or queued behind one of these."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import bindparam, case, select

from vetrina.kernel.db import Reads, id_in
from vetrina.kernel.messages.tables import OutboxEvent, OutboxFailure


class DeliveryState(StrEnum):
    """parked: given up until somebody decides. retrying: tried again at next_at. queued: behind an earlier one."""

    PARKED = "parked"
    RETRYING = "retrying"
    QUEUED = "queued"


class DeliveryRow(msgspec.Struct, frozen=True):
    """An event one subscriber could not digest yet, and what it said."""

    id: int
    subscriber: str
    event_id: int
    event: str
    subject: str
    payload: dict[str, Any]
    happened_at: datetime
    attempts: int
    error: str
    next_at: datetime | None
    parked_at: datetime | None
    state: str


async def failing_deliveries(
    db: Reads, *, size: int, below: int | None = None, parked_only: bool = False
) -> list[DeliveryRow]:
    """Deliveries that did not succeed, the latest first, at most `size`; those with a smaller id than `below`."""
    statement = _PARKED if parked_only else _ALL
    return await db.rows(DeliveryRow, statement, {"below": 2**63 - 1 if below is None else below, "size": size})


async def deliveries_by_id(db: Reads, delivery_ids: Sequence[int]) -> dict[int, DeliveryRow]:
    """Failed deliveries by their id; what is not there is left out."""
    return {row.id: row for row in await db.rows(DeliveryRow, _SOME, {"ids": delivery_ids})}


_ANY = select(
    OutboxFailure.id,
    OutboxFailure.subscriber,
    OutboxFailure.event_id,
    OutboxEvent.name.label("event"),
    OutboxFailure.subject,
    OutboxEvent.payload,
    OutboxEvent.at.label("happened_at"),
    OutboxFailure.attempts,
    OutboxFailure.error,
    OutboxFailure.next_at,
    OutboxFailure.parked_at,
    case(
        (OutboxFailure.parked_at.is_not(None), DeliveryState.PARKED.value),
        (OutboxFailure.next_at.is_not(None), DeliveryState.RETRYING.value),
        else_=DeliveryState.QUEUED.value,
    ).label("state"),
).join(OutboxEvent, OutboxEvent.id == OutboxFailure.event_id)
_ALL = _ANY.where(OutboxFailure.id < bindparam("below")).order_by(OutboxFailure.id.desc()).limit(bindparam("size"))
_PARKED = _ALL.where(OutboxFailure.parked_at.is_not(None))
_SOME = _ANY.where(id_in(OutboxFailure.id, "ids"))
