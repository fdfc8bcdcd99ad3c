"""A payment under way: its next step, in the page or at its provider; the wait; the way on, or back."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from vetrina.flows.checkout.completing import attempt, cancel_attempt
from vetrina.flows.quoting import quote_cart
from vetrina.kernel.errors import Refusal
from vetrina.plugin.pages.forms import read_form
from vetrina.ports import PaymentScript
from vetrina.views.carts import cart_by_key
from vetrina.views.payments.attempts import KEY_LENGTH, AttemptView, StepView, next_step, step_url
from vetrina.vocabulary import AttemptState
from vetrina_checkout.addresses import checkout_path, order_path
from vetrina_checkout.answers import Page, drawn, see_other
from vetrina_checkout.elements import next_step_told
from vetrina_checkout.visits import Asked, Here, NoSuchPage, Visit, visit

LOOK_AGAIN = "3"
"""Seconds until a waiting page loads itself again."""


@get("/checkout/payments/{key:str}")
async def payment_page(request: Asked, house: Here, key: FromPath[str]) -> Page | Redirect:
    """Wait for a payment, or lead through its next step. ?go=1, once, leads on to the provider by itself.

    ?done=1 is the way back from a step in the page: it is waited for what the provider makes of it.
    """
    here = await visit(house, request, key)
    found = await attempt(here.ctx, key) if len(key) == KEY_LENGTH and key.isalnum() else None
    if found is None:
        raise NoSuchPage
    if found.state != AttemptState.OPEN:
        return _decided(here, found)
    step = next_step(here.ctx, found) if "done" not in here.query else None
    script = await _script_of(here, found) if step is not None and step.client_secret else None
    address = _address(here, step, key)
    page = drawn(
        "payment.html",
        scripts=(script,) if script is not None and address is None else (),
        **here.around(),
        address=address,
        is_waiting_for_buyer=step is not None,
        look_path=house.addresses.attempt_path(key),
        module=script.module if script is not None and address is None else None,
        step=next_step_told(here, step, step_url(here.ctx, key)) if step is not None else "",
    )
    if address is not None and "go" in here.query:
        page.headers["refresh"] = f"0; url={address}"
    elif step is None or script is None:  # a page that reloads itself would throw away what a script is doing in it
        page.headers["refresh"] = LOOK_AGAIN
    return here.remembered(page)


@post("/checkout/payments/{key:str}")
async def give_up(request: Asked, house: Here, key: FromPath[str]) -> Redirect:
    """The buyer gives up a payment that waits for him; one that went through after all stands."""
    here = await visit(house, request, key)
    await read_form(request, here.ctx.shop, key)
    try:
        found = await cancel_attempt(here.ctx, key)
    except Refusal:
        return see_other(house.addresses.attempt_path(key))
    if found is None:
        raise NoSuchPage
    return _decided(here, found)


def _address(here: Visit, step: StepView | None, key: str) -> str | None:
    """Where the provider's own page is, if the next step is there: the step's address is ours where it is not."""
    if step is None or step.url == step_url(here.ctx, key):
        return None
    return step.url if step.url.startswith(("https://", here.ctx.shop.base_url)) else None


async def _script_of(here: Visit, found: AttemptView) -> PaymentScript | None:
    """The script of the way to pay that the cart was submitted with; the cart stays as it is until it is decided."""
    cart = await cart_by_key(here.ctx.db, found.cart_key)
    quoted = await quote_cart(here.ctx, cart) if cart is not None else None
    picked = quoted.selected_method if quoted is not None else None
    return picked.method.script if picked is not None and picked.provider == found.provider else None


def _decided(here: Visit, found: AttemptView) -> Redirect:
    if found.order_key is not None and found.order_number is not None:
        return see_other(order_path(here.ctx, found.order_number, found.order_key))
    why = "GIVEN_UP" if found.error_reason in ("GIVEN_UP", "CART_CHANGED") else found.error_code or "PAYMENT_ERROR"
    return see_other(checkout_path(here.ctx.shop, found.cart_key, notice=f"failed.{why}"))
