"""DeliveryProvider: the ways one group of lines can travel, with their prices. Carriers have a port beside it."""

from datetime import date, datetime
from typing import ClassVar, Literal, Protocol

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.kernel.registry import Policy
from vetrina.vocabulary import Address, PickupPoint

MethodType = Literal["SHIPPING", "PICK_UP", "PICKUP_POINT", "LOCAL", "RETAIL", "NONE"]
WhyNot = Literal["COUNTRY", "POSTAL_CODE", "CURRENCY", "LIMITS", "LINES"]


class DeliveredLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that travels. Weight in grams per piece, amounts in minor units: `amount` after discounts."""

    variant_id: int
    product_id: int = 0
    """0 where nobody knows."""
    quantity: int
    weight: int
    amount: int
    subtotal: int | None = None
    """Before discounts; None for as much as `amount`."""


class DeliveryRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Where a group of lines goes; `country` is that of the buyer's address, else the cart's own."""

    currency: str
    country: str
    province: str | None
    zip: str | None
    language: str
    lines: tuple[DeliveredLine, ...]
    address: Address | None = None
    """The buyer's, where he has named one."""
    market_country: str | None = None
    """The country the cart is sold in, by whose market its currency is."""
    customer_id: int | None = None
    near: tuple[int, int] | None = None
    """Latitude and longitude of where the buyer is, in millionths of a degree, where the front end says so."""
    at: datetime | None = None
    """When it is asked; None for now."""

    @property
    def amount(self) -> int:
        """What the goods cost after discounts."""
        return sum(line.amount for line in self.lines)

    @property
    def subtotal(self) -> int:
        """What they cost before."""
        return sum(line.amount if line.subtotal is None else line.subtotal for line in self.lines)

    @property
    def weight(self) -> int:
        """Grams of all pieces."""
        return sum(line.weight * line.quantity for line in self.lines)

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)


class DeliveryOption(msgspec.Struct, frozen=True, kw_only=True):
    """One way, with its price in minor units. handle is stable and unique within its provider."""

    handle: str
    title: str
    amount: int
    description: str | None = None
    code: str | None = None
    method_type: MethodType = "SHIPPING"
    is_taxable: bool = True
    promised_from: date | None = None
    promised_to: date | None = None
    """The first and the last day on which it arrives, or is ready to be collected, as it is promised."""
    pickup_point: PickupPoint | None = None
    """Where it waits, for PICK_UP and PICKUP_POINT."""
    flag: str | None = None
    """What the staff should know of the price, in UPPER_SNAKE, such as CARRIER_SLOW where a table stood in."""


class Undeliverable(Refusal):
    """Why a provider delivers none of this. Facts: why, a WhyNot; problem, a sentence; variants, those it is about."""

    code = "UNDELIVERABLE"
    text = "{problem}"

    def __init__(self, why: WhyNot, problem: str, variants: tuple[int, ...] = ()) -> None:
        self.why: WhyNot = why
        self.variants = variants
        super().__init__(problem=problem, why=why)


class DeliveryProvider(Protocol):
    """Offers ways to deliver. Failure policy: optional; the others' options are still offered.

    Who delivers nothing answers nothing, or raises Undeliverable where it knows why: buyers are told, if nobody else
    delivers either.
    """

    policy: ClassVar[Policy] = Policy("optional", 5.0)

    async def options(self, ctx: Context, request: DeliveryRequest) -> tuple[DeliveryOption, ...]: ...


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """One box. Grams and millimetres; without its sizes a carrier takes those it assumes."""

    weight: int
    length: int | None = None
    width: int | None = None
    height: int | None = None


class ParcelContent(msgspec.Struct, frozen=True, kw_only=True):
    """What customs want to know of a line: grams and minor units per piece, country ISO 3166-1, HS code."""

    title: str
    quantity: int
    weight: int
    value: int
    sku: str | None = None
    origin_country: str | None = None
    hs_code: str | None = None


class RateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a carrier would ask. `value` is that of the goods, in minor units of `currency`."""

    origin: Address
    destination: Address
    parcels: tuple[Parcel, ...]
    currency: str
    value: int
    at: datetime
    """When the parcels are ready to be taken along."""
    language: str = "en"
    services: tuple[str, ...] = ()
    """Those that matter; empty for all."""


class CarrierRate(msgspec.Struct, frozen=True, kw_only=True):
    """What one service asks, in minor units of its own currency; `service` is stable, such as express_worldwide."""

    service: str
    title: str
    amount: int
    currency: str
    arrives_from: date | None = None
    arrives_to: date | None = None


class ShipmentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A label to be bought. The same `key` never buys a second one: the answer is the first one's."""

    key: str
    service: str
    origin: Address
    destination: Address
    parcels: tuple[Parcel, ...]
    currency: str
    value: int
    at: datetime
    reference: str
    """What people know it by, such as the order's number; printed on the label."""
    email: str | None = None
    """The recipient's, where the carrier may write to him."""
    pickup_point_id: str | None = None
    """The carrier's own point that the recipient has chosen."""
    contents: tuple[ParcelContent, ...] = ()
    label_format: Literal["pdf", "zpl"] = "pdf"


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A bought label: the document to print, and what the carrier knows the shipment by."""

    reference: str
    """The shipment at the carrier: what cancel_label is told."""
    tracking_number: str
    document: bytes
    format: Literal["pdf", "zpl"]
    tracking_url: str | None = None
    amount: int | None = None
    """What it costs, in minor units of `currency`, where the carrier says so."""
    currency: str | None = None


ParcelStatus = Literal[
    "announced", "in_transit", "out_for_delivery", "ready_for_pickup", "attempted", "delivered", "returned", "exception"
]
LAST_STATUSES: frozenset[ParcelStatus] = frozenset({"delivered", "returned"})
"""After these nothing more is to come."""


class TrackingEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a parcel. `reference` tells two events apart: the same event has the same one, always."""

    reference: str
    status: ParcelStatus
    text: str
    at: datetime
    place: str | None = None


class Tracking(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a parcel, oldest first; later answers hold the earlier one's events, and perhaps more."""

    tracking_number: str
    events: tuple[TrackingEvent, ...]
    expected_on: date | None = None


CarrierWhyNot = Literal["ADDRESS", "PARCEL", "SERVICE", "CONTENTS", "ACCOUNT", "ALREADY_SENT", "UNKNOWN_SHIPMENT"]


class CarrierRefused(Refusal):
    """The carrier will never do this as it was asked. Facts: why, a CarrierWhyNot; problem, the carrier's own words."""

    code = "CARRIER_REFUSED"
    text = "The carrier refuses: {problem}"

    def __init__(self, why: CarrierWhyNot, problem: str, *, field: tuple[str, ...] | None = None) -> None:
        self.why: CarrierWhyNot = why
        super().__init__(field=field, problem=problem, why=why)


class Carrier(Protocol):
    """Brings parcels. Failure policy: optional; while one does not answer, tables quote and labels wait.

    What can never be raises CarrierRefused; what may be tried again raises Unavailable, or takes too long.
    """

    policy: ClassVar[Policy] = Policy("optional", 8.0)

    async def rates(self, ctx: Context, request: RateRequest) -> tuple[CarrierRate, ...]:
        """What each service asks for these parcels; none where it does not go."""
        ...

    async def buy_label(self, ctx: Context, request: ShipmentRequest) -> Label:
        """Buy a label, once per key. Raises CarrierRefused."""
        ...

    async def cancel_label(self, ctx: Context, reference: str) -> None:
        """Give a label back; one that was given back already is no error. Raises CarrierRefused once it was used."""
        ...

    async def track(self, ctx: Context, tracking_numbers: tuple[str, ...]) -> tuple[Tracking, ...]:
        """What is known of parcels; one that the carrier does not know is left out."""
        ...

    async def pickup_points(self, ctx: Context, near: Address, limit: int) -> tuple[PickupPoint, ...]:
        """Its points near an address, nearest first; none where it has none."""
        ...
