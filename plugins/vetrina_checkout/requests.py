"""A payment link in the checkout's clothes: what is asked for, every way to pay it, also those taken in the page."""

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from vetrina.flows.checkout.paying_requests import Asked as AskedFor
from vetrina.flows.checkout.paying_requests import asked, give_up_request, pay_request
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.plugin.pages.forms import read_form
from vetrina.ports import PaymentScript
from vetrina.views.payments.attempts import StepView, opened_step
from vetrina.views.payments.requests import KEY_LENGTH, request_url
from vetrina.vocabulary import PaymentFlow, PaymentState
from vetrina_checkout.addresses import order_path
from vetrina_checkout.answers import Page, drawn, see_other
from vetrina_checkout.elements import next_step_told, offer_told
from vetrina_checkout.payments import LOOK_AGAIN
from vetrina_checkout.visits import Asked, Here, House, NoSuchPage, Visit, visit

METHOD, TOKEN = "method", "payment_token"


@get("/checkout/pay/{key:str}")
async def request_page(request: Asked, house: Here, key: FromPath[str]) -> Page | Redirect:
    """What is asked for; once it is paid, the order. ?go=1, once, leads on to the provider by itself."""
    here, found = await _visit(request, house, key)
    if found.request.state == "paid":
        return see_other(order_path(here.ctx, found.order.number, found.order.key))
    return here.remembered(_shown(here, found))


@post("/checkout/pay/{key:str}")
async def pay(request: Asked, house: Here, key: FromPath[str]) -> Page | Redirect:
    """Pay by the chosen method; the same page sent twice charges once."""
    here, found = await _visit(request, house, key)
    form = await read_form(request, here.ctx.shop, key)
    if form.get("do") != "order":
        return _shown(here, found)
    try:
        payment = await pay_request(here.ctx, key, form.get(METHOD), form.get(TOKEN) or None)
    except Refusal as refusal:
        code = refusal.code if here.voice.knows(f"asked.{refusal.code}") else "other"
        return _shown(here, found, problem=here.voice(f"asked.{code}"))
    if payment.state == PaymentState.PENDING:
        return see_other(order_path(here.ctx, found.order.number, found.order.key))
    path = house.addresses.payment_path(key)
    is_lost = payment.state in (PaymentState.FAILED, PaymentState.CANCELLED)
    return see_other(f"{path}?failed=1" if is_lost else f"{path}?go=1")


@post("/checkout/pay/{key:str}/give-up")
async def give_up_paying(request: Asked, house: Here, key: FromPath[str]) -> Redirect:
    """Give up a payment that waits for the buyer, to choose another way; one that went through stands."""
    here, _ = await _visit(request, house, key)
    await read_form(request, here.ctx.shop, key)
    try:
        await give_up_request(here.ctx, key)
    except Refusal:
        return see_other(house.addresses.payment_path(key))
    return see_other(house.addresses.payment_path(key))


async def _visit(request: Asked, house: House, key: str) -> tuple[Visit, AskedFor]:
    """Raises NoSuchPage when the address is not a link's own."""
    here = await visit(house, request, key)
    found = await asked(here.ctx, key) if len(key) == KEY_LENGTH else None
    if found is None:
        raise NoSuchPage
    order = found.order
    here = await visit(house, request, key, country=order.country, language=order.language, atlas=here.atlas)
    place = msgspec.structs.replace(here.ctx.place, currency=order.currency, country=order.country)
    return msgspec.structs.replace(here, ctx=msgspec.structs.replace(here.ctx, place=place)), found


def _shown(here: Visit, found: AskedFor, *, problem: str = "") -> Page:
    key = found.request.key
    own = request_url(here.ctx, key)
    waits = found.is_under_way
    step = _step(here.ctx, found, own) if waits and "done" not in here.query else None
    script = _script(found) if step is not None and step.client_secret else None
    address = _address(here, step, own)
    scripts = tuple(offer.method.script for offer in found.methods if offer.method.script is not None)
    if not problem and "failed" in here.query and not waits:
        problem = here.voice("failed.PAYMENT_ERROR")
    in_page = {
        offer.handle: (offer.method.script.module, offer_told(here, offer, found.request.currency, found.order.country))
        for offer in found.methods
        if offer.method.script is not None
    }
    offers = [offer for offer in found.methods if offer.method.flow != PaymentFlow.IN_PAGE or offer.handle in in_page]
    page = drawn(
        "asked.html",
        status=422 if problem and "failed" not in here.query else 200,
        scripts=((script,) if script is not None else ()) if waits else scripts,
        **here.around(),
        request=found.request,
        order=found.order,
        offers=offers,
        elements=in_page,
        is_open=found.is_open,
        waits=waits,
        is_waiting_for_buyer=step is not None,
        address=address,
        module=script.module if script is not None and address is None else None,
        step=next_step_told(here, step, own) if step is not None else "",
        look_path=here.house.addresses.payment_path(key),
        order_path=order_path(here.ctx, found.order.number, found.order.key),
        problem=problem,
    )
    if address is not None and "go" in here.query:
        page.headers["refresh"] = f"0; url={address}"
    elif waits and (step is None or script is None):
        page.headers["refresh"] = LOOK_AGAIN
    return page


def _step(ctx: Context, found: AskedFor, own: str) -> StepView | None:
    payment = found.payment
    return opened_step(ctx, payment, own, found.request.expires_at) if payment is not None else None


def _script(found: AskedFor) -> PaymentScript | None:
    """The script of the way to pay that is under way."""
    method = found.payment.method if found.payment is not None else ""
    return next((offer.method.script for offer in found.methods if offer.handle == method), None)


def _address(here: Visit, step: StepView | None, own: str) -> str | None:
    """Where the provider's own page is, if the next step is there: the step's address is ours where it is not."""
    if step is None or step.url == own:
        return None
    return step.url if step.url.startswith(("https://", here.ctx.shop.base_url)) else None
