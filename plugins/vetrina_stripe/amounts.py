"""Our minor units and Stripe's: how many decimals it gives a currency, its steps, and what is too little. Pure."""

from collections.abc import Iterable, Mapping

from vetrina.kernel.money import digits
from vetrina_stripe.refusals import AmountNotTaken, AmountTooSmall

WHOLE = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
"""Stripe's zero-decimal currencies. ISK and UGX have no decimals either, but Stripe writes them with two zeros."""
THOUSANDTHS = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
"""Stripe's three-decimal currencies, of which it takes no single thousandths: amounts are multiples of ten."""
STEPS: Mapping[str, int] = {"ISK": 100, "UGX": 100, **dict.fromkeys(THOUSANDTHS, 10)}
LEAST: Mapping[str, int] = {
    "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50, "GBP": 30,
    "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200,
    "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
}  # fmt: skip
"""What Stripe takes at least, in its own units. Where another currency is settled, Stripe says so itself."""


def to_stripe(amount: int, currency: str, *, smallest: bool = False) -> int:
    """Our minor units as Stripe's; `smallest` also refuses what is below its minimum.

    Raises AmountNotTaken for an amount that cannot be said exactly: nobody is charged a rounded price.
    """
    shift = _digits(currency) - digits(currency)
    told, rest = (amount * 10**shift, 0) if shift >= 0 else divmod(amount, 10**-shift)
    if rest or told % STEPS.get(currency, 1):
        raise AmountNotTaken(amount=_major(amount, currency), currency=currency)
    least = LEAST.get(currency, 1)
    if smallest and told < least:
        raise AmountTooSmall(
            reason=f"Stripe takes {_major(from_stripe(least, currency), currency)} {currency} or more."
        )
    return told


def from_stripe(told: int, currency: str) -> int:
    """Stripe's units as our minor units, rounded half up where Stripe counts finer, as it may with its fees."""
    shift = _digits(currency) - digits(currency)
    if shift <= 0:
        return told * 10**-shift
    unit = 10**shift
    return (told + unit // 2) // unit


def all_from_stripe(told: Iterable[int], currency: str) -> list[int]:
    """The same for parts of a sum: they add up to what the sum is."""
    parts, so_far, known = list[int](), 0, 0
    for part in told:
        so_far += part
        total = from_stripe(so_far, currency)
        parts.append(total - known)
        known = total
    return parts


def _digits(currency: str) -> int:
    return 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2


def _major(amount: int, currency: str) -> str:
    places = digits(currency)
    whole, fraction = divmod(amount, 10**places)
    return f"{whole}.{fraction:0{places}d}" if places else str(whole)
