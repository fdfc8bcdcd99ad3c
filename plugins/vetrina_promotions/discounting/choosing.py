"""Which promotions are used together: those that go together and save the buyer most.

Two go together when each says that it does with the other's class. Of all sets of which every two go together the one
is chosen that takes most off the cart, delivery included. Where two take off the same, the one that uses up fewer
codes, then the one with the older promotions. Within a set, products come first (what is got free, then percentages,
then amounts), then the order, then delivery, each on what the earlier ones left.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from vetrina.ports import Adjustment, Quote, with_adjustments
from vetrina_promotions.discounting.giving import NOT_HONOURED, Given, Members, given_by
from vetrina_promotions.discounting.offers import Offer
from vetrina_promotions.rules.terms import CLASSES, class_of

MOST_SETS = 200
"""Sets that are tried. Beyond them, which takes dozens of promotions that exclude each other, the best so far stays."""

Fate = tuple[Offer, str | None]


class Chosen(msgspec.Struct, frozen=True):
    """What comes off, and what became of each offer: None where it counts, else a CartWarningCode."""

    adjustments: tuple[Adjustment, ...]
    fates: tuple[Fate, ...]


def choose(offers: Sequence[Offer], quote: Quote, members: Members) -> Chosen:
    """The best set for the buyer, applied in its order; the same whatever order the offers come in."""
    alone = {offer: given_by(offer, quote, members) for offer in _once(offers)}
    giving = [offer for offer in sorted(alone, key=_turn) if alone[offer].adjustments]
    best, rank = Chosen((), ()), None
    for together in _sets(_undominated(giving, alone, quote)):
        tried = _applied(together, quote, members)
        found = (-_saved(tried.adjustments), sum(offer.code is not None for offer in together), _ids(together))
        if rank is None or found < rank:
            best, rank = tried, found
    won = {offer for offer, reason in best.fates if reason is None}
    return Chosen(best.adjustments, tuple((offer, _fate(offer, alone, won)) for offer in offers))


def go_together(one: Offer, other: Offer) -> bool:
    """Whether each of two promotions says that it is combined with the other's class."""
    return class_of(other.terms) in one.terms.combines and class_of(one.terms) in other.terms.combines


def _fate(offer: Offer, alone: Mapping[Offer, Given], won: set[Offer]) -> str | None:
    """A promotion on delivery counts while no delivery is chosen: it may still win."""
    known = alone.get(offer)
    if known is None:
        return NOT_HONOURED  # another code of the same promotion was typed before
    if known.reason is not None or offer in won:
        return known.reason
    return NOT_HONOURED if known.adjustments else None


def _once(offers: Sequence[Offer]) -> list[Offer]:
    """A promotion counts once, however many of its codes were typed: by the first."""
    return list({offer.id: offer for offer in reversed(offers)}.values())


def _turn(offer: Offer) -> tuple[int, int, int]:
    terms = offer.terms
    return CLASSES.index(class_of(terms)), _PLACES[terms.kind, terms.value], offer.id


_PLACES = {
    ("buy_get", "percentage"): 0, ("buy_get", "amount"): 1, ("products", "percentage"): 2, ("products", "amount"): 3,
    ("order", "percentage"): 0, ("order", "amount"): 1, ("shipping", "percentage"): 0, ("shipping", "amount"): 1,
}  # fmt: skip


def _ids(together: Sequence[Offer]) -> tuple[int, ...]:
    return tuple(sorted(offer.id for offer in together))


def _saved(adjustments: Sequence[Adjustment]) -> int:
    return sum(adjustment.amount for adjustment in adjustments)


def _applied(together: Sequence[Offer], quote: Quote, members: Members) -> Chosen:
    """The set's adjustments one after the other; what finds nothing left to reduce is not used."""
    found, fates = list[Adjustment](), list[Fate]()
    for offer in together:
        given = given_by(offer, quote, members)
        quote = with_adjustments(quote, given.adjustments)
        found.extend(given.adjustments)
        fates.append((offer, given.reason))
    return Chosen(tuple(found), tuple(fates))


def _undominated(offers: Sequence[Offer], alone: Mapping[Offer, Given], quote: Quote) -> list[Offer]:
    """Without those that another one, which goes together with the same, beats on every line and on delivery."""
    shares = {offer: _shares(alone[offer].adjustments, quote) for offer in offers}
    return [offer for offer in offers if not any(_beats(other, offer, shares) for other in offers)]


def _beats(one: Offer, other: Offer, shares: Mapping[Offer, Mapping[int | None, int]]) -> bool:
    alike = class_of(one.terms) == class_of(other.terms) and one.terms.combines == other.terms.combines
    if one is other or not alike or class_of(one.terms) in one.terms.combines:
        return False
    ours, theirs = shares[one], shares[other]
    if any(ours.get(key, 0) < amount for key, amount in theirs.items()):
        return False
    tie = (sum(theirs.values()), one.code is not None, one.id)
    return (sum(ours.values()), other.code is not None, other.id) > tie


def _shares(adjustments: Sequence[Adjustment], quote: Quote) -> Mapping[int | None, int]:
    """What comes off each line, and off delivery under None."""
    applied = with_adjustments(quote, adjustments)
    found: dict[int | None, int] = {
        line.key: line.discount - before.discount for before, line in zip(quote.lines, applied.lines, strict=True)
    }
    found[None] = sum(adjustment.amount for adjustment in adjustments if adjustment.target == "delivery")
    return found


def _sets(offers: Sequence[Offer]) -> Iterator[tuple[Offer, ...]]:
    """The sets to which no other offer could be added (Bron and Kerbosch), in the offers' order."""
    friends = {
        offer: {other for other in offers if other is not offer and go_together(offer, other)} for offer in offers
    }

    def grown(inside: tuple[Offer, ...], open_: list[Offer], closed: set[Offer]) -> Iterator[tuple[Offer, ...]]:
        if not open_:
            if not closed and inside:
                yield tuple(sorted(inside, key=_turn))
            return
        pivot = max(open_, key=lambda offer: len(friends[offer].intersection(open_)))
        for offer in [offer for offer in open_ if offer not in friends[pivot]]:
            left = [other for other in open_ if other in friends[offer]]
            yield from grown((*inside, offer), left, closed & friends[offer])
            open_ = [other for other in open_ if other is not offer]
            closed = closed | {offer}

    for count, together in enumerate(grown((), list(offers), set()), start=1):
        yield together
        if count == MOST_SETS:
            return
