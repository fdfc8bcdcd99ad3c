"""Quote: base prices, adjustments in order, delivery, tax, gift cards, fee; pure, exact, and it explains itself."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

import msgspec

from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import split
from vetrina.vocabulary import LARGEST_QUANTITY, PickupPoint

Target = Literal["line", "delivery"]
Breaks = Sequence[Sequence[int]]
"""Pairs of a quantity and what one piece costs from it on, by rising quantity."""
MOST_BREAKS = 20


class QuoteLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line being priced. Amounts in minor units; `discount` and `tax` are filled in as the quote grows."""

    key: int
    """The cart line's id."""
    title: str = ""
    """What people call it, for the explanation."""
    variant_id: int
    product_id: int
    quantity: int
    unit_price: int
    compare_at: int | None = None
    is_taxable: bool = True
    tax_class: str = "standard"
    requires_shipping: bool = True
    weight: int = 0
    is_gift_card: bool = False
    """It sells money: a discount on it would be a discount on everything."""
    discount: int = 0
    tax: int = 0

    @property
    def subtotal(self) -> int:
        return self.unit_price * self.quantity

    @property
    def total(self) -> int:
        return self.subtotal - self.discount


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """A discount a rule wants to give. `amount` is what comes off, in minor units, shared over `lines` by value
    unless `shares` says how.

    With target "delivery" it comes off the delivery price and `lines` is empty. Exactly one of percentage (parts
    per million) and fixed says how the rule words it.
    """

    source: str
    title: str
    amount: int
    code: str | None = None
    target: Target = "line"
    lines: tuple[int, ...] = ()
    """Keys of the lines it is about; empty for all."""
    shares: tuple[int, ...] = ()
    """What each of `lines` bears, where the rule says so itself; they sum to `amount`."""
    percentage: int | None = None
    fixed: int | None = None
    method: Literal["ACROSS", "EACH"] = "ACROSS"
    redeem: str | None = None
    """The Redeemable that has to give a use when the cart is submitted: of `use`, or of `code` where there is none."""
    use: str | None = None
    """What that Redeemable is told in place of a code: a text of its own, for uses of what nobody typed."""


class Allocation(msgspec.Struct, frozen=True):
    """How much of an adjustment one line bears."""

    line: int
    amount: int


class Discount(msgspec.Struct, frozen=True, kw_only=True):
    """An adjustment as applied: clipped to what there was to discount, with its exact shares."""

    adjustment: Adjustment
    amount: int
    allocations: tuple[Allocation, ...]


class QuotedDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """The delivery chosen for one group of lines."""

    group_key: str
    provider: str
    option_handle: str
    title: str
    amount: int
    discount: int = 0
    is_taxable: bool = True
    promised_from: date | None = None
    promised_to: date | None = None
    """The first and the last day on which it is promised to arrive, or to be ready."""
    pickup_point: PickupPoint | None = None


class TaxLine(msgspec.Struct, frozen=True, kw_only=True):
    """Tax of one rate on one line, or on delivery where `line` is None; the rate is in parts per million."""

    line: int | None
    title: str
    rate: int
    amount: int


class Redemption(msgspec.Struct, frozen=True, kw_only=True):
    """A gift card's part of the payment."""

    source: str
    id: str
    code: str
    last_characters: str
    balance: int
    amount: int


class Step(msgspec.Struct, frozen=True):
    """One line of the explanation: what happened and what it did to the total, in minor units."""

    kind: Literal["line", "discount", "delivery", "tax", "fee", "redemption"]
    label: str
    amount: int


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What a cart costs and why. total = subtotal - discount + delivery + tax_added + payment_fee, always."""

    currency: str
    prices_include_tax: bool
    lines: tuple[QuoteLine, ...]
    discounts: tuple[Discount, ...] = ()
    deliveries: tuple[QuotedDelivery, ...] = ()
    taxes: tuple[TaxLine, ...] = ()
    redemptions: tuple[Redemption, ...] = ()
    payment_fee: int = 0

    @property
    def subtotal(self) -> int:
        return sum(line.subtotal for line in self.lines)

    @property
    def discount(self) -> int:
        """What comes off lines and delivery together."""
        return sum(discount.amount for discount in self.discounts)

    @property
    def delivery(self) -> int:
        """Before discounts on delivery, which are part of `discount`."""
        return sum(delivery.amount for delivery in self.deliveries)

    @property
    def tax(self) -> int:
        return sum(tax.amount for tax in self.taxes)

    @property
    def tax_added(self) -> int:
        """Tax that comes on top; none where prices include it."""
        return 0 if self.prices_include_tax else self.tax

    @property
    def total(self) -> int:
        return self.subtotal - self.discount + self.delivery + self.tax_added + self.payment_fee

    @property
    def redeemed(self) -> int:
        return sum(redemption.amount for redemption in self.redemptions)

    @property
    def amount_due(self) -> int:
        """What is left to pay by the chosen payment method."""
        return self.total - self.redeemed

    @property
    def explanation(self) -> tuple[Step, ...]:
        """The quote step by step; the steps sum to amount_due."""
        return (
            *(Step("line", _called(line), line.subtotal) for line in self.lines),
            *(Step("delivery", delivery.title, delivery.amount) for delivery in self.deliveries),
            *(Step("discount", discount.adjustment.title, -discount.amount) for discount in self.discounts),
            *(Step("tax", tax.title, tax.amount) for tax in self.taxes if not self.prices_include_tax),
            *((Step("fee", "payment", self.payment_fee),) if self.payment_fee else ()),
            *(Step("redemption", card.last_characters, -card.amount) for card in self.redemptions),
        )


def price_at(amount: int, breaks: Breaks | None, quantity: int) -> int:
    """What one piece costs where so many of it are bought: never more than `amount`, what a single one costs."""
    return min(amount, *(cheaper for minimum, cheaper in breaks if minimum <= quantity), amount) if breaks else amount


def checked_breaks(amount: int, breaks: Breaks, path: tuple[str, ...]) -> list[list[int]]:
    """The breaks as they are kept: from two pieces on, each for more pieces and cheaper than the last.

    Raises BadInput.
    """
    if len(breaks) > MOST_BREAKS:
        raise BadInput(
            field=path, problem=f"A price has at most {MOST_BREAKS} breaks.", reason="many", most=MOST_BREAKS
        )
    least, dearest = 1, amount
    for index, (minimum, cheaper) in enumerate(breaks):
        at = (*path, str(index))
        if not least < minimum <= LARGEST_QUANTITY:
            raise BadInput(
                field=(*at, "minimum"),
                problem=f"This break begins with more than {least} pieces.",
                reason="break_minimum",
                least=least,
            )
        if not 0 <= cheaper < dearest:
            raise BadInput(
                field=(*at, "amount"),
                problem="Each break is cheaper than what fewer pieces cost.",
                reason="break_amount",
            )
        least, dearest = minimum, cheaper
    return [list(one) for one in breaks]


def price(currency: str, prices_include_tax: bool, lines: Iterable[QuoteLine]) -> Quote:
    """The quote before anything is taken off or added."""
    return Quote(currency=currency, prices_include_tax=prices_include_tax, lines=tuple(lines))


def with_deliveries(quote: Quote, deliveries: Iterable[QuotedDelivery]) -> Quote:
    return msgspec.structs.replace(quote, deliveries=tuple(deliveries))


def with_adjustments(quote: Quote, adjustments: Iterable[Adjustment]) -> Quote:
    """Apply adjustments in their order, each to what the earlier ones left; nothing falls below zero."""
    for adjustment in adjustments:
        quote = _on_delivery(quote, adjustment) if adjustment.target == "delivery" else _on_lines(quote, adjustment)
    return quote


def with_taxes(quote: Quote, taxes: Iterable[TaxLine]) -> Quote:
    """Take over a tax provider's answer; each line carries the sum of its tax lines."""
    taxes = tuple(taxes)
    of_line = dict[int | None, int]()
    for tax in taxes:
        of_line[tax.line] = of_line.get(tax.line, 0) + tax.amount
    lines = tuple(msgspec.structs.replace(line, tax=of_line.get(line.key, 0)) for line in quote.lines)
    return msgspec.structs.replace(quote, lines=lines, taxes=taxes)


def with_fee(quote: Quote, fee: int) -> Quote:
    """Add the chosen payment method's surcharge."""
    return msgspec.structs.replace(quote, payment_fee=fee)


def with_redemptions(quote: Quote, cards: Iterable[Redemption]) -> Quote:
    """Pay with gift cards in their order, each up to its balance, until nothing is due."""
    due, used = quote.total, list[Redemption]()
    for card in cards:
        amount = max(min(card.balance, due), 0)
        due -= amount
        used.append(msgspec.structs.replace(card, amount=amount))
    return msgspec.structs.replace(quote, redemptions=tuple(used))


def discounted_deliveries(quote: Quote) -> int:
    """The delivery price after its discounts, where it is taxed: what tax is computed on."""
    return sum(delivery.amount - delivery.discount for delivery in quote.deliveries if delivery.is_taxable)


def _on_lines(quote: Quote, adjustment: Adjustment) -> Quote:
    named = frozenset(adjustment.lines)
    affected = [line for line in quote.lines if not named or line.key in named]
    shares = _shares(adjustment, affected)
    taken = dict(zip((line.key for line in affected), shares, strict=True))
    lines = tuple(
        msgspec.structs.replace(line, discount=line.discount + taken.get(line.key, 0)) for line in quote.lines
    )
    allocations = tuple(Allocation(key, amount) for key, amount in taken.items() if amount)
    return _discounted(msgspec.structs.replace(quote, lines=lines), adjustment, sum(shares), allocations)


def _on_delivery(quote: Quote, adjustment: Adjustment) -> Quote:
    shares = _clip(adjustment.amount, [delivery.amount - delivery.discount for delivery in quote.deliveries])
    deliveries = tuple(
        msgspec.structs.replace(delivery, discount=delivery.discount + share)
        for delivery, share in zip(quote.deliveries, shares, strict=True)
    )
    return _discounted(msgspec.structs.replace(quote, deliveries=deliveries), adjustment, sum(shares), ())


def _discounted(quote: Quote, adjustment: Adjustment, amount: int, allocations: tuple[Allocation, ...]) -> Quote:
    if not amount:
        return quote
    applied = Discount(adjustment=adjustment, amount=amount, allocations=allocations)
    return msgspec.structs.replace(quote, discounts=(*quote.discounts, applied))


def _called(line: QuoteLine) -> str:
    return f"{line.quantity} × {line.title}" if line.title else f"{line.quantity} × {line.unit_price}"


def _shares(adjustment: Adjustment, affected: Sequence[QuoteLine]) -> list[int]:
    """What each of the lines bears: what the rule says, as far as it is there, else by value."""
    if not adjustment.shares or len(adjustment.shares) != len(adjustment.lines):
        return _clip(adjustment.amount, [line.total for line in affected])
    said = dict(zip(adjustment.lines, adjustment.shares, strict=True))
    return [min(max(said[line.key], 0), line.total) for line in affected]


def _clip(amount: int, available: Sequence[int]) -> list[int]:
    """Share out an amount by value; no share exceeds what is there, because the whole never does."""
    return split(min(max(amount, 0), sum(available)), available)
