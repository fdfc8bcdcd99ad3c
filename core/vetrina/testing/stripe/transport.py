"""ASGI over a double, for those who come over HTTP; and what those see whose answer is lost."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

AnswerRequest = Callable[[httpx.Request], Awaitable[httpx.Response]]


class AnswerLost(httpx.ReadError):
    """Somebody acted, and nobody will hear of it."""


async def serve(answer: AnswerRequest, scope: Any, receive: Any, send: Any) -> None:
    """Serve one request over ASGI. Where an answer is to be lost, wait until the other side gives up."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    query = scope["query_string"].decode()
    url = f"http://double.test{scope['path']}" + (f"?{query}" if query else "")
    try:
        response = await answer(httpx.Request(scope["method"], url, headers=scope["headers"], content=body))
    except httpx.TransportError:
        while (await receive())["type"] != "http.disconnect":
            continue
        return
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.headers.raw})
    await send({"type": "http.response.body", "body": response.content})


async def _live(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
