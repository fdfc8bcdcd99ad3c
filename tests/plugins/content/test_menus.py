"""Menus and policies: where items lead, in which order and language; versions that come into force by the clock."""

from datetime import timedelta

import pytest
from tests.support.shops import StillClock
from tests.support.stand import Stand

from vetrina.flows.catalog import CollectionSheet, HandleTaken, create_collection, unpublish_product
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.testing.sources import (
    NodeSourceContract,
    SearchSourceContract,
    ShopPoliciesContract,
    SitemapSourceContract,
)
from vetrina_content.admin.shown import other_languages
from vetrina_content.flows import entries, menus, promising, translating
from vetrina_content.flows.menus import ItemSheet
from vetrina_content.flows.sheets import EntrySheet, TextSheet
from vetrina_content.policies import policy_versions
from vetrina_content.rules import Kind
from vetrina_content.sources import Listed, Nodes, Promises, Searched, ports


@pytest.fixture
def shop(ctx: Context, clock: StillClock) -> Stand:
    return Stand(ctx, clock, ["content"])


MENU = """query ($handle: String!) { menu(handle: $handle) { id handle title itemsCount
  items { id title type url tags resourceId resource { __typename ... on Product { title } ... on Page { handle }
      ... on ShopPolicy { title } ... on Article { handle } }
    items { title url items { title } } } } }"""


async def test_items_lead_where_their_addresses_say(shop: Stand) -> None:
    ctx = shop.ctx
    lamp = await shop.product("Lamp")
    await create_collection(ctx, CollectionSheet(title="Lamps"))
    now = ctx.now()
    await entries.create_entry(ctx, Kind.PAGE, EntrySheet(title="About"), published_at=now)
    blog = await entries.create_entry(ctx, Kind.BLOG, EntrySheet(title="Journal"), published_at=now)
    await entries.create_entry(ctx, Kind.ARTICLE, EntrySheet(title="First"), blog_id=blog, published_at=now)
    await promising.write_policy(ctx, "refund_policy", title="Refunds", body_html="<p>Gladly.</p>")
    main = await menus.create_menu(ctx, title="Main menu")
    addresses = {
        "/products/lamp": "PRODUCT", "/collections/lamps": "COLLECTION", "/pages/about": "PAGE",
        "/blogs/journal": "BLOG", "/blogs/journal/first": "ARTICLE", "/policies/refund-policy": "SHOP_POLICY",
        "/": "FRONTPAGE", "/collections/all": "CATALOG", "/collections": "COLLECTIONS", "/search": "SEARCH",
        "/account": "CUSTOMER_ACCOUNT_PAGE", "https://example.com/x": "HTTP", "/somewhere?a=b": "HTTP",
        "/pages/maker/valdolmo": "HTTP",
    }  # fmt: skip
    for address in addresses:
        await menus.add_item(ctx, main, ItemSheet(title=address, leads_to=address, tags=("a",)))
    with shop.statements() as statements:
        items = (await shop.ask(MENU, handle="main-menu"))["menu"]["items"]
    assert {item["title"]: item["type"] for item in items} == addresses
    base_url = ctx.shop.base_url
    assert [item["url"] for item in items] == [
        address if address.startswith("https:") else base_url + address for address in addresses
    ]
    assert [item["resource"]["__typename"] for item in items[:6]] == [
        "Product", "Collection", "Page", "Blog", "Article", "ShopPolicy",
    ]  # fmt: skip
    assert items[0]["resourceId"] == f"gid://vetrina/Product/{lamp.product_id}"
    assert (items[6]["resource"], items[6]["resourceId"], items[6]["tags"]) == (None, None, ["a"])
    assert len(statements) < 20
    await unpublish_product(ctx, lamp.product_id)
    gone = (await shop.ask(MENU, handle="main-menu"))["menu"]["items"][0]
    assert (gone["resource"], gone["url"], gone["resourceId"]) == (None, None, items[0]["resourceId"])
    for nothing in ("/pages/nothing", "/products/nothing", "javascript:alert(1)", "//evil\x00"):
        with pytest.raises(BadInput):
            await menus.add_item(ctx, main, ItemSheet(title="x", leads_to=nothing))


@pytest.mark.embedded
async def test_items_are_moved_nested_translated_and_removed(shop: Stand) -> None:
    ctx = shop.ctx
    menu = await menus.create_menu(ctx, title="Footer", handle="footer")
    first, second, third = [
        await menus.add_item(ctx, menu, ItemSheet(title=title, leads_to="/")) for title in ("One", "Two", "Three")
    ]
    below = await menus.add_item(ctx, menu, ItemSheet(title="Below", leads_to="/search"), second)
    lowest = await menus.add_item(ctx, menu, ItemSheet(title="Lowest", leads_to="/"), below)
    with pytest.raises(menus.MenuFull, match="levels"):
        await menus.add_item(ctx, menu, ItemSheet(title="Too deep", leads_to="/"), lowest)
    await menus.move_item(ctx, third, is_up=True)
    await menus.move_item(ctx, third, is_up=True)
    await menus.move_item(ctx, third, is_up=True)
    await menus.move_item(ctx, first, is_up=False)
    language = (await other_languages(ctx))[0]
    await translating.translate_other(ctx, "item", first, language, TextSheet(title="Uno"))
    found = (await shop.ask(MENU, handle="footer"))["menu"]
    assert [item["title"] for item in found["items"]] == ["Three", "Two", "One"]
    nested = [{"title": "Below", "url": f"{ctx.shop.base_url}/search", "items": [{"title": "Lowest"}]}]
    assert (found["itemsCount"], found["items"][1]["items"]) == (5, nested)
    spoken = language.upper().replace("-", "_")
    there = await shop.ask(f'query @inContext(language: {spoken}) {{ menu(handle: "footer") {{ items {{ title }} }} }}')
    assert [item["title"] for item in there["menu"]["items"]] == ["Three", "Two", "Uno"]
    await menus.edit_item(ctx, first, ItemSheet(title="1", leads_to="https://example.com"))
    await menus.remove_item(ctx, second)
    assert (await shop.ask(MENU, handle="footer"))["menu"]["itemsCount"] == 2
    with pytest.raises(HandleTaken):
        await menus.create_menu(ctx, title="Footer", handle="footer")
    await menus.remove_menu(ctx, menu)
    assert (await shop.ask(MENU, handle="footer"))["menu"] is None
    for lost in (menus.remove_item(ctx, first), menus.remove_menu(ctx, menu)):
        with pytest.raises(NotFound):
            await lost


POLICIES = """{ shop { refundPolicy { id handle title body url } privacyPolicy { id } subscriptionPolicy { id } } }"""


async def test_a_policy_is_in_force_from_its_day_on_and_old_versions_are_kept(shop: Stand) -> None:
    ctx = shop.ctx
    await promising.write_policy(ctx, "refund_policy", title="Refunds", body_html="<p>14 days.</p><script>x</script>")
    later = ctx.now() + timedelta(days=1)
    await promising.write_policy(ctx, "refund_policy", title="Refunds", body_html="<p>30 days.</p>", begins_at=later)
    before = (await shop.ask(POLICIES))["shop"]
    assert before["refundPolicy"] == {
        "id": "gid://vetrina/ShopPolicy/4", "handle": "refund-policy", "title": "Refunds", "body": "<p>14 days.</p>",
        "url": f"{ctx.shop.base_url}/policies/refund-policy",
    }  # fmt: skip
    assert (before["privacyPolicy"], before["subscriptionPolicy"]) == (None, None)
    shop.clock.move(days=2)
    await promising.write_policy(shop.ctx, "subscription_policy", title="Subscriptions", body_html="<p>None.</p>")
    after = (await shop.ask(POLICIES))["shop"]
    assert (after["refundPolicy"]["body"], after["refundPolicy"]["id"]) == (
        "<p>30 days.</p>",
        before["refundPolicy"]["id"],
    )
    assert after["subscriptionPolicy"] is not None
    assert len(await policy_versions(shop.ctx, ["refund_policy"])) == 2
    await promising.write_policy(shop.ctx, "refund_policy", title="Refunds", body_html="")
    assert (await shop.ask(POLICIES))["shop"]["refundPolicy"] is None
    with pytest.raises(BadInput, match="past"):
        await promising.write_policy(
            shop.ctx, "refund_policy", title="x", body_html="", begins_at=ctx.now() - timedelta(days=1)
        )


NODES = next(item.implementation for item in ports() if isinstance(item.implementation, Nodes))


class TestNodes(NodeSourceContract):
    def source(self) -> Nodes:
        return NODES


class TestSearched(SearchSourceContract):
    def source(self) -> Searched:
        return Searched(Kind.PAGE)


class TestListed(SitemapSourceContract):
    def source(self) -> Listed:
        return Listed(Kind.ARTICLE)


class TestPromises(ShopPoliciesContract):
    def keeper(self) -> Promises:
        return Promises()
