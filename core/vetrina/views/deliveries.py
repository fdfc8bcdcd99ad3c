"""How far subscribers have got, and events they have not digested: parked, tried again, or queued behind these."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Integer, bindparam, case, func, or_, select

from vetrina.kernel.db import Instant, Reads, id_in
from vetrina.kernel.messages.tables import OutboxCursor, OutboxEvent, OutboxFailure


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


class SubscriberRow(msgspec.Struct, frozen=True):
    """Where one subscriber stands, its plugin being on or off."""

    subscriber: str
    event: str
    position: int
    lag: int
    """Events committed that it has not come to yet."""
    oldest_waiting_at: datetime | None
    """When the oldest of these happened."""
    parked: int
    retrying: int
    """Deliveries that failed and are tried again, and those queued behind them or behind parked ones."""


async def subscribers(db: Reads) -> list[SubscriberRow]:
    """Every subscriber, those of plugins that are off included, in the order of their names."""
    return await db.rows(SubscriberRow, _SUBSCRIBERS)


async def failing_deliveries(
    db: Reads, *, size: int, below: int | None = None, parked_only: bool = False, owner: str | None = None
) -> list[DeliveryRow]:
    """Deliveries that did not succeed, the latest first, at most `size`; those with a smaller id than `below`.

    With `owner` those of one plugin's subscribers.
    """
    prefix = "" if owner is None else f"{owner}."
    known = {"below": 2**63 - 1 if below is None else below, "size": size, "prefix": prefix, "length_": len(prefix)}
    return await db.rows(DeliveryRow, _PARKED if parked_only else _ALL, known)


async def deliveries_by_id(db: Reads, delivery_ids: Sequence[int]) -> dict[int, DeliveryRow]:
    """Failed deliveries by their id; what is not there is left out."""
    return {row.id: row for row in await db.rows(DeliveryRow, _SOME, {"ids": delivery_ids})}


_AHEAD = (
    OutboxEvent.name == OutboxCursor.event,
    or_(OutboxEvent.position > OutboxCursor.position, OutboxEvent.position.is_(None)),
)
_FAILED = select(func.count()).where(OutboxFailure.subscriber == OutboxCursor.subscriber)
_SUBSCRIBERS = (
    select(
        OutboxCursor.subscriber,
        OutboxCursor.event,
        OutboxCursor.position,
        select(func.count()).where(*_AHEAD).scalar_subquery().label("lag"),
        select(func.min(OutboxEvent.at, type_=Instant())).where(*_AHEAD).scalar_subquery().label("oldest_waiting_at"),
        _FAILED.where(OutboxFailure.parked_at.is_not(None)).scalar_subquery().label("parked"),
        _FAILED.where(OutboxFailure.parked_at.is_(None)).scalar_subquery().label("retrying"),
    )
    .where(OutboxCursor.event.is_not(None))
    .order_by(OutboxCursor.subscriber)
)
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
_ALL = (
    _ANY.where(
        OutboxFailure.id < bindparam("below"),
        func.substr(OutboxFailure.subscriber, 1, bindparam("length_", type_=Integer)) == bindparam("prefix"),
    )
    .order_by(OutboxFailure.id.desc())
    .limit(bindparam("size"))
)
_PARKED = _ALL.where(OutboxFailure.parked_at.is_not(None))
_SOME = _ANY.where(id_in(OutboxFailure.id, "ids"))
