"""TaxProvider: lines in, tax lines out; fails closed."""

from typing import ClassVar, Protocol

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.registry import Policy


class TaxableLine(msgspec.Struct, frozen=True, kw_only=True):
    """What tax is computed on: the line's amount after discounts, in minor units. key None is delivery."""

    key: int | None
    amount: int
    quantity: int
    tax_class: str


class TaxRequest(msgspec.Struct, frozen=True, kw_only=True):
    currency: str
    country: str
    province: str | None
    zip: str | None
    prices_include_tax: bool
    lines: tuple[TaxableLine, ...]


class TaxedLine(msgspec.Struct, frozen=True, kw_only=True):
    """Tax of one rate (parts per million) on the request's line of that key."""

    key: int | None
    title: str
    rate: int
    amount: int


class TaxProvider(Protocol):
    """Says what tax is due. Failure policy: required; without an answer nothing is sold.

    With no provider at all the shop charges no tax: prices are what they are.
    """

    policy: ClassVar[Policy] = Policy("required", 5.0)

    async def tax(self, ctx: Context, request: TaxRequest) -> tuple[TaxedLine, ...]: ...
