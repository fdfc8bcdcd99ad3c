"""Endpoints, deliveries and attempts on the wire."""

from collections.abc import Sequence
from enum import Enum

import strawberry

from vetrina.graphql import Info, PageInfo, batch, ctx_of, id_field
from vetrina.graphql.scalars import DateTime
from vetrina_webhooks.flows import replaying
from vetrina_webhooks.rules import PauseReason, State
from vetrina_webhooks.views import AttemptRow, DeliveryRow, EndpointRow, attempts_of, endpoints_by_id

ENDPOINT, DELIVERY = "WebhooksEndpoint", "WebhooksDelivery"


@strawberry.enum(description="Waiting for an attempt, taken by the receiver, or given up.")
class WebhooksDeliveryState(Enum):
    WAITING = State.WAITING.value
    DELIVERED = State.DELIVERED.value
    FAILED = State.FAILED.value


@strawberry.enum(description="A person paused it, it answered 410 Gone, or it failed for too long.")
class WebhooksPauseReason(Enum):
    PERSON = PauseReason.PERSON.value
    GONE = PauseReason.GONE.value
    DEAD = PauseReason.DEAD.value


@strawberry.enum(description="What is sent again: what was given up, or every event, delivered or not.")
class WebhooksReplay(Enum):
    FAILED = replaying.FAILED
    EVERYTHING = replaying.EVERYTHING


@strawberry.type(description="An address that is told what happens. Its secret was shown once and is kept sealed.")
class WebhooksEndpoint:
    id: strawberry.ID = id_field(ENDPOINT)
    name: str
    url: str
    events: list[str] | None = strawberry.field(description="Null: all there are and will be.")
    created_at: DateTime
    paused_at: DateTime | None
    pause_reason: WebhooksPauseReason | None
    delivered_at: DateTime | None = strawberry.field(description="The last success.")
    failing_since: DateTime | None = strawberry.field(description="The first failure after the last success.")
    old_secret_until: DateTime | None = strawberry.field(
        description="Until then messages are signed by the secret before this one too."
    )


@strawberry.type(description="One call: what was answered and how soon, or why nobody answered.")
class WebhooksAttempt:
    at: DateTime
    duration: int = strawberry.field(description="Milliseconds.")
    status: int | None
    answer: str | None = strawberry.field(description="The first 1,024 bytes.")
    error: str | None


async def load_attempts(rows: Sequence[DeliveryRow], info: Info) -> list[list[AttemptRow]]:
    found = await attempts_of(ctx_of(info).db, [row.id for row in rows])
    return [found.get(row.id, []) for row in rows]


async def load_endpoints(rows: Sequence[DeliveryRow], info: Info) -> list[EndpointRow | None]:
    found = await endpoints_by_id(ctx_of(info).db, sorted({row.endpoint_id for row in rows}))
    return [found.get(row.endpoint_id) for row in rows]


@strawberry.type(description="A message to an endpoint, and where it stands.")
class WebhooksDelivery:
    id: strawberry.ID = id_field(DELIVERY)
    message_id: str = strawberry.field(description="The header webhook-id, the same for every attempt.")
    type: str
    body: str = strawberry.field(description="The very text that is signed and sent.")
    state: WebhooksDeliveryState
    attempts: int = strawberry.field(description="Since it was first sent, or replayed.")
    next_at: DateTime | None
    created_at: DateTime
    ended_at: DateTime | None
    endpoint: WebhooksEndpoint | None = batch(load_endpoints)
    log: list[WebhooksAttempt] = batch(load_attempts, description="The last fifty attempts, the latest first.")


@strawberry.type(description="An endpoint and its place in a connection.")
class WebhooksEndpointEdge:
    cursor: str
    node: WebhooksEndpoint


@strawberry.type(description="A page of endpoints.")
class WebhooksEndpointConnection:
    edges: list[WebhooksEndpointEdge]
    nodes: list[WebhooksEndpoint]
    page_info: PageInfo


@strawberry.type(description="A delivery and its place in a connection.")
class WebhooksDeliveryEdge:
    cursor: str
    node: WebhooksDelivery


@strawberry.type(description="A page of deliveries.")
class WebhooksDeliveryConnection:
    edges: list[WebhooksDeliveryEdge]
    nodes: list[WebhooksDelivery]
    page_info: PageInfo
