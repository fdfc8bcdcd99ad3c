"""Find products by words: in the index a plugin serves, or in the embedded one, which forgives slips of the finger."""

import msgspec
import structlog

from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.kernel.registry import PortFailed, Provided
from vetrina.shop.catalog.ports import FoundProducts, SearchIndex, SoughtProducts
from vetrina.views.catalog.products import ProductRow
from vetrina.views.catalog.search import (
    MOST_RANKED,
    Found,
    SearchOrder,
    Unavailable,
    among,
    only_sellable,
    product_count,
    ranked_list,
    search_list,
)
from vetrina.views.finding.filters import ProductFilters, filtered
from vetrina.views.finding.matching import EVERYTHING, Matching
from vetrina.views.finding.queries import products_meant, split_words
from vetrina.views.finding.query_syntax import Query
from vetrina.views.finding.typos import corrected
from vetrina.views.windows import Placed, Window

log = structlog.get_logger(__name__)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for. `is_open` says that somebody still types; `only` narrows what is found, facets included."""

    query: Query
    filters: ProductFilters
    order: SearchOrder
    unavailable: Unavailable
    is_open: bool = False
    only: Matching = EVERYTHING


class Results(msgspec.Struct, frozen=True):
    """A window on the results, one row too many; what they were found by, which facets count; how many, if known."""

    rows: list[Placed[ProductRow]]
    base: Matching
    total: int | None


async def find_products(ctx: Context, wish: Wish, window: Window) -> Results:
    """Products on sale here that match, best first.

    Words that find nothing are taken for the nearest that do: see `vetrina.views.finding.typos`. Raises BadInput for
    values that cannot be compared, and for a cursor of another list.
    """
    elsewhere = await _found_elsewhere(ctx, wish, window)
    if elsewhere is not None:
        return elsewhere
    results = await _embedded(ctx, wish, wish.query, window)
    if results.rows or await _goes_on(ctx, wish, results, window):
        return results
    query = await corrected(ctx, wish.query)
    return results if query is None else await _embedded(ctx, wish, query, window)


async def _embedded(ctx: Context, wish: Wish, query: Query, window: Window) -> Results:
    base = products_meant(ctx, query, is_open=wish.is_open) & only_sellable(wish.unavailable) & wish.only
    matching = base & filtered(ctx, wish.filters)
    found = await search_list(ctx, query, matching, wish.order, wish.unavailable, window)
    return Results(found.rows, base, found.total)


async def _goes_on(ctx: Context, wish: Wish, results: Results, window: Window) -> bool:
    """Whether there are results, and the window only lies behind or before all of them."""
    if window.after is None and window.before is None:
        return False
    return await product_count(ctx, results.base & filtered(ctx, wish.filters)) > 0


async def _found_elsewhere(ctx: Context, wish: Wish, window: Window) -> Results | None:
    """What the plugin's index finds and the core lets pass; None where there is none, or nothing is left of it."""
    served = ctx.ports.all(SearchIndex)
    split = split_words(wish.query) if served else None
    if split is None:
        return None
    words, rest = split
    found = await _asked(ctx, served[0], words, wish)
    if found is None or not found.ids:
        return None
    ids = list(dict.fromkeys(found.ids))[:MOST_RANKED]
    base = products_meant(ctx, rest, is_open=wish.is_open) & only_sellable(wish.unavailable) & wish.only & among(ids)
    matching = base & filtered(ctx, wish.filters)
    if wish.order is SearchOrder.PRICE:
        listed = await search_list(ctx, wish.query, matching, wish.order, wish.unavailable, window)
    else:
        listed = await ranked_list(ctx, ids, matching, wish.unavailable, window)
    if not listed.rows and not await _stands(ctx, base, listed):
        return None
    return Results(listed.rows, base, listed.total)


async def _stands(ctx: Context, base: Matching, listed: Found) -> bool:
    """Whether something was found that is on sale here, though filters or the window leave nothing of it."""
    return bool(listed.total) or await product_count(ctx, base) > 0


async def _asked(ctx: Context, served: Provided[SearchIndex], words: str, wish: Wish) -> FoundProducts | None:
    place = ctx.place
    sought = SoughtProducts(
        words=words,
        languages=tuple(dict.fromkeys((place.language, place.default_language))),
        is_open=wish.is_open,
        most=MOST_RANKED,
    )
    try:
        return await ctx.ports.ask(served, served.implementation.find, ctx, sought)
    except (PortFailed, Refusal) as failure:
        log.warning("the embedded index answers", plugin=served.owner, error=str(failure))
        return None
