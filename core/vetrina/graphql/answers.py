"""An answer to a request: status, body and headers, from what an operation came to or from why it never began."""

from collections.abc import Mapping
from typing import Any

import msgspec
from graphql import ExecutionResult, GraphQLError
from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent

from vetrina.graphql.errors import Refused, shown
from vetrina.graphql.negotiation import GRAPHQL_JSON, JSON
from vetrina.graphql.plan.run import Traced
from vetrina.graphql.repeats import Answered
from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.kernel.log import log_request

Fields = Mapping[bytes, bytes]
"""A request's headers as ASGI has them, names in lower case."""
Field = tuple[bytes, bytes]
Messages = tuple[HTTPResponseStartEvent, HTTPResponseBodyEvent]

VARY: Field = (b"vary", b"Accept")
NO_STORE: tuple[Field, ...] = ((b"cache-control", b"no-store"),)
MAY_BE_READ: tuple[Field, ...] = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"etag, idempotent-replayed, retry-after, x-trail-id, x-vetrina-api-version"),
)
"""For pages of other origins, which send no credentials."""

_WELL_FORMED = frozenset({"GRAPHQL_VALIDATION_FAILED", "LIMIT_EXCEEDED", "PERSISTED_QUERY_NOT_FOUND"})
"""Codes of requests that are in order as requests."""
_ENCODER = msgspec.json.Encoder()
_TYPES = {name: (b"content-type", name.encode() + b"; charset=utf-8") for name in (JSON, GRAPHQL_JSON, "text/html")}
NO_SNIFFING: Field = (b"x-content-type-options", b"nosniff")


class Answer(msgspec.Struct):
    """An HTTP answer in the making. One without a `trail` left none: nothing was run for it."""

    status: int
    body: bytes
    media_type: str = JSON
    headers: tuple[Field, ...] = NO_STORE
    trail: str = ""

    def messages(self, *, is_open: bool, has_body: bool = True) -> Messages:
        """As ASGI sends it; `is_open` lets pages of other origins read it, and without `has_body` only its head."""
        fields = [
            _TYPES[self.media_type],
            (b"content-length", b"%d" % len(self.body)),
            NO_SNIFFING,
            *self.headers,
        ]
        if self.trail:
            fields.append((b"x-trail-id", self.trail.encode()))
        if is_open:
            fields += MAY_BE_READ
        start: Any = {"type": "http.response.start", "status": self.status, "headers": fields}
        end: Any = {"type": "http.response.body", "body": self.body if has_body else b"", "more_body": False}
        return start, end


def told(result: ExecutionResult, trail: str, trace: list[Traced] | None = None) -> Answered:
    """A result with its errors in the words of the wire."""
    return Answered(result.data, [shown(error, trail) for error in result.errors or ()], trace=trace)


def answered(outcome: Answered, media_type: str, trail: str) -> Answer:
    """Without data nothing was executed: the client's mistake, told by the status where the media type allows it."""
    marks = ((b"idempotent-replayed", b"true"),) if outcome.is_replayed else ()
    errors = outcome.errors
    if not errors:
        return Answer(200, written(outcome), media_type, (*NO_STORE, *marks), trail)
    log_request(trail, errors)
    if outcome.data is None and all("path" not in error for error in errors):
        status = 400 if media_type == GRAPHQL_JSON else 200
        return Answer(status, _ENCODER.encode({"errors": errors}), media_type, NO_STORE, trail)
    body = _ENCODER.encode({"errors": errors, "data": outcome.data, **_extensions(outcome)})
    return Answer(200, body, media_type, (*NO_STORE, *marks), trail)


def written(outcome: Answered) -> bytes:
    """The body of an answer without errors."""
    return _ENCODER.encode({"data": outcome.data, **_extensions(outcome)})


def _extensions(outcome: Answered) -> dict[str, Any]:
    if not outcome.has_extensions:
        return {}
    told = {"trace": outcome.trace, "cost": outcome.cost}
    return {"extensions": {name: value for name, value in told.items() if value is not None}}


def failed(error: Refusal | Unavailable, media_type: str, trail: str) -> Answer:
    """What stopped a request before its operation began."""
    message = error.message if isinstance(error, Refusal) else str(error)
    answer = shown(GraphQLError(message, original_error=error), trail)
    usual = 503 if isinstance(error, Unavailable) else 400
    status = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403}.get(answer["extensions"]["code"], usual)
    log_request(trail, [answer])
    challenge = ((b"www-authenticate", b"Bearer"),) if status == 401 else ()
    return Answer(status, _ENCODER.encode({"errors": [answer]}), media_type, (*NO_STORE, *challenge), trail)


def refused(refusal: Refused, media_type: str, trail: str) -> Answer:
    """A request turned down as a whole. One that is well formed has status 200 where the media type is plain JSON."""
    reason = {} if refusal.reason is None else {"reason": refusal.reason}
    error = {"message": str(refusal), "extensions": {"code": refusal.code, **reason}}
    log_request(trail, [error])
    is_well_formed = refusal.status == 400 and refusal.code in _WELL_FORMED
    status = 200 if is_well_formed and media_type == JSON else refusal.status
    return Answer(status, _ENCODER.encode({"errors": [error]}), media_type, (*NO_STORE, *refusal.headers), trail)
