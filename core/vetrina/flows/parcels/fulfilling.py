"""Send what was ordered: parcels from one location each, their tracking, their news, and taking one back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from vetrina.flows.auditing import audited
from vetrina.flows.parcels.packing import check_open, distinct, leave_from, location_for, open_order, parcel_cause
from vetrina.flows.parcels.shelving import LinePieces, follow_goods, goods_of, hand_over
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.kernel.jobs import put_off
from vetrina.kernel.messages import emit
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.events import FulfilmentMoved, OrderSent
from vetrina.shop.orders.parcel_rules import (
    CANCELLED,
    DELIVERED,
    READY,
    SENT,
    ParcelIsGone,
    ParcelIsReady,
    parcel_name,
)
from vetrina.shop.orders.rules import OrderRow
from vetrina.shop.orders.service import ParcelNow, Shipment
from vetrina.views.orders.fulfilments import fulfilment_by_id, fulfilment_lines
from vetrina.views.orders.placed import order_deliveries
from vetrina.vocabulary import FulfilmentState

CAPTURE = "core.capture-sent"
MOST_NEWS = 200
Facts = dict[str, Any]


class Tracking(msgspec.Struct, frozen=True, kw_only=True):
    """How a parcel travels, and where it is followed. `cost` in minor units of the order's currency."""

    carrier: str | None = None
    """The key of the carrier's adapter, where one follows it."""
    service: str = ""
    company: str = ""
    number: str = ""
    url: str = ""
    cost: int | None = None
    promised_for: date | None = None
    """None: as the order's delivery promised."""


class FulfilWish(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel: pairs of line id and quantity, none for all that is open. `key` makes a repeat the same parcel."""

    order_id: int
    lines: tuple[tuple[int, int], ...] = ()
    location_id: int | None = None
    """Where it leaves; None: where its goods were taken."""
    tracking: Tracking = Tracking()
    is_sent: bool = True
    """False: it is packed and leaves later."""
    notify: bool = True
    key: str = ""


class TrackingNews(msgspec.Struct, frozen=True, kw_only=True):
    """What a carrier tells of a parcel; `reference` is the carrier's id of it, by which repeats are known."""

    reference: str
    state: FulfilmentState
    at: datetime
    message: str = ""
    place: str = ""


@once
async def fulfil(ctx: Context, wish: FulfilWish) -> int:
    """Pack pieces of an order into a parcel, and send it unless it is to leave later; its id. Needs orders.write.

    Goods that were only reserved leave the shelf. From another location than they were taken at, they are booked out
    there and are free here again. Raises BadInput, NotFound, OrderIsCancelled, OrderIsImported, NothingToSend,
    SeveralLocations, OutOfStock, NotEnoughStock, StockNotTracked.
    """
    ctx.require("orders.write")
    shipment = _checked(wish.tracking)
    key = texts.line(wish.key, field=("key",), limit=64) or draw_key()
    pieces = distinct(wish.lines)
    async with ctx.tx() as session:
        order = await open_order(session, wish.order_id)
        parcel_id = await orders.parcel_of_key(session, order.id, key)
        if parcel_id is None:
            parcel_id = await _pack(ctx, session, order, wish, pieces, shipment, key)
        session.outcome = parcel_id
    return parcel_id


@once
async def send_fulfilment(ctx: Context, fulfilment_id: int, notify: bool | None = None) -> None:
    """A packed parcel leaves. Sent again, nothing happens. Needs orders.write. Raises NotFound, ParcelIsGone.

    `notify` tells whether its buyer hears of it; None: as was said when it was packed.
    """
    ctx.require("orders.write")
    async with ctx.tx() as session:
        order, parcel = await _locked(session, fulfilment_id)
        if parcel.state == CANCELLED:
            raise ParcelIsGone(name=parcel_name(order.name, parcel.position))
        if parcel.state == READY:
            said = parcel if notify is None else msgspec.structs.replace(parcel, notify=notify)
            await _send(ctx, session, order, said)
            await follow_goods(ctx, session, order.id)


@once
async def change_tracking(ctx: Context, fulfilment_id: int, tracking: Tracking, notify: bool = False) -> None:
    """Say anew how a parcel travels; `notify` tells whether its buyer hears of it. Needs orders.write.

    Raises BadInput, NotFound, ParcelIsGone for a cancelled one.
    """
    ctx.require("orders.write")
    shipment = _checked(tracking)
    async with ctx.tx() as session:
        order, parcel = await _locked(session, fulfilment_id)
        if parcel.state == CANCELLED:
            raise ParcelIsGone(name=parcel_name(order.name, parcel.position))
        if shipment.promised_for is None:
            shipment = msgspec.structs.replace(shipment, promised_for=await _promised(session, order.id))
        await orders.retrack(session, parcel.id, shipment, notify=notify, at=ctx.now())
        parcel = msgspec.structs.replace(parcel, notify=notify)
        await _tell(ctx, session, order, parcel, "parcel.tracked", {"number": shipment.number})
        if parcel.state != READY:
            await emit(session, FulfilmentMoved(**_facts(order), **_news(parcel)), ctx.now())


@once
async def mark_delivered(ctx: Context, fulfilment_id: int, at: datetime | None = None) -> None:
    """Somebody knows that a parcel is there, since `at` or now. Needs orders.write.

    Raises BadInput for a moment ahead of us, NotFound, ParcelIsReady, ParcelIsGone.
    """
    ctx.require("orders.write")
    when = at or ctx.now()
    if when.tzinfo is None or when > ctx.now():
        raise BadInput(field=("at",), problem="The moment must have an offset and lie behind us.", reason="future")
    async with ctx.tx() as session:
        order, parcel = await _locked(session, fulfilment_id)
        name = parcel_name(order.name, parcel.position)
        if parcel.state == READY:
            raise ParcelIsReady(name=name)
        if parcel.state == DELIVERED:
            return
        if not orders.comes_on(parcel.state, DELIVERED):
            raise ParcelIsGone(name=name)
        await _move_on(ctx, session, order, parcel, DELIVERED, when, reference=f"marked@{when.isoformat()}")
        await _tell(ctx, session, order, parcel, "parcel.delivered")


async def record_tracking(ctx: Context, fulfilment_id: int, news: Sequence[TrackingNews]) -> int:
    """Take a carrier's news of a parcel, told once each; how many were new. Needs orders.write.

    News may come late, doubled and shuffled: all are kept, and only those that lead on move the parcel. News of a
    cancelled or packed parcel are kept as well; a packed one that its carrier has seen has been sent. Raises NotFound,
    BadInput for more than MOST_NEWS at once.
    """
    ctx.require("orders.write")
    if len(news) > MOST_NEWS:
        raise BadInput(
            field=("news",), problem=f"At most {MOST_NEWS} pieces of news at once.", reason="many", most=MOST_NEWS
        )
    count = 0
    async with ctx.tx() as session:
        order, parcel = await _locked(session, fulfilment_id)
        for each in sorted(news, key=lambda each: (each.at, each.reference)):
            known = await orders.enter_parcel_event(
                session,
                parcel.id,
                each.state,
                reference=texts.line(each.reference, field=("reference",), required=True),
                at=each.at,
                message=texts.line(each.message[: texts.LINE], field=("message",)),
                place=texts.line(each.place[: texts.LINE], field=("place",)),
            )
            count += known
            if known and parcel.state == READY and each.state not in (READY, CANCELLED):
                parcel = await _send(ctx, session, order, parcel)
                await follow_goods(ctx, session, order.id)
            if known and orders.comes_on(parcel.state, each.state):
                parcel = await orders.move_parcel(session, parcel, each.state, at=each.at)
                await emit(session, FulfilmentMoved(**_facts(order), **_news(parcel)), ctx.now())
    return count


@once
async def cancel_fulfilment(ctx: Context, fulfilment_id: int) -> None:
    """Take a parcel back: its pieces are open to be sent again, from where it left. Needs orders.write.

    Raises NotFound, ParcelIsGone for one that is delivered or cancelled, or of which pieces came back already.
    """
    ctx.require("orders.write")
    async with ctx.tx() as session:
        order, parcel = await _locked(session, fulfilment_id)
        name = parcel_name(order.name, parcel.position)
        goods = await goods_of(session, order.id)
        inside = await _inside(session, order.id, parcel.id)
        came_back = any(goods.standings[line].returned > goods.standings[line].sent - count for line, count in inside)
        if parcel.state in (CANCELLED, DELIVERED) or (parcel.state != READY and came_back):
            raise ParcelIsGone(name=name)
        if parcel.state != READY:
            await orders.enter_goods(
                session, order.id, inside, "recalled", reference=parcel_cause(parcel.id), at=ctx.now()
            )
        parcel = await orders.move_parcel(session, parcel, CANCELLED, at=ctx.now())
        await orders.enter_parcel_event(session, parcel.id, CANCELLED, reference="cancelled", at=ctx.now())
        await follow_goods(ctx, session, order.id)
        await emit(session, FulfilmentMoved(**_facts(order), **_news(parcel)), ctx.now())
        await _tell(ctx, session, order, parcel, "parcel.cancelled")


async def _pack(
    ctx: Context,
    session: Session,
    order: OrderRow,
    wish: FulfilWish,
    pieces: LinePieces,
    shipment: Shipment,
    key: str,
) -> int:
    goods = await goods_of(session, order.id)
    pieces = check_open(goods, pieces)
    await hand_over(ctx, session, goods)
    location_id = await location_for(session, goods, pieces, wish.location_id)
    if shipment.promised_for is None:
        shipment = msgspec.structs.replace(shipment, promised_for=await _promised(session, order.id))
    parcel = await orders.write_parcel(
        session, order.id, pieces, shipment, key=key, location_id=location_id, notify=wish.notify, at=ctx.now()
    )
    await orders.enter_parcel_event(session, parcel.id, READY, reference="ready", at=ctx.now())
    if location_id is not None:
        await leave_from(ctx, session, goods, pieces, location_id, parcel.id)
    await _tell(ctx, session, order, parcel, "parcel.packed", {"lines": [list(each) for each in pieces]})
    if wish.is_sent:
        await _send(ctx, session, order, parcel)
    await follow_goods(ctx, session, order.id)
    return parcel.id


async def _send(ctx: Context, session: Session, order: OrderRow, parcel: ParcelNow) -> ParcelNow:
    inside = await _inside(session, order.id, parcel.id)
    await orders.enter_goods(session, order.id, inside, "sent", reference=parcel_cause(parcel.id), at=ctx.now())
    sent = await orders.move_parcel(session, parcel, SENT, at=ctx.now())
    await orders.enter_parcel_event(session, parcel.id, SENT, reference="sent", at=ctx.now())
    await emit(session, OrderSent(**_facts(order), fulfilment_id=parcel.id, notify=parcel.notify), ctx.now())
    await put_off(session, CAPTURE, f"parcel:{parcel.id}", {"order_id": order.id}, ctx.now())
    await _tell(ctx, session, order, sent, "parcel.sent")
    return sent


async def _move_on(
    ctx: Context,
    session: Session,
    order: OrderRow,
    parcel: ParcelNow,
    state: FulfilmentState,
    at: datetime,
    *,
    reference: str,
) -> None:
    await orders.enter_parcel_event(session, parcel.id, state, reference=reference, at=at)
    moved = await orders.move_parcel(session, parcel, state, at=at)
    await emit(session, FulfilmentMoved(**_facts(order), **_news(moved)), ctx.now())


async def _locked(session: Session, parcel_id: int) -> tuple[OrderRow, ParcelNow]:
    """A parcel with its order, locked in the order in which everybody locks them."""
    known = await fulfilment_by_id(session, parcel_id)
    order = await orders.locked(session, known.order_id) if known else None
    parcel = await orders.locked_parcel(session, parcel_id)
    if order is None or parcel is None:
        raise NotFound(what="The parcel", field=("fulfilment_id",))
    return order, parcel


async def _inside(session: Session, order_id: int, parcel_id: int) -> list[tuple[int, int]]:
    inside = await fulfilment_lines(session, [order_id])
    return [(row.line_id, row.quantity) for row in inside if row.fulfilment_id == parcel_id]


async def _promised(session: Session, order_id: int) -> str | None:
    """The last day by which any of the order's deliveries was promised."""
    days = [delivery.promised_to for delivery in await order_deliveries(session, [order_id])]
    return max((day for day in days if day), default=None)


async def _tell(
    ctx: Context, session: Session, order: OrderRow, parcel: ParcelNow, action: str, after: Facts | None = None
) -> None:
    facts = {"parcel": parcel_name(order.name, parcel.position), **(after or {})}
    await audited(ctx, session, action, f"order:{order.id}", after=facts)


def _checked(tracking: Tracking) -> Shipment:
    url = texts.line(tracking.url, field=("tracking", "url"), limit=2_000)
    if url and not url.startswith(("https://", "http://")):
        problem = "An address to follow a parcel begins with https://."
        raise BadInput(field=("tracking", "url"), problem=problem, reason="url")
    if tracking.cost is not None and tracking.cost < 0:
        raise BadInput(field=("tracking", "cost"), problem="A cost is not below zero.", reason="low", least=0)
    return Shipment(
        carrier=texts.line(tracking.carrier or "", field=("tracking", "carrier"), limit=120) or None,
        service=texts.line(tracking.service, field=("tracking", "service"), limit=120),
        company=texts.line(tracking.company, field=("tracking", "company"), limit=120),
        number=texts.line(tracking.number, field=("tracking", "number"), limit=120),
        url=url,
        cost=tracking.cost,
        promised_for=tracking.promised_for.isoformat() if tracking.promised_for else None,
    )


def _facts(order: OrderRow) -> Facts:
    return {"order_id": order.id, "number": order.number, "total": order.total, "currency": order.currency}


def _news(parcel: ParcelNow) -> Facts:
    return {"fulfilment_id": parcel.id, "state": str(parcel.state), "notify": parcel.notify}
