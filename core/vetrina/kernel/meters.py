"""Whose code is running, how long it takes and what goes wrong with it: deadline, breaker and blame for plugins."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterable
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar, cast

import msgspec
import structlog

from vetrina.kernel.clock import Clock
from vetrina.kernel.errors import Refusal, Unavailable

log = structlog.get_logger(__name__)

T = TypeVar("T")

OPENS_AFTER = 5
"""Failures within a minute that open a breaker."""
STAYS_OPEN = 30.0
"""Seconds an open breaker refuses before it lets one call try again."""
GRACE = 1.0
"""Seconds a plugin has to end once its deadline is over, before it is left behind."""
BLOCKS_AFTER = 0.5
"""Seconds a plugin may hold the event loop without awaiting; longer counts as blocking, and opens its breaker."""
RECENT = 100
"""How many of the latest durations are kept for the percentile."""


class Work(msgspec.Struct, frozen=True, cache_hash=True):
    """A piece of a plugin's work: whose, of which kind (port, reaction, job, field, page...), and its name."""

    owner: str
    kind: str
    name: str


working_for: ContextVar[Work | None] = ContextVar("working_for", default=None)
"""The plugin's work this task is doing now, if any: leaks and foreign writes are laid at its door."""


class KeptOut(Unavailable):
    """The work was not tried: it has failed too often of late, and its breaker is open."""

    def __init__(self, work: Work) -> None:
        super().__init__(f"{work.owner} is kept out of {work.kind} {work.name}: its breaker is open")


class Kept(Exception):
    """A plugin kept something that others were waiting for."""


class WrongAnswer(Exception):
    """A plugin answered with something that its contract does not allow."""


class Quit(Exception):
    """A plugin tried to end the process, or the task it was given: what it raised is no Exception, and would have."""


class Meter(msgspec.Struct):
    """What is known of one piece of work since the process started. Durations in seconds, moments on the clock."""

    work: Work
    has_breaker: bool = True
    """Not where strangers say what is worked on: they could open it for everybody."""
    calls: int = 0
    failures: int = 0
    refusals: int = 0
    """Calls not tried because the breaker was open."""
    seconds: float = 0.0
    slowest: float = 0.0
    leaks: int = 0
    """How often a transaction or a connection it had kept was taken back."""
    blocks: int = 0
    """How often it held the event loop for too long."""
    longest_block: float = 0.0
    last_error: str | None = None
    last_error_at: float | None = None
    opened_at: float | None = None
    recent_failures: deque[float] = msgspec.field(default_factory=lambda: deque[float](maxlen=OPENS_AFTER))
    recent_seconds: deque[float] = msgspec.field(default_factory=lambda: deque[float](maxlen=RECENT))

    @property
    def is_open(self) -> bool:
        """Whether the breaker is open: from too many failures until a call succeeds again."""
        return self.opened_at is not None

    @property
    def usual(self) -> float:
        """The 95th percentile of the latest durations."""
        ordered = sorted(self.recent_seconds)
        return ordered[int(len(ordered) * 0.95)] if ordered else 0.0


class Meters:
    """The meters of one process. They outlive Runtimes: switching another plugin on forgets nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._meters: dict[Work, Meter] = {}

    def of(self, work: Work) -> Meter:
        """The meter of a piece of work; a new one the first time."""
        meter = self._meters.get(work)
        if meter is None:
            meter = self._meters[work] = Meter(work)
        return meter

    def all(self, owner: str | None = None) -> list[Meter]:
        """Every meter, or those of one plugin, in the order in which they were first used."""
        return [meter for meter in self._meters.values() if owner in (None, meter.work.owner)]

    def forget(self, owners: Iterable[str]) -> None:
        """Drop what is known of plugins, such as those just switched off or on: a fresh start closes breakers."""
        names = set(owners)
        self._meters = {work: meter for work, meter in self._meters.items() if work.owner not in names}

    async def run(self, work: Work, ask: Callable[[], Awaitable[T]], deadline: float) -> T:
        """Ask a plugin and await its answer: within `deadline` seconds, behind its breaker, measured.

        A Refusal is an answer and passes. Raises KeptOut, TimeoutError, and whatever the plugin raises: Quit where that
        would have ended more than its own work.
        """
        meter = self.of(work)
        if meter.opened_at is not None and self._keeps_out(meter, meter.opened_at):
            raise KeptOut(work)
        meter.calls += 1
        began = time.perf_counter()
        context = copy_context()  # what the plugin leaves behind in it, such as a transaction, is not ours
        try:
            result = await self._answered(meter, context, ask, deadline)
        except Refusal:
            if meter.opened_at is not None:
                self._succeed(meter)
            raise
        except (Exception, SystemExit, asyncio.CancelledError) as error:
            self._blame(meter, error)
            raise
        else:
            if meter.opened_at is not None:
                self._succeed(meter)
            return result
        finally:
            _time(meter, time.perf_counter() - began)

    async def _answered(
        self, meter: Meter, context: Context, ask: Callable[[], Awaitable[Any]], deadline: float
    ) -> Any:
        """Most answers wait for nobody: only one that does is given a deadline, which could not end it before."""
        began = time.perf_counter()
        try:
            steps, waits_for = context.run(_begun, ask, meter.work)
        except StopIteration as done:
            return done.value
        finally:
            took = time.perf_counter() - began
            if took > BLOCKS_AFTER:
                self.block(meter, took)
        async with asyncio.timeout(deadline) as limit:
            answer = await _Waiting(steps, waits_for, context, meter, self.block, deadline + GRACE)
        if limit.expired():
            raise TimeoutError  # it was told to stop, went on, and answered all the same
        return answer

    def call(self, work: Work, function: Callable[[], T], *, has_breaker: bool = True) -> T:
        """The same for what a plugin answers without awaiting. Raises KeptOut, Quit and whatever the plugin raises.

        Without a breaker it is measured and blamed alike, and never kept out.
        """
        meter = self.of(work)
        meter.has_breaker = has_breaker
        if meter.opened_at is not None and self._keeps_out(meter, meter.opened_at):
            raise KeptOut(work)
        meter.calls += 1
        began = time.perf_counter()
        context = copy_context()
        context.run(working_for.set, work)
        try:
            result = context.run(function)
        except Refusal:
            if meter.opened_at is not None:
                self._succeed(meter)
            raise
        except (Exception, SystemExit, asyncio.CancelledError) as error:
            self._blame(meter, error)
            raise
        else:
            if meter.opened_at is not None:
                self._succeed(meter)
            return result
        finally:
            took = time.perf_counter() - began
            _time(meter, took)
            if took > BLOCKS_AFTER:
                self.block(meter, took)

    def _blame(self, meter: Meter, error: BaseException) -> None:
        """Count what a plugin raised, unless it was told to end. Raises Quit for what would end more than its work."""
        if is_told_to_end(error):
            return
        self.fail(meter, error)
        if not isinstance(error, Exception):
            raise Quit(f"{type(error).__name__}: {error}".removesuffix(": ")) from error

    def fail(self, meter: Meter, error: BaseException) -> None:
        """Count a failure; too many within a minute open the breaker."""
        now = self._clock.now().timestamp()
        meter.failures += 1
        meter.last_error = f"{type(error).__name__}: {error}"[:500]
        meter.last_error_at = now
        meter.recent_failures.append(now)
        if not meter.has_breaker:
            return
        is_trial = meter.opened_at is not None
        if is_trial or (len(meter.recent_failures) == OPENS_AFTER and now - meter.recent_failures[0] < 60.0):
            if not is_trial:
                log.warning("breaker opened", **_named(meter), error=meter.last_error)
            meter.opened_at = now

    def block(self, meter: Meter, seconds: float) -> None:
        """Count a time in which nothing else could run; once is enough to open the breaker."""
        now = self._clock.now().timestamp()
        meter.blocks += 1
        meter.longest_block = max(meter.longest_block, seconds)
        meter.last_error = f"held the event loop for {seconds:.1f} s"
        meter.last_error_at = now
        meter.opened_at = now if meter.has_breaker else None
        log.warning("plugin blocks", **_named(meter), seconds=round(seconds, 2))

    def leak(self, work: Work, what: str) -> None:
        """Count something that was kept for too long and has been taken back; it is a failure like any other."""
        meter = self.of(work)
        meter.leaks += 1
        self.fail(meter, Kept(f"kept a {what}, which was taken back"))

    def _keeps_out(self, meter: Meter, opened_at: float) -> bool:
        """Whether an open breaker refuses a call. Every half minute one may try; the others wait for its answer."""
        now = self._clock.now().timestamp()
        if now - opened_at >= STAYS_OPEN:
            meter.opened_at = now
            return False
        meter.refusals += 1
        return True

    def _succeed(self, meter: Meter) -> None:
        """A trial that went well closes the breaker, unless it has just blocked again."""
        if meter.opened_at != meter.last_error_at:
            meter.opened_at = None
            meter.recent_failures.clear()
            log.info("breaker closed", **_named(meter))


def is_told_to_end(error: BaseException) -> bool:
    """Whether somebody has cancelled the task at work; else the CancelledError is the plugin's own."""
    task = asyncio.current_task() if isinstance(error, asyncio.CancelledError) else None
    return task is not None and task.cancelling() > 0


class _Waiting:
    """The rest of a coroutine that waits: each stretch between two awaits is timed; only those keep others waiting.

    Who goes on for `patience` seconds, whatever he is told, is left where he is: to his caller he is cancelled.
    """

    def __init__(
        self,
        steps: Any,
        waits_for: Any,
        context: Context,
        meter: Meter,
        block: Callable[[Meter, float], None],
        patience: float,
    ) -> None:
        self._steps = steps
        self._waits_for = _left_alone(waits_for)
        self._run = context.run
        self._meter = meter
        self._block = block
        self._patience = patience
        self._is_over = False

    def __await__(self) -> Generator[Any, Any, Any]:
        end = asyncio.get_running_loop().call_later(self._patience, self._give_up)
        try:
            while True:
                try:
                    sent = yield self._waits_for
                except BaseException as error:
                    resume, given = self._steps.throw, error
                else:
                    resume, given = self._steps.send, sent
                if self._is_over:
                    self._leave()
                    raise asyncio.CancelledError
                try:
                    self._waits_for = _left_alone(self._timed(resume, given))
                except StopIteration as done:
                    return done.value
        finally:
            end.cancel()

    def _timed(self, resume: Callable[..., Any], *given: Any) -> Any:
        began = time.perf_counter()
        try:
            return self._run(resume, *given)
        finally:
            took = time.perf_counter() - began
            if took > BLOCKS_AFTER:
                self._block(self._meter, took)

    def _give_up(self) -> None:
        """Wake the caller, who then looks whether it is over."""
        self._is_over = True
        waits_for = self._waits_for
        if isinstance(waits_for, _Apart):
            waits_for.end()
        elif isinstance(waits_for, asyncio.Future):
            waits_for.cancel()

    def _leave(self) -> None:
        log.error("plugin does not stop", **_named(self._meter), seconds=self._patience)
        close = getattr(self._steps, "close", None)
        if close is None:
            return
        try:
            self._timed(close)
        except BaseException as error:  # who does not stop may not close either; his caller waits no longer
            log.error("plugin does not close", **_named(self._meter), error=repr(error))


class _Apart(asyncio.Future[None]):
    """Done when another one is, and cancelled by cancelling that; but it can be ended while the other goes on."""

    def __init__(self, other: asyncio.Future[Any]) -> None:
        super().__init__(loop=other.get_loop())
        self._other = other
        other.add_done_callback(self._follow)

    def cancel(self, msg: Any | None = None) -> bool:
        return not self.done() and self._other.cancel(msg)

    def end(self) -> None:
        if not self.done():
            self._other.remove_done_callback(self._follow)
            super().cancel()

    def _follow(self, _: asyncio.Future[Any]) -> None:
        if not self.done():
            self.set_result(None)


def _left_alone(waits_for: Any) -> Any:
    """A task, or a gathering of some, need not end when it is cancelled: it is waited for from apart."""
    if type(waits_for) is asyncio.Future or not isinstance(waits_for, asyncio.Future):  # pyright: ignore[reportUnknownArgumentType]
        return waits_for  # pyright: ignore[reportUnknownVariableType]
    other = cast("asyncio.Future[Any]", waits_for)
    other._asyncio_future_blocking = False  # pyright: ignore[reportAttributeAccessIssue]
    apart = _Apart(other)
    apart._asyncio_future_blocking = True  # pyright: ignore[reportAttributeAccessIssue]
    return apart


def _begun(ask: Callable[[], Awaitable[Any]], work: Work) -> tuple[Any, Any]:
    """Do a plugin's work up to where it first waits: its steps, and what for. Raises StopIteration when it is done."""
    working_for.set(work)
    steps = _steps(ask())
    return steps, steps.send(None)


def _steps(answer: Any) -> Any:
    """Raises WrongAnswer for what cannot be awaited, such as a plain function's value."""
    wait = getattr(answer, "__await__", None)
    if wait is None:
        raise WrongAnswer(f"{type(answer).__name__} is nothing to await: the function must be async")
    return wait()


def _time(meter: Meter, seconds: float) -> None:
    meter.seconds += seconds
    meter.slowest = max(meter.slowest, seconds)
    meter.recent_seconds.append(seconds)


def _named(meter: Meter) -> dict[str, str]:
    return {"plugin": meter.work.owner, "kind": meter.work.kind, "name": meter.work.name}
