"""The frozen answer to "who serves this port", and the guarded way to ask them."""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import Any, Generic, Literal, ParamSpec, TypeVar

import msgspec

from vetrina.kernel.contracts import answered_type, fits
from vetrina.kernel.db.session import open_transaction, writer
from vetrina.kernel.errors import Fault, Refusal, Unavailable
from vetrina.kernel.meters import KeptOut, Meter, Meters, Work

P = TypeVar("P")
T = TypeVar("T")
A = ParamSpec("A")


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


class Ports:
    """Who serves which port. Built once per Runtime; implementations keep their declared order."""

    def __init__(self, provided: Iterable[Provided[Any]], meters: Meters) -> None:
        self.meters = meters
        self._by_port: dict[type[Any], tuple[Provided[Any], ...]] = {}
        for entry in provided:
            self._by_port[entry.port] = (*self._by_port.get(entry.port, ()), entry)

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

    def meter(self, provided: Provided[Any], function: Callable[..., Any]) -> Meter:
        """What is known of one method of an implementation since the process started."""
        return self.meters.of(_work(provided, function))

    def meter_of_all(self, provided: Provided[Any]) -> Meter:
        """What is known of all its methods together, as it stands now."""
        name = _name(provided)
        found = [meter for meter in self.meters.all(provided.owner) if meter.work.kind == "port"]
        return _added_up(
            Work(provided.owner, "port", name),
            [meter for meter in found if name in (meter.work.name, meter.work.name.rpartition(".")[0])],
        )

    def served(self) -> Iterator[tuple[type[Any], tuple[Provided[Any], ...]]]:
        """Every port somebody serves, with its implementations in their order."""
        yield from self._by_port.items()

    async def ask(
        self, provided: Provided[Any], function: Callable[A, Awaitable[T]], *args: A.args, **kwargs: A.kwargs
    ) -> T:
        """Call a port's method and await its answer, within the port's deadline and behind the method's own breaker.

        A Refusal passes through: it is an answer. Everything else becomes PortFailed with the plugin's name, an
        answer of the wrong type included. Raises Fault inside a transaction, unless the port takes part in it:
        nobody is waited for while rows are locked.
        """
        policy: Policy = provided.port.policy  # pyright: ignore[reportAttributeAccessIssue]
        if open_transaction.get() and not policy.inside:
            raise Fault(f"{provided.port.__name__} {provided.key!r} was asked inside a transaction")
        expected = answered_type(provided.port, function)

        async def answer() -> T:
            if policy.inside:
                writer.set(provided.owner)  # in the call's own context: it writes its own tables alone
            return fits(await function(*args, **kwargs), expected)

        try:
            return await self.meters.run(_work(provided, function), answer, policy.deadline)
        except Refusal:
            raise
        except KeptOut as error:
            raise PortFailed(provided, "its breaker is open") from error
        except Exception as error:
            raise PortFailed(provided, f"{type(error).__name__}: {error}") from error

    def call(self, provided: Provided[Any], function: Callable[A, T], *args: A.args, **kwargs: A.kwargs) -> T:
        """The same for a method that is not async, such as one that makes an offer; nothing ends it early."""
        return self._called(provided, function, partial(function, *args, **kwargs), has_breaker=True)

    def call_for_strangers(
        self, provided: Provided[Any], function: Callable[A, T], *args: A.args, **kwargs: A.kwargs
    ) -> T:
        """The same for what anybody may send, such as a message whose signature is checked: without a breaker."""
        return self._called(provided, function, partial(function, *args, **kwargs), has_breaker=False)

    def _called(
        self, provided: Provided[Any], function: Callable[..., Any], ask: Callable[[], T], *, has_breaker: bool
    ) -> T:
        work, expected = _work(provided, function), answered_type(provided.port, function)
        try:
            return self.meters.call(work, lambda: fits(ask(), expected), has_breaker=has_breaker)
        except Refusal:
            raise
        except KeptOut as error:
            raise PortFailed(provided, "its breaker is open") from error
        except Exception as error:
            raise PortFailed(provided, f"{type(error).__name__}: {error}") from error


def in_order(provided: Iterable[Provided[Any]], orders: Mapping[str, Sequence[str]]) -> list[Provided[Any]]:
    """Implementations as somebody has put them in order, by port and key; the rest behind, as they were declared."""

    def place(entry: Provided[Any]) -> int:
        keys = orders.get(entry.port.__name__, ())
        return keys.index(entry.key) if entry.key in keys else len(keys)

    return sorted(provided, key=place)


def _work(provided: Provided[Any], function: Callable[..., Any]) -> Work:
    """Each method by itself: a charge that cannot be started keeps nobody from giving money back."""
    return _work_named(provided.owner, _name(provided), getattr(function, "__name__", ""))


@lru_cache(maxsize=1_000)
def _work_named(owner: str, name: str, method: str) -> Work:
    return Work(owner, "port", f"{name}.{method}".removesuffix("."))


def _name(provided: Provided[Any]) -> str:
    return f"{provided.port.__name__} {provided.key}"


def _added_up(work: Work, meters: Sequence[Meter]) -> Meter:
    """What several meters say together: open when one of them is, the latest error last."""
    latest = max(meters, key=lambda meter: meter.last_error_at or 0.0, default=Meter(work))
    return Meter(
        work,
        calls=sum(meter.calls for meter in meters),
        failures=sum(meter.failures for meter in meters),
        refusals=sum(meter.refusals for meter in meters),
        seconds=sum(meter.seconds for meter in meters),
        slowest=max((meter.slowest for meter in meters), default=0.0),
        leaks=sum(meter.leaks for meter in meters),
        blocks=sum(meter.blocks for meter in meters),
        longest_block=max((meter.longest_block for meter in meters), default=0.0),
        last_error=latest.last_error,
        last_error_at=latest.last_error_at,
        opened_at=max((meter.opened_at for meter in meters if meter.opened_at is not None), default=None),
        recent_seconds=deque(chain.from_iterable(meter.recent_seconds for meter in meters)),
    )
