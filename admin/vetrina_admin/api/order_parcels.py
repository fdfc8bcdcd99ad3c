"""Fulfillment and Refund as the staff sees them: parcels with their lines and news, money that went back."""

from collections.abc import Sequence

import msgspec
import strawberry

from vetrina.graphql import Info, batch, ctx_of, gid, id_field
from vetrina.graphql.scalars import DateTime
from vetrina.views.orders.fulfilments import (
    FulfilmentEventRow,
    FulfilmentRow,
    fulfilment_events,
    fulfilment_lines,
    fulfilments_of,
)
from vetrina.views.orders.placed import OrderView
from vetrina.views.orders.refunds import RefundRow, refund_lines, refunds_of
from vetrina_admin.api.money import Money, MoneyRow, money, money_field


class PiecesRow(msgspec.Struct, frozen=True):
    """So many pieces of a line."""

    line_id: str
    quantity: int


class RefundPiecesRow(msgspec.Struct, frozen=True):
    """What so many pieces of a line were worth."""

    line_id: str
    quantity: int
    amount: MoneyRow


async def load_order_parcels(rows: Sequence[OrderView], info: Info) -> list[list[FulfilmentRow]]:
    """The parcels of each order, cancelled ones included."""
    found = await fulfilments_of(ctx_of(info).db, [row.id for row in rows])
    return [[each for each in found if each.order_id == row.id] for row in rows]


async def load_order_refunds(rows: Sequence[OrderView], info: Info) -> list[list[RefundRow]]:
    """The refunds of each order, the oldest first."""
    found = await refunds_of(ctx_of(info).db, [row.id for row in rows])
    return [[each for each in found if each.order_id == row.id] for row in rows]


async def load_parcel_names(rows: Sequence[FulfilmentRow], info: Info) -> list[str]:
    """As people call a parcel."""
    return [row.name for row in rows]


async def load_parcel_lines(rows: Sequence[FulfilmentRow], info: Info) -> list[list[PiecesRow]]:
    """What is in each parcel."""
    found = await fulfilment_lines(ctx_of(info).db, sorted({row.order_id for row in rows}))
    return [
        [PiecesRow(gid("OrderLine", each.line_id), each.quantity) for each in found if each.fulfilment_id == row.id]
        for row in rows
    ]


async def load_parcel_events(rows: Sequence[FulfilmentRow], info: Info) -> list[list[FulfilmentEventRow]]:
    """What became of each parcel, the oldest first."""
    found = await fulfilment_events(ctx_of(info).db, sorted({row.order_id for row in rows}))
    return [[each for each in found if each.fulfilment_id == row.id] for row in rows]


async def load_parcel_places(rows: Sequence[FulfilmentRow], info: Info) -> list[str | None]:
    """Where each parcel leaves."""
    return [None if row.location_id is None else gid("Location", row.location_id) for row in rows]


async def load_refund_lines(rows: Sequence[RefundRow], info: Info) -> list[list[RefundPiecesRow]]:
    """The lines each refund is about."""
    found = await refund_lines(ctx_of(info).db, sorted({row.order_id for row in rows}))
    return [
        [
            RefundPiecesRow(gid("OrderLine", each.line_id), each.quantity, money(each.amount, row.currency))
            for each in found
            if each.refund_id == row.id
        ]
        for row in rows
    ]


@strawberry.type(description="So many pieces of an order's line.")
class FulfillmentLine:
    line_id: strawberry.ID
    quantity: int


@strawberry.type(description="What became of a parcel, as the shop or its carrier told it.")
class FulfillmentEvent:
    state: str
    message: str
    place: str
    at: DateTime


@strawberry.type(description="A parcel: what leaves one location together.")
class Fulfillment:
    id: strawberry.ID = id_field("Fulfillment")
    name: str = batch(load_parcel_names, description="As people call it, such as #1001-F1.")
    state: str = strawberry.field(
        description="ready, sent, in_transit, out_for_delivery, delivered, failed, returned, cancelled."
    )
    location_id: strawberry.ID | None = batch(load_parcel_places)
    tracking_company: str
    tracking_number: str
    tracking_url: str
    promised_for: str | None = strawberry.field(description="A day, such as 2026-12-24.")
    created_at: DateTime
    sent_at: DateTime | None
    delivered_at: DateTime | None
    cancelled_at: DateTime | None
    lines: list[FulfillmentLine] = batch(load_parcel_lines)
    events: list[FulfillmentEvent] = batch(load_parcel_events)


@strawberry.type(description="What pieces of a line were worth in a refund.")
class RefundLineItem:
    line_id: strawberry.ID
    quantity: int
    amount: Money


@strawberry.type(description="Money that goes back: amount + waived = goods + delivery + fee + adjustment.")
class Refund:
    id: strawberry.ID = id_field("Refund")
    state: str = strawberry.field(description="asked, done, failed or bounced.")
    dismissed: str = strawberry.field(description="Why nobody has to see to one that failed; empty while somebody has.")
    amount: Money = money_field("amount", description="What goes back.")
    waived: Money = money_field("waived", description="What was not paid yet, and is asked no longer.")
    goods: Money = money_field("goods")
    delivery: Money = money_field("delivery")
    fee: Money = money_field("fee")
    adjustment: Money = money_field("adjustment")
    tax: Money = money_field("tax")
    reason: str
    note: str
    created_at: DateTime
    done_at: DateTime | None
    lines: list[RefundLineItem] = batch(load_refund_lines)


__all__ = ["Fulfillment", "Refund", "load_order_parcels", "load_order_refunds"]
