"""GraphQL over HTTP: POST, GET for persisted documents, negotiation, limits, CORS; one ASGI handler per schema."""

import asyncio
from math import ceil
from typing import Any

import msgspec
from graphql import ExecutionResult
from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from vetrina.graphql import limits, repeats
from vetrina.graphql.answers import NO_STORE, VARY, Answer, Fields, Messages, answered, failed, refused, told, written
from vetrina.graphql.door import DOOR, Door, Endpoint, Question, Sharing, doors
from vetrina.graphql.errors import Refused
from vetrina.graphql.kept import Kept
from vetrina.graphql.negotiation import (
    EVENT_STREAM,
    GRAPHQL_JSON,
    JSON,
    check_type,
    negotiate,
    parting,
    takes_events,
)
from vetrina.graphql.plan.run import Traced
from vetrina.graphql.repeats import Answered
from vetrina.graphql.requests import CLIENT, Headers, Said, read_body, said_in_body, said_in_query
from vetrina.graphql.streams import Stream, in_parts
from vetrina.graphql.subscribed import as_event, events_of
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal, Unavailable


def handler(endpoint: Endpoint, *paths: str) -> ASGIRouteHandler:
    """The route handler that serves an endpoint at these paths."""
    door = Door(endpoint)

    @asgi(list(paths), copy_scope=False, opt={DOOR: door})
    async def graphql(scope: Scope, receive: Receive, send: Send) -> None:
        request: Any = scope
        method: str = request["method"]
        fields: Fields = dict(request["headers"])
        if request.get("client"):
            fields[CLIENT] = request["client"][0].encode()
        if method == "POST":
            answer = await _serve(door, fields, None, receive)
        elif method == "OPTIONS" and endpoint.is_open_to_browsers:
            answer = _preflight(fields)
        else:
            answer = await _look(door, fields, request, receive)
        if isinstance(answer, Stream):
            await answer.send(receive, send, is_open=endpoint.is_open_to_browsers)
            return
        if isinstance(answer, Answer):
            answer = answer.messages(is_open=endpoint.is_open_to_browsers, has_body=method != "HEAD")
        start, end = answer
        await send(start)
        await send(end)

    return graphql


async def _look(door: Door, fields: Fields, scope: Any, receive: Receive) -> Answer | Messages | Stream:
    """GET: answers to persisted documents, and the explorer for browsers."""
    query: bytes = scope["query_string"]
    if scope["method"] in ("GET", "HEAD"):
        if door.takes_documents and (b"documentId=" in query or b"extensions=" in query):
            return await _serve(door, fields, query, receive)
        if door.endpoint.page is not None and b"text/html" in fields.get(b"accept", b""):
            return Answer(200, door.endpoint.page, "text/html", (*NO_STORE, VARY))
    return refused(_by_post("GraphQL is asked by POST."), JSON, door.endpoint.draw_trail())


async def _serve(door: Door, fields: Fields, query: bytes | None, receive: Receive) -> Answer | Messages | Stream:
    """Answer a question: the one in the query string, or without one that in the body."""
    wanted, admit, trail = negotiate(fields.get(b"accept")), door.endpoint.admit, ""
    media_type = JSON if wanted is None or wanted == EVENT_STREAM else wanted
    try:
        if wanted is None:
            raise Refused("BAD_REQUEST", f"This answers {GRAPHQL_JSON} or {JSON}.", 406)
        admitted = None if admit is None else await admit(Headers(fields))
        if query is None:
            check_type(fields.get(b"content-type"))
            asked = await read_body(receive, fields.get(b"content-length"))
        else:
            asked = b"?" + query
        if door.kept is not None and not _BYPASSING & fields.keys() and not _may_be_streamed(fields, asked):
            kept = door.kept.find(asked)
            if kept is not None:
                return (
                    _ready(door, kept, media_type, fields) if query is None else _public(door, kept, media_type, fields)
                )
        trail = door.endpoint.draw_trail()
        said = said_in_body(asked) if query is None else said_in_query(query)
        request = _Request(door, asked, fields, admitted, media_type, trail, query is not None)
        answer = await _answer(request, said)
        return as_event(answer.body, trail) if wanted == EVENT_STREAM and isinstance(answer, Answer) else answer
    except Refused as refusal:
        return refused(refusal, media_type, trail or door.endpoint.draw_trail())
    except (Refusal, Unavailable) as error:
        return failed(error, media_type, trail or door.endpoint.draw_trail())


class _Request(msgspec.Struct, frozen=True):
    """A request that has been read."""

    door: Door
    asked: bytes
    """All that was sent, byte for byte."""
    fields: Fields
    admitted: Any
    media_type: str
    trail: str
    is_get: bool


async def _answer(request: _Request, said: Said) -> Answer | Stream:
    if request.is_get and said.query is not None:
        raise _by_post("The text of a document is sent by POST.")
    question = _question(request, said)
    operation, sharing = question.operation, request.door.endpoint.sharing
    if operation.errors:
        return _finished(request, told(ExecutionResult(None, list(operation.errors)), request.trail))
    if request.is_get and operation.is_mutation:
        raise _by_post("A mutation is asked by POST.")
    limits.check_cost(operation.cost(question.variables))
    if operation.is_subscription:
        return _subscribe(request, question)
    if operation.may_unfold and _takes_parts(request.fields):
        return await _unfold(request, question)
    if sharing is None or not operation.is_shared or not _is_anonymous(request.fields):
        return _finished(request, await _run(request, question))
    if not sharing.is_anybodys(operation.node):
        return _finished(request, await _run(request, question))
    return await _share(request, question)


def _question(request: _Request, said: Said) -> Question:
    """Raises Refused when there is no such document, or too many new ones."""
    door = request.door
    text, name = door.persisted.text_of(said), said.operation_name or None
    if door.bucket and not door.operations.knows(text, name) and not door.persisted.is_registered(text):
        wait = door.bucket.take(asyncio.get_running_loop().time())
        if wait:
            problem = "More new documents come than can be read; try again shortly, or register yours."
            headers = ((b"retry-after", b"%d" % ceil(wait)),)
            raise Refused("LIMIT_EXCEEDED", problem, 429, reason="TOO_MANY_NEW_DOCUMENTS", headers=headers)
    operation = door.operations.prepare(text, name)
    if not operation.errors and door.takes_documents:
        door.persisted.remember(said)
    return Question(text, name, operation, said.variables or {}, request.trail)


async def _share(request: _Request, question: Question) -> Answer:
    """What anybody is answered: from what is kept, or made once for all who ask the same meanwhile."""
    answers, own = request.door.kept, list[Answered]()

    async def make() -> bytes | None:
        own.append(await _run(request, question))
        return None if own[0].errors or own[0].has_extensions else written(own[0])

    if answers is None or _wants_anew(request.fields) or _TELLING & request.fields.keys():
        body = await make()
        kept = None if body is None else Kept(body)
    else:
        key = (question.text, question.name, _CANONICAL.encode(question.variables))
        kept = await answers.answer(request.asked, key, make)
    if kept is None:
        return _finished(request, own[0] if own else await _run(request, question))
    if request.is_get:
        return _public(request.door, kept, request.media_type, request.fields)
    return Answer(200, kept.body, request.media_type, NO_STORE, request.trail)


def _subscribe(request: _Request, question: Question) -> Stream:
    if not takes_events(request.fields.get(b"accept")):
        raise Refused("BAD_REQUEST", f"A subscription is answered as {EVENT_STREAM}; say that you accept it.", 406)
    client = request.fields.get(CLIENT, b"").decode()
    return events_of(request.door, question, client, lambda: _context(request, question))


async def _unfold(request: _Request, question: Question) -> Answer | Stream:
    """Answer in parts, unless there is but one."""
    ctx = await _context(request, question)
    parts = question.operation.unfold(question.variables, ctx)
    first = await anext(parts)
    how = parting(request.fields.get(b"accept"))
    if not first.has_next or how is None:
        await parts.aclose()
        assert first.result is not None
        return _finished(request, told(first.result, request.trail))
    return in_parts(first, parts, how, request.trail)


async def _context(request: _Request, question: Question) -> Context:
    return await request.door.endpoint.make_context(request.admitted, Headers(request.fields), question)


async def _run(request: _Request, question: Question) -> Answered:
    endpoint, headers = request.door.endpoint, Headers(request.fields)
    outcome = await _ask(endpoint, question, headers, await _context(request, question), request.trail)
    if COST & request.fields.keys():
        outcome.cost = question.operation.weight(question.variables)
    return outcome


async def _ask(endpoint: Endpoint, question: Question, headers: Headers, ctx: Context, trail: str) -> Answered:
    """Run the operation; a mutation with an Idempotency-Key once, however often it is sent."""
    operation = question.operation
    key = headers.get("idempotency-key")
    if key is None or not operation.is_mutation:
        trace = list[Traced]() if endpoint.page is not None and TRACE.decode() in headers else None
        return told(await operation.run(question.variables, ctx, trace=trace), trail, trace)
    asked = repeats.Asked(operation, question.variables, question.text, ctx, trail)
    return await repeats.answer_once(asked, repeats.checked_key(key), endpoint.owner_of)


def _finished(request: _Request, outcome: Answered) -> Answer:
    return answered(outcome, request.media_type, request.trail)


def _ready(door: Door, kept: Kept, media_type: str, fields: Fields) -> Messages:
    """An answer that is kept, as it was made ready for the first who asked for it in that way."""
    is_open = door.endpoint.is_open_to_browsers and b"origin" in fields
    ready = kept.ready.get((media_type, is_open))
    if ready is None:
        ready = kept.ready[media_type, is_open] = Answer(200, kept.body, media_type, ()).messages(is_open=is_open)
    return ready


def _public(door: Door, kept: Kept, media_type: str, fields: Fields) -> Answer:
    """By GET: an answer that browsers and proxies may keep, or the news that theirs is still good.

    Where not everybody is admitted, a proxy would give it to those who are not: then browsers alone.
    """
    age = door.endpoint.sharing.public_max_age if door.endpoint.sharing else 0
    whose = b"public" if door.endpoint.admit is None else b"private"
    headers = ((b"cache-control", b"%s, max-age=%d" % (whose, age)), (b"etag", kept.etag), VARY)
    known = fields.get(b"if-none-match", b"")
    if known and any(tag.strip().removeprefix(b"W/") in (kept.etag, b"*") for tag in known.split(b",")):
        return Answer(304, b"", media_type, headers)
    return Answer(200, kept.body, media_type, headers)


def _may_be_streamed(fields: Fields, asked: bytes) -> bool:
    """Whether what is kept, which is whole and JSON, may not be what is wanted."""
    if negotiate(fields.get(b"accept")) == EVENT_STREAM:
        return True
    return b"@defer" in asked and _takes_parts(fields)


def _takes_parts(fields: Fields) -> bool:
    """Whether the client takes an answer in parts; one that is replayed, or timed, comes in one."""
    return parting(fields.get(b"accept")) is not None and not _WHOLE & fields.keys()


def _is_anonymous(fields: Fields) -> bool:
    return b"authorization" not in fields


def _wants_anew(fields: Fields) -> bool:
    wish = fields.get(b"cache-control")
    return wish is not None and (b"no-cache" in wish or b"no-store" in wish)


def _preflight(fields: Fields) -> Answer:
    """What a browser asks before its page may ask."""
    wanted = fields.get(b"access-control-request-headers", b"*")
    headers = (
        (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
        (b"access-control-allow-headers", wanted),
        (b"access-control-max-age", b"86400"),
    )
    return Answer(204, b"", headers=(*NO_STORE, *headers))


def _by_post(problem: str) -> Refused:
    return Refused("BAD_REQUEST", problem, 405, headers=((b"allow", b"POST"),))


TRACE = b"x-vetrina-trace"
"""A header that asks how long each field took; heard where the explorer is on, which is not in production."""
COST = frozenset({b"x-vetrina-cost", b"shopify-graphql-cost-debug"})
"""Headers that ask what an operation weighs, beside what it may."""
_TELLING = COST | {TRACE}
_WHOLE = _TELLING | {b"idempotency-key"}
_BYPASSING = _TELLING | {b"authorization", b"cache-control"}
"""Headers with which a request is looked into before it is answered from what is kept."""
_CANONICAL = msgspec.json.Encoder(order="deterministic")

__all__ = ["Door", "Endpoint", "Headers", "Question", "Sharing", "doors", "handler"]
