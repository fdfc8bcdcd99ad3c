"""Whether a promotion runs, waits for its day, is over, or was paused."""

from datetime import datetime
from enum import Enum


class Status(Enum):
    """As people see it in the list."""

    ACTIVE = "active"
    SCHEDULED = "scheduled"
    EXPIRED = "expired"
    PAUSED = "paused"


def status_of(starts_at: datetime, ends_at: datetime | None, paused_at: datetime | None, now: datetime) -> Status:
    """From `starts_at` on and before `ends_at`, both UTC, unless somebody paused it."""
    if ends_at is not None and ends_at <= now:
        return Status.EXPIRED
    if paused_at is not None:
        return Status.PAUSED
    return Status.SCHEDULED if starts_at > now else Status.ACTIVE
