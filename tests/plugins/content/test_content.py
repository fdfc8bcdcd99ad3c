"""Pages, blogs, articles and comments: written, scheduled, translated, found; as buyers are answered."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select
from tests.support.shops import StillClock
from tests.support.stand import Stand

from vetrina.flows.catalog import Entry, HandleTaken
from vetrina.flows.metafields import set_metafields
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput, NotFound, NotSignedIn, TooManyTries
from vetrina.kernel.messages import OutboxEvent
from vetrina.testing import Unanswered
from vetrina.views.windows import Window
from vetrina_content.admin.shown import other_languages
from vetrina_content.asking import best_entries, entry_count, entry_query
from vetrina_content.flows import entries, menus, promising, talking, translating
from vetrina_content.flows.sheets import EntrySheet, TextSheet, html
from vetrina_content.menus import comments_by_id
from vetrina_content.models import ContentComment
from vetrina_content.rules import Comments, CommentState, Kind
from vetrina_content.views import EntryOrder, entry_list


@pytest.fixture
def shop(ctx: Context, clock: StillClock) -> Stand:
    return Stand(ctx, clock, ["content"])


async def page(ctx: Context, title: str = "About us", *, days: int = 0, **more: Any) -> int:
    """A page that is shown from so many days on."""
    at = ctx.now() + timedelta(days=days)
    return await entries.create_entry(ctx, Kind.PAGE, EntrySheet(title=title, **more), published_at=at)


async def journal(ctx: Context, count: int, **more: Any) -> tuple[int, list[int]]:
    """A blog with articles, each a day younger than the one before."""
    sheet = EntrySheet(title="Journal", comments=Comments.MODERATED)
    blog = await entries.create_entry(ctx, Kind.BLOG, sheet, published_at=ctx.now())
    author = await talking.keep_author(ctx, first_name="Anna", last_name="Rossi", bio="Writes.")
    articles = [
        await entries.create_entry(
            ctx,
            Kind.ARTICLE,
            EntrySheet(
                title=f"Story {number}",
                body_html=f"<p>Olives, number {number}.</p><script>x()</script>",
                excerpt_html="<p>In <b>short</b>.</p>" if number % 2 else "",
                author_id=author if number % 2 else None,
                image_url="/media/olives.jpg",
                image_alt="Olives",
                tags=("Harvest", f"n{number}"),
            ),
            blog_id=blog,
            published_at=ctx.now() - timedelta(days=count - number),
        )
        for number in range(1, count + 1)
    ]
    return blog, articles


ARTICLE = """fragment Whole on Article { id handle title author { name email } authorV2 { firstName bio }
  blog { handle title } content(truncateAt: 12) contentHtml excerpt excerptHtml image { url altText } publishedAt
  onlineStoreUrl seo { title } tags trackingParameters comments(first: 5) { nodes { content author { name email } } }
  metafield(namespace: "custom", key: "mood") { value parentResource { __typename } } }"""


@pytest.mark.embedded
async def test_a_page_is_asked_for_in_every_way_the_contract_has(shop: Stand) -> None:
    await page(
        shop.ctx, body_html="<p>Made <em>here</em>.</p><img src=x onerror=y()>", seo_title="About", handle="about"
    )
    found = await shop.ask(
        """{ page(handle: "about") { id title handle body bodySummary createdAt updatedAt onlineStoreUrl
               seo { title description } metafields(identifiers: []) { id } trackingParameters }
             pageByHandle(handle: "about") { id } pages(first: 3) { nodes { id } pageInfo { hasNextPage } }
             none: page(handle: "nothing") { id } nobody: page { id } }"""
    )
    one = found["page"]
    assert (one["body"], one["bodySummary"]) == ("<p>Made <em>here</em>.</p>", "Made here.")
    assert one["onlineStoreUrl"] == f"{shop.ctx.shop.base_url}/pages/about"
    assert one["seo"] == {"title": "About", "description": None}
    assert found["pageByHandle"]["id"] == found["pages"]["nodes"][0]["id"] == one["id"]
    assert (found["none"], found["nobody"]) == (None, None)
    again = await shop.ask(
        "query ($id: ID!) { page(id: $id) { title } node(id: $id) { ... on Page { title } } }", id=one["id"]
    )
    assert again == {"page": {"title": "About us"}, "node": {"title": "About us"}}


async def test_an_article_answers_all_of_its_type(shop: Stand) -> None:
    _, (first, second) = await journal(shop.ctx, 2)
    await set_metafields(
        shop.ctx,
        "content.write",
        "Article",
        first,
        [Entry(namespace="custom", key="mood", type="single_line_text_field", value="calm")],
    )
    await talking.send_comment(shop.buyer, first, name="Bo", email="bo@example.com", body="<b>Hi</b>\n\nyou")
    await talking.send_comment(shop.buyer, first, name="Al", email="al@example.com", body="Spam")
    assert await shop.ctx.db.value(_states()) == 2
    await talking.judge_comment(shop.ctx, 1, CommentState.SHOWN)
    found = await shop.ask(
        ARTICLE + "query ($a: ID!, $b: ID!) { a: article(id: $a) { ...Whole } b: article(id: $b) { ...Whole } }",
        a=f"gid://vetrina/Article/{first}",
        b=f"gid://shopify/Article/{second}",
    )
    one, two = found["a"], found["b"]
    assert (one["content"], one["contentHtml"]) == ("Olives, n...", "<p>Olives, number 1.</p>")
    assert (one["excerpt"], one["excerptHtml"], two["excerpt"]) == ("In short.", "<p>In <b>short</b>.</p>", None)
    assert (one["author"]["name"], one["authorV2"]["bio"], two["authorV2"]) == ("Anna Rossi", "Writes.", None)
    assert one["image"] == {"url": f"{shop.ctx.shop.base_url}/media/olives.jpg", "altText": "Olives"}
    assert one["onlineStoreUrl"] == f"{shop.ctx.shop.base_url}/blogs/journal/story-1"
    assert one["comments"]["nodes"] == [{"content": "<b>Hi</b> you", "author": {"name": "Bo", "email": ""}}]
    assert one["metafield"] == {"value": "calm", "parentResource": {"__typename": "Article"}}


def _states() -> Any:
    return select(func.count()).where(ContentComment.state == "waiting")


@pytest.mark.embedded
async def test_time_alone_shows_what_is_scheduled(shop: Stand) -> None:
    blog, (article,) = await journal(shop.ctx, 1)
    later = await page(shop.ctx, "Summer sale", days=2)
    draft = await entries.create_entry(shop.ctx, Kind.PAGE, EntrySheet(title="Draft"))
    ask = """query { pages(first: 9) { nodes { title } } search(query: "summer", first: 9) { totalCount }
             page(handle: "summer-sale") { id } articles(first: 9) { nodes { title } } }"""
    before = await shop.ask(ask)
    assert (before["pages"]["nodes"], before["search"]["totalCount"], before["page"]) == ([], 0, None)
    shop.clock.move(days=3)
    await entries.publish_entry(shop.ctx, draft)  # something is written, so that what was kept is asked anew
    after = await shop.ask(ask)
    assert [node["title"] for node in after["pages"]["nodes"]] == ["Summer sale", "Draft"]
    assert (after["search"]["totalCount"], after["page"]["id"]) == (1, f"gid://vetrina/Page/{later}")
    assert len(after["articles"]["nodes"]) == 1
    await entries.unpublish_entry(shop.ctx, blog)
    hidden = await shop.ask(ask + "\n# again")
    assert hidden["articles"]["nodes"] == []
    with pytest.raises(NotFound):
        await talking.send_comment(shop.buyer, article, name="Bo", email="bo@example.com", body="Hi")


async def test_one_sender_closes_comments_for_himself_alone(shop: Stand) -> None:
    _, (first, second) = await journal(shop.ctx, 2)
    one, other = (msgspec.structs.replace(shop.buyer, client=client) for client in ("203.0.113.7", "203.0.113.8"))

    async def say(ctx: Context, article: int, times: int = 1) -> None:
        for _ in range(times):
            await talking.send_comment(ctx, article, name="Bo", email="bo@example.com", body="Hi")

    await say(one, first, talking.SENT_HERE.times)
    with pytest.raises(TooManyTries):
        await say(one, first)
    await say(one, second)
    await say(other, first)
    shop.clock.move(hours=1)
    await say(one, first, talking.SENT_HERE.times)
    assert await shop.ctx.db.value(_states()) == 2 * talking.SENT_HERE.times + 2
    assert talking.SENT_HERE.times < talking.MOST_PER_HOUR
    assert talking.SENT_BY_NETWORK.times < talking.MOST_WAITING


@pytest.mark.embedded
async def test_a_comment_is_shown_while_its_article_and_its_blog_are(shop: Stand) -> None:
    blog, (article,) = await journal(shop.ctx, 1)
    await talking.send_comment(shop.buyer, article, name="Bo", email="bo@example.com", body="Hi")
    node = 'query { node(id: "gid://vetrina/Comment/1") { ... on Comment { content } } }'
    seen = list[Any]()

    async def look() -> None:
        seen.append((await shop.ask(f"{node} # {len(seen)}"))["node"])

    await look()
    await talking.judge_comment(shop.ctx, 1, CommentState.SHOWN)
    await look()
    await entries.unpublish_entry(shop.ctx, article)
    await look()
    await entries.publish_entry(shop.ctx, article)
    await look()
    await entries.unpublish_entry(shop.ctx, blog)
    await look()
    assert seen == [None, {"content": "Hi"}, None, {"content": "Hi"}, None]
    assert list(await comments_by_id(shop.ctx, [1], even_hidden=True)) == [1]


async def test_texts_and_handles_are_translated_and_fall_back(shop: Stand) -> None:
    first = await page(shop.ctx, "Shipping", handle="shipping", body_html="<p>Fast.</p>", seo_title="Ship")
    other = await page(shop.ctx, "Returns", handle="returns")
    language = (await _languages(shop))[0]
    sheet = TextSheet(title="Spedizione", handle="spedizione")
    await translating.translate_entry(shop.ctx, first, language, sheet)
    spoken = language.upper().replace("-", "_")
    text = (
        f"query ($h: String!) @inContext(language: {spoken}) "
        + """{
      page(handle: $h) { handle title body seo { title } } search(query: "spedizione", first: 5) { totalCount } }"""
    )
    for handle in ("spedizione", "shipping"):
        found = await shop.ask(text, h=handle)
        assert found["page"] == {
            "handle": "spedizione", "title": "Spedizione", "body": "<p>Fast.</p>", "seo": {"title": "Ship"},
        }  # fmt: skip
        assert found["search"]["totalCount"] == 1
    assert (await shop.ask('{ page(handle: "spedizione") { id } }'))["page"] is None
    for taken in ("spedizione", "shipping"):
        with pytest.raises(HandleTaken):
            await translating.translate_entry(shop.ctx, other, language, TextSheet(title="x", handle=taken))
    with pytest.raises(HandleTaken):
        await entries.edit_entry(shop.ctx, other, EntrySheet(title="Returns", handle="spedizione"))
    with pytest.raises(BadInput, match="translated into"):
        await translating.translate_entry(shop.ctx, first, "xx", sheet)
    await translating.translate_entry(shop.ctx, first, language, TextSheet())
    assert (await shop.ask(text, h="shipping"))["page"]["title"] == "Shipping"


WRITTEN = {
    '<blockquote cite="x">So</blockquote><hr/><pre><code>a &lt; b</code></pre>':
        "<blockquote>So</blockquote><hr><pre><code>a &lt; b</code></pre>",
    '<figure><IMG src="/media/a.jpg" alt=\'A "b"\' onerror="x()" style=y><figcaption>A</figcaption></figure>':
        '<figure><img src="/media/a.jpg" alt="A &quot;b&quot;"><figcaption>A</figcaption></figure>',
    '<img src=https://example.com/a.jpg>': '<img src="https://example.com/a.jpg" alt="">',
    '<img src="javascript:alert(1)"><img src="//evil.example/a"><img src=data:x><img alt=a><img data-src="/a">': "",
    '<iframe src="/a"></iframe><svg onload=x()></svg><p onclick="x()">a</p>': "<p>a</p>",
}  # fmt: skip


def test_articles_hold_pictures_and_quotations_and_nothing_that_acts() -> None:
    assert {written: html(written, "body_html") for written in WRITTEN} == WRITTEN


async def _languages(shop: Stand) -> list[str]:
    return await other_languages(shop.ctx)


QUERIES = [
    ("title:story", 6), ("tag:harvest", 6), ("tag:n2", 1), ("tag_not:n2", 5), ("author:rossi", 3), ("olives 3", 1),
    ("-olives", 0), ("number OR nowhere", 6), ("blog_title:journal", 6), ("published_at:<2000-01-01", 0), ("sto*", 6),
    ("published_status:published", 6), ("handle:story-4", 1), ("id:>1", 6),
]  # fmt: skip


@pytest.mark.embedded
async def test_articles_are_sorted_paged_and_asked_in_the_search_syntax(shop: Stand) -> None:
    await journal(shop.ctx, 6)
    text = """query ($q: String, $key: ArticleSortKeys, $first: Int, $after: String, $reverse: Boolean) {
      articles(query: $q, sortKey: $key, first: $first, after: $after, reverse: $reverse) {
        nodes { title } pageInfo { endCursor hasNextPage } }
      blog(handle: "journal") { authors { name } articleByHandle(handle: "story-2") { title }
        articles(query: $q, sortKey: $key, first: $first, after: $after, reverse: $reverse) { nodes { title } } } }"""
    for query, count in QUERIES:
        found = await shop.ask(text, q=query, first=20)
        assert (len(found["articles"]["nodes"]), len(found["blog"]["articles"]["nodes"])) == (count, count), query
    whole = [f"Story {number}" for number in range(1, 7)]
    for key in ("ID", "TITLE", "PUBLISHED_AT", "UPDATED_AT", "BLOG_TITLE", "AUTHOR", "RELEVANCE"):
        titles, after = list[str](), None
        while True:
            one = (await shop.ask(text, key=key, first=4, after=after, reverse=True))["articles"]
            titles += [node["title"] for node in one["nodes"]]
            after = one["pageInfo"]["endCursor"]
            if not one["pageInfo"]["hasNextPage"]:
                break
        wanted = ["Story 5", "Story 3", "Story 1", "Story 6", "Story 4", "Story 2"] if key == "AUTHOR" else whole[::-1]
        assert titles == wanted, key
    found = await shop.ask(text, first=2)
    assert found["blog"]["authors"] == [{"name": "Anna Rossi"}]
    assert found["blog"]["articleByHandle"] == {"title": "Story 2"}
    with pytest.raises(Unanswered, match="compared with a day"):
        await shop.ask(text, q="published_at:yesterday")


async def test_both_engines_mean_the_same_by_a_query(ctx: Context) -> None:
    await journal(ctx, 6)
    for query, count in QUERIES:
        matching = entry_query(ctx, Kind.ARTICLE, query)
        window = Window(size=20, reverse=True)
        for order in EntryOrder if query == "tag:harvest" else (EntryOrder.ID,):
            assert len(await entry_list(ctx, Kind.ARTICLE, order, window, matching)) == count, (query, order)
        assert await entry_count(ctx, Kind.ARTICLE, matching) == count
        assert len(await best_entries(ctx, Kind.ARTICLE, query, matching, 0, 20)) == count


async def test_statements_do_not_grow_with_rows(shop: Stand) -> None:
    blog, _ = await journal(shop.ctx, 2)
    text = (
        ARTICLE
        + """query { articles(first: 50) { nodes { ...Whole } } blogs(first: 9) { nodes { authors { name }
      articles(first: 50) { nodes { ...Whole } } } } search(query: "olives", first: 50) { nodes { __typename } }
      predictiveSearch(query: "oliv") { articles { title } pages { title } } }"""
    )
    await shop.ask(text)  # what is asked once per process is asked now
    counts = list[int]()
    for more in (0, 12):
        for number in range(more):
            sheet = EntrySheet(title=f"More olives {number}", tags=("x",))
            await entries.create_entry(shop.ctx, Kind.ARTICLE, sheet, blog_id=blog, published_at=shop.ctx.now())
        with shop.statements() as statements:
            found = await shop.ask(text)
        counts.append(len(statements))
        assert len(found["articles"]["nodes"]) == len(found["search"]["nodes"]) == 2 + more
        assert len(found["predictiveSearch"]["articles"]) == min(10, 2 + more)
    assert counts[0] == counts[1]


@pytest.mark.embedded
async def test_handles_are_one_owners_and_moves_are_told(shop: Stand) -> None:
    first, second = await page(shop.ctx, "About"), await page(shop.ctx, "About")
    rows = await shop.ask("{ pages(first: 5) { nodes { handle } } }")
    assert [node["handle"] for node in rows["pages"]["nodes"]] == ["about", "about-1"]
    with pytest.raises(HandleTaken):
        await page(shop.ctx, "Other", handle="about")
    blog, (article,) = await journal(shop.ctx, 1)
    await entries.edit_entry(shop.ctx, second, EntrySheet(title="About", handle="us"))
    await entries.edit_entry(shop.ctx, blog, EntrySheet(title="Journal", handle="diary"))
    assert await _moves(shop) == [
        ("/pages/about-1", "/pages/us"), ("/blogs/journal", "/blogs/diary"),
        ("/blogs/journal/story-1", "/blogs/diary/story-1"),
    ]  # fmt: skip
    with pytest.raises(entries.BlogNotEmpty):
        await entries.remove_entry(shop.ctx, blog)
    for entry in (article, blog, first):
        await entries.remove_entry(shop.ctx, entry)
    assert len((await shop.ask("{ pages(first: 5) { nodes { id } } }"))["pages"]["nodes"]) == 1


async def _moves(shop: Stand) -> list[tuple[str, str]]:
    events = await shop.ctx.db.fetch(
        select(OutboxEvent.payload).where(OutboxEvent.name == "AddressChanged").order_by(OutboxEvent.id)
    )
    return [(payload["before"], payload["after"]) for (payload,) in events]


@pytest.mark.embedded
async def test_who_may_not_write_does_not(shop: Stand) -> None:
    first = await page(shop.ctx)
    stranger = shop.buyer
    attempts: list[Callable[[], Awaitable[Any]]] = [
        lambda: entries.create_entry(stranger, Kind.PAGE, EntrySheet(title="x")),
        lambda: entries.edit_entry(stranger, first, EntrySheet(title="x")),
        lambda: entries.publish_entry(stranger, first),
        lambda: entries.remove_entry(stranger, first),
        lambda: translating.translate_entry(stranger, first, "it", TextSheet()),
        lambda: talking.judge_comment(stranger, 1, CommentState.SHOWN),
        lambda: talking.keep_author(stranger, first_name="x", last_name=""),
        lambda: menus.create_menu(stranger, title="x"),
        lambda: promising.write_policy(stranger, "refund_policy", title="x", body_html=""),
        lambda: set_metafields(stranger, "content.write", "Page", first, []),
    ]
    for attempt in attempts:
        with pytest.raises(NotSignedIn):
            await attempt()
    with pytest.raises(BadInput, match="not a plugin's"):
        await set_metafields(shop.ctx, "content.write", "Product", 1, [])
