"""What stands between a cart and an order, in the words of the contract's submission errors."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from vetrina.flows.quoting.delivery import DeliveryGroup
from vetrina.flows.quoting.quoted import CartQuote, QuoteProblem
from vetrina.kernel.money import LARGEST
from vetrina.shop.cart.rules import keeps_quantity_rule
from vetrina.shop.catalog.rules import is_on_sale
from vetrina.shop.delivery.rules import AddressFault, address_faults
from vetrina.shop.pricing.rules import QuoteLine
from vetrina.views.catalog.merchandise import CartLineFactsRow, taken_by


def problems_of(quoted: CartQuote, now: datetime) -> tuple[QuoteProblem, ...]:
    """Everything that keeps the cart from being ordered now; empty when it is ready."""
    return (
        *_of_lines(quoted, now),
        *_of_buyer(quoted),
        *_of_delivery(quoted),
        *_of_amounts(quoted),
        *_of_payment(quoted),
    )


def _of_lines(quoted: CartQuote, now: datetime) -> Iterable[QuoteProblem]:
    if not quoted.lines:
        yield QuoteProblem(code="ERROR", reason="EMPTY_CART", message="The cart is empty.")
    wanted = Counter[int]()
    for line in quoted.lines:
        wanted.update(taken_by(line.quantity, line))
    for line in quoted.lines:
        problem = _of_line(line, wanted, now)
        if problem is not None:
            yield problem


def _of_line(line: CartLineFactsRow, wanted: Counter[int], now: datetime) -> QuoteProblem | None:
    """The first thing wrong with a line; stock counts for all lines that take of a variant together."""
    title = line.product_title
    if not is_on_sale(line.status, line.published_at, now):
        return _line_problem(line, "MERCHANDISE_PRODUCT_NOT_PUBLISHED", f"{title} is no longer sold.")
    if line.archived_at is not None or line.price is None:
        return _line_problem(line, "MERCHANDISE_NOT_APPLICABLE", f"{title} is not sold here.")
    if line.available is not None and line.available <= 0:
        return _line_problem(line, "MERCHANDISE_OUT_OF_STOCK", f"{title} is out of stock.")
    if any(need.room is not None and need.room < wanted[need.variant_id] for need in line.needs):
        others = wanted - Counter(taken_by(line.quantity, line))
        left = line.available if line.parts is None else max(line.room_beside(others) or 0, 0)
        message = f"Only {left} of {title} are left."
        return _line_problem(line, "MERCHANDISE_NOT_ENOUGH_STOCK_AVAILABLE", message)
    if not keeps_quantity_rule(line.quantity, line.quantity_minimum, line.quantity_increment, line.quantity_maximum):
        message = f"{title} is not sold in this quantity."
        return _line_problem(line, "MERCHANDISE_NOT_APPLICABLE", message, reason="QUANTITY_RULE")
    return None


def _line_problem(line: CartLineFactsRow, code: str, message: str, reason: str | None = None) -> QuoteProblem:
    return QuoteProblem(code=code, message=message, reason=reason, line_id=line.id)


def _of_buyer(quoted: CartQuote) -> Iterable[QuoteProblem]:
    if not quoted.cart.email:
        yield QuoteProblem(code="BUYER_IDENTITY_EMAIL_REQUIRED", message="An e-mail address is needed.")


def _of_delivery(quoted: CartQuote) -> Iterable[QuoteProblem]:
    if all(group.is_collected for group in quoted.groups):
        return
    address = quoted.address
    if address is None:
        yield QuoteProblem(code="DELIVERY_ADDRESS_REQUIRED", message="A delivery address is needed.")
        return
    for fault in address_faults(address, is_strict=True):
        yield QuoteProblem(code=_DELIVERY_CODES.get(_kind(fault), "DELIVERY_ADDRESS1_INVALID"), message=fault.message)
    for group in quoted.groups:
        if not group.options:
            yield from undelivered(group, quoted.quote.lines, quoted.place.country)
        elif group.selected is None:
            yield QuoteProblem(code="NO_DELIVERY_GROUP_SELECTED", message="A way to deliver has to be chosen.")


def undelivered(group: DeliveryGroup, lines: Sequence[QuoteLine], country: str) -> Iterable[QuoteProblem]:
    """Why a group that has no options has none: what its lines keep it from, else the place, else what is known.

    `country` is the one the cart is sold in: another market may deliver where this one does not.
    """
    stuck = frozenset(variant for refusal in group.refusals for variant in refusal.variants)
    if stuck:
        for line in lines:
            if line.variant_id in stuck:
                code = "DELIVERY_NO_DELIVERY_AVAILABLE_FOR_MERCHANDISE_LINE"
                message = f"{line.title or 'This'} is not delivered to this address."
                yield QuoteProblem(code=code, message=message, reason="LINES", line_id=line.key)
        return
    if group.address.country not in (None, country):
        yield QuoteProblem(
            code="DELIVERY_NO_DELIVERY_AVAILABLE",
            reason="OTHER_COUNTRY",
            message=f"The cart is sold for {country}, and nobody delivers from there to {group.address.country}. "
            f"Tell the cart that the buyer is in {group.address.country}.",
        )
        return
    refusal = next(iter(group.refusals), None)
    if refusal is None:
        yield QuoteProblem(code="DELIVERY_NO_DELIVERY_AVAILABLE", message="Nobody delivers to this address.")
        return
    is_zip = refusal.why == "POSTAL_CODE"
    code = "DELIVERY_INVALID_POSTAL_CODE_FOR_ZONE" if is_zip else "DELIVERY_NO_DELIVERY_AVAILABLE"
    yield QuoteProblem(code=code, message=refusal.problem, reason=refusal.why)


def _kind(fault: AddressFault) -> tuple[str, str]:
    kind = {"required": "REQUIRED", "too_long": "TOO_LONG"}.get(fault.kind, "INVALID")
    return fault.field, kind


_DELIVERY_CODES = {
    **{
        (field, kind): f"DELIVERY_{word}_{kind}"
        for field, word in (
            ("address1", "ADDRESS1"),
            ("address2", "ADDRESS2"),
            ("city", "CITY"),
            ("company", "COMPANY"),
            ("first_name", "FIRST_NAME"),
            ("last_name", "LAST_NAME"),
        )
        for kind in ("INVALID", "REQUIRED", "TOO_LONG")
    },
    ("country", "REQUIRED"): "DELIVERY_COUNTRY_REQUIRED",
    ("country", "INVALID"): "DELIVERY_COUNTRY_REQUIRED",
    ("province", "REQUIRED"): "DELIVERY_ZONE_REQUIRED_FOR_COUNTRY",
    ("province", "INVALID"): "DELIVERY_ZONE_NOT_FOUND",
    ("province", "TOO_LONG"): "DELIVERY_ZONE_NOT_FOUND",
    ("zip", "REQUIRED"): "DELIVERY_POSTAL_CODE_REQUIRED",
    ("zip", "INVALID"): "DELIVERY_INVALID_POSTAL_CODE_FOR_COUNTRY",
    ("zip", "TOO_LONG"): "DELIVERY_POSTAL_CODE_INVALID",
    ("phone", "REQUIRED"): "DELIVERY_PHONE_NUMBER_REQUIRED",
    ("phone", "INVALID"): "DELIVERY_PHONE_NUMBER_INVALID",
    ("phone", "TOO_LONG"): "DELIVERY_PHONE_NUMBER_INVALID",
}


def _of_amounts(quoted: CartQuote) -> Iterable[QuoteProblem]:
    if not quoted.is_tax_known:
        yield QuoteProblem(code="TAXES_MUST_BE_DEFINED", message="The tax cannot be computed now; try again shortly.")
    if not quoted.are_cards_known:
        message = "The gift cards cannot be checked now; try again shortly."
        yield QuoteProblem(code="ERROR", reason="GIFT_CARDS_UNAVAILABLE", message=message)
    if quoted.quote.total > LARGEST:
        yield QuoteProblem(code="ERROR", reason="CART_TOO_LARGE", message="The total is larger than the shop takes.")


def _of_payment(quoted: CartQuote) -> Iterable[QuoteProblem]:
    payment = quoted.cart.payment
    if payment is None:
        yield QuoteProblem(code="PAYMENTS_METHOD_REQUIRED", message="A way to pay has to be chosen.")
    elif quoted.selected_method is None:
        yield QuoteProblem(code="PAYMENTS_METHOD_UNAVAILABLE", message="The chosen way to pay is not on offer.")
    elif (payment["amount"], payment["currency"]) != (quoted.selected_method.amount, quoted.quote.currency):
        yield QuoteProblem(
            code="PAYMENTS_UNACCEPTABLE_PAYMENT_AMOUNT",
            reason="PRICE_CHANGED",
            message="The amount to pay has changed since the way to pay was chosen.",
        )
