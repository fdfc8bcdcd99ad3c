"""Products on sale in the context's market: one by id or handle, lists in every order, what belongs to each."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import ClassVar

import msgspec
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from vetrina.kernel.context import Context
from vetrina.kernel.db import id_in
from vetrina.shop.catalog.models import CollectionProduct, Product, Variant
from vetrina.shop.pricing.models import Price
from vetrina.views.finding.matching import EVERYTHING, SHAPES, Condition, Matching, sql_of
from vetrina.views.shelf import (
    HANDLE,
    PRICE_LIST,
    has_handle,
    in_language,
    is_price_of,
    is_published,
    is_translated,
    is_visible,
    place_params,
)
from vetrina.views.windows import (
    Column,
    Order,
    Page,
    Placed,
    Selection,
    Shape,
    Window,
    direction,
    place_columns,
    placed,
    window_params,
    windowed,
)


class ProductOrder(StrEnum):
    """In which order products are listed. Titles, vendors and types are compared as the shop wrote them.

    MANUAL is a collection's own order; elsewhere it is the order of ids. BEST_SELLING counts the pieces of the last 90
    days, most first; equals stand in the order of ids.
    """

    ID = "id"
    TITLE = "title"
    VENDOR = "vendor"
    PRODUCT_TYPE = "product_type"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    PRICE = "price"
    BEST_SELLING = "best_selling"
    MANUAL = "manual"


class ProductRow(msgspec.Struct, frozen=True):
    """A product, its texts in the context's language where they are translated."""

    type_name: ClassVar[str] = "Product"

    id: int
    handle: str
    title: str
    description_html: str
    seo_title: str | None
    seo_description: str | None
    vendor: str
    product_type: str
    is_gift_card: bool
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime


async def products_by_id(ctx: Context, ids: Sequence[int], *, even_hidden: bool = False) -> dict[int, ProductRow]:
    """Products by id: those on sale here, or all of them (for the lines of carts)."""
    statement = _by_id(is_translated(ctx), even_hidden)
    rows = await ctx.db.rows(ProductRow, statement, {"ids": list(ids), **place_params(ctx)})
    return {row.id: row for row in rows}


async def product_by_handle(ctx: Context, handle: str) -> ProductRow | None:
    """The product on sale here that has a handle, in the shop's own language or in the context's."""
    statement = _by_handle(is_translated(ctx))
    return await ctx.db.one(ProductRow, statement, {"handle": handle, **place_params(ctx)})


async def product_list(
    ctx: Context, order: ProductOrder, window: Window, matching: Matching = EVERYTHING
) -> list[Placed[ProductRow]]:
    """A window on the products on sale here, one row too many."""
    columns = order_of(order)
    statement = _list(order, window.shape, is_translated(ctx), matching.conditions)
    params = {**place_params(ctx), **window_params(window, columns), **matching.params}
    return await placed(ctx.db, ProductRow, statement, params, columns)


def order_of(order: ProductOrder, *, in_collection: bool = False) -> Order:
    """The columns of an order. By price means by the product's cheapest variant, found by walking the price list."""
    match order:
        case ProductOrder.MANUAL if in_collection:
            return Order((CollectionProduct.position, CollectionProduct.product_id), (int, int))
        case ProductOrder.ID | ProductOrder.MANUAL:
            return Order((Product.id,), (int,))
        case ProductOrder.PRICE:
            return Order((Price.amount, Price.variant_id), (int, int))
        case ProductOrder.BEST_SELLING:
            return Order((Product.selling_rank, Product.id), (int, int))
        case ProductOrder.CREATED_AT | ProductOrder.UPDATED_AT:
            return Order((getattr(Product, order.value), Product.id), (datetime, int))
        case _:
            return Order((getattr(Product, order.value), Product.id), (str, int))


def product_columns(translated: bool) -> tuple[Column, ...]:
    """The columns of ProductRow, over Product."""

    def text(field: str) -> Column:
        return in_language("Product", Product.id, field, getattr(Product, field), translated)

    return (
        Product.id,
        text("handle"),
        text("title"),
        text("description_html"),
        text("seo_title"),
        text("seo_description"),
        Product.vendor,
        Product.product_type,
        Product.is_gift_card,
        Product.published_at,
        Product.created_at,
        Product.updated_at,
    )


def candidates_of(order: ProductOrder, *columns: Column) -> Selection:
    """Products on sale here, joined to what the order compares."""
    if order is not ProductOrder.PRICE:
        return select(Product.id, *columns).where(is_visible())
    return (
        select(Product.id, *columns)
        .select_from(Price)
        .join(Variant, Variant.id == Price.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .where(Price.price_list_id == PRICE_LIST, Variant.archived_at.is_(None), is_published(), _is_cheapest())
    )


def rows_of(page: Page, order: Order, shape: Shape, translated: bool, *owner: Column) -> Selection:
    """The rows of a window: owner if any, places, ProductRow; in the order they are read."""
    places = place_columns(page, order)
    return (
        select(*owner, *places, *product_columns(translated))
        .join_from(page, Product, Product.id == page.c.id)
        .order_by(*owner, *direction(places, shape))
    )


def _is_cheapest() -> ColumnElement[bool]:
    """No other variant of the product stands before this one in the price list."""
    other, price = aliased(Variant), aliased(Price)
    cheaper = or_(price.amount < Price.amount, and_(price.amount == Price.amount, price.variant_id < Price.variant_id))
    # One inside the other, so that the product's few variants are looked up and not all that costs less.
    before = select(price.variant_id).where(is_price_of(other, price), cheaper)
    sibling = select(other.id).where(
        other.product_id == Product.id, other.archived_at.is_(None), before.correlate_except(price).exists()
    )
    return ~sibling.correlate_except(other).exists()


@cache
def _by_id(translated: bool, even_hidden: bool) -> Selection:
    statement = select(*product_columns(translated)).where(id_in(Product.id, "ids"))
    return statement if even_hidden else statement.where(is_visible())


@cache
def _by_handle(translated: bool) -> Selection:
    statement = select(*product_columns(translated)).where(is_visible(), has_handle(Product, translated))
    return statement.order_by((Product.handle == HANDLE).desc(), Product.id).limit(1)


@lru_cache(SHAPES)
def _list(order: ProductOrder, shape: Shape, translated: bool, conditions: tuple[Condition, ...]) -> Selection:
    columns = order_of(order)
    page = windowed(candidates_of(order).where(*sql_of(conditions)), columns, shape)
    return rows_of(page, columns, shape, translated)
