"""An order's own page: how far it is, what was bought at which price and why, how to pay what is still awaited."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar import get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect

from vetrina.flows.mail import orders_are_confirmed
from vetrina.flows.orders.papers import order_papers
from vetrina.flows.payments.payment_codes import code_url, payment_code
from vetrina.kernel.context import BUYER
from vetrina.kernel.crypto import same
from vetrina.plugin.pages.forms import read_form
from vetrina.views.catalog.merchandise import merchandise
from vetrina.views.orders.current import current_of
from vetrina.views.orders.parcels import parcels_of
from vetrina.views.orders.placed import (
    OrderView,
    order_by_secret,
    order_deliveries,
    order_discounts,
    order_lines,
    order_tax_lines,
)
from vetrina.views.orders.refunds import refunds_of
from vetrina.views.orders.returns import returns_of
from vetrina.views.payments.requests import requests_of_orders
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import Address, FinancialStatus, FulfilmentStatus, OrderState, PaymentState
from vetrina_checkout.answers import Page, drawn, see_other
from vetrina_checkout.visits import Asked, Here, House, NoSuchPage, Visit, visit

SHOWN = "vetrina_order"
"""The cookie of somebody who has named the e-mail address of an order, under the order's own path."""
SHOWN_FOR = 3_600
"""Seconds it is believed."""
LONGEST_NUMBER = 18
"""Digits; the database counts in 64 bits."""


class Progress(msgspec.Struct, frozen=True):
    """One stage of an order: the key of its words, and whether it is reached."""

    key: str
    is_reached: bool


@get("/checkout/orders/{number:str}/{secret:str}")
async def order_page(request: Asked, house: Here, number: FromPath[str], secret: FromPath[str]) -> Page:
    """The order; who it went to, only while it is fresh or to somebody who knows its e-mail address."""
    order, here = await _at_the_order(request, house, number, secret)
    is_shown = _is_fresh(here, order) or _is_believed(request, here, order)
    return here.remembered(await _drawn(here, order, is_shown=is_shown, is_wrong="wrong" in request.query_params))


@post("/checkout/orders/{number:str}/{secret:str}")
async def show_everything(request: Asked, house: Here, number: FromPath[str], secret: FromPath[str]) -> Redirect:
    """Somebody names the e-mail address of an order to see the rest of it."""
    order, here = await _at_the_order(request, house, number, secret)
    form = await read_form(request, here.ctx.shop, order.key)
    now = int(here.ctx.now().timestamp())
    typed = form.get("email").strip().casefold()
    is_right = order.email is not None and same(typed, order.email.casefold())
    if not house.limits.allows(order.key, now) or not is_right:
        house.limits.note(order.key, now)
        return see_other(f"{here.path}?wrong=1#prove")
    page = see_other(here.path)
    page.cookies.append(
        Cookie(
            key=SHOWN,
            value=f"{now}.{_proof(here, order, now)}",
            path=f"/checkout/orders/{order.number}/",
            max_age=SHOWN_FOR,
            httponly=True,
            samesite="lax",
            secure=here.ctx.shop.base_url.startswith("https://"),
        )
    )
    return page


async def _at_the_order(request: Asked, house: House, number: str, secret: str) -> tuple[OrderView, Visit]:
    """Raises NoSuchPage when the address is not an order's own."""
    is_number = number.isdecimal() and number.isascii() and len(number) <= LONGEST_NUMBER
    atlas = await house.site.markets.atlas()
    anywhere = house.site.context_at(atlas.place(), BUYER)
    order = await order_by_secret(anywhere, int(number), secret) if is_number else None
    if order is None:
        raise NoSuchPage
    here = await visit(house, request, order.key, country=order.country, language=order.language, atlas=atlas)
    place = msgspec.structs.replace(here.ctx.place, currency=order.currency, country=order.country)
    return order, msgspec.structs.replace(here, ctx=msgspec.structs.replace(here.ctx, place=place))


async def _drawn(here: Visit, order: OrderView, *, is_shown: bool, is_wrong: bool) -> Page:
    reads, ids = here.ctx.db, [order.id]
    lines = await order_lines(reads, ids)
    variants = sorted({line.variant_id for line in lines if line.variant_id})
    pictures = await merchandise(reads, variants, here.ctx.place) if variants else []
    payments = await payments_of_orders(reads, ids)
    awaited = next((one for one in payments if one.state == PaymentState.PENDING and one.replaced_at is None), None)
    is_cancelled = order.state == OrderState.CANCELLED
    asked_for = await requests_of_orders(reads, ids) if order.financial_status in _UNPAID else []
    taxes: dict[tuple[str, int], int] = {}
    for tax in await order_tax_lines(reads, ids):
        taxes[tax.title, tax.rate] = taxes.get((tax.title, tax.rate), 0) + tax.amount
    refunds = await refunds_of(reads, ids)
    is_changed = bool(order.raised or order.lowered or refunds)
    papers = await order_papers(here.ctx, order.id)
    has_code = await payment_code(here.ctx, order, payments) is not None
    billing = order.billing_address if order.billing_address != order.shipping_address else None
    return drawn(
        "order.html",
        **here.around(),
        order=order,
        lines=lines,
        pictures={row.variant_id: row.image_url for row in pictures},
        discounts=await order_discounts(reads, ids),
        deliveries=await order_deliveries(reads, ids),
        taxes=[(title, rate, amount) for (title, rate), amount in sorted(taxes.items())],
        now=(await current_of(reads, [order]))[order.id] if is_changed else order,
        progress=_progress(order),
        is_cancelled=is_cancelled,
        payment=awaited if not is_cancelled else None,
        code_path=code_url(here.ctx, order).removeprefix(here.ctx.shop.base_url) if has_code else None,
        papers=papers,
        returns=await returns_of(reads, ids) if order.fulfilment_status != FulfilmentStatus.UNFULFILLED else [],
        parcels=(await parcels_of(reads, ids)).get(order.id, []),
        titles={line.id: line.title for line in lines},
        refunds=[refund for refund in refunds if refund.amount and refund.state != "failed"],
        is_confirmed=await orders_are_confirmed(here.ctx),
        is_shown=is_shown,
        is_wrong=is_wrong,
        shipping=_address(order.shipping_address) if is_shown else None,
        billing=_address(billing) if is_shown else None,
        action=here.path,
        request=next((one for one in asked_for if one.state == "open" and one.expires_at > here.ctx.now()), None),
        may_return=order.fulfilment_status in _SENT and not is_cancelled,
        return_path=f"{here.path.removeprefix('/checkout')}/return",
    )


def _progress(order: OrderView) -> tuple[Progress, ...]:
    """From the order to the door; nothing, when it was cancelled."""
    if order.state == OrderState.CANCELLED:
        return ()
    is_paid = order.financial_status not in (FinancialStatus.PENDING, FinancialStatus.VOIDED)
    sent = order.fulfilment_status
    is_partly = sent == FulfilmentStatus.PARTIALLY_FULFILLED
    return (
        Progress("placed", is_reached=True),
        Progress("paid", is_reached=is_paid),
        Progress("partly_sent" if is_partly else "sent", is_reached=is_partly or sent == FulfilmentStatus.FULFILLED),
    )


def _is_fresh(here: Visit, order: OrderView) -> bool:
    return here.ctx.now() - order.placed_at < timedelta(days=here.house.settings.open_days) or order.email is None


def _is_believed(request: Asked, here: Visit, order: OrderView) -> bool:
    at, _, proof = request.cookies.get(SHOWN, "").partition(".")
    if not at.isascii() or not at.isdecimal() or len(at) > LONGEST_NUMBER or not proof.isascii():
        return False
    age = here.ctx.now().timestamp() - int(at)
    return 0 <= age < SHOWN_FOR and same(proof, _proof(here, order, int(at)))


def _proof(here: Visit, order: OrderView, at: int) -> str:
    return here.ctx.shop.vault.sign("checkout-order-shown", f"{order.key}:{at}")


def _address(document: dict[str, Any] | None) -> Address | None:
    return msgspec.convert(document, Address) if document else None


_UNPAID = (FinancialStatus.PENDING, FinancialStatus.PARTIALLY_PAID, FinancialStatus.VOIDED)
_SENT = (FulfilmentStatus.FULFILLED, FulfilmentStatus.PARTIALLY_FULFILLED)
