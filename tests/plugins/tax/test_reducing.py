"""Money that goes back lowers what is taxable at each rate: the VAT ledger says what invoices say, to the cent."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vetrina.kernel.money import fraction_of
from vetrina.shop.orders.refund_rules import RefundSums, Standing, Way, Worth, reckon
from vetrina.testing import with_guard_off
from vetrina.views.orders.current import CurrentSums, GivenBackLineRow, GivenBackRow, current_sums
from vetrina.views.orders.standing import Back, LineFact, OrderFacts, rate_of, standing
from vetrina_tax.rules import reducing
from vetrina_tax.rules.booking import Amended, PaidBack, SoldOrder, TaxedPart, booked
from vetrina_tax.rules.computing import Item, delivered, within
from vetrina_tax.rules.reducing import Gross, left_after, taken_from

AT = datetime(2026, 11, 1, tzinfo=UTC)
RATES = st.sampled_from([None, 40_000, 100_000, 220_000])
SIZES = st.sampled_from([9, 3_000, 4_000_000])
"""The same numbers are yen, cents and fils."""


class Ware(msgspec.Struct, frozen=True):
    """A line to be sold: pieces, its whole amount, its rate."""

    quantity: int
    amount: int
    rate: int | None


class Wish(msgspec.Struct, frozen=True):
    """A refund: shares of each line's pieces and of the delivery in millionths, the fee or not; so much of all."""

    pieces: tuple[int, ...]
    delivery: int
    fee: bool
    amount: int | None


MILLIONTHS = st.one_of(st.just(0), st.integers(0, 1_000_000))
WISHES = st.builds(
    Wish,
    st.tuples(MILLIONTHS, MILLIONTHS, MILLIONTHS),
    MILLIONTHS,
    st.booleans(),
    st.one_of(st.none(), st.integers(0, 1_000_000)),
)


@st.composite
def wares(draw: st.DrawFn) -> list[Ware]:
    size = draw(SIZES)
    return [Ware(draw(st.integers(1, 3)), draw(st.integers(0, size)), draw(RATES)) for _ in range(3)]


class Sold:
    """One order as the books and as the documents read it, and the refunds that its money allows."""

    def __init__(self, lines: list[Ware], delivery: int, fee: int, *, included: bool, later: bool) -> None:
        self.lines, self.included, self.at = lines, included, AT
        added = frozenset({2} if later else ())
        taxes = [self._tax(line.amount, line.rate) for line in lines]
        goods = [Item(None, line.amount, line.rate or 0) for place, line in enumerate(lines) if place not in added]
        goods = [item for place, item in enumerate(goods) if lines[place].rate is not None]
        carried = [] if not delivery else delivered(delivery, goods, 220_000, "pro_rata")
        parts = [TaxedPart(None, item.rate, self._tax(item.amount, item.rate)) for item in carried]
        self.delivery_tax = sum(part.tax for part in parts)
        self.order = SoldOrder(
            prices_include_tax=included,
            totals={place: line.amount for place, line in enumerate(lines)},
            delivery=delivery,
            fee=fee,
            taxes=[
                *(TaxedPart(key, line.rate, taxes[key]) for key, line in enumerate(lines) if line.rate is not None),
                *parts,
            ],
            placed_at=AT,
            amendments=[Amended(1, AT + timedelta(minutes=1), added)] if later else [],
        )
        self.facts = OrderFacts(
            prices_include_tax=included,
            lines=[
                LineFact(id=key, quantity=line.quantity, amount=line.amount, tax=taxes[key], rate=line.rate,
                         is_later=key in added)
                for key, line in enumerate(lines)
            ],
            delivery=delivery,
            delivery_taxes=[(part.rate, part.tax) for part in parts],
            fee=fee,
            is_cancelled=False,
        )  # fmt: skip
        on_top = 0 if included else 1
        self.worths = {
            key: Worth(line.amount + on_top * taxes[key], taxes[key], line.quantity, tax_added=on_top * taxes[key])
            for key, line in enumerate(lines)
        }
        self.delivery = Worth(delivery + on_top * self.delivery_tax, self.delivery_tax)
        self.fee = Worth(fee, 0)
        self.total = self.left = sum(one.amount for one in (*self.worths.values(), self.delivery, self.fee))
        self.refunds = list[PaidBack]()
        self.backs = [Back(adds=(2,))] if later else []

    def _tax(self, amount: int, rate: int | None) -> int:
        return (within if self.included else fraction_of)(amount, rate) if rate else 0

    def refund(self, wish: Wish) -> int:
        """Pay back what the wish comes to; how much that is."""
        pieces = [
            (key, share * (worth.pieces - worth.refunded) // 1_000_000)
            for (key, worth), share in zip(self.worths.items(), wish.pieces, strict=True)
        ]
        known = Standing(self.worths, self.delivery, self.fee, 0, (Way(self.left, 1),) if self.left else (), "EUR")
        sums = reckon(
            known,
            [(key, count) for key, count in pieces if count],
            delivery=(self.delivery.amount - self.delivery.refunded) * wish.delivery // 1_000_000,
            fee=self.fee.amount - self.fee.refunded if wish.fee else 0,
            amount=None if wish.amount is None else max(wish.amount * self.left // 1_000_000, min(1, self.left)),
        )
        if sums.amount:
            self._write(sums)
        return sums.amount

    def _write(self, sums: RefundSums) -> None:
        replaced = msgspec.structs.replace
        for share in sums.shares:
            worth = self.worths[share.line_id]
            self.worths[share.line_id] = replaced(worth, refunded=worth.refunded + share.quantity)
        self.delivery = replaced(self.delivery, refunded=self.delivery.refunded + sums.delivery)
        self.fee = replaced(self.fee, refunded=self.fee.refunded + sums.fee)
        self.left -= sums.amount
        self.at += timedelta(hours=1)
        tax = min(sums.tax, sums.amount)
        lines = [(share.line_id, share.quantity, share.amount, share.tax) for share in sums.shares]
        self.refunds.append(
            PaidBack(
                id=len(self.refunds) + 1,
                lines=[(key, amount, of_it) for key, _, amount, of_it in lines],
                delivery=sums.delivery,
                tax=tax,
                fee=sums.fee,
                adjustment=sums.adjustment,
                at=self.at,
            )
        )
        self.backs.append(
            Back(
                lines=tuple(lines),
                delivery=sums.delivery,
                delivery_tax=max(tax - sum(of_it for *_, of_it in lines), 0),
                fee=sums.fee,
                adjustment=sums.adjustment,
            )
        )

    def in_the_books(self) -> dict[int, tuple[int, int]]:
        """Net and tax by rate; no supply is ever below nothing on the way."""
        found, left = (
            defaultdict[int, list[int]](lambda: [0, 0]),
            defaultdict[tuple[str, int], list[int]](lambda: [0, 0]),
        )
        entries = booked(self.order, self.refunds)
        for one in entries:
            supply = one.reference.partition("/")[2] or ("sale" if one.reference[:3] == "ref" else one.reference)
            for sums in (found[one.rate], left[supply, one.rate]):
                sums[:] = [sums[0] + one.sums.net, sums[1] + one.sums.tax]
            assert min(left[supply, one.rate]) >= 0
        assert len({(one.reference, one.rate) for one in entries}) == len(entries)
        return {rate: (net, tax) for rate, (net, tax) in found.items() if net or tax}

    def in_the_documents(self) -> dict[int | None, tuple[int, int]]:
        """The same, as invoices and credit notes tell it."""
        rates = {f"line:{key}": line.rate for key, line in enumerate(self.lines)}
        found = defaultdict[int | None, list[int]](lambda: [0, 0])
        for key, held in standing(msgspec.structs.replace(self.facts, backs=self.backs)).items():
            sums = found[rate_of(key, rates)]
            sums[:] = [sums[0] + held.net, sums[1] + held.tax]
        return {rate: (net, tax) for rate, (net, tax) in found.items() if net or tax or rate is None}

    def now(self) -> CurrentSums:
        """The same, as the order says what it comes to now."""
        on_top = 0 if self.included else 1
        subtotal = sum(line.amount for line in self.lines)
        tax = sum(line.tax for line in self.facts.lines) + self.delivery_tax
        placed: Any = SimpleNamespace(
            state="placed", prices_include_tax=self.included, subtotal=subtotal, discount=0, tax=tax,
            delivery=self.facts.delivery, tax_added=on_top * tax, payment_fee=self.facts.fee,
        )  # fmt: skip
        refunds = [
            GivenBackRow(one.id, 1, one.at, one.delivery, one.fee, one.adjustment, one.tax) for one in self.refunds
        ]
        lines = list[GivenBackLineRow]()
        for key, line in enumerate(self.lines):
            mine = [each for back in self.backs for each in back.lines if each[0] == key]
            quantity, amount, of_it = (sum(each[place] for each in mine) for place in (1, 2, 3))
            if mine:
                lines.append(GivenBackLineRow(1, line.quantity, line.amount, quantity, amount, of_it, 0, 0))
        left = sum(held.tax for held in standing(msgspec.structs.replace(self.facts, backs=self.backs)).values())
        return current_sums(placed, (), refunds, lines, tax_left=left)


@given(wares(), st.integers(0, 900), st.integers(0, 90), st.booleans(), st.booleans(), st.lists(WISHES, max_size=5))
@example([Ware(1, 1_220, 220_000), Ware(1, 1_040, 40_000), Ware(1, 0, None)], 0, 0, True, False,
         [Wish((0, 0, 0), 0, False, 200_000), Wish((1_000_000, 0, 0), 0, False, None)])  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_books_and_documents_say_the_same_of_every_rate(
    lines: list[Ware], delivery: int, fee: int, included: bool, later: bool, wishes: list[Wish]
) -> None:
    sold = Sold(lines, delivery, fee, included=included, later=later)
    given_back = sum(sold.refund(wish) for wish in wishes)
    told = sold.in_the_documents()
    untaxed = told.pop(None, (0, 0))
    assert sold.in_the_books() == told
    assert sum(net + tax for net, tax in (*told.values(), untaxed)) == sold.total - given_back
    assert untaxed[1] == 0
    if sold.left == 0:
        assert told == {}
    if not later:
        now = sold.now()
        assert (now.tax, now.total) == (sum(tax for _, tax in sold.in_the_books().values()), sold.left)
        parts = now.subtotal - now.discount + now.delivery + now.payment_fee + now.adjustment
        assert parts + now.tax_added == now.total and now.tax_added == (0 if included else now.tax)


MONEY = st.dictionaries(
    st.sampled_from([None, 40_000, 100_000, 220_000]),
    SIZES.flatmap(lambda size: st.integers(0, size).flatmap(lambda g: st.builds(Gross, st.just(g), st.integers(0, g)))),
    min_size=1,
)


@given(MONEY, MILLIONTHS)
@settings(max_examples=40, deadline=None)
def test_money_alone_is_shared_in_proportion_to_what_is_left_of_each_rate(
    before: dict[int | None, Gross], share: int
) -> None:
    whole = sum(held.gross for held in before.values())
    amount = whole * share // 1_000_000
    after = left_after(before, {}, amount)
    assert sum(held.gross for held in after.values()) == whole - amount
    for rate, held in before.items():
        back = held.less(after[rate])
        assert 0 <= back.tax <= held.tax and 0 <= back.gross <= held.gross
        assert not whole or abs(back.gross - Fraction(amount * held.gross, whole)) < 1
        assert not held.gross or abs(back.tax - Fraction(back.gross * held.tax, held.gross)) <= 1


def test_what_is_given_for_nothing_in_particular_and_what_is_kept_of_pieces() -> None:
    sold = Sold(
        [Ware(2, 2_440, 220_000), Ware(1, 1_040, 40_000), Ware(1, 2_000, None)], 0, 0, included=True, later=False
    )
    assert sold.in_the_books() == {220_000: (2_000, 440), 40_000: (1_000, 40)}
    sold.refund(Wish((0, 0, 0), 0, False, 100_000))  # 5.48 of 54.80: a tenth of everything
    assert sold.in_the_books() == {220_000: (1_800, 396), 40_000: (900, 36)}
    sold.refund(Wish((500_000, 0, 0), 0, False, 0))  # one piece of 12.20 comes back, and a cent is paid for it

    def money_is_no_price(*_: object) -> None:
        """As if a refund of an amount alone changed no VAT."""

    assert sold.in_the_books() == {220_000: (1_799, 396), 40_000: (900, 36)}
    with with_guard_off(reducing, "_reduce", money_is_no_price):
        assert sold.in_the_books() == {220_000: (1_799, 396), 40_000: (900, 36)}
    assert taken_from(7, [9, 0], [5, 4]) == [5, 2]
    assert taken_from(-2, [0, 0], [5, 4]) == [-1, -1]
