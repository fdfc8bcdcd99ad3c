"""The staff's list of products: every status, with stock, prices and a picture, in every order, and how many."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, bindparam, case, func, literal_column, select
from sqlalchemy.orm import aliased

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt
from vetrina.kernel.money import LARGEST
from vetrina.shop.catalog.models import Media, Product, ProductMedia, Variant
from vetrina.shop.pricing.models import Price
from vetrina.views import windows
from vetrina.views.catalog.product_sheets import ProductSheetRow
from vetrina.views.finding.matching import EVERYTHING, SHAPES, Condition, Matching, sql_of
from vetrina.views.shelf import is_price_of, place_params, stock_of
from vetrina.views.windows import Column, Placed, Selection, Shape, Window

LOW = 5
"""So many pieces of a variant, or fewer, are few."""
MOST_COUNTED = 10_000
"""Counting stops above."""

Row = TypeVar("Row", bound=msgspec.Struct)


class ProductDeskOrder(StrEnum):
    """In which order products are listed.

    By stock means by the free pieces of all variants; what is not counted stands above everything that is. By price
    means by the cheapest variant in the context's list; what has no price there stands above everything that has.
    """

    ID = "id"
    TITLE = "title"
    VENDOR = "vendor"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    STOCK = "stock"
    PRICE = "price"


class ProductDeskRow(msgspec.Struct, frozen=True):
    """A product on the list. Only variants that are not archived count; prices in minor units of the context's list.

    `stock` is what is free over all active locations, None where nothing is counted; `sold_out` and `low` are how
    many of the variants have none left, and at most 5.
    """

    id: int
    handle: str
    title: str
    status: str
    vendor: str
    product_type: str
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime
    picture: str | None
    variants: int
    stock: int | None
    sold_out: int
    low: int
    least: int | None
    most: int | None

    @property
    def is_out(self) -> bool:
        """Nothing of it can be had."""
        return self.sold_out > 0 and self.sold_out == self.variants


async def product_desk(
    ctx: Context, order: ProductDeskOrder, window: Window, matching: Matching = EVERYTHING
) -> list[Placed[ProductDeskRow]]:
    """A window on the products that match, one row too many."""
    return await _listed(ctx, ProductDeskRow, order, window, matching)


async def products_matching(
    ctx: Context, order: ProductDeskOrder, window: Window, matching: Matching = EVERYTHING
) -> list[Placed[ProductSheetRow]]:
    """The same window with products as they are stored."""
    return await _listed(ctx, ProductSheetRow, order, window, matching)


async def desk_count(ctx: Context, matching: Matching = EVERYTHING, most: int = MOST_COUNTED) -> int:
    """How many products match, up to `most`; one more than that where there are more."""
    params = {**place_params(ctx), **matching.params, "most": most + 1}
    return await ctx.db.value(_count(matching.conditions), params)


def is_out() -> ColumnElement[bool]:
    """Every variant is counted, and none has a piece left."""
    any_variant = select(Variant.id).where(*_is_live(Variant)).correlate(Product)
    sold = func.coalesce(stock_of(), 1) > 0
    return any_variant.exists() & ~any_variant.where(sold).exists()


def is_running_out() -> ColumnElement[bool]:
    """A variant has few pieces left, or none."""
    return select(Variant.id).where(*_is_live(Variant), stock_of() <= LOW).correlate(Product).exists()


async def _listed(
    ctx: Context, row: type[Row], order: ProductDeskOrder, window: Window, matching: Matching
) -> list[Placed[Row]]:
    types = _ORDERS[order]
    params = {
        **place_params(ctx),
        **matching.params,
        **windows.window_params(window, windows.Order((), types)),
    }
    statement = _list(row, order, window.shape, matching.conditions)
    width = len(types)
    return [Placed(row(*line[width:]), line[:width]) for line in await ctx.db.fetch(statement, params)]


@lru_cache(SHAPES)
def _list(
    row: type[msgspec.Struct], order: ProductDeskOrder, shape: Shape, conditions: tuple[Condition, ...]
) -> Selection:
    columns = _columns_of(order)
    candidates = select(Product.id).where(*sql_of(conditions))
    if order in (ProductDeskOrder.STOCK, ProductDeskOrder.PRICE):
        # What has to be summed up is summed up once, not for every comparison.
        rank = _SUMMED[order].label("rank")
        ranked = candidates.add_columns(rank).cte("ranked").prefix_with("MATERIALIZED")
        columns, candidates = windows.Order((ranked.c.rank, ranked.c.id), _ORDERS[order]), select(ranked.c.id)
    page = windows.windowed(candidates, columns, shape)
    places = windows.place_columns(page, columns)
    statement = select(*places, *_shown(row)).join_from(page, Product, Product.id == page.c.id)
    return statement.order_by(*windows.direction(places, shape))


@lru_cache(SHAPES)
def _count(conditions: tuple[Condition, ...]) -> Selection:
    found = select(Product.id).where(*sql_of(conditions)).limit(bindparam("most")).subquery()
    return select(func.count()).select_from(found)


def _columns_of(order: ProductDeskOrder) -> windows.Order:
    if order is ProductDeskOrder.ID:
        return windows.Order((Product.id,), (int,))
    column: Column = _SUMMED[order] if order in _SUMMED else getattr(Product, order.value)
    return windows.Order((column, Product.id), _ORDERS[order])


@cache
def _shown(row: type[msgspec.Struct]) -> Sequence[Any]:
    """Written once: what is summed up stands over many tables, and is in the statement of every order."""
    if row is ProductSheetRow:
        return [getattr(Product, name) for name in row.__struct_fields__]
    beside = {
        "picture": _PICTURE,
        "variants": _of_variants(func.count()),
        "stock": _of_variants(func.sum(stock_of()).cast(BigInt)),
        "sold_out": _of_variants(_how_many(stock_of() <= 0)),
        "low": _of_variants(_how_many((stock_of() > 0) & (stock_of() <= LOW))),
        "least": _of_prices(func.min(Price.amount)),
        "most": _of_prices(func.max(Price.amount)),
    }
    return [beside[name].label(name) if name in beside else getattr(Product, name) for name in row.__struct_fields__]


def _is_live(variant: type[Variant]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return variant.product_id == Product.id, variant.archived_at.is_(None)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0).cast(BigInt)


def _of_variants(column: Column) -> Any:
    return select(column).select_from(Variant).where(*_is_live(Variant)).correlate(Product).scalar_subquery()


def _of_prices(column: Column) -> Any:
    variant = aliased(Variant)
    priced = select(column).select_from(variant).join(Price, is_price_of(variant, Price))
    return priced.where(*_is_live(variant)).correlate(Product).scalar_subquery()


_LAST = literal_column(str(LARGEST), BigInt)
_SUMMED: dict[ProductDeskOrder, ColumnElement[int]] = {
    ProductDeskOrder.STOCK: func.coalesce(_of_variants(func.sum(stock_of()).cast(BigInt)), _LAST),
    ProductDeskOrder.PRICE: func.coalesce(_of_prices(func.min(Price.amount)), _LAST),
}
_ORDERS: dict[ProductDeskOrder, tuple[type, ...]] = {
    ProductDeskOrder.ID: (int,),
    ProductDeskOrder.TITLE: (str, int),
    ProductDeskOrder.VENDOR: (str, int),
    ProductDeskOrder.CREATED_AT: (datetime, int),
    ProductDeskOrder.UPDATED_AT: (datetime, int),
    ProductDeskOrder.STOCK: (int, int),
    ProductDeskOrder.PRICE: (int, int),
}
_PICTURE = (
    select(Media.url)
    .join(ProductMedia, ProductMedia.media_id == Media.id)
    .where(ProductMedia.product_id == Product.id, ProductMedia.is_picture)
    .order_by(ProductMedia.position, ProductMedia.media_id)
    .limit(1)
    .correlate(Product)
    .scalar_subquery()
)
