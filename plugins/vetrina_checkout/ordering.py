"""Choose how to pay, and order: what the page showed, or nothing."""

from litestar.response import Redirect

from vetrina.flows.cart.payment import PaymentChoice, choose_payment
from vetrina.flows.checkout.completing import NoSuchCart, Throttled, submit
from vetrina.flows.checkout.submitting import Accepted
from vetrina.flows.quoting import FREE, CartQuote, MethodOffer, QuoteProblem
from vetrina.kernel.money import Money
from vetrina.plugin.pages.forms import Form
from vetrina.plugin.pages.refusals import PageError, told
from vetrina.views.carts import CartRow
from vetrina.views.payments.attempts import attempt_by_key
from vetrina.vocabulary import AttemptState, PaymentFlow
from vetrina_checkout.addresses import checkout_path, order_path
from vetrina_checkout.answers import Page, see_other
from vetrina_checkout.quotes import payable, quoted_again
from vetrina_checkout.saving import in_order, keep, refused
from vetrina_checkout.showing import show
from vetrina_checkout.visits import Visit

LONGEST_ATTEMPT = 64
METHOD, TOKEN = "method", "payment_token"
"""Fields of the way to pay, and of the token that its provider's script has made."""


async def order(here: Visit, before: CartQuote, form: Form) -> Page | Redirect:
    """Order, if all is there and the amounts are those the page showed; else say what is missing or has changed."""
    cart = before.cart
    errors = await keep(here, before, form, is_order=True)
    quoted = await quoted_again(here, cart)
    errors += await choose(here, quoted, form, is_order=True)
    quoted = await quoted_again(here, cart)
    if not 0 < len(form.get("attempt")) <= LONGEST_ATTEMPT:
        errors.append(PageError(None, here.voice("problem.CART_CHANGED")))
    if not errors:
        errors = _told(here, quoted.problems)
    if errors:
        return await show(here, quoted, form=form, errors=in_order(errors, form))
    if quoted.fingerprint != form.get("seen"):
        return await show(here, quoted, form=form, changed_from=_whole(form.get("total")))
    answered = await submit(here.ctx, cart.key, form.get("attempt"), quoted.cart.version)
    if isinstance(answered, Accepted):
        return await follow(here, cart, answered.attempt_key, goes_on=True)
    if isinstance(answered, NoSuchCart):
        return see_other(checkout_path(here.ctx.shop, cart.key, notice="changed"))
    if isinstance(answered, Throttled):
        return await show(here, quoted, form=form, errors=[PageError(None, here.voice("problem.THROTTLED"))])
    quoted = await quoted_again(here, cart)
    return await show(here, quoted, form=form, errors=_told(here, answered.problems))


async def choose(here: Visit, quoted: CartQuote, form: Form, *, is_order: bool) -> list[PageError]:
    """Keep the way to pay with the amount it would charge now. In the page it needs its provider's token."""
    say, offers = here.voice, {offer.handle: offer for offer in payable(quoted)}
    offer = offers.get(form.get(METHOD)) or offers.get(FREE.handle)
    if offer is None:
        needed = is_order and bool(quoted.lines)
        text = say("problem.PAYMENTS_METHOD_REQUIRED") if offers else say("payment.nobody")
        return [PageError(METHOD if offers else None, text, say("payment.title"))] if needed else []
    is_in_page, token = offer.method.flow == PaymentFlow.IN_PAGE, form.get(TOKEN) if is_order else ""
    if is_order and is_in_page and not token:
        return [PageError(METHOD, say("payment.needs_script"), say("payment.title"))]
    if not token and _is_kept(quoted, offer):
        return []
    choice = PaymentChoice(
        amount=Money(offer.amount, quoted.quote.currency),
        alternatives=("free_payment_method" if offer.handle == FREE.handle else "provider_payment_method",),
        handle=offer.handle,
        token=token or None,
    )
    outcome = await choose_payment(here.ctx, quoted.cart.key, choice)
    return [PageError(METHOD, error.text, say("payment.title")) for error in refused(here, outcome)]


async def follow(here: Visit, cart: CartRow, attempt_key: str, *, goes_on: bool) -> Redirect:
    """Where an accepted submission leads: to the order, to the payment, or back to the ways to pay."""
    attempt = await attempt_by_key(here.ctx.db, attempt_key)
    if attempt is not None and attempt.order_key is not None and attempt.order_number is not None:
        return see_other(order_path(here.ctx, attempt.order_number, attempt.order_key))
    if attempt is None or attempt.state == AttemptState.FAILED:
        why = attempt.error_code if attempt else None
        return see_other(checkout_path(here.ctx.shop, cart.key, notice=f"failed.{why or 'PAYMENT_ERROR'}"))
    path = here.house.addresses.attempt_path(attempt_key)
    return see_other(f"{path}?go=1" if goes_on else path)


def _is_kept(quoted: CartQuote, offer: MethodOffer) -> bool:
    payment = quoted.cart.payment
    return payment is not None and (payment["handle"], payment["amount"], payment["currency"]) == (
        offer.handle,
        offer.amount,
        quoted.quote.currency,
    )


def _told(here: Visit, problems: tuple[QuoteProblem, ...]) -> list[PageError]:
    """What stands between the cart and its order; what is wrong with a line is told beside the line."""
    found = [told(here.voice, problem) for problem in problems if problem.line_id is None]
    if any(problem.line_id is not None for problem in problems):
        found.append(PageError("lines", here.voice("checkout.lines_wrong")))
    return list(dict.fromkeys(found))


def _whole(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 18 else None
