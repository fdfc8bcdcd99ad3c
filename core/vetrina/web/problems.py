"""Refusals and Faults as HTTP answers: RFC 9457 problem details; a Fault shows its trail id alone."""

from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from vetrina.kernel.errors import NotAllowed, NotFound, NotSignedIn, Refusal, Unavailable
from vetrina.kernel.log import draw_trail
from vetrina.kernel.registry import PortFailed

log = structlog.get_logger(__name__)

_STATUS: tuple[tuple[type[Refusal], int], ...] = ((NotSignedIn, 401), (NotAllowed, 403), (NotFound, 404))


def answer_refusal(_: Request[Any, Any, Any], refusal: Refusal) -> Response[dict[str, Any]]:
    status = next((status for kind, status in _STATUS if isinstance(refusal, kind)), 400)
    return _problem(status, refusal.code, refusal.message)


def answer_http(_: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    return _problem(error.status_code, "HTTP", error.detail if error.status_code < 500 else "Something went wrong.")


def answer_fault(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    trail = draw_trail()
    if isinstance(error, PortFailed):  # it names the plugin and is counted: strangers' messages fill no log
        log.warning("port failed", trail=trail, path=request.url.path, error=repr(error))
    else:
        log.error("fault", trail=trail, path=request.url.path, error=repr(error), exc_info=error)
    status = 503 if isinstance(error, Unavailable) else 500
    return _problem(status, "FAULT", "Something went wrong on our side.", trail=trail)


def _problem(status: int, code: str, detail: str, **more: Any) -> Response[dict[str, Any]]:
    content = {"status": status, "code": code, "detail": detail, **more}
    return Response(content, status_code=status, media_type="application/problem+json")
