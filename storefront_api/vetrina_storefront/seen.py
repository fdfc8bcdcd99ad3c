"""What an operation has read of products, by product id: siblings and deeper levels read only what is missing."""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

from vetrina.graphql import Info, ctx_of, once
from vetrina.views.catalog.cards import CardRow, cards_of
from vetrina.views.catalog.options import OptionRow, options_of
from vetrina.views.catalog.product_facts import PricesRow, StockRow, hidden_prices, stock_of_products
from vetrina.views.catalog.products import ProductRow, products_by_id
from vetrina.views.catalog.ranges import Range, ranges_of
from vetrina.views.media import AnyMedia, MediaOrder, all_media_of
from vetrina.views.windows import Placed, Window

T = TypeVar("T")

MOST_MEDIA = 250
"""Of one product: a gallery of so many is all of it."""


def open_page(info: Info, row: ProductRow) -> None:
    """Say that a product was asked for by name: its page shows most of it, so each part of it is read whole, once."""
    (_known(info, "pages"))[row.id] = row
    remember(info, [row])


def is_page(info: Info, product_ids: Iterable[int]) -> bool:
    """Whether all these products were asked for by name."""
    pages = _known(info, "pages")
    return bool(pages) and all(product_id in pages for product_id in product_ids)


def remember(info: Info, rows: Iterable[ProductRow]) -> None:
    """Keep products for those who only know their ids."""
    (_known(info, "products")).update({row.id: row for row in rows})


async def products_seen(info: Info, product_ids: Iterable[int]) -> dict[int, ProductRow]:
    """Products by id, on sale or not."""
    return await _seen(info, "products", product_ids, lambda ids: products_by_id(ctx_of(info), ids, even_hidden=True))


async def options_seen(info: Info, product_ids: Iterable[int]) -> dict[int, list[OptionRow]]:
    """The options of products."""
    return await _seen(info, "options", product_ids, lambda ids: options_of(ctx_of(info), ids))


async def ranges_seen(info: Info, product_ids: Iterable[int]) -> dict[int, Range]:
    """The whole ranges of products."""
    return await _seen(info, "ranges", product_ids, lambda ids: ranges_of(ctx_of(info), ids))


async def cards_seen(info: Info, product_ids: Iterable[int]) -> dict[int, CardRow]:
    """The cards of products."""
    return await _seen(info, "cards", product_ids, lambda ids: cards_of(ctx_of(info), ids))


async def stock_seen(info: Info, product_ids: Iterable[int]) -> dict[int, StockRow]:
    """Availability and stock of products."""
    return await _seen(info, "stock", product_ids, lambda ids: stock_of_products(ctx_of(info), ids))


async def hidden_prices_seen(info: Info, product_ids: Iterable[int]) -> dict[int, PricesRow]:
    """What products cost that are no longer on sale."""
    return await _seen(info, "hidden prices", product_ids, lambda ids: hidden_prices(ctx_of(info), ids))


async def galleries_seen(info: Info, product_ids: Iterable[int]) -> dict[int, list[Placed[AnyMedia]]]:
    """All media of products."""

    async def read(ids: list[int]) -> dict[int, list[Placed[AnyMedia]]]:
        found = await all_media_of(ctx_of(info), ids, MediaOrder.POSITION, Window(size=MOST_MEDIA))
        return {product_id: found.get(product_id, []) for product_id in ids}

    return await _seen(info, "galleries", product_ids, read)


async def _seen(
    info: Info,
    kind: str,
    product_ids: Iterable[int],
    read: Callable[[list[int]], Coroutine[Any, Any, dict[int, T]]],
) -> dict[int, T]:
    known: dict[int, T] = _known(info, kind)
    missing = sorted({product_id for product_id in product_ids if product_id not in known})
    if missing:
        known.update(await once(info, (kind, *missing), lambda: read(missing)))
    return known


def _known(info: Info, kind: str) -> dict[int, Any]:
    return info.context.memory.setdefault((kind,), {})
