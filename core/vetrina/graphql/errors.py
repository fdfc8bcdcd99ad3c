"""Refusals and Faults in GraphQL's words: a code from a closed list, a trail id, nothing of ours leaks."""

from typing import Any

import structlog
from graphql import GraphQLError

from vetrina.kernel.errors import BadInput, Fault, NotAllowed, NotFound, NotSignedIn, Refusal, TooManyTries, Unavailable

log = structlog.get_logger(__name__)

CODES = frozenset(
    {
        "BAD_REQUEST",
        "BAD_USER_INPUT",
        "FORBIDDEN",
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
        "INTERNAL_SERVER_ERROR",
        "LIMIT_EXCEEDED",
        "NOT_FOUND",
        "PERSISTED_QUERY_NOT_FOUND",
        "SERVICE_UNAVAILABLE",
        "THROTTLED",
        "UNAUTHENTICATED",
    }
)
"""Every value extensions.code can have."""


def shown(error: GraphQLError, trail: str) -> dict[str, Any]:
    """How an error is answered; what it hides is logged under the same trail id, on one line."""
    cause = error.original_error
    code, message, extra = _explain(error, cause, trail)
    answer: dict[str, Any] = {"message": message}
    if error.locations:
        answer["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        answer["path"] = list(error.path)
    answer["extensions"] = {"code": code, **extra}
    if code in ("INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"):
        log.error("graphql fault", trail=trail, code=code, path=error.path, error=repr(cause), exc_info=cause)
    return answer


def _explain(error: GraphQLError, cause: BaseException | None, trail: str) -> tuple[str, str, dict[str, Any]]:
    match cause:
        case NotSignedIn():
            return "UNAUTHENTICATED", cause.message, {}
        case NotAllowed():
            return "FORBIDDEN", cause.message, {}
        case NotFound():
            return "NOT_FOUND", cause.message, {}
        case TooManyTries():
            return "THROTTLED", cause.message, {"retryAfter": cause.facts["seconds"]}
        case BadInput() | Refusal():
            field = {"field": list(cause.field)} if cause.field else {}
            reason = {} if isinstance(cause, BadInput) else {"reason": cause.code}
            return "BAD_USER_INPUT", cause.message, {**field, **reason}
        case Unavailable() | TimeoutError():
            return "SERVICE_UNAVAILABLE", "The shop could not answer in time; try again.", {"trail": trail}
        case None | GraphQLError():
            code = (error.extensions or {}).get("code")
            return str(code) if code in CODES else "BAD_USER_INPUT", error.message, {}
        case _:
            return "INTERNAL_SERVER_ERROR", "Something went wrong on our side.", {"trail": trail}


class Refused(Fault):
    """A request turned down as a whole: its code, perhaps a finer reason, the HTTP status it has by itself."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        *,
        reason: str | None = None,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        assert code in CODES
        self.code = code
        self.status = status
        self.reason = reason
        self.headers = headers
        super().__init__(message)
