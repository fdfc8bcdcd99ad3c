"""What the fields of Product are read from."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

import msgspec
import strawberry

from vetrina.graphql import Connection, Info, connection_of, ctx_of, window_args
from vetrina.kernel.errors import BadInput
from vetrina.views.catalog.collections import CollectionRow, collections_of
from vetrina.views.catalog.options import OptionRow
from vetrina.views.catalog.product_facts import PricesRow, StockRow, tags_of
from vetrina.views.catalog.products import ProductRow
from vetrina.views.catalog.ranges import by_id, by_position, span_of, stock_in
from vetrina.views.catalog.variants import VariantOrder, VariantRow, order_of, variant_counts, variants_of
from vetrina.views.media import AnyMedia, MediaOrder, MediaRow, all_media_of, media_of, pictures_among
from vetrina.views.windows import Window, window_on
from vetrina_storefront.money import MoneyRow, money
from vetrina_storefront.seen import (
    cards_seen,
    galleries_seen,
    hidden_prices_seen,
    is_page,
    options_seen,
    ranges_seen,
    remember,
    stock_seen,
)
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
    return [PriceRangeRow(money(span.least, currency), money(span.most, currency)) for span in spans]


async def load_compare_at_ranges(rows: Sequence[ProductRow], info: Info) -> list[PriceRangeRow]:
    """The struck-through prices; nothing where no variant has one."""
    currency = ctx_of(info).place.currency
    spans = await _spans(rows, info)
    return [
        PriceRangeRow(money(span.least_compare_at or 0, currency), money(span.most_compare_at or 0, currency))
        for span in spans
    ]


async def load_available(rows: Sequence[ProductRow], info: Info) -> list[bool]:
    """Whether at least one variant can be bought."""
    return [bool(row.sellable) for row in await _stock(rows, info)]


async def load_inventory(rows: Sequence[ProductRow], info: Info) -> list[int | None]:
    """Pieces of all variants that are tracked; null where none is."""
    return [row.stock for row in await _stock(rows, info)]


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
    found = await options_seen(info, [row.id for row in rows])
    remember(info, rows)
    return [found[row.id][:first] for row in rows]


async def load_featured(rows: Sequence[ProductRow], info: Info) -> list[MediaRow | None]:
    """The first picture."""
    ids = [row.id for row in rows]
    if is_page(info, ids):
        galleries = await galleries_seen(info, ids)
        firsts = (next(iter(pictures_among(galleries[product_id])), None) for product_id in ids)
        return [first.row if first is not None else None for first in firsts]
    cards = await cards_seen(info, ids)
    return [cards[product_id].picture for product_id in ids]


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
    return await _pictures(rows, info, _media_order(sort_key.name if sort_key else ""), window)


async def load_media(
    rows: Sequence[ProductRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
    sort_key: ProductMediaSortKeys | None = ProductMediaSortKeys.POSITION,
) -> list[Connection[AnyMedia]]:
    """A page of each product's media of every kind."""
    window = window_args(first, after, last, before, reverse)
    order, ids = _media_order(sort_key.name if sort_key else ""), [row.id for row in rows]
    if order is MediaOrder.POSITION and is_page(info, ids):
        galleries = await galleries_seen(info, ids)
        found = {product_id: window_on(galleries[product_id], window, (int, int)) for product_id in ids}
    else:
        found = await all_media_of(ctx_of(info), ids, order, window)
    return [connection_of(found.get(product_id, []), window) for product_id in ids]


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
    window, order = window_args(first, after, last, before, reverse), variant_order(sort_key)
    ids = [row.id for row in rows]
    remember(info, rows)
    if order in _RANGED and is_page(info, ids):
        ranges, types = await ranges_seen(info, ids), order_of(order).types
        found = {product_id: window_on(_RANGED[order](ranges[product_id]), window, types) for product_id in ids}
    else:
        found = await variants_of(ctx_of(info), ids, order, window)
    return [connection_of(found.get(product_id, []), window) for product_id in ids]


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
    ids = [row.id for row in rows]
    if is_page(info, ids):
        found = {product_id: len(variants) for product_id, variants in (await ranges_seen(info, ids)).items()}
    else:
        found = await variant_counts(ctx_of(info), ids)
    return [CountRow(found.get(product_id, 0)) for product_id in ids]


async def _pictures(
    rows: Sequence[ProductRow], info: Info, order: MediaOrder, window: Window
) -> list[Connection[MediaRow]]:
    ids = [row.id for row in rows]
    if order is MediaOrder.POSITION and is_page(info, ids):
        galleries = await galleries_seen(info, ids)
        pictures = {product_id: pictures_among(galleries[product_id]) for product_id in ids}
        found = {product_id: window_on(pictures[product_id], window, (int, int)) for product_id in ids}
    else:
        found = await media_of(ctx_of(info), ids, order, window)
    return [connection_of(found.get(product_id, []), window) for product_id in ids]


async def _spans(rows: Sequence[ProductRow], info: Info) -> list[PricesRow]:
    """The price spans of products in their order; of those no longer on sale, over all their variants."""
    ids = [row.id for row in rows]
    if is_page(info, ids):
        found = {product_id: span_of(variants) for product_id, variants in (await ranges_seen(info, ids)).items()}
    else:
        found = {product_id: card.prices for product_id, card in (await cards_seen(info, ids)).items()}
    gone = [product_id for product_id in ids if found[product_id] is None]
    hidden = await hidden_prices_seen(info, gone) if gone else {}
    return [found[product_id] or hidden[product_id] for product_id in ids]


async def _stock(rows: Sequence[ProductRow], info: Info) -> list[StockRow]:
    ids = [row.id for row in rows]
    if is_page(info, ids):
        ranges = await ranges_seen(info, ids)
        return [stock_in(product_id, ranges[product_id]) for product_id in ids]
    stock = await stock_seen(info, ids)
    return [stock[product_id] for product_id in ids]


def _media_order(key: str) -> MediaOrder:
    return MediaOrder.__members__.get(key, MediaOrder.POSITION)


_RANGED = {VariantOrder.POSITION: by_position, VariantOrder.ID: by_id}
"""The orders in which a range that was read whole can be paged through; texts are ordered by the database alone."""
