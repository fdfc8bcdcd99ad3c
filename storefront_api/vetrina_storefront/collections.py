"""Collection: products shown together."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import strawberry

from vetrina.graphql import Connection, Info, PageInfo, batch, connection_of, ctx_of, read_from, window_args
from vetrina.graphql.scalars import HTML, DateTime, UnsignedInt64
from vetrina.views.catalog.collection_products import in_collection, products_of_collections
from vetrina.views.catalog.collections import (
    CollectionOrder,
    CollectionRow,
    collection_count,
    collection_counts_of,
)
from vetrina.views.catalog.products import ProductRow
from vetrina.views.finding.filters import filtered
from vetrina.views.media import MediaRow
from vetrina_storefront.filters import FacetedList, ProductFilter, read_filters
from vetrina_storefront.images import Image, images_by_id
from vetrina_storefront.interfaces import Node, OnlineStorePublishable, Trackable
from vetrina_storefront.metafields import HasMetafields
from vetrina_storefront.product_lists import ProductCollectionSortKeys, ProductConnection, order_in_collection
from vetrina_storefront.seo import Seo, load_descriptions, load_seo


@strawberry.enum(description="In which order collections are listed.")
class CollectionSortKeys(Enum):
    ID = "ID"
    RELEVANCE = "RELEVANCE"
    TITLE = "TITLE"
    UPDATED_AT = "UPDATED_AT"


async def load_pictures(rows: Sequence[CollectionRow], info: Info) -> list[MediaRow | None]:
    """The collections' own pictures."""
    return await images_by_id(info, [row.image_id for row in rows])


async def load_products(
    rows: Sequence[CollectionRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    filters: list[ProductFilter] | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
    sort_key: ProductCollectionSortKeys | None = ProductCollectionSortKeys.COLLECTION_DEFAULT,
) -> list[Connection[ProductRow]]:
    """A page of each collection's products, those that pass the filters."""
    ctx = ctx_of(info)
    window = window_args(first, after, last, before, reverse)
    wanted = read_filters(filters, "filters")
    found = await products_of_collections(
        ctx, [row.id for row in rows], order_in_collection(sort_key), window, filtered(ctx, wanted)
    )
    return [
        connection_of(found.get(row.id, []), window, FacetedList(in_collection(row.id), wanted, collection_id=row.id))
        for row in rows
    ]


async def load_totals(connections: Sequence[Connection[Any]], info: Info) -> list[int]:
    """How many there are in all: of a product's collections, or of those that match a query."""
    products = [connection.more for connection in connections if isinstance(connection.more, int)]
    counts = await collection_counts_of(ctx_of(info), products) if products else {}
    return [
        counts.get(connection.more, 0)
        if isinstance(connection.more, int)
        else await collection_count(ctx_of(info), connection.more)
        for connection in connections
    ]


def collection_order(key: CollectionSortKeys | None) -> CollectionOrder:
    """The order a sort key means; relevance is the order of ids."""
    return CollectionOrder.__members__.get(key.name if key else "ID", CollectionOrder.ID)


@strawberry.type(description="Products shown together.")
class Collection(HasMetafields, Node, OnlineStorePublishable, Trackable):
    description: str = batch(load_descriptions)
    description_html: HTML
    handle: str
    image: Image | None = batch(load_pictures)
    products: ProductConnection = batch(load_products)
    seo: Seo = batch(load_seo)
    title: str
    updated_at: DateTime

    is_type_of = read_from(CollectionRow)


@strawberry.type(description="A collection and its place in a connection.")
class CollectionEdge:
    cursor: str
    node: Collection


@strawberry.type(description="A page of collections.")
class CollectionConnection:
    edges: list[CollectionEdge]
    nodes: list[Collection]
    page_info: PageInfo
    total_count: UnsignedInt64 = batch(load_totals)
