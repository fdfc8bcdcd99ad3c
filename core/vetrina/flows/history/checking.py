"""A source's draft of an order or a correction, checked whole and counted in minor units; nothing is read for it."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import get_args

import msgspec

from vetrina.flows.history.amounts import whole
from vetrina.flows.history.lines import CheckedLine, signed_line, sold_line
from vetrina.flows.orders.whole import CancelReason
from vetrina.kernel import texts
from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import digits
from vetrina.shop.corrections.rules import CorrectionKind
from vetrina.shop.customers.service import PastPerson
from vetrina.shop.orders.ports import PastCorrection, PastCustomer, PastOrder
from vetrina.vocabulary import Address

MOST_LINES = 5_000
"""Lines of one order."""
MOST_CORRECTIONS = 100
"""Corrections of one order."""
LONGEST_EMAIL = 254

_CURRENCY = re.compile(r"[A-Z]{3}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_COUNTRY = re.compile(r"[A-Z]{2}|[0-9]{3}")


class CheckedCorrection(msgspec.Struct, frozen=True, kw_only=True):
    """A correction; of an order, `positions` are its lines' places there, or None."""

    name: str
    kind: CorrectionKind
    at: datetime
    currency: str
    country: str
    customer: PastPerson | None
    delivery: int
    note: str
    lines: tuple[CheckedLine, ...]
    positions: tuple[int | None, ...] = ()

    @property
    def amount(self) -> int:
        """What it changes in all, delivery included."""
        return sum(line.subtotal for line in self.lines) + self.delivery


class CheckedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order with everything that became of it, corrections in the order of their days."""

    draft: PastOrder
    name: str
    customer: PastPerson | None
    address: Address | None
    lines: tuple[CheckedLine, ...]
    delivery: int
    corrections: tuple[CheckedCorrection, ...]

    @property
    def total(self) -> int:
        return sum(line.subtotal - line.discount for line in self.lines) + self.delivery


def checked_order(draft: PastOrder, source: str, language: str, now: datetime) -> CheckedOrder:
    """The order in minor units. Raises BadInput naming what can never be right."""
    _check_place(draft.currency, draft.country)
    _check_moments(draft, now)
    if draft.language is not None and not _LANGUAGE.fullmatch(draft.language):
        raise BadInput(field=("language",), problem=f"{draft.language[:20]!r} is not a language; write it as in it.")
    if not 0 < len(draft.lines) <= MOST_LINES:
        raise BadInput(field=("lines",), problem=f"An order has between 1 and {MOST_LINES} lines.")
    if draft.cancelled_at is not None and draft.cancel_reason not in get_args(CancelReason):
        raise BadInput(field=("cancel_reason",), problem=f"A reason is one of {', '.join(get_args(CancelReason))}.")
    if len(draft.corrections) > MOST_CORRECTIONS:
        raise BadInput(field=("corrections",), problem=f"An order has at most {MOST_CORRECTIONS} corrections.")
    places = digits(draft.currency)
    order = CheckedOrder(
        draft=_worded(draft),
        name=texts.line(draft.name, field=("name",), required=True),
        customer=_buyer(draft.customer, source, draft.language or language, draft.at),
        address=_address(draft.shipping_address),
        lines=tuple(sold_line(line, places) for line in draft.lines),
        delivery=whole(draft.delivery, places, "delivery"),
        corrections=(),
    )
    if order.delivery < 0:
        raise BadInput(field=("delivery",), problem="Delivery costs nothing or more.")
    corrections = _corrections(order, places, now)
    return msgspec.structs.replace(order, corrections=corrections)


def checked_correction(draft: PastCorrection, source: str, language: str, now: datetime) -> CheckedCorrection:
    """A correction by itself, in minor units. Raises BadInput naming what can never be right."""
    _check_place(draft.currency, draft.country)
    _check_moment(draft.at, now)
    return _correction(
        draft,
        digits(draft.currency),
        currency=draft.currency,
        country=draft.country,
        customer=_buyer(draft.customer, source, language, draft.at),
    )


def checked_person(draft: PastCustomer, source: str, language: str, at: datetime) -> PastPerson:
    """A customer as the shop keeps him. Raises BadInput."""
    email = texts.line(draft.email or "", field=("customer", "email"), limit=LONGEST_EMAIL).lower() or None
    if email is not None and "@" not in email[1:-1]:
        raise BadInput(field=("customer", "email"), problem=f"{email[:50]!r} is not an e-mail address.")
    return PastPerson(
        email=email,
        source_key=f"{source}:{texts.line(draft.key, field=('customer', 'key'), required=True)}",
        first_name=_word(draft.first_name, "first_name"),
        last_name=_word(draft.last_name, "last_name"),
        phone=_word(draft.phone, "phone"),
        language=language,
        at=at,
    )


def _correction(
    draft: PastCorrection,
    places: int,
    *,
    currency: str,
    country: str,
    customer: PastPerson | None,
) -> CheckedCorrection:
    if not 0 < len(draft.lines) <= MOST_LINES:
        raise BadInput(field=("lines",), problem=f"A correction has between 1 and {MOST_LINES} lines.")
    if draft.kind not in get_args(CorrectionKind):
        raise BadInput(field=("kind",), problem=f"A correction is one of {', '.join(get_args(CorrectionKind))}.")
    return CheckedCorrection(
        name=texts.line(draft.name, field=("name",), required=True),
        kind=draft.kind,
        at=draft.at,
        currency=currency,
        country=country,
        customer=customer,
        delivery=whole(draft.delivery, places, "delivery"),
        note=texts.text(draft.note, field=("note",), limit=5_000),
        lines=tuple(signed_line(line, places) for line in draft.lines),
    )


def _corrections(order: CheckedOrder, places: int, now: datetime) -> tuple[CheckedCorrection, ...]:
    """An order's corrections by day, and the one that a cancellation is; together they leave nothing below zero."""
    draft = order.draft
    place_of = {line.sku: position for position, line in reversed(list(enumerate(order.lines)))}
    found: list[CheckedCorrection] = []
    for correction in sorted(draft.corrections, key=lambda entry: entry.at):
        _check_moment(correction.at, now)
        checked = _correction(
            correction, places, currency=draft.currency, country=draft.country, customer=order.customer
        )
        positions = tuple(place_of.get(line.sku) if line.sku else None for line in checked.lines)
        found.append(msgspec.structs.replace(checked, positions=positions))
    if any(correction.amount > 0 for correction in found):
        raise BadInput(field=("corrections",), problem="A correction of an order takes off what was sold.")
    if order.total + sum(correction.amount for correction in found) < 0:
        raise BadInput(field=("corrections",), problem="The corrections take off more than the order's total.")
    if draft.cancelled_at is not None:
        found.append(_cancellation(order, found, draft.cancelled_at))
    return tuple(found)


def _cancellation(order: CheckedOrder, before: Sequence[CheckedCorrection], at: datetime) -> CheckedCorrection:
    """What earlier corrections left of each line and of delivery goes off now; money given back goes off the first.

    Minor units and rests go off apart: what is refunded in all is what was charged.
    """
    left = [
        [line.quantity, line.subtotal - line.discount, line.subtotal_rest - line.discount_rest] for line in order.lines
    ]
    for correction in before:
        for line, position in zip(correction.lines, correction.positions, strict=True):
            standing = left[position or 0]
            standing[0] += line.quantity if correction.kind != "allowance" else 0
            standing[1] += line.subtotal
            standing[2] += line.subtotal_rest
    lines = tuple(
        msgspec.structs.replace(
            line,
            quantity=-max(quantity, 0),
            subtotal=-amount,
            subtotal_rest=-rest,
            discount=0,
            discount_rest=0,
            discount_title="",
        )
        for line, (quantity, amount, rest) in zip(order.lines, left, strict=True)
    )
    return CheckedCorrection(
        name=f"{order.name}:cancelled",
        kind="cancellation",
        at=at,
        currency=order.draft.currency,
        country=order.draft.country,
        customer=order.customer,
        delivery=-order.delivery - sum(correction.delivery for correction in before),
        note="",
        lines=lines,
        positions=tuple(range(len(lines))),
    )


def _worded(draft: PastOrder) -> PastOrder:
    """The draft with its remaining texts as they are stored."""
    payment = draft.payment
    if payment is not None and payment.method:
        method = texts.line(payment.method, field=("payment", "method"))
        payment = msgspec.structs.replace(payment, method=method)
    title = texts.line(draft.delivery_title, field=("delivery_title",))
    return msgspec.structs.replace(draft, payment=payment, delivery_title=title)


def _check_place(currency: str, country: str) -> None:
    if not _CURRENCY.fullmatch(currency):
        raise BadInput(field=("currency",), problem=f"{currency[:20]!r} is not a currency; write it as in EUR.")
    if not _COUNTRY.fullmatch(country):
        raise BadInput(field=("country",), problem=f"{country[:20]!r} is not a country; write it as in IT.")


def _check_moments(draft: PastOrder, now: datetime) -> None:
    received_at = draft.payment.received_at if draft.payment else None
    for moment in (draft.at, received_at, draft.sent_at, draft.cancelled_at):
        if moment is not None:
            _check_moment(moment, now)


def _check_moment(moment: datetime, now: datetime) -> None:
    if moment.tzinfo is None or moment.year < 1970 or moment > now + timedelta(days=1):
        raise BadInput(field=("at",), problem=f"{moment} is no day of the past in a known zone.")


def _buyer(draft: PastCustomer | None, source: str, language: str, at: datetime) -> PastPerson | None:
    return None if draft is None else checked_person(draft, source, language, at)


def _address(address: Address | None) -> Address | None:
    if address is None:
        return None
    return Address(**{name: _word(getattr(address, name), name) for name in Address.__struct_fields__})


def _word(value: str | None, name: str) -> str | None:
    return texts.line(value, field=("customer", name)) or None if value else None
