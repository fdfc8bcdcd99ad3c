"""Fulfillment: what of an order was sent, and where it is. Nothing is, until a plugin sends."""

from collections.abc import Sequence
from typing import Any

import strawberry

from vetrina.graphql import Connection, Info, PageInfo, batch, page_args
from vetrina.graphql.scalars import URL
from vetrina_storefront.interfaces import load_nothing
from vetrina_storefront.later import later
from vetrina_storefront.paging import empty, window_args


async def load_fulfillments(rows: Sequence[object], info: Info, first: int | None = None) -> list[list[Any]]:
    """Parcels on their way or there."""
    page_args(first, None, None, None)
    return [[] for _ in rows]


async def load_lines(
    rows: Sequence[object],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
) -> list[Connection[Any]]:
    """What is in each parcel."""
    window_args(first, after, last, before, reverse)
    return [empty() for _ in rows]


async def load_tracking(rows: Sequence[object], info: Info, first: int | None = None) -> list[list[Any]]:
    """Where each parcel is."""
    page_args(first, None, None, None)
    return [[] for _ in rows]


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
    tracking_company: str | None = batch(load_nothing)
    tracking_info: list[FulfillmentTrackingInfo] = batch(load_tracking)
