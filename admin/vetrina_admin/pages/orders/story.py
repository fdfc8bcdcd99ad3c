"""What an order's rows tell: its sums, and what happened to its money and to its goods, by time. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from vetrina.views.orders.current import CurrentSums
from vetrina.views.orders.histories import GoodsMoveRow, OrderCorrectionRow
from vetrina.views.orders.placed import OrderDeliveryRow, OrderDiscountRow, OrderLineRow, OrderTaxLineRow, OrderView
from vetrina.views.payments.standing import PaymentEntryRow, PaymentRow
from vetrina.vocabulary import OrderState
from vetrina_admin.pages.payments_shown import method_name
from vetrina_admin.pages.wording import Say

TONES: Mapping[str, str] = {
    "authorised": "neutral",
    "captured": "good",
    "refunded": "warning",
    "refund_failed": "bad",
    "voided": "neutral",
    "mismatched": "bad",
    "returned": "warning",
    "disputed": "bad",
    "dispute_reversed": "good",
    "fee": "neutral",
    "reserved": "neutral",
    "taken": "neutral",
    "released": "neutral",
    "sent": "good",
    "recalled": "warning",
    "cancelled": "neutral",
}


TAKES = ("refunded", "returned", "voided", "disputed", "fee")
"""Entries of the money ledger that take from what is here."""


class Sum(msgspec.Struct, frozen=True):
    """One line of the totals, in minor units; those of kind `part` add up to the one of kind `total`."""

    kind: Literal["part", "total", "note"]
    label: str
    amount: int


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. `amount` is in minor units of `currency`; `pieces` are quantities and titles.

    `changes` are titles with how many pieces there were before and after; `notes` say the rest, a line each.
    """

    at: datetime
    kind: str
    tone: str = "neutral"
    amount: int | None = None
    currency: str = ""
    pieces: tuple[tuple[int, str], ...] = ()
    changes: tuple[tuple[str, int, int], ...] = ()
    notes: tuple[str, ...] = ()
    to: str = ""
    """The page that has more of it."""
    text: str = ""
    reference: str = ""
    actor: str = ""


def sums(
    say: Say,
    order: OrderView,
    discounts: Sequence[OrderDiscountRow],
    deliveries: Sequence[OrderDeliveryRow],
    taxes: Sequence[OrderTaxLineRow],
    now: CurrentSums,
) -> list[Sum]:
    """How the order came to its total: goods, less discounts, delivery, tax on top, fee; and what it comes to now."""
    found = [Sum("part", say("orders.subtotal"), order.subtotal)]
    for discount in discounts:
        named = discount.code or discount.title
        label = say("orders.discount_named", name=named) if named else say("orders.discount")
        found.append(Sum("part", label, -discount.amount))
    for delivery in deliveries:
        found.append(Sum("part", say("orders.delivery_named", name=delivery.title), delivery.amount))
    rates: dict[tuple[str, int], int] = {}
    for tax in taxes:
        rates[tax.title, tax.rate] = rates.get((tax.title, tax.rate), 0) + tax.amount
    named_taxes = [(_tax_name(title, rate), amount) for (title, rate), amount in rates.items()]
    if not order.prices_include_tax:
        found += [Sum("part", name, amount) for name, amount in named_taxes]
    if order.payment_fee:
        found.append(Sum("part", say("orders.fee"), order.payment_fee))
    found.append(Sum("total", say("orders.total"), order.total))
    if order.prices_include_tax:
        found += [Sum("note", say("orders.tax_inside", name=name), amount) for name, amount in named_taxes]
    if now.total != order.total and order.state != OrderState.CANCELLED:
        if order.waived:
            found.append(Sum("part", say("orders.refund_none"), -order.waived))
        found.append(Sum("total", say("orders.now_total"), now.total))
        if now.tax != order.tax:
            found.append(Sum("note", say("orders.now_tax"), now.tax))
    return found


def outstanding(order: OrderView, payments: Iterable[PaymentRow]) -> int:
    """What is still to be received, in minor units."""
    if order.state == OrderState.CANCELLED:
        return 0
    received = sum(payment.captured for payment in payments if payment.replaced_at is None)
    return max(order.owed - order.redeemed - received, 0)


def money_story(
    say: Say,
    payments: Iterable[PaymentRow],
    entries: Iterable[PaymentEntryRow],
    corrections: Iterable[OrderCorrectionRow],
) -> list[Moment]:
    """The money ledger, and what was taken off sales, the oldest first."""
    methods = {payment.id: method_name(say, payment.method) for payment in payments}
    found = [
        Moment(
            at=entry.at,
            kind=entry.kind,
            tone=TONES.get(entry.kind, "neutral"),
            amount=-entry.amount if entry.kind in TAKES else entry.amount,
            currency=entry.currency,
            text=methods.get(entry.payment_id, ""),
            reference=entry.reference,
            actor=entry.actor,
        )
        for entry in entries
    ]
    found += [
        Moment(
            at=correction.at,
            kind=f"correction_{correction.kind}",
            amount=correction.amount + correction.delivery,
            currency=correction.currency,
            text=correction.note,
            reference=correction.source_name or "",
        )
        for correction in corrections
    ]
    return sorted(found, key=lambda moment: moment.at)


def goods_story(moves: Iterable[GoodsMoveRow], lines: Iterable[OrderLineRow]) -> list[Moment]:
    """The goods ledger, the oldest first: what was done with several lines at once is one moment."""
    titles = {line.id: _title(line) for line in lines}
    groups: dict[tuple[datetime, str, str], list[tuple[int, str]]] = {}
    for move in moves:
        pieces = groups.setdefault((move.at, move.kind, move.reference), [])
        pieces.append((move.quantity, titles.get(move.line_id, "")))
    found = [
        Moment(at=at, kind=kind, tone=TONES.get(kind, "neutral"), pieces=tuple(pieces), reference=reference)
        for (at, kind, reference), pieces in groups.items()
    ]
    return sorted(found, key=lambda moment: moment.at)


def _title(line: OrderLineRow) -> str:
    return f"{line.title} · {line.variant_title}" if _tells(line.variant_title) else line.title


def _tells(variant_title: str) -> bool:
    return bool(variant_title) and variant_title != "Default Title"


def _tax_name(title: str, rate: int) -> str:
    return f"{title} {rate / 10_000:g} %" if "%" not in title else title
