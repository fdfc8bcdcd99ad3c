"""The checkout page from a quote: what stands in its fields, what is wrong with them, what everything costs and why."""

from typing import Any

import msgspec

from vetrina.flows.mail import orders_are_confirmed
from vetrina.flows.quoting import CartQuote
from vetrina.kernel.crypto import draw_key
from vetrina.plugin.pages.amounts import country_name
from vetrina.plugin.pages.forms import Form
from vetrina.plugin.pages.refusals import PageError, beside, told
from vetrina.ports import PaymentScript
from vetrina.views.carts import address_of
from vetrina.vocabulary import Address, PaymentFlow
from vetrina_checkout.addresses import cart_path, checkout_path
from vetrina_checkout.answers import Page, drawn
from vetrina_checkout.asking import fields_shown
from vetrina_checkout.elements import elements
from vetrina_checkout.postal import layout_of
from vetrina_checkout.quotes import payable
from vetrina_checkout.saving import BILLING, CONSENT, FIELDS, TERMS
from vetrina_checkout.visits import Visit

NOTICES = ("changed", "market", "code", "code_idle", "code_gone", "lines")
STANDING = ("DELIVERY_NO_DELIVERY_AVAILABLE", "TAXES_MUST_BE_DEFINED", "ERROR")
"""Problems that no field puts right: they are told as soon as they are there."""


async def show(
    here: Visit,
    quoted: CartQuote,
    *,
    form: Form | None = None,
    errors: list[PageError] | None = None,
    notice: str = "",
    changed_from: int | None = None,
) -> Page:
    """The page. What was typed stands in `form` again, beside what is wrong with it.

    `changed_from` is the total in minor units that the buyer saw before it changed under him.
    """
    here = msgspec.structs.replace(here, ctx=msgspec.structs.replace(here.ctx, place=quoted.place))
    offers = payable(quoted)
    fields = _fields(here, quoted, form)
    told_again = _as_labelled(here, errors or [], fields)
    scripts = [offer.method.script for offer in offers if offer.method.script is not None]
    is_changed = form is not None and not told_again
    facts: dict[str, Any] = {
        **here.around(),
        "is_confirmed": await orders_are_confirmed(here.ctx),
        "errors": told_again,
        "wrong": beside(told_again),
        "notices": [] if form else _notices(here, quoted, notice),
        "changed": here.voice("notice.total_changed", before=_before(here, changed_from), now=here.money(_due(quoted)))
        if is_changed
        else "",
        "action": checkout_path(here.ctx.shop, quoted.cart.key),
        "cart_path": cart_path(here.ctx.shop, quoted.cart.key),
        "quoted": quoted,
        "quote": quoted.quote,
        "due": _due(quoted),
        "attempt": draw_key(),
        **fields,
        **_payment(here, quoted, form),
        **await fields_shown(here, quoted, form),
        **_reasons(here, quoted),
    }
    if not quoted.lines:
        return drawn("empty.html", **facts)
    return drawn("checkout.html", status=422 if form else 200, scripts=_for_page(scripts), **facts)


def _for_page(scripts: list[PaymentScript]) -> tuple[PaymentScript, ...]:
    return tuple(dict.fromkeys(scripts))


def _fields(here: Visit, quoted: CartQuote, form: Form | None) -> dict[str, Any]:
    """What stands in the fields, and how addresses are asked for in their countries."""
    cart, settings = quoted.cart, here.house.settings
    shipping = quoted.address or Address(country=cart.country)
    billing = address_of(cart.billing_address) if cart.billing_address else Address(country=cart.country)
    ticked = {entry["key"] for entry in cart.attributes}
    kept: dict[str, str] = {
        "email": cart.email or "",
        "phone": cart.phone or shipping.phone or "",
        "note": cart.note,
        "billing": "other" if cart.billing_address else "same",
        "consent": "yes" if CONSENT in ticked else "",
        "terms": "yes" if TERMS in ticked else "",
        "code": "",
        **{name: getattr(shipping, name) or "" for name in FIELDS},
        **{BILLING + name: getattr(billing, name) or "" for name in FIELDS},
    }
    boxes = {"consent": "", "terms": ""} if form else {}
    typed = {**kept, **boxes, **({name: form.get(name) for name in form.fields} if form else {})}
    sold_to = {code for code, _ in here.atlas.countries}
    if typed["country"] not in sold_to:
        typed["country"] = cart.country
    if not settings.asks_note:
        typed["note"] = cart.note
    return {
        "typed": typed,
        "countries": sorted((country_name(code, here.language), code) for code in sold_to),
        "layout": layout_of(typed["country"]),
        "billing_layout": layout_of(typed[f"{BILLING}country"]),
        "BILLING": BILLING,
    }


def _as_labelled(here: Visit, errors: list[PageError], fields: dict[str, Any]) -> list[PageError]:
    """The errors with the names that fields have in their country, such as a ZIP code in the United States."""
    named: dict[str, str] = {
        prefix + field: f"details.{name}"
        for prefix, layout in (("", fields["layout"]), (BILLING, fields["billing_layout"]))
        for field, name in layout.names.items()
    }
    return [
        msgspec.structs.replace(error, label=here.voice(named[error.field]))
        if error.label and error.field in named and here.voice.knows(named[error.field])
        else error
        for error in errors
    ]


def _payment(here: Visit, quoted: CartQuote, form: Form | None) -> dict[str, Any]:
    """The ways to pay, and which of them is picked: the buyer's, else the only one."""
    offers = payable(quoted)
    handles = {offer.handle for offer in offers}
    wanted = form.get("method") if form else ""
    picked = wanted if wanted in handles else quoted.selected_method.handle if quoted.selected_method else ""
    if not picked and len(offers) == 1:
        picked = offers[0].handle
    return {
        "offers": offers,
        "picked": picked,
        "elements": elements(here, quoted),
        "is_free": bool(offers) and offers[0].method.flow == PaymentFlow.FREE,
        "needs_script": any(offer.method.flow == PaymentFlow.IN_PAGE for offer in offers),
    }


def _reasons(here: Visit, quoted: CartQuote) -> dict[str, Any]:
    """What is wrong with each line, what came off it and why, what is due in tax, what codes do not do."""
    say, quote = here.voice, quoted.quote
    off: dict[int, list[tuple[str, int]]] = {}
    for discount in quote.discounts:
        for share in discount.allocations:
            off.setdefault(share.line, []).append((discount.adjustment.title, share.amount))
    taxes: dict[tuple[str, int], int] = {}
    for tax in quote.taxes:
        taxes[tax.title, tax.rate] = taxes.get((tax.title, tax.rate), 0) + tax.amount
    idle = [answer for answer in quoted.codes if not answer.is_applicable]
    return {
        "line_problems": {
            problem.line_id: told(say, problem).text for problem in quoted.problems if problem.line_id is not None
        },
        "off": off,
        "taxes": [(title, rate, amount) for (title, rate), amount in sorted(taxes.items())],
        "applied": [answer.code for answer in quoted.codes if answer.is_applicable],
        "idle": [(answer.code, _why(here, answer.code, answer.warning)) for answer in idle],
        "standing": [
            told(say, problem).text
            for problem in quoted.problems
            if problem.code in STANDING and problem.line_id is None and problem.reason != "EMPTY_CART"
        ],
    }


def _why(here: Visit, code: str, warning: str | None) -> str:
    key = f"warning.{warning}"
    return here.voice(key if here.voice.knows(key) else "warning.DISCOUNT_CODE_NOT_HONOURED", code=code)


def _notices(here: Visit, quoted: CartQuote, notice: str) -> list[tuple[str, bool]]:
    """What is said on top, and whether it is bad news; the address names it, the words are ours."""
    say, place = here.voice, quoted.place
    kind, _, why = notice.partition(".")
    if kind == "failed":
        return [(say(f"failed.{why}" if say.knows(f"failed.{why}") else "failed.PAYMENT_ERROR"), True)]
    country = country_name(place.country, here.language)
    is_bad = kind == "code_idle"
    return [(say(f"notice.{kind}", country=country, currency=place.currency), is_bad)] if kind in NOTICES else []


def _before(here: Visit, amount: int | None) -> str:
    return here.money(amount) if amount is not None else "?"


def _due(quoted: CartQuote) -> int:
    """What is left to pay, with the fee of the way to pay that is picked."""
    return quoted.quote.amount_due
