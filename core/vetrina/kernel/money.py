"""Money: minor units and currency; add, split without losing a cent."""

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache

import msgspec
from babel.numbers import get_currency_precision

from vetrina.kernel.errors import BadInput

LARGEST = 10**15
"""The largest amount in minor units the shop takes: far above any order, far below the database's BIGINT."""


class Money(msgspec.Struct, frozen=True, order=False):
    """An exact amount: `amount` counts minor units (cents, yen, fils) of the ISO 4217 `currency`."""

    amount: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def times(self, quantity: int) -> "Money":
        return Money(self.amount * quantity, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{decimal_text(self.amount, self.currency)} {self.currency}"

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other.amount


def total(parts: Iterable[Money], currency: str) -> Money:
    """Sum amounts of one currency; nothing sums to zero of it."""
    return sum(parts, Money(0, currency))


@cache
def digits(currency: str) -> int:
    """How many decimals a currency's minor unit has: EUR 2, JPY 0, KWD 3 (Unicode CLDR)."""
    return get_currency_precision(currency)


def decimal_text(amount: int, currency: str) -> str:
    """Minor units as the wire writes them: at least one decimal, no trailing zeros, as in 12.5 and 3.0.

    The public Storefront API writes amounts so; clients parse them as decimals.
    """
    places = digits(currency)
    sign, units = ("-", -amount) if amount < 0 else ("", amount)
    whole, fraction = divmod(units, 10**places)
    decimals = f"{fraction:0{places}d}".rstrip("0") if places else ""
    return f"{sign}{whole}.{decimals or '0'}"


def from_decimal(value: Decimal | str, currency: str, *, field: tuple[str, ...] | None = None) -> Money:
    """Read a major-unit amount exactly; refuse more decimals than the currency has, and absurd sizes."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        problem = "An amount is a decimal number, such as 12.50."
        raise BadInput(field=field, problem=problem, reason="money") from None
    if not number.is_finite() or abs(number) > LARGEST:
        raise BadInput(field=field, problem="The amount is out of range.", reason="money_range")
    minor = number.scaleb(digits(currency))
    if minor != minor.to_integral_value() or abs(minor) > LARGEST:
        problem = f"{currency} amounts have {digits(currency)} decimals."
        raise BadInput(field=field, problem=problem, reason="money_digits", currency=currency, digits=digits(currency))
    return Money(int(minor), currency)


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide minor units in proportion to weights, by largest remainder, so that the parts sum exactly.

    Weights are not negative; when all are zero the split is even. Earlier parts win ties.
    """
    if not weights:
        return []
    whole = sum(weights)
    shares = list(weights) if whole else [1] * len(weights)
    whole = whole or len(weights)
    sign, size = (-1, -amount) if amount < 0 else (1, amount)
    parts = [size * share // whole for share in shares]
    remainders = [size * share % whole for share in shares]
    left = size - sum(parts)
    for index in sorted(range(len(shares)), key=lambda i: -remainders[i])[:left]:
        parts[index] += 1
    return [sign * part for part in parts]


def fraction_of(amount: int, parts_per_million: int) -> int:
    """A rate of an amount in minor units, rounded half away from zero; the rate is in parts per million."""
    product = amount * parts_per_million
    rounded = (abs(product) + 500_000) // 1_000_000
    return rounded if product >= 0 else -rounded
