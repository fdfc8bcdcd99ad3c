"""The only place that reads the time. All times are UTC and aware."""

from datetime import UTC, datetime
from time import monotonic
from typing import Protocol


class Clock(Protocol):
    """Where a shop takes its time from; tests pass one that stands still."""

    def now(self) -> datetime: ...

    def steady(self) -> float:
        """Seconds since some moment, which jump neither forwards nor backwards when the time of day is set."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def steady(self) -> float:
        return monotonic()


class StoppedClock(SystemClock):
    """One instant of the past, for looking at a shop as it was then."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at
