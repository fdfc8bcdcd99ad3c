"""Listening to PostgreSQL: one connection that hears, and tells, which commits move what everybody is answered."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, cast

import asyncpg
import structlog

from vetrina.kernel.crypto import draw_key

log = structlog.get_logger(__name__)

_connect = cast(Callable[..., Awaitable[Any]], asyncpg.connect)  # pyright: ignore[reportUnknownMemberType]

PING = 2.0
"""Seconds between two questions whether the server is still there, and for an answer."""
GATHERING = 0.01
"""Seconds in which further commits join one that is to be told of: telling of each would hold them up."""
DOUBT = 5.0
"""Seconds after which a commit that was cut off has ended, one way or the other."""
PAUSES = (0.2, 1.0, 5.0)
"""Seconds before each further try to reach it; the last for all that follow."""


class Listener:
    """`version` counts commits: those of this process as they end, others' as the server tells of them.

    A process that listens tells of its own commits right after them, over the same connection, many at once: commits
    that notify wait for each other's disk, one by one. What it could not tell before it died it tells when it is back.
    One that does not listen, such as a command, notifies as it commits.
    """

    def __init__(self, url: str) -> None:
        self.version = 0
        self._url = url
        self._name = draw_key()
        self._tell = f"NOTIFY vetrina_shared, '{self._name}'"
        self._hears = False
        self._is_untold = True
        self._roused = asyncio.Event()
        self._doubts = 0
        self._tries = 0

    @property
    def known(self) -> int | None:
        """The version, if nothing can have been missed."""
        return self.version if self._hears and not self._doubts else None

    @property
    def commit(self) -> str:
        """How a transaction ends that moves what is shared."""
        return "COMMIT" if self._hears else f"{self._tell}; COMMIT"

    def count(self, *, is_certain: bool) -> None:
        """Count a commit of this process. One that was cut off may still end, and is counted again when it has."""
        self.version += 1
        self._is_untold = True
        self._roused.set()
        if not is_certain:
            self._doubts += 1
            asyncio.get_running_loop().call_later(DOUBT, self._settle)

    async def listen(self, stop: asyncio.Event) -> None:
        """Listen until told to stop; a connection that is lost is made again, with growing pauses."""
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: self._roused.set())
        while not stop.is_set():
            try:
                await self._hear(stop)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                log.warning("not hearing of changes", error=repr(error))
                await _pause(PAUSES[min(self._tries, len(PAUSES) - 1)], stop)
                self._tries += 1

    async def _hear(self, stop: asyncio.Event) -> None:
        settings = {"application_name": "vetrina listening", "synchronous_commit": "off"}
        connection = await _connect(self._url, timeout=PING, server_settings=settings)
        try:
            connection.add_termination_listener(self._deafen)
            await connection.add_listener("vetrina_shared", self._hear_of)
            self.version += 1  # for what was committed while nobody listened
            self._hears, self._tries = True, 0
            while self._is_untold or not stop.is_set():
                await self._say(connection)
                await _pause(PING, self._roused)
                self._roused.clear()
                if self._is_untold:
                    await asyncio.sleep(GATHERING)
        finally:
            self._hears = False
            await connection.close(timeout=PING)

    async def _say(self, connection: Any) -> None:
        """Tell the other processes what there is to tell, or ask whether the server is there."""
        is_telling, self._is_untold = self._is_untold, False
        try:
            await connection.execute(self._tell if is_telling else "SELECT 1", timeout=PING)
        except BaseException:
            self._is_untold |= is_telling
            raise

    def _hear_of(self, _connection: object, _process: int, _channel: str, name: str) -> None:
        if name != self._name:
            self.version += 1

    def _deafen(self, _: object) -> None:
        self._hears = False
        self._roused.set()

    def _settle(self) -> None:
        self._doubts -= 1
        self.count(is_certain=True)


async def _pause(seconds: float, until: asyncio.Event) -> None:
    """Wait, but not longer than until an event."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await until.wait()
