"""The ASGI entrance: holds the current Runtime and swaps it between two requests."""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import FrameType
from typing import Any

import structlog
from litestar import Litestar
from litestar.types import Receive, Scope, Send

from vetrina.boot import Runtime, compose
from vetrina.flows.measuring import Measuring
from vetrina.graphql.http import doors
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.collector import collect_what_is_over, keep_what_is_there, spare_the_collector
from vetrina.kernel.db import Database, open_database
from vetrina.kernel.jobs import Engine
from vetrina.kernel.jobs.choosing import engine_of
from vetrina.kernel.log import set_up
from vetrina.kernel.meters import Meters
from vetrina.kernel.settings import Settings
from vetrina.plugin.collected import LeaveOut
from vetrina.views.plugins import generation
from vetrina.web.app import build_app
from vetrina.web.heads import answered_like_get
from vetrina.web.held import held_open
from vetrina.worker import Bell, work

log = structlog.get_logger(__name__)

LOOK = 0.25
"""Seconds between looks at the generation the shop's table asks for."""
LONGEST_PAUSE = 30.0
"""Seconds before a generation that could not be composed is tried again, at most."""


class Generation:
    """One Runtime being served, and the requests still running on it."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.app: Litestar = build_app(runtime)
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._ending = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Enter what plugins hold open while they serve. Raises LeaveOut for a plugin that cannot, or not in time."""
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._keeper = asyncio.create_task(self._keep(ready))
        await ready

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._running += 1
        self._idle.clear()
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope, send = answered_like_get(scope, send)
        try:
            await self.app(scope, receive, send)
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    def hang_up(self) -> None:
        """End what would last: subscriptions, whose clients come again."""
        for door in doors(route for _, route in self.runtime.routes):
            door.close()

    async def close(self) -> None:
        """Let running requests finish, then let go of what plugins held."""
        self.hang_up()
        self._ending.set()
        if self._keeper is not None:
            await self._keeper

    async def _keep(self, ready: asyncio.Future[None]) -> None:
        """One task enters and leaves: what is held open may belong to the task that opened it."""
        async with AsyncExitStack() as held:
            try:
                await held.enter_async_context(self.app.lifespan())
                for plugin in self.runtime.collected.loaded:
                    await held.enter_async_context(held_open(plugin, self.runtime.site))
            except BaseException as error:
                ready.set_exception(error)
                return
            ready.set_result(None)
            await self._ending.wait()
            await self._idle.wait()


class Trials:
    """When to try a generation: one that failed after pauses that double, any other at once. Moments in seconds."""

    def __init__(self) -> None:
        self._failed: int | None = None
        self._pause = 0.0
        self._again_at = 0.0

    def allows(self, number: int, now: float) -> bool:
        return number != self._failed or now >= self._again_at

    def fail(self, number: int, now: float) -> None:
        self._pause = min(self._pause * 2, LONGEST_PAUSE) if number == self._failed else 2 * LOOK
        self._failed = number
        self._again_at = now + self._pause


class Serving:
    """An ASGI application for one shop. A request stays on the generation it began on."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._db: Database | None = None
        self._current: Generation | None = None
        self._bell = Bell()
        self._swapping = asyncio.Lock()
        self._clock = SystemClock()
        self._meters = Meters(self._clock)
        self._measuring = Measuring()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        assert self._current is not None
        await self._current.serve(scope, receive, send)

    @property
    def runtime(self) -> Runtime:
        assert self._current is not None
        return self._current.runtime

    async def start(self) -> None:
        """Open the database, compose the first Runtime, start watching and working."""
        self._db = await open_database(self._settings.database_url, self._settings.pool_size)
        self._current = await self._next(self._db)
        self._begin(self._watch())
        self._begin(self._db.watch_shared(self._stop))
        if self._settings.worker:
            self._begin(work(lambda: self.runtime, self._bell, self._stop, self._engine))

    def _engine(self) -> AbstractAsyncContextManager[Engine | None]:
        assert self._db is not None
        return engine_of(self._settings, self._db, self._clock, lambda: self._bell.ring({"jobs"}))

    async def stop(self) -> None:
        """Stop working, let requests finish, close the database."""
        self._stop.set()
        self._bell.ring({"stop"})
        while self._tasks:  # a task that ends may have begun another, such as a generation's retirement
            await asyncio.gather(*self._tasks)
        if self._current is not None:
            await self._current.close()
        if self._db is not None:
            try:
                if self._current is not None:
                    await self._measuring.end(self.runtime.context())
            finally:
                await self._db.close()

    async def swap(self) -> None:
        """Serve new requests with the Runtime the shop asks for; the old one ends with its last request.

        Does nothing when that Runtime is being served already.
        """
        assert self._db is not None
        async with self._swapping:
            if await generation(self._db) == self.runtime.generation:
                return
            following = await self._next(self._db)
            old, self._current = self._current, following
        log.info("runtime swapped", generation=following.runtime.generation)
        if old is not None:
            self._meters.forget(_changed(old.runtime, following.runtime))
            self._begin(_retire(old))

    async def _next(self, db: Database) -> Generation:
        """The Runtime the shop asks for, ready to serve, without the plugins that prevent it."""
        without: dict[str, str] = {}
        while True:
            runtime = await compose(self._settings, db, self._clock, self._bell.ring, self._meters, without)
            try:
                made = Generation(runtime)
                await asyncio.to_thread(_warm, runtime)
                await made.open()
                return made
            except LeaveOut as refused:
                if self._settings.strict or refused.owner in without:
                    raise
                without[refused.owner] = str(refused)

    async def _watch(self) -> None:
        """Other processes, and this one, ask for a new Runtime by counting up the generation in the database."""
        trials = Trials()
        while not self._stop.is_set():
            try:
                await self._follow(trials)
                await self._measuring.write(self.runtime.context())
            except Exception as error:  # the shop goes on with the Runtime it has
                log.error("runtime not swapped", error=repr(error), exc_info=error)
            await _sleep(LOOK, self._stop)

    async def _follow(self, trials: Trials) -> None:
        """Swap when another generation is asked for, unless it has failed a moment ago."""
        assert self._db is not None
        number, now = await generation(self._db), asyncio.get_running_loop().time()
        if number == self.runtime.generation or not trials.allows(number, now):
            return
        try:
            await self.swap()
        except BaseException:
            trials.fail(number, asyncio.get_running_loop().time())
            raise

    def _begin(self, job: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _heed_signals(self) -> None:
        """Hang up when the process is asked to stop: the server waits for what runs before it tells us."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _after(lambda: loop.call_soon_threadsafe(self._hang_up), signal.getsignal(number)))

    def _hang_up(self) -> None:
        if self._current is not None:
            self._current.hang_up()

    async def _lifespan(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                spare_the_collector()
                await self.start()
                self._heed_signals()
                keep_what_is_there()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _after(first: Callable[[], object], then: Any) -> Callable[[int, FrameType | None], None]:
    """A handler of signals that does something before what was there."""

    def heed(number: int, frame: FrameType | None) -> None:
        first()
        if callable(then):
            then(number, frame)

    return heed


def _warm(runtime: Runtime) -> None:
    """Compile what is known beforehand that it will be asked."""
    for door in doors(route for _, route in runtime.routes):
        door.warm()


def _changed(before: Runtime, after: Runtime) -> set[str]:
    """Plugins that came, went or have other settings: what their meters remember is about something else."""
    old = {plugin.name: plugin.settings for plugin in before.collected.loaded}
    new = {plugin.name: plugin.settings for plugin in after.collected.loaded}
    return {name for name in {*old, *new} if name not in old or name not in new or old[name] != new[name]}


async def _retire(generation: Generation) -> None:
    """End a generation and give its memory back: a schema is a knot of cycles that nothing else would undo soon.

    What start-up made is set aside and stays, the first generation with it; those that follow leave nothing.
    """
    await generation.close()
    del generation
    collect_what_is_over()


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


def create() -> Serving:
    """The application for a server process, set up from the environment."""
    settings = Settings()
    set_up(settings.log_format, settings.log_level)
    return Serving(settings)
