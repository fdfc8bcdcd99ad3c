"""What orders say of products: how long they count for best sellers, and which pairs are kept."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import permutations

RECENT = timedelta(days=90)
"""How long an order counts for best sellers."""
MOST_TOGETHER = 24
"""Different products of one order of which pairs are made; an order of more is a reseller's."""
MOST_PAIRS = 100
"""Others that are remembered of a product: those it was bought together with most often."""
SLACK = 25
"""How many more there may be before the rest is dropped."""


def pairs(product_ids: Iterable[int]) -> list[tuple[int, int]]:
    """Each pair of an order's products from both sides, sorted, so that no two transactions wait for each other."""
    distinct = sorted(set(product_ids))
    return list(permutations(distinct, 2)) if len(distinct) <= MOST_TOGETHER else []
