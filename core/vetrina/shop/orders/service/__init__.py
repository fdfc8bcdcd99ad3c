"""Write down an order, or orders of the past by the hundred; move their state, keep their goods ledger."""

from vetrina.shop.orders.service.amending import Amending, WrittenAmendment, amend
from vetrina.shop.orders.service.parcels import (
    ParcelNow,
    Shipment,
    comes_on,
    enter_parcel_event,
    locked_parcel,
    move_parcel,
    parcel_of_key,
    retrack,
    set_fulfilment,
    write_parcel,
)
from vetrina.shop.orders.service.past import write_past
from vetrina.shop.orders.service.refunds import (
    RefundNote,
    RefundPartRow,
    ask_again,
    decide_part,
    follow_parts,
    parts_held,
    refund_of_key,
    release,
    write_refund,
)
from vetrina.shop.orders.service.returning import (
    FoundLine,
    WantedLine,
    locked_return,
    move_return,
    write_found,
    write_return,
)
from vetrina.shop.orders.service.standing import cancel, enter_goods, locked, set_money
from vetrina.shop.orders.service.writing import OrderKeys, goods_written, write_down

__all__ = [
    "Amending",
    "FoundLine",
    "OrderKeys",
    "ParcelNow",
    "RefundNote",
    "RefundPartRow",
    "Shipment",
    "WantedLine",
    "WrittenAmendment",
    "amend",
    "ask_again",
    "cancel",
    "comes_on",
    "decide_part",
    "enter_goods",
    "enter_parcel_event",
    "follow_parts",
    "goods_written",
    "locked",
    "locked_parcel",
    "locked_return",
    "move_parcel",
    "move_return",
    "parcel_of_key",
    "parts_held",
    "refund_of_key",
    "release",
    "retrack",
    "set_fulfilment",
    "set_money",
    "write_down",
    "write_found",
    "write_parcel",
    "write_past",
    "write_refund",
    "write_return",
]
