"""The order as it will be written down, the rule that its amounts add up, and what its payments make of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from vetrina.kernel.errors import Fault, Refusal
from vetrina.vocabulary import Address, Attribute, FinancialStatus, FulfilmentStatus, PickupPoint

GoodsKind = Literal["reserved", "taken", "released", "sent", "recalled", "returned", "cancelled"]


class TotalsDoNotAddUp(Fault):
    """An order's parts contradict each other: a bug, and no order."""


class OrderIsCancelled(Refusal):
    """Nothing more is done with a cancelled order."""

    code = "ORDER_IS_CANCELLED"
    text = "The order {name} is cancelled."


class OrderIsImported(Refusal):
    """What happened elsewhere is only remembered here."""

    code = "ORDER_IS_IMPORTED"
    text = "The order {name} was made in another shop system; nothing is done with it here."


class OrderIsPaid(Refusal):
    """There is nothing left to receive."""

    code = "ORDER_IS_PAID"
    text = "The order {name} is already paid."


class NothingAwaited(Refusal):
    """Something is left to pay of the order, and no money of it is under way: it has to be asked for first."""

    code = "NOTHING_AWAITED"
    text = "Nothing is awaited for the order {name}: what is left to pay is asked for by a payment link."


class OrderIsSent(Refusal):
    """Goods that left cannot be cancelled, only returned."""

    code = "ORDER_IS_SENT"
    text = "Goods of the order {name} are on their way: they can be returned, not cancelled."


class DraftPart(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle consisted of when it was sold: so many pieces of a variant in each."""

    variant_id: int
    title: str
    variant_title: str
    sku: str | None
    quantity: int


class DraftLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line as it is sold. Amounts in minor units; `discount` and `tax` are of the whole line."""

    variant_id: int | None
    product_id: int | None
    """None where what was sold is no goods of the catalogue, which happens in imported orders only."""
    title: str
    variant_title: str
    sku: str | None
    quantity: int
    unit_price: int
    discount: int
    tax: int
    requires_shipping: bool
    attributes: tuple[Attribute, ...] = ()
    components: tuple[DraftPart, ...] = ()
    """Of a bundle; its goods are theirs."""
    rounding: int = 0
    subtotal_rest: int = 0
    discount_rest: int = 0
    """What a finer source's amounts have below the minor unit, in millionths of it."""

    @property
    def subtotal(self) -> int:
        return self.unit_price * self.quantity + self.rounding


class DraftDiscount(msgspec.Struct, frozen=True, kw_only=True):
    """A discount as applied. `allocations` are pairs of line position and amount; empty for delivery."""

    source: str
    code: str | None
    title: str
    target: Literal["line", "delivery"]
    target_selection: Literal["ALL", "ENTITLED"]
    method: Literal["ACROSS", "EACH"]
    percentage: int | None
    fixed: int | None
    amount: int
    allocations: tuple[tuple[int, int], ...]


class DraftTax(msgspec.Struct, frozen=True, kw_only=True):
    """Tax of one rate (parts per million) on the line at that position, or on delivery where it is None."""

    position: int | None
    title: str
    rate: int
    amount: int


class DraftDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """How one group of lines travels."""

    group_key: str
    provider: str
    option_handle: str
    title: str
    amount: int
    promised_from: date | None = None
    promised_to: date | None = None
    pickup_point: PickupPoint | None = None


class OrderDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an order will say, before it has a number. Its totals are its parts' sums, never given."""

    market_id: int
    customer_id: int | None
    currency: str
    country: str
    language: str
    prices_include_tax: bool
    email: str | None
    phone: str | None
    shipping_address: Address | None
    billing_address: Address | None
    note: str
    attributes: tuple[Attribute, ...]
    lines: tuple[DraftLine, ...]
    discounts: tuple[DraftDiscount, ...] = ()
    taxes: tuple[DraftTax, ...] = ()
    deliveries: tuple[DraftDelivery, ...] = ()
    payment_fee: int = 0
    redeemed: int = 0
    explanation: tuple[tuple[str, str, int], ...] = ()
    """Kind, label and amount of each step of the quote."""
    tax_treatment: dict[str, Any] | None = None
    """Why the tax is what it is: scheme, mention, rounding, VAT ids and evidence, as its provider said."""

    @property
    def subtotal(self) -> int:
        return sum(line.subtotal for line in self.lines)

    @property
    def discount(self) -> int:
        return sum(discount.amount for discount in self.discounts)

    @property
    def delivery(self) -> int:
        return sum(delivery.amount for delivery in self.deliveries)

    @property
    def tax(self) -> int:
        return sum(tax.amount for tax in self.taxes)

    @property
    def tax_added(self) -> int:
        return 0 if self.prices_include_tax else self.tax

    @property
    def total(self) -> int:
        return self.subtotal - self.discount + self.delivery + self.tax_added + self.payment_fee

    @property
    def amount_due(self) -> int:
        """What gift cards leave to pay."""
        return self.total - self.redeemed


class OrderRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An order of the past as it ended; `name` is what it is called in its source. `refunded` in minor units."""

    draft: OrderDraft
    key: str
    source: str
    name: str
    financial_status: FinancialStatus
    fulfilment_status: FulfilmentStatus
    refunded: int
    placed_at: datetime
    sent_at: datetime | None
    """When the goods left, where the source knows."""
    cancelled_at: datetime | None
    cancel_reason: str | None
    changed_at: datetime
    """When anything last happened to it."""

    @property
    def reference(self) -> str:
        return f"{self.source}:{self.name}"


class OrderRow(msgspec.Struct, frozen=True):
    """What decides about an order. Amounts in minor units of `currency`."""

    id: int
    key: str
    number: int
    cart_id: int | None
    state: str
    financial_status: str
    fulfilment_status: str
    currency: str
    total: int
    redeemed: int
    refunded: int
    raised: int
    lowered: int
    released: int
    waived: int
    placed_at: datetime

    @property
    def name(self) -> str:
        return order_name(self.number)

    @property
    def current_total(self) -> int:
        """What holds now: the total as placed, and what amendments made of it."""
        return self.total + self.raised - self.lowered

    @property
    def owed(self) -> int:
        """What has to be received for it all in all, before anything goes back."""
        return self.current_total + self.released - self.waived


class GoodsRow(msgspec.Struct, frozen=True):
    """One entry of an order's goods ledger."""

    order_id: int
    line_id: int
    kind: str
    quantity: int
    reference: str


class MoneyStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What has been promised, has come and has gone back for one order, gift cards left aside."""

    authorised: int = 0
    captured: int = 0
    refunded: int = 0
    is_lost: bool = False
    """The payment failed or was voided: nothing more will come of it."""


def order_name(number: int) -> str:
    """How people call an order."""
    return f"#{number}"


def check_totals(draft: OrderDraft) -> None:
    """Raises TotalsDoNotAddUp unless every share sums to its whole and nothing is below zero (I3)."""
    shares: dict[int, int] = defaultdict(int)
    for discount in draft.discounts:
        if discount.target == "line" and sum(amount for _, amount in discount.allocations) != discount.amount:
            raise TotalsDoNotAddUp(f"the shares of {discount.title!r} do not sum to {discount.amount}")
        for position, amount in discount.allocations:
            shares[position] += amount
    taxes: dict[int | None, int] = defaultdict(int)
    for tax in draft.taxes:
        taxes[tax.position] += tax.amount
    for position, line in enumerate(draft.lines):
        if line.discount != shares[position] or line.tax != taxes[position]:
            raise TotalsDoNotAddUp(f"line {position} has other discounts or taxes than its shares")
        if not 0 <= line.discount <= line.subtotal:
            raise TotalsDoNotAddUp(f"line {position} is discounted below zero")
    off_delivery = sum(discount.amount for discount in draft.discounts if discount.target == "delivery")
    if not 0 <= off_delivery <= draft.delivery:
        raise TotalsDoNotAddUp("delivery is discounted below zero")
    if not 0 <= draft.redeemed <= draft.total:
        raise TotalsDoNotAddUp("gift cards pay more than there is to pay")


def financial_status(total: int, redeemed: int, returned: int, money: MoneyStanding) -> FinancialStatus:
    """What an order to be paid with `total` is: gift cards paid `redeemed` of it, and `returned` went back to them."""
    received = redeemed + money.captured
    back = returned + money.refunded
    if back:
        return FinancialStatus.REFUNDED if back >= received else FinancialStatus.PARTIALLY_REFUNDED
    if received >= total:
        return FinancialStatus.PAID
    if money.is_lost:
        return FinancialStatus.PARTIALLY_PAID if received else FinancialStatus.VOIDED
    if money.captured:
        return FinancialStatus.PARTIALLY_PAID
    if money.authorised:
        return FinancialStatus.AUTHORIZED
    return FinancialStatus.PARTIALLY_PAID if redeemed else FinancialStatus.PENDING


def still_reserved(entries: Iterable[GoodsRow]) -> dict[str, list[tuple[int, int]]]:
    """What is reserved and neither taken nor released: line and quantity, by the reference it is held under."""
    return _standing(entries, "reserved", {"taken": -1, "released": -1})


def still_out(entries: Iterable[GoodsRow]) -> dict[str, list[tuple[int, int]]]:
    """What left the shelf and is neither sent nor cancelled: line and quantity, by the reference it was taken under."""
    return _standing(entries, "taken", {"sent": -1, "recalled": 1, "cancelled": -1})


def _standing(entries: Iterable[GoodsRow], kind: str, others: Mapping[str, int]) -> dict[str, list[tuple[int, int]]]:
    left, references = defaultdict[int, int](int), dict[int, str]()
    for entry in entries:
        if entry.kind == kind:
            references.setdefault(entry.line_id, entry.reference)
        left[entry.line_id] += entry.quantity * (1 if entry.kind == kind else others.get(entry.kind, 0))
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for line_id, reference in sorted(references.items()):
        if left[line_id] > 0:
            found[reference].append((line_id, left[line_id]))
    return dict(found)
