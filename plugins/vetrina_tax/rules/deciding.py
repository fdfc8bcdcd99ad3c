"""By which scheme a sale is taxed: whose VAT, and why. Pure: everything it depends on is told."""

from datetime import date
from typing import Literal

import msgspec

from vetrina_tax.rules.numbers import VatId
from vetrina_tax.rules.places import MEMBERS, NORTHERN_IRELAND, Territory, territory_of

Scheme = Literal["domestic", "registered", "origin", "oss", "reverse_charge", "export", "import", "exempt"]
TAXLESS = frozenset({"reverse_charge", "export", "import", "exempt"})
DISTANCE = frozenset({"origin", "oss"})
"""Schemes of sales to consumers in other member states: what the threshold is counted over."""


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """A country in which the shop itself declares VAT, beside its own."""

    country: str
    vat_id: str = ""
    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """What decides about one sale. `vat_id` is the buyer's, and only if it counts as valid."""

    origin: str
    """The country the goods leave from."""
    country: str
    postcode: str | None
    day: date
    vat_id: VatId | None = None
    is_exempt: bool = False
    is_over_threshold: bool = False
    registrations: tuple[Registration, ...] = ()


class Decision(msgspec.Struct, frozen=True):
    """Whose rates count, and by which scheme."""

    scheme: Scheme
    territory: Territory


def decide(sale: Sale) -> Decision:
    """The scheme of a sale. Directive 2006/112/EC: articles 31-34 and 59c (distance), 138 (B2B), 146 (export)."""
    there = territory_of(sale.country, sale.postcode)
    home = territory_of(sale.origin, None)
    if there.country == NORTHERN_IRELAND and home.country == "GB":
        there = Territory("GB", name=there.name)  # within the United Kingdom
    if sale.is_exempt:
        return Decision("exempt", there)
    is_domestic = there.country == home.country and not there.is_outside
    if is_domestic:
        return Decision("domestic", there)
    is_registered = (
        any(known.country == there.country and known.holds(sale.day) for known in sale.registrations)
        and not there.is_outside
    )
    if not there.is_union or home.country not in MEMBERS:
        return Decision("registered" if is_registered else "import" if there.is_union else "export", there)
    if sale.vat_id is not None:
        # A valid id of the state the goods leave from: sold to a business, but it is no supply to another state.
        return Decision("domestic", home) if sale.vat_id.country == home.country else Decision("reverse_charge", there)
    if is_registered:
        return Decision("registered", there)
    return Decision("oss", there) if sale.is_over_threshold else Decision("origin", home)


class Threshold(msgspec.Struct, frozen=True, kw_only=True):
    """What has been sold to consumers of other member states, net, in cents of a euro.

    `is_complete` is False where something was sold in a currency whose rate nobody has told.
    """

    this_year: int = 0
    last_year: int = 0
    was_crossed: bool = False
    """Whether a sale of this year that still stands was taxed at its destination already."""
    is_complete: bool = True


LIMIT = 1_000_000
"""10,000.00 EUR (article 59c)."""


def is_over(threshold: Threshold, net: int | None, *, starts_early: bool) -> bool:
    """Whether a further sale of `net` cents is taxed at its destination: the one that crosses already is.

    What nobody can prove to be below is above: a net that is not known (None) or an incomplete count.
    """
    if starts_early or threshold.was_crossed or threshold.last_year > LIMIT:
        return True
    return net is None or not threshold.is_complete or threshold.this_year + net > LIMIT
