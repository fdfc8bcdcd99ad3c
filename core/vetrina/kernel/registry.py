"""The frozen answer to "who serves this port", and the guarded way to ask them."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any, Generic, Literal, TypeVar

import msgspec

from vetrina.kernel.clock import Clock
from vetrina.kernel.db.session import open_transaction
from vetrina.kernel.errors import Fault, Refusal, Unavailable

P = TypeVar("P")
T = TypeVar("T")

OPENS_AFTER = 5
"""Failures within a minute that open a breaker."""
STAYS_OPEN = 30.0
"""Seconds an open breaker refuses before it lets one call try again."""


class Policy(msgspec.Struct, frozen=True):
    """What a port promises when its plugin fails; declared by the core on the port, never by the plugin.

    veto: the plugin's refusal reaches the buyer, its failure does not stop him. required: fail closed.
    optional: skip, log, count. `deadline` is in seconds. `inside` says that its plugins take part in the flow's own
    transaction, through the session they are given and nothing else; all others are asked outside of one.
    """

    kind: Literal["veto", "required", "optional"]
    deadline: float
    inside: bool = False


class Provided(msgspec.Struct, Generic[P], frozen=True):
    """One implementation of a port: its key is unique per port, its owner is the plugin's name."""

    port: type[P]
    key: str
    owner: str
    implementation: P


class PortFailed(Unavailable):
    """A plugin behind a port raised, hung or is being kept out by its breaker."""

    def __init__(self, provided: Provided[Any], reason: str) -> None:
        self.owner = provided.owner
        super().__init__(f"{provided.owner} failed as {provided.port.__name__} {provided.key!r}: {reason}")


class Health(msgspec.Struct):
    """What is known of one implementation since the process started. Times are seconds of the clock."""

    calls: int = 0
    failures: int = 0
    last_error: str | None = None
    recent: list[float] = []
    opened_at: float | None = None


class Ports:
    """Who serves which port. Built once per Runtime; implementations keep their declared order."""

    def __init__(self, provided: Iterable[Provided[Any]], clock: Clock) -> None:
        self._clock = clock
        self._by_port: dict[type[Any], tuple[Provided[Any], ...]] = {}
        for entry in provided:
            self._by_port[entry.port] = (*self._by_port.get(entry.port, ()), entry)
        self._health: dict[tuple[str, str], Health] = {}

    def all(self, port: type[P]) -> tuple[Provided[P], ...]:
        return self._by_port.get(port, ())

    def find(self, port: type[P], key: str) -> Provided[P] | None:
        return next((entry for entry in self.all(port) if entry.key == key), None)

    def get(self, port: type[P], key: str) -> Provided[P]:
        """The implementation under that key. Raises Unavailable when its plugin is off."""
        found = self.find(port, key)
        if found is None:
            raise Unavailable(f"nothing serves {port.__name__} {key!r}")
        return found

    def health(self, provided: Provided[Any]) -> Health:
        return self._health.setdefault((provided.port.__name__, provided.key), Health())

    async def ask(self, provided: Provided[Any], answer: Awaitable[T]) -> T:
        """Await a port's answer within the port's deadline and behind its breaker.

        A Refusal passes through: it is an answer. Everything else becomes PortFailed with the plugin's name. Raises
        Fault inside a transaction, unless the port takes part in it: nobody is waited for while rows are locked.
        """
        policy: Policy = provided.port.policy  # pyright: ignore[reportAttributeAccessIssue]
        if open_transaction.get() and not policy.inside:
            _discard(answer)
            raise Fault(f"{provided.port.__name__} {provided.key!r} was asked inside a transaction")
        health, now = self.health(provided), self._clock.now().timestamp()
        if health.opened_at is not None and now - health.opened_at < STAYS_OPEN:
            _discard(answer)
            raise PortFailed(provided, "its breaker is open")
        if health.opened_at is not None:
            # This call tries; others are refused until it is answered.
            health.opened_at = now
        health.calls += 1
        try:
            async with asyncio.timeout(policy.deadline):
                result = await answer
        except Refusal:
            health.opened_at = None
            raise
        except Exception as error:
            self._record_failure(health, now, error)
            raise PortFailed(provided, f"{type(error).__name__}: {error}") from error
        health.opened_at = None
        return result

    def _record_failure(self, health: Health, now: float, error: Exception) -> None:
        health.failures += 1
        health.last_error = f"{type(error).__name__}: {error}"
        health.recent = [at for at in health.recent if now - at < 60.0] + [now]
        if len(health.recent) >= OPENS_AFTER:
            health.opened_at = now


def _discard(answer: Awaitable[Any]) -> None:
    """Close a coroutine that will not be awaited, so that Python does not warn about it."""
    close = getattr(answer, "close", None)
    if close is not None:
        close()
