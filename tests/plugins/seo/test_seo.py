"""Redirects, made by hand, of a list and by themselves; site maps of everything that is published; robots.txt."""

from collections.abc import AsyncGenerator

import pytest

from vetrina.flows.catalog import (
    CollectionChanges,
    CollectionSheet,
    ProductChanges,
    create_collection,
    edit_collection,
    edit_product,
)
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput, NotFound, NotSignedIn, Refusal
from vetrina.testing import Unanswered, Workshop, a_shop
from vetrina.views.windows import Window
from vetrina_content.flows import entries
from vetrina_content.flows.sheets import EntrySheet
from vetrina_content.rules import Kind
from vetrina_seo.declared import check_redirects
from vetrina_seo.flows import PathTaken, RedirectLoop, create_redirect, import_redirects, remove_redirects
from vetrina_seo.models import SeoRedirect
from vetrina_seo.views import redirect_list, redirect_query


@pytest.fixture
async def shop() -> AsyncGenerator[Workshop]:
    async with a_shop(["content", "seo"]) as shop:
        yield shop


async def paths(ctx: Context, query: str | None = None) -> dict[str, str]:
    """Where each path leads, of those a query means."""
    found = await redirect_list(ctx, Window(size=50), redirect_query(query))
    return {placed.row.path: placed.row.target for placed in found}


@pytest.mark.embedded
async def test_a_redirect_is_checked_and_never_leads_in_a_circle(ctx: Context) -> None:
    base_url = ctx.shop.base_url
    first = await create_redirect(ctx, f"{base_url}/old/#top", f"{base_url}/new")
    await create_redirect(ctx, "/new", "/newest?from=old")
    assert await paths(ctx) == {"/old": "/new", "/new": "/newest?from=old"}
    for path, target in (("/newest", "/old"), ("/newest", "/newest/"), ("/x", "/x")):
        with pytest.raises(RedirectLoop):
            await create_redirect(ctx, path, target)
    for path, target in (
        ("old", "/new"), ("//evil.example", "/x"), ("/a", "javascript:alert(1)"), ("/a", "//evil.example"), ("/a", ""),
        ("", "/a"), ("/a", "mailto:a@example.com"), ("/a" * 1_000, "/b"), ("/a", "/b\x00"),
    ):  # fmt: skip
        with pytest.raises(BadInput):
            await create_redirect(ctx, path, target)
    with pytest.raises(PathTaken):
        await create_redirect(ctx, "/old/", "/elsewhere")
    assert await remove_redirects(ctx, [first]) == 1
    with pytest.raises(NotFound):
        await remove_redirects(ctx, [first])


async def test_a_list_is_brought_in_and_what_is_wrong_is_told(ctx: Context) -> None:
    content = (
        "\ufeffRedirect from;Redirect to\r\n/a;/b\r\n/b;/a\r\n/c;https://example.com/c\r\n/d;ftp://x\r\n\r\n/e\r\n"
    )
    done = await import_redirects(ctx, content)
    assert (done.count, await paths(ctx)) == (2, {"/a": "/b", "/c": "https://example.com/c"})
    assert [problem.partition(":")[0] for problem in done.problems] == ["3", "5"]
    again = await import_redirects(ctx, "/a,/z\n")
    assert (again.count, (await paths(ctx))["/a"]) == (1, "/z")
    for too_much in ("/a,/b\n" * 5_001, "/" * 1_000_001):
        with pytest.raises(BadInput):
            await import_redirects(ctx, too_much)


QUERIES = {
    "path:/a": {"/a"}, "path:/A*": {"/a", "/ab"}, "target:/x": {"/a"}, "-path:/a": {"/ab", "/c"},
    "b OR c": {"/ab", "/c"}, "created_at:>2000-01-01": {"/a", "/ab", "/c"}, "created_at:<2000-01-01": set[str](),
    "nothing": set[str](),
}  # fmt: skip


async def test_front_ends_ask_in_the_search_syntax(ctx: Context) -> None:
    await import_redirects(ctx, "/a,/x\n/ab,/y\n/c,/z\n")
    for query, wanted in QUERIES.items():
        assert set(await paths(ctx, query)) == wanted, query
    with pytest.raises(BadInput):
        redirect_query("id:many")


ASK = """query ($first: Int, $after: String, $reverse: Boolean, $query: String) {
  urlRedirects(first: $first, after: $after, reverse: $reverse, query: $query) {
    nodes { id path target } pageInfo { hasNextPage endCursor } } }"""


async def test_what_moves_is_led_on_by_itself(shop: Workshop) -> None:
    ctx = shop.ctx
    lamp = await shop.product("Lamp")
    lamps = await create_collection(ctx, CollectionSheet(title="Lamps"))
    page = await entries.create_entry(ctx, Kind.PAGE, EntrySheet(title="About"), published_at=ctx.now())
    await edit_product(ctx, lamp.product_id, ProductChanges(handle="desk-lamp"))
    await edit_product(ctx, lamp.product_id, ProductChanges(title="Desk lamp"))
    await edit_collection(ctx, lamps.collection_id, CollectionChanges(handle="lights"))
    await entries.edit_entry(ctx, page, EntrySheet(title="About", handle="us"))
    await shop.deliver()
    moved = {"/products/lamp": "/products/desk-lamp", "/collections/lamps": "/collections/lights",
             "/pages/about": "/pages/us"}  # fmt: skip
    assert await paths(shop.ctx) == moved
    await edit_product(shop.ctx, lamp.product_id, ProductChanges(handle="best-lamp"))
    await shop.deliver()
    new = {"/products/lamp": "/products/best-lamp", "/products/desk-lamp": "/products/best-lamp"}
    assert await paths(shop.ctx, "path:/products*") == new
    await edit_product(shop.ctx, lamp.product_id, ProductChanges(handle="lamp"))
    await shop.deliver()
    back = {"/products/desk-lamp": "/products/lamp", "/products/best-lamp": "/products/lamp"}
    assert await paths(shop.ctx, "path:/products*") == back
    await check_redirects(shop.ctx)
    found, after = list[str](), None
    while True:
        one = (await shop.ask(ASK, first=3, after=after, reverse=True))["urlRedirects"]
        found += [node["path"] for node in one["nodes"]]
        after = one["pageInfo"]["endCursor"]
        if not one["pageInfo"]["hasNextPage"]:
            break
    assert sorted(found) == sorted(await paths(shop.ctx))
    known = (await shop.ask(ASK, first=1, query="path:/pages/about"))["urlRedirects"]["nodes"][0]
    assert known["target"] == "/pages/us"


@pytest.mark.embedded
async def test_a_circle_that_two_made_at_once_is_told(ctx: Context) -> None:
    async with ctx.tx() as session:
        for path, target in (("/a", "/b"), ("/b", "/a")):
            await session.insert(SeoRedirect, path=path, target=target, is_automatic=False, created_at=ctx.now())
    with pytest.raises(Refusal, match="one never arrives: /b, /a"):
        await check_redirects(ctx)


MAPS = """{ product: sitemap(type: PRODUCT) { ...map } page: sitemap(type: PAGE) { ...map }
  collection: sitemap(type: COLLECTION) { ...map } meta: sitemap(type: METAOBJECT) { ...map } }
fragment map on Sitemap { pagesCount { count precision } resources(page: 1) { hasNextPage
  items { __typename handle updatedAt ... on SitemapResource { title image { alt filepath } } } } }"""


async def test_site_maps_name_what_is_published(shop: Workshop) -> None:
    ctx = shop.ctx
    await shop.product("Lamp & <shade>", handle="lamp")
    await create_collection(ctx, CollectionSheet(title="Lamps"))
    await entries.create_entry(ctx, Kind.PAGE, EntrySheet(title="About"), published_at=ctx.now())
    await entries.create_entry(ctx, Kind.PAGE, EntrySheet(title="Draft"))
    found = await shop.ask(MAPS)
    for kind, handle in (("product", "lamp"), ("page", "about"), ("collection", "lamps")):
        one = found[kind]
        assert one["pagesCount"] == {"count": 1, "precision": "EXACT"}
        assert [item["handle"] for item in one["resources"]["items"]] == [handle]
        assert one["resources"]["items"][0]["__typename"] == "SitemapResource"
    assert found["meta"] == {
        "pagesCount": {"count": 0, "precision": "EXACT"},
        "resources": {"hasNextPage": False, "items": []},
    }
    with pytest.raises(Unanswered, match="A page is between"):
        await shop.ask("{ sitemap(type: PAGE) { resources(page: 0) { hasNextPage } } }")
    index = await shop.client.get("/sitemap.xml")
    assert "/seo/sitemap/product/1.xml</loc>" in index.text and "/seo/sitemap/page/1.xml" in index.text
    assert "metaobject" not in index.text
    products = await shop.client.get("/seo/sitemap/product/1.xml")
    assert f"<loc>{ctx.shop.base_url}/products/lamp</loc><lastmod>" in products.text
    for nothing in ("/seo/sitemap/order/1.xml", "/seo/sitemap/product/0.xml", "/seo/sitemap/product/x"):
        assert (await shop.client.get(nothing)).status_code == 404
    robots = await shop.client.get("/robots.txt")
    assert robots.text.endswith(f"Sitemap: {ctx.shop.base_url}/sitemap.xml\n")
    await shop.configure("seo", is_findable=False, storefront_url="https://front.example/")
    assert (await shop.client.get("/robots.txt")).text == "User-agent: *\nDisallow: /\n"
    assert "<loc>https://front.example/pages/about</loc>" in (await shop.client.get("/seo/sitemap/page/1.xml")).text


async def test_strangers_make_no_redirects(shop: Workshop) -> None:
    for refused in (
        create_redirect(shop.buyer, "/a", "/b"),
        import_redirects(shop.buyer, "/a,/b"),
        remove_redirects(shop.buyer, [1]),
    ):
        with pytest.raises(NotSignedIn):
            await refused
    made = await shop.ask_admin('mutation { seoRedirectCreate(path: "/a", target: "/b") { id userErrors { code } } }')
    assert made["seoRedirectCreate"]["userErrors"] == []
    text = 'mutation { seoRedirectCreate(path: "/b", target: "/a") { id userErrors { code field } } }'
    assert (await shop.ask_admin(text))["seoRedirectCreate"] == {
        "id": None, "userErrors": [{"code": "REDIRECT_LOOP", "field": ["target"]}],
    }  # fmt: skip
