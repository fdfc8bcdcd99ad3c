"""Tax inside a price, tax on top of it, and whether an answer about tax can be true."""

from collections.abc import Iterable

from vetrina.kernel.money import fraction_of


def tax_on_top(amount: int, rate: int) -> int:
    """What comes on top of a net amount; minor units, rate in parts per million, half away from zero."""
    return fraction_of(amount, rate)


def tax_within(amount: int, rate: int) -> int:
    """What a gross amount contains; minor units, rate in parts per million, half away from zero."""
    whole = 1_000_000 + rate
    return (2 * amount * rate + whole) // (2 * whole) if amount >= 0 else -tax_within(-amount, rate)


def answers(
    asked: Iterable[tuple[int | None, int]], given: Iterable[tuple[int | None, int, int]], *, is_included: bool
) -> bool:
    """Whether tax lines (key, rate, amount) can be the answer to taxable lines (key, amount).

    Every key was asked about, nothing is negative, and tax that the price includes is never more than the price.
    """
    left = dict(asked)
    for key, rate, amount in given:
        if key not in left or rate < 0 or amount < 0:
            return False
        left[key] -= amount
    return not is_included or all(rest >= 0 for rest in left.values())
