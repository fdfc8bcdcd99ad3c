"""The pages in the admin: what is written there reaches buyers; whoever may only read is shown nothing to press."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from tests.support.shops import StillClock
from tests.support.stand import Stand

from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin import Person
from vetrina.plugin.admin import Asked, Block, Button, Form, Section, Table
from vetrina.testing import Workshop, a_shop
from vetrina_content.admin import pages
from vetrina_content.declared import (
    ItemsLeadNowhere,
    check_menus,
    erase_authors,
    erase_comments,
    export_authors,
    export_comments,
)
from vetrina_content.demo import show_off
from vetrina_content.flows import entries, talking
from vetrina_content.models import ContentText

pytestmark = pytest.mark.embedded

PAGES: dict[str, Any] = {getattr(page, "path", "tile"): page for page in pages()}
PARTS = {"id": "1", "language": "", "kind": "refund-policy"}


@pytest.fixture
def shop(ctx: Context, clock: StillClock) -> Stand:
    return Stand(ctx, clock, ["content"])


async def press(ctx: Context, path: str, action: str, sent: dict[str, Any], **parts: str) -> Any:
    """Send a page's form, or press one of its buttons."""
    chosen = next(one for one in PAGES[path].actions if one.name == action)
    return await chosen.run(ctx, Asked(parts=parts), chosen.form(**sent) if chosen.form else sent)


def all_blocks(blocks: Any) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from all_blocks(block.blocks)


async def test_a_page_is_written_scheduled_translated_and_removed(shop: Stand) -> None:
    ctx = shop.ctx
    done = await press(ctx, "", "begin-page", {"title": "About", "body_html": "<p>Us</p>"})
    assert done.to == "entries/1"
    ask = '{ page(handle: "about") { title body } }'
    assert (await shop.ask(ask))["page"] is None
    await press(ctx, "entries/{id}", "publish", {}, id="1")
    await press(ctx, "entries/{id}", "change-page", {"title": "About us", "body_html": "<p>All</p>"}, id="1")
    assert (await shop.ask(ask))["page"] == {"title": "About us", "body": "<p>All</p>"}
    await press(ctx, "entries/{id}", "schedule", {"at": ctx.now() + timedelta(days=1)}, id="1")
    assert (await shop.ask(ask))["page"] is None
    shop.clock.move(days=2)
    await press(shop.ctx, "entries/{id}", "unpublish", {}, id="1")
    await press(shop.ctx, "entries/{id}", "remove", {}, id="1")
    for path in ("entries/{id}", "entries/{id}/preview", "menus/{id}", "items/{id}", "versions/{id}", "authors/{id}"):
        with pytest.raises(NotFound):
            await PAGES[path].show(ctx, Asked(parts={"id": "1"}))
        with pytest.raises(NotFound):
            await PAGES[path].show(ctx, Asked(parts={"id": "x"}))


async def test_every_page_is_shown_and_readers_press_nothing(shop: Stand) -> None:
    await show_off(shop.ctx)
    actor = msgspec.structs.replace(shop.ctx.actor, kind="staff", permissions=frozenset({"content.read"}))
    reader = msgspec.structs.replace(shop.ctx, actor=actor)
    language = (await shop.ctx.db.value(_a_language())) or ""
    for path, page in PAGES.items():
        if path == "tile":
            assert (await page.show(shop.ctx)).value == 1
            continue
        is_blog, is_text = path.startswith("blogs/"), path.endswith("{language}")
        asked = Asked(parts=PARTS | {"id": "5" if is_blog else "1", "language": language})
        written = list(all_blocks(await page.show(shop.ctx, asked)))
        assert written, path
        if page.actions and path != "comments":
            assert any(isinstance(block, Form) for block in written) or not is_text, path
        for block in all_blocks(await page.show(reader, asked)):
            assert not isinstance(block, Form | Button), path
            assert not isinstance(block, Table) or not any(row.buttons for row in block.rows), path
        for block in written:
            for row in block.rows if isinstance(block, Table) else ():
                if row.to is not None and "{" not in row.to:
                    assert row.to.split("/")[0] in {one.split("/")[0] for one in PAGES}


def _a_language() -> Any:
    return select(ContentText.language).limit(1)


async def test_a_blog_a_menu_a_policy_and_an_author_are_kept_by_forms(shop: Stand) -> None:
    ctx = shop.ctx
    await press(ctx, "blogs", "begin-blog", {"title": "Journal", "comments": "open"})
    article = {"title": "First", "author": "Anna Rossi", "tags": ["a"], "image_url": "/media/x.jpg"}
    await press(ctx, "blogs/{id}/write", "begin-article", article, id="1")
    await press(ctx, "blogs/{id}/write", "begin-article", article | {"title": "Second", "author": "anna rossi"}, id="1")
    for entry in ("1", "2", "3"):
        await press(ctx, "entries/{id}", "publish", {}, id=entry)
    await press(ctx, "authors/{id}", "change-author", {"first_name": "Anna", "last_name": "Verdi"}, id="1")
    await press(ctx, "authors", "add-author", {"first_name": "Bo"})
    await press(ctx, "menus", "begin-menu", {"title": "Main menu"})
    await press(ctx, "menus/{id}", "add-item", {"title": "Journal", "leads_to": "/blogs/journal"}, id="1")
    below = {"title": "First", "leads_to": "/blogs/journal/first", "below": "journal"}
    await press(ctx, "menus/{id}", "add-item", below, id="1")
    with pytest.raises(BadInput):
        await press(ctx, "menus/{id}", "add-item", below | {"below": "nothing"}, id="1")
    await press(ctx, "menus/{id}", "up", {"item": "2"}, id="1")
    await press(ctx, "items/{id}", "change-item", {"title": "Diary", "leads_to": "/blogs/journal"}, id="1")
    await press(ctx, "policies/{kind}", "write", {"title": "Refunds", "body_html": "<p>Yes</p>"}, kind="refund-policy")
    await talking.send_comment(shop.buyer, 2, name="Bo", email="bo@example.com", body="Hello")
    found = await shop.ask(
        """{ menu(handle: "main-menu") { items { title items { title } } } shop { refundPolicy { body } }
             articles(first: 3) { nodes { title authorV2 { name } tags comments(first: 2) { nodes { content } } } } }"""
    )
    assert found["menu"]["items"] == [{"title": "Diary", "items": [{"title": "First"}]}]
    assert found["shop"]["refundPolicy"] == {"body": "<p>Yes</p>"}
    assert [node["authorV2"] for node in found["articles"]["nodes"]] == [{"name": "Anna Verdi"}] * 2
    assert found["articles"]["nodes"][0]["comments"]["nodes"] == [{"content": "Hello"}]
    await press(ctx, "comments", "refuse", {"comment": "1"})
    await press(ctx, "comments", "remove", {"comment": "1"})
    await press(ctx, "authors/{id}", "remove-author", {}, id="1")
    assert (await shop.ask("{ articles(first: 1) { nodes { authorV2 { name } } } }"))["articles"]["nodes"] == [
        {"authorV2": None}
    ]
    await check_menus(ctx)
    await entries.remove_entry(ctx, 2)
    with pytest.raises(ItemsLeadNowhere, match="First"):
        await check_menus(ctx)
    await press(ctx, "menus/{id}", "remove-item", {"item": "2"}, id="1")
    await press(ctx, "menus/{id}", "remove-menu", {}, id="1")


async def test_what_is_held_about_people_is_told_and_forgotten(shop: Stand) -> None:
    ctx = shop.ctx
    await press(ctx, "blogs", "begin-blog", {"title": "Journal", "comments": "open"})
    await press(ctx, "blogs/{id}/write", "begin-article", {"title": "First"}, id="1")
    for entry in ("1", "2"):
        await press(ctx, "entries/{id}", "publish", {}, id=entry)
    await talking.send_comment(shop.buyer, 2, name="Bo", email="Bo@Example.com", body="Hello")
    await talking.keep_author(ctx, first_name="Bo", last_name="Li", email="bo@example.com", bio="Writes.")
    person = Person(emails=("bo@example.com",))
    told = await export_comments(ctx, person), await export_authors(ctx, person)
    assert (told[0]["comments"][0]["name"], told[1]["authors"][0]["bio"]) == ("Bo", "Writes.")
    async with ctx.tx() as session:
        assert (await erase_comments(ctx, session, person), await erase_authors(ctx, session, person)) == (1, 1)
    assert (await export_comments(ctx, person), await export_authors(ctx, person)) == (
        {"comments": []},
        {"authors": []},
    )


async def test_the_admin_api_writes_what_buyers_read() -> None:
    async with a_shop(["content"]) as shop:
        await _asked(shop)


async def _asked(shop: Workshop) -> None:
    made = await shop.ask_admin(
        """mutation { contentEntryCreate(kind: PAGE, input: {title: "About"}) {
             entry { id state handle } userErrors { code field } } }"""
    )
    entry = made["contentEntryCreate"]["entry"]
    assert (entry["state"], entry["handle"]) == ("draft", "about")
    done = await shop.ask_admin(
        """mutation ($id: ID!) { contentEntryPublish(entryId: $id) { entry { state } }
             wrong: contentEntryUpdate(entryId: $id, input: {title: ""}) { userErrors { code field } } }""",
        id=entry["id"],
    )
    assert done["contentEntryPublish"]["entry"]["state"] == "published"
    assert done["wrong"]["userErrors"] == [{"code": "BAD_USER_INPUT", "field": ["input", "title"]}]
    listed = await shop.ask_admin("{ contentEntries(kind: PAGE, first: 3) { nodes { title state } } }")
    assert listed["contentEntries"]["nodes"] == [{"title": "About", "state": "published"}]
    sent = await shop.ask(
        """mutation { contentCommentCreate(articleId: "gid://vetrina/Article/9", name: "Bo", email: "bo@example.com",
             body: "Hi") { isShown userErrors { code field } } }"""
    )
    assert sent["contentCommentCreate"] == {
        "isShown": None,
        "userErrors": [{"code": "NOT_FOUND", "field": ["articleId"]}],
    }
