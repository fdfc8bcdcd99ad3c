"""Sending: what is due goes out beside each other, a few at a time per endpoint; what came of it is written down."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy import bindparam, func, select, update

from vetrina.flows.auditing import audited
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import NotOurs, Vault
from vetrina.kernel.db import Session
from vetrina.kernel.outgoing import ForbiddenAddress, Unreachable
from vetrina_webhooks.flows.writing import send_at
from vetrina_webhooks.models import WebhooksAttempt, WebhooksDelivery, WebhooksEndpoint
from vetrina_webhooks.rules import (
    GONE,
    PING,
    PauseReason,
    State,
    is_accepted,
    is_dead,
    pause_after,
    quiet_after,
    shown_answer,
    signed_headers,
)
from vetrina_webhooks.settings import WebhooksSettings
from vetrina_webhooks.views import IS_DUE, MAY_BE_SENT, endpoints_with_work

log = structlog.get_logger(__name__)

DEADLINE = 15.0
"""Seconds a receiver has to answer."""
LEASE = timedelta(seconds=30)
"""How long a delivery is kept from others who send."""
AT_ONCE = 32
PER_ENDPOINT = 4
"""Calls beside each other; an endpoint nobody answered at gets one, until somebody does."""
BEGINS_FOR = 40.0
"""Seconds during which one run of the job begins calls; the next run goes on."""
JOB_DEADLINE = BEGINS_FOR + LEASE.total_seconds() + 20
LOOKS_AGAIN = 0.5
"""Seconds between looks for new deliveries while calls are out."""
SECRET = "webhooks.secret"
"""The purpose secrets are sealed for."""
KEPT = 1_024
"""Bytes of an answer that are read."""


class Order(msgspec.Struct, frozen=True):
    """A delivery that is ours to send, with what is known of its endpoint."""

    id: int
    endpoint_id: int
    message_id: str
    type: str
    body: str
    turn: int
    attempts: int
    url: str
    secret: str
    old_secret: str | None
    old_secret_until: datetime | None
    failing_since: datetime | None
    given_up: int
    misses: int


class Outcome(msgspec.Struct, frozen=True):
    """What came of a call; duration in milliseconds."""

    duration: int
    status: int | None = None
    answer: str | None = None
    error: str | None = None
    retry_after: str | None = None


class Sender:
    """Runs the job that sends. One per Runtime."""

    def __init__(self, settings: WebhooksSettings) -> None:
        self._settings = settings

    async def send_due(self, ctx: Context, payload: Mapping[str, Any]) -> None:
        """Send what is due, and what becomes due meanwhile, until nothing is left or the time is up."""
        calls: dict[asyncio.Task[None], int] = {}
        loop = asyncio.get_running_loop()
        until, trouble = loop.time() + BEGINS_FOR, None
        try:
            while True:
                if loop.time() < until:
                    await self._begin(ctx, calls)
                if not calls:
                    break
                done, _ = await asyncio.wait(calls, timeout=LOOKS_AGAIN, return_when=asyncio.FIRST_COMPLETED)
                for call in done:
                    del calls[call]
                    trouble = call.exception() or trouble
        finally:
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
        if trouble is not None:
            raise trouble  # ours, not a receiver's; the others' calls were finished first

    async def _begin(self, ctx: Context, calls: dict[asyncio.Task[None], int]) -> None:
        """Take what is due as long as there are places, one for each endpoint in turn."""
        waiting = await endpoints_with_work(ctx.db, ctx.now())
        while waiting and len(calls) < AT_ONCE:
            busy, left = Counter(calls.values()), list[tuple[int, int]]()
            # Those with no place of their own are passed over first: however many hang, they take nobody else's.
            free = [(key, misses) for key, misses in waiting if busy[key] < (1 if misses else PER_ENDPOINT)]
            for endpoint_id, misses in free[: AT_ONCE - len(calls)]:
                order = await take(ctx, endpoint_id)
                if order is not None:
                    calls[asyncio.create_task(self._send(ctx, order))] = endpoint_id
                    left.append((endpoint_id, misses))
            waiting = left

    async def _send(self, ctx: Context, order: Order) -> None:
        outcome = await call(ctx, order)
        async with ctx.tx() as session:
            await self._write_down(ctx, session, order, outcome)

    async def _write_down(self, ctx: Context, session: Session, order: Order, outcome: Outcome) -> None:
        now, attempts, pause = ctx.now(), order.attempts + 1, None
        is_delivered = is_accepted(outcome.status)
        if not is_delivered and outcome.status != GONE and order.type != PING:
            pause = pause_after(attempts, random.random(), outcome.retry_after)
        next_at = None if pause is None else now + pause
        state = State.DELIVERED if is_delivered else State.FAILED if next_at is None else State.WAITING
        values = {
            "delivery": order.id, "seen": order.turn, "state_": state.value, "attempts_": attempts, "next_": next_at,
            "ended": None if next_at else now,
        }  # fmt: skip
        if not await session.execute(_END, values):
            return  # it was replayed or removed meanwhile, or the lease lapsed and somebody else has it
        await session.add(
            WebhooksAttempt,
            delivery_id=order.id,
            at=now,
            duration=outcome.duration,
            status=outcome.status,
            answer=outcome.answer,
            error=outcome.error,
        )
        if next_at is not None:
            await send_at(session, f"{order.id}:{order.turn}", next_at)
        if is_delivered:
            await session.execute(_PRAISE, {"endpoint": order.endpoint_id, "now": now})
        elif order.type != PING:
            await self._blame(ctx, session, order, outcome, is_given_up=next_at is None)

    async def _blame(
        self, ctx: Context, session: Session, order: Order, outcome: Outcome, *, is_given_up: bool
    ) -> None:
        """Remember the failure, and pause an endpoint that wants no more or seems to be dead."""
        now = ctx.now()
        misses = order.misses + 1 if outcome.status is None else 0
        blame = {
            "endpoint": order.endpoint_id, "now": now, "lost": int(is_given_up), "misses_": misses,
            "quiet": now + quiet_after(misses) if misses else None,
        }  # fmt: skip
        found = await session.fetch(_BLAME, blame)
        if outcome.status == GONE:
            await pause(ctx, session, order.endpoint_id, PauseReason.GONE)
        elif found:
            since, given_up = found[0]
            rules = self._settings
            if is_dead(since, given_up, now, days=rules.dead_after_days, failures=rules.dead_after_failures):
                await pause(ctx, session, order.endpoint_id, PauseReason.DEAD)


async def take(ctx: Context, endpoint_id: int) -> Order | None:
    """Take the endpoint's delivery that has been due for longest, for as long as a lease lasts."""
    now = ctx.now()
    params = {"endpoint": endpoint_id, "now": now, "until": now + LEASE}
    async with ctx.tx() as session:
        taken = await session.value(_TAKE, params)
        return None if taken is None else await session.one(Order, _ORDER, {"delivery": taken})


async def call(ctx: Context, order: Order) -> Outcome:
    """Post the message, signed; never raises for what the receiver does."""
    now, body = ctx.now(), order.body.encode()
    try:
        secrets = _secrets(ctx.shop.vault, order, now)
    except NotOurs:
        return Outcome(0, error="its secret was sealed under another VETRINA_SECRET_KEY: rotate it")
    headers = signed_headers(secrets, order.message_id, int(now.timestamp()), body)
    loop = asyncio.get_running_loop()
    begun = loop.time()

    def spent() -> int:
        return round((loop.time() - begun) * 1_000)

    try:
        reply = await ctx.shop.outgoing.call(
            "POST", order.url, deadline=DEADLINE, headers=headers, content=body, largest=KEPT
        )
    except (Unreachable, ForbiddenAddress) as error:
        return Outcome(spent(), error=str(error))
    error = None if is_accepted(reply.status) else f"it answered {reply.status}"
    return Outcome(spent(), reply.status, shown_answer(reply.body), error, reply.headers.get("retry-after"))


def _secrets(vault: Vault, order: Order, now: datetime) -> list[str]:
    """Those that sign now, the present one first. Raises NotOurs."""
    sealed = [order.secret]
    if order.old_secret is not None and order.old_secret_until is not None and order.old_secret_until > now:
        sealed.append(order.old_secret)
    return [vault.open(SECRET, secret) for secret in sealed]


async def pause(ctx: Context, session: Session, endpoint_id: int, reason: PauseReason) -> bool:
    """Send it nothing from now on; whether it was not paused already. What waits, waits on."""
    values = {"endpoint": endpoint_id, "now": ctx.now(), "reason": reason.value}
    if not await session.execute(_PAUSE, values):
        return False
    after = {"reason": reason.value}
    await audited(ctx, session, "webhooks_endpoint.paused", f"webhooks_endpoint:{endpoint_id}", after=after)
    if reason is not PauseReason.PERSON:
        log.warning("webhook endpoint paused", endpoint=endpoint_id, reason=reason.value)
    return True


_NEXT = (
    select(WebhooksDelivery.id)
    .join(WebhooksEndpoint, WebhooksEndpoint.id == WebhooksDelivery.endpoint_id)
    .where(WebhooksDelivery.endpoint_id == bindparam("endpoint"), *IS_DUE, MAY_BE_SENT)
    .order_by(WebhooksDelivery.next_at, WebhooksDelivery.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=WebhooksDelivery)
)
_TAKE = (
    update(WebhooksDelivery)
    .where(WebhooksDelivery.id == _NEXT.scalar_subquery())
    .values(turn=WebhooksDelivery.turn + 1, leased_until=bindparam("until"))
    .returning(WebhooksDelivery.id)
)
_ORDER = (
    select(
        WebhooksDelivery.id,
        WebhooksDelivery.endpoint_id,
        WebhooksDelivery.message_id,
        WebhooksDelivery.type,
        WebhooksDelivery.body,
        WebhooksDelivery.turn,
        WebhooksDelivery.attempts,
        WebhooksEndpoint.url,
        WebhooksEndpoint.secret,
        WebhooksEndpoint.old_secret,
        WebhooksEndpoint.old_secret_until,
        WebhooksEndpoint.failing_since,
        WebhooksEndpoint.given_up,
        WebhooksEndpoint.misses,
    )
    .join(WebhooksEndpoint, WebhooksEndpoint.id == WebhooksDelivery.endpoint_id)
    .where(WebhooksDelivery.id == bindparam("delivery"))
)
_END = (
    update(WebhooksDelivery)
    .where(WebhooksDelivery.id == bindparam("delivery"), WebhooksDelivery.turn == bindparam("seen"))
    .values(
        state=bindparam("state_"),
        attempts=bindparam("attempts_"),
        next_at=bindparam("next_"),
        ended_at=bindparam("ended"),
        leased_until=None,
    )
)
_PRAISE = (
    update(WebhooksEndpoint)
    .where(WebhooksEndpoint.id == bindparam("endpoint"))
    .values(delivered_at=bindparam("now"), failing_since=None, given_up=0, misses=0, quiet_until=None)
)
_BLAME = (
    update(WebhooksEndpoint)
    .where(WebhooksEndpoint.id == bindparam("endpoint"))
    .values(
        failing_since=func.coalesce(
            WebhooksEndpoint.failing_since, bindparam("now", type_=WebhooksEndpoint.created_at.type)
        ),
        given_up=WebhooksEndpoint.given_up + bindparam("lost"),
        misses=bindparam("misses_"),
        quiet_until=bindparam("quiet"),
    )
    .returning(WebhooksEndpoint.failing_since, WebhooksEndpoint.given_up)
)
_PAUSE = (
    update(WebhooksEndpoint)
    .where(WebhooksEndpoint.id == bindparam("endpoint"), WebhooksEndpoint.paused_at.is_(None))
    .values(paused_at=bindparam("now"), paused_because=bindparam("reason"))
)
