"""An answer that comes in parts, heard as it comes: the application is called as a server calls it."""

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

PATIENCE = 10
"""Seconds for what must come."""


class Heard:
    """An answer on its way: its head once it has come, its chunks one by one."""

    def __init__(self, body: bytes) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self._body: bytes | None = body
        self._chunks = asyncio.Queue[bytes | None]()
        self._is_left = asyncio.Event()

    @property
    def is_unfinished(self) -> bool:
        """Whether nothing is waiting to be heard, and no last chunk came."""
        return self._chunks.empty()

    async def chunk(self) -> bytes | None:
        """The next chunk; None after the last."""
        async with asyncio.timeout(PATIENCE):
            return await self._chunks.get()

    async def rest(self) -> bytes:
        """All that still comes."""
        parts = list[bytes]()
        while (chunk := await self.chunk()) is not None:
            parts.append(chunk)
        return b"".join(parts)

    async def until(self, end: bytes) -> bytes:
        """What comes up to the chunk that holds these bytes."""
        heard = b""
        while end not in heard:
            chunk = await self.chunk()
            assert chunk is not None, heard
            heard += chunk
        return heard

    def leave(self) -> None:
        """Go away."""
        self._is_left.set()

    async def receive(self) -> dict[str, Any]:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._is_left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        if message["body"]:
            self._chunks.put_nowait(message["body"])
        if not message.get("more_body"):
            self._chunks.put_nowait(None)


@asynccontextmanager
async def asking(app: Any, path: str, accept: str, question: Any, **headers: str) -> AsyncGenerator[Heard]:
    """Ask by POST; leaves, and waits until the application has noticed, when the block ends."""
    body = msgspec.json.encode(question)
    fields = {"content-type": "application/json", "accept": accept, "host": "shop.test", **headers}
    heard = Heard(body)
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in fields.items()],
        "server": ("shop.test", 80),
        "client": ("127.0.0.1", 1),
    }
    serving = asyncio.create_task(app(scope, heard.receive, heard.send))
    try:
        yield heard
    finally:
        heard.leave()
        async with asyncio.timeout(PATIENCE):
            await serving


def parts_of(content_type: str, body: bytes) -> list[Any]:
    """The JSON of each part of a multipart body, read as clients read it."""
    found = re.search(r'boundary="([^"]+)"', content_type)
    assert found is not None
    between = f"\r\n--{found[1]}".encode()
    preamble, *parts, end = body.split(between)
    assert (preamble, end) == (b"", b"--\r\n")
    heads = [part.partition(b"\r\n\r\n") for part in parts]
    assert {head for head, _, _ in heads} == {b"\r\ncontent-type: application/json; charset=utf-8"}
    return [msgspec.json.decode(content) for _, _, content in heads]
