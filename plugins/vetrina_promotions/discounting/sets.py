"""PromotionSet: the promotions that may count for one cart, as a value; the same quote gets the same answer."""

from collections.abc import Mapping

import msgspec

from vetrina.ports import CodeAnswer, Quote, RulesAnswer
from vetrina_promotions.discounting.choosing import choose
from vetrina_promotions.discounting.offers import Offer


class PromotionSet(msgspec.Struct, frozen=True):
    """`answered` are codes whose fate is known whatever is in the cart; `members` are the products' collections."""

    offers: tuple[Offer, ...] = ()
    answered: tuple[CodeAnswer, ...] = ()
    members: Mapping[int, frozenset[int]] = {}

    def adjust(self, quote: Quote) -> RulesAnswer:
        """The discounts that are best for the buyer, and what becomes of each code."""
        chosen = choose(self.offers, quote, self.members)
        told = tuple(
            CodeAnswer(code=offer.code, is_applicable=reason is None, warning=reason)
            for offer, reason in chosen.fates
            if offer.code is not None
        )
        return RulesAnswer(adjustments=chosen.adjustments, codes=(*self.answered, *told))
