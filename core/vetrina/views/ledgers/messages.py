"""The outbox: every event has its place, and nobody who hears it stands beyond what was said."""

from datetime import timedelta

from sqlalchemy import bindparam, func, select

from vetrina.kernel.context import Context
from vetrina.kernel.messages.tables import OutboxCursor, OutboxEvent, OutboxFailure
from vetrina.views.ledgers.looking import Ledger, Wrong

ORDERED_WITHIN = timedelta(minutes=15)
"""An event that has no place in the order of delivery after this time is waiting for somebody who does not come."""


async def _delivered(ctx: Context) -> list[Wrong]:
    [(waiting, oldest)] = await ctx.db.fetch(_WAITING, {"before": ctx.now() - ORDERED_WITHIN})
    wrong = [Wrong("outbox", f"{waiting} events wait to be delivered, the oldest since {oldest}")] if waiting else []
    last = await ctx.db.value(_LAST) or 0
    wrong += [
        Wrong(f"subscriber {name}", f"it stands at {position}, beyond the last event, {last}")
        for name, position in await ctx.db.fetch(_BEYOND, {"last": last})
    ]
    return wrong + [
        Wrong(f"subscriber {name}", f"{count} events were given up and wait for somebody to decide")
        for name, count in await ctx.db.fetch(_PARKED)
    ]


_WAITING = select(func.count(OutboxEvent.id), func.min(OutboxEvent.at)).where(
    OutboxEvent.position.is_(None), OutboxEvent.at <= bindparam("before")
)
_LAST = select(func.max(OutboxEvent.position))
_BEYOND = (
    select(OutboxCursor.subscriber, OutboxCursor.position)
    .where(OutboxCursor.position > bindparam("last"), OutboxCursor.event.is_not(None))
    .order_by(OutboxCursor.subscriber)
)
_PARKED = (
    select(OutboxFailure.subscriber, func.count(OutboxFailure.id))
    .where(OutboxFailure.parked_at.is_not(None))
    .group_by(OutboxFailure.subscriber)
    .order_by(OutboxFailure.subscriber)
)

MESSAGES = (Ledger("I10", "events", "Every event is on its way to everybody who hears it", _delivered),)
