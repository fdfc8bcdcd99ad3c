"""Subscriptions: what is watched is looked at together for all who watch, and whoever sees another answer is told."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import structlog

from vetrina.graphql.errors import Refused
from vetrina.graphql.fields import Info
from vetrina.kernel.context import Context, Place

log = structlog.get_logger(__name__)

LOOK = 0.25
"""Seconds between two looks at what is watched: a commit of any process is told within that."""
HEARTBEAT = 12.0
"""Seconds of silence after which a line is sent that says nothing, so that nobody in between hangs up."""
LONGEST = 3_600.0
"""Seconds a subscription lasts; then it ends without a word, and the client comes again."""
MOST = 1_000
"""Subscriptions that one process keeps at a time."""
MOST_PER_CLIENT = 20
"""And of one address."""
MOST_KEYS = 100
"""Things that one subscription may watch."""

Look = Callable[[Context, Sequence[str]], Awaitable[Mapping[str, Any]]]
"""In one statement for all keys: something of each that is another when it has changed."""


class Topic(msgspec.Struct, frozen=True, eq=False):
    """A kind of thing that can be watched. What is read from shared tables alone is looked at after they have moved."""

    look: Look
    is_shared: bool = False


class Watched(msgspec.Struct):
    """What one answer was read from, as it was at a version of what is shared; see `Database.shared_version`."""

    topic: Topic
    prints: Mapping[str, Any]
    version: int | None

    def is_due(self, version: int | None) -> bool:
        return not self.topic.is_shared or version is None or version != self.version

    def differs(self, found: Mapping[str, Any]) -> bool:
        return any(found.get(key) != before for key, before in self.prints.items())


Memory = dict[tuple[Any, ...], Any]
_WATCHED = ("watched",)


async def watch(info: Info, topic: Topic, keys: Sequence[str]) -> None:
    """Have the answer given again when one of these changes. Called before anything is read of them."""
    state = info.context
    version = state.ctx.db.shared_version()
    found = await topic.look(state.ctx, keys)
    watched = Watched(topic, {key: found.get(key) for key in keys}, version)
    state.memory.setdefault(_WATCHED, []).append(watched)


def watched_by(memory: Memory) -> list[Watched]:
    """What the operation that had this memory watches."""
    return memory.get(_WATCHED, [])


class Seat:
    """One subscription's place among those who watch."""

    def __init__(self) -> None:
        self.ctx: Context | None = None
        self.watched: Sequence[Watched] = ()
        self.is_roused = asyncio.Event()

    def settle(self, ctx: Context, watched: Sequence[Watched]) -> None:
        """Watch these from now on."""
        self.ctx, self.watched = ctx, watched
        self.is_roused.clear()

    async def wait(self, seconds: float) -> bool:
        """Whether something has changed, or all is over, before so many seconds have passed."""
        try:
            async with asyncio.timeout(seconds):
                await self.is_roused.wait()
        except TimeoutError:
            return False
        return True


class Watcher:
    """All subscriptions of one door. One task looks for all of them, and there is none while nobody subscribes."""

    def __init__(self) -> None:
        self.is_closed = False
        self._seats: dict[Seat, str] = {}
        self._clients = Counter[str]()
        self._looking: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._seats)

    @contextmanager
    def seated(self, client: str) -> Generator[Seat]:
        """A place, until the block ends. Raises Refused when there is none."""
        if self.is_closed or len(self._seats) >= MOST or self._clients[client] >= MOST_PER_CLIENT:
            problem = "There are too many subscriptions; end some, or come again shortly."
            headers = ((b"retry-after", b"5"),)
            raise Refused("LIMIT_EXCEEDED", problem, 429, reason="TOO_MANY_SUBSCRIPTIONS", headers=headers)
        seat = Seat()
        self._seats[seat] = client
        self._clients[client] += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on())
        try:
            yield seat
        finally:
            del self._seats[seat]
            self._clients -= Counter([client])

    def close(self) -> None:
        """End all subscriptions, and take no more."""
        self.is_closed = True
        for seat in self._seats:
            seat.is_roused.set()

    async def _look_on(self) -> None:
        while self._seats and not self.is_closed:
            await asyncio.sleep(LOOK)
            try:
                await self._look()
            except Exception as error:  # an outage of the database, say: it is looked again
                log.warning("not looked at what is watched", error=repr(error))

    async def _look(self) -> None:
        """Rouse whoever watches something that is not what it was."""
        waiting = [(seat, seat.ctx) for seat in self._seats if seat.ctx is not None and not seat.is_roused.is_set()]
        if not waiting:
            return
        version = waiting[0][1].db.shared_version()
        due = [(seat, ctx, one) for seat, ctx in waiting for one in seat.watched if one.is_due(version)]
        asked: dict[tuple[Topic, Place], tuple[Context, set[str]]] = {}
        for _, ctx, one in due:
            asked.setdefault((one.topic, ctx.place), (ctx, set()))[1].update(one.prints)
        found = {slot: await slot[0].look(ctx, sorted(keys)) for slot, (ctx, keys) in asked.items()}
        for seat, ctx, one in due:
            if one.differs(found[one.topic, ctx.place]):
                seat.is_roused.set()
            else:
                one.version = version
