"""StripeProblem: an answer that is an error, in Stripe's shape."""

from typing import Any


class StripeProblem(Exception):
    """An error as Stripe tells it. `is_kept` says whether the idempotency key remembers it: no for what never began."""

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        is_kept: bool = False,
        **more: Any,
    ) -> None:
        self.status, self.is_kept = status, is_kept
        told = {"type": kind, "message": message, "code": code, "param": param, **more}
        self.body = {"error": {name: value for name, value in told.items() if value is not None}}
        super().__init__(message)


def invalid(message: str, *, code: str | None = None, param: str | None = None, **more: Any) -> StripeProblem:
    """Parameters that cannot be right: nothing was begun."""
    return StripeProblem(400, "invalid_request_error", message, code=code, param=param, **more)


def missing(kind: str, reference: str) -> StripeProblem:
    """No such object."""
    message = f"No such {kind}: '{reference}'"
    return StripeProblem(404, "invalid_request_error", message, code="resource_missing", param="id")
