"""The only place that reads the time. All times are UTC and aware."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where a shop takes its time from; tests pass one that stands still."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)
