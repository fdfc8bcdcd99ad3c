"""Write down parcels, what is in them and what becomes of them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select, update

from vetrina.kernel.db import Session
from vetrina.kernel.errors import Fault
from vetrina.shop.orders.models import Fulfilment, FulfilmentEvent, FulfilmentLine, Order
from vetrina.shop.orders.parcel_rules import CANCELLED, DELIVERED, NEXT, READY
from vetrina.vocabulary import FulfilmentState, FulfilmentStatus


class ParcelNow(msgspec.Struct, frozen=True):
    """A locked parcel."""

    id: int
    order_id: int
    position: int
    location_id: int | None
    state: FulfilmentState
    notify: bool


class Shipment(msgspec.Struct, frozen=True, kw_only=True):
    """How a parcel travels, and where it can be followed; `cost` in minor units of the order's currency."""

    carrier: str | None = None
    service: str = ""
    company: str = ""
    number: str = ""
    url: str = ""
    cost: int | None = None
    promised_for: str | None = None


async def write_parcel(
    session: Session,
    order_id: int,
    lines: Iterable[tuple[int, int]],
    shipment: Shipment,
    *,
    key: str,
    location_id: int | None,
    notify: bool,
    at: datetime,
) -> ParcelNow:
    """A parcel of a locked order, packed but not sent; lines are pairs of line id and quantity."""
    position = (await session.value(_LAST, {"order_id": order_id}) or 0) + 1
    parcel_id = await session.insert(
        Fulfilment,
        order_id=order_id,
        position=position,
        key=key,
        location_id=location_id,
        state=READY,
        notify=notify,
        created_at=at,
        sent_at=None,
        delivered_at=None,
        cancelled_at=None,
        updated_at=at,
        **_tracking(shipment),
    )
    await session.add_many(
        FulfilmentLine,
        [{"fulfilment_id": parcel_id, "line_id": line_id, "quantity": quantity} for line_id, quantity in lines],
    )
    return ParcelNow(parcel_id, order_id, position, location_id, READY, notify)


async def parcel_of_key(session: Session, order_id: int, key: str) -> int | None:
    """The parcel that a wish with this key made before."""
    return await session.value(_OF_KEY, {"order_id": order_id, "key_": key})


async def locked_parcel(session: Session, parcel_id: int) -> ParcelNow | None:
    """The parcel, ours until the transaction ends; its order is locked first."""
    return await session.one(ParcelNow, _LOCKED, {"parcel": parcel_id})


async def retrack(session: Session, parcel_id: int, shipment: Shipment, *, notify: bool, at: datetime) -> None:
    """Write anew how a parcel travels."""
    values = {f"{name}_": value for name, value in _tracking(shipment).items()}
    await session.execute(_RETRACK, {"parcel": parcel_id, "notify_": notify, "at_": at, **values})


async def move_parcel(session: Session, parcel: ParcelNow, state: FulfilmentState, *, at: datetime) -> ParcelNow:
    """Take a locked parcel on, and keep whether its buyer hears of it; moments that were known stay."""
    moments: dict[str, Any] = {
        "sent": None if state in (READY, CANCELLED) else at,
        "delivered": at if state == DELIVERED else None,
        "cancelled": at if state == CANCELLED else None,
    }
    values = {"parcel": parcel.id, "was": parcel.state, "state_": state, "notify_": parcel.notify, "at_": at, **moments}
    if await session.execute(_MOVE, values) != 1:
        raise Fault(f"parcel {parcel.id} changed under its lock")
    return msgspec.structs.replace(parcel, state=state)


def comes_on(state: FulfilmentState, news: FulfilmentState) -> bool:
    """Whether news of a state move a parcel that is in another."""
    return news in NEXT[state]


async def enter_parcel_event(
    session: Session,
    parcel_id: int,
    state: FulfilmentState,
    *,
    reference: str,
    at: datetime,
    message: str = "",
    place: str = "",
) -> bool:
    """Keep a piece of news in the parcel's story; whether it is new."""
    return await session.add_if_absent(
        FulfilmentEvent,
        fulfilment_id=parcel_id,
        state=state,
        message=message,
        place=place,
        reference=reference,
        at=at,
    )


async def set_fulfilment(session: Session, order_id: int, status: FulfilmentStatus, *, at: datetime) -> None:
    """What the parcels make of a locked order."""
    await session.execute(_SET_STATUS, {"order_id": order_id, "status": status, "at_": at})


def _tracking(shipment: Shipment) -> dict[str, Any]:
    return {
        "carrier": shipment.carrier,
        "service": shipment.service,
        "tracking_company": shipment.company,
        "tracking_number": shipment.number,
        "tracking_url": shipment.url,
        "cost": shipment.cost,
        "promised_for": shipment.promised_for,
    }


_LAST = select(func.max(Fulfilment.position)).where(Fulfilment.order_id == bindparam("order_id"))
_OF_KEY = select(Fulfilment.id).where(Fulfilment.order_id == bindparam("order_id"), Fulfilment.key == bindparam("key_"))
_LOCKED = (
    select(*(getattr(Fulfilment, name) for name in ParcelNow.__struct_fields__))
    .where(Fulfilment.id == bindparam("parcel"))
    .with_for_update()
)
_RETRACK = (
    update(Fulfilment)
    .where(Fulfilment.id == bindparam("parcel"))
    .values(
        notify=bindparam("notify_"),
        updated_at=bindparam("at_"),
        **{name: bindparam(f"{name}_") for name in _tracking(Shipment())},
    )
)
_MOVE = (
    update(Fulfilment)
    .where(Fulfilment.id == bindparam("parcel"), Fulfilment.state == bindparam("was"))
    .values(
        state=bindparam("state_"),
        notify=bindparam("notify_"),
        sent_at=func.coalesce(Fulfilment.sent_at, bindparam("sent", type_=Fulfilment.sent_at.type)),
        delivered_at=func.coalesce(Fulfilment.delivered_at, bindparam("delivered", type_=Fulfilment.sent_at.type)),
        cancelled_at=bindparam("cancelled"),
        updated_at=bindparam("at_"),
    )
)
_SET_STATUS = (
    update(Order)
    .where(Order.id == bindparam("order_id"), Order.fulfilment_status != bindparam("status"))
    .values(fulfilment_status=bindparam("status"), updated_at=bindparam("at_"))
)
