"""HEAD: answered by whatever answers GET, without the body. And what the head of every answer says."""

from typing import Any, cast

from litestar.types import HTTPScope, Message, Scope, Send

from vetrina.graphql.answers import NO_SNIFFING


def answered_like_get(scope: HTTPScope, send: Send) -> tuple[Scope, Send]:
    """The same request as a GET, and a `send` that keeps the body back; the headers are those of the body."""

    async def send_headers(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = cast(Message, {**cast(dict[str, Any], message), "body": b""})
        await send(message)

    return cast(Scope, {**cast(dict[str, Any], scope), "method": "GET"}), send_headers


async def forbid_guessing(message: Message, _: Scope) -> None:
    """Have browsers take every answer for what it says it is, whoever made it: a problem and a plugin's, too."""
    if message["type"] != "http.response.start":
        return
    fields = list(message.get("headers", ()))
    if all(name.lower() != NO_SNIFFING[0] for name, _ in fields):
        message["headers"] = [*fields, NO_SNIFFING]
