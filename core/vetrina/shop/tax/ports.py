"""TaxProvider: lines in, tax lines out; fails closed. DestinationPrices: prices that depend on where goods go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Literal, Protocol

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.registry import Policy


class TaxableLine(msgspec.Struct, frozen=True, kw_only=True):
    """What tax is computed on: the line's amount after discounts, in minor units. key None is delivery."""

    key: int | None
    amount: int
    quantity: int
    tax_class: str
    is_gift_card: bool = False
    """It sells money: a voucher that is good for anything is taxed when it is spent."""
    is_goods: bool = True
    """Whether it is sent: what is not is a service."""


class TaxBuyer(msgspec.Struct, frozen=True, kw_only=True):
    """Who buys, as far as he has said."""

    reference: str = ""
    """What stays the same for one cart and tells nobody which: plugins keep what belongs to the cart under it."""
    customer_id: int | None = None
    """Of somebody who has signed in."""
    company: str | None = None
    """As in the billing address, or else the delivery address."""
    billing_country: str | None = None


class TaxRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One cart's question. `at` is the moment of supply; it does not belong to what makes two questions the same."""

    currency: str
    country: str
    province: str | None
    zip: str | None
    prices_include_tax: bool
    lines: tuple[TaxableLine, ...]
    at: datetime
    city: str | None = None
    ships_from: str | None = None
    """The country the goods leave from (ISO 3166)."""
    is_collected: bool = False
    """Whether they are handed over in the shop's own room, which is where the address is: then nothing is sent."""
    buyer: TaxBuyer = TaxBuyer()


class TaxedLine(msgspec.Struct, frozen=True, kw_only=True):
    """Tax of one rate (parts per million) on the request's line of that key."""

    key: int | None
    title: str
    rate: int
    amount: int


class TaxTreatment(msgspec.Struct, frozen=True, kw_only=True):
    """Why the tax is what it is: frozen with the order, for its invoice and whoever audits it."""

    scheme: str
    """Such as domestic, oss, origin, reverse_charge, export, exempt."""
    country: str
    """Whose tax it is (ISO 3166)."""
    mention: str = ""
    """The sentence that the invoice has to carry; empty where none is needed."""
    rounding: Literal["line", "order"] = "line"
    vat_id: str | None = None
    """The buyer's, where the treatment rests on it."""
    seller_vat_id: str | None = None
    rates_of: str = ""
    """The day from which the rates are valid, and where they were found."""
    facts: Mapping[str, str] = {}
    """Evidence by name, such as the number under which a VAT id was checked."""


class TaxAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Tax lines and their treatment. While the provider is down the answer stands in for `good_for` seconds."""

    lines: tuple[TaxedLine, ...] = ()
    treatment: TaxTreatment | None = None
    good_for: int = 0


class TaxProvider(Protocol):
    """Says what tax is due. Failure policy: required; without an answer nothing is sold.

    An answer that was good stands in for it, to the very same question and as long as it said, and the order says so.
    With no provider at all the shop charges no tax: prices are what they are.
    """

    policy: ClassVar[Policy] = Policy("required", 5.0)

    async def tax(self, ctx: Context, request: TaxRequest) -> TaxAnswer: ...


class PricedLine(msgspec.Struct, frozen=True, kw_only=True):
    """The price of one piece, tax included, in minor units."""

    key: int
    unit_price: int
    quantity: int
    tax_class: str


class DestinationPrices(Protocol):
    """Changes prices that include tax to those of the destination, so that what the shop keeps is the same everywhere.

    Failure policy: required; a price nobody can vouch for is not shown. Optional for a shop: without anybody who
    serves it, a price is the same wherever the goods go.
    """

    policy: ClassVar[Policy] = Policy("required", 2.0)

    async def unit_prices(self, ctx: Context, request: TaxRequest, lines: Sequence[PricedLine]) -> dict[int, int]:
        """What one piece costs there, by key; what is left out stays as it is. `request` has no lines."""
        ...
