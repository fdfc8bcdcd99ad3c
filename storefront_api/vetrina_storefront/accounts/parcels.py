"""Fulfillment: what of an order was sent, parcel by parcel."""

from collections.abc import Sequence
from enum import Enum

import msgspec
import strawberry

from vetrina.graphql import Connection, Info, PageInfo, batch, connect_list, ctx_of, gid, once, read_from, write_cursor
from vetrina.graphql.scalars import URL, DateTime
from vetrina.views.orders.parcels import ParcelPartRow, ParcelRow, parcels_of
from vetrina.views.orders.placed import OrderLineRow, OrderView, order_lines
from vetrina.vocabulary import FulfilmentState
from vetrina_storefront.accounts.lines import LineItem
from vetrina_storefront.interfaces import Node


@strawberry.enum(description="How a parcel fares.")
class FulfillmentStatus(Enum):
    CANCELLED = "CANCELLED"
    ERROR = "ERROR"
    FAILURE = "FAILURE"
    OPEN = strawberry.enum_value("OPEN", deprecation_reason="Of older orders alone.")
    PENDING = strawberry.enum_value("PENDING", deprecation_reason="Of older orders alone.")
    SUCCESS = "SUCCESS"


@strawberry.enum(description="In which order parcels are listed.")
class FulfillmentSortKeys(Enum):
    CREATED_AT = "CREATED_AT"
    ID = "ID"


class PieceRow(msgspec.Struct, frozen=True):
    """What is in a parcel of one line."""

    id: int
    line_item: OrderLineRow
    quantity: int


async def load_parcels(
    rows: Sequence[OrderView],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    query: str | None = None,
    reverse: bool | None = False,
    sort_key: FulfillmentSortKeys | None = FulfillmentSortKeys.ID,
) -> list[Connection[ParcelRow]]:
    """The parcels of each order, oldest first; there are few, so a query chooses none of them."""
    found = await parcels_of(ctx_of(info).db, [row.id for row in rows])
    return [
        connect_list(found.get(row.id, []), _place, first=first, last=last, after=after, before=before, reverse=reverse)
        for row in rows
    ]


async def load_ids(rows: Sequence[ParcelRow], info: Info) -> list[str]:
    return [gid("Fulfillment", row.id) for row in rows]


async def load_moments(rows: Sequence[ParcelRow], info: Info) -> list[object]:
    return [row.at for row in rows]


async def load_changes(rows: Sequence[ParcelRow], info: Info) -> list[object]:
    return [row.updated_at for row in rows]


async def load_states(rows: Sequence[ParcelRow], info: Info) -> list[FulfillmentStatus]:
    """What is in the ledger has left, and fares well unless its carrier says otherwise."""
    lost = (FulfilmentState.FAILED, FulfilmentState.RETURNED)
    return [FulfillmentStatus.FAILURE if row.state in lost else FulfillmentStatus.SUCCESS for row in rows]


async def load_pieces(
    rows: Sequence[ParcelRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
) -> list[Connection[PieceRow]]:
    """What is in each parcel."""
    lines = await _lines(info, rows)
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


async def load_piece_ids(rows: Sequence[ParcelPartRow], info: Info) -> list[str]:
    return [gid("FulfillmentLineItem", row.id) for row in rows]


async def load_shipped(rows: Sequence[ParcelRow], info: Info) -> list[bool]:
    """Whether something in it has to travel."""
    lines = await _lines(info, rows)
    return [any(lines[part.line_id].requires_shipping for part in row.parts) for row in rows]


class TrackRow(msgspec.Struct, frozen=True):
    """Where to follow a parcel."""

    company: str | None
    number: str | None
    url: str | None


async def load_tracking(rows: Sequence[ParcelRow], info: Info) -> list[list[TrackRow]]:
    """Where each parcel is followed; nowhere, if nothing is known of it."""
    return [
        [TrackRow(row.company or None, row.number or None, row.url or None)]
        if row.company or row.number or row.url
        else []
        for row in rows
    ]


async def _lines(info: Info, rows: Sequence[ParcelRow]) -> dict[int, OrderLineRow]:
    ids = sorted({row.order_id for row in rows})

    async def load() -> dict[int, OrderLineRow]:
        return {line.id: line for line in await order_lines(ctx_of(info).db, ids)}

    return await once(info, ("parcels' lines", *ids), load)


def _place(row: ParcelRow) -> str:
    return write_cursor(row.id)


@strawberry.type(description="So many of a line, in a parcel.")
class FulfillmentLineItem(Node):
    id: strawberry.ID = batch(load_piece_ids)
    line_item: LineItem
    quantity: int | None

    is_type_of = read_from(PieceRow)


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
class TrackingInformation:
    company: str | None
    number: str | None
    url: URL | None


@strawberry.type(description="A parcel of an order.")
class Fulfillment(Node):
    created_at: DateTime = batch(load_moments)
    fulfillment_line_items: FulfillmentLineItemConnection = batch(load_pieces)
    id: strawberry.ID = batch(load_ids)
    requires_shipping: bool = batch(load_shipped)
    status: FulfillmentStatus | None = batch(load_states)
    tracking_information: list[TrackingInformation] = batch(load_tracking)
    updated_at: DateTime = batch(load_changes)

    is_type_of = read_from(ParcelRow)


@strawberry.type(description="A parcel and its place in a connection.")
class FulfillmentEdge:
    cursor: str
    node: Fulfillment


@strawberry.type(description="A page of parcels.")
class FulfillmentConnection:
    edges: list[FulfillmentEdge]
    nodes: list[Fulfillment]
    page_info: PageInfo
