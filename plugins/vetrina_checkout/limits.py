"""How often somebody may guess, at a code or at the e-mail address of an order; and who sends a form first."""

import asyncio
from collections import OrderedDict
from weakref import WeakValueDictionary

MOST_KEPT = 10_000
"""Guessers remembered at once; the one who guessed longest ago is forgotten first."""


class Limits:
    """So many wrong guesses per key within a window of seconds, counted by this process."""

    def __init__(self, guesses: int = 8, window: float = 600.0) -> None:
        self._guesses = guesses
        self._window = window
        self._wrong: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def allows(self, key: str, now: float) -> bool:
        """Whether another guess may be made; `now` in seconds of any clock that does not go back."""
        began, count = self._wrong.get(key, (now, 0))
        return count < self._guesses or now - began >= self._window

    def note(self, key: str, now: float) -> None:
        """A guess was wrong."""
        began, count = self._wrong.pop(key, (now, 0))
        self._wrong[key] = (now, 1) if now - began >= self._window else (began, count + 1)
        while len(self._wrong) > MOST_KEPT:
            self._wrong.popitem(last=False)


class Turns:
    """One form of a cart after the other, in this process: the second click finds what the first one has begun."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, key: str) -> asyncio.Lock:
        """To be held while a form of that cart is worked on; forgotten when nobody holds or awaits it."""
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock
