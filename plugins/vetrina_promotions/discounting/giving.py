"""What one promotion takes off a quote as it stands: adjustments, or why there are none."""

from collections.abc import Mapping, Sequence

import msgspec

from vetrina.kernel.money import fraction_of
from vetrina.ports import Adjustment, Quote, QuoteLine
from vetrina_promotions.discounting.offers import Offer
from vetrina_promotions.discounting.pieces import got_pieces
from vetrina_promotions.rules.terms import Scope, Terms

NO_LINES = "DISCOUNT_NO_ENTITLED_LINE_ITEMS"
NO_DELIVERY = "DISCOUNT_NO_ENTITLED_SHIPPING_LINES"
TOO_LITTLE = "DISCOUNT_PURCHASE_NOT_IN_RANGE"
TOO_FEW = "DISCOUNT_QUANTITY_NOT_IN_RANGE"
NOT_HONOURED = "DISCOUNT_CODE_NOT_HONOURED"
SOURCE = "promotions"
"""The key of the Redeemable, and how the source of every adjustment of ours begins."""

Members = Mapping[int, frozenset[int]]


class Given(msgspec.Struct, frozen=True):
    """What comes off. Without a `reason` the promotion counts, even if nothing comes off yet."""

    adjustments: tuple[Adjustment, ...] = ()
    reason: str | None = None


def given_by(offer: Offer, quote: Quote, members: Members) -> Given:
    """What the promotion takes off the quote as earlier ones left it; thresholds look at prices before discounts."""
    terms = offer.terms
    if terms.kind == "buy_get":
        return _buy_get(offer, quote, members)
    lines = [line for line in quote.lines if _is_about(terms, terms.scope, line, members)]
    subtotal, quantity = sum(line.subtotal for line in lines), sum(line.quantity for line in lines)
    reason = _falls_short(terms, subtotal, quantity)
    if not lines or reason is not None:
        return Given(reason=reason if lines else NO_LINES)
    off = _off(terms, subtotal, quantity)
    if off is None:
        return Given(reason=TOO_LITTLE if terms.tier_by == "subtotal" else TOO_FEW)
    if terms.kind == "shipping":
        return _on_delivery(offer, quote, off)
    return _on_lines(offer, quote, lines, off)


def in_scope(scope: Scope, line: QuoteLine, members: Members) -> bool:
    """Whether a line is one of what is named."""
    return (
        scope.is_everything
        or line.product_id in scope.product_ids
        or line.variant_id in scope.variant_ids
        or not members.get(line.product_id, frozenset()).isdisjoint(scope.collection_ids)
    )


def _is_about(terms: Terms, scope: Scope, line: QuoteLine, members: Members) -> bool:
    """Gift cards are money: they are never reduced, and count towards no threshold."""
    is_spared = terms.spares_reduced and line.compare_at is not None and line.compare_at > line.unit_price
    return not (line.is_gift_card or is_spared) and in_scope(scope, line, members)


def _falls_short(terms: Terms, subtotal: int, quantity: int) -> str | None:
    if subtotal < terms.least_subtotal:
        return TOO_LITTLE
    return TOO_FEW if quantity < terms.least_quantity else None


def _off(terms: Terms, subtotal: int, quantity: int) -> int | None:
    """What is taken off at this size: of the highest step that is reached, else what the terms say without steps."""
    size = subtotal if terms.tier_by == "subtotal" else quantity
    reached = [tier.off for tier in terms.tiers if tier.at <= size]
    return reached[-1] if reached else terms.off or None


def _on_lines(offer: Offer, quote: Quote, lines: Sequence[QuoteLine], off: int) -> Given:
    terms = offer.terms
    keys = () if len(lines) == len(quote.lines) and terms.kind == "order" else tuple(line.key for line in lines)
    if terms.value == "percentage":
        amount = fraction_of(sum(line.total for line in lines), off)
        return _given(_adjustment(offer, amount=amount, lines=keys, percentage=off))
    if not terms.each:
        amount = min(off, sum(line.total for line in lines))
        return _given(_adjustment(offer, amount=amount, lines=keys, fixed=off))
    shares = tuple(min(off * line.quantity, line.total) for line in lines)
    named = tuple(line.key for line in lines)
    return _given(_adjustment(offer, amount=sum(shares), lines=named, shares=shares, fixed=off, method="EACH"))


def _on_delivery(offer: Offer, quote: Quote, off: int) -> Given:
    """Before a way to deliver is chosen it counts, and takes nothing off yet."""
    terms, most = offer.terms, offer.terms.most_delivery
    if not any(line.requires_shipping for line in quote.lines):
        return Given(reason=NO_DELIVERY)
    if not quote.deliveries:
        return Given()
    found = [delivery for delivery in quote.deliveries if most is None or delivery.amount <= most]
    if not found:
        return Given(reason=NO_DELIVERY)
    left = sum(delivery.amount - delivery.discount for delivery in found)
    if terms.value == "percentage":
        return _given(_adjustment(offer, amount=fraction_of(left, off), target="delivery", percentage=off))
    return _given(_adjustment(offer, amount=min(off, left), target="delivery", fixed=off))


def _buy_get(offer: Offer, quote: Quote, members: Members) -> Given:
    """So many pieces for less as the bought ones earn: the cheapest that may be got, those bought being others."""
    terms = offer.terms
    bought = frozenset(line.key for line in quote.lines if _is_about(terms, terms.buys, line, members))
    got = frozenset(line.key for line in quote.lines if _is_about(terms, terms.scope, line, members))
    if not bought or not got:
        return Given(reason=NO_LINES)
    found = got_pieces(quote.lines, bought, got, terms)
    if found is None:
        return Given(reason=TOO_LITTLE if terms.buys_subtotal else TOO_FEW)
    reduced = [(line, found[line.key]) for line in quote.lines if line.key in found]
    shares = tuple(_share(terms, line, pieces) for line, pieces in reduced)
    adjustment = _adjustment(
        offer,
        amount=sum(shares),
        lines=tuple(line.key for line, _ in reduced),
        shares=shares,
        method="EACH",
        percentage=terms.off if terms.value == "percentage" else None,
        fixed=terms.off if terms.value == "amount" else None,
    )
    return _given(adjustment)


def _share(terms: Terms, line: QuoteLine, pieces: int) -> int:
    """What comes off a line of which so many pieces are reduced."""
    worth = line.total * pieces // line.quantity
    return fraction_of(worth, terms.off) if terms.value == "percentage" else min(terms.off * pieces, worth)


def _adjustment(offer: Offer, **more: object) -> Adjustment:
    is_limited = offer.use is not None
    known: dict[str, object] = {
        "source": f"{SOURCE}:{offer.id}",
        "title": offer.title,
        "code": offer.code,
        "use": offer.use,
        "redeem": SOURCE if is_limited else None,
    }
    return Adjustment(**known, **more)  # pyright: ignore[reportArgumentType]


def _given(adjustment: Adjustment) -> Given:
    return Given((adjustment,)) if adjustment.amount > 0 else Given(reason=NOT_HONOURED)
