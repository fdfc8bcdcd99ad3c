"""Failures: what a subscriber has not digested, when it is tried again, and what is queued behind it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select, update

from vetrina.kernel.db import Session, id_in
from vetrina.kernel.messages.tables import OutboxEvent, OutboxFailure

PAUSES = (1, 5, 30, 120, 600, 3_600, 14_400, 43_200)
"""Seconds before each further try; after the last the delivery is parked."""
QUEUED = "queued behind an earlier event"


async def record_failure(
    session: Session, subscriber: str, event_id: int, subject: str, error: str, now: datetime
) -> None:
    """Write down the first try of an event that failed."""
    await _add(session, subscriber, event_id, subject, error, 1, next_at=now + timedelta(seconds=PAUSES[0]))


async def queue_behind(session: Session, subscriber: str, event_id: int, subject: str, now: datetime) -> None:
    """Let an event wait for an earlier one of its subject; it is due at once if that one is gone by now.

    Called with the cursor held: nobody takes the earlier one away meanwhile.
    """
    is_held = await session.value(_EARLIER, {"subscriber_": subscriber, "subject_": subject}) is not None
    await _add(session, subscriber, event_id, subject, QUEUED, 0, next_at=None if is_held else now)


async def park_untried(
    session: Session, subscriber: str, event_id: int, subject: str, error: str, now: datetime
) -> None:
    """Park an event that this process cannot read. No tries are counted: that tells it from those given up."""
    if not await session.execute(_PARK, {"subscriber_": subscriber, "event": event_id, "error_": error, "now": now}):
        await _add(session, subscriber, event_id, subject, error, 0, parked_at=now)


async def postpone(session: Session, failure_id: int, attempts: int, error: str, now: datetime) -> None:
    """Write down another try that failed: the pause grows; after the last the delivery is parked."""
    is_over = attempts > len(PAUSES)
    next_at = None if is_over else now + timedelta(seconds=PAUSES[attempts - 1])
    params = {"failure": failure_id, "tried": attempts, "error_": error, "next": next_at}
    await session.execute(_POSTPONE, {**params, "parked": now if is_over else None})


async def resolve(session: Session, failure_id: int, subscriber: str, subject: str, now: datetime) -> None:
    """Done at last: the next event queued behind it becomes due."""
    await session.execute(_RESOLVE, {"failure": failure_id})
    await release_next(session, subscriber, subject, now)


async def release_next(session: Session, subscriber: str, subject: str, now: datetime) -> None:
    """Make the oldest event still queued for a subject due."""
    await session.execute(_RELEASE, {"subscriber_": subscriber, "subject_": subject, "now": now})


async def replay(session: Session, failure_id: int, now: datetime) -> bool:
    """Give a parked delivery its tries back; whether there was one."""
    return await session.execute(_REPLAY.where(OutboxFailure.id == failure_id), {"now": now}) == 1


async def replay_parked(session: Session, subscriber: str, now: datetime) -> int:
    """Give all parked deliveries of a subscriber their tries back; how many there were."""
    return await session.execute(_REPLAY.where(OutboxFailure.subscriber == subscriber), {"now": now})


async def wake_readable(session: Session, versions: Mapping[str, int], now: datetime) -> None:
    """Give events that were parked untried another chance where subscribers now know their version."""
    found = await session.fetch(_UNTRIED)
    readable = [failure for failure, subscriber, version in found if version <= versions.get(subscriber, 0)]
    if readable:
        await session.execute(_REPLAY.where(id_in(OutboxFailure.id, "ids")), {"now": now, "ids": readable})


async def _add(
    session: Session,
    subscriber: str,
    event_id: int,
    subject: str,
    error: str,
    attempts: int,
    next_at: datetime | None = None,
    parked_at: datetime | None = None,
) -> None:
    await session.add_if_absent(
        OutboxFailure,
        subscriber=subscriber,
        event_id=event_id,
        subject=subject,
        attempts=attempts,
        next_at=next_at,
        parked_at=parked_at,
        error=error,
    )


_OF_SUBJECT = (OutboxFailure.subscriber == bindparam("subscriber_"), OutboxFailure.subject == bindparam("subject_"))
_EARLIER = select(OutboxFailure.id).where(*_OF_SUBJECT).limit(1)
_PARK = (
    update(OutboxFailure)
    .where(OutboxFailure.subscriber == bindparam("subscriber_"), OutboxFailure.event_id == bindparam("event"))
    .values(attempts=0, error=bindparam("error_"), next_at=None, parked_at=bindparam("now"))
)
_POSTPONE = (
    update(OutboxFailure)
    .where(OutboxFailure.id == bindparam("failure"))
    .values(
        attempts=bindparam("tried"), error=bindparam("error_"), next_at=bindparam("next"), parked_at=bindparam("parked")
    )
)
_RESOLVE = delete(OutboxFailure).where(OutboxFailure.id == bindparam("failure"))
_RELEASE = (
    update(OutboxFailure)
    .where(
        OutboxFailure.id == select(func.min(OutboxFailure.id)).where(*_OF_SUBJECT).scalar_subquery(),
        OutboxFailure.parked_at.is_(None),
    )
    .values(next_at=bindparam("now"))
)
_REPLAY = (
    update(OutboxFailure)
    .where(OutboxFailure.parked_at.is_not(None))
    .values(attempts=1, next_at=bindparam("now"), parked_at=None)
)
_UNTRIED = (
    select(OutboxFailure.id, OutboxFailure.subscriber, OutboxEvent.version)
    .join(OutboxEvent, OutboxEvent.id == OutboxFailure.event_id)
    .where(OutboxFailure.parked_at.is_not(None), OutboxFailure.attempts == 0)
)
