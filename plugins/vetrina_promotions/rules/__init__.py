"""Pure rules: what the terms of a promotion may be, and whether it runs."""

from vetrina_promotions.rules.status import Status, status_of
from vetrina_promotions.rules.terms import (
    CLASSES,
    EVERYTHING,
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
    "WHOLE",
    "BadTerms",
    "Kind",
    "PromotionClass",
    "Scope",
    "Status",
    "Terms",
    "Tier",
    "checked",
    "class_of",
    "status_of",
]
