"""What was sent of orders, parcel by parcel: pieces that left under one reference."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select

from vetrina.kernel.db import Reads, id_in
from vetrina.shop.orders.models import GoodsEntry


class ParcelPartRow(msgspec.Struct, frozen=True):
    """So many pieces of a line."""

    id: int
    line_id: int
    quantity: int


class ParcelRow(msgspec.Struct, frozen=True):
    """What left together, and when; `id` is that of its first entry in the order's goods ledger."""

    id: int
    order_id: int
    at: datetime
    parts: tuple[ParcelPartRow, ...]


async def parcels_of(db: Reads, order_ids: Sequence[int]) -> dict[int, list[ParcelRow]]:
    """The parcels of several orders, oldest first, by order id."""
    together: dict[tuple[int, str], list[_Sent]] = {}
    for entry in await db.rows(_Sent, _SENT, {"order_ids": list(order_ids)}):
        together.setdefault((entry.order_id, entry.reference), []).append(entry)
    found: dict[int, list[ParcelRow]] = {}
    for (order_id, _), sent in together.items():
        parts = tuple(ParcelPartRow(entry.id, entry.line_id, entry.quantity) for entry in sent)
        found.setdefault(order_id, []).append(ParcelRow(sent[0].id, order_id, sent[0].at, parts))
    return found


class _Sent(msgspec.Struct, frozen=True):
    id: int
    order_id: int
    line_id: int
    quantity: int
    reference: str
    at: datetime


_SENT = (
    select(
        GoodsEntry.id,
        GoodsEntry.order_id,
        GoodsEntry.line_id,
        GoodsEntry.quantity,
        GoodsEntry.reference,
        GoodsEntry.at,
    )
    .where(id_in(GoodsEntry.order_id, "order_ids"), GoodsEntry.kind == "sent")
    .order_by(GoodsEntry.order_id, GoodsEntry.id)
)
