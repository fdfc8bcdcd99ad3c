"""The forms on the way to an order: who and where to, how it travels, how it is paid, and the order itself."""

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from vetrina.flows.cart.addresses import AddressInput, replace_addresses
from vetrina.flows.cart.carts import update_note
from vetrina.flows.cart.delivery import DeliveryChoice, select_delivery_options
from vetrina.flows.cart.identity import Identity, update_buyer_identity
from vetrina.flows.cart.payment import PaymentChoice, choose_payment
from vetrina.flows.checkout.completing import NoSuchCart, Throttled, submit
from vetrina.flows.checkout.submitting import Accepted
from vetrina.flows.quoting import FREE, CartQuote, quote_cart
from vetrina.kernel.money import Money
from vetrina.plugin.pages.forms import Form, read_form
from vetrina.plugin.pages.refusals import PageError, told
from vetrina.views.carts import CartRow, cart_by_key
from vetrina.views.payments.attempts import attempt_by_key
from vetrina.vocabulary import Address, AttemptState
from vetrina_storefront.pages.answers import Page, see_other
from vetrina_storefront.pages.carts import USABLE, attempt_path, go_to, order_path, refused, show
from vetrina_storefront.pages.steps import Step, earliest, may_see
from vetrina_storefront.pages.visits import CART, Asked, Here, Visit, in_words_of, visit_cart

FIELDS = ("first_name", "last_name", "company", "address1", "address2", "zip", "city", "province", "country", "phone")
_FORM = ("email", "country", *(name for name in FIELDS if name != "country"), "note")
_AS_THEY_STAND: dict[str | None, int] = {field: place for place, field in enumerate(_FORM)}
"""Where a field stands in the form: what is wrong is told from its top to its end."""


@post("/cart/{key:str}/details")
async def give_details(request: Asked, site: Here, key: FromPath[str]) -> Page | Redirect:
    """Keep e-mail, note and delivery address. The address's country decides market, currency and prices."""
    visit, cart = await visit_cart(site, request, key)
    form = await read_form(request, site.shop, key)
    before = await quote_cart(visit.ctx, cart)
    errors = await _keep_details(visit, before, form)
    quoted = await _quoted_again(visit, cart)
    if errors:
        return show(visit, quoted, Step.DETAILS, form=form, errors=errors)
    notice = "market" if quoted.place.market_id != before.place.market_id else ""
    return go_to(visit, cart, may_see(quoted, Step.DELIVERY if quoted.groups else Step.PAYMENT), notice)


@post("/cart/{key:str}/delivery")
async def choose_delivery(request: Asked, site: Here, key: FromPath[str]) -> Page | Redirect:
    visit, cart = await visit_cart(site, request, key)
    form = await read_form(request, site.shop, key)
    quoted = await quote_cart(visit.ctx, cart)
    choices = [DeliveryChoice(group.key, form.get(f"option-{group.key}")) for group in quoted.groups]
    outcome = await select_delivery_options(visit.ctx, key, choices)
    if outcome.errors:
        return show(visit, quoted, Step.DELIVERY, form=form, errors=refused(visit, outcome))
    return go_to(visit, cart, may_see(await _quoted_again(visit, cart), Step.PAYMENT))


@post("/cart/{key:str}/payment")
async def choose_method(request: Asked, site: Here, key: FromPath[str]) -> Page | Redirect:
    """Keep the way to pay, with the amount that stood beside it on the page."""
    visit, cart = await visit_cart(site, request, key)
    form = await read_form(request, site.shop, key)
    quoted = await quote_cart(visit.ctx, cart)
    offers = {offer.handle: offer for offer in quoted.methods if offer.method.flow in USABLE}
    offer = offers.get(form.get("method"))
    if offer is None:
        error = PageError(None, visit.say("problem.PAYMENTS_METHOD_REQUIRED"))
        return show(visit, quoted, Step.PAYMENT, form=form, errors=[error])
    choice = PaymentChoice(
        amount=Money(offer.amount, quoted.quote.currency),
        alternatives=("free_payment_method" if offer.handle == FREE.handle else "provider_payment_method",),
        handle=offer.handle,
    )
    outcome = await choose_payment(visit.ctx, key, choice)
    if outcome.errors:
        return show(visit, await _quoted_again(visit, cart), Step.PAYMENT, form=form, errors=refused(visit, outcome))
    return go_to(visit, cart, may_see(await _quoted_again(visit, cart), Step.REVIEW))


@post("/cart/{key:str}/order")
async def order(request: Asked, site: Here, key: FromPath[str]) -> Page | Redirect:
    """Order what the page showed: its version of the cart, or nothing. The same page sent twice orders once."""
    visit, cart = await visit_cart(site, request, key)
    form = await read_form(request, site.shop, key)
    version = form.get("version")
    if not version.isdecimal() or len(version) > 18 or not 0 < len(form.get("attempt")) <= 64:
        return go_to(visit, cart, Step.CART, "changed")
    answered = await submit(visit.ctx, key, form.get("attempt"), int(version))
    if isinstance(answered, Accepted):
        return await _follow(visit, cart, answered.attempt_key)
    if isinstance(answered, NoSuchCart):
        return go_to(visit, cart, Step.CART, "changed")
    quoted = await _quoted_again(visit, cart)
    if isinstance(answered, Throttled):
        error = PageError(None, visit.say("problem.THROTTLED"))
        return show(visit, quoted, may_see(quoted, Step.REVIEW), form=form, errors=[error])
    errors = [told(visit.say, problem) for problem in answered.problems]
    step = earliest(answered.problems)
    return show(visit, quoted, may_see(quoted, step), form=form, errors=errors)


async def _keep_details(visit: Visit, quoted: CartQuote, form: Form) -> list[PageError]:
    """What is right is kept even where something else is wrong."""
    cart, say, country = quoted.cart, visit.say, form.get("country")
    errors: list[PageError] = []
    if not form.get("email").strip():
        errors.append(PageError("email", say("problem.BUYER_IDENTITY_EMAIL_REQUIRED"), say("details.email")))
    if quoted.groups and country not in dict(visit.atlas.countries):
        errors.append(PageError("country", say("problem.ADDRESS_FIELD_IS_REQUIRED"), say("details.country")))
        country = cart.country
    identity = Identity(email=form.get("email"), country=country if quoted.groups else cart.country)
    errors += refused(visit, await update_buyer_identity(visit.ctx, cart.key, identity))
    if form.get("note") != cart.note:
        errors += refused(visit, await update_note(visit.ctx, cart.key, form.get("note")))
    if quoted.groups and not any(error.field is None for error in errors):
        address = Address(**{name: form.get(name) or None for name in FIELDS})
        given = AddressInput(address=address, is_selected=True, is_strict=True)
        errors += refused(visit, await replace_addresses(visit.ctx, cart.key, [given]))
    return sorted(dict.fromkeys(errors), key=lambda error: _AS_THEY_STAND.get(error.field, -1))


async def _quoted_again(visit: Visit, cart: CartRow) -> CartQuote:
    """The quote after a change; nobody deletes a cart that somebody holds the link of."""
    return await quote_cart(visit.ctx, in_words_of(visit, await cart_by_key(visit.ctx.db, cart.key) or cart))


async def _follow(visit: Visit, cart: CartRow, attempt_key: str) -> Redirect:
    """Where an accepted submission leads: to the order, to the wait, or back to the ways to pay."""
    attempt = await attempt_by_key(visit.ctx.db, attempt_key)
    if attempt is not None and attempt.order_key is not None and attempt.order_number is not None:
        visit.keep(CART, "")
        return see_other(visit, order_path(visit.ctx, attempt.order_number, attempt.order_key))
    if attempt is None or attempt.state == AttemptState.FAILED:
        return go_to(visit, cart, Step.PAYMENT, "failed")
    return see_other(visit, f"{attempt_path(visit.ctx, attempt_key)}?go=1")
