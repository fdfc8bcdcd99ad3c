"""search and predictiveSearch: products by words and filters, and suggestions while somebody types."""

from collections.abc import Sequence
from enum import Enum
from html import escape
from typing import Any

import msgspec
import strawberry

from vetrina.flows.searching import Wish, find_products
from vetrina.graphql import Connection, Info, PageInfo, batch, connection_of, ctx_of, read_from, root, window_args
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.ports import SearchRequest
from vetrina.views.catalog.collections import CollectionOrder, CollectionRow, collection_list
from vetrina.views.catalog.products import ProductRow
from vetrina.views.catalog.search import (
    SearchField,
    SearchOrder,
    Unavailable,
    only_in,
    only_sellable,
    product_count,
    search_list,
)
from vetrina.views.finding.filters import NO_FILTERS, filtered
from vetrina.views.finding.matching import Matching
from vetrina.views.finding.queries import collection_query, product_query, read
from vetrina.views.finding.suggestions import Suggestion, suggestions
from vetrina.views.windows import Placed, Window
from vetrina_storefront.collections import Collection
from vetrina_storefront.filters import FacetedList, Filter, ProductFilter, load_filters, read_filters
from vetrina_storefront.finding import Others, Results
from vetrina_storefront.interfaces import Trackable
from vetrina_storefront.later import many, union_of
from vetrina_storefront.products import Product

MOST_SUGGESTIONS = 10


@strawberry.enum(description="Whether the last word may be the beginning of one.")
class SearchPrefixQueryType(Enum):
    LAST = "LAST"
    NONE = "NONE"


@strawberry.enum(description="How results are ranked.")
class SearchSortKeys(Enum):
    PRICE = "PRICE"
    RELEVANCE = "RELEVANCE"


@strawberry.enum(description="What is searched.")
class SearchType(Enum):
    ARTICLE = "ARTICLE"
    PAGE = "PAGE"
    PRODUCT = "PRODUCT"


@strawberry.enum(description="Where products that cannot be bought stand among the results.")
class SearchUnavailableProductsType(Enum):
    HIDE = "HIDE"
    LAST = "LAST"
    SHOW = "SHOW"


@strawberry.enum(description="Where a suggestion is looked for.")
class SearchableField(Enum):
    AUTHOR = "AUTHOR"
    BODY = "BODY"
    PRODUCT_TYPE = "PRODUCT_TYPE"
    TAG = "TAG"
    TITLE = "TITLE"
    VARIANTS_BARCODE = "VARIANTS_BARCODE"
    VARIANTS_SKU = "VARIANTS_SKU"
    VARIANTS_TITLE = "VARIANTS_TITLE"
    VENDOR = "VENDOR"


@strawberry.enum(description="What is suggested.")
class PredictiveSearchType(Enum):
    ARTICLE = "ARTICLE"
    COLLECTION = "COLLECTION"
    PAGE = "PAGE"
    PRODUCT = "PRODUCT"
    QUERY = "QUERY"


@strawberry.enum(description="Whether a limit is for all suggestions together or for each kind.")
class PredictiveSearchLimitScope(Enum):
    ALL = "ALL"
    EACH = "EACH"


FIELDS = {
    SearchableField.PRODUCT_TYPE: SearchField.PRODUCT_TYPE,
    SearchableField.TAG: SearchField.TAG,
    SearchableField.TITLE: SearchField.TITLE,
    SearchableField.VARIANTS_BARCODE: SearchField.BARCODE,
    SearchableField.VARIANTS_SKU: SearchField.SKU,
    SearchableField.VARIANTS_TITLE: SearchField.VARIANT_TITLE,
    SearchableField.VENDOR: SearchField.VENDOR,
}
"""What the contract's fields are of products; the others are of pages and articles."""
KINDS = {SearchType.ARTICLE: "Article", SearchType.PAGE: "Page"}
"""Types that plugins publish and find."""


class SuggestionRow(msgspec.Struct, frozen=True):
    """A query somebody may mean; what was typed is marked in the styled text."""

    text: str
    styled_text: str


class SuggestionsRow(msgspec.Struct, frozen=True):
    """Everything suggested."""

    products: tuple[ProductRow, ...] = ()
    collections: tuple[CollectionRow, ...] = ()
    queries: tuple[SuggestionRow, ...] = ()
    articles: tuple[Any, ...] = ()
    pages: tuple[Any, ...] = ()


class Searched(msgspec.Struct, frozen=True):
    """What was searched: products, if they were wanted, and what plugins find."""

    products: FacetedList | None
    others: Others


async def load_search_filters(connections: Sequence[Connection[Any]], info: Info) -> list[Any]:
    """The facets of the products among the results."""
    lists = [msgspec.structs.replace(connection, more=connection.more.products) for connection in connections]
    return await load_filters(lists, info)


async def load_totals(connections: Sequence[Connection[Any]], info: Info) -> list[int]:
    """How many results there are in all."""
    return [
        await _total(ctx_of(info), connection.more.products) + await connection.more.others.count()
        for connection in connections
    ]


async def _total(ctx: Context, found: FacetedList | None) -> int:
    if found is None or found.total is not None:
        return found.total if found and found.total else 0
    return await product_count(ctx, found.base & filtered(ctx, found.filters))


SearchResultItem = union_of("SearchResultItem", Product)
"""What can be found: products, and what plugins add with a SearchSource."""


@strawberry.type(description="A result and its place in a connection.")
class SearchResultItemEdge:
    cursor: str
    node: object = strawberry.field(graphql_type=SearchResultItem)


@strawberry.type(description="A page of results.")
class SearchResultItemConnection:
    edges: list[SearchResultItemEdge]
    nodes: object = strawberry.field(graphql_type=many(SearchResultItem))
    page_info: PageInfo
    product_filters: list[Filter] = batch(load_search_filters)
    total_count: int = batch(load_totals)


@strawberry.type(description="A query somebody may mean.")
class SearchQuerySuggestion(Trackable):
    styled_text: str
    text: str

    is_type_of = read_from(SuggestionRow)


@strawberry.type(description="What is suggested while somebody types.")
class PredictiveSearchResult:
    collections: list[Collection]
    products: list[Product]
    queries: list[SearchQuerySuggestion]


@strawberry.type
class SearchQuery:
    @root(shared=True, description="Products that match a query, ranked; then what else does.")
    async def search(
        self,
        info: Info,
        query: str,
        after: str | None = None,
        before: str | None = None,
        first: int | None = None,
        last: int | None = None,
        prefix: SearchPrefixQueryType | None = None,
        product_filters: list[ProductFilter] | None = None,
        reverse: bool | None = False,
        sort_key: SearchSortKeys | None = SearchSortKeys.RELEVANCE,
        types: list[SearchType] | None = None,
        unavailable_products: SearchUnavailableProductsType | None = None,
    ) -> SearchResultItemConnection:
        ctx = ctx_of(info)
        window = window_args(first, after, last, before, reverse)
        filters = read_filters(product_filters, "productFilters")
        is_open = prefix is SearchPrefixQueryType.LAST
        wanted = [kind for kind in SearchType if types is None or kind in types]
        unavailable = Unavailable[unavailable_products.name] if unavailable_products else Unavailable.LAST
        base = product_query(ctx, query, is_open=is_open) & only_sellable(unavailable)
        order = SearchOrder.PRICE if sort_key is SearchSortKeys.PRICE else SearchOrder.RELEVANCE
        asked = read(query, is_open=is_open)
        wish = Wish(query=asked, filters=filters, order=order, unavailable=unavailable, is_open=is_open)
        total: int | None = None

        async def products(part: Window) -> list[Placed[ProductRow]]:
            nonlocal base, total
            if SearchType.PRODUCT not in wanted:
                return []
            found = await find_products(ctx, wish, part)
            base, total = found.base, found.total
            return found.rows

        kinds = [] if filters != NO_FILTERS else [KINDS[kind] for kind in wanted if kind in KINDS]
        others = Others(ctx, SearchRequest(query=query, is_open=is_open), kinds)
        rows = await Results(products, others.read).read(window)
        listed = FacetedList(base, filters, total) if SearchType.PRODUCT in wanted else None
        return _wire(connection_of(rows, window, Searched(listed, others)))

    @root(
        shared=True, description="Products, collections and queries somebody may mean; the last word may be unfinished."
    )
    async def predictive_search(
        self,
        info: Info,
        query: str,
        limit: int | None = None,
        limit_scope: PredictiveSearchLimitScope | None = None,
        searchable_fields: list[SearchableField] | None = None,
        types: list[PredictiveSearchType] | None = None,
        unavailable_products: SearchUnavailableProductsType | None = None,
    ) -> PredictiveSearchResult | None:
        if limit is not None and not 1 <= limit <= MOST_SUGGESTIONS:
            raise BadInput(field=("limit",), problem=f"limit is between 1 and {MOST_SUGGESTIONS}.")
        ctx = ctx_of(info)
        wanted = set(types or PredictiveSearchType)
        unavailable = Unavailable[unavailable_products.name] if unavailable_products else Unavailable.LAST
        products: list[ProductRow] = []
        if wanted & {PredictiveSearchType.PRODUCT, PredictiveSearchType.QUERY}:
            products = await _products(ctx, query, searchable_fields, unavailable)
        collections: list[CollectionRow] = []
        if PredictiveSearchType.COLLECTION in wanted:
            collections = await _collections(ctx, query)
        kinds = [KINDS[kind] for kind in SearchType if kind in KINDS and PredictiveSearchType[kind.name] in wanted]
        best = await Others(ctx, SearchRequest(query=query, is_open=True), kinds).best(MOST_SUGGESTIONS)
        found = (
            products if PredictiveSearchType.PRODUCT in wanted else [],
            collections,
            _suggestions(query, products) if PredictiveSearchType.QUERY in wanted else [],
            best.get("Article", ()),
            best.get("Page", ()),
        )
        each = limit_scope is PredictiveSearchLimitScope.EACH
        return _wire(SuggestionsRow(*_limited(found, limit or MOST_SUGGESTIONS, each=each)))


async def _products(
    ctx: Context, query: str, fields: list[SearchableField] | None, unavailable: Unavailable
) -> list[ProductRow]:
    asked = read(query, is_open=True)
    order, window = SearchOrder.RELEVANCE, Window(size=MOST_SUGGESTIONS)
    if fields is None:
        wish = Wish(query=asked, filters=NO_FILTERS, order=order, unavailable=unavailable, is_open=True)
        rows = (await find_products(ctx, wish, window)).rows
    else:
        named = only_in(query, [FIELDS[field] for field in fields if field in FIELDS])
        rows = (await search_list(ctx, asked, named & only_sellable(unavailable), order, unavailable, window)).rows
    return [placed.row for placed in rows[:MOST_SUGGESTIONS]]


async def _collections(ctx: Context, query: str) -> list[CollectionRow]:
    matching: Matching = collection_query(ctx, query, is_open=True)
    found = await collection_list(ctx, CollectionOrder.TITLE, Window(size=MOST_SUGGESTIONS), matching)
    return [placed.row for placed in found[:MOST_SUGGESTIONS]]


def _suggestions(query: str, products: list[ProductRow]) -> list[SuggestionRow]:
    """What the titles of what was found suggest, with what was typed marked."""
    found = suggestions(query, [row.title for row in products])
    return [SuggestionRow(one.text, _styled(one)) for one in found[:MOST_SUGGESTIONS]]


def _styled(suggestion: Suggestion) -> str:
    parts, at = list[str](), 0
    for start, end in suggestion.marks:
        parts += [escape(suggestion.text[at:start]), f"<mark>{escape(suggestion.text[start:end])}</mark>"]
        at = end
    return "".join([*parts, escape(suggestion.text[at:])])


def _limited(found: Sequence[Sequence[Any]], limit: int, *, each: bool) -> list[tuple[Any, ...]]:
    """At most so many of each kind; or of all kinds together, one of each in turn."""
    if each:
        return [tuple(rows[:limit]) for rows in found]
    counts = [0] * len(found)
    for turn in range(limit):
        for kind, rows in enumerate(found):
            if turn < len(rows) and sum(counts) < limit:
                counts[kind] += 1
    return [tuple(rows[:count]) for rows, count in zip(found, counts, strict=True)]


def _wire(row: Any) -> Any:
    """A row where the wire's type is declared: the type only says which of its fields are read."""
    return row
