"""Keeping endpoints: register, change, rotate the secret, pause, resume, try, remove."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.kernel.outgoing import ForbiddenAddress, Unreachable
from vetrina.plugin.words import Say
from vetrina_webhooks.events import TYPES
from vetrina_webhooks.flows import replaying
from vetrina_webhooks.flows.sending import SECRET, pause
from vetrina_webhooks.flows.writing import Message, instant, send_at, write_delivery
from vetrina_webhooks.models import WebhooksAttempt, WebhooksDelivery, WebhooksEndpoint
from vetrina_webhooks.rules import PING, PauseReason, unknown_types, write_secret
from vetrina_webhooks.views import EndpointRow, endpoints_by_id

WRITE = "webhooks.write"
MOST_ENDPOINTS = 100
OVERLAP = 24
LONGEST_OVERLAP = 7 * 24
"""Hours during which messages are signed by the old secret as well."""


class UnknownEvent(Refusal):
    """There is no event of that type."""

    code = "UNKNOWN_EVENT"
    text = "No event is called {names}."
    texts = {"it": "Nessun evento si chiama {names}."}


class NothingToHear(Refusal):
    """An endpoint that would never be told anything."""

    code = "NO_EVENTS"
    text = "Name at least one event, or leave the list out for all of them."
    texts = {"it": "Indica almeno un evento, o lascia vuoto l'elenco per averli tutti."}


class TooManyEndpoints(Refusal):
    """Every event is written down once per endpoint that wants it."""

    code = "TOO_MANY_ENDPOINTS"
    text = "A shop has {most} endpoints at most."
    texts = {"it": "Un negozio ha al massimo {most} endpoint."}


class Created(msgspec.Struct, frozen=True):
    """A new endpoint, or an old one with a new secret; the only time the secret is told."""

    endpoint_id: int
    secret: str


class _Sheet(msgspec.Struct, frozen=True):
    """What is checked and as it is kept."""

    name: str
    url: str
    events: list[str] | None


@once
async def create_endpoint(ctx: Context, *, name: str, url: str, events: Sequence[str] | None) -> Created:
    """Register an address for these events, None for all there are and will be, and draw its secret.

    Needs webhooks.write. Raises BadInput, ForbiddenAddress, UnknownEvent, NothingToHear, TooManyEndpoints.
    """
    ctx.require(WRITE)
    sheet, secret = await _checked(ctx, name, url, events), write_secret(secrets.token_bytes(32))
    async with ctx.tx() as session:
        if await session.value(_COUNT) >= MOST_ENDPOINTS:
            raise TooManyEndpoints(most=MOST_ENDPOINTS)
        endpoint_id = await session.insert(
            WebhooksEndpoint,
            **msgspec.structs.asdict(sheet),
            secret=ctx.shop.vault.seal(SECRET, secret),
            old_secret=None,
            old_secret_until=None,
            created_at=ctx.now(),
            paused_at=None,
            paused_because=None,
            delivered_at=None,
            failing_since=None,
            given_up=0,
            misses=0,
            quiet_until=None,
        )
        await _audit(ctx, session, endpoint_id, "created", after=msgspec.structs.asdict(sheet))
        session.outcome = Created(endpoint_id, secret)
    return Created(endpoint_id, secret)


@once
async def update_endpoint(ctx: Context, endpoint_id: int, *, name: str, url: str, events: Sequence[str] | None) -> None:
    """Give an endpoint another name, address or list of events; what waits for it goes to the new address.

    Needs webhooks.write. Raises NotFound and what create_endpoint raises.
    """
    ctx.require(WRITE)
    sheet = await _checked(ctx, name, url, events)
    async with ctx.tx() as session:
        before = await _found(session, endpoint_id)
        await session.execute(_UPDATE, {"endpoint": endpoint_id, **_renamed(sheet)})
        known = {"name": before.name, "url": before.url, "events": before.events}
        await _audit(ctx, session, endpoint_id, "changed", before=known, after=msgspec.structs.asdict(sheet))


@once
async def delete_endpoint(ctx: Context, endpoint_id: int) -> None:
    """Remove an endpoint with its deliveries and their log. Needs webhooks.write. Raises NotFound."""
    ctx.require(WRITE)
    async with ctx.tx() as session:
        before = await _found(session, endpoint_id)
        for statement in (_FORGET_ATTEMPTS, _FORGET_DELIVERIES, _FORGET_ENDPOINT):
            await session.execute(statement, {"endpoint": endpoint_id})
        await _audit(ctx, session, endpoint_id, "removed", before={"name": before.name, "url": before.url})


@once
async def rotate_secret(ctx: Context, endpoint_id: int, overlap: int = OVERLAP) -> Created:
    """Draw a new secret. For `overlap` hours messages are signed by the old one too; 0 ends it at once.

    Needs webhooks.write. Raises NotFound, BadInput.
    """
    ctx.require(WRITE)
    if not 0 <= overlap <= LONGEST_OVERLAP:
        raise BadInput(
            field=("overlap_hours",),
            problem=Say(
                f"The overlap is between 0 and {LONGEST_OVERLAP} hours.",
                it=f"La sovrapposizione va da 0 a {LONGEST_OVERLAP} ore.",
            ),
        )
    secret = write_secret(secrets.token_bytes(32))
    until = ctx.now() + timedelta(hours=overlap) if overlap else None
    async with ctx.tx() as session:
        await _found(session, endpoint_id)
        values = {"endpoint": endpoint_id, "new": ctx.shop.vault.seal(SECRET, secret), "until": until}
        await session.execute(_ROTATE if until else _REPLACE, values)
        await _audit(ctx, session, endpoint_id, "secret-rotated", after={"overlap_hours": overlap})
        session.outcome = Created(endpoint_id, secret)
    return Created(endpoint_id, secret)


@once
async def pause_endpoint(ctx: Context, endpoint_id: int) -> None:
    """Send nothing to an endpoint for now; again changes nothing. Needs webhooks.write. Raises NotFound."""
    ctx.require(WRITE)
    async with ctx.tx() as session:
        await _found(session, endpoint_id)
        await pause(ctx, session, endpoint_id, PauseReason.PERSON)


@once
async def resume_endpoint(ctx: Context, endpoint_id: int, *, replay: bool = True) -> None:
    """Send again: what waited at once, and with `replay` every event since the pause that nothing was written for.

    Needs webhooks.write. Raises NotFound. One that is not paused stays as it is.
    """
    ctx.require(WRITE)
    async with ctx.tx() as session:
        before = await _found(session, endpoint_id)
        if before.paused_at is None:
            return
        await session.execute(_RESUME, {"endpoint": endpoint_id})
        await replaying.begin_anew(session, endpoint_id, ctx.now())
        await send_at(session, f"resumed:{endpoint_id}", ctx.now())
        if replay:
            await replaying.begin(session, endpoint_id, replaying.MISSED, before.paused_at, ctx.now())
        await _audit(ctx, session, endpoint_id, "resumed", after={"replay": replay})


@once
async def ping_endpoint(ctx: Context, endpoint_id: int) -> int:
    """Send a message of type ping, once, even to a paused endpoint; the delivery's id.

    Needs webhooks.write. Raises NotFound.
    """
    ctx.require(WRITE)
    key = draw_key()
    content = {"type": PING, "timestamp": instant(ctx.now()), "version": 1, "data": {"endpoint_id": endpoint_id}}
    message = Message(f"msg_{key}", PING, msgspec.json.encode(content).decode())
    async with ctx.tx() as session:
        await _found(session, endpoint_id)
        await write_delivery(session, endpoint_id, message, ctx.now())
        await send_at(session, message.id, ctx.now())
        delivery_id: int = await session.value(_BY_MESSAGE, {"endpoint": endpoint_id, "message": message.id})
        session.outcome = delivery_id
    return delivery_id


async def _checked(ctx: Context, name: str, url: str, events: Sequence[str] | None) -> _Sheet:
    title = texts.line(name, field=("name",), limit=120, required=True)
    wanted = None if events is None else sorted(set(events))
    if wanted is not None:
        if not wanted:
            raise NothingToHear(field=("events",))
        unknown = unknown_types(wanted, TYPES)
        if unknown:
            raise UnknownEvent(field=("events",), names=", ".join(unknown)[:200])
    address = url.strip()
    try:
        # A shop that people reach by https does not talk about its orders in the clear.
        await ctx.shop.outgoing.check(address, https_only=ctx.shop.base_url.startswith("https://"))
    except ForbiddenAddress as refusal:
        raise ForbiddenAddress(field=("url",), **refusal.facts) from None
    except Unreachable as failure:
        raise BadInput(
            field=("url",),
            problem=Say(
                f"This address leads nowhere: {failure.reason}.",
                it=f"Questo indirizzo non porta da nessuna parte: {failure.reason}.",
            ),
        ) from None
    return _Sheet(title, address, wanted)


async def _found(session: Session, endpoint_id: int) -> EndpointRow:
    found = (await endpoints_by_id(session, [endpoint_id])).get(endpoint_id)
    if found is None:
        raise NotFound(what="The endpoint", field=("id",))
    return found


async def _audit(ctx: Context, session: Session, endpoint_id: int, verb: str, **facts: Any) -> None:
    await audited(ctx, session, f"webhooks_endpoint.{verb}", f"webhooks_endpoint:{endpoint_id}", **facts)


def _renamed(sheet: _Sheet) -> dict[str, Any]:
    return {"name_": sheet.name, "url_": sheet.url, "events_": sheet.events}


_OF_ENDPOINT = WebhooksDelivery.endpoint_id == bindparam("endpoint")
_THIS = WebhooksEndpoint.id == bindparam("endpoint")
_COUNT = select(func.count()).select_from(WebhooksEndpoint)
_UPDATE = (
    update(WebhooksEndpoint)
    .where(_THIS)
    .values(name=bindparam("name_"), url=bindparam("url_"), events=bindparam("events_"))
)
_ROTATE = (
    update(WebhooksEndpoint)
    .where(_THIS)
    .values(old_secret=WebhooksEndpoint.secret, secret=bindparam("new"), old_secret_until=bindparam("until"))
)
_REPLACE = (
    update(WebhooksEndpoint)
    .where(_THIS)
    .values(old_secret=None, secret=bindparam("new"), old_secret_until=bindparam("until"))
)
_RESUME = (
    update(WebhooksEndpoint)
    .where(_THIS)
    .values(paused_at=None, paused_because=None, failing_since=None, given_up=0, misses=0, quiet_until=None)
)
_BY_MESSAGE = select(WebhooksDelivery.id).where(_OF_ENDPOINT, WebhooksDelivery.message_id == bindparam("message"))
_FORGET_ATTEMPTS = delete(WebhooksAttempt).where(
    WebhooksAttempt.delivery_id.in_(select(WebhooksDelivery.id).where(_OF_ENDPOINT))
)
_FORGET_DELIVERIES = delete(WebhooksDelivery).where(_OF_ENDPOINT)
_FORGET_ENDPOINT = delete(WebhooksEndpoint).where(_THIS)
