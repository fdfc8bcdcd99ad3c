"""Faults to order: what happens to the next calls on their way there, inside, and on their way back."""

import asyncio
from typing import Literal

import msgspec

Kind = Literal["refused", "lost", "broken", "broken_after", "throttled"]


class Fault(msgspec.Struct):
    """One kind of trouble for the next `times` calls whose "METHOD /path" contains `where`."""

    kind: Kind
    where: str
    times: int


class Faults:
    """Nothing goes wrong unless it was ordered; what was ordered happens once, or as often as said.

    `latency` is in seconds, for every answer; while `gate` is set to an Event, acts are done and answers wait for it.
    """

    def __init__(self) -> None:
        self.latency = 0.0
        self.gate: asyncio.Event | None = None
        self._ordered: list[Fault] = []

    def refuse(self, where: str = "", times: int = 1) -> None:
        """The connection fails before Stripe hears of anything."""
        self._ordered.append(Fault("refused", where, times))

    def lose(self, where: str = "", times: int = 1) -> None:
        """Stripe acts, and the answer is lost on its way."""
        self._ordered.append(Fault("lost", where, times))

    def break_down(self, where: str = "", times: int = 1, *, after_acting: bool = False) -> None:
        """Stripe answers 500: before it did anything, or after, and then the key remembers the 500 for good."""
        self._ordered.append(Fault("broken_after" if after_acting else "broken", where, times))

    def throttle(self, where: str = "", times: int = 1) -> None:
        """Stripe answers 429 and does nothing."""
        self._ordered.append(Fault("throttled", where, times))

    def take(self, call: str) -> Kind | None:
        """What happens to this call; one less of it is left."""
        for fault in self._ordered:
            if fault.times and fault.where in call:
                fault.times -= 1
                return fault.kind
        return None

    async def delay(self) -> None:
        """As long as an answer takes."""
        if self.latency:
            await asyncio.sleep(self.latency)
        if self.gate is not None:
            await self.gate.wait()
