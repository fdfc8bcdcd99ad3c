"""What a quote of a cart says: lines, groups, codes, ways to pay, amounts, and what is still missing."""

from collections.abc import Iterable
from typing import Any

import msgspec

from vetrina.flows.quoting.delivery import DeliveryGroup
from vetrina.flows.quoting.payment import MethodOffer
from vetrina.kernel.context import Place
from vetrina.kernel.crypto import digest
from vetrina.shop.pricing.ports import CodeAnswer
from vetrina.shop.pricing.rules import Quote
from vetrina.views.carts import CartParts, CartRow
from vetrina.views.catalog.merchandise import CartLineFactsRow
from vetrina.vocabulary import Address


class QuoteProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that keeps a cart from being ordered. `code` is one of the contract's submission error codes.

    `reason` is finer where the code says too little; `line_id` names the line it is about.
    """

    code: str
    message: str
    reason: str | None = None
    line_id: int | None = None


class CartQuote(msgspec.Struct, frozen=True, kw_only=True):
    """A cart with everything that follows from it. A quote is never stored: it is asked for again.

    `lines` and `quote.lines` are the same lines in the same order. With `is_tax_known` False the tax provider gave no
    answer: the amounts are shown as estimates, and the cart cannot be ordered. `problems` says what stands between
    the cart and an order.
    """

    cart: CartRow
    place: Place
    lines: tuple[CartLineFactsRow, ...]
    address: Address | None
    """Where the cart travels to, as the buyer wrote it."""
    quote: Quote
    groups: tuple[DeliveryGroup, ...]
    codes: tuple[CodeAnswer, ...]
    methods: tuple[MethodOffer, ...]
    selected_method: MethodOffer | None
    is_tax_known: bool
    are_cards_known: bool
    tax_treatment: dict[str, Any] | None = None
    """Why the tax is what it is, as the order keeps it: a TaxTreatment, with `answered_at` if it is an earlier one."""
    problems: tuple[QuoteProblem, ...] = ()

    @property
    def parts(self) -> CartParts:
        """What the quote has read of the cart: it holds for as long as the cart has the same version."""
        return CartParts(lines=self.lines, destination=self.address)

    @property
    def fingerprint(self) -> str:
        """A digest of every amount: two quotes that ask the same money for the same things share it."""
        return digest(*_amounts(self.quote))


def _amounts(quote: Quote) -> Iterable[str]:
    yield f"{quote.currency} {quote.prices_include_tax} {quote.payment_fee}"
    for line in quote.lines:
        yield _joined("line", line.key, line.variant_id, line.quantity, line.unit_price, line.discount, line.tax)
    for delivery in quote.deliveries:
        yield _joined("delivery", delivery.group_key, delivery.option_handle, delivery.amount, delivery.discount)
    for discount in quote.discounts:
        yield _joined("discount", discount.adjustment.source, discount.adjustment.code, discount.amount)
    for tax in quote.taxes:
        yield _joined("tax", tax.line, tax.rate, tax.amount)
    for card in quote.redemptions:
        yield _joined("card", card.source, card.id, card.amount)


def _joined(*parts: Any) -> str:
    return "\x1f".join(str(part) for part in parts)
