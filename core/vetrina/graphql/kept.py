"""Kept answers: what was answered to everybody, by question, while nothing it is read from has changed."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import cached_property

import msgspec

from vetrina.graphql.answers import Messages

Key = tuple[str, str | None, bytes]
"""A document's text, the operation's name, and the variables as canonical JSON: the place follows from them."""

OVERHEAD = 600
"""Bytes an answer takes beside its body and what was asked."""


class Kept:
    """An answer without errors. `until` is in seconds of the loop's clock."""

    def __init__(self, body: bytes, until: float = 0.0) -> None:
        self.body = body
        self.until = until
        self.ready: dict[tuple[str, bool], Messages] = {}
        """As it is sent, by media type and by whether pages of other origins may read it."""

    @cached_property
    def etag(self) -> bytes:
        """Strong: other bytes, another tag. Only GET asks for it."""
        return b'"%s"' % hashlib.sha256(self.body).hexdigest()[:32].encode()


class _Running(msgspec.Struct, frozen=True):
    """An answer in the making, of what could be read at `version`."""

    version: int
    done: "asyncio.Future[Kept | None]"


class KeptAnswers:
    """The answers of one endpoint, those asked for longest ago first out; `capacity` in bytes.

    `version` is another number as soon as anything has changed that answers are read from, and None while that cannot
    be known: then nothing is kept and nothing that was kept is given. An answer is kept under the version that was
    taken before it was read. Because some things begin and end by the clock alone, no answer is given for longer than
    `max_age` seconds.
    """

    def __init__(self, version: Callable[[], int | None], capacity: int, max_age: float) -> None:
        self._version = version
        self._capacity = capacity
        self._max_age = max_age
        self._current: int | None = None
        self._answers: OrderedDict[Key, Kept] = OrderedDict()
        self._keys: OrderedDict[bytes, Key] = OrderedDict()
        self._running: dict[Key, _Running] = {}
        self._bytes = self._key_bytes = 0

    def find(self, asked: bytes) -> Kept | None:
        """The answer to a request that was sent before, byte for byte; nothing of it is looked into."""
        key = self._keys.get(asked)
        if key is None:
            return None
        kept = self._answers.get(key)
        if kept is None or self._version() != self._current or kept.until < asyncio.get_running_loop().time():
            return None
        self._keys.move_to_end(asked)
        self._answers.move_to_end(key)
        return kept

    async def answer(self, asked: bytes, key: Key, make: Callable[[], Awaitable[bytes | None]]) -> Kept | None:
        """What is kept; else what `make` makes, once for all who ask meanwhile.

        `make` returns None for an answer that nobody else may be given, such as one with errors; then so does this.
        """
        self._know(asked, key)
        version = self._version()
        kept = self._get(key) if self._is_good_at(version) else None
        if kept is not None:
            return kept
        running = self._running.get(key)
        if running is not None and running.version == version:
            return await asyncio.shield(running.done)
        return await self._make(key, version, make)

    async def _make(self, key: Key, version: int | None, make: Callable[[], Awaitable[bytes | None]]) -> Kept | None:
        loop = asyncio.get_running_loop()
        began, kept = loop.time(), None
        running = None if version is None else _Running(version, loop.create_future())
        if running is not None:
            self._running[key] = running
        try:
            body = await make()
            if body is not None:
                kept = Kept(body, began + self._max_age)
                self._keep(key, version, kept)
            return kept
        finally:
            if running is not None:
                running.done.set_result(kept)
                if self._running.get(key) is running:
                    del self._running[key]

    def _get(self, key: Key) -> Kept | None:
        kept = self._answers.get(key)
        if kept is None:
            return None
        if kept.until < asyncio.get_running_loop().time():
            self._forget(key)
            return None
        self._answers.move_to_end(key)
        return kept

    def _keep(self, key: Key, version: int | None, kept: Kept) -> None:
        if version != self._version() or not self._is_good_at(version):
            return  # something changed while it was made: it may be older than that
        size = _size(key, kept)
        if size > self._capacity // 4:
            return
        if key in self._answers:
            self._forget(key)
        self._answers[key] = kept
        self._bytes += size
        while self._bytes > self._capacity:
            self._forget(next(iter(self._answers)))

    def _forget(self, key: Key) -> None:
        self._bytes -= _size(key, self._answers.pop(key))

    def _know(self, asked: bytes, key: Key) -> None:
        """Remember what a request comes to, which stays true whatever changes."""
        if asked in self._keys:
            return
        self._keys[asked] = key
        self._key_bytes += len(asked) + OVERHEAD
        while self._key_bytes > self._capacity // 4:
            oldest, _ = self._keys.popitem(last=False)
            self._key_bytes -= len(oldest) + OVERHEAD

    def _is_good_at(self, version: int | None) -> bool:
        """Whether anything may be given at this version; what was kept at another one is gone."""
        if version is None:
            return False
        if version != self._current:
            self._answers.clear()
            self._bytes = 0
            self._current = version
        return True


def _size(key: Key, kept: Kept) -> int:
    return len(kept.body) + len(key[2]) + OVERHEAD
