"""What can be seen: endpoints, deliveries with their attempts, and what a sender needs. Never a secret."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, or_, select

from vetrina.kernel.db import Reads, id_in
from vetrina_webhooks.models import WebhooksAttempt, WebhooksDelivery, WebhooksEndpoint
from vetrina_webhooks.rules import PING, State

MOST_ATTEMPTS = 50
"""Attempts shown of one delivery, the latest: a replay begins another round of ten."""


class EndpointRow(msgspec.Struct, frozen=True):
    """An endpoint as managers see it; state of its secrets is all that is told of them."""

    id: int
    name: str
    url: str
    events: list[str] | None
    created_at: datetime
    paused_at: datetime | None
    pause_reason: str | None
    delivered_at: datetime | None
    failing_since: datetime | None
    old_secret_until: datetime | None


class DeliveryRow(msgspec.Struct, frozen=True):
    """A message to an endpoint, and where it stands."""

    id: int
    endpoint_id: int
    message_id: str
    type: str
    body: str
    state: str
    attempts: int
    next_at: datetime | None
    created_at: datetime
    ended_at: datetime | None


class AttemptRow(msgspec.Struct, frozen=True):
    """One call; duration in milliseconds."""

    id: int
    delivery_id: int
    at: datetime
    duration: int
    status: int | None
    answer: str | None
    error: str | None


class Listener(msgspec.Struct, frozen=True):
    """An endpoint that is not paused, and what it wants to hear."""

    id: int
    events: list[str] | None


async def endpoint_list(db: Reads, *, size: int, below: int | None = None) -> list[EndpointRow]:
    """Endpoints, the latest first, at most `size`; those with a smaller id than `below`."""
    return await db.rows(EndpointRow, _ENDPOINTS, {"below": _top(below), "size": size})


async def endpoints_by_id(db: Reads, endpoint_ids: Sequence[int]) -> dict[int, EndpointRow]:
    """Endpoints by their id; what is not there is left out."""
    return {row.id: row for row in await db.rows(EndpointRow, _SOME_ENDPOINTS, {"ids": list(endpoint_ids)})}


async def listeners(db: Reads) -> list[Listener]:
    """Everybody who hears events now."""
    return await db.rows(Listener, _LISTENERS)


async def delivery_list(
    db: Reads, *, size: int, below: int | None = None, endpoint_id: int | None = None, state: State | None = None
) -> list[DeliveryRow]:
    """Deliveries, the latest first, at most `size`; of one endpoint, or in one state."""
    params: dict[str, Any] = {"below": _top(below), "size": size}
    if endpoint_id is not None:
        params["endpoint"] = endpoint_id
    if state is not None:
        params["state"] = state.value
    return await db.rows(DeliveryRow, _deliveries(endpoint_id is not None, state is not None), params)


async def deliveries_by_id(db: Reads, delivery_ids: Sequence[int]) -> dict[int, DeliveryRow]:
    """Deliveries by their id; what is not there is left out."""
    return {row.id: row for row in await db.rows(DeliveryRow, _SOME_DELIVERIES, {"ids": list(delivery_ids)})}


async def attempts_of(db: Reads, delivery_ids: Sequence[int]) -> dict[int, list[AttemptRow]]:
    """The latest attempts of each delivery, the last one first."""
    found: dict[int, list[AttemptRow]] = {}
    for row in await db.rows(AttemptRow, _ATTEMPTS, {"ids": list(delivery_ids), "most": MOST_ATTEMPTS}):
        found.setdefault(row.delivery_id, []).append(row)
    return found


async def endpoints_with_work(db: Reads, now: datetime) -> list[tuple[int, int]]:
    """Endpoints that something is due for, whoever has waited longest first, with their misses in a row."""
    found = await db.fetch(_WITH_WORK, {"now": now})
    return [(endpoint_id, misses) for endpoint_id, misses, _ in found]


def _top(below: int | None) -> int:
    return 2**63 - 1 if below is None else below


@cache
def _deliveries(of_endpoint: bool, in_state: bool) -> Any:
    statement = _ANY_DELIVERY.where(WebhooksDelivery.id < bindparam("below"))
    if of_endpoint:
        statement = statement.where(WebhooksDelivery.endpoint_id == bindparam("endpoint"))
    if in_state:
        statement = statement.where(WebhooksDelivery.state == bindparam("state"))
    return statement.order_by(WebhooksDelivery.id.desc()).limit(bindparam("size"))


_ANY_ENDPOINT = select(
    WebhooksEndpoint.id,
    WebhooksEndpoint.name,
    WebhooksEndpoint.url,
    WebhooksEndpoint.events,
    WebhooksEndpoint.created_at,
    WebhooksEndpoint.paused_at,
    WebhooksEndpoint.paused_because.label("pause_reason"),
    WebhooksEndpoint.delivered_at,
    WebhooksEndpoint.failing_since,
    WebhooksEndpoint.old_secret_until,
)
_ENDPOINTS = (
    _ANY_ENDPOINT.where(WebhooksEndpoint.id < bindparam("below"))
    .order_by(WebhooksEndpoint.id.desc())
    .limit(bindparam("size"))
)
_SOME_ENDPOINTS = _ANY_ENDPOINT.where(id_in(WebhooksEndpoint.id, "ids"))
_LISTENERS = (
    select(WebhooksEndpoint.id, WebhooksEndpoint.events)
    .where(WebhooksEndpoint.paused_at.is_(None))
    .order_by(WebhooksEndpoint.id)
)
_ANY_DELIVERY = select(
    WebhooksDelivery.id,
    WebhooksDelivery.endpoint_id,
    WebhooksDelivery.message_id,
    WebhooksDelivery.type,
    WebhooksDelivery.body,
    WebhooksDelivery.state,
    WebhooksDelivery.attempts,
    WebhooksDelivery.next_at,
    WebhooksDelivery.created_at,
    WebhooksDelivery.ended_at,
)
_SOME_DELIVERIES = _ANY_DELIVERY.where(id_in(WebhooksDelivery.id, "ids"))
_TURN = (
    func.row_number().over(partition_by=WebhooksAttempt.delivery_id, order_by=WebhooksAttempt.id.desc()).label("turn")
)
_NUMBERED = (
    select(
        WebhooksAttempt.id,
        WebhooksAttempt.delivery_id,
        WebhooksAttempt.at,
        WebhooksAttempt.duration,
        WebhooksAttempt.status,
        WebhooksAttempt.answer,
        WebhooksAttempt.error,
        _TURN,
    )
    .where(id_in(WebhooksAttempt.delivery_id, "ids"))
    .subquery("numbered")
)
_ATTEMPTS = (
    select(*(column for column in _NUMBERED.c if column.name != "turn"))
    .where(_NUMBERED.c.turn <= bindparam("most"))
    .order_by(_NUMBERED.c.id.desc())
)
IS_DUE = (
    WebhooksDelivery.state == State.WAITING.value,
    WebhooksDelivery.next_at <= bindparam("now"),
    or_(WebhooksDelivery.leased_until.is_(None), WebhooksDelivery.leased_until < bindparam("now")),
)
"""What somebody has to send now."""
MAY_BE_SENT = or_(
    WebhooksDelivery.type == PING,  # tries an endpoint however it stands
    WebhooksEndpoint.paused_at.is_(None)
    & or_(WebhooksEndpoint.quiet_until.is_(None), WebhooksEndpoint.quiet_until <= bindparam("now")),
)
"""What its endpoint lets pass now."""
_FIRST = func.min(WebhooksDelivery.next_at).label("first")
_WITH_WORK = (
    select(WebhooksEndpoint.id, WebhooksEndpoint.misses, _FIRST)
    .join(WebhooksDelivery, WebhooksDelivery.endpoint_id == WebhooksEndpoint.id)
    .where(*IS_DUE, MAY_BE_SENT)
    .group_by(WebhooksEndpoint.id, WebhooksEndpoint.misses)
    .order_by(_FIRST)
)
