"""Replay or skip events that a subscriber could not digest; deliver again what it had from a moment on."""

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, select

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.kernel.messages import OutboxFailure
from vetrina.kernel.messages.cursors import lock_cursor, set_back
from vetrina.kernel.messages.failures import release_next, replay, replay_parked


class NotParked(Refusal):
    """The delivery still has tries of its own, or waits behind an earlier one."""

    code = "NOT_PARKED"
    text = "This delivery is not parked: it will be tried by itself."


@once
async def replay_delivery(ctx: Context, delivery_id: int) -> None:
    """Give a parked delivery its tries back, the first at once. Needs deliveries.write. Raises NotFound, NotParked."""
    ctx.require("deliveries.write")
    async with ctx.tx() as session:
        failed = await _failed(session, delivery_id)
        if not await replay(session, delivery_id, ctx.now()):
            raise NotParked(field=("id",))
        session.wakes.add("events")
        await _write_down(ctx, session, "delivery.replayed", failed, None)


@once
async def replay_all(ctx: Context, subscriber: str) -> int:
    """Give all parked deliveries of a subscriber their tries back; how many there were.

    Needs deliveries.write. Raises BadInput, and NotFound when nothing has ever subscribed under that name.
    """
    ctx.require("deliveries.write")
    async with ctx.tx() as session:
        await _heard_event(session, subscriber)
        count = await replay_parked(session, subscriber, ctx.now())
        session.outcome = count
        session.wakes.add("events")
        await audited(ctx, session, "subscriber.replayed", f"subscriber:{subscriber}", after={"parked": count})
    return count


@once
async def replay_since(ctx: Context, subscriber: str, since: datetime) -> int:
    """Deliver every event that a subscriber hears again from a moment on, as if it never had been; how many.

    Its effects happen a second time. Whoever delivers to it right now ends after the event he is at. Needs
    deliveries.write. Raises BadInput for a moment that has no offset or lies ahead; NotFound.
    """
    ctx.require("deliveries.write")
    if since.tzinfo is None or since > ctx.now():
        raise BadInput(field=("since",), problem="The moment must have an offset and lie behind us.", reason="future")
    async with ctx.tx() as session:
        event = await _heard_event(session, subscriber)
        count = await set_back(session, subscriber, event, since)
        session.outcome = count
        session.wakes.add("events")
        after = {"since": since.isoformat(), "event": event, "events": count}
        await audited(ctx, session, "subscriber.set_back", f"subscriber:{subscriber}", after=after)
    return count


@once
async def skip_delivery(ctx: Context, delivery_id: int, reason: str) -> None:
    """Give a parked delivery up, for a reason that stays in the audit trail; the next one of its subject goes on.

    Needs deliveries.write. Raises BadInput, NotFound, NotParked.
    """
    ctx.require("deliveries.write")
    why = texts.line(reason, field=("reason",), limit=500, required=True)
    async with ctx.tx() as session:
        failed = await _failed(session, delivery_id)
        # Else an event of the subject that is being queued behind this one now would wait for ever.
        await lock_cursor(session, failed.subscriber)
        if not await session.execute(_SKIP, {"delivery": delivery_id}):
            raise NotParked(field=("id",))
        await release_next(session, failed.subscriber, failed.subject, ctx.now())
        session.wakes.add("events")
        await _write_down(ctx, session, "delivery.skipped", failed, why)


class _Failed(msgspec.Struct, frozen=True):
    """A delivery that did not succeed."""

    id: int
    subscriber: str
    event_id: int
    subject: str
    attempts: int
    error: str


async def _heard_event(session: Session, subscriber: str) -> str:
    """Hold the subscriber's cursor; the event it hears. Raises BadInput, NotFound."""
    event = await lock_cursor(session, texts.line(subscriber, field=("subscriber",), required=True))
    if event is None:
        raise NotFound(what="The subscriber", field=("subscriber",))
    return event


async def _failed(session: Session, delivery_id: int) -> _Failed:
    failed = await session.one(_Failed, _FAILED, {"delivery": delivery_id})
    if failed is None:
        raise NotFound(what="The delivery", field=("id",))
    return failed


async def _write_down(ctx: Context, session: Session, action: str, failed: _Failed, reason: str | None) -> None:
    await audited(
        ctx,
        session,
        action,
        f"delivery:{failed.id}",
        before=msgspec.structs.asdict(failed),
        after={"reason": reason} if reason is not None else None,
    )


_FAILED = select(
    OutboxFailure.id,
    OutboxFailure.subscriber,
    OutboxFailure.event_id,
    OutboxFailure.subject,
    OutboxFailure.attempts,
    OutboxFailure.error,
).where(OutboxFailure.id == bindparam("delivery"))
_SKIP = delete(OutboxFailure).where(OutboxFailure.id == bindparam("delivery"), OutboxFailure.parked_at.is_not(None))
