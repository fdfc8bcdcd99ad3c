"""The storefront's roots: page(s), blog(s), article(s), menu in the contract's words, and a reader's comment."""

from typing import Any

import strawberry

from vetrina.graphql import Info, answer, connection_of, ctx_of, int_key_of, root, window_args
from vetrina.kernel.context import Context
from vetrina_content.asking import entry_query
from vetrina_content.flows.talking import send_comment
from vetrina_content.graphql.loading import order_for
from vetrina_content.graphql.menus import Menu
from vetrina_content.graphql.types import (
    Article,
    ArticleConnection,
    ArticleSortKeys,
    Blog,
    BlogConnection,
    BlogSortKeys,
    Page,
    PageConnection,
    PageSortKeys,
)
from vetrina_content.menus import menu_by_handle
from vetrina_content.rules import Kind
from vetrina_content.views import entries_by_handle, entries_by_id, entry_list

OLD = "Use `{}` instead."


@strawberry.type(description="Why a comment was not taken: a stable code, and where and what for people.")
class ContentUserError:
    code: str
    field: list[str] | None
    message: str


@strawberry.type(description="What became of a comment.")
class ContentCommentPayload:
    is_shown: bool | None
    user_errors: list[ContentUserError]


@strawberry.type
class ContentQuery:
    @root(shared=True, description="An article by its id.")
    async def article(self, info: Info, id: strawberry.ID) -> Article | None:  # noqa: A002 the contract's word
        return await _one(ctx_of(info), Kind.ARTICLE, id, None)

    @root(shared=True, description="Articles of all blogs.")
    async def articles(
        self,
        info: Info,
        after: str | None = None,
        before: str | None = None,
        first: int | None = None,
        last: int | None = None,
        query: str | None = None,
        reverse: bool | None = False,
        sort_key: ArticleSortKeys | None = ArticleSortKeys.ID,
    ) -> ArticleConnection:
        window = window_args(first, after, last, before, reverse)
        return await _many(ctx_of(info), Kind.ARTICLE, sort_key, window, query)

    @root(shared=True, description="A blog by its id or handle.")
    async def blog(
        self,
        info: Info,
        handle: str | None = None,
        id: strawberry.ID | None = None,  # noqa: A002 the contract's word
    ) -> Blog | None:
        return await _one(ctx_of(info), Kind.BLOG, id, handle)

    @root(shared=True, description="A blog by its handle.", deprecation_reason=OLD.format("blog"))
    async def blog_by_handle(self, info: Info, handle: str) -> Blog | None:
        return await _one(ctx_of(info), Kind.BLOG, None, handle)

    @root(shared=True, description="The shop's blogs.")
    async def blogs(
        self,
        info: Info,
        after: str | None = None,
        before: str | None = None,
        first: int | None = None,
        last: int | None = None,
        query: str | None = None,
        reverse: bool | None = False,
        sort_key: BlogSortKeys | None = BlogSortKeys.ID,
    ) -> BlogConnection:
        window = window_args(first, after, last, before, reverse)
        return await _many(ctx_of(info), Kind.BLOG, sort_key, window, query)

    @root(shared=True, description="A menu by its handle.")
    async def menu(self, info: Info, handle: str) -> Menu | None:
        row: Any = await menu_by_handle(ctx_of(info), handle)
        return row

    @root(shared=True, description="A page by its id or handle.")
    async def page(
        self,
        info: Info,
        handle: str | None = None,
        id: strawberry.ID | None = None,  # noqa: A002 the contract's word
    ) -> Page | None:
        return await _one(ctx_of(info), Kind.PAGE, id, handle)

    @root(shared=True, description="A page by its handle.", deprecation_reason=OLD.format("page"))
    async def page_by_handle(self, info: Info, handle: str) -> Page | None:
        return await _one(ctx_of(info), Kind.PAGE, None, handle)

    @root(shared=True, description="The shop's pages.")
    async def pages(
        self,
        info: Info,
        after: str | None = None,
        before: str | None = None,
        first: int | None = None,
        last: int | None = None,
        query: str | None = None,
        reverse: bool | None = False,
        sort_key: PageSortKeys | None = PageSortKeys.ID,
    ) -> PageConnection:
        window = window_args(first, after, last, before, reverse)
        return await _many(ctx_of(info), Kind.PAGE, sort_key, window, query)


@strawberry.type
class ContentMutation:
    @root(description="What a reader says to an article; shown at once or after somebody's look, as its blog has it.")
    async def content_comment_create(
        self, info: Info, article_id: strawberry.ID, name: str, email: str, body: str
    ) -> ContentCommentPayload:
        async def send() -> dict[str, Any]:
            key = int_key_of(article_id, "Article", field=("article_id",))
            return {"is_shown": await send_comment(ctx_of(info), key, name=name, email=email, body=body)}

        return await answer(ContentCommentPayload, send())


async def _one(ctx: Context, kind: Kind, given: str | None, handle: str | None) -> Any:
    """By id where one is given, else by handle; without either there is nothing to find."""
    if given is not None:
        key = int_key_of(given, kind.type_name, field=("id",))
        return (await entries_by_id(ctx, kind, [key])).get(key)
    return (await entries_by_handle(ctx, kind, handle)).get(0) if handle else None


async def _many(ctx: Context, kind: Kind, sort_key: Any, window: Any, query: str | None) -> Any:
    found = await entry_list(ctx, kind, order_for(sort_key), window, entry_query(ctx, kind, query))
    return connection_of(found, window)
