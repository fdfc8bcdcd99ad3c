"""From an event to a delivery per endpoint that wants it, written in one transaction with the job that sends them."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from vetrina.events import Event
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.errors import Fault
from vetrina.kernel.jobs import put_off
from vetrina.kernel.messages import OutboxEvent
from vetrina_webhooks.models import WebhooksDelivery
from vetrina_webhooks.rules import State, event_type, is_wanted
from vetrina_webhooks.views import listeners

SEND = "webhooks.send"
"""The job that sends whatever is due."""


class Message(msgspec.Struct, frozen=True):
    """What is sent to every endpoint that wants it: the same id and the same bytes."""

    id: str
    type: str
    body: str


class Heard(msgspec.Struct, frozen=True):
    """An event as the outbox keeps it."""

    id: int
    name: str
    version: int
    payload: dict[str, Any]
    at: datetime


async def fan_out(ctx: Context, event: Event) -> None:
    """Write a delivery for each endpoint that wants the event being reacted to. Nobody is called here."""
    if ctx.delivery is None:
        raise Fault("an event is fanned out as a reaction to it")
    kind = event_type(type(event).__name__)
    wanting = [endpoint.id for endpoint in await listeners(ctx.db) if is_wanted(kind, endpoint.events)]
    if not wanting:
        return
    heard = await ctx.db.one(Heard, HEARD.where(OutboxEvent.id == bindparam("event")), {"event": ctx.delivery.event_id})
    if heard is None:
        raise Fault(f"event {ctx.delivery.event_id} is not in the outbox")
    message = compose(ctx, heard)
    async with ctx.tx() as session:
        for endpoint_id in wanting:
            await write_delivery(session, endpoint_id, message, ctx.now())
        await send_at(session, message.id, ctx.now())


def compose(ctx: Context, heard: Heard) -> Message:
    """The message an event is sent as. Its id comes from the event: who gets it again knows it again."""
    kind = event_type(heard.name)
    # What is sent is what was emitted, in the version it was emitted in: receivers are told which.
    content = {"type": kind, "timestamp": instant(heard.at), "version": heard.version, "data": heard.payload}
    message_id = "msg_" + ctx.shop.vault.sign("webhooks.message", str(heard.id))
    return Message(message_id, kind, msgspec.json.encode(content).decode())


def instant(at: datetime) -> str:
    """ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


async def write_delivery(session: Session, endpoint_id: int, message: Message, now: datetime) -> bool:
    """Write a delivery that is due now; whether the endpoint had not been given the message before."""
    return await session.add_if_absent(
        WebhooksDelivery,
        endpoint_id=endpoint_id,
        message_id=message.id,
        type=message.type,
        body=message.body,
        state=State.WAITING.value,
        attempts=0,
        next_at=now,
        turn=0,
        leased_until=None,
        created_at=now,
        ended_at=None,
    )


async def send_at(session: Session, key: str, due_at: datetime) -> None:
    """Have what is due then sent; the key says what for, so that nothing is sent for twice."""
    await put_off(session, SEND, key, {}, due_at)


HEARD = select(OutboxEvent.id, OutboxEvent.name, OutboxEvent.version, OutboxEvent.payload, OutboxEvent.at)
