"""A clock for tests: it stands still until it is told to move."""

from datetime import UTC, datetime, timedelta


class StillClock:
    """Time that moves only when told to."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        """Go on by so many `minutes`, `hours` or `days`, as in timedelta."""
        self.at += timedelta(**by)
