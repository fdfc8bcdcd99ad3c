"""Cursors: where each subscriber stands, who is delivering to it now, and how it is set back or forgotten."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Text, bindparam, case, cast, delete, func, literal, or_, select, update

from vetrina.kernel.db import BigInt, Database, Session
from vetrina.kernel.errors import Fault
from vetrina.kernel.messages.inbox import EVENT_KEY
from vetrina.kernel.messages.outbox import LAST, ORDERING
from vetrina.kernel.messages.tables import InboxMessage, OutboxCursor, OutboxEvent, OutboxFailure

LEASE = timedelta(seconds=60)
"""How long a subscriber is one deliverer's: renewed with every delivery, so it must outlast one, not all of them."""


class LeaseLost(Fault):
    """The lease lapsed and is another's, or the cursor was set back: what was delivered is not written down by us."""


class Lease(msgspec.Struct, frozen=True):
    """The right to deliver to one subscriber. Only who knows the token moves the cursor or gives the lease back."""

    subscriber: str
    token: str
    position: int
    """Where the cursor stood when the lease was taken."""


async def subscribe(session: Session, subscribers: Mapping[str, str]) -> None:
    """Give subscribers, named with the event each hears, their cursors.

    A new one, and one that now hears another event, begins at the present; any other goes on from where it was.
    """
    known: dict[str, str | None] = dict(await session.fetch(_KNOWN))
    changed = {name: event for name, event in subscribers.items() if name in known and known[name] != event}
    fresh: dict[str, str | None] = {name: event for name, event in subscribers.items() if name not in known}
    if ORDERING not in known:
        fresh[ORDERING] = None
    if not fresh and not changed:
        return
    last = await session.value(LAST)
    for name, event in fresh.items():
        await session.add_if_absent(
            OutboxCursor, subscriber=name, event=event, position=last, lease_until=None, lease_token=None
        )
    for name, event in changed.items():
        await session.execute(delete(OutboxFailure).where(OutboxFailure.subscriber == name))
        await session.execute(_HEAR_ANOTHER, {"name": name, "hears": event, "place": last})


async def take_lease(db: Database, subscriber: str, now: datetime) -> Lease | None:
    """Become the one who delivers to a subscriber; None while another is."""
    token = secrets.token_hex(8)
    async with db.transaction() as session:
        params = {"name": subscriber, "token": token, "now": now, "until": now + LEASE}
        position = await session.value(_TAKE, params)
    return None if position is None else Lease(subscriber, token, position)


async def keep_lease(session: Session, lease: Lease, now: datetime, position: int | None = None) -> None:
    """Renew the lease, and move the cursor on, in the transaction that writes down a delivery. Raises LeaseLost."""
    params = {"name": lease.subscriber, "token": lease.token, "until": now + LEASE}
    moved = session.execute(_RENEW, params) if position is None else session.execute(_MOVE, {**params, "to": position})
    if not await moved:
        raise LeaseLost(f"somebody else delivers to {lease.subscriber} now")


async def give_lease_back(db: Database, lease: Lease) -> None:
    """Let others deliver; does nothing when the lease is another's already."""
    async with db.transaction() as session:
        await session.execute(_GIVE_BACK, {"name": lease.subscriber, "token": lease.token})


async def lock_cursor(session: Session, subscriber: str) -> str | None:
    """Hold a subscriber's cursor until the transaction ends; the event it hears, or None when there is none.

    Deliveries are written down under the same row: nobody decides about them meanwhile.
    """
    return await session.value(_LOCK, {"name": subscriber})


async def set_back(session: Session, subscriber: str, event: str, since: datetime) -> int:
    """Have every event of that name from `since` on delivered again, as if it never was; how many that is.

    Whoever is delivering now loses his lease, and with it the right to move the cursor on again. Failures and marks of
    these deliveries are forgotten: their effects happen a second time. Called with the cursor held.
    """
    first = await session.value(_FIRST_SINCE, {"event": event, "since": since})
    if first is None:
        return 0
    params = {"name": subscriber, "event": event, "first": first}
    await session.execute(_FORGET_MARKS, params)
    await session.execute(_FORGET_FAILURES, params)
    await session.execute(_SET_BACK, {"name": subscriber, "place": first - 1})
    return await session.value(_COUNT, params)


async def forget_subscribers(session: Session, prefix: str) -> None:
    """Drop the cursors, failures and marks of all subscribers of an owner, the part of their names before the dot.

    A subscriber that comes back is a new one: it hears from then on.
    """
    names = f"{prefix.removesuffix('.')}."
    await session.execute(delete(OutboxFailure).where(OutboxFailure.subscriber.startswith(names, autoescape=True)))
    await session.execute(
        delete(InboxMessage).where(
            InboxMessage.source.startswith(names, autoescape=True), InboxMessage.key.startswith(EVENT_KEY)
        )
    )
    await session.execute(delete(OutboxCursor).where(OutboxCursor.subscriber.startswith(names, autoescape=True)))


_OURS = (OutboxCursor.subscriber == bindparam("name"), OutboxCursor.lease_token == bindparam("token"))
_FREE = or_(OutboxCursor.lease_until.is_(None), OutboxCursor.lease_until < bindparam("now"))
_FROM_FIRST = (OutboxEvent.name == bindparam("event"), OutboxEvent.position >= bindparam("first"))

_PLACE = bindparam("place", type_=BigInt)

_KNOWN = select(OutboxCursor.subscriber, OutboxCursor.event)
_HEAR_ANOTHER = (
    update(OutboxCursor)
    .where(OutboxCursor.subscriber == bindparam("name"))
    .values(event=bindparam("hears"), position=_PLACE, lease_until=None, lease_token=None)
)
_TAKE = (
    update(OutboxCursor)
    .where(OutboxCursor.subscriber == bindparam("name"), _FREE)
    .values(lease_until=bindparam("until"), lease_token=bindparam("token"))
    .returning(OutboxCursor.position)
)
_RENEW = update(OutboxCursor).where(*_OURS).values(lease_until=bindparam("until"))
_MOVE = _RENEW.values(position=bindparam("to"))
_GIVE_BACK = update(OutboxCursor).where(*_OURS).values(lease_until=None, lease_token=None)
_LOCK = select(OutboxCursor.event).where(OutboxCursor.subscriber == bindparam("name")).with_for_update()
_FIRST_SINCE = select(func.min(OutboxEvent.position)).where(
    OutboxEvent.name == bindparam("event"), OutboxEvent.at >= bindparam("since")
)
_FORGET_MARKS = delete(InboxMessage).where(
    InboxMessage.source == bindparam("name"),
    InboxMessage.key.in_(select(literal(EVENT_KEY) + cast(OutboxEvent.id, Text)).where(*_FROM_FIRST)),
)
_FORGET_FAILURES = delete(OutboxFailure).where(
    OutboxFailure.subscriber == bindparam("name"),
    OutboxFailure.event_id.in_(select(OutboxEvent.id).where(*_FROM_FIRST)),
)
_SET_BACK = (
    update(OutboxCursor)
    .where(OutboxCursor.subscriber == bindparam("name"))
    .values(
        position=case((OutboxCursor.position < _PLACE, OutboxCursor.position), else_=_PLACE),
        lease_until=None,
        lease_token=None,
    )
)
_COUNT = select(func.count()).where(*_FROM_FIRST)
