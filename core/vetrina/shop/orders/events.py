"""What an order tells the world: placed, paid, sent, followed, paid back, cancelled, imported."""

from typing import ClassVar

from vetrina.kernel.messages.outbox import Event


class OrderEvent(Event, frozen=True, kw_only=True):
    """What all events of an order carry. total in minor units of currency."""

    noun: ClassVar[str] = "order"
    subject_field: ClassVar[str] = "order_id"

    order_id: int
    number: int
    total: int
    currency: str


class OrderPlaced(OrderEvent, frozen=True, kw_only=True):
    """A cart became an order; it may not be paid yet."""


class OrderPaid(OrderEvent, frozen=True, kw_only=True):
    """All of the order's total has been received."""


class OrderCancelled(OrderEvent, frozen=True, kw_only=True):
    """The order will not be fulfilled; reason is an OrderCancelReason."""

    reason: str


class OrderLinesCancelled(OrderEvent, frozen=True, kw_only=True):
    """Pieces of the order will not be sent: pairs of line id and quantity. The rest of the order stands."""

    lines: tuple[tuple[int, int], ...]
    reason: str
    notify: bool = True


class OrderSent(OrderEvent, frozen=True, kw_only=True):
    """A parcel of the order has left; `notify` says whether the buyer is to hear of it."""

    fulfilment_id: int
    notify: bool


class FulfilmentMoved(OrderEvent, frozen=True, kw_only=True):
    """A parcel has come further, or its tracking was changed; `state` is a FulfilmentState."""

    fulfilment_id: int
    state: str
    notify: bool


class OrderAmended(OrderEvent, frozen=True, kw_only=True):
    """An order changed after it was placed; kind is edit or exchange, `difference` signed, in minor units."""

    amendment_id: int
    kind: str
    difference: int
    notify: bool


class PaymentAsked(OrderEvent, frozen=True, kw_only=True):
    """The buyer is to pay `amount` of the order, in minor units, by the link of a payment request."""

    request_id: int
    amount: int


class ReturnRequested(OrderEvent, frozen=True, kw_only=True):
    """Somebody wants to send goods of the order back; `requested_by` is customer or staff."""

    return_id: int
    requested_by: str


class ReturnAnswered(OrderEvent, frozen=True, kw_only=True):
    """A return was approved, declined or cancelled: `state` says which."""

    return_id: int
    state: str


class ReturnReceived(OrderEvent, frozen=True, kw_only=True):
    """Goods of a return are here and were looked at."""

    return_id: int


class ReturnClosed(OrderEvent, frozen=True, kw_only=True):
    """A return is settled: by a refund, an exchange or nothing."""

    return_id: int
    refund_id: int | None
    amendment_id: int | None


class OrderRefunded(OrderEvent, frozen=True, kw_only=True):
    """Money of the order is back at its buyer: `amount` of a refund, in minor units, as far as it is done.

    Of one that a provider refused in part, or that came back, it is heard again when all of it is there.
    """

    refund_id: int
    amount: int
    notify: bool


class OrderWaived(OrderEvent, frozen=True, kw_only=True):
    """Less is asked for the order: `amount` of it, in minor units, had not been paid when the refund was made."""

    refund_id: int
    amount: int


class OrderDocumentIssued(OrderEvent, frozen=True, kw_only=True):
    """A document of the order was issued; `kind` is invoice or credit_note, `name` its number as it is printed.

    `provider` is the key under which OrderDocuments is served, and `reference` names the document there.
    """

    kind: str
    name: str
    provider: str
    reference: str


class OrderImported(OrderEvent, frozen=True, kw_only=True):
    """An order of the past was taken over from another shop system; nobody is waiting for it.

    Whoever thanks buyers, reserves goods or calls a courier for OrderPlaced has nothing to do here; whoever counts
    sales has. `name` is what the order is called in `source`.
    """

    source: str
    name: str
