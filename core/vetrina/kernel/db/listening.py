"""Listening to PostgreSQL: one connection that hears which commits of any process move what everybody is answered."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, cast

import asyncpg
import structlog

from vetrina.kernel.crypto import draw_key

log = structlog.get_logger(__name__)

_connect = cast(Callable[..., Awaitable[Any]], asyncpg.connect)  # pyright: ignore[reportUnknownMemberType]

CHANNEL = "vetrina_shared"
PING = 2.0
"""Seconds between two questions whether the server is still there, and for an answer."""
DOUBT = 60.0
"""Seconds within which a commit that was cut off has ended, one way or the other."""
PAUSES = (0.2, 1.0, 5.0)
"""Seconds before each further try to reach it; the last for all that follow."""


class Listener:
    """`version` counts commits: those of this process as they end, others' as the server tells of them.

    Deaf, it `hears` nothing and says so.
    """

    def __init__(self, url: str) -> None:
        self.version = 0
        self.hears = False
        self._url = url
        self._name = draw_key()
        self.telling_commit = f"NOTIFY {CHANNEL}, '{self._name}'; COMMIT"
        """Commits, and has the server tell everybody who listens."""
        self._doubted_until = 0.0
        self._tries = 0

    def count(self, *, is_certain: bool) -> None:
        """Count a commit of this process. One that was cut off may end later: then the server has to be heard."""
        self.version += 1
        if not is_certain:
            self._doubted_until = asyncio.get_running_loop().time() + DOUBT

    async def listen(self, stop: asyncio.Event) -> None:
        """Listen until told to stop; a connection that is lost is made again, with growing pauses."""
        while not stop.is_set():
            try:
                await self._hear(stop)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                log.warning("not hearing of changes", error=repr(error))
            await _pause(PAUSES[min(self._tries, len(PAUSES) - 1)], stop)
            self._tries += 1

    async def _hear(self, stop: asyncio.Event) -> None:
        connection = await _connect(self._url, timeout=PING)
        lost = asyncio.Event()
        stopping, losing = asyncio.create_task(stop.wait()), asyncio.create_task(lost.wait())
        try:
            connection.add_termination_listener(partial(self._deafen, lost))
            await connection.add_listener(CHANNEL, self._hear_of)
            self.version += 1  # for what was committed while nobody listened
            self.hears, self._tries = True, 0
            while not (await asyncio.wait((stopping, losing), timeout=PING, return_when=asyncio.FIRST_COMPLETED))[0]:
                await connection.execute("SELECT 1", timeout=PING)
        finally:
            self.hears = False
            stopping.cancel()
            losing.cancel()
            await connection.close(timeout=PING)

    def _hear_of(self, _connection: object, _process: int, _channel: str, name: str) -> None:
        if name != self._name or asyncio.get_running_loop().time() < self._doubted_until:
            self.version += 1

    def _deafen(self, lost: asyncio.Event, _: object) -> None:
        self.hears = False
        lost.set()


async def _pause(seconds: float, stop: asyncio.Event) -> None:
    """Wait, but not longer than until told to stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
