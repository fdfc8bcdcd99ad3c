"""The inbox: what was already received or reacted to, remembered in the transaction of its effect."""

from datetime import datetime
from typing import Any

import msgspec

from vetrina.kernel.db import Session
from vetrina.kernel.errors import Fault
from vetrina.kernel.messages.tables import InboxMessage

EVENT_KEY = "event:"
"""What the key of a delivery's mark begins with; the event's id follows."""


class AlreadyDelivered(Fault):
    """The effect of this delivery is already committed; the relay takes it for a success."""


class Delivery(msgspec.Struct):
    """The event a reaction is working on. Marked by the first transaction the reaction opens."""

    subscriber: str
    event_id: int
    is_marked: bool = False


async def mark_delivered(session: Session, delivery: Delivery, at: datetime) -> None:
    """Remember the delivery in the effect's own transaction. Raises AlreadyDelivered the second time."""
    if delivery.is_marked:
        return
    if not await receive(session, delivery.subscriber, f"{EVENT_KEY}{delivery.event_id}", at):
        raise AlreadyDelivered(f"{delivery.subscriber} has already reacted to event {delivery.event_id}")
    delivery.is_marked = True


async def receive(session: Session, source: str, key: str, at: datetime, body: dict[str, Any] | None = None) -> bool:
    """Whether a message is new. Called in the transaction of its effect: a repeat then changes nothing."""
    return await session.add_if_absent(InboxMessage, source=source, key=key, at=at, body=body)
