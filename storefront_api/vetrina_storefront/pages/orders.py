"""What comes after the order button: GET /checkout/attempts/{key} while it is decided, then the order's own page."""

from typing import Any

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from vetrina.flows.checkout.completing import attempt, cancel_attempt
from vetrina.flows.mail import orders_are_confirmed
from vetrina.flows.orders.papers import order_papers
from vetrina.flows.payments.payment_codes import code_url, payment_code
from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.errors import Refusal
from vetrina.plugin.pages.forms import form_token, read_form
from vetrina.views.catalog.merchandise import merchandise
from vetrina.views.orders.current import current_of
from vetrina.views.orders.placed import (
    OrderView,
    order_by_secret,
    order_deliveries,
    order_discounts,
    order_lines,
    order_tax_lines,
)
from vetrina.views.orders.returns import returnable_of, returns_of
from vetrina.views.payments.attempts import AttemptView, next_step
from vetrina.views.payments.requests import requests_of_orders
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import Address, AttemptState, OrderState, PaymentState
from vetrina_storefront.pages.answers import Page, answer, see_other
from vetrina_storefront.pages.carts import attempt_path, order_path, tax_label
from vetrina_storefront.pages.hosted import hosted
from vetrina_storefront.pages.links import LONGEST_KEY, NoSuchPage, cart_path
from vetrina_storefront.pages.visits import CART, Asked, Here, Visit, visit_plain

LOOK_AGAIN = "3"
"""Seconds until a waiting page loads itself again."""
LONGEST_NUMBER = 18
"""Digits; the database counts in 64 bits."""


class Total(msgspec.Struct, frozen=True):
    """One line of the sums."""

    label: str
    amount: int
    is_inside: bool = False


@get("/checkout/attempts/{key:str}")
async def attempt_page(request: Asked, site: Here, key: FromPath[str]) -> Page | Redirect:
    """Wait for a payment, or lead to its next step. ?go=1, once, leads on to the provider by itself."""
    visit = await visit_plain(site, request)
    found = await attempt(visit.ctx, key) if len(key) <= LONGEST_KEY and key.isalnum() else None
    if found is None:
        raise NoSuchPage
    if found.state != AttemptState.OPEN:
        return _decided(visit, found)
    elsewhere = hosted(site.shop, lambda pages: pages.attempt_path(key))
    if elsewhere is not None:
        return see_other(visit, f"{elsewhere}?go=1" if "go" in visit.query else elsewhere)
    step = next_step(visit.ctx, found)
    address = step.url if step and attempt_path(visit.ctx, key) not in step.url else None
    goes = address is not None and "go" in visit.query
    return answer(
        visit,
        "waiting.html",
        refresh=f"0; url={address}" if goes else LOOK_AGAIN,
        address=address,
        is_waiting_for_buyer=step is not None,
        look_path=attempt_path(visit.ctx, key),
        attempt_token=form_token(site.shop, key),
    )


@post("/checkout/attempts/{key:str}")
async def give_up(request: Asked, site: Here, key: FromPath[str]) -> Redirect:
    """The buyer gives up a payment that waits for him; one that went through after all stands."""
    visit = await visit_plain(site, request)
    await read_form(request, site.shop, key)
    try:
        found = await cancel_attempt(visit.ctx, key)
    except Refusal:
        return see_other(visit, attempt_path(visit.ctx, key))
    if found is None:
        raise NoSuchPage
    return _decided(visit, found)


@get("/orders/{number:str}/{secret:str}")
async def order_page(request: Asked, site: Here, number: FromPath[str], secret: FromPath[str]) -> Page | Redirect:
    """The order behind Order.statusUrl."""
    is_number = number.isdecimal() and number.isascii() and len(number) <= LONGEST_NUMBER
    order = await order_by_secret(await site.context(BUYER), int(number), secret) if is_number else None
    if order is None:
        raise NoSuchPage
    visit = await visit_plain(site, request, order.language)
    elsewhere = hosted(site.shop, lambda pages: pages.order_path(order.number, secret))
    if elsewhere is not None:
        return see_other(visit, elsewhere)
    reads, ids = visit.ctx.db, [order.id]
    visit.ctx = place_of_order(visit, order)
    lines = await order_lines(reads, ids)
    pictures = await merchandise(reads, sorted({line.variant_id for line in lines if line.variant_id}), visit.ctx.place)
    payments = await payments_of_orders(reads, ids)
    awaited = [one for one in payments if one.state == PaymentState.PENDING and one.replaced_at is None]
    has_code = await payment_code(visit.ctx, order, payments) is not None
    asked_for = [each for each in await requests_of_orders(reads, ids) if each.state == "open"]
    return answer(
        visit,
        "order.html",
        order=order,
        name=order.name,
        lines=lines,
        pictures={row.variant_id: row.image_url for row in pictures},
        totals=await _totals(visit, order),
        now=(await current_of(reads, [order]))[order.id],
        deliveries=await order_deliveries(reads, ids),
        shipping=_address(order.shipping_address),
        billing=_address(order.billing_address) if order.billing_address != order.shipping_address else None,
        is_cancelled=order.state == OrderState.CANCELLED,
        is_confirmed=await orders_are_confirmed(visit.ctx),
        request=asked_for[0] if asked_for and asked_for[0].expires_at > visit.ctx.now() else None,
        code_path=code_url(visit.ctx, order).removeprefix(site.shop.base_url) if has_code else None,
        papers=await order_papers(visit.ctx, order.id),
        returns=await returns_of(reads, ids),
        return_path=f"{visit.path}/return",
        may_return=any((await returnable_of(reads, ids)).get(order.id, {}).values()),
        payment=awaited[0] if awaited and order.state != OrderState.CANCELLED else None,
    )


def _decided(visit: Visit, found: AttemptView) -> Redirect:
    if found.order_key is not None and found.order_number is not None:
        visit.keep(CART, "")
        return see_other(visit, order_path(visit.ctx, found.order_number, found.order_key))
    return see_other(visit, cart_path(visit.site.shop, found.cart_key, step="payment", notice="failed"))


def place_of_order(visit: Visit, order: OrderView) -> Context:
    """The visit where the order was sold: its country, its currency, whatever markets have become since."""
    place = visit.atlas.place(order.country, visit.language)
    there = msgspec.structs.replace(place, currency=order.currency, country=order.country)
    return msgspec.structs.replace(visit.ctx, place=there)


def _address(document: dict[str, Any] | None) -> Address | None:
    return msgspec.convert(document, Address) if document else None


async def _totals(visit: Visit, order: OrderView) -> list[Total]:
    """The order's sums as they were agreed; the parts add up to the total that follows them."""
    say, reads, ids = visit.say, visit.ctx.db, [order.id]
    totals = [Total(say("sum.subtotal"), order.subtotal)]
    for discount in await order_discounts(reads, ids):
        totals.append(Total(say("sum.discount", title=discount.title), -discount.amount))
    for delivery in await order_deliveries(reads, ids):
        totals.append(Total(say("sum.delivery", title=delivery.title), delivery.amount))
    if order.payment_fee:
        totals.append(Total(say("sum.fee"), order.payment_fee))
    taxes: dict[tuple[str, int], int] = {}
    for tax in await order_tax_lines(reads, ids):
        taxes[tax.title, tax.rate] = taxes.get((tax.title, tax.rate), 0) + tax.amount
    return totals + [
        Total(tax_label(visit, title, rate, order.prices_include_tax), amount, order.prices_include_tax)
        for (title, rate), amount in sorted(taxes.items())
    ]
