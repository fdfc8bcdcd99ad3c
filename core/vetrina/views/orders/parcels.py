"""What was sent of orders, parcel by parcel, with its tracking; of imported orders what left under one reference."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select

from vetrina.kernel.db import Reads, id_in
from vetrina.shop.orders.models import GoodsEntry
from vetrina.views.orders.fulfilments import FulfilmentRow, fulfilments_of
from vetrina.vocabulary import FulfilmentState

PARCEL = "fulfilment:"
"""What the ledger knows a parcel of ours by."""


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
    updated_at: datetime
    state: str = FulfilmentState.SENT
    company: str = ""
    number: str = ""
    url: str = ""
    promised_for: str | None = None
    """The last day by which it was promised, as 2026-12-24."""
    delivered_at: datetime | None = None


async def parcels_of(db: Reads, order_ids: Sequence[int]) -> dict[int, list[ParcelRow]]:
    """The parcels of several orders that have left and were not taken back, oldest first, by order id."""
    together: dict[tuple[int, str], list[_Sent]] = {}
    for entry in await db.rows(_Sent, _SENT, {"order_ids": list(order_ids)}):
        together.setdefault((entry.order_id, entry.reference), []).append(entry)
    ours = any(reference.startswith(PARCEL) for _, reference in together)
    known = {f"{PARCEL}{row.id}": row for row in await fulfilments_of(db, order_ids)} if ours else {}
    found: dict[int, list[ParcelRow]] = {}
    for (order_id, reference), sent in together.items():
        parcel = known.get(reference)
        if parcel is None or parcel.has_left:
            found.setdefault(order_id, []).append(_parcel(sent, parcel))
    return found


class _Sent(msgspec.Struct, frozen=True):
    id: int
    order_id: int
    line_id: int
    quantity: int
    reference: str
    at: datetime


def _parcel(sent: Sequence[_Sent], parcel: FulfilmentRow | None) -> ParcelRow:
    first = sent[0]
    parts = tuple(ParcelPartRow(entry.id, entry.line_id, entry.quantity) for entry in sent)
    if parcel is None:
        return ParcelRow(first.id, first.order_id, first.at, parts, updated_at=first.at)
    return ParcelRow(
        first.id,
        first.order_id,
        first.at,
        parts,
        updated_at=parcel.updated_at,
        state=parcel.state,
        company=parcel.tracking_company,
        number=parcel.tracking_number,
        url=parcel.tracking_url,
        promised_for=parcel.promised_for,
        delivered_at=parcel.delivered_at,
    )


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
