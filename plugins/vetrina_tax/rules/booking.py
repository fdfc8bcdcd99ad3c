"""What an order adds to the ledger: its sale and later supplies by rate, and what was taken back of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from vetrina.kernel.money import split
from vetrina_tax.rules.computing import Item, by_rate, shares
from vetrina_tax.rules.reducing import Gross, left_after, taken_from

SALE, CANCELLED, ADDED, OFF, REFUND = "sale", "cancelled", "amendment:", "off:", "refund:"
"""How the references of entries begin; after a stroke stands which supply they take back, if it is not the sale."""


class Sums(msgspec.Struct, frozen=True):
    """Net and tax at one rate, in minor units."""

    net: int = 0
    tax: int = 0

    def less(self, other: "Sums") -> "Sums":
        return Sums(self.net - other.net, self.tax - other.tax)

    def back(self) -> "Sums":
        return Sums(-self.net, -self.tax)


class TaxedPart(msgspec.Struct, frozen=True):
    """A tax line: of the order line at that position, or of delivery where it is None."""

    position: int | None
    rate: int
    tax: int


class Amended(msgspec.Struct, frozen=True):
    """An amendment: the positions of the lines it added, and (position, net of discounts, tax) of what it took off."""

    id: int
    at: datetime
    added: frozenset[int] = frozenset()
    taken: Sequence[tuple[int, int, int]] = ()


class SoldOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What the books need of an order. `totals` are its lines' amounts by position, those of later lines too."""

    prices_include_tax: bool
    totals: Mapping[int, int]
    delivery: int
    """What of the delivery is taxed, after discounts."""
    taxes: Sequence[TaxedPart]
    placed_at: datetime
    untaxed_delivery: int = 0
    fee: int = 0
    """What the way to pay costs: it bears no tax, and has its share of money that is given back."""
    amendments: Sequence[Amended] = ()
    cancelled_at: datetime | None = None


class PaidBack(msgspec.Struct, frozen=True, kw_only=True):
    """A refund that is done: (position, amount with tax, tax) of its lines, delivery with its tax, fee, and the rest.

    `adjustment` is what was given beyond those, or kept of them where it is below zero.
    """

    id: int
    lines: Sequence[tuple[int, int, int]]
    delivery: int
    tax: int
    at: datetime
    fee: int = 0
    adjustment: int = 0


class Booked(msgspec.Struct, frozen=True):
    """One entry to be; what it is about was supplied at `supplied_at`."""

    reference: str
    rate: int
    sums: Sums
    at: datetime
    supplied_at: datetime


class Taken(msgspec.Struct, frozen=True):
    """What comes off a supply at a rate; None is what bears no tax."""

    supply: str
    rate: int | None
    sums: Gross


def booked(order: SoldOrder, refunds: Iterable[PaidBack]) -> list[Booked]:
    """All entries of an order. Nothing is ever taken back beyond what was supplied at its rate."""
    books, ends = _Books(order), order.cancelled_at
    moments = [(one.at, 0, one.id, one) for one in order.amendments] + [(one.at, 1, one.id, one) for one in refunds]
    for at, _, _, one in sorted(moments, key=lambda moment: moment[:3]):
        if ends is not None and ends < at:
            break  # the cancellation takes all that is left, whatever is paid back because of it
        if isinstance(one, Amended):
            books.amend(one)
        else:
            books.pay_back(one)
    if ends is not None:
        books.cancel(ends)
    return books.entries


class _Books:
    """The entries of one order as they come about, and what is left of each supply at each rate."""

    def __init__(self, order: SoldOrder) -> None:
        self.entries: list[Booked] = []
        self._order = order
        self._rates = {part.position: part.rate for part in order.taxes if part.position is not None}
        self._supplies = {position: f"{ADDED}{one.id}" for one in order.amendments for position in one.added}
        self._supplied_at = {SALE: order.placed_at}
        self._left: dict[tuple[str, int], Sums] = {}
        self._delivery = delivery_amounts(order, self._supplies)
        self._delivery_tax = {part.rate: part.tax for part in order.taxes if part.position is None}
        self._untaxed_delivery = order.untaxed_delivery + (0 if self._delivery else order.delivery)
        self._untaxed = self._untaxed_delivery + order.fee
        self._supply(SALE, order.placed_at)

    def amend(self, one: Amended) -> None:
        """What was added is a supply of its own; what was taken off corrects the one it was part of."""
        if one.added:
            self._supply(f"{ADDED}{one.id}", one.at)
        on_top = 0 if self._order.prices_include_tax else 1
        found = [self._of_line(position, amount + on_top * tax, tax) for position, amount, tax in one.taken]
        self._take(f"{OFF}{one.id}", found, 0, one.at)

    def pay_back(self, refund: PaidBack) -> None:
        """Lines by their rates, delivery by what is left of it at each, and what was given beyond them by all rates."""
        found = [self._of_line(position, amount, tax) for position, amount, tax in refund.lines]
        if refund.delivery:
            found += self._of_delivery(refund.delivery, refund.tax - sum(tax for _, _, tax in refund.lines))
        found.append(Taken(SALE, None, Gross(refund.fee)))
        self._take(f"{REFUND}{refund.id}", found, refund.adjustment, refund.at)

    def cancel(self, at: datetime) -> None:
        self._write(CANCELLED, self._left, at)

    def _supply(self, supply: str, at: datetime) -> None:
        self._supplied_at[supply] = at
        found: dict[int, Sums] = {}
        for part in self._order.taxes:
            if self._supply_of(part.position) == supply:
                amount = self._delivery[part.rate] if part.position is None else self._order.totals[part.position]
                net = amount - part.tax if self._order.prices_include_tax else amount
                found[part.rate] = found.get(part.rate, Sums()).less(Sums(-net, -part.tax))
        for rate, sums in found.items():
            self._left[supply, rate] = sums
            self.entries.append(Booked(supply, rate, sums, at, at))
        self._untaxed += sum(
            amount
            for position, amount in self._order.totals.items()
            if position not in self._rates and self._supply_of(position) == supply
        )

    def _supply_of(self, position: int | None) -> str:
        return SALE if position is None else self._supplies.get(position, SALE)

    def _of_line(self, position: int, gross: int, tax: int) -> Taken:
        return Taken(self._supply_of(position), self._rates.get(position), Gross(gross, tax))

    def _of_delivery(self, amount: int, tax: int) -> list[Taken]:
        """Shares of what is left: none is ever more than that, and together they are all that is paid back."""
        rates = sorted(self._delivery)
        on_top = {rate: 0 if self._order.prices_include_tax else self._delivery_tax[rate] for rate in rates}
        left = [*(self._delivery[rate] + on_top[rate] for rate in rates), self._untaxed_delivery]
        gross = split(amount, [max(each, 0) for each in left])
        taxes = split(max(tax, 0), [max(self._delivery_tax[rate], 0) for rate in rates])
        found = list[Taken]()
        for rate, share, tax_share in zip(rates, gross[:-1], taxes, strict=True):
            self._delivery[rate] -= share - (0 if self._order.prices_include_tax else tax_share)
            self._delivery_tax[rate] -= tax_share
            found.append(Taken(SALE, rate, Gross(share, tax_share)))
        self._untaxed_delivery -= gross[-1]
        return [*found, Taken(SALE, None, Gross(gross[-1]))]

    def _take(self, what: str, found: Sequence[Taken], adjustment: int, at: datetime) -> None:
        """Take back from the supplies what the rates have less of than before."""
        before: dict[int | None, Gross] = {None: Gross(self._untaxed)}
        for (_, rate), sums in self._left.items():
            before[rate] = before.get(rate, Gross()).plus(Gross(sums.net + sums.tax, sums.tax))
        gone: dict[int | None, Gross] = {}
        for one in found:
            gone[one.rate] = gone.get(one.rate, Gross()).plus(one.sums)
        after = left_after(before, gone, adjustment)
        self._untaxed = after[None].gross
        backs: dict[tuple[str, int], Sums] = {}
        for rate, known in before.items():
            if rate is not None and after[rate] != known:
                backs |= self._by_supply(rate, known.less(after[rate]), found)
        self._write(what, backs, at)

    def _by_supply(self, rate: int, back: Gross, found: Sequence[Taken]) -> dict[tuple[str, int], Sums]:
        """What goes back at a rate by its supplies: first what was theirs, then shares of what they have left."""
        keys = [key for key in self._left if key[1] == rate]
        own = [[one.sums for one in found if (one.supply, one.rate) == key] for key in keys]
        left = [self._left[key] for key in keys]
        net = taken_from(
            back.gross - back.tax, [sum(each.gross - each.tax for each in mine) for mine in own],
            [sums.net for sums in left],
        )  # fmt: skip
        tax = taken_from(back.tax, [sum(each.tax for each in mine) for mine in own], [sums.tax for sums in left])
        return {key: Sums(*sums) for key, *sums in zip(keys, net, tax, strict=True)}

    def _write(self, what: str, backs: Mapping[tuple[str, int], Sums], at: datetime) -> None:
        """One entry for each supply and rate of which something goes back."""
        for (supply, rate), back in [*backs.items()]:
            if back != Sums():
                self._left[supply, rate] = self._left[supply, rate].less(back)
                reference = what if supply == SALE else f"{what}/{supply}"
                self.entries.append(Booked(reference, rate, back.back(), at, self._supplied_at[supply]))


def delivery_amounts(order: SoldOrder, later: Mapping[int, str]) -> dict[int, int]:
    """Delivery by the rates it bears, shared as it was when it was taxed: by the goods of then."""
    rates = [part.rate for part in order.taxes if part.position is None]
    if len(rates) < 2:
        return dict.fromkeys(rates, order.delivery)
    goods = by_rate(
        Item(part.position, order.totals[part.position], part.rate)
        for part in order.taxes
        if part.position is not None and part.position not in later
    )
    return dict(zip(sorted(rates), shares(order.delivery, goods), strict=True))
