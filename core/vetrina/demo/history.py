"""Eighteen months of trade at the demo shop: people, carts and sums follow from a seed, their days from today."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from random import Random
from typing import Literal

import msgspec

from vetrina.demo.carts import Shelf, fill_cart, stock_shelf
from vetrina.demo.people import Person, meet
from vetrina.demo.seasons import moments
from vetrina.ports import PastCorrection, PastLine, PastOrder, PastPayment

SEED = 1861
ORDERS = 6_000
SOURCE = "till"
"""The demo's story: until today the shop was run on an old till, whose slips are numbered BV-10001 on."""

NEW_AT_FIRST, NEW_AT_LAST = 0.85, 0.4
"""How likely an order is somebody's first, at the beginning and in the end."""
STAYING = 0.35
"""How long people stay on average, as a part of all orders."""
ENCOUNTERS = 10
"""How many of the regulars are thought of before somebody new comes instead."""
WELCOME, WELCOME_RATE = "BENVENUTO10", Decimal("0.10")
PENNY = Decimal("0.01")
PATIENCE = 14
"""Days after which an order nobody pays is cancelled."""
RECENT = 0.97
"""From which part of all orders on they are recent."""

UNPAID, CANCELLED, RETURNED, SOFTENED, LOST_PARCEL = 0.012, 0.03, 0.075, 0.085, 0.095
"""Up to which throw of the dice, from 0 to 1, an order ends so; beyond the last it ends well."""
STILL_UNPAID = 0.1
"""Of the recent orders more are unpaid: a transfer takes its time."""
METHODS = (("Card", 58), ("PayPal", 30), ("Bank transfer", 12))


class _Regular(msgspec.Struct):
    """Somebody who may come back, until so many orders have been made."""

    person: Person
    leaves_after: int


class _Sale(msgspec.Struct, frozen=True):
    """One order while it is thought up."""

    name: str
    row: int
    at: datetime
    now: datetime
    person: Person
    lines: tuple[PastLine, ...]
    payment: PastPayment
    delivery: Decimal
    is_recent: bool
    """One of the last, for which there is still hope of being paid."""

    def later(self, days: float) -> datetime:
        """So many days later, or now if that is still to come."""
        return min(self.at + timedelta(days=days), self.now)


def past_orders(now: datetime, seed: int = SEED, count: int = ORDERS) -> Iterator[PastOrder]:
    """So many orders of the eighteen months before `now`, the oldest first.

    Who buys what, for how much and how it ends follows from seed and count alone; `now` only moves the days.
    """
    rng, calendar = Random(seed), Random(seed)
    shelf, regulars, loyalty = stock_shelf(rng), list[_Regular](), list[float]()
    for number, at in enumerate(moments(calendar, count, now)):
        is_new = rng.random() < NEW_AT_FIRST + (NEW_AT_LAST - NEW_AT_FIRST) * number / count
        regular = None if is_new else _returning(rng, regulars, loyalty, number)
        if regular is None:
            regular = _Regular(meet(rng, len(regulars) + 1), number + int(rng.expovariate(1 / (STAYING * count))))
            regulars.append(regular)
            # A few people come often, many once or twice.
            loyalty.append((loyalty[-1] if loyalty else 0.0) + rng.gammavariate(0.5, 1.0) + 0.01)
            is_new = True
        sale = _sale(rng, shelf, regular.person, number, at, now, is_new=is_new, is_recent=number >= RECENT * count)
        yield _ended(rng, sale)


def _returning(rng: Random, regulars: list[_Regular], loyalty: list[float], number: int) -> _Regular | None:
    """One of those who have bought before and are still about, if one is met."""
    for _ in range(ENCOUNTERS if regulars else 0):
        regular = rng.choices(regulars, cum_weights=loyalty)[0]
        if regular.leaves_after >= number:
            return regular
    return None


def _sale(
    rng: Random,
    shelf: Shelf,
    person: Person,
    number: int,
    at: datetime,
    now: datetime,
    *,
    is_new: bool,
    is_recent: bool,
) -> _Sale:
    welcomed = is_new and rng.random() < 0.3
    lines = tuple(
        PastLine(
            sku=ware.sku,
            title=ware.title,
            variant_title=ware.variant_title,
            quantity=quantity,
            unit_price=ware.prices[person.land.currency],
            discount=_pennies(ware.prices[person.land.currency] * quantity * WELCOME_RATE) if welcomed else Decimal(0),
            discount_title=WELCOME if welcomed else "",
        )
        for ware, quantity in fill_cart(rng, shelf)
    )
    goods = sum((_value(line) for line in lines), Decimal(0))
    method = rng.choices([name for name, _ in METHODS], weights=[weight for _, weight in METHODS])[0]
    waits = rng.uniform(0.5, 4) if method == "Bank transfer" else rng.uniform(0.0005, 0.005)
    return _Sale(
        name=f"BV-{10_001 + number}",
        row=number + 1,
        at=at,
        now=now,
        person=person,
        lines=lines,
        payment=PastPayment(received_at=min(at + timedelta(days=waits), now), method=method),
        delivery=Decimal(0) if goods >= person.land.free_from else person.land.delivery,
        is_recent=is_recent,
    )


def _ended(rng: Random, sale: _Sale) -> PastOrder:
    """The order with what became of it: sent, or one of the ways trade goes wrong."""
    dice, days, which = rng.random(), rng.uniform(4, 25), rng.randrange(len(sale.lines))
    pieces, part = rng.randrange(1, sale.lines[which].quantity + 1), rng.choice((Decimal("0.2"), Decimal("0.5")))
    order = _order(sale, sent_after=rng.uniform(0.6, 3.2))
    if dice < (STILL_UNPAID if sale.is_recent else UNPAID):
        given_up_at = None if sale.is_recent else sale.later(PATIENCE)
        return msgspec.structs.replace(order, payment=None, sent_at=None, is_open=True, cancelled_at=given_up_at)
    if dice < CANCELLED:
        reason = "CUSTOMER" if days < 18 else "INVENTORY"
        called_off = sale.later(days / 25)
        return msgspec.structs.replace(order, sent_at=None, cancelled_at=called_off, cancel_reason=reason)
    if dice < RETURNED:
        return _corrected(order, sale, "return", sale.later(days), (_back(sale.lines[which], pieces),))
    if dice < SOFTENED:
        line = sale.lines[which]
        softened = PastLine(
            sku=line.sku,
            title=line.title,
            quantity=1,
            unit_price=-_pennies(_value(line) * part),
            is_goods=line.is_goods,
        )
        return _corrected(order, sale, "allowance", sale.later(days), (softened,))
    if dice < LOST_PARCEL:
        everything = tuple(_back(line, line.quantity) for line in sale.lines)
        return _corrected(order, sale, "return", sale.later(days), everything, delivery=-sale.delivery)
    return order


def _order(sale: _Sale, sent_after: float) -> PastOrder:
    sent_at = sale.payment.received_at + timedelta(days=sent_after)
    is_sent = sent_at <= sale.now
    return PastOrder(
        name=sale.name,
        first_row=sale.row,
        at=sale.at,
        currency=sale.person.land.currency,
        country=sale.person.land.country,
        language=sale.person.land.language,
        lines=sale.lines,
        customer=sale.person.customer,
        shipping_address=sale.person.address,
        delivery=sale.delivery,
        delivery_title="Courier",
        payment=sale.payment,
        is_open=not is_sent,
        sent_at=sent_at if is_sent else None,
    )


def _corrected(
    order: PastOrder,
    sale: _Sale,
    kind: Literal["return", "allowance"],
    at: datetime,
    lines: tuple[PastLine, ...],
    delivery: Decimal = Decimal(0),
) -> PastOrder:
    correction = PastCorrection(
        name=f"{sale.name}-1", first_row=sale.row, kind=kind, at=at, lines=lines, delivery=delivery
    )
    return msgspec.structs.replace(order, corrections=(correction,))


def _back(line: PastLine, pieces: int) -> PastLine:
    """Pieces that came back, at what was paid for each; a cent that cannot be divided stays with the shop."""
    paid = (_value(line) / line.quantity).quantize(PENNY, ROUND_DOWN)
    return msgspec.structs.replace(line, quantity=-pieces, unit_price=paid, discount=Decimal(0), discount_title="")


def _value(line: PastLine) -> Decimal:
    return line.unit_price * line.quantity - line.discount


def _pennies(value: Decimal) -> Decimal:
    return value.quantize(PENNY, ROUND_HALF_UP)
