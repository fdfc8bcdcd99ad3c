"""What is known of products in the context's market: price ranges, availability, stock, tags; the shop's words."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Integer, bindparam, case, func, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt, id_in
from vetrina.shop.catalog.models import Product, ProductTag, Variant
from vetrina.shop.pricing.models import Price
from vetrina.views.shelf import is_price_of, is_sellable, is_visible, place_params, stock_of
from vetrina.views.windows import Column, Selection


class PricesRow(msgspec.Struct, frozen=True):
    """The span of a product's prices, in minor units; of struck-through prices, where a variant has one."""

    product_id: int
    least: int
    most: int
    least_compare_at: int | None
    most_compare_at: int | None


class StockRow(msgspec.Struct, frozen=True):
    """Whether a product can be bought now, and how much of it there is; None where nothing is tracked."""

    product_id: int
    sellable: int
    stock: int | None


async def hidden_prices(ctx: Context, product_ids: list[int]) -> dict[int, PricesRow]:
    """The price spans of products that are no longer on sale, over all their variants, by product id."""
    rows = await ctx.db.rows(PricesRow, _HIDDEN_PRICES, {"ids": product_ids, **place_params(ctx)})
    return {row.product_id: row for row in rows}


async def stock_of_products(ctx: Context, product_ids: list[int]) -> dict[int, StockRow]:
    """Availability and stock of products over their variants that are priced here, by product id, for all of them."""
    rows = await ctx.db.rows(StockRow, _STOCK, {"ids": product_ids, **place_params(ctx)})
    return {product_id: StockRow(product_id, 0, None) for product_id in product_ids} | {
        row.product_id: row for row in rows
    }


async def tags_of(ctx: Context, product_ids: list[int]) -> dict[int, list[str]]:
    """The tags of each product in the order they were written, by product id."""
    found: dict[int, list[str]] = {}
    for product_id, tag in await ctx.db.fetch(_TAGS_OF, {"ids": product_ids}):
        found.setdefault(product_id, []).append(tag)
    return found


async def known_tags(ctx: Context, size: int) -> Sequence[str]:
    """The tags of products on sale here, alphabetically; one more than asked for, where there are more."""
    return [tag for (tag,) in await ctx.db.fetch(_TAGS, {"size": size + 1, **place_params(ctx)})]


async def known_types(ctx: Context, size: int) -> Sequence[str]:
    """The types of products on sale here, alphabetically; one more than asked for, where there are more."""
    return [kind for (kind,) in await ctx.db.fetch(_TYPES, {"size": size + 1, **place_params(ctx)})]


def _over_priced(*columns: Column) -> Selection:
    """One row per product, over its variants that are priced here; archived ones only where asked for by name."""
    return (
        select(Variant.product_id, *columns)
        .join_from(Variant, Price, is_price_of(Variant, Price))
        .where(id_in(Variant.product_id, "ids"))
        .group_by(Variant.product_id)
    )


SPAN = (
    func.min(Price.amount).label("least"),
    func.max(Price.amount).label("most"),
    func.min(Price.compare_at).label("least_compare_at"),
    func.max(Price.compare_at).label("most_compare_at"),
)
"""The columns of PricesRow after its key, over Price."""
_HIDDEN_PRICES = _over_priced(*SPAN)
_STOCK = _over_priced(
    func.max(case((is_sellable(), 1), else_=0)).cast(BigInt).label("sellable"),
    func.sum(stock_of()).cast(BigInt).label("stock"),
).where(Variant.archived_at.is_(None))
_TAGS_OF = (
    select(ProductTag.product_id, ProductTag.tag)
    .where(id_in(ProductTag.product_id, "ids"))
    .order_by(ProductTag.product_id, ProductTag.position, ProductTag.tag)
)
_SIZE = bindparam("size", type_=Integer)
_TAGS = (
    select(ProductTag.tag)
    .join(Product, Product.id == ProductTag.product_id)
    .where(is_visible())
    .group_by(ProductTag.tag)
    .order_by(ProductTag.tag)
    .limit(_SIZE)
)
_TYPES = (
    select(Product.product_type)
    .where(Product.product_type != "", is_visible())
    .group_by(Product.product_type)
    .order_by(Product.product_type)
    .limit(_SIZE)
)
