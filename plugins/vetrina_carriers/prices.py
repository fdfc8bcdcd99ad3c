"""Prices of a contract, for carriers that tell none: so much up to so many grams, for each parcel."""

from collections.abc import Iterable, Sequence

from vetrina.ports import Parcel
from vetrina_carriers.kinds import Offered


def contract_price(offered: Offered, parcels: Sequence[Parcel]) -> int | None:
    """What these parcels cost, in minor units of the account's currency; None beyond the end of the contract."""
    total = 0
    for parcel in parcels:
        price = next((amount for upto, amount in sorted(offered.prices) if parcel.weight <= upto), None)
        if price is None:
            return None
        total += price
    return total


def wanted(offered: Iterable[Offered], services: Sequence[str]) -> list[Offered]:
    """Those that matter to whoever asks."""
    return [each for each in offered if not services or each.code in services]


def sized(parcels: Sequence[Parcel], usual: Parcel) -> tuple[Parcel, ...]:
    """Parcels with the usual size where theirs is not known whole."""
    return tuple(
        parcel
        if parcel.length and parcel.width and parcel.height
        else Parcel(weight=parcel.weight, length=usual.length, width=usual.width, height=usual.height)
        for parcel in parcels
    )
