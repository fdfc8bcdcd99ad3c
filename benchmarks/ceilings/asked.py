"""A route that takes a GraphQL question and does nothing that its answer does not need."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from benchmarks.floors.endpoint import LARGEST_BODY
from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send


class Question(msgspec.Struct, frozen=True):
    """A request's body."""

    query: str
    variables: dict[str, Any]


def asked(path: str, answer: Callable[[Question], Awaitable[bytes]]) -> ASGIRouteHandler:
    """The route that sends what `answer` encodes."""
    decoder = msgspec.json.Decoder(Question)

    @asgi(path, copy_scope=False)
    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        message: Any = await receive()
        assert not message["more_body"] and len(message["body"]) < LARGEST_BODY
        content = await answer(decoder.decode(message["body"]))
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content, "more_body": False})

    return endpoint
