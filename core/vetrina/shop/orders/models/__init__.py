"""Tables of orders: as they were placed, what was sent of them, what was paid back."""

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

__all__ = [
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
]
