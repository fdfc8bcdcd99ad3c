"""What an order adds to the ledger: its sale by rate, what was paid back of it, and what a cancellation leaves."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from vetrina.kernel.money import split
from vetrina_tax.rules.computing import Item, by_rate, shares

SALE, CANCELLED = "sale", "cancelled"


class Sums(msgspec.Struct, frozen=True):
    """Net and tax at one rate, in minor units."""

    net: int = 0
    tax: int = 0

    def less(self, other: "Sums") -> "Sums":
        return Sums(self.net - other.net, self.tax - other.tax)


class TaxedPart(msgspec.Struct, frozen=True):
    """A tax line: of the order line at that position, or of delivery where it is None."""

    position: int | None
    rate: int
    tax: int


class SoldOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What the books need of an order. `totals` are its lines' amounts by position, `delivery` is after discounts."""

    prices_include_tax: bool
    totals: Mapping[int, int]
    delivery: int
    taxes: Sequence[TaxedPart]
    placed_at: datetime
    cancelled_at: datetime | None = None


class PaidBack(msgspec.Struct, frozen=True, kw_only=True):
    """A refund that is done: (position, amount with tax, tax) of its lines, and delivery with its tax."""

    id: int
    lines: Sequence[tuple[int, int, int]]
    delivery: int
    tax: int
    at: datetime


class Booked(msgspec.Struct, frozen=True):
    """One entry to be."""

    reference: str
    rate: int
    sums: Sums
    at: datetime


def booked(order: SoldOrder, refunds: Iterable[PaidBack]) -> list[Booked]:
    """All entries of an order. Nothing is ever taken back beyond what was sold at its rate."""
    left = sale_by_rate(order)
    found = [Booked(SALE, rate, sums, order.placed_at) for rate, sums in left.items()]
    ends = order.cancelled_at
    for refund in sorted(refunds, key=lambda one: (one.at, one.id)):
        if ends is not None and ends < refund.at:
            break  # the cancellation takes all that is left, whatever is paid back because of it
        for rate, sums in _back_by_rate(order, refund).items():
            known = left.get(rate, Sums())
            back = Sums(min(sums.net, known.net), min(sums.tax, known.tax))
            if back != Sums():
                left[rate] = known.less(back)
                found.append(Booked(f"refund:{refund.id}", rate, Sums(-back.net, -back.tax), refund.at))
    if ends is not None:
        found += [
            Booked(CANCELLED, rate, Sums(-sums.net, -sums.tax), ends) for rate, sums in left.items() if sums != Sums()
        ]
    return found


def sale_by_rate(order: SoldOrder) -> dict[int, Sums]:
    """Net and tax by rate; the taxes sum to the order's."""
    found: dict[int, Sums] = {}
    delivery = _delivery_amounts(order)
    for part in order.taxes:
        amount = order.totals[part.position] if part.position is not None else delivery[part.rate]
        net = amount - part.tax if order.prices_include_tax else amount
        known = found.get(part.rate, Sums())
        found[part.rate] = Sums(known.net + net, known.tax + part.tax)
    return found


def _delivery_amounts(order: SoldOrder) -> dict[int, int]:
    """Delivery by the rates it bears, shared as it was when it was taxed."""
    rates = [part.rate for part in order.taxes if part.position is None]
    if len(rates) < 2:
        return dict.fromkeys(rates, order.delivery)
    goods = by_rate(
        Item(part.position, order.totals[part.position], part.rate) for part in order.taxes if part.position is not None
    )
    return dict(zip(sorted(rates), shares(order.delivery, goods), strict=True))


def _back_by_rate(order: SoldOrder, refund: PaidBack) -> dict[int, Sums]:
    rates = {part.position: part.rate for part in order.taxes if part.position is not None}
    found: dict[int, Sums] = {}

    def add(rate: int, gross: int, tax: int) -> None:
        known = found.get(rate, Sums())
        found[rate] = Sums(known.net + gross - tax, known.tax + tax)

    for position, amount, tax in refund.lines:
        if position in rates:
            add(rates[position], amount, tax)
    if refund.delivery:
        tax = max(refund.tax - sum(line[2] for line in refund.lines), 0)
        parts = [part for part in order.taxes if part.position is None]
        amounts = _delivery_amounts(order)
        gross = split(refund.delivery, [amounts[part.rate] for part in parts])
        taxes = split(tax, [part.tax for part in parts])
        for part, share, tax_share in zip(parts, gross, taxes, strict=True):
            add(part.rate, share, tax_share)
    return found
