"""Search by words: ranking, unfinished words, languages, filters, counts; suggestions."""

from typing import Any

import pytest
from tests.support.factories import make_product
from tests.support.storefront import ask, document, refusals

from vetrina.flows.catalog import create_collection
from vetrina.kernel.context import Context
from vetrina.shop.catalog.rules import CollectionSheet, Text

SEARCH = """query ($query: String!, $first: Int, $last: Int, $after: String, $reverse: Boolean, $key: SearchSortKeys,
                   $prefix: SearchPrefixQueryType, $types: [SearchType!], $language: LanguageCode,
                   $unavailable: SearchUnavailableProductsType, $filters: [ProductFilter!])
@inContext(language: $language) {
  search(query: $query, first: $first, last: $last, after: $after, reverse: $reverse, sortKey: $key, prefix: $prefix,
         types: $types, unavailableProducts: $unavailable, productFilters: $filters) {
    totalCount nodes { __typename ... on Product { title } } pageInfo { hasNextPage endCursor } } }"""


async def found(ctx: Context, query: str, **arguments: Any) -> list[str]:
    """The titles found, best first."""
    result = (await ask(ctx, SEARCH, query=query, **({"first": 10} | arguments)))["search"]
    assert all(node["__typename"] == "Product" for node in result["nodes"])
    return [node["title"] for node in result["nodes"]]


async def cellar(ctx: Context) -> None:
    """Things with oil in their title, their tags or their description; one sold out."""
    await make_product(ctx, "Soap", price="4", description_html="<p>Made with olive oil.</p>")
    await make_product(ctx, "Olive oil", price="12", vendor="Rossi", tags=("olive",), options={"Size": ("1 l", "5 l")})
    await make_product(ctx, "Olive paté", price="6", tags=("oil",), product_type="Spread")
    await make_product(ctx, "Olive tree", price="50", stock=0)
    await make_product(ctx, "Candle", price="9")


async def test_words_in_titles_outweigh_words_in_descriptions(ctx: Context) -> None:
    await cellar(ctx)
    assert await found(ctx, "olive oil") == ["Olive oil", "Olive paté", "Soap"]
    assert await found(ctx, "oil", reverse=True) == ["Soap", "Olive paté", "Olive oil"]
    assert await found(ctx, "olive oil soap") == ["Soap"]
    assert await found(ctx, "nothing") == []


async def test_accents_and_case_do_not_matter(ctx: Context) -> None:
    await cellar(ctx)
    assert await found(ctx, "PATE") == await found(ctx, "paté") == ["Olive paté"]


async def test_the_last_word_may_be_unfinished_if_asked(ctx: Context) -> None:
    await cellar(ctx)
    assert await found(ctx, "can") == []
    assert await found(ctx, "can", prefix="LAST") == ["Candle"]
    assert await found(ctx, "can", prefix="NONE") == []
    assert await found(ctx, "oli o", prefix="LAST") == []
    assert await found(ctx, "olive o", prefix="LAST") == ["Olive oil", "Olive paté", "Soap", "Olive tree"]


async def test_what_cannot_be_bought_comes_last_or_not_at_all(ctx: Context) -> None:
    await cellar(ctx)
    assert await found(ctx, "tree OR candle") == ["Candle", "Olive tree"]
    assert await found(ctx, "tree OR candle", unavailable="SHOW") == ["Olive tree", "Candle"]
    assert await found(ctx, "tree OR candle", unavailable="HIDE") == ["Candle"]
    assert await found(ctx, "olive", key="PRICE") == ["Soap", "Olive paté", "Olive oil", "Olive tree"]
    assert await found(ctx, "olive", key="PRICE", reverse=True) == ["Olive oil", "Olive paté", "Soap", "Olive tree"]
    assert await found(ctx, "olive", key="PRICE", reverse=True, unavailable="SHOW") == [
        "Olive tree", "Olive oil", "Olive paté", "Soap",
    ]  # fmt: skip


async def test_the_syntax_of_lists_holds_in_search(ctx: Context) -> None:
    await cellar(ctx)
    assert await found(ctx, "olive -soap price:<10") == ["Olive paté"]
    assert await found(ctx, "product_type:spread") == ["Olive paté"]
    assert await found(ctx, "") == ["Soap", "Olive oil", "Olive paté", "Candle", "Olive tree"]


async def test_pages_of_results_join_into_the_whole(ctx: Context) -> None:
    await cellar(ctx)
    await make_product(ctx, "Basket", stock=0)
    for query, count in (("olive", 4), ("", 6)):
        for key in ("RELEVANCE", "PRICE"):
            await walk(ctx, query, count, key, reverse=False)
            await walk(ctx, query, count, key, reverse=True)


async def walk(ctx: Context, query: str, count: int, key: str, *, reverse: bool) -> None:
    """Read results one at a time, and from the end."""
    whole = await found(ctx, query, key=key, reverse=reverse)
    assert len(whole) == count
    pages: list[str] = []
    after = None
    while len(pages) < len(whole):
        result = (await ask(ctx, SEARCH, query=query, first=1, after=after, key=key, reverse=reverse))["search"]
        pages += [node["title"] for node in result["nodes"]]
        assert result["totalCount"] == count
        assert result["pageInfo"]["hasNextPage"] is (len(pages) < count)
        after = result["pageInfo"]["endCursor"]
    assert pages == whole
    for last in range(1, count):
        assert await found(ctx, query, key=key, reverse=reverse, first=None, last=last) == whole[-last:]


async def test_search_reads_the_context_language_and_the_shops_own(ctx: Context) -> None:
    await make_product(ctx, "Honey", texts=(Text(language="it", field="title", value="Miele"),))
    await make_product(ctx, "Honey comb")
    assert await found(ctx, "miele") == []
    assert await found(ctx, "miele", language="IT") == ["Miele"]
    assert sorted(await found(ctx, "honey", language="IT")) == ["Honey comb", "Miele"]


async def test_filters_narrow_results_and_facets_count_them(ctx: Context) -> None:
    await cellar(ctx)
    page = document("search_page")
    result = (await ask(ctx, page, query="oliv", first=1))["search"]
    facets = {
        one["id"]: {value["label"]: value["count"] for value in one["values"]} for one in result["productFilters"]
    }
    assert result["totalCount"] == 4
    assert result["pageInfo"] == {"hasNextPage": True}
    assert facets == {
        "filter.v.availability": {"In stock": 3, "Out of stock": 1},
        "filter.v.price": {"Price": 4},
        "filter.p.product_type": {"Spread": 1},
        "filter.p.vendor": {"Rossi": 1},
        "filter.p.tag": {"oil": 1, "olive": 1},
        "filter.v.option.size": {"1 l": 1, "5 l": 1},
    }
    result = (await ask(ctx, page, query="oliv", productFilters=[{"productVendor": "Rossi"}]))["search"]
    assert [node["title"] for node in result["nodes"]] == ["Olive oil"]
    assert result["totalCount"] == 1


async def test_pages_and_articles_are_not_found_here(ctx: Context) -> None:
    await cellar(ctx)
    assert await found(ctx, "olive", types=["PAGE", "ARTICLE"]) == []
    assert len(await found(ctx, "olive", types=["PAGE", "PRODUCT"])) == 4


PREDICT = """query ($query: String!, $limit: Int, $scope: PredictiveSearchLimitScope, $fields: [SearchableField!],
                    $types: [PredictiveSearchType!], $unavailable: SearchUnavailableProductsType) {
  predictiveSearch(query: $query, limit: $limit, limitScope: $scope, searchableFields: $fields, types: $types,
                   unavailableProducts: $unavailable) {
    products { title } collections { title } queries { text styledText trackingParameters } } }"""


async def test_suggestions_while_somebody_types(ctx: Context) -> None:
    await cellar(ctx)
    await create_collection(ctx, CollectionSheet(title="Olives & more"))
    suggested = (await ask(ctx, PREDICT, query="oliv"))["predictiveSearch"]
    assert [one["title"] for one in suggested["products"]] == ["Olive oil", "Olive paté", "Soap", "Olive tree"]
    assert suggested["collections"] == [{"title": "Olives & more"}]
    assert suggested["queries"][1] == {
        "text": "olive oil",
        "styledText": "<mark>oliv</mark>e oil",
        "trackingParameters": None,
    }


async def test_suggestions_are_limited_together_or_each(ctx: Context) -> None:
    await cellar(ctx)
    await create_collection(ctx, CollectionSheet(title="Olives"))

    async def counts(**arguments: Any) -> tuple[int, int, int]:
        suggested = (await ask(ctx, PREDICT, query="oliv", **arguments))["predictiveSearch"]
        return len(suggested["products"]), len(suggested["collections"]), len(suggested["queries"])

    assert await counts(limit=4) == (2, 1, 1)
    assert await counts(limit=2, scope="EACH") == (2, 1, 2)
    assert await counts(types=["PRODUCT"]) == (4, 0, 0)
    assert await counts(types=["QUERY"], unavailable="HIDE") == (0, 0, 3)
    assert await counts(fields=["TITLE"]) == (3, 1, 4)
    assert await counts(fields=["AUTHOR"], types=["PRODUCT"]) == (0, 0, 0)


async def test_what_cannot_be_compared_yet_says_nothing_while_somebody_types(ctx: Context) -> None:
    await cellar(ctx)

    async def suggested(typed: str) -> Any:
        return (await ask(ctx, PREDICT, query=typed, types=["PRODUCT"]))["predictiveSearch"]["products"]

    for words, typed in (
        ("olive*", "olive* price:> ten"),
        ("olive*", "olive* price:>"),
        ("olive*", "-price:>=x olive"),
        ("olive*", "created_at:2026- olive"),
    ):
        found_so_far = await suggested(typed)
        assert found_so_far and found_so_far == await suggested(words), typed
    assert (await refusals(ctx, SEARCH, query="oliv price:>"))[0]["field"] == ["query"]


async def test_what_was_typed_is_never_markup(ctx: Context) -> None:
    await make_product(ctx, "Salt <b>& pepper</b> (mill)")
    suggested = (await ask(ctx, PREDICT, query="salt pepper"))["predictiveSearch"]
    assert suggested["queries"][0]["styledText"] == (
        "<mark>salt</mark> &lt;b&gt;&amp; <mark>pepper</mark>&lt;/b&gt; (mill)"
    )
    assert (await ask(ctx, PREDICT, query="(mil"))["predictiveSearch"]["products"] != []


MANY: list[dict[str, Any]] = [
    *({"variantOption": {"name": f"Option {number}", "value": "x"}} for number in range(7)),
    *({"productMetafield": {"namespace": "custom", "key": f"k{number}", "value": "x"}} for number in range(3)),
    *({"variantMetafield": {"namespace": "custom", "key": f"k{number}", "value": "x"}} for number in range(2)),
]
"""As many options and metafields as a list is filtered by at once."""


@pytest.mark.embedded
async def test_a_list_is_filtered_by_so_many_options_and_metafields_and_no_more(ctx: Context) -> None:
    values = [{"variantOption": {"name": "Option 0", "value": str(number)}} for number in range(100)]
    assert (await ask(ctx, SEARCH, query="a", filters=[*MANY, *values]))["search"]["totalCount"] == 0
    one_more = {"variantOption": {"name": "One more", "value": "x"}}
    refused, *_ = await refusals(ctx, SEARCH, query="a", filters=[*MANY, one_more])
    assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", ["productFilters"])


BAD: list[tuple[str, dict[str, Any], list[str]]] = [
    (PREDICT, {"query": "a", "limit": 0}, ["limit"]),
    (PREDICT, {"query": "a", "limit": 11}, ["limit"]),
    (PREDICT, {"query": "a" * 1_001}, ["query"]),
    (SEARCH, {"query": "a", "first": 251}, ["first"]),
    (SEARCH, {"query": "a", "filters": [{"tag": "x" * 256}]}, ["productFilters"]),
    (SEARCH, {"query": "a", "filters": [{"tag": "x"}] * 251}, ["productFilters"]),
    (SEARCH, {"query": "a", "filters": [{"price": {"min": 9, "max": 1}}]}, ["productFilters"]),
    (SEARCH, {"query": "a", "filters": [{"productVendor": "a\x00b"}]}, ["productFilters"]),
]


async def test_bad_searches_are_refused_by_name(ctx: Context) -> None:
    for text, variables, field in BAD:
        refused, *_ = await refusals(ctx, text, **variables)
        assert (variables, refused["code"], refused["field"]) == (variables, "BAD_USER_INPUT", field)


async def test_absurd_prices_are_only_prices(ctx: Context) -> None:
    await make_product(ctx, "Oil", price="12")
    for least, titles in ((-1e300, ["Oil"]), (0, ["Oil"]), (1e300, [])):
        assert await found(ctx, "oil", filters=[{"price": {"min": least}}]) == titles
