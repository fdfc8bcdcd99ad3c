"""Pure rules: what a promotion is, which lines it is about, what it takes off, and which of them are used together."""

from vetrina_promotions.rules.choosing import Chosen, choose
from vetrina_promotions.rules.giving import Given, given_by
from vetrina_promotions.rules.offers import Offer
from vetrina_promotions.rules.sets import PromotionSet
from vetrina_promotions.rules.status import Status, status_of
from vetrina_promotions.rules.terms import (
    CLASSES,
    EVERYTHING,
    LARGEST_COUNT,
    WHOLE,
    BadTerms,
    Kind,
    PromotionClass,
    Scope,
    Terms,
    Tier,
    checked,
    class_of,
)

__all__ = [
    "CLASSES",
    "EVERYTHING",
    "LARGEST_COUNT",
    "WHOLE",
    "BadTerms",
    "Chosen",
    "Given",
    "Kind",
    "Offer",
    "PromotionClass",
    "PromotionSet",
    "Scope",
    "Status",
    "Terms",
    "Tier",
    "checked",
    "choose",
    "class_of",
    "given_by",
    "status_of",
]
