"""GraphQL over HTTP: POST, negotiation, limits, CORS; one ASGI handler per schema."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import msgspec
from graphql import ExecutionResult, GraphQLError
from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from vetrina.graphql import limits, repeats
from vetrina.graphql.documents import variables_of
from vetrina.graphql.errors import Refused, shown
from vetrina.graphql.operations import Operation, Operations
from vetrina.graphql.repeats import Answered, OwnerOf, owner_by_actor
from vetrina.graphql.schema import ComposedSchema
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.kernel.log import log_request

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"

Headers = Mapping[str, str]
"""Names in lower case."""


class Question(msgspec.Struct, frozen=True):
    """What a request asks, before anything has run."""

    text: str
    operation: Operation
    variables: Mapping[str, Any]


class Endpoint(msgspec.Struct, frozen=True):
    """One GraphQL API.

    `admit` runs before the body is read and may refuse; what it returns is handed to `make_context`, which gives the
    operation its Context. `page` is the explorer's HTML for browsers, or None.
    """

    schema: ComposedSchema
    admit: Callable[[Headers], Awaitable[Any]]
    make_context: Callable[[Any, Headers, Question], Awaitable[Context]]
    draw_trail: Callable[[], str]
    owner_of: OwnerOf = owner_by_actor
    """Whose an Idempotency-Key is that comes with a mutation."""
    page: bytes | None = None
    is_open_to_browsers: bool = False
    """Whether pages of other origins may call it: the storefront yes, without credentials; the admin no."""


def handler(endpoint: Endpoint, *paths: str) -> ASGIRouteHandler:
    """The route handler that serves an endpoint at these paths."""
    operations = Operations(endpoint.schema)

    @asgi(list(paths), copy_scope=True)
    async def graphql(scope: Scope, receive: Receive, send: Send) -> None:
        trail = endpoint.draw_trail()
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        answer = await _answer(
            endpoint, operations, str(cast(dict[str, Any], scope)["method"]), headers, receive, trail
        )
        await _send(send, answer, endpoint, headers, trail)

    return graphql


class Answer(msgspec.Struct):
    """An HTTP answer in the making."""

    status: int
    body: bytes
    media_type: str = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


async def _answer(
    endpoint: Endpoint, operations: Operations, method: str, headers: Headers, receive: Receive, trail: str
) -> Answer:
    if method == "OPTIONS" and endpoint.is_open_to_browsers:
        return Answer(204, b"")
    if method in ("GET", "HEAD") and endpoint.page is not None and "text/html" in headers.get("accept", ""):
        return Answer(200, endpoint.page, "text/html; charset=utf-8")
    if method != "POST":
        return _refused(
            Refused("BAD_REQUEST", "GraphQL is asked by POST.", 405), JSON, trail, headers=((b"allow", b"POST"),)
        )
    media_type = negotiate(headers.get("accept"))
    if media_type is None:
        return _refused(Refused("BAD_REQUEST", f"This answers {GRAPHQL_JSON} or {JSON}.", 406), JSON, trail)
    try:
        admitted = await endpoint.admit(headers)
        _check_content_type(headers.get("content-type", ""))
        question = await _read_question(operations, receive, headers)
        if question.operation.errors:
            return _result(_told(ExecutionResult(None, list(question.operation.errors)), trail), media_type, trail)
        limits.check_cost(question.operation.cost(question.variables))
        ctx = await endpoint.make_context(admitted, headers, question)
        return _result(await _ask(endpoint, question, headers, ctx, trail), media_type, trail)
    except Refused as refused:
        return _refused(refused, media_type, trail)
    except Refusal as refusal:
        return _shown(GraphQLError(refusal.message, original_error=refusal), media_type, trail)
    except Unavailable as fault:
        return _shown(GraphQLError(str(fault), original_error=fault), media_type, trail, status=503)


async def _ask(endpoint: Endpoint, question: Question, headers: Headers, ctx: Context, trail: str) -> Answered:
    """Run the operation; a mutation with an Idempotency-Key once, however often it is sent."""
    operation = question.operation
    key = headers.get("idempotency-key")
    if key is None or not operation.is_mutation:
        return _told(await operation.run(question.variables, ctx), trail)
    asked = repeats.Asked(operation, question.variables, question.text, ctx, trail)
    return await repeats.answer_once(asked, repeats.checked_key(key), endpoint.owner_of)


def _told(result: ExecutionResult, trail: str) -> Answered:
    return Answered(result.data, [shown(error, trail) for error in result.errors or ()])


def negotiate(accept: str | None) -> str | None:
    """Which of our two media types a client prefers; None when it takes neither. JSON where it does not care."""
    if not accept:
        return JSON
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weights[name] = float(quality)
        except ValueError:
            weights[name] = 0.0
    fallback = max(weights.get("application/*", 0.0), weights.get("*/*", 0.0))
    plain, graphql = weights.get(JSON, fallback), weights.get(GRAPHQL_JSON, fallback)
    if plain <= 0 and graphql <= 0:
        return None
    return GRAPHQL_JSON if graphql > plain or (graphql == plain and GRAPHQL_JSON in weights) else JSON


def _check_content_type(given: str) -> None:
    name, _, parameters = given.lower().partition(";")
    if name.strip() != JSON:
        raise Refused("BAD_REQUEST", f"Send the request as {JSON}.", 415)
    charset = parameters.partition("charset=")[2].split(";")[0].strip(' "')
    if charset not in ("", "utf-8", "utf8"):
        raise Refused("BAD_REQUEST", "Send the request in UTF-8.", 415)


async def _read_question(operations: Operations, receive: Receive, headers: Headers) -> Question:
    payload = _decode(await _read_body(receive, headers))
    text, name = payload.get("query"), payload.get("operationName")
    if not isinstance(text, str) or not text:
        raise Refused("BAD_REQUEST", "query is the text of a GraphQL document.")
    if name is not None and not isinstance(name, str):
        raise Refused("BAD_REQUEST", "operationName is a text.")
    if not isinstance(payload.get("extensions", {}), dict | None):
        raise Refused("BAD_REQUEST", "extensions is an object.")
    variables = variables_of(payload.get("variables"))
    return Question(text, operations.prepare(text, name or None), variables)


async def _read_body(receive: Receive, headers: Headers) -> bytes:
    announced = headers.get("content-length", "0")
    if not announced.isdigit() or int(announced) > limits.LARGEST_BODY:
        raise Refused("LIMIT_EXCEEDED", f"A request has at most {limits.LARGEST_BODY} bytes.", 413)
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused("BAD_REQUEST", "The request broke off.")
        body += message.get("body", b"")
        if len(body) > limits.LARGEST_BODY:
            raise Refused("LIMIT_EXCEEDED", f"A request has at most {limits.LARGEST_BODY} bytes.", 413)
        if not message.get("more_body"):
            return bytes(body)


def _decode(body: bytes) -> dict[str, Any]:
    try:
        payload = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused("BAD_REQUEST", "The body is not JSON.") from None
    except RecursionError:
        raise Refused("BAD_REQUEST", "The body is nested too deeply.") from None
    if not isinstance(payload, dict):
        raise Refused("BAD_REQUEST", "The body is one JSON object; several operations take several requests.")
    return cast(dict[str, Any], payload)


def _result(answered: Answered, media_type: str, trail: str) -> Answer:
    """Without data nothing was executed: the client's mistake, told by the status where the media type allows it."""
    body: dict[str, Any] = {}
    errors = answered.errors
    never_began = answered.data is None and bool(errors) and all("path" not in error for error in errors)
    if errors:
        body["errors"] = errors
    if not never_began:
        body["data"] = answered.data
    log_request(trail, errors)
    status = 400 if never_began and media_type == GRAPHQL_JSON else 200
    marks = ((b"idempotent-replayed", b"true"),) if answered.is_replayed else ()
    return Answer(status, msgspec.json.encode(body), media_type, marks)


def _shown(error: GraphQLError, media_type: str, trail: str, status: int = 400) -> Answer:
    answer = shown(error, trail)
    status = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403}.get(answer["extensions"]["code"], status)
    log_request(trail, [answer])
    challenge = ((b"www-authenticate", b"Bearer"),) if status == 401 else ()
    return Answer(status, msgspec.json.encode({"errors": [answer]}), media_type, challenge)


def _refused(refused: Refused, media_type: str, trail: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    reason = {} if refused.reason is None else {"reason": refused.reason}
    error = {"message": str(refused), "extensions": {"code": refused.code, **reason}}
    log_request(trail, [error])
    is_well_formed = refused.code in ("GRAPHQL_VALIDATION_FAILED", "LIMIT_EXCEEDED") and refused.status == 400
    status = 200 if is_well_formed and media_type == JSON else refused.status
    return Answer(status, msgspec.json.encode({"errors": [error]}), media_type, headers)


async def _send(send: Send, answer: Answer, endpoint: Endpoint, headers: Headers, trail: str) -> None:
    fields = [
        (b"content-type", answer.media_type.encode() + (b"; charset=utf-8" if "json" in answer.media_type else b"")),
        (b"content-length", str(len(answer.body)).encode()),
        (b"x-trail-id", trail.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
        *answer.headers,
    ]
    if endpoint.is_open_to_browsers:
        fields += [
            (b"access-control-allow-origin", b"*"),
            (b"access-control-allow-methods", b"POST, OPTIONS"),
            (b"access-control-allow-headers", headers.get("access-control-request-headers", "*").encode("latin-1")),
            (b"access-control-max-age", b"86400"),
            (b"access-control-expose-headers", b"x-trail-id, idempotent-replayed"),
        ]
    await send({"type": "http.response.start", "status": answer.status, "headers": fields})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})
