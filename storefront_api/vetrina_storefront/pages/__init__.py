"""The shop's plain pages: catalogue, cart, checkout and order, made on the server, without any script."""

from typing import Any

import structlog
from litestar import Request, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException

from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.kernel.log import draw_trail
from vetrina.plugin import Site
from vetrina.plugin.pages.forms import LARGEST_FORM, NotOurForm
from vetrina_storefront.pages.answers import Page, plain
from vetrina_storefront.pages.buying import choose_delivery, choose_method, give_details, order
from vetrina_storefront.pages.carts import cart_page, change_lines
from vetrina_storefront.pages.customers import follow_link, link_page
from vetrina_storefront.pages.links import NoSuchPage
from vetrina_storefront.pages.orders import attempt_page, give_up, order_page
from vetrina_storefront.pages.paying import give_up_paying, pay, pay_page
from vetrina_storefront.pages.payment_code import payment_code_picture
from vetrina_storefront.pages.products import add_to_cart, product_page
from vetrina_storefront.pages.returns import ask_return, return_page
from vetrina_storefront.pages.shelves import choose_country, home
from vetrina_storefront.pages.style import style_sheet
from vetrina_storefront.pages.visits import language_of
from vetrina_storefront.pages.words import speaker

log = structlog.get_logger(__name__)

HANDLERS = (
    home,
    product_page,
    add_to_cart,
    choose_country,
    cart_page,
    change_lines,
    give_details,
    choose_delivery,
    choose_method,
    order,
    attempt_page,
    give_up,
    order_page,
    payment_code_picture,
    return_page,
    ask_return,
    pay_page,
    pay,
    give_up_paying,
    link_page,
    follow_link,
    style_sheet,
)


def page_routes(site: Site) -> list[Router]:
    """The pages of one shop."""

    def here() -> Site:
        return site

    return [
        Router(
            path="/",
            route_handlers=HANDLERS,
            dependencies={"site": Provide(here, sync_to_thread=False)},
            request_max_body_size=LARGEST_FORM,
            exception_handlers=FAILURES,
        )
    ]


def _not_found(request: Request[Any, Any, Any], _: Exception) -> Page:
    return _plain(request, 404, "error.not_found")


def _not_our_form(request: Request[Any, Any, Any], _: Exception) -> Page:
    return _plain(request, 403, "error.refused")


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Page:
    """What the web framework refuses by itself: a form that is too large, a method that is not meant."""
    if error.status_code >= 500:
        return _broken(request, error)
    return _plain(request, error.status_code, "error.not_found" if error.status_code == 404 else "error.refused")


def _broken(request: Request[Any, Any, Any], error: Exception) -> Page:
    trail = draw_trail()
    log.error("fault", trail=trail, path=request.url.path, error=repr(error), exc_info=error)
    return _plain(request, 503 if isinstance(error, Unavailable) else 500, "error.broken", trail=trail)


def _plain(request: Request[Any, Any, Any], status: int, key: str, **facts: object) -> Page:
    language = language_of(request)
    return plain(speaker(language), language, status=status, title=key, text=f"{key}_text", **facts)


FAILURES: dict[int | type[Exception], Any] = {
    NoSuchPage: _not_found,
    NotOurForm: _not_our_form,
    Refusal: _not_found,
    HTTPException: _http,
    Exception: _broken,
}
"""What a page answers that could not be shown."""
