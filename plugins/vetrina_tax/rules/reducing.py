"""What is left of an order at each rate after money went back: article 90 of Directive 2006/112/EC, to the cent."""

from collections.abc import Mapping, Sequence

import msgspec

from vetrina.kernel.money import split


class Gross(msgspec.Struct, frozen=True):
    """What is paid at one rate, and what of it is tax, in minor units."""

    gross: int = 0
    tax: int = 0

    def plus(self, other: "Gross") -> "Gross":
        return Gross(self.gross + other.gross, self.tax + other.tax)

    def less(self, other: "Gross") -> "Gross":
        return Gross(self.gross - other.gross, self.tax - other.tax)


Rates = Mapping[int | None, Gross]
"""By rate in parts per million; None is what bears no tax: vouchers, a surcharge, what nobody has taxed."""


def left_after(before: Rates, gone: Rates, adjustment: int) -> dict[int | None, Gross]:
    """What is left at each rate when so much of it is gone, and so much more was given back, or was kept of that.

    Money that is given for nothing in particular lowers the price of all that is left, in proportion; what is kept of
    the price of pieces is kept of theirs alone. No rate falls below nothing: what is too much at one, because its
    price was lowered before, comes from the others. What is given beyond everything was no price.
    """
    left = {rate: before.get(rate, Gross()).less(gone.get(rate, Gross())) for rate in {**before, **gone, None: Gross()}}
    if adjustment:
        _reduce(left, adjustment, left if adjustment > 0 else gone)
    short = -sum(held.gross for held in left.values() if held.gross < 0)
    if short:
        for rate, held in left.items():
            left[rate] = held if held.gross > 0 else Gross()
        _reduce(left, short, left)
    return {rate: Gross(held.gross, min(max(held.tax, 0), max(held.gross, 0))) for rate, held in left.items()}


def _reduce(left: dict[int | None, Gross], amount: int, over: Rates) -> None:
    """Take the amount from rates as they weigh in `over`; below zero it is put back."""
    weighty = {rate: held for rate, held in _sorted(over) if held.gross > 0}
    room = sum(held.gross for held in weighty.values())
    shares = split(max(min(amount, room), -room), [one.gross for one in weighty.values()])
    for (rate, held), share in zip(weighty.items(), shares, strict=True):
        size, whole = abs(share), held.gross
        tax = (2 * size * held.tax + whole) // (2 * whole)
        left[rate] = left[rate].less(Gross(share, tax if share > 0 else -tax))


def _sorted(rates: Rates) -> list[tuple[int | None, Gross]]:
    """By rising rate, what bears no tax first: the same order whatever came first."""
    return sorted(rates.items(), key=lambda item: -1 if item[0] is None else item[0])


def taken_from(amount: int, own: Sequence[int], left: Sequence[int]) -> list[int]:
    """The amount over supplies: each its own as far as it has it, then shares of what all have left; sums exactly."""
    found = [min(max(mine, 0), max(most, 0)) for mine, most in zip(own, left, strict=True)]
    rest = amount - sum(found)
    weights = [max(most, 0) - mine for mine, most in zip(found, left, strict=True)] if rest > 0 else found
    return [mine + share for mine, share in zip(found, split(rest, weights), strict=True)]
