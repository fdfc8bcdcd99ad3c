"""What the fields of Product are read from."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

import msgspec
import strawberry

from vetrina.graphql import Connection, Info, ctx_of, once
from vetrina.kernel.errors import BadInput
from vetrina.views.collections import CollectionRow, collections_of
from vetrina.views.media import MediaOrder, MediaRow, featured_media, media_of
from vetrina.views.options import OptionRow, options_of
from vetrina.views.product_facts import PricesRow, StockRow, price_ranges, stock_of_products, tags_of
from vetrina.views.products import ProductRow
from vetrina.views.variants import VariantRow, variant_counts, variants_of
from vetrina_storefront.money import MoneyRow, money
from vetrina_storefront.paging import connection_of, window_args
from vetrina_storefront.variants import (
    ProductVariantSortKeys,
    variant_order,
)


@strawberry.enum(description="In which order a product's pictures are listed.")
class ProductImageSortKeys(Enum):
    CREATED_AT = "CREATED_AT"
    ID = "ID"
    POSITION = "POSITION"
    RELEVANCE = "RELEVANCE"


@strawberry.enum(description="In which order a product's media are listed.")
class ProductMediaSortKeys(Enum):
    ID = "ID"
    POSITION = "POSITION"
    RELEVANCE = "RELEVANCE"


@strawberry.enum(description="How exact a count is.")
class CountPrecision(Enum):
    AT_LEAST = "AT_LEAST"
    EXACT = "EXACT"


class PriceRangeRow(msgspec.Struct, frozen=True):
    """The least and the most a product's variants cost."""

    min_variant_price: MoneyRow
    max_variant_price: MoneyRow


class CountRow(msgspec.Struct, frozen=True):
    """So many."""

    count: int
    precision: CountPrecision = CountPrecision.EXACT


async def load_price_ranges(rows: Sequence[ProductRow], info: Info) -> list[PriceRangeRow]:
    """What the variants on sale cost."""
    currency = ctx_of(info).place.currency
    spans = await _spans(rows, info)
    return [PriceRangeRow(money(spans[row.id].least, currency), money(spans[row.id].most, currency)) for row in rows]


async def load_compare_at_ranges(rows: Sequence[ProductRow], info: Info) -> list[PriceRangeRow]:
    """The struck-through prices; nothing where no variant has one."""
    currency = ctx_of(info).place.currency
    spans = await _spans(rows, info)
    return [
        PriceRangeRow(
            money(spans[row.id].least_compare_at or 0, currency), money(spans[row.id].most_compare_at or 0, currency)
        )
        for row in rows
    ]


async def load_available(rows: Sequence[ProductRow], info: Info) -> list[bool]:
    """Whether at least one variant can be bought."""
    stock = await _stock(rows, info)
    return [row.id in stock and bool(stock[row.id].sellable) for row in rows]


async def load_inventory(rows: Sequence[ProductRow], info: Info) -> list[int | None]:
    """Pieces of all variants that are tracked; null where none is."""
    stock = await _stock(rows, info)
    return [stock[row.id].stock if row.id in stock else None for row in rows]


async def load_tags(rows: Sequence[ProductRow], info: Info) -> list[list[str]]:
    """Tags in the order they were written."""
    found = await tags_of(ctx_of(info), [row.id for row in rows])
    return [found.get(row.id, []) for row in rows]


async def load_published(rows: Sequence[ProductRow], info: Info) -> list[datetime]:
    """Since when each product is on sale; one that was taken off, since it was made."""
    return [row.published_at or row.created_at for row in rows]


async def load_options(rows: Sequence[ProductRow], info: Info, first: int | None = None) -> list[list[OptionRow]]:
    """Options in order."""
    if first is not None and not 1 <= first <= 250:
        raise BadInput(field=("first",), problem="first is between 1 and 250.")
    found = await options_of(ctx_of(info), [row.id for row in rows])
    return [found[row.id][:first] for row in rows]


async def load_featured(rows: Sequence[ProductRow], info: Info) -> list[MediaRow | None]:
    """The first picture."""
    ids = sorted(row.id for row in rows)
    found = await once(info, ("featured", *ids), lambda: featured_media(ctx_of(info), ids))
    return [found.get(row.id) for row in rows]


async def load_images(
    rows: Sequence[ProductRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
    sort_key: ProductImageSortKeys | None = ProductImageSortKeys.POSITION,
) -> list[Connection[MediaRow]]:
    """A page of each product's pictures."""
    window = window_args(first, after, last, before, reverse)
    order = _media_order(sort_key.name if sort_key else "")
    found = await media_of(ctx_of(info), [row.id for row in rows], order, window)
    return [connection_of(found.get(row.id, []), window) for row in rows]


async def load_media(
    rows: Sequence[ProductRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
    sort_key: ProductMediaSortKeys | None = ProductMediaSortKeys.POSITION,
) -> list[Connection[MediaRow]]:
    """A page of each product's media, which are its pictures."""
    window = window_args(first, after, last, before, reverse)
    order = _media_order(sort_key.name if sort_key else "")
    found = await media_of(ctx_of(info), [row.id for row in rows], order, window)
    return [connection_of(found.get(row.id, []), window) for row in rows]


async def load_variants(
    rows: Sequence[ProductRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
    sort_key: ProductVariantSortKeys | None = ProductVariantSortKeys.POSITION,
) -> list[Connection[VariantRow]]:
    """A page of each product's variants on sale."""
    window = window_args(first, after, last, before, reverse)
    found = await variants_of(ctx_of(info), [row.id for row in rows], variant_order(sort_key), window)
    return [connection_of(found.get(row.id, []), window) for row in rows]


async def load_collections(
    rows: Sequence[ProductRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
) -> list[Connection[CollectionRow]]:
    """A page of the collections each product is in."""
    window = window_args(first, after, last, before, reverse)
    found = await collections_of(ctx_of(info), [row.id for row in rows], window)
    return [connection_of(found.get(row.id, []), window, row.id) for row in rows]


async def load_variant_counts(rows: Sequence[ProductRow], info: Info) -> list[CountRow]:
    """How many variants are on sale."""
    found = await variant_counts(ctx_of(info), [row.id for row in rows])
    return [CountRow(found.get(row.id, 0)) for row in rows]


async def _spans(rows: Sequence[ProductRow], info: Info) -> dict[int, PricesRow]:
    ids = sorted(row.id for row in rows)

    async def load() -> dict[int, PricesRow]:
        spans = await price_ranges(ctx_of(info), ids)
        gone = [product_id for product_id in ids if product_id not in spans]
        return spans | (await price_ranges(ctx_of(info), gone, even_hidden=True) if gone else {})

    return await once(info, ("prices", *ids), load)


async def _stock(rows: Sequence[ProductRow], info: Info) -> dict[int, StockRow]:
    ids = sorted(row.id for row in rows)
    return await once(info, ("stock", *ids), lambda: stock_of_products(ctx_of(info), ids))


def _media_order(key: str) -> MediaOrder:
    return MediaOrder.__members__.get(key, MediaOrder.POSITION)
