"""What a plugin publishes in the contract's own names: types by name, interfaces, unions, nodes, results, policies."""

from functools import cache
from typing import Any

import msgspec
import pytest
import strawberry
from graphql import GraphQLObjectType, print_type
from tests.support.almanac import CLAIMED, PARTS, Page, Promises, Roots, Sayings, load_nothing
from tests.support.factories import make_product

from vetrina.graphql import batch, gid, optional, published
from vetrina.graphql.guarding import BadField, guarded
from vetrina.graphql.operations import Operations
from vetrina.graphql.schema import ComposedSchema, FieldsClash, NotPublished
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.meters import Meters
from vetrina.kernel.registry import Ports, Provided
from vetrina.plugin import GraphQLRoots
from vetrina.ports import NodeSource, SearchSource, ShopPolicies
from vetrina_storefront.schema import compose_storefront

METERS = Meters(SystemClock())


@cache
def composed() -> ComposedSchema:
    """The storefront with the almanac."""
    return compose_storefront([("almanac", guarded("almanac", part, METERS, CLAIMED)) for part in PARTS])


@cache
def operations() -> Operations:
    return Operations(composed())


async def ask(ctx: Context, text: str, sayings: Sayings | None = None) -> tuple[Any, list[str]]:
    """What a buyer is answered while the almanac serves its ports, and the errors."""
    served = sayings or Sayings()
    provided = [Provided(port, "Page", "almanac", served) for port in (NodeSource, SearchSource)]
    ports = Ports([*provided, Provided(ShopPolicies, "almanac", "almanac", Promises())], Meters(SystemClock()))
    shop = msgspec.structs.replace(ctx.shop, ports=ports)
    operation = operations().prepare(text, None)
    assert not operation.errors, operation.errors
    result = await operation.run({}, msgspec.structs.replace(ctx, shop=shop, actor=BUYER))
    assert not operation.counts.deopt
    return msgspec.json.decode(msgspec.json.encode(result.data)), [error.message for error in result.errors or ()]


def written(schema: ComposedSchema, name: str) -> str:
    return print_type(schema._schema.type_map[name])


def test_types_name_implement_and_join_what_is_published_and_only_in_their_schema() -> None:
    before, with_it, after = compose_storefront(), composed(), compose_storefront()
    page: Any = with_it._schema.type_map["Page"]
    assert isinstance(page, GraphQLObjectType)
    assert {one.name for one in page.interfaces} == {"HasMetafields", "Node", "OnlineStorePublishable", "Trackable"}
    fields = {"id", "title", "image", "subject", "metafield", "metafields", "onlineStoreUrl", "trackingParameters"}
    assert page.fields.keys() == fields
    assert (str(page.fields["image"].type), str(page.fields["subject"].type)) == ("Image", "MenuItemResource!")
    assert written(with_it, "MenuItemResource").endswith("union MenuItemResource = Product | Page")
    assert written(with_it, "SearchResultItem") == "union SearchResultItem = Product | Page"
    assert "pages: [Page!]!" in written(with_it, "PredictiveSearchResult")
    assert "NobodysUnion" not in with_it._schema.type_map
    assert before.as_str() == after.as_str()
    assert "Page" not in before._schema.type_map


def test_who_names_nothing_or_takes_a_name_is_left_out() -> None:
    @strawberry.type
    class Product:
        title: str

    @strawberry.type
    class AlmanacLost:
        other: object = batch(load_nothing, graphql_type=optional(published("Unheard")))

    def added(*types: type[Any]) -> tuple[str, GraphQLRoots]:
        return "second", GraphQLRoots("storefront", types=types)

    with pytest.raises(FieldsClash, match="second adds the type Product, which the API has already"):
        compose_storefront([added(Product)])
    with pytest.raises(FieldsClash, match="second adds the type Page, which almanac has already"):
        compose_storefront(
            [("almanac", PARTS[0]), added(strawberry.type(type("Page", (), {"__annotations__": {"a": str}})))]
        )
    with pytest.raises(NotPublished, match="second names the type Unheard"):
        compose_storefront([added(AlmanacLost)])
    with pytest.raises(BadField, match="adds the type MenuItemResource"):
        guarded("almanac", GraphQLRoots("storefront", query=Roots), METERS, ("page", "Page"))
    with pytest.raises(BadField, match="adds the type Page, which must begin with Almanac"):
        guarded("almanac", GraphQLRoots("storefront", members=PARTS[0].members), METERS)
    roots = GraphQLRoots("storefront", types=(Page,))
    assert guarded("almanac", roots, METERS, CLAIMED) == roots


async def test_its_nodes_policies_and_metafields_are_found(ctx: Context) -> None:
    text = """{ page(number: 2) { id title image { url } onlineStoreUrl metafield(key: "a") { value }
                 subject { ... on Page { title } } }
               node(id: "gid://vetrina/Page/1") { id ... on Page { title } }
               gone: node(id: "gid://vetrina/Page/77") { id }
               shop { refundPolicy { id title url body } privacyPolicy { id } } }"""
    data, errors = await ask(ctx, text)
    assert (data["page"]["id"], data["page"]["subject"], errors) == (gid("Page", 2), {"title": "Olive saying 3"}, [])
    assert (data["node"], data["gone"]) == ({"id": gid("Page", 1), "title": "Olive saying 1"}, None)
    assert data["shop"]["refundPolicy"]["url"] == f"{ctx.shop.base_url}/policies/refunds"
    assert data["shop"]["privacyPolicy"] is None
    ill, errors = await ask(ctx, text, Sayings(is_ill=True))
    assert (ill["node"], ill["page"], errors) == (None, data["page"], [])


async def test_a_failing_field_that_may_not_be_null_takes_what_holds_it(ctx: Context) -> None:
    data, errors = await ask(ctx, "{ page(number: 99) { title } }")
    assert (data, len(errors)) == (None, 1)


SEARCH = """{ search(query: "olive", %s) { totalCount nodes { ... on Product { title } ... on Page { title } }
              pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }"""


async def walked(ctx: Context, arguments: str, cursor: str, more: str, at: str) -> list[str]:
    """Every title, page by page; each cursor leads to the next."""
    titles, place = list[str](), ""
    while True:
        found, errors = await ask(ctx, SEARCH % f"{arguments}{place}")
        assert (errors, found["search"]["totalCount"]) == ([], 7)
        page = [node["title"] for node in found["search"]["nodes"]]
        titles = [*page, *titles] if at == "before" else [*titles, *page]
        if not found["search"]["pageInfo"][more]:
            return titles
        place = f', {at}: "{found["search"]["pageInfo"][cursor]}"'


async def test_results_of_all_kinds_are_one_list_in_both_directions(ctx: Context) -> None:
    for title in ("Olive oil", "Olive soap"):
        await make_product(ctx, title, price="4")
    products = {"Olive oil", "Olive soap"}
    for size in (1, 2, 3, 8):
        forward = await walked(ctx, f"first: {size}", "endCursor", "hasNextPage", "after")
        assert (set(forward[:2]), forward[2:]) == (products, [f"Olive saying {number}" for number in range(1, 6)])
        assert await walked(ctx, f"last: {size}", "startCursor", "hasPreviousPage", "before") == forward
        turned = await walked(ctx, f"first: {size}, reverse: true", "endCursor", "hasNextPage", "after")
        assert turned == forward[::-1]
        assert await walked(ctx, f"last: {size}, reverse: true", "startCursor", "hasPreviousPage", "before") == turned


async def test_kinds_narrow_a_search_and_a_source_that_fails_is_left_out(ctx: Context) -> None:
    await make_product(ctx, "Olive oil", price="4")
    pages, _ = await ask(ctx, SEARCH % "first: 9, types: [PAGE, ARTICLE]")
    assert pages["search"]["totalCount"] == len(pages["search"]["nodes"]) == 5
    products, _ = await ask(ctx, SEARCH % "first: 9, types: PRODUCT")
    ill, errors = await ask(ctx, SEARCH % "first: 9", Sayings(is_ill=True))
    assert (ill, errors) == (products, [])
    assert ill["search"]["nodes"] == [{"title": "Olive oil"}]
    narrowed, _ = await ask(ctx, SEARCH % "first: 9, productFilters: {available: true}")
    assert narrowed == products


async def test_suggestions_of_all_kinds_share_a_limit(ctx: Context) -> None:
    await make_product(ctx, "Olive oil", price="4")
    text = """{ predictiveSearch(query: "oliv", limit: %s) { products { title } pages { title } queries { text } } }"""
    found, errors = await ask(ctx, text % "4")
    counts = {kind: len(rows) for kind, rows in found["predictiveSearch"].items()}
    assert (counts, errors) == ({"products": 1, "pages": 2, "queries": 1}, [])
    each, _ = await ask(ctx, text % "3, limitScope: EACH")
    assert len(each["predictiveSearch"]["pages"]) == 3
