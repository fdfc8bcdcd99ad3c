"""Offer: a promotion that may count for one cart."""

import msgspec

from vetrina_promotions.rules.terms import Terms


class Offer(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """A promotion that runs now, for this buyer and in this market; `code` as he typed it, None for automatic ones."""

    id: int
    title: str
    terms: Terms
    code: str | None = None
    use: str | None = None
    """What has to give a use when the cart is ordered; None where nothing is limited."""
