"""The cart behind Cart.checkoutUrl: looked at, changed and led step by step to an order, by forms alone."""

from functools import partial
from urllib.parse import urlencode

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from vetrina.flows.cart.changes import CartOutcome
from vetrina.flows.cart.lines import LineChange, update_lines
from vetrina.flows.quoting import CartQuote, quote_cart
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import draw_key
from vetrina.plugin.pages.amounts import country_name, tax_text
from vetrina.plugin.pages.forms import Form, read_form, whole_number
from vetrina.plugin.pages.refusals import PageError, beside, told
from vetrina.views.carts import CartRow, checkout_secret
from vetrina.views.orders.placed import status_url
from vetrina.views.payments.attempts import attempt_by_key, live_attempt, step_url
from vetrina.vocabulary import Address, PaymentFlow
from vetrina_storefront.pages.answers import Page, answer, see_other
from vetrina_storefront.pages.hosted import checkout_start, hosted
from vetrina_storefront.pages.links import cart_path
from vetrina_storefront.pages.steps import Step, earliest, may_see, step_of, steps_of
from vetrina_storefront.pages.visits import CART, Asked, Here, Visit, visit_cart

USABLE = (PaymentFlow.FREE, PaymentFlow.OFFLINE, PaymentFlow.REDIRECT)
"""Ways to pay that need no script in the page."""
NOTICES = {
    "added": "cart.added",
    "updated": "cart.updated",
    "clipped": "problem.MERCHANDISE_NOT_ENOUGH_STOCK",
    "changed": "checkout.cart_changed",
    "amount": "checkout.amount_changed",
    "failed": "checkout.attempt_failed",
    "market": "details.market_changed",
}


@get("/cart/{key:str}")
async def cart_page(request: Asked, site: Here, key: FromPath[str]) -> Page | Redirect:
    """The cart, or the step to its order that ?step= names, if all before it is done."""
    visit, cart = await visit_cart(site, request, key)
    elsewhere = await _elsewhere(visit, cart) or _hosted(visit, cart)
    if elsewhere is not None:
        return see_other(visit, elsewhere)
    quoted = await quote_cart(visit.ctx, cart)
    wanted = visit.query.get("step", Step.CART)
    step = may_see(quoted, wanted)
    if step != wanted:
        return go_to(visit, cart, step, "amount" if _is_repriced(quoted) and wanted == Step.REVIEW else "")
    return show(visit, quoted, step)


@post("/cart/{key:str}/lines")
async def change_lines(request: Asked, site: Here, key: FromPath[str]) -> Page | Redirect:
    """Change the quantities as typed; `remove` names a line that goes, `go` leads on to the checkout."""
    visit, cart = await visit_cart(site, request, key)
    form = await read_form(request, site.shop, key)
    quoted = await quote_cart(visit.ctx, cart)
    changes, errors = _changes(visit, quoted, form)
    if not errors:
        outcome = await update_lines(visit.ctx, key, changes)
        errors = _beside_lines(visit, outcome, changes)
        if not errors:
            if form.get("go") and not outcome.warnings:
                return see_other(visit, checkout_start(site.shop, key))
            return go_to(visit, cart, Step.CART, "clipped" if outcome.warnings else "updated")
    return show(visit, quoted, Step.CART, form=form, errors=errors)


def _hosted(visit: Visit, cart: CartRow) -> str | None:
    """A plugin's checkout, unless it is the cart itself that somebody wants to look at."""
    if visit.query.get("step") == Step.CART:
        return None
    shop, notice = visit.site.shop, {name: visit.query[name] for name in ("notice", "lang") if name in visit.query}
    path = hosted(shop, lambda pages: pages.checkout_path(cart.key, checkout_secret(shop, cart.key)))
    return f"{path}{'&' if '?' in path else '?'}{urlencode(notice)}" if path and notice else path


def show(
    visit: Visit, quoted: CartQuote, step: Step, *, form: Form | None = None, errors: list[PageError] | None = None
) -> Page:
    """One step's page. What was typed stands in `form` again, beside what is wrong with it."""
    errors = [*(errors or ()), *_standing_problems(visit, quoted, step)]
    path = partial(cart_path, visit.site.shop, quoted.cart.key)

    def action(verb: str) -> str:
        return path().replace("?", f"/{verb}?", 1)

    def step_path(name: str) -> str:
        return path(step=name)

    notice = NOTICES.get(visit.query.get("notice", "")) if not form else None
    return answer(
        _at_the_cart(visit, quoted, step),
        f"{step}.html",
        status=422 if form else 200,
        errors=errors,
        wrong=beside(errors),
        notices=[_notice(visit, quoted, notice)] if notice else [],
        quoted=quoted,
        quote=quoted.quote,
        cart=quoted.cart,
        step=step,
        steps=steps_of(quoted),
        done=_done(quoted),
        action=action,
        step_path=step_path,
        line_problems={entry.line_id: told(visit.say, entry).text for entry in quoted.problems if entry.line_id},
        taxes=_taxes(visit, quoted),
        typed=form.fields if form else {},
        address=quoted.address or Address(),
        countries=sorted((name, code) for code, name in _countries(visit)),
        methods=[offer for offer in quoted.methods if offer.method.flow in USABLE],
        attempt=draw_key(),
    )


def go_to(visit: Visit, cart: CartRow, step: Step, notice: str = "") -> Redirect:
    """After a form: the next step, at an address that may be loaded again."""
    query = {name: value for name, value in (("step", step), ("notice", notice)) if value}
    return see_other(visit, cart_path(visit.site.shop, cart.key, **query))


def refused(visit: Visit, outcome: CartOutcome) -> list[PageError]:
    """What a flow refused, in the reader's words."""
    return [told(visit.say, problem) for problem in outcome.errors]


def order_path(ctx: Context, number: int, key: str) -> str:
    """Where an order's page is, on this host."""
    return status_url(ctx, number, key).removeprefix(ctx.shop.base_url)


def attempt_path(ctx: Context, key: str) -> str:
    """Where the outcome of an attempt is waited for, on this host."""
    return step_url(ctx, key).removeprefix(ctx.shop.base_url)


def tax_label(visit: Visit, title: str, rate: int, is_inside: bool) -> str:
    """What a tax is called in the sums, with its rate."""
    tax = tax_text(title, rate, visit.language, visit.country)
    return visit.say("sum.tax_inside" if is_inside else "sum.tax", tax=tax)


def _taxes(visit: Visit, quoted: CartQuote) -> list[tuple[str, int]]:
    """Label and amount of every tax, over lines and delivery."""
    sums: dict[tuple[str, int], int] = {}
    for tax in quoted.quote.taxes:
        sums[tax.title, tax.rate] = sums.get((tax.title, tax.rate), 0) + tax.amount
    is_inside = quoted.quote.prices_include_tax
    return [(tax_label(visit, title, rate, is_inside), amount) for (title, rate), amount in sorted(sums.items())]


async def _elsewhere(visit: Visit, cart: CartRow) -> str | None:
    """Where a cart leads that is being ordered or has been: to its attempt, or to its order."""
    key = await live_attempt(visit.ctx.db, cart.id)
    attempt = await attempt_by_key(visit.ctx.db, key) if key else None
    if attempt is None:
        return None
    visit.keep(CART, "")
    if attempt.order_key is not None and attempt.order_number is not None:
        return order_path(visit.ctx, attempt.order_number, attempt.order_key)
    return attempt_path(visit.ctx, attempt.key)


def _at_the_cart(visit: Visit, quoted: CartQuote, step: Step) -> Visit:
    """The visit as of now: a form may have changed the place, and its address cannot be loaded again as this can."""
    ctx = msgspec.structs.replace(visit.ctx, place=quoted.place)
    query = {name: value for name, value in visit.query.items() if name == "s"} | {"step": step.value}
    return msgspec.structs.replace(visit, ctx=ctx, path=f"/cart/{quoted.cart.key}", query=query)


def _done(quoted: CartQuote) -> tuple[Step, ...]:
    steps = steps_of(quoted)
    return steps[: steps.index(earliest(quoted.problems))]


def _standing_problems(visit: Visit, quoted: CartQuote, step: Step) -> list[PageError]:
    """What no form of this step puts right: shown on the last one, and where nobody delivers."""
    return [
        told(visit.say, problem)
        for problem in quoted.problems
        if step_of(problem) == step and (step == Step.REVIEW or problem.code == "DELIVERY_NO_DELIVERY_AVAILABLE")
    ]


def _changes(visit: Visit, quoted: CartQuote, form: Form) -> tuple[list[LineChange], list[PageError]]:
    """What differs from the cart as it is: a cart may have more lines than one call may name."""
    standing, removed = {line.id: line.quantity for line in quoted.lines}, form.get("remove")
    changes: list[LineChange] = []
    errors: list[PageError] = []
    for line_id, typed in sorted(form.numbers("quantity-").items()):
        quantity = 0 if removed == str(line_id) else whole_number(typed)
        if quantity is None:
            errors.append(PageError(f"quantity-{line_id}", visit.say("problem.QUANTITY")))
        elif quantity != standing.get(line_id, 0):
            changes.append(LineChange(id=line_id, quantity=quantity))
    return changes, errors


def _beside_lines(visit: Visit, outcome: CartOutcome, changes: list[LineChange]) -> list[PageError]:
    """Refused quantities, each beside its line: the flow names them by their place in the call."""
    errors: list[PageError] = []
    for problem in outcome.errors:
        error, path = told(visit.say, problem), problem.field or ()
        index = int(path[1]) if len(path) > 1 and path[1].isdecimal() else len(changes)
        errors.append(PageError(f"quantity-{changes[index].id}", error.text) if index < len(changes) else error)
    return errors


def _is_repriced(quoted: CartQuote) -> bool:
    return any(problem.code == "PAYMENTS_UNACCEPTABLE_PAYMENT_AMOUNT" for problem in quoted.problems)


def _notice(visit: Visit, quoted: CartQuote, key: str) -> str:
    place = quoted.place
    return visit.say(key, country=country_name(place.country, visit.language), currency=place.currency)


def _countries(visit: Visit) -> list[tuple[str, str]]:
    return [(code, country_name(code, visit.language)) for code, _ in visit.atlas.countries]
