"""Parcels of orders with what is in them and what became of them; and what is still to be sent from where."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, select

from vetrina.kernel.db import Reads, id_in
from vetrina.shop.inventory.models import Reservation
from vetrina.shop.orders.models import Fulfilment, FulfilmentEvent, FulfilmentLine, Order
from vetrina.shop.orders.parcel_rules import LineStanding, parcel_name, standings
from vetrina.shop.orders.rules import order_name
from vetrina.views.orders.placed import goods_entries, order_lines
from vetrina.vocabulary import FulfilmentState


class FulfilmentRow(msgspec.Struct, frozen=True):
    """A parcel. `cost` in minor units of the order's currency; `promised_for` is a day such as 2026-12-24."""

    id: int
    order_id: int
    position: int
    location_id: int | None
    state: str
    carrier: str | None
    service: str
    tracking_company: str
    tracking_number: str
    tracking_url: str
    cost: int | None
    notify: bool
    promised_for: str | None
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    cancelled_at: datetime | None
    updated_at: datetime
    number: int
    source_name: str | None

    @property
    def name(self) -> str:
        """How people call it: #1001-F1."""
        return parcel_name(self.source_name or order_name(self.number), self.position)

    @property
    def has_left(self) -> bool:
        """Whether it was sent and is not cancelled."""
        return self.state not in (FulfilmentState.READY, FulfilmentState.CANCELLED)


class FulfilmentLineRow(msgspec.Struct, frozen=True):
    """So many pieces of a line in a parcel."""

    id: int
    fulfilment_id: int
    line_id: int
    quantity: int


class FulfilmentEventRow(msgspec.Struct, frozen=True):
    """What became of a parcel, as the shop or its carrier told it."""

    id: int
    fulfilment_id: int
    state: str
    message: str
    place: str
    at: datetime


class TakenRow(msgspec.Struct, frozen=True):
    """Pieces of a variant held or taken at a location for a reference; `state` says which."""

    reference: str
    variant_id: int
    location_id: int
    quantity: int
    state: str


async def fulfilments_of(db: Reads, order_ids: Sequence[int]) -> list[FulfilmentRow]:
    """The parcels of several orders, in their order within each, cancelled ones included."""
    return await db.rows(FulfilmentRow, _OF_ORDERS, {"order_ids": list(order_ids)})


async def fulfilment_by_id(db: Reads, fulfilment_id: int) -> FulfilmentRow | None:
    """The parcel of that id, or None."""
    return await db.one(FulfilmentRow, _BY_ID, {"parcel": fulfilment_id})


async def fulfilment_lines(db: Reads, order_ids: Sequence[int]) -> list[FulfilmentLineRow]:
    """What is in the parcels of several orders."""
    return await db.rows(FulfilmentLineRow, _LINES, {"order_ids": list(order_ids)})


async def fulfilment_events(db: Reads, order_ids: Sequence[int]) -> list[FulfilmentEventRow]:
    """What became of the parcels of several orders, the oldest first."""
    return await db.rows(FulfilmentEventRow, _EVENTS, {"order_ids": list(order_ids)})


async def line_standings(db: Reads, order_id: int) -> dict[int, LineStanding]:
    """Where the pieces of each line of an order are."""
    return (await standings_of(db, [order_id])).get(order_id, {})


async def standings_of(db: Reads, order_ids: Sequence[int]) -> dict[int, dict[int, LineStanding]]:
    """Where the pieces of each line are, by order and line."""
    lines = await order_lines(db, order_ids)
    entries = await goods_entries(db, order_ids)
    ready = [(row[0], row[1]) for row in await db.fetch(_READY, {"order_ids": list(order_ids)})]
    known = standings([(line.id, line.quantity) for line in lines], entries, ready)
    found: dict[int, dict[int, LineStanding]] = {}
    for line in lines:
        found.setdefault(line.order_id, {})[line.id] = known[line.id]
    return found


async def whereabouts_of_goods(db: Reads, reference: str) -> list[TakenRow]:
    """Where the goods held or taken in the name of a reference come from, by variant and location."""
    return await db.rows(TakenRow, _TAKEN, {"reference_": reference})


_FULFILMENT = select(
    *(getattr(Fulfilment, name) for name in FulfilmentRow.__struct_fields__ if name not in ("number", "source_name")),
    Order.number,
    Order.source_name,
).join(Order, Order.id == Fulfilment.order_id)
_OF_ORDERS = _FULFILMENT.where(id_in(Fulfilment.order_id, "order_ids")).order_by(
    Fulfilment.order_id, Fulfilment.position
)
_BY_ID = _FULFILMENT.where(Fulfilment.id == bindparam("parcel"))
_LINES = (
    select(*(getattr(FulfilmentLine, name) for name in FulfilmentLineRow.__struct_fields__))
    .join(Fulfilment, Fulfilment.id == FulfilmentLine.fulfilment_id)
    .where(id_in(Fulfilment.order_id, "order_ids"))
    .order_by(FulfilmentLine.fulfilment_id, FulfilmentLine.id)
)
_EVENTS = (
    select(*(getattr(FulfilmentEvent, name) for name in FulfilmentEventRow.__struct_fields__))
    .join(Fulfilment, Fulfilment.id == FulfilmentEvent.fulfilment_id)
    .where(id_in(Fulfilment.order_id, "order_ids"))
    .order_by(FulfilmentEvent.at, FulfilmentEvent.id)
)
_READY = (
    select(FulfilmentLine.line_id, FulfilmentLine.quantity)
    .join(Fulfilment, Fulfilment.id == FulfilmentLine.fulfilment_id)
    .where(id_in(Fulfilment.order_id, "order_ids"), Fulfilment.state == FulfilmentState.READY)
)
_TAKEN = (
    select(*(getattr(Reservation, name) for name in TakenRow.__struct_fields__))
    .where(Reservation.reference == bindparam("reference_"), Reservation.state != "released")
    .order_by(Reservation.variant_id, Reservation.location_id)
)
