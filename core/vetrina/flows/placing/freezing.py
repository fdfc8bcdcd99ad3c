"""The snapshot: a quoted cart frozen as the order it will become, and the money and cards it needs for that."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from vetrina.flows.quoting.payment import MethodOffer
from vetrina.flows.quoting.quoted import CartQuote
from vetrina.kernel.errors import Fault
from vetrina.shop.orders.rules import DraftDelivery, DraftDiscount, DraftLine, DraftPart, DraftTax, OrderDraft
from vetrina.shop.pricing.rules import Discount, Quote
from vetrina.views.carts import address_of
from vetrina.views.catalog.merchandise import CartLineFactsRow
from vetrina.vocabulary import Attribute, PaymentFlow

VERSION = 1
"""Grows when a snapshot's shape changes; `thaw` then learns to read the older ones, which may still be paid."""


class Payable(msgspec.Struct, frozen=True, kw_only=True):
    """How the snapshot is paid. `amount` in minor units of the order's currency, with the fee in it."""

    handle: str
    provider: str
    method: str
    title: str
    flow: PaymentFlow
    amount: int
    fee: int
    return_url: str | None = None


class Redeem(msgspec.Struct, frozen=True, kw_only=True):
    """A use of something limited: so much of a gift card, or one use of a code that gave a discount."""

    source: str
    """The key of its Redeemable."""
    code: str
    """As it was typed, or the text of the Redeemable's own that stands for it."""
    amount: int
    is_card: bool
    called: str = ""
    """What the buyer knows it by: the code he typed, or the discount's title."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What is charged, reserved and written down comes from here, whatever cart and catalogue do meanwhile."""

    version: int = VERSION
    cart_version: int
    fingerprint: str
    order: OrderDraft
    payment: Payable
    redeems: tuple[Redeem, ...]
    """In the order in which their rows are locked."""


def freeze(quoted: CartQuote) -> Snapshot:
    """Freeze a cart that is ready: it has no problems, so a way to pay is chosen."""
    if quoted.selected_method is None:
        raise Fault("a cart without a way to pay cannot be frozen")
    return Snapshot(
        cart_version=quoted.cart.version,
        fingerprint=quoted.fingerprint,
        order=_draft(quoted),
        payment=_payable(quoted.selected_method, quoted.cart.payment or {}),
        redeems=tuple(sorted(_redeems(quoted.quote), key=lambda redeem: (redeem.source, redeem.code))),
    )


def thaw(document: Mapping[str, Any]) -> Snapshot:
    """A snapshot as the attempt keeps it. Raises Fault for one of a version this program does not know."""
    if document.get("version") != VERSION:
        raise Fault(f"a snapshot of version {document.get('version')} cannot be read")
    return msgspec.convert(document, Snapshot)


def without_person(snapshot: Snapshot) -> Snapshot:
    """The snapshot without who the buyer is, for attempts that were decided long ago."""
    nobody = msgspec.structs.replace(
        snapshot.order,
        customer_id=None,
        email=None,
        phone=None,
        shipping_address=None,
        billing_address=None,
        note="",
        attributes=(),
        tax_treatment=None,
        lines=tuple(msgspec.structs.replace(line, attributes=()) for line in snapshot.order.lines),
    )
    return msgspec.structs.replace(snapshot, order=nobody)


def _payable(offer: MethodOffer, chosen: Mapping[str, Any]) -> Payable:
    return Payable(
        handle=offer.handle,
        provider=offer.provider,
        method=offer.method.method,
        title=offer.method.title,
        flow=offer.method.flow,
        amount=offer.amount,
        fee=offer.method.fee,
        return_url=chosen.get("return_url"),
    )


def _draft(quoted: CartQuote) -> OrderDraft:
    cart, place, quote = quoted.cart, quoted.place, quoted.quote
    positions = {line.key: position for position, line in enumerate(quote.lines)}
    billing = address_of(cart.billing_address) if cart.billing_address else quoted.address
    return OrderDraft(
        market_id=place.market_id,
        customer_id=cart.customer_id,
        currency=quote.currency,
        country=place.country,
        language=place.language,
        prices_include_tax=quote.prices_include_tax,
        email=cart.email,
        phone=cart.phone,
        shipping_address=quoted.address if quoted.groups else None,
        billing_address=billing,
        note=cart.note,
        attributes=_attributes(cart.attributes),
        lines=tuple(_lines(quote, quoted.lines)),
        discounts=tuple(_discount(discount, positions) for discount in quote.discounts),
        taxes=tuple(
            DraftTax(
                position=None if tax.line is None else positions[tax.line],
                title=tax.title,
                rate=tax.rate,
                amount=tax.amount,
            )
            for tax in quote.taxes
        ),
        deliveries=tuple(
            DraftDelivery(
                group_key=delivery.group_key,
                provider=delivery.provider,
                option_handle=delivery.option_handle,
                title=delivery.title,
                amount=delivery.amount,
                promised_from=delivery.promised_from,
                promised_to=delivery.promised_to,
                pickup_point=delivery.pickup_point,
            )
            for delivery in quote.deliveries
        ),
        payment_fee=quote.payment_fee,
        redeemed=quote.redeemed,
        tax_treatment=quoted.tax_treatment,
        explanation=tuple((step.kind, step.label, step.amount) for step in quote.explanation),
    )


def _lines(quote: Quote, facts: Iterable[CartLineFactsRow]) -> Iterable[DraftLine]:
    for line, known in zip(quote.lines, facts, strict=True):
        yield DraftLine(
            variant_id=line.variant_id,
            product_id=line.product_id,
            title=known.product_title,
            variant_title=known.variant_title,
            sku=known.sku,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount=line.discount,
            tax=line.tax,
            requires_shipping=line.requires_shipping,
            attributes=_attributes(known.attributes),
            components=tuple(_parts(known)),
        )


def _parts(known: CartLineFactsRow) -> Iterable[DraftPart]:
    for part in known.parts or ():
        yield DraftPart(
            variant_id=part.variant_id,
            title=part.product_title,
            variant_title=part.variant_title,
            sku=part.sku,
            quantity=part.quantity,
        )


def _discount(discount: Discount, positions: Mapping[int, int]) -> DraftDiscount:
    adjustment = discount.adjustment
    return DraftDiscount(
        source=adjustment.source,
        code=adjustment.code,
        title=adjustment.title,
        target=adjustment.target,
        target_selection="ENTITLED" if adjustment.lines else "ALL",
        method=adjustment.method,
        percentage=adjustment.percentage,
        fixed=adjustment.fixed,
        amount=discount.amount,
        allocations=tuple((positions[share.line], share.amount) for share in discount.allocations),
    )


def _redeems(quote: Quote) -> Iterable[Redeem]:
    """A code is used once, however many discounts it gives, and so is what stands for it."""
    for card in quote.redemptions:
        if card.amount:
            yield Redeem(source=card.source, code=card.code, amount=card.amount, is_card=True)
    uses, called = Counter[tuple[str, str]](), dict[tuple[str, str], str]()
    for discount in quote.discounts:
        adjustment = discount.adjustment
        use = adjustment.use or adjustment.code
        if adjustment.redeem is not None and use is not None:
            uses[adjustment.redeem, use] += discount.amount
            called[adjustment.redeem, use] = adjustment.code or adjustment.title
    for key, amount in uses.items():
        yield Redeem(source=key[0], code=key[1], amount=amount, is_card=False, called=called[key])


def _attributes(documents: Iterable[Any]) -> tuple[Attribute, ...]:
    return msgspec.convert(list(documents), tuple[Attribute, ...])
