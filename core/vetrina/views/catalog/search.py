"""Search: products by words and filters, ranked; how many there are; suggestions while somebody types."""

from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, case, func, literal_column, or_, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt, id_in
from vetrina.shop.catalog.models import Product, SearchTerm
from vetrina.shop.catalog.rules import words
from vetrina.shop.pricing.models import Price
from vetrina.views.catalog.products import (
    ProductOrder,
    ProductRow,
    candidates_of,
    product_list,
    products_by_id,
    rows_of,
)
from vetrina.views.finding.comparisons import Sought, has_tag, has_variant, is_exactly, is_met, like, says
from vetrina.views.finding.matching import EVERYTHING, SHAPES, Condition, Matching, Values, either, opposite, sql_of
from vetrina.views.finding.queries import needs_a_word, sought, words_of
from vetrina.views.finding.query_syntax import Query
from vetrina.views.shelf import is_sellable_product, is_translated, is_visible, place_params
from vetrina.views.windows import Column, Order, Placed, Selection, Shape, Window, window_on, window_params, windowed

MOST_RANKED = 1_000
"""Products found elsewhere that are looked at: nobody turns so many pages."""
EXACT = 3
"""How many times more the very word weighs than another form of it, or a longer word that begins so."""


class SearchField(StrEnum):
    """Where a suggestion may be looked for, when not everywhere."""

    TITLE = "title"
    VENDOR = "vendor"
    PRODUCT_TYPE = "product_type"
    TAG = "tag"
    SKU = "sku"
    BARCODE = "barcode"
    VARIANT_TITLE = "variant_title"


class SearchOrder(StrEnum):
    """How results are ranked."""

    RELEVANCE = "relevance"
    PRICE = "price"


class Unavailable(StrEnum):
    """Where products that cannot be bought now stand among the results."""

    SHOW = "show"
    HIDE = "hide"
    LAST = "last"


class Found(msgspec.Struct, frozen=True):
    """A window on the results, one row too many; and how many there are in all, where ranking them told."""

    rows: list[Placed[ProductRow]]
    total: int | None


async def search_list(
    ctx: Context, query: Query, matching: Matching, order: SearchOrder, unavailable: Unavailable, window: Window
) -> Found:
    """Products that match, ranked by the words that `query` wants. Raises BadInput for a cursor of another list."""
    places = window_params(window, PLACES)
    wanted = list(dict.fromkeys(words_of(query))) if order is SearchOrder.RELEVANCE else []
    if order is SearchOrder.RELEVANCE and not wanted:
        return Found(await _unranked(ctx, matching, unavailable, window), None)
    values = Values("ranked_")
    ranking = _Ranking(
        order,
        tuple(sought(ctx, word, is_prefix, values) for word, is_prefix in wanted),
        needs_a_word(query),
        unavailable is Unavailable.LAST,
    )
    statement = _search(ranking, window.shape, is_translated(ctx), matching.conditions)
    params = {**place_params(ctx), **places, **matching.params, **values.params}
    lines = await ctx.db.fetch(statement, params)
    width = len(PLACES.types)
    rows = [Placed(ProductRow(*line[width:-1]), line[:width]) for line in lines]
    return Found(rows, lines[0][-1] if lines else None)


async def _unranked(
    ctx: Context, matching: Matching, unavailable: Unavailable, window: Window
) -> list[Placed[ProductRow]]:
    """Products that match in the order of ids, in two lists of which one may stand behind the other.

    Nothing is ranked, so nothing but the page is read; where the first list ends the second is another statement.
    """
    sellable = Condition(is_sellable_product)
    last = -1 if window.reverse else 1
    lists = [(0, (sellable,)), (last, (opposite(sellable),))] if unavailable is Unavailable.LAST else [(0, ())]
    found: list[Placed[ProductRow]] = []
    for back, conditions in reversed(lists) if window.is_backward else lists:
        after, before = window.after, window.before
        if (after and abs(after[0]) > abs(back)) or (before and abs(before[0]) < abs(back)):
            continue
        part = Window(
            size=window.size - len(found),
            after=(after[2],) if after and after[0] == back else None,
            before=(before[2],) if before and before[0] == back else None,
            is_backward=window.is_backward,
            reverse=window.reverse,
        )
        rows = await product_list(ctx, ProductOrder.ID, part, matching & Matching(conditions))
        found += [Placed(placed.row, (back, 0, placed.row.id)) for placed in rows]
        if len(found) > window.size:
            break
    return found


async def ranked_list(
    ctx: Context, ids: Sequence[int], matching: Matching, unavailable: Unavailable, window: Window
) -> Found:
    """Products that match, in the order of these ids, at most MOST_RANKED. Raises BadInput like `search_list`."""
    params = {**place_params(ctx), **matching.params}
    rank = {product_id: place for place, product_id in enumerate(ids)}
    last = -1 if window.reverse else 1  # Last is last, whichever way round the rest is.
    found = [
        (0 if is_sellable or unavailable is not Unavailable.LAST else last, rank[product_id], product_id)
        for product_id, is_sellable in await ctx.db.fetch(_passing(matching.conditions), params)
        if product_id in rank
    ]
    places = [Placed(place[-1], place) for place in sorted(found)]
    page = window_on(places, window, PLACES.types)
    rows = await products_by_id(ctx, [placed.row for placed in page]) if page else {}
    return Found([Placed(rows[placed.row], placed.place) for placed in page if placed.row in rows], len(found))


def among(ids: Sequence[int]) -> Matching:
    """The products with these ids."""
    return Matching((Condition(_is_among_found),), {"found_ids": list(ids)})


async def product_count(ctx: Context, matching: Matching) -> int:
    """How many products on sale here match."""
    return await ctx.db.value(_count(matching.conditions), place_params(ctx) | matching.params)


def only_sellable(unavailable: Unavailable) -> Matching:
    """Without what cannot be bought now, where it is to be hidden."""
    return Matching((Condition(is_sellable_product),)) if unavailable is Unavailable.HIDE else EVERYTHING


def only_in(text: str, fields: Sequence[SearchField]) -> Matching:
    """Every word of a text is somewhere in one of these fields; without a field nothing is found."""
    values = Values("held_")
    conditions = tuple(
        either(_holds(field, values.name(f"%{like(word)}%")) for field in fields) for word in words(text)
    )
    return Matching(conditions, values.params)


def _holds(field: SearchField, name: str) -> Condition:
    match field:
        case SearchField.TITLE | SearchField.VENDOR | SearchField.PRODUCT_TYPE:
            return Condition(says, (Product, field.value, name, True))
        case SearchField.TAG:
            return Condition(has_tag, (name, True))
        case SearchField.SKU | SearchField.BARCODE:
            return Condition(has_variant, (field.value, name, True, True))
        case SearchField.VARIANT_TITLE:
            return Condition(has_variant, ("title", name, True, True))


class _Ranking(NamedTuple):
    """What of a search decides its statement's text, beside the conditions."""

    order: SearchOrder
    words: tuple[Sought, ...]
    has_words: bool
    """Whether every result has one of them."""
    is_available_first: bool


@lru_cache(SHAPES)
def _search(ranking: _Ranking, shape: Shape, translated: bool, conditions: tuple[Condition, ...]) -> Selection:
    stands_back = literal_column("0", BigInt)
    if ranking.is_available_first:
        # Last is last, whichever way round the rest is.
        stands_back = case((is_sellable_product(), 0), else_=-1 if shape.is_reversed else 1)
    if ranking.order is SearchOrder.PRICE:
        found = candidates_of(
            ProductOrder.PRICE, stands_back.label("back"), Price.amount.label("rank"), Price.variant_id.label("last")
        )
    else:
        found = _by_relevance(ranking, translated, stands_back.label("back"))
    ranked = found.where(*sql_of(conditions)).cte("ranked").prefix_with("MATERIALIZED")
    columns = Order((ranked.c.back, ranked.c.rank, ranked.c.last), PLACES.types)
    page = windowed(select(ranked.c.id), columns, shape)
    total = select(func.count()).select_from(ranked).scalar_subquery()
    return rows_of(page, columns, shape, translated).add_columns(total.label("total"))


def _by_relevance(ranking: _Ranking, translated: bool, back: Column) -> Selection:
    """Products with the sum of what the wanted words weigh in their index, heaviest first; EXACT for the very word."""
    exact = or_(*(is_exactly(word) for word in ranking.words))
    weight = SearchTerm.weight * case((exact, literal_column(str(EXACT), BigInt)), else_=literal_column("1", BigInt))
    weighed = (
        select(SearchTerm.product_id, func.sum(weight).cast(BigInt).label("weight"))
        .where(or_(*(is_met(word, translated) for word in ranking.words)))
        .group_by(SearchTerm.product_id)
        .subquery("weighed")
    )
    rank = (-func.coalesce(weighed.c.weight, literal_column("0", BigInt))).label("rank")
    found = candidates_of(ProductOrder.ID, back, rank, Product.id.label("last"))
    return found.join(weighed, weighed.c.product_id == Product.id, isouter=not ranking.has_words)


def _is_among_found() -> ColumnElement[bool]:
    return id_in(Product.id, "found_ids", is_long=True)


@lru_cache(SHAPES)
def _passing(conditions: tuple[Condition, ...]) -> Selection:
    """Ids of products on sale here that match, and whether they can be bought now."""
    return select(Product.id, is_sellable_product()).where(is_visible(), *sql_of(conditions))


@lru_cache(SHAPES)
def _count(conditions: tuple[Condition, ...]) -> Selection:
    return select(func.count()).select_from(Product).where(is_visible(), *sql_of(conditions))


PLACES = Order((), (int, int, int))
"""What the cursor of a result holds: whether it stands back, its rank, and which of its equals it is."""
