"""Page, Blog, Article and Comment, as the contract has them."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import strawberry

from vetrina.graphql import Connection, Info, PageInfo, batch, implements, optional, published, read_from, window_args
from vetrina.graphql.scalars import HTML, URL, DateTime
from vetrina_content.graphql import loading
from vetrina_content.menus import CommentRow
from vetrina_content.views import ArticleRow, AuthorRow, BlogRow, PageRow


@strawberry.enum(description="In which order pages are listed.")
class PageSortKeys(Enum):
    ID = "ID"
    RELEVANCE = "RELEVANCE"
    TITLE = "TITLE"
    UPDATED_AT = "UPDATED_AT"


@strawberry.enum(description="In which order blogs are listed.")
class BlogSortKeys(Enum):
    HANDLE = "HANDLE"
    ID = "ID"
    RELEVANCE = "RELEVANCE"
    TITLE = "TITLE"


@strawberry.enum(description="In which order articles are listed.")
class ArticleSortKeys(Enum):
    AUTHOR = "AUTHOR"
    BLOG_TITLE = "BLOG_TITLE"
    ID = "ID"
    PUBLISHED_AT = "PUBLISHED_AT"
    RELEVANCE = "RELEVANCE"
    TITLE = "TITLE"
    UPDATED_AT = "UPDATED_AT"


async def load_articles(
    rows: Sequence[BlogRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    query: str | None = None,
    reverse: bool | None = False,
    sort_key: ArticleSortKeys | None = ArticleSortKeys.ID,
) -> list[Connection[Any]]:
    """A page of each blog's articles."""
    window = window_args(first, after, last, before, reverse)
    return await loading.blog_articles(rows, info, sort_key, window, query)


async def load_html(rows: Sequence[Any], info: Info) -> list[str]:
    """Bodies as they were written, with what is safe of their markup."""
    return [row.body_html for row in rows]


@implements("HasMetafields", "Node", "OnlineStorePublishable", "Trackable")
@strawberry.type(description="A page of the shop, such as About us.")
class Page:
    body: HTML = batch(load_html)
    body_summary: str = batch(loading.load_summaries)
    created_at: DateTime
    handle: str
    online_store_url: URL | None = batch(loading.load_addresses)
    seo: object = batch(loading.load_seo, graphql_type=optional(published("SEO")))
    title: str
    updated_at: DateTime

    is_type_of = read_from(PageRow)


@strawberry.type(description="A page and its place in a connection.")
class PageEdge:
    cursor: str
    node: Page


@strawberry.type(description="Pages of the shop.")
class PageConnection:
    edges: list[PageEdge]
    nodes: list[Page]
    page_info: PageInfo


@strawberry.type(description="Who writes articles.")
class ArticleAuthor:
    bio: str | None
    email: str
    first_name: str
    last_name: str
    name: str

    is_type_of = read_from(AuthorRow)


@strawberry.type(description="Who wrote a comment.")
class CommentAuthor:
    email: str
    name: str


@implements("Node")
@strawberry.type(description="What a reader says to an article.")
class Comment:
    author: CommentAuthor = batch(loading.load_commenters)
    content: str = batch(loading.load_content)
    content_html: HTML = batch(load_html)

    is_type_of = read_from(CommentRow)


@strawberry.type(description="A comment and its place in a connection.")
class CommentEdge:
    cursor: str
    node: Comment


@strawberry.type(description="A page of comments.")
class CommentConnection:
    edges: list[CommentEdge]
    nodes: list[Comment]
    page_info: PageInfo


@implements("HasMetafields", "Node", "OnlineStorePublishable")
@strawberry.type(description="A blog: articles that belong together.")
class Blog:
    article_by_handle: "Article | None" = batch(loading.load_named_articles)
    articles: "ArticleConnection" = batch(load_articles)
    authors: list[ArticleAuthor] = batch(loading.load_blog_authors)
    handle: str
    online_store_url: URL | None = batch(loading.load_addresses)
    seo: object = batch(loading.load_seo, graphql_type=optional(published("SEO")))
    title: str

    is_type_of = read_from(BlogRow)


@implements("HasMetafields", "Node", "OnlineStorePublishable", "Trackable")
@strawberry.type(description="An article of a blog.")
class Article:
    author: ArticleAuthor = batch(loading.load_some_authors, deprecation_reason="Use `authorV2` instead.")
    author_v2: ArticleAuthor | None = batch(loading.load_authors)
    blog: Blog = batch(loading.load_blogs)
    comments: CommentConnection = batch(loading.load_comments)
    content: str = batch(loading.load_content)
    content_html: HTML = batch(load_html)
    excerpt: str | None = batch(loading.load_excerpts)
    excerpt_html: HTML | None
    handle: str
    image: object = batch(loading.load_images, graphql_type=optional(published("Image")))
    online_store_url: URL | None = batch(loading.load_addresses)
    published_at: DateTime
    seo: object = batch(loading.load_seo, graphql_type=optional(published("SEO")))
    tags: list[str]
    title: str

    is_type_of = read_from(ArticleRow)


@strawberry.type(description="An article and its place in a connection.")
class ArticleEdge:
    cursor: str
    node: Article


@strawberry.type(description="A page of articles.")
class ArticleConnection:
    edges: list[ArticleEdge]
    nodes: list[Article]
    page_info: PageInfo


@strawberry.type(description="A blog and its place in a connection.")
class BlogEdge:
    cursor: str
    node: Blog


@strawberry.type(description="Blogs of the shop.")
class BlogConnection:
    edges: list[BlogEdge]
    nodes: list[Blog]
    page_info: PageInfo
