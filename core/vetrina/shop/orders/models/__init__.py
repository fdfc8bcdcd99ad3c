"""Tables of orders: as they were placed, amended, what was sent of them, came back, was paid back."""

from vetrina.shop.orders.models.amended import Amendment, AmendmentLine
from vetrina.shop.orders.models.fulfilments import Fulfilment, FulfilmentEvent, FulfilmentLine
from vetrina.shop.orders.models.placed import (
    GoodsEntry,
    LineRest,
    NumberSeries,
    Order,
    OrderDelivery,
    OrderDiscount,
    OrderLine,
    OrderTaxLine,
)
from vetrina.shop.orders.models.refunds import Refund, RefundLine, RefundPart
from vetrina.shop.orders.models.returned import Return, ReturnLine

__all__ = [
    "Amendment",
    "AmendmentLine",
    "Fulfilment",
    "FulfilmentEvent",
    "FulfilmentLine",
    "GoodsEntry",
    "LineRest",
    "NumberSeries",
    "Order",
    "OrderDelivery",
    "OrderDiscount",
    "OrderLine",
    "OrderTaxLine",
    "Refund",
    "RefundLine",
    "RefundPart",
    "Return",
    "ReturnLine",
]
