"""When a parcel is asked about again, and what is the matter with one."""

from datetime import datetime, timedelta
from typing import Literal

from vetrina.vocabulary import FulfilmentState

PAUSES = (1, 2, 4, 8, 12, 24)
"""Hours without news, from turn to turn."""
SOON = timedelta(minutes=30)
"""After news: more may follow."""
Exceptional = Literal["failed", "returned", "late", "silent", "unsent"]


def next_turn(now: datetime, quiet: int) -> datetime:
    """When to ask again after so many turns without news; 0 after news."""
    return now + (SOON if quiet == 0 else timedelta(hours=PAUSES[min(quiet, len(PAUSES)) - 1]))


def matter(
    state: str, left_at: datetime | None, heard_at: datetime | None, promised_for: str | None, now: datetime, days: int
) -> Exceptional | None:
    """Why somebody should look after a parcel: delivery refused or failed, come back, late, unsent, not scanned.

    `days` without a scan are too many; days of promises are the shop's calendar's, here as text.
    """
    if state == FulfilmentState.FAILED:
        return "failed"
    if state == FulfilmentState.RETURNED:
        return "returned"
    if state in (FulfilmentState.DELIVERED, FulfilmentState.CANCELLED):
        return None
    overdue = promised_for is not None and promised_for < now.date().isoformat()
    if state == FulfilmentState.READY or left_at is None:
        return "unsent" if overdue else None
    if overdue:
        return "late"
    return "silent" if now - (heard_at or left_at) >= timedelta(days=days) else None
