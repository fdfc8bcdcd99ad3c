"""A hand-written endpoint on Litestar: what any endpoint does with HTTP, and prebuilt bytes for comparison."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import msgspec
from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

LARGEST_BODY = 200_000

V = TypeVar("V")


class Question(msgspec.Struct, Generic[V], frozen=True):
    """The same body that GraphQL gets; the document is skipped."""

    variables: V


def by_hand(path: str, kind: type[V], answer: Callable[[V], Awaitable[Any]]) -> ASGIRouteHandler:
    """The route that decodes variables, asks `answer` for the content of `data`, encodes and sends it."""
    decoder = msgspec.json.Decoder(Question[kind])
    encoder = msgspec.json.Encoder()

    @asgi(path, copy_scope=False)
    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(scope, receive, send)
        if body is None:
            return
        try:
            question = decoder.decode(body)
        except msgspec.MsgspecError:
            await _send(send, 400, b"{}")
            return
        await _send(send, 200, encoder.encode({"data": await answer(question.variables)}))

    return endpoint


def prebuilt(path: str, content: bytes) -> ASGIRouteHandler:
    """The route that reads its request and sends bytes that are there already."""

    @asgi(path, copy_scope=False)
    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        if await _body(scope, receive, send) is not None:
            await _send(send, 200, content)

    return endpoint


async def _body(scope: Any, receive: Receive, send: Send) -> bytes | None:
    """The request's body; None when the request was refused."""
    headers = dict(scope["headers"])
    if scope["method"] != "POST" or not headers.get(b"content-type", b"").startswith(b"application/json"):
        await _send(send, 415, b"{}")
        return None
    body = bytearray()
    while True:
        message: Any = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            await _send(send, 413, b"{}")
            return None
        if not message.get("more_body"):
            return bytes(body)


async def _send(send: Send, status: int, content: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": False})
