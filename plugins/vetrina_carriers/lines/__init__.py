"""Lines to carriers: one account at one of them, spoken to in its own language."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from vetrina.kernel.errors import Unavailable
from vetrina.plugin import Context
from vetrina.ports import CarrierRate, Label, Parcel, PickupPoint, RateRequest, ShipmentRequest, Tracking
from vetrina.vocabulary import Address
from vetrina_carriers.kinds import KINDS, Kind, Offered

PATIENCE = 20.0
"""Seconds for one exchange with a carrier, whoever waits for it."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account, opened: what is known of it only while a carrier is spoken to."""

    id: int
    carrier: str
    name: str
    is_live: bool
    number: str
    secrets: Mapping[str, str]
    currency: str
    location_id: int | None
    parcel: Parcel
    services: tuple[Offered, ...]
    label_format: str

    @property
    def kind(self) -> Kind:
        return KINDS[self.carrier]

    def __repr__(self) -> str:
        return f"Account(id={self.id}, carrier={self.carrier!r})"


class NotBought(Unavailable):
    """Nothing was bought, certainly: it may be asked for again."""


class Line(Protocol):
    """Speaks with one carrier for one account. Raises CarrierRefused; Unavailable where nobody knows what was."""

    async def attempt(self, ctx: Context) -> None:
        """Find out whether the account is good. Raises CarrierRefused ACCOUNT, Unavailable."""
        ...

    async def rates(self, ctx: Context, request: RateRequest) -> tuple[CarrierRate, ...]: ...

    async def buy(self, ctx: Context, request: ShipmentRequest, insured: int | None = None) -> Label:
        """Buy; `insured` for so much, in minor units of the request's currency.

        Raises NotBought where it certainly was not; any other Unavailable leaves that open.
        """
        ...

    async def find(self, ctx: Context, request: ShipmentRequest) -> Label | None:
        """What was bought for that key, if anything. Asked only where the kind finds."""
        ...

    async def cancel(self, ctx: Context, reference: str) -> None: ...

    async def track(self, ctx: Context, numbers: tuple[str, ...]) -> tuple[Tracking, ...]: ...

    async def points(self, ctx: Context, near: Address, limit: int) -> tuple[PickupPoint, ...]: ...


def line_of(account: Account) -> Line:
    """The line of an account. What it takes to speak is imported when somebody does."""
    if account.carrier == "inpost":
        from vetrina_carriers.lines.inpost import InPostLine

        return InPostLine(account)
    if account.carrier == "practice":
        from vetrina_carriers.lines.practice import PracticeLine

        return PracticeLine(account)
    from vetrina_carriers.lines.parcel_library import LibraryLine

    return LibraryLine(account)
