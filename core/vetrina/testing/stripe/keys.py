"""Idempotency keys: the first answer is the answer, errors included; another request under a key is refused."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec

from vetrina.kernel.clock import Clock
from vetrina.testing.stripe.problems import StripeProblem

KEPT = timedelta(hours=24)


class Answer(msgspec.Struct, frozen=True):
    """What is sent back. `is_kept` says whether a key remembers it."""

    status: int
    body: bytes
    request_id: str
    is_kept: bool = True
    is_replay: bool = False


class _Entry(msgspec.Struct):
    asked: tuple[str, ...]
    at: datetime
    answer: Answer | None = None


class Keys:
    """Who asked what under which key. They are forgotten after 24 hours, as Stripe may."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[str, _Entry] = {}

    async def once(self, key: str, asked: tuple[str, ...], act: Callable[[], Awaitable[Answer]]) -> Answer:
        """Act, or answer as the first time. Raises StripeProblem for another request, and while the first is at it."""
        entry = self._entries.get(key)
        if entry is not None and self._clock.now() - entry.at >= KEPT and entry.answer is not None:
            entry = None
        if entry is None:
            return await self._first(key, asked, act)
        if entry.asked != asked:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
            )
            raise StripeProblem(400, "idempotency_error", message)
        if entry.answer is None:
            message = "There is currently another in-progress request using this Idempotency Key."
            raise StripeProblem(409, "idempotency_error", message, code="idempotency_key_in_use")
        return msgspec.structs.replace(entry.answer, is_replay=True)

    async def _first(self, key: str, asked: tuple[str, ...], act: Callable[[], Awaitable[Answer]]) -> Answer:
        entry = self._entries[key] = _Entry(asked, self._clock.now())
        try:
            answer = await act()
        except BaseException:
            self._entries.pop(key, None)
            raise
        if answer.is_kept:
            entry.answer = answer
        else:
            self._entries.pop(key, None)
        return answer
