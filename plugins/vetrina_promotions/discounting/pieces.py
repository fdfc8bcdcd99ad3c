"""Buy some, get others: which pieces are the bought ones, and which are the got ones."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set

from vetrina.ports import QuoteLine
from vetrina_promotions.rules.terms import LARGEST_COUNT, Terms


def got_pieces(lines: Sequence[QuoteLine], bought: Set[int], got: Set[int], terms: Terms) -> Mapping[int, int] | None:
    """How many pieces of which lines are got, by line key; None when too little is bought for any.

    Of what may be got, the cheapest pieces are: they earn nothing themselves. It is given as often as the cart and
    `most_times` allow. `bought` and `got` are keys of lines that count as either, or as both.
    """
    most = min(sum(line.quantity for line in lines if line.key in got) // terms.gets_quantity, LARGEST_COUNT)
    if terms.most_times is not None:
        most = min(most, terms.most_times)
    low, high, best = 1, most, None
    while low <= high:  # what is possible so many times is possible fewer times
        times = (low + high) // 2
        found = _taken(lines, bought, got, terms, times)
        best, low, high = (found, times + 1, high) if found is not None else (best, low, times - 1)
    return best


def _taken(
    lines: Sequence[QuoteLine], bought: Set[int], got: Set[int], terms: Terms, times: int
) -> Mapping[int, int] | None:
    """The pieces got when it is given so many times; None when what is left has not earned them."""
    wanted = times * terms.gets_quantity
    spare = _spare(lines, bought, got, terms, times)
    taken, earned = Counter[int](), 0
    if spare < 0:
        return None
    for line in sorted((line for line in lines if line.key in got), key=lambda line: (line.unit_price, line.key)):
        room = min(line.quantity, spare) if line.key in bought else line.quantity
        pieces = min(room, wanted)
        if pieces:
            taken[line.key] = pieces
            wanted -= pieces
            spare -= pieces if line.key in bought else 0
    if wanted:
        return None
    for line in lines:
        if line.key in bought:
            left = line.quantity - taken[line.key]
            earned += left * line.unit_price if terms.buys_subtotal else left
    return taken if earned >= times * (terms.buys_subtotal or terms.buys_quantity) else None


def _spare(lines: Sequence[QuoteLine], bought: Set[int], got: Set[int], terms: Terms, times: int) -> int:
    """How many pieces that could earn may be got instead; by money, all that can be, as the sum decides later."""
    both = sum(line.quantity for line in lines if line.key in bought and line.key in got)
    if terms.buys_subtotal:
        return both
    only_bought = sum(line.quantity for line in lines if line.key in bought and line.key not in got)
    return both - max(0, times * terms.buys_quantity - only_bought)
