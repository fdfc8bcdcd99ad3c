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

    Every key was asked about, nothing is negative, tax that the price includes is never more than the price, and no
    line bears more than all its rates together make of its amount, but for a minor unit of rounding for each.
    """
    amounts = dict(asked)
    found: dict[int | None, tuple[int, int, int]] = {}
    for key, rate, amount in given:
        if key not in amounts or rate < 0 or amount < 0:
            return False
        count, rates, sum_ = found.get(key, (0, 0, 0))
        found[key] = (count + 1, rates + rate, sum_ + amount)
    compute = tax_within if is_included else tax_on_top
    return all(
        amount <= compute(amounts[key], rates) + count and not (is_included and amount > amounts[key])
        for key, (count, rates, amount) in found.items()
    )
