"""The checkout: one page and one form, on which everything is typed, changed, chosen and ordered."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from vetrina.flows.cart.lines import LineChange, update_lines
from vetrina.flows.quoting import CartQuote
from vetrina.plugin.pages.forms import Form, read_form
from vetrina.plugin.pages.refusals import PageError
from vetrina.views.carts import CartRow, cart_by_key, opens_checkout
from vetrina.views.payments.attempts import attempt_by_key, live_attempt
from vetrina_checkout.addresses import checkout_path
from vetrina_checkout.answers import Page, see_other
from vetrina_checkout.codes import apply_code, drop_card, drop_code, is_idle
from vetrina_checkout.ordering import choose, follow, order
from vetrina_checkout.quotes import quoted_again, quoted_as_shown
from vetrina_checkout.saving import keep, refused, speak
from vetrina_checkout.showing import show
from vetrina_checkout.visits import Asked, Here, NoSuchPage, Visit, visit


@get("/checkout/carts/{key:str}")
async def checkout_page(request: Asked, house: Here, key: FromPath[str]) -> Page | Redirect:
    """The cart's checkout; the payment under way or the order, once there is one."""
    here, cart = await _at_the_cart(request, house, key)
    elsewhere = await _elsewhere(here, cart)
    if elsewhere is not None:
        return elsewhere
    page = await show(here, await quoted_as_shown(here, cart), notice=request.query_params.get("notice", ""))
    return here.remembered(page)


@post("/checkout/carts/{key:str}")
async def send(request: Asked, house: Here, key: FromPath[str]) -> Page | Redirect:
    """Keep the form, do what its button says, and show what came of it. The same page sent twice orders once."""
    here, cart = await _at_the_cart(request, house, key)
    form = await read_form(request, here.ctx.shop, key)
    async with house.turns.of(key):
        elsewhere = await _elsewhere(here, cart, form)
        if elsewhere is not None:
            return elsewhere
        before = await quoted_again(here, cart)
        deed, _, subject = form.get("do").partition(":")
        if deed == "order":
            if cart.language != here.ctx.place.language:  # the order is written in the language it was read in
                await speak(here, cart)
            return await order(here, before, form)
        errors = [
            *await keep(here, before, form, is_order=False),
            *await _change(here, before, form, deed, subject),
        ]
        after = await quoted_again(here, cart)
        errors += await choose(here, after, form, is_order=False)
        if errors:
            moved = await _moved(request, here, cart)
            return await show(moved, await quoted_as_shown(moved, await _now(here, cart)), form=form, errors=errors)
    notice = "market" if after.place.market_id != before.place.market_id else _NOTICES.get(deed, "")
    if notice == "code" and is_idle(after, form):
        notice = "code_idle"
    return see_other(checkout_path(here.ctx.shop, key, **({"notice": notice} if notice else {})))


async def _change(here: Visit, quoted: CartQuote, form: Form, deed: str, subject: str) -> list[PageError]:
    """What a button does beside keeping the form."""
    match deed:
        case "code":
            return await apply_code(here, quoted, form)
        case "drop-code":
            return await drop_code(here, quoted, subject)
        case "drop-card":
            return await drop_card(here, quoted, subject)
        case "fit" | "drop":
            return await _fit(here, quoted, subject, is_gone=deed == "drop")
        case _:
            return []


_NOTICES = {"code": "code", "drop-code": "code_gone", "drop-card": "code_gone", "fit": "lines", "drop": "lines"}
"""What is said when a button has done its work, by its name."""


async def _fit(here: Visit, quoted: CartQuote, subject: str, *, is_gone: bool) -> list[PageError]:
    """Of a line that cannot be sold as it is, take what there is, or take it out."""
    line = next((line for line in quoted.lines if str(line.id) == subject), None)
    if line is None:
        return []
    left = 0 if is_gone else min(line.quantity, max(line.available or 0, 0))
    change = LineChange(id=line.id, quantity=left)
    return refused(here, await update_lines(here.ctx, quoted.cart.key, [change]))


async def _at_the_cart(request: Asked, house: Here, key: str) -> tuple[Visit, CartRow]:
    """Raises NoSuchPage when the address is not the cart's own."""
    if not opens_checkout(house.site.shop, key, request.query_params.get("s")):
        raise NoSuchPage
    cart = await cart_by_key(house.site.shop.db, key)
    if cart is None:
        raise NoSuchPage
    return await visit(house, request, key, country=cart.country, language=cart.language), cart


async def _moved(request: Asked, here: Visit, cart: CartRow) -> Visit:
    """The visit as of now: the form may have changed the country, and with it the place."""
    now = await _now(here, cart)
    return await visit(here.house, request, cart.key, country=now.country, language=now.language)


async def _now(here: Visit, cart: CartRow) -> CartRow:
    return await cart_by_key(here.ctx.db, cart.key) or cart


async def _elsewhere(here: Visit, cart: CartRow, form: Form | None = None) -> Redirect | None:
    """Where a cart leads that is being ordered or has been: to its attempt, or to its order."""
    key = await live_attempt(here.ctx.db, cart.id)
    if key is None or await attempt_by_key(here.ctx.db, key) is None:
        return None
    return await follow(here, cart, key, goes_on=form is not None)
