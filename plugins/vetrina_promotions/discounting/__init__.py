"""Pure too, over the core's quote: which lines a promotion is about, what it takes off, and which are used together."""

from vetrina_promotions.discounting.choosing import Chosen, choose
from vetrina_promotions.discounting.giving import SOURCE, Given, given_by
from vetrina_promotions.discounting.offers import Offer
from vetrina_promotions.discounting.sets import PromotionSet

__all__ = ["SOURCE", "Chosen", "Given", "Offer", "PromotionSet", "choose", "given_by"]
