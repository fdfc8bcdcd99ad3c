"""ProductConnection and the orders of product lists."""

from enum import Enum

import strawberry

from vetrina.graphql import PageInfo, batch
from vetrina.views.catalog.products import ProductOrder
from vetrina_storefront.filters import Filter, load_filters
from vetrina_storefront.products import Product


@strawberry.enum(description="In which order products are listed.")
class ProductSortKeys(Enum):
    BEST_SELLING = "BEST_SELLING"
    CREATED_AT = "CREATED_AT"
    ID = "ID"
    PRICE = "PRICE"
    PRODUCT_TYPE = "PRODUCT_TYPE"
    RELEVANCE = "RELEVANCE"
    TITLE = "TITLE"
    UPDATED_AT = "UPDATED_AT"
    VENDOR = "VENDOR"


@strawberry.enum(description="In which order a collection's products are listed.")
class ProductCollectionSortKeys(Enum):
    BEST_SELLING = "BEST_SELLING"
    COLLECTION_DEFAULT = "COLLECTION_DEFAULT"
    CREATED = "CREATED"
    ID = "ID"
    MANUAL = "MANUAL"
    PRICE = "PRICE"
    RELEVANCE = "RELEVANCE"
    TITLE = "TITLE"


def product_order(key: ProductSortKeys | None) -> ProductOrder:
    """The order a sort key means. Without a query relevance is the order of ids."""
    return ProductOrder.__members__.get(key.name if key else "ID", ProductOrder.ID)


def order_in_collection(key: ProductCollectionSortKeys | None) -> ProductOrder:
    """The order a sort key means in a collection; what nothing is known for is the staff's own order."""
    if key is ProductCollectionSortKeys.CREATED:
        return ProductOrder.CREATED_AT
    return ProductOrder.__members__.get(key.name if key else "MANUAL", ProductOrder.MANUAL)


@strawberry.type(description="A product and its place in a connection.")
class ProductEdge:
    cursor: str
    node: Product


@strawberry.type(description="A page of products.")
class ProductConnection:
    edges: list[ProductEdge]
    filters: list[Filter] = batch(load_filters)
    nodes: list[Product]
    page_info: PageInfo
