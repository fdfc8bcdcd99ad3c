"""What the account can do, as Mollie said last: ways to pay that are switched on there, and their limits by currency.

Kept in this process, filled by a job and by whoever tries the settings. While nothing is known the settings alone
decide, and what Mollie does not take it refuses when the payment starts.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from vetrina_mollie.amounts import from_mollie
from vetrina_mollie.sdk import Line, Thing, part, things


class Limits(msgspec.Struct, frozen=True):
    """In minor units of one currency; None is without limit."""

    least: int
    most: int | None


Account = Mapping[tuple[str, str], Limits]
"""Limits by way to pay and currency; a way that is not in it is not taken in that currency."""


class Known(msgspec.Struct):
    """What is known of one account: by currency, since a list is asked for one currency at a time."""

    account: dict[tuple[str, str], Limits] = {}
    asked: dict[str, datetime] = {}

    def limits(self, method: str, currency: str) -> Limits | None:
        """None where the account does not take it; a currency nobody asked about has no limits."""
        if currency not in self.asked:
            return Limits(1, None)
        return self.account.get((method, currency))


_accounts: dict[str, Known] = {}
MOST_ACCOUNTS = 20


def known(fingerprint: str) -> Known:
    """What is known of the account with that fingerprint; it outlives a change of the other settings."""
    if fingerprint not in _accounts and len(_accounts) >= MOST_ACCOUNTS:
        _accounts.clear()
    return _accounts.setdefault(fingerprint, Known())


async def learn(line: Line, about: Known, currencies: Sequence[str], at: datetime) -> list[str]:
    """Ask what the account takes in these currencies; the ways to pay that are on, in any of them, sorted."""
    found = set[str]()
    for currency in currencies:
        listed = await line.call("methods.list", amount={"currency": currency, "value": _sample(currency)})
        methods = things(part(listed, "_embedded").get("methods"))
        fresh = {(method["id"], currency): _limits(method, currency) for method in methods}
        kept = {key: limits for key, limits in about.account.items() if key[1] != currency}
        about.account = {**kept, **fresh}
        about.asked = {**about.asked, currency: at}
        found |= {method for method, _ in fresh}
    return sorted(found)


def _limits(method: Thing, currency: str) -> Limits:
    """Limits of another currency than was asked for bind nobody here."""
    least, most = method.get("minimumAmount"), method.get("maximumAmount")
    return Limits(
        from_mollie(least) if least and least["currency"] == currency else 1,
        from_mollie(most) if most and most["currency"] == currency else None,
    )


def _sample(currency: str) -> str:
    return "100" if currency in ("JPY", "ISK") else "100.00"
