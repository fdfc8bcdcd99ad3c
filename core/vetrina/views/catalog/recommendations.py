"""Products that go with a product: bought with it, or alike. Equals stand in the order of ids."""

from functools import cache

from sqlalchemy import Integer, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt
from vetrina.shop.catalog.models import CollectionProduct, Product, ProductTag
from vetrina.shop.sales.models import BoughtTogether
from vetrina.views.catalog.products import ProductRow, product_columns
from vetrina.views.shelf import is_translated, is_visible, place_params
from vetrina.views.windows import Page, Selection

MOST = 10
LOOKED_AT = 250
"""How many products are weighed for each thing they may share: a collection may hold the whole shop."""
TAG, COLLECTION, TYPE = 3, 2, 1
"""What a shared tag, collection or type weighs."""
ORDER = 1_000_000
"""What an order weighs in which both stood: more than whatever two products can share."""
FEWEST_ORDERS = 3
"""Orders that make a habit of buying two things together; fewer would tell what somebody bought."""


async def related_products(ctx: Context, product_id: int) -> list[ProductRow]:
    """Products that share the most tags and collections with a product, and its type."""
    params = {"product": product_id, **place_params(ctx)}
    return await ctx.db.rows(ProductRow, _related(is_translated(ctx), False), params)


async def complementary_products(ctx: Context, product_id: int) -> list[ProductRow]:
    """Products that were most often bought with a product, then those of other types that share the most with it."""
    params = {"product": product_id, **place_params(ctx)}
    return await ctx.db.rows(ProductRow, _related(is_translated(ctx), True), params)


@cache
def _related(translated: bool, of_other_types: bool) -> Selection:
    shared = [_sharing_tags(), _sharing_collections()]
    shared.append(_bought_together() if of_other_types else _sharing_type())
    everything = union_all(*(select(part.c.product_id, part.c.weight) for part in shared)).subquery("shared")
    score = func.sum(everything.c.weight)
    own = aliased(Product)
    own_type = select(own.product_type).where(own.id == _PRODUCT).scalar_subquery()
    best = select(everything.c.product_id, score.label("score")).group_by(everything.c.product_id).subquery("best")
    statement = (
        select(*product_columns(translated))
        .join_from(best, Product, Product.id == best.c.product_id)
        .where(is_visible())
        .order_by(best.c.score.desc(), Product.id)
        .limit(MOST)
    )
    if not of_other_types:
        return statement
    return statement.where(or_(best.c.score >= ORDER, Product.product_type != own_type))


def _bought_together() -> Page:
    return (
        select(BoughtTogether.other_id.label("product_id"), (BoughtTogether.orders * ORDER).label("weight"))
        .where(BoughtTogether.product_id == _PRODUCT, BoughtTogether.orders >= FEWEST_ORDERS)
        .subquery("bought")
    )


def _sharing_tags() -> Page:
    mine, theirs = aliased(ProductTag), aliased(ProductTag)
    return (
        select(theirs.product_id, literal(TAG, Integer).label("weight"))
        .join(mine, mine.tag == theirs.tag)
        .where(mine.product_id == _PRODUCT, theirs.product_id != _PRODUCT)
        .order_by(theirs.tag, theirs.product_id)
        .limit(LOOKED_AT)
        .subquery("tags")
    )


def _sharing_collections() -> Page:
    mine, theirs = aliased(CollectionProduct), aliased(CollectionProduct)
    return (
        select(theirs.product_id, literal(COLLECTION, Integer).label("weight"))
        .join(mine, mine.collection_id == theirs.collection_id)
        .where(mine.product_id == _PRODUCT, theirs.product_id != _PRODUCT)
        .order_by(theirs.collection_id, theirs.position, theirs.product_id)
        .limit(LOOKED_AT)
        .subquery("collections")
    )


def _sharing_type() -> Page:
    mine, theirs = aliased(Product), aliased(Product)
    return (
        select(theirs.id.label("product_id"), literal(TYPE, Integer).label("weight"))
        .join(mine, mine.product_type == theirs.product_type)
        .where(mine.id == _PRODUCT, theirs.id != _PRODUCT, theirs.product_type != "")
        .order_by(theirs.id)
        .limit(LOOKED_AT)
        .subquery("types")
    )


_PRODUCT = bindparam("product", type_=BigInt)
