"""The catalogue's root fields: products, collections, tags, types, recommendations."""

from enum import Enum
from typing import Any

import strawberry

from vetrina.graphql import (
    Info,
    PageInfo,
    connect,
    connection_of,
    ctx_of,
    int_key_of,
    page_args,
    root,
    window_args,
    write_cursor,
)
from vetrina.kernel.errors import BadInput
from vetrina.kernel.texts import LINE
from vetrina.views.catalog.collections import collection_by_handle, collection_list, collections_by_id
from vetrina.views.catalog.product_facts import known_tags, known_types
from vetrina.views.catalog.products import ProductRow, product_by_handle, product_list, products_by_id
from vetrina.views.catalog.recommendations import complementary_products, related_products
from vetrina.views.catalog.search import SearchOrder, Unavailable, search_list
from vetrina.views.finding.queries import collection_query, product_query, read
from vetrina_storefront.collections import Collection, CollectionConnection, CollectionSortKeys, collection_order
from vetrina_storefront.filters import FacetedList
from vetrina_storefront.product_lists import ProductConnection, ProductSortKeys, product_order
from vetrina_storefront.products import Product
from vetrina_storefront.seen import open_page


@strawberry.enum(description="Why products are recommended.")
class ProductRecommendationIntent(Enum):
    COMPLEMENTARY = "COMPLEMENTARY"
    RELATED = "RELATED"


@strawberry.type(description="A text and its place in a connection.")
class StringEdge:
    cursor: str
    node: str


@strawberry.type(description="A page of texts.")
class StringConnection:
    edges: list[StringEdge]
    nodes: list[str]
    page_info: PageInfo


@strawberry.type
class CatalogQuery:
    @root(shared=True, description="The collection with a handle or an id.")
    async def collection(
        self,
        info: Info,
        handle: str | None = None,
        id: strawberry.ID | None = None,  # noqa: A002 the contract's word
    ) -> Collection | None:
        return await _collection(info, handle, id)

    @root(shared=True, description="The collection with a handle.", deprecation_reason="Use `collection` instead.")
    async def collection_by_handle(self, info: Info, handle: str) -> Collection | None:
        return await _collection(info, handle, None)

    @root(shared=True, description="The published collections.")
    async def collections(
        self,
        info: Info,
        after: str | None = None,
        before: str | None = None,
        first: int | None = None,
        last: int | None = None,
        query: str | None = None,
        reverse: bool | None = False,
        sort_key: CollectionSortKeys | None = CollectionSortKeys.ID,
    ) -> CollectionConnection:
        ctx = ctx_of(info)
        window = window_args(first, after, last, before, reverse)
        matching = collection_query(ctx, query)
        found = await collection_list(ctx, collection_order(sort_key), window, matching)
        return _wire(connection_of(found, window, matching))

    @root(shared=True, description="The product with a handle or an id.")
    async def product(
        self,
        info: Info,
        handle: str | None = None,
        id: strawberry.ID | None = None,  # noqa: A002 the contract's word
    ) -> Product | None:
        return _wire(await _page(info, handle, id))

    @root(shared=True, description="The product with a handle.", deprecation_reason="Use `product` instead.")
    async def product_by_handle(self, info: Info, handle: str) -> Product | None:
        return _wire(await _page(info, handle, None))

    @root(shared=True, description="Products that go with a product, or that are bought with it.")
    async def product_recommendations(
        self,
        info: Info,
        intent: ProductRecommendationIntent | None = ProductRecommendationIntent.RELATED,
        product_handle: str | None = None,
        product_id: strawberry.ID | None = None,
    ) -> list[Product] | None:
        of = await _product(info, product_handle, product_id, ("productHandle", "productId"))
        if of is None:
            return None
        find = complementary_products if intent is ProductRecommendationIntent.COMPLEMENTARY else related_products
        return _wire(await find(ctx_of(info), of.id))

    @root(shared=True, description="The tags of products on sale, alphabetically.")
    async def product_tags(self, info: Info, first: int) -> StringConnection:
        size = page_args(first, None, None, None).size
        return _texts(await known_tags(ctx_of(info), size), size)

    @root(shared=True, description="The types of products on sale, alphabetically.")
    async def product_types(self, info: Info, first: int) -> StringConnection:
        size = page_args(first, None, None, None).size
        return _texts(await known_types(ctx_of(info), size), size)

    @root(shared=True, description="The products on sale; with a query, those that match it.")
    async def products(
        self,
        info: Info,
        after: str | None = None,
        before: str | None = None,
        first: int | None = None,
        last: int | None = None,
        query: str | None = None,
        reverse: bool | None = False,
        sort_key: ProductSortKeys | None = ProductSortKeys.ID,
    ) -> ProductConnection:
        ctx = ctx_of(info)
        window = window_args(first, after, last, before, reverse)
        matching = product_query(ctx, query)
        if sort_key is ProductSortKeys.RELEVANCE and query:
            ranked = await search_list(ctx, read(query), matching, SearchOrder.RELEVANCE, Unavailable.SHOW, window)
            found = ranked.rows
        else:
            found = await product_list(ctx, product_order(sort_key), window, matching)
        return _wire(connection_of(found, window, FacetedList(matching)))


async def _page(info: Info, handle: str | None, gid: str | None) -> ProductRow | None:
    product = await _product(info, handle, gid)
    if product is not None:
        open_page(info, product)
    return product


async def _product(
    info: Info, handle: str | None, gid: str | None, names: tuple[str, str] = ("handle", "id")
) -> ProductRow | None:
    """By id if there is one, else by handle. Raises BadInput without either."""
    if gid is not None:
        key = int_key_of(gid, "Product", field=(names[1],))
        return (await products_by_id(ctx_of(info), [key])).get(key)
    return await product_by_handle(ctx_of(info), _handle(handle, names[0]))


async def _collection(info: Info, handle: str | None, gid: str | None) -> Any:
    if gid is not None:
        key = int_key_of(gid, "Collection", field=("id",))
        return (await collections_by_id(ctx_of(info), [key])).get(key)
    return await collection_by_handle(ctx_of(info), _handle(handle, "handle"))


def _handle(handle: str | None, field: str) -> str:
    if handle is None:
        raise BadInput(field=(field,), problem="Say which one, by its handle or its id.")
    return handle if len(handle) <= LINE and handle.isprintable() else ""  # nothing is called so


def _texts(found: Any, size: int) -> StringConnection:
    return _wire(connect(found[:size], write_cursor, has_next_page=len(found) > size))


def _wire(row: Any) -> Any:
    """A row where the wire's type is declared: the type only says which of its fields are read."""
    return row
