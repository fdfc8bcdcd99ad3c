"""The routes of the pages, and what stands in for a page that cannot be drawn."""

from typing import Any

import structlog
from litestar import Request, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException

from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.kernel.log import draw_trail
from vetrina.plugin import Site
from vetrina.plugin.pages.forms import LARGEST_FORM, NotOurForm
from vetrina.plugin.pages.voice import Voice, sentences
from vetrina_checkout.addresses import Addresses
from vetrina_checkout.answers import Page, plain
from vetrina_checkout.assets import asset_routes, wardrobe
from vetrina_checkout.buying import checkout_page, send
from vetrina_checkout.limits import Limits, Turns
from vetrina_checkout.orders import order_page, show_everything
from vetrina_checkout.payments import give_up, payment_page
from vetrina_checkout.policies import policy_page
from vetrina_checkout.requests import give_up_paying, pay, request_page
from vetrina_checkout.settings import CheckoutSettings
from vetrina_checkout.visits import FILES, House, language_of

log = structlog.get_logger(__name__)

Asked = Request[Any, Any, Any]


def routes(site: Site, settings: CheckoutSettings) -> list[Any]:
    """The pages of one shop."""
    dressed = wardrobe(settings)
    sentences(FILES)
    house = House(
        site=site, settings=settings, assets=dressed.assets, limits=Limits(), turns=Turns(), addresses=Addresses()
    )

    def here() -> House:
        return house

    def said(request: Asked, status: int, key: str, **facts: object) -> Page:
        return plain(Voice(language_of(request), FILES), dressed.assets, status=status, key=key, **facts)

    def lost(request: Asked, _: Exception) -> Page:
        return said(request, 404, "not_found")

    def foreign(request: Asked, _: Exception) -> Page:
        return said(request, 403, "refused")

    def http(request: Asked, error: HTTPException) -> Page:
        if error.status_code >= 500:
            return broken(request, error)
        return said(request, error.status_code, "not_found" if error.status_code == 404 else "refused")

    def broken(request: Asked, error: Exception) -> Page:
        trail = draw_trail()
        log.error("fault", trail=trail, path=request.scope["path_template"], error=repr(error), exc_info=error)
        return said(request, 503 if isinstance(error, Unavailable) else 500, "broken", trail=trail)

    pages = Router(
        path="/",
        route_handlers=[
            checkout_page,
            send,
            payment_page,
            give_up,
            request_page,
            pay,
            give_up_paying,
            order_page,
            show_everything,
            policy_page,
        ],
        dependencies={"house": Provide(here, sync_to_thread=False)},
        request_max_body_size=LARGEST_FORM,
        exception_handlers={
            NotOurForm: foreign,
            Refusal: lost,
            HTTPException: http,
            Exception: broken,
        },
    )
    return [pages, *asset_routes(dressed)]
