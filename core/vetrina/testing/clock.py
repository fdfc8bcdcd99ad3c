"""A clock for tests: it stands still until it is told to move."""

from datetime import UTC, datetime, timedelta


class StillClock:
    """Time that moves only when told to."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
        self._passed = 0.0

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        """Go on by so many `minutes`, `hours` or `days`, as in timedelta."""
        self.at += timedelta(**by)
        self._passed += timedelta(**by).total_seconds()

    def steady(self) -> float:
        """Seconds that have passed, whatever the time of day was set to by `jump`."""
        return self._passed

    def jump(self, **by: float) -> None:
        """Set the time of day forwards or backwards, though no time has passed."""
        self.at += timedelta(**by)
