"""Search: products by words and filters, ranked; how many there are; suggestions while somebody types."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import ColumnElement, case, false, func, literal_column, or_, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt
from vetrina.shop.catalog.models import Product, ProductTag, SearchTerm, Variant
from vetrina.shop.catalog.rules import words
from vetrina.shop.pricing.models import Price
from vetrina.views.matching import EVERYTHING, Matching
from vetrina.views.products import ProductOrder, ProductRow, candidates_of, rows_of
from vetrina.views.queries import is_word, spoken_here, words_of
from vetrina.views.query_syntax import Query
from vetrina.views.shelf import is_sellable_product, is_translated, is_visible, place_params
from vetrina.views.windows import Column, Order, Placed, Window, placed, window_params, windowed


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


async def search_list(
    ctx: Context, query: Query, matching: Matching, order: SearchOrder, unavailable: Unavailable, window: Window
) -> list[Placed[ProductRow]]:
    """A window on the products that match, one row too many; `query` ranks them by the words it wants."""
    available_first = unavailable is Unavailable.LAST
    stands_back = case((is_sellable_product(), 0), else_=1) if available_first else literal_column("0", BigInt)
    if window.reverse:
        stands_back = -stands_back  # last is last, whichever way round the rest is
    if order is SearchOrder.PRICE:
        found = candidates_of(
            ProductOrder.PRICE, stands_back.label("back"), Price.amount.label("rank"), Price.variant_id.label("last")
        )
    else:
        found = candidates_of(
            ProductOrder.ID, stands_back.label("back"), (-_score(ctx, query)).label("rank"), Product.id.label("last")
        )
    ranked = found.where(*matching.conditions).subquery("ranked")
    columns = Order((ranked.c.back, ranked.c.rank, ranked.c.last), (int, int, int))
    page = windowed(select(ranked.c.id), columns, window.shape)
    statement = rows_of(page, columns, window.shape, is_translated(ctx))
    params = {**place_params(ctx), **window_params(window, columns), **matching.params}
    return await placed(ctx.db, ProductRow, statement, params, columns)


async def product_count(ctx: Context, matching: Matching) -> int:
    """How many products on sale here match."""
    statement = select(func.count()).select_from(Product).where(is_visible(), *matching.conditions)
    return await ctx.db.value(statement, place_params(ctx) | matching.params)


def only_sellable(unavailable: Unavailable) -> Matching:
    """Without what cannot be bought now, where it is to be hidden."""
    return Matching((is_sellable_product(),)) if unavailable is Unavailable.HIDE else EVERYTHING


def only_in(text: str, fields: Sequence[SearchField]) -> Matching:
    """Every word of a text is somewhere in one of these fields; without a field nothing is found."""
    conditions = [or_(false(), *(_holds(field, word) for field in fields)) for word in words(text)]
    return Matching(tuple(conditions))


def _holds(field: SearchField, word: str) -> ColumnElement[bool]:
    match field:
        case SearchField.TITLE | SearchField.VENDOR | SearchField.PRODUCT_TYPE:
            return _contains(getattr(Product, field.value), word)
        case SearchField.TAG:
            return Product.id.in_(select(ProductTag.product_id).where(_contains(ProductTag.tag, word)))
        case SearchField.SKU | SearchField.BARCODE:
            column = getattr(Variant, field.value)
        case SearchField.VARIANT_TITLE:
            column = Variant.title
    return Product.id.in_(select(Variant.product_id).where(Variant.archived_at.is_(None), _contains(column, word)))


def _contains(column: Column, word: str) -> ColumnElement[bool]:
    return func.lower(column).contains(word, autoescape=True)


def _score(ctx: Context, query: Query) -> ColumnElement[int]:
    """What the words a query wants weigh together in a product's index."""
    wanted = [
        is_word(word, term.is_prefix and place == len(found) - 1)
        for term in words_of(query)
        for found in (words(term.value),)
        for place, word in enumerate(found)
    ]
    if not wanted:
        return literal_column("0", BigInt)
    weights = select(func.sum(SearchTerm.weight)).where(
        SearchTerm.product_id == Product.id, spoken_here(ctx), or_(*wanted)
    )
    return func.coalesce(weights.scalar_subquery(), 0).cast(BigInt)
