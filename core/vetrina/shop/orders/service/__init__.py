"""Write down an order, or orders of the past by the hundred; move their state, keep their goods ledger."""

from vetrina.shop.orders.service.past import write_past
from vetrina.shop.orders.service.standing import cancel, enter_goods, locked, set_money
from vetrina.shop.orders.service.writing import OrderKeys, goods_written, write_down

__all__ = ["OrderKeys", "cancel", "enter_goods", "goods_written", "locked", "set_money", "write_down", "write_past"]
