"""GraphQL over server-sent events, each subscription on a connection of its own: what stands, and each change of it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

from vetrina.graphql.answers import answered, told
from vetrina.graphql.door import Door, Question
from vetrina.graphql.errors import Refused
from vetrina.graphql.negotiation import EVENT_STREAM, JSON
from vetrina.graphql.streams import Stream
from vetrina.graphql.watching import HEARTBEAT, LONGEST, Memory, Seat, watched_by
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Unavailable

_TYPE = f"{EVENT_STREAM}; charset=utf-8".encode()
_NOTHING = b":\n\n"
_COMPLETE = b"event: complete\ndata:\n\n"


def events_of(door: Door, question: Question, client: str, make_context: Callable[[], Awaitable[Context]]) -> Stream:
    """A subscription as it lasts. Raises Refused when there is no place for it."""
    place = door.watcher.seated(client)
    seat = place.__enter__()

    async def chunks() -> AsyncGenerator[bytes]:
        async for event in _events(door, question, seat, make_context):
            yield event

    return Stream(_TYPE, chunks(), question.trail, lambda: place.__exit__(None, None, None))


def as_event(body: bytes, trail: str) -> Stream:
    """A single answer for who takes nothing but events."""

    async def chunks() -> AsyncGenerator[bytes]:
        yield _next(body)
        yield _COMPLETE

    return Stream(_TYPE, chunks(), trail)


async def _events(
    door: Door, question: Question, seat: Seat, make_context: Callable[[], Awaitable[Context]]
) -> AsyncGenerator[bytes]:
    """What stands, then again whenever it has become something else; complete once there is nothing more to come.

    An answer that cannot be given in time, a client that is no longer admitted, a Runtime that is replaced and a
    subscription that has lasted its time end it without that word: clients come again.
    """
    now = asyncio.get_running_loop().time
    until, last = now() + LONGEST, b""
    yield _NOTHING
    while not door.watcher.is_closed:
        memory = Memory()
        try:
            ctx = await make_context()
            result = await question.operation.run(question.variables, ctx, memory=memory)
        except (Unavailable, Refused):
            return
        body = answered(told(result, question.trail), JSON, question.trail).body
        if body != last:
            last = body
            yield _next(body)
        if not result.data or all(value is None for value in result.data.values()):
            yield _COMPLETE
            return
        seat.settle(ctx, watched_by(memory))
        while not await seat.wait(HEARTBEAT):
            if now() > until:
                return
            yield _NOTHING


def _next(body: bytes) -> bytes:
    return b"event: next\ndata: %s\n\n" % body
