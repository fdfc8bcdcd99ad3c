"""From a screen to a route: who asks, whether they may, whether the form is ours; and what is answered when not."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from litestar import Request, Response, get, post
from litestar.exceptions import ClientException, HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from vetrina.kernel.errors import NotAllowed, NotFound, NotSignedIn, Refusal, Unavailable
from vetrina.kernel.log import draw_trail
from vetrina.plugin import Site
from vetrina.plugin.words import accepted, spoken
from vetrina_admin.pages.answers import HEADERS, Answer, plain, render, to_sign_in
from vetrina_admin.pages.asking import Asked, came_from
from vetrina_admin.pages.forms import LARGEST_FORM, LARGEST_UPLOAD, Form, NotOurForm, read_form
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.screens import Screen
from vetrina_admin.pages.visits import Entry, Visit, begin
from vetrina_admin.pages.wording import speaker

log = structlog.get_logger(__name__)


def route(site: Site, menu: tuple[Entry, ...], screen: Screen) -> HTTPRouteHandler:
    """The handler of a screen."""

    async def answer(request: Request[Any, Any, Any]) -> Answer:
        visit = await begin(site, request, menu)
        if visit.member is None and not screen.is_open:
            return to_sign_in(visit, visit.here if request.method == "GET" else came_from(request))
        try:
            return await _answer(visit, screen)
        except NotSignedIn:
            return to_sign_in(visit, came_from(request))
        except NotOurForm:
            return failed(visit, 403, "error.not_our_form")
        except NotAllowed as refusal:
            return failed(visit, 403, "error.not_allowed", permission=refusal.facts["permission"])
        except NotFound:
            return failed(visit, 404, "error.not_found")
        except Refusal as refusal:
            return failed(visit, 400, "error.refused", text=told(visit.say, refusal))
        except ClientException as error:  # a body that is too large shows when it is read
            return failed(visit, error.status_code, "error.too_large")
        except Exception as error:  # the page says so inside the frame, with the trail that the log has it under
            return _broken(visit, error)

    verb = get if screen.show is not None else post
    most = LARGEST_UPLOAD if screen.takes_files else LARGEST_FORM
    return verb(screen.path, status_code=200, request_max_body_size=most)(answer)


def lost(site: Site, menu: tuple[Entry, ...]) -> Callable[[Asked], Answer]:
    """What answers at an address below /admin that is no screen's, in the frame; strangers are led to the sign-in."""

    async def answer(request: Asked) -> Answer:
        try:
            visit = await begin(site, request, menu)
            if visit.member is None and request.method == "GET":
                return to_sign_in(visit, visit.here)
            return failed(visit, 404, "error.not_found")
        except Exception as error:  # nobody is behind this answer to make a page of it
            return unforeseen(request, error)

    return lambda request: _Later(answer(request))


class _Later(Answer):
    """An answer yet to be made: who is asked for it where no route is may not wait."""

    def __init__(self, making: Awaitable[Answer]) -> None:
        super().__init__("")
        self._making = making

    def to_asgi_response(self, app: Any, request: Asked, **more: Any) -> ASGIResponse:
        making = self._making

        class Made(ASGIResponse):
            async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
                answer: Any = await making
                await answer.to_asgi_response(app, request, **more)(scope, receive, send)

        return Made()


def way_up(path: str, length: int) -> HTTPRouteHandler:
    """Whoever loads an address that only takes forms gets to the page above it: after a language was chosen, say."""

    async def answer(request: Request[Any, Any, Any]) -> Answer:
        above = "/".join(request.url.path.split("/")[: length + 1])
        return Response("", status_code=303, headers={**HEADERS, "location": above})

    return get(path, status_code=303)(answer)


async def _answer(visit: Visit, screen: Screen) -> Answer:
    if screen.can is not None:
        visit.ctx.require(screen.can)
    if screen.show is not None:
        return await screen.show(visit)
    assert screen.act is not None
    return await screen.act(visit, await _form(visit, screen))


async def _form(visit: Visit, screen: Screen) -> Form:
    return await read_form(visit.request, visit.site.shop, visit.owner, takes_files=screen.takes_files)


def failed(visit: Visit, status: int, key: str, text: str | None = None, **facts: object) -> Answer:
    """A page that says why there is no other."""
    return render(
        visit,
        "failed.html",
        status=status,
        heading=visit.say(key),
        text=visit.say(f"{key}_text", **facts) if text is None else text,
        back=came_from(visit.request),
    )


def unforeseen(request: Request[Any, Any, Any], error: Exception) -> Answer:
    """What went wrong before there was a visit: a form that is too large, an address with a number that is none."""
    language = spoken(*accepted(request.headers.get("accept-language")))
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        return plain(speaker(language), language, status=404, key="error.not_found")
    if status < 500:
        return plain(speaker(language), language, status=status, key="error.too_large")
    return plain(speaker(language), language, status=_status(error), key="error.broken", trail=_logged(request, error))


def _broken(visit: Visit, error: Exception) -> Answer:
    return failed(visit, _status(error), "error.broken", trail=_logged(visit.request, error, visit.ctx.trail))


def _logged(request: Request[Any, Any, Any], error: Exception, trail: str | None = None) -> str:
    trail = trail or draw_trail()
    log.error("fault", trail=trail, path=request.url.path, error=repr(error), exc_info=error)
    return trail


def _status(error: Exception) -> int:
    return 503 if isinstance(error, Unavailable) else 500
