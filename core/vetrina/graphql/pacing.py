"""A token bucket: documents nobody has sent before cost milliseconds each, so there are only so many a second."""

import msgspec


class Pace(msgspec.Struct, frozen=True):
    """How many unseen documents are taken: `burst` at once, then `rate` a second."""

    rate: float
    burst: int


class Bucket:
    """Full at first; refilled at the pace's rate."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._tokens = float(pace.burst)
        self._at = 0.0

    def take(self, now: float) -> float:
        """Take a token at `now`, in seconds of any steady clock; 0, or the seconds until there is one."""
        self._tokens = min(float(self._pace.burst), self._tokens + (now - self._at) * self._pace.rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._pace.rate
