"""Series and how a number is printed. Pure."""

from typing import Literal

import msgspec

Kind = Literal["invoice", "credit_note"]


class SeriesSpec(msgspec.Struct, frozen=True):
    """Which run of numbers a document belongs to."""

    kind: Kind
    prefix: str
    is_yearly: bool

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.prefix}:{'yearly' if self.is_yearly else 'continuous'}"

    def printed(self, number: int, year: int) -> str:
        """12/2026, NC12/2026, or 12 where numbers go on for ever."""
        return f"{self.prefix}{number}/{year}" if self.is_yearly else f"{self.prefix}{number}"
