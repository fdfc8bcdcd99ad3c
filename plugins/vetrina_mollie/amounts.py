"""Amounts as Mollie writes them: a text with exactly the currency's decimals. Pure."""

from decimal import Decimal, InvalidOperation
from typing import Any, cast

from vetrina.kernel.errors import BadInput, Unavailable
from vetrina.kernel.money import digits, from_decimal


def to_mollie(amount: int, currency: str) -> dict[str, str]:
    """Our minor units as Mollie's object."""
    places = digits(currency)
    whole, fraction = divmod(amount, 10**places)
    return {"currency": currency, "value": f"{whole}.{fraction:0{places}d}" if places else str(whole)}


def from_mollie(told: Any, currency: str | None = None) -> int:
    """Mollie's object as our minor units, with its sign; nothing told is 0.

    Raises Unavailable for what is no amount, or of another currency than expected: then nothing is believed.
    """
    if not told:
        return 0
    given = cast("dict[str, str]", told)
    if currency is not None and given["currency"] != currency:
        raise Unavailable(f"Mollie tells {given['currency']} of a payment in {currency}")
    try:
        value = Decimal(given["value"])
        return from_decimal(abs(value), given["currency"]).amount * (-1 if value < 0 else 1)
    except (InvalidOperation, BadInput) as error:
        raise Unavailable(f"Mollie tells an amount that is none: {given['value'][:40]}") from error
