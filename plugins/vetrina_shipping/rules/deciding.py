"""From a book of zones and what is to be sent to what each method costs, or why it is not offered. Pure, and it tells.

What it tells is the same that the tester page shows: no second account of the rules can differ from the first.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from vetrina.kernel.money import LARGEST, fraction_of
from vetrina_shipping.rules.areas import Spot, names_country, rank
from vetrina_shipping.rules.tables import Basis, limit_of, price_in
from vetrina_shipping.rules.terms import Book, FreeRule, LiveRates, Method, Surcharge, Zone

Misfit = Literal["off", "currency", "limit", "codes", "lines", "no_price"]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent where. Grams, cubic centimetres, minor units; `amount` after discounts, `subtotal` before."""

    spot: Spot
    currency: str
    weight: int
    pieces: int
    amount: int
    subtotal: int
    volume: int = 0
    variants: tuple[tuple[int, int], ...] = ()
    """Pairs of variant and product."""
    collections: Mapping[int, frozenset[int]] = {}
    """By product."""
    tags: frozenset[str] = frozenset()
    """The customer's, in small letters."""
    free_before_discounts: bool = False

    def measure(self, basis: Basis) -> int:
        """What a table is entered with."""
        match basis:
            case "weight":
                return self.weight
            case "amount":
                return self.amount
            case "volume":
                return self.volume
            case "pieces":
                return self.pieces
            case "flat":
                return 0

    def among(self, collections: tuple[int, ...]) -> tuple[int, ...]:
        """The variants that are in one of these collections."""
        named = frozenset(collections)
        return tuple(
            variant for variant, product in self.variants if self.collections.get(product, frozenset()) & named
        )


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one method. With `misfit` it is not offered; else `amount` is asked, in minor units."""

    method: Method
    misfit: Misfit | None = None
    variants: tuple[int, ...] = ()
    """What does not travel this way."""
    measure: int = 0
    limit: int | None = None
    base: int = 0
    surcharges: tuple[tuple[str, int], ...] = ()
    free_by: FreeRule | None = None
    amount: int = 0


def zone_for(book: Book, spot: Spot) -> Zone | None:
    """The zone that names the place most specifically, and does not take it out again."""
    found = list[tuple[int, int, Zone]]()
    for position, zone in enumerate(book.zones):
        how = rank(zone.areas, spot) if zone.is_active else None
        if how is None:
            continue
        out = rank(zone.without, spot)
        if out is None or out > how:
            found.append((how, position, zone))
    return min(found, key=lambda entry: entry[:2])[2] if found else None


def is_country_served(book: Book, country: str) -> bool:
    """Whether any part of a country is delivered to."""
    return any(zone.is_active and names_country(zone.areas, country) for zone in book.zones)


def misfit(method: Method, facts: Facts) -> Verdict | None:
    """Why a method cannot take this, whatever it would cost; None where it can."""
    if not method.is_active:
        return Verdict(method=method, misfit="off")
    if method.codes is not None and rank((method.codes,), facts.spot) is None:
        return Verdict(method=method, misfit="codes")
    stuck = facts.among(method.without_collections) if method.without_collections else ()
    if stuck:
        return Verdict(method=method, misfit="lines", variants=stuck)
    if method.most_weight is not None and facts.weight > method.most_weight:
        return Verdict(method=method, misfit="limit", measure=facts.weight, limit=method.most_weight)
    return None


def by_table(method: Method, facts: Facts) -> Verdict:
    """What the method's table asks, before anything comes on top."""
    table = method.tables.get(facts.currency)
    measure = facts.measure(method.basis)
    if table is None:
        return Verdict(method=method, misfit="currency", measure=measure)
    base = price_in(table, measure)
    if base is None:
        return Verdict(method=method, misfit="limit", measure=measure, limit=limit_of(table))
    return Verdict(method=method, measure=measure, base=base)


def marked_up(live: LiveRates, amount: int, currency: str) -> int:
    """A carrier's price with the shop's mark-up, never below zero."""
    raised = amount + fraction_of(amount, live.percent * 10_000) + live.plus.get(currency, 0)
    return min(max(raised, 0), LARGEST)


def finished(zone: Zone, verdict: Verdict, facts: Facts) -> Verdict:
    """The verdict with surcharges, and for nothing where a rule gives it away."""
    if verdict.misfit is not None:
        return verdict
    # Nobody carries what is collected in the shop.
    rules = zone.surcharges if verdict.method.kind != "pickup" else ()
    due = tuple((rule, amount) for rule in rules if (amount := _due(rule, facts)))
    free = next((rule for rule in zone.free if _is_free(rule, verdict.method, facts)), None)
    kept = tuple((rule.title, amount) for rule, amount in due if free is None or rule.stays_when_free)
    total = (0 if free else verdict.base) + sum(amount for _, amount in kept)
    return msgspec.structs.replace(verdict, surcharges=kept, free_by=free, amount=min(total, LARGEST))


def _due(rule: Surcharge, facts: Facts) -> int:
    match rule.when:
        case "always":
            is_due = True
        case "weight_over":
            is_due = facts.weight > rule.over
        case "pieces_over":
            is_due = facts.pieces > rule.over
        case "codes":
            is_due = rule.area is not None and rank((rule.area,), facts.spot) is not None
        case "collections":
            is_due = bool(facts.among(rule.collections))
    return rule.amounts.get(facts.currency, 0) if is_due else 0


def _is_free(rule: FreeRule, method: Method, facts: Facts) -> bool:
    if rule.methods and method.handle not in rule.methods:
        return False
    if rule.tags and not facts.tags & {tag.casefold() for tag in rule.tags}:
        return False
    if rule.collections and len(facts.among(rule.collections)) < len(facts.variants):
        return False
    if not rule.thresholds:
        return bool(rule.tags or rule.collections)
    threshold = rule.thresholds.get(facts.currency)
    worth = facts.subtotal if facts.free_before_discounts else facts.amount
    return threshold is not None and worth >= threshold
