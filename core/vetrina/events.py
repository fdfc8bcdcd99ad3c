"""Every domain event a plugin may react to; nothing is defined here."""

from vetrina.kernel.messages.outbox import Event
from vetrina.shop.catalog.events import ProductArchived, ProductChanged, ProductCreated
from vetrina.shop.customers.events import CustomerForgotten, CustomerJoined
from vetrina.shop.inventory.events import StockRanOut, StockReturned
from vetrina.shop.orders.events import (
    FulfilmentMoved,
    OrderAmended,
    OrderCancelled,
    OrderDocumentIssued,
    OrderImported,
    OrderLinesCancelled,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
    OrderSent,
    OrderWaived,
    PaymentAsked,
    ReturnAnswered,
    ReturnClosed,
    ReturnReceived,
    ReturnRequested,
)
from vetrina.shop.payments.events import (
    PaymentCaptured,
    PaymentDisputed,
    PaymentFailed,
    PaymentRefundBounced,
    PaymentRefunded,
    PaymentReminded,
    PayoutArrived,
)
from vetrina.shop.sources.events import AddressChanged

__all__ = [
    "AddressChanged",
    "CustomerForgotten",
    "CustomerJoined",
    "Event",
    "FulfilmentMoved",
    "OrderAmended",
    "OrderCancelled",
    "OrderDocumentIssued",
    "OrderImported",
    "OrderLinesCancelled",
    "OrderPaid",
    "OrderPlaced",
    "OrderRefunded",
    "OrderSent",
    "OrderWaived",
    "PaymentAsked",
    "PaymentCaptured",
    "PaymentDisputed",
    "PaymentFailed",
    "PaymentRefundBounced",
    "PaymentRefunded",
    "PaymentReminded",
    "PayoutArrived",
    "ProductArchived",
    "ProductChanged",
    "ProductCreated",
    "ReturnAnswered",
    "ReturnClosed",
    "ReturnReceived",
    "ReturnRequested",
    "StockRanOut",
    "StockReturned",
]
