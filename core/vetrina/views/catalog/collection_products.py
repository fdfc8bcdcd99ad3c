"""Products of collections, in every order, and as a condition."""

from functools import lru_cache

from sqlalchemy import ColumnElement, bindparam, exists, select, union_all

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt, id_in
from vetrina.shop.catalog.models import CollectionProduct, Product
from vetrina.views.catalog.products import ProductOrder, ProductRow, candidates_of, order_of, rows_of
from vetrina.views.finding.matching import EVERYTHING, SHAPES, Condition, Matching, sql_of
from vetrina.views.shelf import is_translated, place_params
from vetrina.views.windows import (
    Column,
    Page,
    Placed,
    Selection,
    Shape,
    Window,
    placed,
    placed_per_owner,
    window_params,
    windowed,
    windowed_per_owner,
)

COLLECTION = bindparam("collection", type_=BigInt)
MOST_APART = 32
"""Collections whose pages are read each by itself, in one statement."""


async def products_of_collections(
    ctx: Context, collection_ids: list[int], order: ProductOrder, window: Window, matching: Matching = EVERYTHING
) -> dict[int, list[Placed[ProductRow]]]:
    """A window on the products of each collection, one row too many, by collection id.

    In its own order each page of a collection costs the same, also when a few are asked for together. Any other order
    puts all its products in that order first: to look for them along the shop's would be quick where they are spread
    evenly, and read the whole shop where they stand together.
    """
    columns = order_of(order, in_collection=True)
    shape, translated, conditions = window.shape, is_translated(ctx), matching.conditions
    params = {**place_params(ctx), **window_params(window, columns), **matching.params}
    if len(collection_ids) == 1:
        params["collection"] = collection_ids[0]
        statement = _of_collection(order, shape, translated, conditions)
        return {collection_ids[0]: await placed(ctx.db, ProductRow, statement, params, columns)}
    if len(collection_ids) > MOST_APART:
        params["ids"] = collection_ids
        statement = _of_collections(order, shape, translated, conditions)
    else:
        apart = 1 << (len(collection_ids) - 1).bit_length()
        padded = [*collection_ids, *[None] * (apart - len(collection_ids))]
        params |= {f"collection_{number}": collection_id for number, collection_id in enumerate(padded)}
        statement = _of_few_collections(order, shape, translated, conditions, apart)
    return await placed_per_owner(ctx.db, ProductRow, statement, params, columns)


def in_collection(collection_id: int) -> Matching:
    """The products of one collection."""
    return Matching((Condition(_is_member),), {"collection": collection_id})


@lru_cache(SHAPES)
def _of_collection(order: ProductOrder, shape: Shape, translated: bool, conditions: tuple[Condition, ...]) -> Selection:
    columns = order_of(order, in_collection=True)
    candidates = _members(order).where(CollectionProduct.collection_id == COLLECTION, *sql_of(conditions))
    return rows_of(windowed(candidates, columns, shape), columns, shape, translated)


@lru_cache(SHAPES)
def _of_few_collections(
    order: ProductOrder, shape: Shape, translated: bool, conditions: tuple[Condition, ...], apart: int
) -> Selection:
    """A page of each of so many collections, each found by its own index."""
    columns = order_of(order, in_collection=True)
    pages: list[Page] = []
    for number in range(apart):
        collection = bindparam(f"collection_{number}", type_=BigInt)
        candidates = _members(order, CollectionProduct.collection_id.label("owner"))
        candidates = candidates.where(CollectionProduct.collection_id == collection, *sql_of(conditions))
        pages.append(windowed(candidates, columns, shape))
    page = union_all(*(select(one) for one in pages)).subquery("pages")
    return rows_of(page, columns, shape, translated, page.c.owner)


@lru_cache(SHAPES)
def _of_collections(
    order: ProductOrder, shape: Shape, translated: bool, conditions: tuple[Condition, ...]
) -> Selection:
    columns = order_of(order, in_collection=True)
    owner = CollectionProduct.collection_id
    candidates = _members(order, owner.label("owner")).where(id_in(owner, "ids"), *sql_of(conditions))
    page = windowed_per_owner(candidates, owner, columns, shape)
    return rows_of(page, columns, shape, translated, page.c.owner)


def _is_member() -> ColumnElement[bool]:
    return exists().where(CollectionProduct.collection_id == COLLECTION, CollectionProduct.product_id == Product.id)


def _members(order: ProductOrder, *columns: Column) -> Selection:
    return candidates_of(order, *columns).join(CollectionProduct, CollectionProduct.product_id == Product.id)
