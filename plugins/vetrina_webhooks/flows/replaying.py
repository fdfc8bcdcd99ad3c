"""Sending again: one delivery, all that failed since a time, every event since a time; and forgetting what is old."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from vetrina.flows.auditing import audited
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session, id_in, text_in
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.kernel.jobs import put_off
from vetrina.kernel.messages import OutboxEvent
from vetrina_webhooks.events import TYPES
from vetrina_webhooks.flows.writing import HEARD, Heard, compose, send_at, write_delivery
from vetrina_webhooks.models import WebhooksAttempt, WebhooksDelivery
from vetrina_webhooks.rules import State, is_wanted
from vetrina_webhooks.views import EndpointRow, deliveries_by_id, endpoints_by_id

REPLAY = "webhooks.replay"
"""The job that goes through the past, a page at a time."""
FAILED, EVERYTHING, MISSED = "failed", "everything", "missed"
"""What is sent again: what was given up; every event, delivered or not; what nothing was ever written for."""
PAGE = 100
WRITE = "webhooks.write"


class EndpointIsPaused(Refusal):
    """Nothing is sent to it before it is resumed."""

    code = "ENDPOINT_PAUSED"
    text = "The endpoint is paused: resume it first."
    texts = {"it": "L'endpoint è sospeso: prima riattivalo."}


class InTheFuture(Refusal):
    """Nothing has happened since then."""

    code = "IN_THE_FUTURE"
    text = "This time has not come yet."
    texts = {"it": "Questo momento non è ancora arrivato."}


@once
async def replay_delivery(ctx: Context, delivery_id: int) -> None:
    """Send a delivery again at once, whatever came of it, under its old message id and with all its attempts.

    Needs webhooks.write. Raises NotFound, EndpointIsPaused.
    """
    ctx.require(WRITE)
    async with ctx.tx() as session:
        found = (await deliveries_by_id(session, [delivery_id])).get(delivery_id)
        if found is None:
            raise NotFound(what="The delivery", field=("id",))
        await _sending(session, found.endpoint_id)
        await _revive(session, [delivery_id], ctx.now())
        await send_at(session, f"replayed:{delivery_id}", ctx.now())
        await audited(ctx, session, "webhooks_delivery.replayed", f"webhooks_delivery:{delivery_id}")


@once
async def replay_since(ctx: Context, endpoint_id: int, since: datetime, what: str) -> None:
    """Send again to an endpoint what FAILED since then, or EVERYTHING it listens to that happened since then.

    The work is done by a job. Needs webhooks.write. Raises NotFound, EndpointIsPaused, InTheFuture.
    """
    ctx.require(WRITE)
    if since > ctx.now():
        raise InTheFuture(field=("since",))
    async with ctx.tx() as session:
        await _sending(session, endpoint_id)
        await begin(session, endpoint_id, what, since, ctx.now())
        after = {"what": what, "since": since.isoformat()}
        await audited(ctx, session, "webhooks_endpoint.replayed", f"webhooks_endpoint:{endpoint_id}", after=after)


async def begin(session: Session, endpoint_id: int, what: str, since: datetime, until: datetime) -> None:
    """Put the replay off to the job."""
    payload = {"endpoint": endpoint_id, "what": what, "since": since.isoformat(), "until": until.isoformat()}
    await _go_on(session, payload, 0, until)


async def begin_anew(session: Session, endpoint_id: int, now: datetime) -> None:
    """Give what waits for an endpoint all its attempts again, the first at once."""
    await session.execute(_ANEW, {"endpoint": endpoint_id, "now": now})


async def replay_page(ctx: Context, payload: Mapping[str, Any]) -> None:
    """Go through one page of the past and put the next one off. Cut off and run again, it repeats the page."""
    endpoint = (await endpoints_by_id(ctx.db, [payload["endpoint"]])).get(payload["endpoint"])
    if endpoint is None:
        return
    page = {
        "endpoint": endpoint.id,
        "after": payload["after"],
        "since": datetime.fromisoformat(payload["since"]),
        "until": datetime.fromisoformat(payload["until"]),
        "size": PAGE,
    }
    async with ctx.tx() as session:
        if payload["what"] == FAILED:
            seen = [delivery_id for (delivery_id,) in await session.fetch(_FAILED, page)]
            await _revive(session, seen, ctx.now())
        else:
            seen = await _rewrite(ctx, session, endpoint, page, is_everything=payload["what"] == EVERYTHING)
        if seen:
            await send_at(session, f"replayed:{endpoint.id}:{seen[-1]}", ctx.now())
        if len(seen) == PAGE:
            await _go_on(session, payload, seen[-1], ctx.now())


async def forget(ctx: Context, days: int) -> int:
    """Delete deliveries and their attempts after so many days, whatever came of them; how many."""
    count, before = 0, ctx.now() - timedelta(days=days)
    while True:
        async with ctx.tx() as session:
            old = [delivery_id for (delivery_id,) in await session.fetch(_OLD, {"before": before, "size": 5 * PAGE})]
            for statement in (_FORGET_ATTEMPTS, _FORGET_DELIVERIES):
                await session.execute(statement, {"ids": old})
        count += len(old)
        if len(old) < 5 * PAGE:
            return count


async def _sending(session: Session, endpoint_id: int) -> None:
    endpoint = (await endpoints_by_id(session, [endpoint_id])).get(endpoint_id)
    if endpoint is None:
        raise NotFound(what="The endpoint", field=("id",))
    if endpoint.paused_at is not None:
        raise EndpointIsPaused(field=("id",))


async def _go_on(session: Session, payload: Mapping[str, Any], after: int, at: datetime) -> None:
    key = ":".join(str(payload[part]) for part in ("endpoint", "what", "since", "until"))
    await put_off(session, REPLAY, f"{key}:{after}", {**payload, "after": after}, at)


async def _rewrite(
    ctx: Context, session: Session, endpoint: EndpointRow, page: Mapping[str, Any], *, is_everything: bool
) -> list[int]:
    """Write deliveries for a page of events once more; the ids of the events gone through."""
    wanted = [name for kind, name in TYPES.items() if is_wanted(kind, endpoint.events)]
    events = await session.rows(Heard, _PAST, {**page, "names": wanted})
    known = list[str]()
    for heard in events:
        message = compose(ctx, heard)
        if not await write_delivery(session, endpoint.id, message, ctx.now()):
            known.append(message.id)
    if is_everything and known:
        await session.execute(_REVIVE_MESSAGES, {"endpoint": endpoint.id, "messages": known, "now": ctx.now()})
    return [heard.id for heard in events]


async def _revive(session: Session, delivery_ids: Sequence[int], now: datetime) -> None:
    if delivery_ids:
        await session.execute(_REVIVE, {"ids": list(delivery_ids), "now": now})


_AGAIN: dict[str, Any] = {
    "state": State.WAITING.value,
    "attempts": 0,
    "turn": WebhooksDelivery.turn + 1,
    "next_at": bindparam("now"),
    "leased_until": None,
    "ended_at": None,
}
_REVIVE = update(WebhooksDelivery).where(id_in(WebhooksDelivery.id, "ids")).values(_AGAIN)
_REVIVE_MESSAGES = (
    update(WebhooksDelivery)
    .where(
        WebhooksDelivery.endpoint_id == bindparam("endpoint"),
        text_in(WebhooksDelivery.message_id, "messages"),
        WebhooksDelivery.state != State.WAITING.value,
    )
    .values(_AGAIN)
)
_ANEW = (
    update(WebhooksDelivery)
    .where(WebhooksDelivery.endpoint_id == bindparam("endpoint"), WebhooksDelivery.state == State.WAITING.value)
    .values(_AGAIN)
)
_FAILED = (
    select(WebhooksDelivery.id)
    .where(
        WebhooksDelivery.endpoint_id == bindparam("endpoint"),
        WebhooksDelivery.state == State.FAILED.value,
        WebhooksDelivery.id > bindparam("after"),
        WebhooksDelivery.created_at >= bindparam("since"),
        WebhooksDelivery.created_at <= bindparam("until"),
    )
    .order_by(WebhooksDelivery.id)
    .limit(bindparam("size"))
)
_PAST = (
    HEARD.where(
        OutboxEvent.id > bindparam("after"),
        OutboxEvent.at >= bindparam("since"),
        OutboxEvent.at <= bindparam("until"),
        text_in(OutboxEvent.name, "names"),
    )
    .order_by(OutboxEvent.id)
    .limit(bindparam("size"))
)
_OLD = (
    select(WebhooksDelivery.id)
    .where(WebhooksDelivery.created_at < bindparam("before"))
    .order_by(WebhooksDelivery.created_at)
    .limit(bindparam("size"))
)
_FORGET_ATTEMPTS = delete(WebhooksAttempt).where(id_in(WebhooksAttempt.delivery_id, "ids", is_long=True))
_FORGET_DELIVERIES = delete(WebhooksDelivery).where(id_in(WebhooksDelivery.id, "ids", is_long=True))
