"""Queries and mutations of the admin API. Each mutation is one flow."""

from collections.abc import Mapping
from typing import Any

import strawberry

from vetrina.graphql import (
    IdArgument,
    Info,
    PageArgs,
    UserError,
    answer,
    ctx_of,
    forward,
    gid,
    int_key_of,
    newest_first,
    root,
)
from vetrina.graphql.scalars import DateTime
from vetrina.kernel.context import Context
from vetrina_webhooks.events import TYPES
from vetrina_webhooks.flows import endpoints, replaying
from vetrina_webhooks.graphql.types import (
    DELIVERY,
    ENDPOINT,
    WebhooksDelivery,
    WebhooksDeliveryConnection,
    WebhooksDeliveryState,
    WebhooksEndpoint,
    WebhooksEndpointConnection,
    WebhooksReplay,
)
from vetrina_webhooks.rules import State
from vetrina_webhooks.views import deliveries_by_id, delivery_list, endpoint_list, endpoints_by_id

READ, WRITE = "webhooks.read", "webhooks.write"


@strawberry.input(description="An address to be told what happens. An update replaces all of it.")
class WebhooksEndpointInput:
    name: str
    url: str
    events: list[str] | None = strawberry.field(
        default=None, description="Types such as order.placed; left out: all there are and will be."
    )


@strawberry.type(description="The endpoint as it is now.")
class WebhooksEndpointPayload:
    endpoint: WebhooksEndpoint | None
    user_errors: list[UserError]


@strawberry.type(description="The endpoint and its secret: keep it now, it is not shown again.")
class WebhooksSecretPayload:
    endpoint: WebhooksEndpoint | None
    secret: str | None
    user_errors: list[UserError]


@strawberry.type(description="The endpoint that is told nothing more.")
class WebhooksEndpointDeletePayload:
    deleted_endpoint_id: strawberry.ID | None
    user_errors: list[UserError]


@strawberry.type(description="The delivery as it is now.")
class WebhooksDeliveryPayload:
    delivery: WebhooksDelivery | None
    user_errors: list[UserError]


@strawberry.type
class WebhooksQuery:
    @root(permission=READ, description="Addresses that are told what happens, the newest first.")
    async def webhooks_endpoints(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> WebhooksEndpointConnection | None:
        page = forward(first, after, int)
        found: Any = newest_first(await endpoint_list(ctx_of(info).db, size=page.size + 1, below=below_of(page)), page)
        return found

    @root(permission=READ, description="What was sent and is to be sent, the newest first, for as long as it is kept.")
    async def webhooks_deliveries(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        endpoint_id: strawberry.ID | None = None,
        state: WebhooksDeliveryState | None = None,
    ) -> WebhooksDeliveryConnection | None:
        page = forward(first, after, int)
        owner = None if endpoint_id is None else int_key_of(endpoint_id, ENDPOINT, field=("endpointId",))
        wanted = None if state is None else State(state.value)
        rows = await delivery_list(
            ctx_of(info).db, size=page.size + 1, below=below_of(page), endpoint_id=owner, state=wanted
        )
        found: Any = newest_first(rows, page)
        return found

    @root(permission=READ, description="Every type of event an endpoint may ask for.")
    async def webhooks_event_types(self, info: Info) -> list[str] | None:
        return sorted(TYPES)


@strawberry.type
class WebhooksMutation:
    @root(permission=WRITE, description="Register an address; the answer holds its secret, once.")
    async def webhooks_endpoint_create(
        self,
        info: Info,
        input: WebhooksEndpointInput,  # noqa: A002
    ) -> WebhooksSecretPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            created = await endpoints.create_endpoint(ctx, name=input.name, url=input.url, events=input.events)
            return {**await shown(ctx, created.endpoint_id), "secret": created.secret}

        return await answer(WebhooksSecretPayload, change(ctx_of(info)), within=("input",))

    @root(permission=WRITE, description="Give an endpoint another name, address or list of events.")
    async def webhooks_endpoint_update(
        self,
        info: Info,
        endpoint_id: IdArgument,
        input: WebhooksEndpointInput,  # noqa: A002
    ) -> WebhooksEndpointPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = key_of(endpoint_id)
            await endpoints.update_endpoint(ctx, key, name=input.name, url=input.url, events=input.events)
            return await shown(ctx, key)

        return await answer(WebhooksEndpointPayload, change(ctx_of(info)), within=("input",))

    @root(permission=WRITE, description="Remove an endpoint with all that was delivered to it.")
    async def webhooks_endpoint_delete(self, info: Info, endpoint_id: IdArgument) -> WebhooksEndpointDeletePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = key_of(endpoint_id)
            await endpoints.delete_endpoint(ctx, key)
            return {"deleted_endpoint_id": gid(ENDPOINT, key)}

        return await answer(WebhooksEndpointDeletePayload, change(ctx_of(info)))

    @root(permission=WRITE, description="Draw a new secret; for some hours messages are signed by the old one as well.")
    async def webhooks_endpoint_rotate_secret(
        self, info: Info, endpoint_id: IdArgument, overlap_hours: int = endpoints.OVERLAP
    ) -> WebhooksSecretPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            rotated = await endpoints.rotate_secret(ctx, key_of(endpoint_id), overlap_hours)
            return {**await shown(ctx, rotated.endpoint_id), "secret": rotated.secret}

        return await answer(WebhooksSecretPayload, change(ctx_of(info)))

    @root(permission=WRITE, description="Send nothing to an endpoint for now; what waits, waits on.")
    async def webhooks_endpoint_pause(self, info: Info, endpoint_id: IdArgument) -> WebhooksEndpointPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            await endpoints.pause_endpoint(ctx, key_of(endpoint_id))
            return await shown(ctx, key_of(endpoint_id))

        return await answer(WebhooksEndpointPayload, change(ctx_of(info)))

    @root(permission=WRITE, description="Send again; with replay also every event that happened during the pause.")
    async def webhooks_endpoint_resume(
        self, info: Info, endpoint_id: IdArgument, replay: bool = True
    ) -> WebhooksEndpointPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            await endpoints.resume_endpoint(ctx, key_of(endpoint_id), replay=replay)
            return await shown(ctx, key_of(endpoint_id))

        return await answer(WebhooksEndpointPayload, change(ctx_of(info)))

    @root(permission=WRITE, description="Send a message of type ping, once, even to a paused endpoint.")
    async def webhooks_endpoint_test(self, info: Info, endpoint_id: IdArgument) -> WebhooksDeliveryPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            return await sent(ctx, await endpoints.ping_endpoint(ctx, key_of(endpoint_id)))

        return await answer(WebhooksDeliveryPayload, change(ctx_of(info)))

    @root(permission=WRITE, description="Send a delivery again at once, under its old message id.")
    async def webhooks_delivery_replay(self, info: Info, delivery_id: IdArgument) -> WebhooksDeliveryPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(delivery_id, DELIVERY, field=("id",))
            await replaying.replay_delivery(ctx, key)
            return await sent(ctx, key)

        return await answer(WebhooksDeliveryPayload, change(ctx_of(info)))

    @root(permission=WRITE, description="Send again what failed, or everything that happened, since a time.")
    async def webhooks_replay_since(
        self, info: Info, endpoint_id: IdArgument, since: DateTime, what: WebhooksReplay = WebhooksReplay.FAILED
    ) -> WebhooksEndpointPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            await replaying.replay_since(ctx, key_of(endpoint_id), since, what.value)
            return await shown(ctx, key_of(endpoint_id))

        return await answer(WebhooksEndpointPayload, change(ctx_of(info)))


def below_of(page: PageArgs) -> int | None:
    """Below which key a list goes on."""
    return page.after[0] if page.after else None


def key_of(endpoint_id: str) -> int:
    """The key an endpoint's id holds. Raises BadInput."""
    return int_key_of(endpoint_id, ENDPOINT, field=("id",))


async def shown(ctx: Context, endpoint_id: int) -> dict[str, Any]:
    """An endpoint after its change."""
    return {"endpoint": (await endpoints_by_id(ctx.db, [endpoint_id])).get(endpoint_id)}


async def sent(ctx: Context, delivery_id: int) -> dict[str, Any]:
    """A delivery after its change."""
    return {"delivery": (await deliveries_by_id(ctx.db, [delivery_id])).get(delivery_id)}
