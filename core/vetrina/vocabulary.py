"""The shared nouns: typed ids, public enums and the values that cross rooms; no behaviour."""

from enum import StrEnum
from typing import NewType

import msgspec

ProductId = NewType("ProductId", int)
VariantId = NewType("VariantId", int)
CollectionId = NewType("CollectionId", int)
LocationId = NewType("LocationId", int)
CartId = NewType("CartId", int)
CartLineId = NewType("CartLineId", int)
OrderId = NewType("OrderId", int)
PaymentId = NewType("PaymentId", int)
CustomerId = NewType("CustomerId", int)

ELSEWHERE = "history"
"""The provider of payments of imported orders: no plugin, so that nobody is ever asked for their money again."""
LARGEST_QUANTITY = 1_000_000
"""The most pieces of one thing a line, a receipt or a correction may name."""


class ProductStatus(StrEnum):
    """Only active products with a publication date in the past are on sale."""

    ACTIVE = "active"
    DRAFT = "draft"
    ARCHIVED = "archived"


class MediaKind(StrEnum):
    """What a medium is; only images can be a product's, a variant's or a collection's picture."""

    IMAGE = "image"
    VIDEO = "video"
    EXTERNAL_VIDEO = "external_video"
    MODEL_3D = "model_3d"
    FILE = "file"


class CartState(StrEnum):
    """open: editable. ordered: gone for the buyer. A cart with an open attempt is still open; the attempt guards it."""

    OPEN = "open"
    ORDERED = "ordered"


class AttemptState(StrEnum):
    """A checkout attempt: open until the payment is decided, then one of two ends."""

    OPEN = "open"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class PaymentState(StrEnum):
    """A payment's life; the allowed steps are the table in shop/payments/rules.py."""

    STARTED = "started"
    PROCESSING = "processing"
    ACTION_REQUIRED = "action_required"
    PENDING = "pending"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class DisputeState(StrEnum):
    """A buyer's dispute over a charge, as its provider has it; a warning has taken no money yet."""

    WARNING = "warning"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"


class PayoutState(StrEnum):
    """A transfer from a payment service to the shop's bank account."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PayoutItemKind(StrEnum):
    """What a payment service settles by a payout."""

    CHARGE = "charge"
    REFUND = "refund"
    REFUND_REVERSAL = "refund_reversal"
    DISPUTE = "dispute"
    DISPUTE_REVERSAL = "dispute_reversal"
    FEE = "fee"
    ADJUSTMENT = "adjustment"


class PaymentFlow(StrEnum):
    """How a way to pay meets the buyer, in the words of CartPaymentFlow."""

    FREE = "FREE"
    OFFLINE = "OFFLINE"
    IN_PAGE = "IN_PAGE"
    REDIRECT = "REDIRECT"


class OrderState(StrEnum):
    PLACED = "placed"
    CANCELLED = "cancelled"


class FinancialStatus(StrEnum):
    """In the words of OrderFinancialStatus."""

    PENDING = "PENDING"
    AUTHORIZED = "AUTHORIZED"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    VOIDED = "VOIDED"


class FulfilmentStatus(StrEnum):
    """In the words of OrderFulfillmentStatus; the part the core reaches by itself."""

    UNFULFILLED = "UNFULFILLED"
    IN_PROGRESS = "IN_PROGRESS"
    PARTIALLY_FULFILLED = "PARTIALLY_FULFILLED"
    FULFILLED = "FULFILLED"
    RESTOCKED = "RESTOCKED"


class FulfilmentState(StrEnum):
    """A parcel's life: made ready, sent, followed by its carrier until it is there; cancelled, it is sent anew."""

    READY = "ready"
    SENT = "sent"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    FAILED = "failed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class RefundState(StrEnum):
    """A refund is asked until its providers have answered; failed means that one of them refused it for good.

    Bounced means that it was done, and that the buyer's bank refused the money later: it is still owed.
    """

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"
    BOUNCED = "bounced"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """A postal address as the buyer wrote it; country is ISO 3166-1, province the subdivision's own code."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    zip: str | None = None
    province: str | None = None
    country: str | None = None
    phone: str | None = None

    @property
    def town(self) -> list[str]:
        """The lines that name the town, in the order that the country's post wants."""
        match self.country:
            case "US" | "CA" | "AU":
                lines = ((self.city, self.province, self.zip),)
            case "GB" | "IE":
                lines = ((self.city,), (self.province,), (self.zip,))
            case _:
                lines = ((self.zip, self.city, self.province),)
        return [line for parts in lines if (line := " ".join(part for part in parts if part))]


class OpenHours(msgspec.Struct, frozen=True, kw_only=True):
    """When a place is open on one day of the week, Monday 0; a day may have several. Times as 09:00, local."""

    day: int
    opens: str
    closes: str


class PickupPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where parcels wait for those who collect them: a shop's own room, or somebody's who keeps them for it."""

    id: str
    """Stable, and unique with whoever offers it."""
    name: str
    address: Address
    hours: tuple[OpenHours, ...] = ()
    latitude: int | None = None
    longitude: int | None = None
    """Millionths of a degree, WGS 84."""
    distance: int | None = None
    """Metres as the crow flies from where the buyer is, where that is known."""
    is_own: bool = False
    """Whether it is the shop's own room: goods change hands there, nothing is sent. The core says so of any PICK_UP."""


class UnitMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """How much a piece holds, and for how much of it the unit price is told: 750 ML, told for 1 L.

    Units are the contract's UnitPriceMeasurementMeasuredUnit; both are of one kind, such as volumes.
    """

    quantity: int
    """In thousandths of the unit."""
    unit: str
    reference: int
    reference_unit: str


class Attribute(msgspec.Struct, frozen=True):
    """A free pair of key and value on a cart, a line or an order."""

    key: str
    value: str | None


class RowProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a row of a file, and with it its product or its order, was left out."""

    row: int
    field: str | None
    code: str
    """UPPER_SNAKE, such as PRICE_INVALID."""
    message: str
    """One sentence that says what is wrong and what would be right."""
