"""Answers that are sent as they come, until the client goes away; multipart/mixed for what @defer puts off."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any

import msgspec
from graphql import GraphQLError
from litestar.types import Receive, Send

from vetrina.graphql.answers import MAY_BE_READ, NO_SNIFFING, NO_STORE, VARY, Field
from vetrina.graphql.errors import shown
from vetrina.graphql.negotiation import INCREMENTAL, Parting
from vetrina.graphql.plan.unfolding import Arrived, Fragment, Payload
from vetrina.kernel.log import log_request

_ENCODER = msgspec.json.Encoder()


class Stream(msgspec.Struct):
    """An HTTP answer whose body comes in chunks; each is sent as soon as it is there."""

    content_type: bytes
    chunks: AsyncGenerator[bytes]
    trail: str
    end: Callable[[], object] | None = None
    """Called when it is over, however that comes."""

    async def send(self, receive: Receive, send: Send, *, is_open: bool) -> None:
        """Send it all, or as much as the client stays for; `is_open` lets pages of other origins read it."""
        fields: list[Field] = [(b"content-type", self.content_type), NO_SNIFFING, *NO_STORE, VARY, _UNBUFFERED]
        fields += [(b"x-trail-id", self.trail.encode()), *(MAY_BE_READ if is_open else ())]
        start: Any = {"type": "http.response.start", "status": 200, "headers": fields}
        try:
            await send(start)
            await self._send_while(receive, send)
        finally:
            if self.end is not None:
                self.end()

    async def _send_while(self, receive: Receive, send: Send) -> None:
        """Send the chunks, or those that come before the client leaves."""
        sending = asyncio.create_task(self._send_chunks(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                await sending  # what it raised
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send_chunks(self, send: Send) -> None:
        async with aclosing(self.chunks):
            async for chunk in self.chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def in_parts(first: Payload, rest: AsyncGenerator[Payload], parting: Parting, trail: str) -> Stream:
    """An answer of which more comes. Each part stands between boundaries that no content can hold."""
    boundary = f"part-{trail}"
    content_type = f'multipart/mixed; boundary="{boundary}"; {INCREMENTAL[parting]}'
    return Stream(content_type.encode(), _parts(first, rest, parting, trail, boundary.encode()), trail)


async def _parts(
    first: Payload, rest: AsyncGenerator[Payload], parting: Parting, trail: str, boundary: bytes
) -> AsyncGenerator[bytes]:
    written = _WRITTEN[parting]
    yield b"\r\n--" + boundary
    async with aclosing(rest):
        payload: Payload | None = first
        while payload is not None:
            yield b"%s%s\r\n--%s" % (_HEAD, _ENCODER.encode(written(payload, trail)), boundary)
            payload = await anext(rest, None) if payload.has_next else None
    yield b"--\r\n"


def _by_path(payload: Payload, trail: str) -> dict[str, Any]:
    """As the proposal of August 2022 has it: each part by its path."""
    if payload.result is not None:
        return {**_begun(payload, trail), "hasNext": payload.has_next}
    parts = list[dict[str, Any]]()
    for arrived in payload.arrived:
        fragment = arrived.fragment
        label = {} if fragment.label is None else {"label": fragment.label}
        if fragment.failure:
            errors = _told(fragment.failure, trail)
            parts.append({"data": None, "path": fragment.path, **label, "errors": errors})
        parts += [
            {"data": part.data, "path": part.path, **label, **_errors(part.errors, trail)} for part in arrived.parts
        ]
    return {**({"incremental": parts} if parts else {}), "hasNext": payload.has_next}


def _by_id(payload: Payload, trail: str) -> dict[str, Any]:
    """As graphql-js 17 has it: fragments are announced with an id, and told to be complete."""
    told: dict[str, Any] = {} if payload.result is None else _begun(payload, trail)
    if payload.pending:
        told["pending"] = [_announced(one) for one in payload.pending]
    parts = [part for arrived in payload.arrived for part in _parts_by_id(arrived, trail)]
    if parts:
        told["incremental"] = parts
    if payload.arrived:
        told["completed"] = [
            {"id": one.fragment.key, **_errors(one.fragment.failure, trail)} for one in payload.arrived
        ]
    return {**told, "hasNext": payload.has_next}


def _parts_by_id(arrived: Arrived, trail: str) -> list[dict[str, Any]]:
    fragment = arrived.fragment
    told = list[dict[str, Any]]()
    for part in arrived.parts:
        below = part.path[len(fragment.path) :]
        place = {"subPath": below} if below else {}
        told.append({"id": fragment.key, **place, "data": part.data, **_errors(part.errors, trail)})
    return told


def _begun(payload: Payload, trail: str) -> dict[str, Any]:
    assert payload.result is not None
    return {"data": payload.result.data, **_errors(payload.result.errors or (), trail)}


def _announced(fragment: Fragment) -> dict[str, Any]:
    return {"id": fragment.key, "path": fragment.path, **({} if fragment.label is None else {"label": fragment.label})}


def _errors(errors: Sequence[GraphQLError], trail: str) -> dict[str, Any]:
    return {"errors": _told(errors, trail)} if errors else {}


def _told(errors: Sequence[GraphQLError], trail: str) -> list[dict[str, Any]]:
    told = [shown(error, trail) for error in errors]
    log_request(trail, told)
    return told


async def _left(receive: Receive) -> None:
    """Until the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        continue


_HEAD = b"\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"
_UNBUFFERED: Field = (b"x-accel-buffering", b"no")
"""Proxies that gather an answer before they pass it on are asked not to."""
_WRITTEN = {"path": _by_path, "id": _by_id}
