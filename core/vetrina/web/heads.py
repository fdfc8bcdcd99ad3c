"""HEAD: answered by whatever answers GET, without the body."""

from typing import Any, cast

from litestar.types import HTTPScope, Message, Scope, Send


def answered_like_get(scope: HTTPScope, send: Send) -> tuple[Scope, Send]:
    """The same request as a GET, and a `send` that keeps the body back; the headers are those of the body."""

    async def send_headers(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = cast(Message, {**cast(dict[str, Any], message), "body": b""})
        await send(message)

    return cast(Scope, {**cast(dict[str, Any], scope), "method": "GET"}), send_headers
