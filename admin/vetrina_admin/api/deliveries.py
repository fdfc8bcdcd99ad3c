"""How far subscribers have got, and events they could not digest: see, replay, skip."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry

from vetrina.flows.deliveries import replay_all, replay_delivery, replay_since, skip_delivery
from vetrina.graphql import (
    IdArgument,
    Info,
    PageInfo,
    UserError,
    answer,
    ctx_of,
    forward,
    gid,
    id_field,
    int_key_of,
    newest_first,
    root,
)
from vetrina.graphql.scalars import JSON, DateTime
from vetrina.kernel.context import Context
from vetrina.views.deliveries import deliveries_by_id, failing_deliveries, subscribers


@strawberry.type(description="Where one subscriber stands; those of plugins that are off are listed too.")
class EventSubscriber:
    subscriber: str = strawberry.field(description="The plugin and its function, such as bell.ring.")
    event: str = strawberry.field(description="The event it hears, such as OrderPlaced.")
    lag: int = strawberry.field(description="Events it has not come to yet.")
    oldest_waiting_at: DateTime | None = strawberry.field(description="When the oldest of these happened.")
    parked: int = strawberry.field(description="Events that were given up.")
    retrying: int = strawberry.field(description="Events that are tried again, or queued behind others.")


@strawberry.enum(description="Whether an event is given up, tried again by itself, or waits behind an earlier one.")
class DeliveryState(Enum):
    PARKED = "parked"
    RETRYING = "retrying"
    QUEUED = "queued"


@strawberry.type(description="An event one subscriber could not digest yet, and what it said.")
class EventDelivery:
    id: strawberry.ID = id_field("EventDelivery")
    subscriber: str = strawberry.field(description="The plugin and its function, such as bell.ring.")
    event: str
    subject: str = strawberry.field(description="What the event is about, such as order:7.")
    payload: JSON
    happened_at: DateTime
    attempts: int
    error: str
    next_at: DateTime | None = strawberry.field(description="When it is tried again by itself.")
    parked_at: DateTime | None
    state: DeliveryState


@strawberry.type(description="A delivery and its place in a connection.")
class EventDeliveryEdge:
    cursor: str
    node: EventDelivery


@strawberry.type(description="A page of deliveries.")
class EventDeliveryConnection:
    edges: list[EventDeliveryEdge]
    nodes: list[EventDelivery]
    page_info: PageInfo


@strawberry.type
class DeliveryQuery:
    @root(permission="deliveries.read", description="Every subscriber to events, in the order of their names.")
    async def event_subscribers(self, info: Info) -> list[EventSubscriber]:
        found: Any = await subscribers(ctx_of(info).db)
        return found

    @root(
        permission="deliveries.read",
        description="Events that were given up, the latest first; with includeRetrying also those still tried.",
    )
    async def parked_deliveries(
        self, info: Info, first: int | None = None, after: str | None = None, include_retrying: bool = False
    ) -> EventDeliveryConnection:
        page = forward(first, after, int)
        below = page.after[0] if page.after else None
        rows = await failing_deliveries(
            ctx_of(info).db, size=page.size + 1, below=below, parked_only=not include_retrying
        )
        found: Any = newest_first(rows, page)
        return found


@strawberry.type(description="The delivery as it is now; it is tried again at once.")
class DeliveryReplayPayload:
    delivery: EventDelivery | None
    user_errors: list[UserError]


@strawberry.type(description="How many events are delivered again.")
class SubscriberReplayPayload:
    replayed_count: int | None
    user_errors: list[UserError]


@strawberry.type(description="The delivery that will never arrive.")
class DeliverySkipPayload:
    skipped_delivery_id: strawberry.ID | None
    user_errors: list[UserError]


@strawberry.type
class DeliveryMutation:
    @root(permission="deliveries.write", description="Give a parked delivery its tries back.")
    async def delivery_replay(self, info: Info, delivery_id: IdArgument) -> DeliveryReplayPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(delivery_id, "EventDelivery", field=("id",))
            await replay_delivery(ctx, key)
            return {"delivery": (await deliveries_by_id(ctx.db, [key])).get(key)}

        return await answer(DeliveryReplayPayload, change(ctx_of(info)))

    @root(permission="deliveries.write", description="Give all parked deliveries of a subscriber their tries back.")
    async def delivery_replay_all(self, info: Info, subscriber: str) -> SubscriberReplayPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            return {"replayed_count": await replay_all(ctx, subscriber)}

        return await answer(SubscriberReplayPayload, change(ctx_of(info)))

    @root(
        permission="deliveries.write",
        description="Deliver every event a subscriber hears again from a moment on: its effects happen a second time.",
    )
    async def delivery_replay_since(self, info: Info, subscriber: str, since: DateTime) -> SubscriberReplayPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            return {"replayed_count": await replay_since(ctx, subscriber, since)}

        return await answer(SubscriberReplayPayload, change(ctx_of(info)))

    @root(permission="deliveries.write", description="Give a parked delivery up; the reason stays in the audit trail.")
    async def delivery_skip(self, info: Info, delivery_id: IdArgument, reason: str) -> DeliverySkipPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(delivery_id, "EventDelivery", field=("id",))
            await skip_delivery(ctx, key, reason)
            return {"skipped_delivery_id": gid("EventDelivery", key)}

        return await answer(DeliverySkipPayload, change(ctx_of(info)))
