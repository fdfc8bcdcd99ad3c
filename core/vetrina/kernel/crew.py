"""A crew: plugins' work done beside each other, a few at a time and a few per owner; stopped within a grace."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog

from vetrina.kernel.meters import KeptOut, Work, WrongAnswer, is_told_to_end

log = structlog.get_logger(__name__)

RunFor = Callable[[Work, Callable[[], Awaitable[Any]], float], Awaitable[Any]]
"""Awaits a plugin's work for whoever needs it done, within a deadline in seconds; `Meters.run` is one."""


class Crew:
    """The tasks at work, each under a key of its own. Whoever finds no place comes again later: nothing is queued here.

    Places are counted per owner too, so that one owner's slow tasks leave the others their places.
    """

    def __init__(
        self,
        at_once: int,
        per_owner: int,
        on_end: Callable[[], None] = lambda: None,
        places: Mapping[str, int] | None = None,
    ) -> None:
        """`places` are those of owners that have more or fewer than `per_owner`."""
        self._at_once = at_once
        self._per_owner = per_owner
        self._places = dict(places or {})
        self._on_end = on_end
        self._tasks: dict[str, asyncio.Task[int]] = {}
        self._owners = Counter[str]()

    def __len__(self) -> int:
        return len(self._tasks)

    def has_place(self, owner: str) -> bool:
        return len(self._tasks) < self._at_once and self._owners[owner] < self._places.get(owner, self._per_owner)

    def is_busy(self, key: str) -> bool:
        """Whether the task of that key is still at work."""
        return key in self._tasks

    def start(self, owner: str, key: str, work: Coroutine[Any, Any, int]) -> None:
        """Begin work that says how much it got done; `on_end` is told when that was anything."""
        task = self._tasks[key] = asyncio.create_task(work, name=key)
        self._owners[owner] += 1
        task.add_done_callback(lambda done: self._end(owner, key, done))

    async def settle(self, *, all_of_them: bool = True) -> None:
        """Wait for those at work now, or for the first of them."""
        if self._tasks:
            how = asyncio.ALL_COMPLETED if all_of_them else asyncio.FIRST_COMPLETED
            await asyncio.wait(tuple(self._tasks.values()), return_when=how)

    async def stop(self, grace: float) -> None:
        """Give those at work `grace` seconds to finish, then cancel them; who will not end is named and left."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks.values()), timeout=grace)
        for task in tuple(self._tasks.values()):
            task.cancel()
        if self._tasks:
            _, stubborn = await asyncio.wait(tuple(self._tasks.values()), timeout=max(grace, 1.0))
            for task in stubborn:
                log.error("a task does not end", task=task.get_name())

    def _end(self, owner: str, key: str, task: asyncio.Task[int]) -> None:
        del self._tasks[key]
        self._owners[owner] -= 1
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            log.error("a task failed", task=key, error=repr(error), exc_info=error)
        elif task.result():
            self._on_end()


async def attempt(run_for: RunFor, work: Work, ask: Callable[[], Awaitable[Any]], deadline: float) -> str | None:
    """Have a plugin's work done: None when it is, else what went wrong, in a line or a few.

    Raises KeptOut when it was not tried, and CancelledError only when this task itself is to end.
    """
    try:
        await run_for(work, ask, deadline)
    except KeptOut:
        raise
    except (Exception, SystemExit, asyncio.CancelledError) as error:  # whatever a plugin raises, others go on
        if is_told_to_end(error):
            raise
        log.warning("plugin failed", plugin=work.owner, kind=work.kind, name=work.name, error=repr(error))
        return f"{type(error).__name__}: {error}".removesuffix(": ")[:2_000]
    return None


async def within(work: Work, ask: Callable[[], Awaitable[Any]], deadline: float) -> Any:
    """Await a plugin's work within `deadline` seconds, and nothing more. Raises WrongAnswer, TimeoutError."""
    async with asyncio.timeout(deadline):
        return await awaitable(ask())


def awaitable(answer: Any) -> Awaitable[Any]:
    """What a plugin's function returned, if it can be awaited. Raises WrongAnswer."""
    if not hasattr(answer, "__await__"):
        raise WrongAnswer(f"{type(answer).__name__} is nothing to await: the function must be async")
    return answer


def work_named(kind: str, name: str) -> Work:
    """The work of a reaction or job, whose name begins with its owner's and a dot."""
    owner, _, rest = name.partition(".")
    return Work(owner, kind, rest)


def owner_of(name: str) -> str:
    """Whose a subscriber or a job is: the part of its name before the dot."""
    return name.partition(".")[0]
