"""The amounts: tax by line or by order, delivery by the goods it carries, and every cent in its place."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from vetrina.kernel.money import fraction_of, split

Rounding = Literal["line", "order"]
DeliveryRule = Literal["pro_rata", "main", "standard"]


class Item(msgspec.Struct, frozen=True):
    """A taxable amount in minor units with its rate in parts per million; key None is delivery."""

    key: int | None
    amount: int
    rate: int


def taxes(items: Sequence[Item], *, is_included: bool, rounding: Rounding) -> list[int]:
    """The tax of each item. By order, the tax of each rate is rounded once, over the sum of its items.

    Then it is shared out by largest remainder: the shares sum to it exactly, and none is a minor unit off its own.
    """
    compute = within if is_included else fraction_of
    if rounding == "line":
        return [compute(item.amount, item.rate) for item in items]
    found = [0] * len(items)
    for rate in dict.fromkeys(item.rate for item in items):
        places = [place for place, item in enumerate(items) if item.rate == rate]
        amounts = [items[place].amount for place in places]
        whole = 1_000_000 + rate if is_included else 1_000_000
        floors = [amount * rate // whole for amount in amounts]
        left = compute(sum(amounts), rate) - sum(floors)
        nearest = sorted(range(len(amounts)), key=lambda index: -(amounts[index] * rate % whole))[:left]
        for index, place in enumerate(places):
            found[place] = floors[index] + (index in nearest)
    return found


def within(gross: int, rate: int) -> int:
    """The tax that a price contains; minor units, rate in parts per million, half up."""
    whole = 1_000_000 + rate
    return (2 * gross * rate + whole) // (2 * whole)


def delivered(amount: int, goods: Iterable[Item], standard: int, rule: DeliveryRule) -> list[Item]:
    """Delivery as taxable amounts: it follows the goods, by their rates' shares or by the rate most of them bear.

    Where the goods cost nothing, or nothing is taxed, the standard rate counts.
    """
    weights = by_rate(goods)
    if rule == "standard" or not any(weights.values()):
        return [Item(None, amount, standard)]
    if rule == "main":
        return [Item(None, amount, max(weights, key=lambda rate: (weights[rate], rate)))]
    rates = sorted(rate for rate, weight in weights.items() if weight)
    return [Item(None, share, rate) for share, rate in zip(shares(amount, weights), rates, strict=True)]


def shares(amount: int, weights: Mapping[int, int]) -> list[int]:
    """Delivery shared over the rates its goods bear, by rising rate; rates without weight have no share."""
    return split(amount, [weights[rate] for rate in sorted(weights) if weights[rate]])


def by_rate(items: Iterable[Item]) -> dict[int, int]:
    """Amounts by rate."""
    found: dict[int, int] = {}
    for item in items:
        found[item.rate] = found.get(item.rate, 0) + item.amount
    return found


def at_other_rate(gross: int, here: int, there: int) -> int:
    """A price with tax at another rate, its net kept: rounded half up, in minor units, rates in parts per million."""
    whole = 1_000_000 + here
    return (2 * gross * (1_000_000 + there) + whole) // (2 * whole)
