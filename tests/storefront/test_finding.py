"""Found all the same: other forms of a word, slips of the finger, an index elsewhere that is slow, down or lying."""

import asyncio
from typing import Any, ClassVar

import msgspec
import pytest
from tests.support.factories import make_product
from tests.support.statements import statements
from tests.support.storefront import ask

from vetrina.flows.catalog import archive_product, edit_product
from vetrina.kernel.context import Context
from vetrina.kernel.meters import Meters
from vetrina.kernel.registry import Policy, Ports, Provided
from vetrina.ports import FoundProducts, SearchIndex, SoughtProducts
from vetrina.shop.catalog.rules import ProductChanges, Text

SEARCH = """query ($query: String!, $first: Int = 10, $after: String, $language: LanguageCode,
  $prefix: SearchPrefixQueryType,
  $filters: [ProductFilter!], $key: SearchSortKeys, $reverse: Boolean, $unavailable: SearchUnavailableProductsType)
@inContext(language: $language) {
  search(query: $query, first: $first, after: $after, prefix: $prefix, productFilters: $filters, types: [PRODUCT],
         sortKey: $key, reverse: $reverse, unavailableProducts: $unavailable) {
    totalCount nodes { ... on Product { title } } pageInfo { endCursor hasNextPage }
    productFilters { id values { label count } } } }"""


async def search(ctx: Context, query: str, **arguments: Any) -> Any:
    return (await ask(ctx, SEARCH, query=query, **arguments))["search"]


async def found(ctx: Context, query: str, **arguments: Any) -> list[str]:
    """The titles found, best first."""
    return [node["title"] for node in (await search(ctx, query, **arguments))["nodes"]]


async def wardrobe(ctx: Context) -> None:
    """Italian words in an English shop, and English ones."""
    for title, italian in (("Red shoe", "Scarpa rossa"), ("Running shoes", "Scarpe da corsa"), ("Candle", "Candela")):
        await make_product(ctx, title, texts=(Text(language="it", field="title", value=italian),))
    await make_product(ctx, "Bottle 4711", variant={"sku": "WXYZ-20"}, tags=("waxes",))


async def test_other_forms_of_a_word_are_found_in_the_language_of_the_text(ctx: Context) -> None:
    await wardrobe(ctx)
    assert await found(ctx, "shoe") == ["Red shoe", "Running shoes"]
    assert await found(ctx, "shoes") == ["Running shoes", "Red shoe"]  # the very word weighs more
    assert await found(ctx, "run") == ["Running shoes"]
    assert await found(ctx, "scarpe", language="IT") == ["Scarpe da corsa", "Scarpa rossa"]
    assert await found(ctx, "rosso", language="IT") == ["Scarpa rossa"]
    assert await found(ctx, "shoe", language="IT") == ["Scarpa rossa", "Scarpe da corsa"]
    assert await found(ctx, "shoes", language="IT", prefix="LAST") == ["Scarpe da corsa", "Scarpa rossa"]
    assert await found(ctx, "title:shoes") == ["Running shoes"]
    assert await found(ctx, "tag:wax") == []
    assert await found(ctx, "shoe -runs") == ["Red shoe"]


SLIPS: list[tuple[str, list[str]]] = [
    ("cnadle", ["Candle"]),  # two letters changed places
    ("vandle", ["Candle"]),  # another first letter
    ("andle", ["Candle"]),
    ("candlee", ["Candle"]),
    ("canlde red", []),  # the other word is found, and in another product
    ("sheo red", ["Red shoe"]),
    ("red sheo", ["Red shoe"]),
    ("cxxdle", []),  # two slips in a short word
    ("rumnimg shoe", []),  # and in one of seven letters
    ("botle", ["Bottle 4711"]),
    ("bot", []),
    ("4712", []),
    ("wxyy", []),  # nobody means the code next to it
    ("title:cnadle", []),
    ("vendor:x cnadle", []),
    ("-candel shoe", ["Red shoe", "Running shoes"]),
    ('"red sheo"', ["Red shoe"]),
]


async def test_a_slip_of_the_finger_is_forgiven_where_a_word_finds_nothing(ctx: Context) -> None:
    await wardrobe(ctx)
    for typed, titles in SLIPS:
        assert (typed, await found(ctx, typed)) == (typed, titles)
    await make_product(ctx, "Fotocamera", texts=(Text(language="it", field="title", value="Macchina fotografica"),))
    assert await found(ctx, "fotogarfca", language="IT") == ["Macchina fotografica"]  # two in a long one
    assert await found(ctx, "fotogarfca") == []
    await make_product(ctx, "Cradle")
    assert await found(ctx, "crandle") == ["Candle", "Cradle"]  # both are as near
    assert await found(ctx, "cradle") == ["Cradle"]  # and one that finds something means itself


async def test_what_a_mistyped_word_finds_is_paged_counted_and_filtered_like_anything(ctx: Context) -> None:
    for number in range(3):
        await make_product(ctx, f"Candle {number}", vendor="Rossi" if number else "Bianchi", price=str(9 - number))
    first = await search(ctx, "cnadle", first=2)
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    vendors = next(one["values"] for one in first["productFilters"] if one["id"] == "filter.p.vendor")
    assert vendors == [{"label": "Bianchi", "count": 1}, {"label": "Rossi", "count": 2}]
    second = await search(ctx, "cnadle", first=2, after=first["pageInfo"]["endCursor"])
    assert [node["title"] for node in second["nodes"]] == ["Candle 2"]
    behind = await search(ctx, "cnadle", first=2, after=second["pageInfo"]["endCursor"])
    assert (behind["nodes"], behind["totalCount"]) == ([], 3)
    assert await found(ctx, "cnadle", filters=[{"productVendor": "Bianchi"}]) == ["Candle 0"]
    assert await found(ctx, "cnadle", filters=[{"productVendor": "Nobody"}]) == []
    assert await found(ctx, "cnadle", key="PRICE") == ["Candle 2", "Candle 1", "Candle 0"]


async def test_words_are_forgotten_with_their_last_product_on_sale(ctx: Context) -> None:
    made = await make_product(ctx, "Candle")
    await edit_product(ctx, made.product_id, ProductChanges(title="Lantern"))
    assert (await found(ctx, "cnadle"), await found(ctx, "lantren")) == ([], ["Lantern"])
    await archive_product(ctx, made.product_id)
    assert await found(ctx, "lantren") == []


async def test_who_finds_something_pays_nothing_and_who_does_not_a_fixed_number_of_statements(ctx: Context) -> None:
    await wardrobe(ctx)
    text = "query ($query: String!) { search(query: $query, first: 5) { nodes { ... on Product { title } } } }"
    counts: list[int] = []
    for query in ("candle", "cnadle", "cnadle sheo bottel rde", "zzzzzz"):
        with statements(ctx.db) as counted:
            await ask(ctx, text, query=query)
        counts.append(len(counted))
    assert counts[0] + 4 == counts[1] == counts[2]
    assert counts[3] == counts[1] - 1


PREDICT = """query ($query: String!) { predictiveSearch(query: $query) {
  products { title } queries { text styledText } } }"""


async def test_suggestions_finish_the_word_as_titles_do_and_mark_what_was_typed(ctx: Context) -> None:
    for title in ("Olive paté", "Olive oil", "PATÉ <b>di</b> olive", "Oliver's soap"):
        await make_product(ctx, title)

    async def suggested(query: str) -> list[tuple[str, str]]:
        queries = (await ask(ctx, PREDICT, query=query))["predictiveSearch"]["queries"]
        return [(one["text"], one["styledText"]) for one in queries]

    assert (await suggested("oliv"))[:2] == [
        ("olive", "<mark>oliv</mark>e"),
        ("olive paté", "<mark>oliv</mark>e paté"),
    ]
    assert ("paté <b>di</b> olive", "<mark>paté</mark> &lt;b&gt;di&lt;/b&gt; <mark>ol</mark>ive") in await suggested(
        "pate ol"
    )
    assert (await suggested("oilve"))[0] == ("olive paté", "olive paté")  # mistyped: nothing of it stands there
    for half_typed in ("price:>", "price:", "tag:", "created_at:>", "id:>=", "-", "title:", "NOT price:<"):
        assert isinstance(await suggested(half_typed), list)


class Elsewhere:
    """An index that says what it is told to say."""

    policy: ClassVar[Policy] = SearchIndex.policy

    def __init__(self, *ids: int, fails: Exception | None = None, sleeps: float = 0) -> None:
        self.asked: list[SoughtProducts] = []
        self._ids, self._fails, self._sleeps = ids, fails, sleeps

    async def find(self, ctx: Context, sought: SoughtProducts) -> FoundProducts:
        self.asked.append(sought)
        await asyncio.sleep(self._sleeps)
        if self._fails:
            raise self._fails
        return FoundProducts(ids=self._ids)


def served(ctx: Context, index: SearchIndex) -> Context:
    ports = Ports([Provided(SearchIndex, "elsewhere", "elsewhere", index)], Meters(ctx.shop.clock))
    return msgspec.structs.replace(ctx, shop=msgspec.structs.replace(ctx.shop, ports=ports))


async def test_an_index_elsewhere_finds_and_ranks_and_the_core_decides_what_is_shown(ctx: Context) -> None:
    ids = [(await make_product(ctx, f"Thing {n}", price=str(n), stock=n % 4)).product_id for n in range(1, 7)]
    draft = (await make_product(ctx, "Thing secret", status="draft")).product_id
    index = Elsewhere(ids[3], draft, ids[4], ids[4], 999_999, ids[0])
    there = served(ctx, index)
    assert await found(there, "anything big", prefix="LAST") == ["Thing 5", "Thing 1", "Thing 4"]  # 4 is sold out
    assert index.asked[0] == SoughtProducts(words="anything big", languages=("en",), is_open=True, most=1_000)
    assert await found(there, "thing", unavailable="SHOW") == ["Thing 4", "Thing 5", "Thing 1"]
    assert await found(there, "thing", unavailable="HIDE", reverse=True) == ["Thing 1", "Thing 5"]
    assert await found(there, "thing", key="PRICE", unavailable="SHOW") == ["Thing 1", "Thing 4", "Thing 5"]
    assert await found(there, "thing price:>4", unavailable="SHOW") == ["Thing 5"]
    result = await search(there, "thing", first=2, filters=[{"price": {"max": 4.5}}])
    assert (result["totalCount"], [node["title"] for node in result["nodes"]]) == (2, ["Thing 1", "Thing 4"])
    first = await search(there, "thing", first=1)
    rest = await search(there, "thing", first=5, after=first["pageInfo"]["endCursor"])
    assert [node["title"] for node in rest["nodes"]] == ["Thing 1", "Thing 4"]
    assert await found(there, "thing", filters=[{"productVendor": "Nobody"}]) == []
    before = len(index.asked)
    for query in ("thing OR soap", "-soap thing", "", "tag:x"):
        await found(there, query)
    assert len(index.asked) == before  # what is more than words is the core's


async def test_an_index_that_is_down_slow_empty_or_lying_empties_no_shop(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_product(ctx, "Candle")
    draft = (await make_product(ctx, "Candle secret", status="draft")).product_id
    monkeypatch.setattr(SearchIndex, "policy", Policy("optional", 0.05))
    for index in (Elsewhere(fails=OSError("down")), Elsewhere(sleeps=5), Elsewhere(), Elsewhere(draft, 10**18)):
        there = served(ctx, index)
        assert await found(there, "candle") == ["Candle"]
        assert await found(there, "cnadle") == ["Candle"]
        assert len(index.asked) == 2
