"""Asking an ASGI application in this process: the whole way of a request but the socket."""

from typing import Any

HEADERS = [
    (b"host", b"shop.test"),
    (b"content-type", b"application/json"),
    (b"accept", b"application/json"),
    (b"user-agent", b"bench"),
]


class Post:
    """One request that can be sent again and again: `await post()`."""

    def __init__(self, app: Any, path: str, body: bytes) -> None:
        self._app = app
        self._body = body
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [*HEADERS, (b"content-length", str(len(body)).encode())],
            "server": ("shop.test", 80),
            "client": ("127.0.0.1", 50_000),
        }
        self._status = 0
        self._content = b""

    async def __call__(self) -> bytes:
        await self._app({**self._scope, "state": {}}, self._receive, self._send)
        assert self._status == 200, (self._status, self._content)
        return self._content

    async def _receive(self) -> dict[str, Any]:
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        else:
            self._content = message["body"]
