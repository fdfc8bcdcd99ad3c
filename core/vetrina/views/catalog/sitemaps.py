"""What search engines may see of the catalogue, by number of the page: products on sale here, published collections."""

from functools import cache

from sqlalchemy import bindparam, func, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt
from vetrina.shop.catalog.models import Collection, Product
from vetrina.shop.sources.ports import SitemapEntry
from vetrina.views.catalog.cards import cards_of
from vetrina.views.catalog.collections import collection_count, collections_by_id
from vetrina.views.catalog.products import products_by_id
from vetrina.views.media import media_by_id
from vetrina.views.shelf import NOW, is_visible, place_params
from vetrina.views.windows import Selection


async def sitemap_products(ctx: Context, skip: int, size: int) -> list[SitemapEntry]:
    """Products on sale, oldest first, with their first pictures; three statements."""
    ids = await _ids(ctx, _product_ids(), skip, size)
    found = await products_by_id(ctx, ids)
    cards = await cards_of(ctx, ids)
    return [
        SitemapEntry(
            handle=row.handle,
            path=f"/products/{row.handle}",
            updated_at=row.updated_at,
            title=row.title,
            image_url=picture.address if picture else None,
            image_alt=picture.alt if picture else None,
        )
        for row in (found[key] for key in ids if key in found)
        for picture in [cards[row.id].picture if row.id in cards else None]
    ]


async def sitemap_collections(ctx: Context, skip: int, size: int) -> list[SitemapEntry]:
    """Published collections, oldest first, with their pictures; three statements."""
    ids = await _ids(ctx, _COLLECTION_IDS, skip, size)
    found = await collections_by_id(ctx, ids)
    pictures = await media_by_id(ctx, sorted({row.image_id for row in found.values() if row.image_id is not None}))
    return [
        SitemapEntry(
            handle=row.handle,
            path=f"/collections/{row.handle}",
            updated_at=row.updated_at,
            title=row.title,
            image_url=picture.address if picture else None,
            image_alt=picture.alt if picture else None,
        )
        for row in (found[key] for key in ids if key in found)
        for picture in [pictures.get(row.image_id) if row.image_id is not None else None]
    ]


async def sitemap_product_count(ctx: Context) -> int:
    """How many products are on sale here."""
    return await ctx.db.value(_product_count(), place_params(ctx))


async def sitemap_collection_count(ctx: Context) -> int:
    """How many collections are published."""
    return await collection_count(ctx)


async def _ids(ctx: Context, statement: Selection, skip: int, size: int) -> list[int]:
    params = {"skip": skip, "size": size, **place_params(ctx)}
    return [key for (key,) in await ctx.db.fetch(statement, params)]


@cache
def _product_ids() -> Selection:
    return select(Product.id).where(is_visible()).order_by(Product.id).offset(_SKIP).limit(_SIZE)


@cache
def _product_count() -> Selection:
    return select(func.count()).select_from(Product).where(is_visible())


_SKIP, _SIZE = bindparam("skip", type_=BigInt), bindparam("size", type_=BigInt)
_COLLECTION_IDS = (
    select(Collection.id).where(Collection.published_at <= NOW).order_by(Collection.id).offset(_SKIP).limit(_SIZE)
)
