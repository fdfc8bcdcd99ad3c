"""The ASGI application of one Runtime: health, media, and what plugins contributed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from vetrina.boot import Runtime
from vetrina.kernel.errors import Refusal
from vetrina.plugin.collected import DOORS, LOST, LeaveOut
from vetrina.web.heads import forbid_guessing
from vetrina.web.media import media_route
from vetrina.web.metrics import metrics
from vetrina.web.plugin_routes import blame, count_failure, plugin_routes
from vetrina.web.problems import answer_fault, answer_http, answer_refusal
from vetrina.web.webhooks import payment_webhooks

Asked = Request[Any, Any, Any]

LARGEST_BODY = 1_000_000
"""Bytes a request may have where a route says nothing smaller."""


def build_app(runtime: Runtime) -> Litestar:
    """Build the application; cheap enough to do at every change of plugins. Raises LeaveOut for a plugin's routes."""
    Path(runtime.site.settings.media_root).mkdir(parents=True, exist_ok=True)
    try:
        return _built(runtime)
    except LeaveOut:
        raise
    except Exception:  # whatever a plugin's signatures and dependencies do to litestar; who it was is asked only now
        blame(runtime)
        raise


def _built(runtime: Runtime) -> Litestar:
    return Litestar(
        route_handlers=[
            healthz,
            metrics(runtime),
            payment_webhooks(runtime.context),
            media_route(runtime),
            *plugin_routes(runtime),
        ],
        state=State({"generation": runtime.generation}),
        openapi_config=None,
        logging_config=None,
        after_exception=[count_failure(runtime.shop.ports.meters)],
        before_send=[forbid_guessing],
        request_max_body_size=LARGEST_BODY,
        exception_handlers={
            Refusal: answer_refusal,
            HTTPException: answer_http,
            404: _lost(runtime),
            Exception: answer_fault,
        },
    )


@get("/healthz", media_type=MediaType.JSON, sync_to_thread=False)
def healthz(state: State) -> dict[str, Any]:
    """Answers when the shop serves."""
    return {"status": "ok", "generation": state["generation"]}


def _lost(runtime: Runtime) -> Callable[[Asked, HTTPException], Response[Any]]:
    """What answers at an address that is no route's: to a browser below a door the door itself, else a problem."""
    found = [route for owner, route in runtime.routes if owner in DOORS and isinstance(route, Router)]
    pages = [(f"{route.path}/", route.opt[LOST]) for route in found if LOST in route.opt]

    def answer(request: Asked, error: HTTPException) -> Response[Any]:
        # A route that was found and says 404 has said all there is to say.
        if "route_handler" not in request.scope and "text/html" in request.headers.get("accept", ""):
            for path, page in pages:
                if request.url.path.startswith(path):
                    return page(request)
        return answer_http(request, error)

    return answer
