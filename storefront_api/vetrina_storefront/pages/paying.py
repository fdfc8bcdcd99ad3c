"""The page of a payment link: GET /pay/{key} shows what is asked for and how it can be paid, POST pays it."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from vetrina.flows.checkout.paying_requests import Asked as AskedFor
from vetrina.flows.checkout.paying_requests import asked, give_up_request, pay_request
from vetrina.kernel.errors import Refusal
from vetrina.plugin.pages.forms import form_token, read_form
from vetrina.views.orders.placed import OrderView
from vetrina.views.payments.attempts import opened_step
from vetrina.views.payments.requests import KEY_LENGTH, request_url
from vetrina.vocabulary import PaymentState
from vetrina_storefront.pages.answers import Page, answer, see_other
from vetrina_storefront.pages.carts import USABLE, order_path
from vetrina_storefront.pages.hosted import hosted
from vetrina_storefront.pages.links import NoSuchPage
from vetrina_storefront.pages.orders import place_of_order
from vetrina_storefront.pages.visits import Asked, Here, Visit, visit_plain

LOOK_AGAIN = "3"
"""Seconds until a waiting page loads itself again."""


@get("/pay/{key:str}")
async def pay_page(request: Asked, site: Here, key: FromPath[str]) -> Page | Redirect:
    """What is asked for; once it is paid, the order. ?go=1, once, leads on to the provider by itself."""
    visit, found = await _visit(request, site, key)
    elsewhere = hosted(site.shop, lambda pages: payment_path_of(pages, key))
    if elsewhere is not None:
        return see_other(visit, elsewhere)
    if found.request.state == "paid":
        return see_other(visit, order_path(visit.ctx, found.order.number, found.order.key))
    return _shown(visit, found)


@post("/pay/{key:str}")
async def pay(request: Asked, site: Here, key: FromPath[str]) -> Page | Redirect:
    """Pay by the chosen method; the same page sent twice charges once."""
    visit, found = await _visit(request, site, key)
    form = await read_form(request, site.shop, key)
    try:
        payment = await pay_request(visit.ctx, key, form.get("method"))
    except Refusal as refusal:
        return _shown(visit, found, problem=_said(visit, refusal))
    if payment.state in (PaymentState.FAILED, PaymentState.CANCELLED):
        return see_other(visit, f"/pay/{key}?failed=1")
    if payment.state == PaymentState.PENDING:
        return see_other(visit, order_path(visit.ctx, found.order.number, found.order.key))
    return see_other(visit, f"/pay/{key}?go=1")


@post("/pay/{key:str}/give-up")
async def give_up_paying(request: Asked, site: Here, key: FromPath[str]) -> Redirect:
    """Give up a payment that waits for the buyer, to choose another way; one that went through stands."""
    visit, _ = await _visit(request, site, key)
    await read_form(request, site.shop, key)
    try:
        await give_up_request(visit.ctx, key)
    except Refusal:
        return see_other(visit, f"/pay/{key}")
    return see_other(visit, f"/pay/{key}")


def payment_path_of(pages: object, key: str) -> str:
    """A plugin's page for a link, where it has one; empty for one that was made before there were links."""
    path = getattr(pages, "payment_path", None)
    return str(path(key)) if path is not None else ""


async def _visit(request: Asked, site: Here, key: str) -> tuple[Visit, AskedFor]:
    visit = await visit_plain(site, request)
    found = await asked(visit.ctx, key) if len(key) == KEY_LENGTH else None
    if found is None:
        raise NoSuchPage
    visit = await visit_plain(site, request, found.order.language)
    visit.ctx = place_of_order(visit, found.order)
    return visit, found


def _shown(visit: Visit, found: AskedFor, *, problem: str | None = None) -> Page:
    order: OrderView = found.order
    key, payment = found.request.key, found.payment
    step = opened_step(visit.ctx, payment, request_url(visit.ctx, key), found.request.expires_at) if payment else None
    address = step.url if step and f"/pay/{key}" not in step.url else None
    goes = address is not None and "go" in visit.query
    waits = found.is_under_way
    refresh = f"0; url={address}" if goes else LOOK_AGAIN if waits and problem is None else None
    if problem is None and "failed" in visit.query and not waits:
        problem = visit.say("paying.failed")
    return answer(
        visit,
        "paying.html",
        status=200 if problem is None or "failed" in visit.query else 422,
        refresh=refresh,
        order=order,
        request=found.request,
        methods=[offer for offer in found.methods if offer.method.flow in USABLE],
        is_open=found.is_open,
        is_under_way=waits,
        is_waiting_for_buyer=step is not None,
        address=address,
        problem=problem,
        pay_path=f"/pay/{key}",
        pay_token=form_token(visit.site.shop, key),
        order_path=order_path(visit.ctx, order.number, order.key),
    )


def _said(visit: Visit, refusal: Refusal) -> str:
    key = f"paying.problem_{refusal.code}"
    return visit.say(key if visit.say.knows(key) else "paying.problem_other")
