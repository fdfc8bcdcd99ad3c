"""What fields of pages, blogs, articles and menus answer, for all rows of a level at once."""

from collections.abc import Sequence
from enum import Enum
from typing import Any, Protocol

import msgspec

from vetrina.graphql import Connection, Info, connection_of, ctx_of, window_args
from vetrina.kernel.errors import BadInput, Fault
from vetrina.views.catalog.descriptions import plain
from vetrina.views.media import MediaRow
from vetrina.views.windows import Window
from vetrina_content.asking import entry_query
from vetrina_content.menus import comments_of
from vetrina_content.rules import Kind, path_of
from vetrina_content.views import (
    ArticleRow,
    AuthorRow,
    BlogRow,
    EntryOrder,
    EntryRow,
    articles_of,
    authors_by_id,
    authors_of,
    entries_by_handle,
    entries_by_id,
)

SUMMARY = 160
"""Characters of a page's body that stand for it in a list."""


class SeoRow(msgspec.Struct, frozen=True):
    """What search engines are told."""

    title: str | None
    description: str | None


class HtmlRow(Protocol):
    """Something with a body."""

    @property
    def body_html(self) -> str: ...


class CommenterRow(msgspec.Struct, frozen=True):
    """Who wrote a comment. The address is for the shop, not for readers: they are told an empty one."""

    name: str
    email: str = ""


def order_for(sort_key: Enum | None) -> EntryOrder:
    """The order of a sort key; relevance is the order in which things were written, as nothing is ranked in lists."""
    name = "ID" if sort_key is None or sort_key.name == "RELEVANCE" else sort_key.name
    return EntryOrder[name]


async def load_seo(rows: Sequence[EntryRow], info: Info) -> list[SeoRow]:
    """What was written for search engines."""
    return [SeoRow(row.seo_title, row.seo_description) for row in rows]


async def load_addresses(rows: Sequence[EntryRow], info: Info) -> list[str]:
    """Where each stands in the shop."""
    base_url = ctx_of(info).shop.base_url
    return [base_url + path_of(row.type_name, row.handle, row.blog_handle or "") for row in rows]


async def load_summaries(rows: Sequence[HtmlRow], info: Info) -> list[str]:
    """The beginning of each body."""
    return [plain(row.body_html, SUMMARY) for row in rows]


async def load_content(rows: Sequence[HtmlRow], info: Info, truncate_at: int | None = None) -> list[str]:
    """Each body without its markup, cut to so many characters."""
    return [plain(row.body_html, _length(truncate_at)) for row in rows]


async def load_excerpts(rows: Sequence[EntryRow], info: Info, truncate_at: int | None = None) -> list[str | None]:
    """Each excerpt without its markup, cut to so many characters; null where none was written."""
    length = _length(truncate_at)
    return [plain(row.excerpt_html, length) if row.excerpt_html else None for row in rows]


async def load_images(rows: Sequence[EntryRow], info: Info) -> list[MediaRow | None]:
    """Each article's picture."""
    return [MediaRow(row.id, row.image_url, row.image_alt, None, None) if row.image_url else None for row in rows]


async def load_authors(rows: Sequence[EntryRow], info: Info) -> list[AuthorRow | None]:
    """Who wrote each article, if that is told."""
    ids = {row.author_id for row in rows if row.author_id is not None}
    found = await authors_by_id(ctx_of(info), sorted(ids)) if ids else {}
    return [found.get(row.author_id) if row.author_id is not None else None for row in rows]


async def load_some_authors(rows: Sequence[EntryRow], info: Info) -> list[AuthorRow]:
    """The same where somebody has to be named: the shop, if nobody is."""
    nobody = AuthorRow(0, "", "", "", None)
    return [author or nobody for author in await load_authors(rows, info)]


async def load_blogs(rows: Sequence[EntryRow], info: Info) -> list[EntryRow | Fault]:
    """Each article's blog; an article is only seen while its blog is."""
    found = await entries_by_id(ctx_of(info), Kind.BLOG, sorted({row.scope for row in rows}))
    return [found.get(row.scope) or Fault(f"article {row.id} has no blog that is published") for row in rows]


async def load_blog_authors(rows: Sequence[BlogRow], info: Info) -> list[list[AuthorRow]]:
    """Everybody who writes in each blog."""
    found = await authors_of(ctx_of(info), [row.id for row in rows])
    return [found.get(row.id, []) for row in rows]


async def load_named_articles(rows: Sequence[BlogRow], info: Info, handle: str) -> list[EntryRow | None]:
    """The article of that handle in each blog."""
    found = await entries_by_handle(ctx_of(info), Kind.ARTICLE, handle, [row.id for row in rows])
    return [found.get(row.id) for row in rows]


async def blog_articles(
    rows: Sequence[BlogRow], info: Info, sort_key: Enum | None, window: Window, query: str | None
) -> list[Connection[Any]]:
    """A page of each blog's articles."""
    ctx = ctx_of(info)
    matching = entry_query(ctx, Kind.ARTICLE, query)
    found = await articles_of(ctx, [row.id for row in rows], order_for(sort_key), window, matching)
    return [connection_of(found.get(row.id, []), window) for row in rows]


async def load_comments(
    rows: Sequence[ArticleRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
) -> list[Connection[Any]]:
    """A page of what readers say to each article."""
    window = window_args(first, after, last, before, reverse)
    found = await comments_of(ctx_of(info), [row.id for row in rows], window)
    return [connection_of(found.get(row.id, []), window) for row in rows]


async def load_commenters(rows: Sequence[Any], info: Info) -> list[CommenterRow]:
    """Who wrote each comment."""
    return [CommenterRow(row.name) for row in rows]


def _length(truncate_at: int | None) -> int | None:
    if truncate_at is not None and truncate_at < 0:
        raise BadInput(field=("truncateAt",), problem="A text is cut at a length from 0 on.")
    return truncate_at
