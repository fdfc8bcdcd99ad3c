"""What pieces, delivery and fee of an order are worth in a refund, and which way the money goes back. Pure."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from vetrina.kernel.errors import BadInput, Refusal
from vetrina.kernel.money import Money

OF_AMENDMENT = "amendment:"
OF_RETURN = "return:"
OF_CANCELLATION = "cancelled:"
"""How the keys of refunds begin that an amendment, a return or a cancellation makes; no other key may."""
OF_EXCESS = f"{OF_AMENDMENT}overpaid:"
"""Money that was paid beyond what the order comes to. As an amendment's refund it takes nothing off the order, so
whoever adds up what refunds took off leaves out both by the one beginning."""

OF_BOUNCE = f"{OF_AMENDMENT}bounced:"
"""Money that was sent back at its payment and came back from the buyer's bank: that took nothing off, either."""


class NothingToRefundOf(Refusal):
    """Fewer pieces are left to be refunded than were named. Facts: title, open."""

    code = "NOTHING_TO_REFUND_OF"
    text = "Of {title} there are {open} left to be refunded."


class RefundTooHigh(Refusal):
    """More is to go back than came. Facts: most, as money."""

    code = "REFUND_TOO_HIGH"
    text = "At most {most} can be refunded."


class PaidTooMuch(Refusal):
    """Something is here that the order does not come to: it goes back first, and is no price reduction."""

    code = "PAID_TOO_MUCH"
    text = "More was paid than this order comes to: give that back first, then what is to be refunded beside it."


class NothingTooMuch(Refusal):
    """The order holds no more than it comes to."""

    code = "NOTHING_TOO_MUCH"
    text = "Nothing was paid too much for this order, or it is on its way back already."


class NothingWasSent(Refusal):
    """Only what was sent can come back on the shelf. Facts: title, open."""

    code = "NOTHING_WAS_SENT"
    text = "Of {title} there are {open} that can be put back; what was not sent is cancelled instead."


class Worth(msgspec.Struct, frozen=True):
    """A whole line, the whole delivery or the whole fee: what it was paid with, and what of that is tax."""

    amount: int
    tax: int
    pieces: int = 1
    refunded: int = 0
    """Pieces of a line refunded before, or minor units of the delivery or the fee."""
    tax_added: int = 0
    """What of a line's tax came on top of its price: it is shared alone, as amendments share it."""


class Share(msgspec.Struct, frozen=True):
    """What pieces of a line are worth, tax included, in minor units."""

    line_id: int
    quantity: int
    amount: int
    tax: int


class Way(msgspec.Struct, frozen=True):
    """Where money can go back to, and how much of it: a payment, or a gift card's use."""

    left: int
    payment_id: int | None = None
    card: str | None = None


class Standing(msgspec.Struct, frozen=True):
    """An order's money as a refund sees it, in minor units of its currency."""

    lines: Mapping[int, Worth]
    delivery: Worth
    fee: Worth
    unpaid: int
    """What is still asked of the buyer: it is waived before anything is paid back."""
    ways: tuple[Way, ...]
    currency: str
    excess: int = 0
    """What is here beyond what the order comes to."""

    @property
    def most(self) -> int:
        """The most that a refund can come to."""
        return self.unpaid + sum(way.left for way in self.ways)


class RefundSums(msgspec.Struct, frozen=True, kw_only=True):
    """What a refund comes to: amount + waived = goods + delivery + fee + adjustment. In minor units."""

    shares: tuple[Share, ...]
    goods: int
    delivery: int
    fee: int
    adjustment: int
    tax: int
    amount: int
    waived: int
    computed: int
    """What was asked for is worth, before `amount` said otherwise and before it was cut to what is left."""
    parts: tuple[Way, ...]
    """Which way the amount goes, each `left` being what goes that way."""


def share_of(whole: int, pieces: int, before: int, quantity: int) -> int:
    """What `quantity` more pieces are worth of `whole`, after `before` of them: all pieces together are all of it."""
    return whole * (before + quantity) // pieces - whole * before // pieces


def reckon(
    standing: Standing, lines: Iterable[tuple[int, int]], *, delivery: int = 0, fee: int = 0, amount: int | None = None
) -> RefundSums:
    """What a refund of so many pieces of lines, of so much delivery and fee comes to; `amount` overrides the sum.

    Without an amount it is cut to what is left. Raises RefundTooHigh, BadInput for more delivery or fee than there is
    left. The quantities were checked before.
    """
    for name, wanted, worth in (("delivery", delivery, standing.delivery), ("fee", fee, standing.fee)):
        if not 0 <= wanted <= worth.amount - worth.refunded:
            left = Money(worth.amount - worth.refunded, standing.currency)
            raise BadInput(
                field=(name,), problem=f"Between 0 and {left}: so much is left of it.", reason="left", left=left
            )
    shares = tuple(_share(line_id, quantity, standing.lines[line_id]) for line_id, quantity in lines)
    goods = sum(share.amount for share in shares)
    tax = sum(share.tax for share in shares)
    if standing.delivery.amount:
        tax += share_of(standing.delivery.tax, standing.delivery.amount, standing.delivery.refunded, delivery)
    computed = goods + delivery + fee
    wanted = min(computed, standing.most) if amount is None else amount
    if wanted > standing.most:
        raise RefundTooHigh(field=("amount",), most=Money(standing.most, standing.currency))
    waived = min(wanted, standing.unpaid)
    return RefundSums(
        shares=shares,
        goods=goods,
        delivery=delivery,
        fee=fee,
        adjustment=wanted - computed,
        tax=tax,
        amount=wanted - waived,
        waived=waived,
        computed=computed,
        parts=tuple(spread(wanted - waived, standing.ways)),
    )


def excess_of(received: int, owed: int, ways: Iterable[Way]) -> int:
    """What was received beyond what had to be, in minor units, as far as it is here and on no way back."""
    return max(min(received - owed, sum(way.left for way in ways)), 0)


def spread(amount: int, ways: Sequence[Way]) -> Iterable[Way]:
    """The amount over the ways there are, in their order; each as far as it goes."""
    for way in ways:
        goes = min(amount, way.left)
        if goes > 0:
            amount -= goes
            yield msgspec.structs.replace(way, left=goes)


def _share(line_id: int, quantity: int, worth: Worth) -> Share:
    def share(whole: int) -> int:
        return share_of(whole, worth.pieces, worth.refunded, quantity)

    amount = share(worth.amount - worth.tax_added) + share(worth.tax_added)
    return Share(line_id, quantity, amount, share(worth.tax))
