"""Collections that are published: by id or handle, in lists, and those a product is in."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import ClassVar

import msgspec
from sqlalchemy import ColumnElement, func, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import id_in
from vetrina.shop.catalog.models import Collection, CollectionProduct
from vetrina.views.finding.matching import EVERYTHING, SHAPES, Condition, Matching, sql_of
from vetrina.views.shelf import HANDLE, NOW, has_handle, in_language, is_translated, place_params
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
    placed_per_owner,
    window_params,
    windowed,
    windowed_per_owner,
)


class CollectionOrder(StrEnum):
    """In which order collections are listed; titles are compared as the shop wrote them."""

    ID = "id"
    TITLE = "title"
    UPDATED_AT = "updated_at"


class CollectionRow(msgspec.Struct, frozen=True):
    """A collection, its texts in the context's language where they are translated."""

    type_name: ClassVar[str] = "Collection"

    id: int
    handle: str
    title: str
    description_html: str
    seo_title: str | None
    seo_description: str | None
    image_id: int | None
    updated_at: datetime


async def collections_by_id(ctx: Context, ids: Sequence[int]) -> dict[int, CollectionRow]:
    """Published collections by id."""
    params = {"ids": list(ids), **place_params(ctx)}
    return {row.id: row for row in await ctx.db.rows(CollectionRow, _by_id(is_translated(ctx)), params)}


async def collection_by_handle(ctx: Context, handle: str) -> CollectionRow | None:
    """The published collection that has a handle, in the shop's own language or in the context's."""
    params = {"handle": handle, **place_params(ctx)}
    return await ctx.db.one(CollectionRow, _by_handle(is_translated(ctx)), params)


async def collection_list(
    ctx: Context, order: CollectionOrder, window: Window, matching: Matching = EVERYTHING
) -> list[Placed[CollectionRow]]:
    """A window on the published collections, one row too many."""
    columns = _order(order)
    statement = _list(order, window.shape, is_translated(ctx), matching.conditions)
    params = {**place_params(ctx), **window_params(window, columns), **matching.params}
    return await placed(ctx.db, CollectionRow, statement, params, columns)


async def collection_count(ctx: Context, matching: Matching = EVERYTHING) -> int:
    """How many collections are published, of those that match."""
    return await ctx.db.value(_count(matching.conditions), {**place_params(ctx), **matching.params})


async def collections_of(
    ctx: Context, product_ids: list[int], window: Window
) -> dict[int, list[Placed[CollectionRow]]]:
    """A window on the collections of each product, one row too many, by product id."""
    columns = _order(CollectionOrder.ID)
    statement = _collections_of(window.shape, is_translated(ctx))
    params = {"ids": product_ids, **place_params(ctx), **window_params(window, columns)}
    return await placed_per_owner(ctx.db, CollectionRow, statement, params, columns)


async def collection_counts_of(ctx: Context, product_ids: list[int]) -> dict[int, int]:
    """How many published collections each product is in, by product id."""
    return dict[int, int](await ctx.db.fetch(_COUNTS_OF, {"ids": product_ids, **place_params(ctx)}))


def _is_published() -> ColumnElement[bool]:
    return Collection.published_at <= NOW


def _order(order: CollectionOrder) -> Order:
    match order:
        case CollectionOrder.ID:
            return Order((Collection.id,), (int,))
        case CollectionOrder.TITLE:
            return Order((Collection.title, Collection.id), (str, int))
        case CollectionOrder.UPDATED_AT:
            return Order((Collection.updated_at, Collection.id), (datetime, int))


def _columns(translated: bool) -> tuple[Column, ...]:
    def text(field: str) -> Column:
        return in_language("Collection", Collection.id, field, getattr(Collection, field), translated)

    return (
        Collection.id,
        text("handle"),
        text("title"),
        text("description_html"),
        text("seo_title"),
        text("seo_description"),
        Collection.image_id,
        Collection.updated_at,
    )


@cache
def _by_id(translated: bool) -> Selection:
    return select(*_columns(translated)).where(_is_published(), id_in(Collection.id, "ids"))


@cache
def _by_handle(translated: bool) -> Selection:
    statement = select(*_columns(translated)).where(_is_published(), has_handle(Collection, translated))
    return statement.order_by((Collection.handle == HANDLE).desc(), Collection.id).limit(1)


@lru_cache(SHAPES)
def _list(order: CollectionOrder, shape: Shape, translated: bool, conditions: tuple[Condition, ...]) -> Selection:
    columns = _order(order)
    page = windowed(select(Collection.id).where(_is_published(), *sql_of(conditions)), columns, shape)
    return _rows_of(page, columns, shape, translated)


@lru_cache(SHAPES)
def _count(conditions: tuple[Condition, ...]) -> Selection:
    return select(func.count()).select_from(Collection).where(_is_published(), *sql_of(conditions))


@cache
def _collections_of(shape: Shape, translated: bool) -> Selection:
    columns = _order(CollectionOrder.ID)
    owner = CollectionProduct.product_id
    candidates = (
        select(owner.label("owner"), Collection.id)
        .join(Collection, Collection.id == CollectionProduct.collection_id)
        .where(id_in(owner, "ids"), _is_published())
    )
    page = windowed_per_owner(candidates, owner, columns, shape)
    return _rows_of(page, columns, shape, translated, page.c.owner)


def _rows_of(page: Page, order: Order, shape: Shape, translated: bool, *owner: Column) -> Selection:
    places = place_columns(page, order)
    return (
        select(*owner, *places, *_columns(translated))
        .join_from(page, Collection, Collection.id == page.c.id)
        .order_by(*owner, *direction(places, shape))
    )


_COUNTS_OF = (
    select(CollectionProduct.product_id, func.count())
    .join(Collection, Collection.id == CollectionProduct.collection_id)
    .where(id_in(CollectionProduct.product_id, "ids"), _is_published())
    .group_by(CollectionProduct.product_id)
)
