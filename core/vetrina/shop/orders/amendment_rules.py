"""What may be changed of a placed order, and what the change comes to. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from vetrina.kernel.errors import Refusal
from vetrina.shop.orders.refund_rules import share_of


class NothingToReduce(Refusal):
    """Fewer pieces are left that have not been sent than are to be taken off. Facts: title, open."""

    code = "NOTHING_TO_REDUCE"
    text = "Of {title} there are {open} left that were not sent: only those can be taken off."


class NothingToAmend(Refusal):
    """A wish that names nothing changes nothing."""

    code = "NOTHING_TO_AMEND"
    text = "Add something to the order, or take something off it."


class AmendmentChanged(Refusal):
    """Prices, tax or the order itself are not what the wish was made on. Facts: total, in minor units."""

    code = "AMENDMENT_CHANGED"
    text = "Prices or the order have changed meanwhile: look at the new difference and confirm it."


class NotSoldHere(Refusal):
    """What is to be added has no price where the order was made. Facts: title."""

    code = "NOT_SOLD_HERE"
    text = "{title} is not sold where this order was made."


class OtherCurrency(Refusal):
    """The market of the order sells in another currency, or with tax told otherwise, than it did then."""

    code = "OTHER_CURRENCY"
    text = "The market of this order sells under other terms now: nothing can be added to it."


class TaxIsUnknown(Refusal):
    """Nobody can say what tax is due, so nothing is sold."""

    code = "TAX_IS_UNKNOWN"
    text = "The tax cannot be computed now; try again shortly."


class Reduced(msgspec.Struct, frozen=True):
    """Pieces taken off a line with their share of its amounts, in minor units."""

    line_id: int
    quantity: int
    subtotal: int
    discount: int
    tax: int


class WholeLine(msgspec.Struct, frozen=True):
    """A line as it was sold, in minor units; `before` of its pieces were taken off or refunded already."""

    line_id: int
    quantity: int
    subtotal: int
    discount: int
    tax: int
    before: int


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """What an amendment comes to, signed: total = subtotal - discount + delivery + tax_added."""

    subtotal: int
    discount: int
    delivery: int
    tax: int
    tax_added: int

    @property
    def total(self) -> int:
        return self.subtotal - self.discount + self.delivery + self.tax_added


class AmendmentRow(msgspec.Struct, frozen=True):
    """One amendment, in minor units of its order's currency, signed."""

    id: int
    order_id: int
    position: int
    key: str
    kind: str
    """edit or exchange."""
    note: str
    subtotal: int
    discount: int
    delivery: int
    tax: int
    tax_added: int
    total: int
    released: int
    actor: str
    at: datetime


def reduced(line: WholeLine, quantity: int) -> Reduced:
    """What `quantity` pieces take with them: all pieces of a line together take all of it.

    What they cost after discounts is shared as refunds share it: a line may be settled partly in each way.
    """

    def share(whole: int) -> int:
        return share_of(whole, line.quantity, line.before, quantity)

    subtotal = share(line.subtotal)
    discount = subtotal - share(line.subtotal - line.discount)
    return Reduced(line.line_id, quantity, subtotal, discount, share(line.tax))


def sums(added: Iterable[tuple[int, int]], taken: Iterable[Reduced], *, prices_include_tax: bool) -> Sums:
    """What lines added, as pairs of subtotal and tax, and pieces taken off come to."""
    added, taken = list(added), list(taken)
    tax = sum(tax for _, tax in added) - sum(part.tax for part in taken)
    return Sums(
        subtotal=sum(subtotal for subtotal, _ in added) - sum(part.subtotal for part in taken),
        discount=-sum(part.discount for part in taken),
        delivery=0,
        tax=tax,
        tax_added=0 if prices_include_tax else tax,
    )


def freed(total: int, owed: int, received: int, promised_back: int) -> int:
    """What of an amendment's total goes back, in minor units: only what is here and nobody was promised yet.

    `owed` is what the order comes to with the amendment, `promised_back` what went back or is about to.
    """
    return max(min(-total, received - owed, received - promised_back), 0)


def opens(ordered: Mapping[int, int], line_id: int, wanted: int, title: str) -> None:
    """Raises NothingToReduce unless so many pieces of the line can be taken off."""
    left = ordered.get(line_id, 0)
    if not 1 <= wanted <= left:
        raise NothingToReduce(field=("reduce",), title=title, open=left)
