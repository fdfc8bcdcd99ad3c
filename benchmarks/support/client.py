"""Asking an application through the server's own HTTP protocol, in this process: everything but the socket."""

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

REQUEST = (
    "POST {path} HTTP/1.1\r\n"
    "host: shop.test\r\n"
    "content-type: application/json\r\n"
    "accept: application/json\r\n"
    "user-agent: bench\r\n"
    "content-length: {length}\r\n\r\n"
)


class Post:
    """One request that can be sent again and again over a kept connection: `await post()` is the answer's body."""

    def __init__(self, app: Any, path: str, body: bytes) -> None:
        self._config = Config(app, lifespan="off", log_config=None, access_log=False, timeout_keep_alive=3_600)
        self._request = REQUEST.format(path=path, length=len(body)).encode() + body
        self._connection: _Connection | None = None

    async def __call__(self) -> bytes:
        if self._connection is None:
            self._connection = _Connection(self._config)
        connection = self._connection
        await connection.ask(self._request)
        head, _, content = connection.wire.answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), (head, content)
        return content


class _Wire(asyncio.Transport):
    """Where the server writes to."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    @property
    def answer(self) -> bytes:
        answer = b"".join(self._parts)
        self._parts.clear()
        return answer

    def write(self, data: Any) -> None:
        self._parts.append(data)

    def is_closing(self) -> bool:
        return False

    def close(self) -> None: ...

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class _Connection(HttpToolsProtocol):
    """uvicorn's protocol, which says when an answer is complete."""

    def __init__(self, config: Config) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(config, ServerState(), {}, loop)
        self.wire = _Wire()
        self._answered: asyncio.Future[None] = loop.create_future()
        self.connection_made(self.wire)

    async def ask(self, request: bytes) -> None:
        self._answered = self.loop.create_future()
        self.data_received(request)
        await self._answered

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._answered.set_result(None)
