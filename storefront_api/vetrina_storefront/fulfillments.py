"""Fulfillment: what of an order was sent, parcel by parcel, as the order's ledger of goods has it."""

from collections.abc import Sequence

import msgspec
import strawberry

from vetrina.graphql import Connection, Info, PageInfo, batch, connect_list, ctx_of, once, page_args, write_cursor
from vetrina.graphql.scalars import URL
from vetrina.views.orders.parcels import ParcelRow, parcels_of
from vetrina.views.orders.placed import OrderLineRow, OrderView, order_lines
from vetrina_storefront.later import later


class PieceRow(msgspec.Struct, frozen=True):
    """So many pieces of a line in a parcel; `id` is that of their entry in the ledger."""

    id: int
    line_item: OrderLineRow
    quantity: int


async def load_fulfillments(rows: Sequence[OrderView], info: Info, first: int | None = None) -> list[list[ParcelRow]]:
    """Parcels on their way or there, the oldest first."""
    page_args(first, None, None, None)
    found = await parcels_of(ctx_of(info).db, [row.id for row in rows])
    return [found.get(row.id, [])[:first] for row in rows]


async def load_lines(
    rows: Sequence[ParcelRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
) -> list[Connection[PieceRow]]:
    """What is in each parcel."""
    ids = sorted({row.order_id for row in rows})

    async def load() -> dict[int, OrderLineRow]:
        return {line.id: line for line in await order_lines(ctx_of(info).db, ids)}

    lines = await once(info, ("what parcels hold", *ids), load)
    return [
        connect_list(
            [PieceRow(part.id, lines[part.line_id], part.quantity) for part in row.parts],
            lambda piece: write_cursor(piece.id),
            first=first,
            last=last,
            after=after,
            before=before,
            reverse=reverse,
        )
        for row in rows
    ]


class TrackRow(msgspec.Struct, frozen=True):
    """Where to follow a parcel."""

    number: str | None
    url: str | None


async def load_tracking(rows: Sequence[ParcelRow], info: Info, first: int | None = None) -> list[list[TrackRow]]:
    """Where each parcel is followed; nowhere, if it has neither a number nor an address."""
    page_args(first, None, None, None)
    return [[TrackRow(row.number or None, row.url or None)][:first] if row.number or row.url else [] for row in rows]


async def load_companies(rows: Sequence[ParcelRow], info: Info) -> list[str | None]:
    """Who carries each parcel, as the buyer knows him."""
    return [row.company or None for row in rows]


@strawberry.type(description="So many of a line of the order.")
class FulfillmentLineItem:
    line_item: object = strawberry.field(graphql_type=later("OrderLineItem", "orders"))
    quantity: int


@strawberry.type(description="A part of a parcel and its place in a connection.")
class FulfillmentLineItemEdge:
    cursor: str
    node: FulfillmentLineItem


@strawberry.type(description="A page of what is in a parcel.")
class FulfillmentLineItemConnection:
    edges: list[FulfillmentLineItemEdge]
    nodes: list[FulfillmentLineItem]
    page_info: PageInfo


@strawberry.type(description="Where to follow a parcel.")
class FulfillmentTrackingInfo:
    number: str | None
    url: URL | None


@strawberry.type(description="A parcel of an order.")
class Fulfillment:
    fulfillment_line_items: FulfillmentLineItemConnection = batch(load_lines)
    tracking_company: str | None = batch(load_companies)
    tracking_info: list[FulfillmentTrackingInfo] = batch(load_tracking)
