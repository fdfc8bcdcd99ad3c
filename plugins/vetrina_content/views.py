"""What can be read of entries: by id, by handle, in lists; as the context's language and the clock have them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, ClassVar

import msgspec
from sqlalchemy import ColumnElement, Text, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from vetrina.kernel.context import Context
from vetrina.kernel.db import Instant, id_in
from vetrina.views.finding.matching import EVERYTHING, SHAPES, Condition, Matching, sql_of
from vetrina.views.windows import (
    Column,
    Order,
    Placed,
    Selection,
    Shape,
    Window,
    direction,
    place_columns,
    placed,
    placed_per_owner,
    window_params,
    windowed,
    windowed_per_owner,
)
from vetrina_content.models import ContentAuthor, ContentEntry, ContentText
from vetrina_content.rules import Kind

ENTRY, TEXT = ContentEntry, aliased(ContentText, name="text_in_language")
BLOG = aliased(ContentEntry, name="blog")
_BLOG_TEXT = aliased(ContentText, name="blog_in_language")
_NOW = bindparam("now", type_=Instant())
_HANDLE = bindparam("handle", type_=Text())


class EntryOrder(StrEnum):
    """In which order entries are listed; texts are compared as the shop wrote them."""

    ID = "id"
    TITLE = "title"
    HANDLE = "handle"
    UPDATED_AT = "updated_at"
    PUBLISHED_AT = "published_at"
    AUTHOR = "author"
    BLOG_TITLE = "blog_title"


class EntryRow(msgspec.Struct, frozen=True):
    """A page, blog or article, in the context's language where it is translated."""

    type_name: ClassVar[str]

    id: int
    kind: str
    scope: int
    handle: str
    title: str
    body_html: str
    excerpt_html: str | None
    author_id: int | None
    image_url: str | None
    image_alt: str | None
    tags: list[str]
    comments: str
    seo_title: str | None
    seo_description: str | None
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime
    blog_handle: str | None
    """An article's blog's, in the same language."""


class PageRow(EntryRow, frozen=True):
    """A page."""

    type_name: ClassVar[str] = "Page"


class BlogRow(EntryRow, frozen=True):
    """A blog."""

    type_name: ClassVar[str] = "Blog"


class ArticleRow(EntryRow, frozen=True):
    """An article."""

    type_name: ClassVar[str] = "Article"


ROWS: dict[Kind, type[EntryRow]] = {Kind.PAGE: PageRow, Kind.BLOG: BlogRow, Kind.ARTICLE: ArticleRow}


class AuthorRow(msgspec.Struct, frozen=True):
    """Who writes articles."""

    id: int
    first_name: str
    last_name: str
    email: str
    bio: str | None

    @property
    def name(self) -> str:
        """As it stands under an article."""
        return f"{self.first_name} {self.last_name}".strip()


async def entries_by_id(
    ctx: Context, kind: Kind, ids: Sequence[int], *, even_hidden: bool = False
) -> dict[int, EntryRow]:
    """Entries of a kind by id; those that are published, unless also the others are wanted."""
    statement = _by_id(is_translated(ctx), even_hidden)
    params = {"ids": list(ids), "kind": kind.value, **params_of(ctx)}
    return {row.id: row for row in await ctx.db.rows(ROWS[kind], statement, params)}


async def entries_by_handle(ctx: Context, kind: Kind, handle: str, scopes: Sequence[int] = (0,)) -> dict[int, EntryRow]:
    """The published entry of that handle in each scope; in the shop's own language, or in the context's."""
    params = {"handle": handle[:300], "kind": kind.value, "scopes": list(scopes), **params_of(ctx)}
    found: dict[int, EntryRow] = {}
    for row in await ctx.db.rows(ROWS[kind], _by_handle(is_translated(ctx)), params):
        found.setdefault(row.scope, row)
    return found


async def entry_list(
    ctx: Context, kind: Kind, order: EntryOrder, window: Window, matching: Matching = EVERYTHING
) -> list[Placed[EntryRow]]:
    """A window on the published entries of a kind, one row too many."""
    columns = order_of(order)
    statement = _list(order, window.shape, is_translated(ctx), matching.conditions)
    params = {"kind": kind.value, **params_of(ctx), **window_params(window, columns), **matching.params}
    return await placed(ctx.db, ROWS[kind], statement, params, columns)


async def articles_of(
    ctx: Context, blog_ids: Sequence[int], order: EntryOrder, window: Window, matching: Matching = EVERYTHING
) -> dict[int, list[Placed[EntryRow]]]:
    """A window on the published articles of each blog, one row too many, by the blog's id."""
    columns = order_of(order)
    statement = _of_blogs(order, window.shape, is_translated(ctx), matching.conditions)
    params = {"kind": Kind.ARTICLE.value, "ids": list(blog_ids), **params_of(ctx), **window_params(window, columns)}
    return await placed_per_owner(ctx.db, ArticleRow, statement, {**params, **matching.params}, columns)


async def authors_by_id(ctx: Context, ids: Sequence[int]) -> dict[int, AuthorRow]:
    """Authors by id."""
    return {row.id: row for row in await ctx.db.rows(AuthorRow, _AUTHORS, {"ids": list(ids)})}


async def authors_of(ctx: Context, blog_ids: Sequence[int]) -> dict[int, list[AuthorRow]]:
    """Everybody who has written a published article of each blog, by name."""
    found: dict[int, list[AuthorRow]] = {}
    for blog_id, *author in await ctx.db.fetch(_AUTHORS_OF, {"ids": list(blog_ids), **params_of(ctx)}):
        found.setdefault(blog_id, []).append(AuthorRow(*author))
    return found


def params_of(ctx: Context) -> dict[str, Any]:
    """The values every statement may ask for: language and now."""
    return {"language": ctx.place.language, "now": ctx.now()}


def is_translated(ctx: Context) -> bool:
    """Whether texts may differ from those on the rows themselves."""
    return ctx.place.language != ctx.place.default_language


def is_published(entry: Any = ContentEntry) -> ColumnElement[bool]:
    """Its time has come, by the clock alone; an article's blog's too, which whoever lists articles joins."""
    return entry.published_at <= _NOW


def in_language(field: str, translated: bool) -> Column:
    """A text of an entry, translated where it is."""
    original: Column = getattr(ContentEntry, field)
    return func.coalesce(getattr(TEXT, field), original).label(field) if translated else original


def order_of(order: EntryOrder) -> Order:
    """The columns of an order."""
    match order:
        case EntryOrder.ID:
            return Order((ENTRY.id,), (int,))
        case EntryOrder.TITLE:
            return Order((ENTRY.title, ENTRY.id), (str, int))
        case EntryOrder.HANDLE:
            return Order((ENTRY.handle, ENTRY.id), (str, int))
        case EntryOrder.UPDATED_AT:
            return Order((ENTRY.updated_at, ENTRY.id), (datetime, int))
        case EntryOrder.PUBLISHED_AT:
            return Order((ENTRY.published_at, ENTRY.id), (datetime, int))
        case EntryOrder.AUTHOR:
            return Order((func.coalesce(ContentAuthor.last_name, ""), ENTRY.id), (str, int))
        case EntryOrder.BLOG_TITLE:
            return Order((func.coalesce(BLOG.title, ""), ENTRY.id), (str, int))


def _columns(translated: bool) -> tuple[Column, ...]:
    texts = {"handle", "title", "body_html", "excerpt_html", "seo_title", "seo_description"}
    blog = func.coalesce(_BLOG_TEXT.handle, BLOG.handle) if translated else BLOG.handle
    return (
        *(
            in_language(name, translated) if name in texts else getattr(ContentEntry, name)
            for name in EntryRow.__struct_fields__[:-1]
        ),
        blog.label("blog_handle"),
    )


def _joined(statement: Any, translated: bool) -> Any:
    """The statement over entries with their blogs, and the texts in the context's language."""
    statement = statement.join(BLOG, and_(BLOG.id == ENTRY.scope, ENTRY.scope != 0), isouter=True)
    if not translated:
        return statement
    for text, entry in ((TEXT, ENTRY), (_BLOG_TEXT, BLOG)):
        mine = and_(text.owner == entry.kind, text.owner_id == entry.id, text.language == bindparam("language"))
        statement = statement.join(text, mine, isouter=True)
    return statement


def _is_seen() -> ColumnElement[bool]:
    """Published, and so is the blog it stands in."""
    return and_(ENTRY.kind == bindparam("kind"), is_published(), or_(ENTRY.scope == 0, is_published(BLOG)))


@cache
def _by_id(translated: bool, even_hidden: bool) -> Selection:
    statement = _joined(select(*_columns(translated)).select_from(ENTRY), translated)
    wanted = ENTRY.kind == bindparam("kind") if even_hidden else _is_seen()
    return statement.where(id_in(ENTRY.id, "ids"), wanted)


@cache
def _by_handle(translated: bool) -> Selection:
    statement = _joined(select(*_columns(translated)).select_from(ENTRY), translated)
    own = ENTRY.handle == _HANDLE
    called = or_(own, TEXT.handle == _HANDLE) if translated else own
    return statement.where(id_in(ENTRY.scope, "scopes"), called, _is_seen()).order_by(own.desc(), ENTRY.id)


def listed(*columns: Any) -> Any:
    """Entries with what they may be ordered and asked by: their blog and their author."""
    statement = select(*columns).select_from(ENTRY)
    statement = statement.join(BLOG, and_(BLOG.id == ENTRY.scope, ENTRY.scope != 0), isouter=True)
    return statement.join(ContentAuthor, ContentAuthor.id == ENTRY.author_id, isouter=True).where(_is_seen())


@lru_cache(SHAPES)
def _list(order: EntryOrder, shape: Shape, translated: bool, conditions: tuple[Condition, ...]) -> Selection:
    columns = order_of(order)
    page = windowed(listed(ENTRY.id).where(*sql_of(conditions)), columns, shape)
    return _rows_of(page, columns, shape, translated)


@lru_cache(SHAPES)
def _of_blogs(order: EntryOrder, shape: Shape, translated: bool, conditions: tuple[Condition, ...]) -> Selection:
    columns = order_of(order)
    mine = listed(ENTRY.scope.label("owner"), ENTRY.id).where(id_in(ENTRY.scope, "ids"))
    page = windowed_per_owner(mine.where(*sql_of(conditions)), ENTRY.scope, columns, shape)
    return _rows_of(page, columns, shape, translated, page.c.owner)


def _rows_of(page: Any, order: Order, shape: Shape, translated: bool, *owner: Column) -> Selection:
    places = place_columns(page, order)
    statement = select(*owner, *places, *_columns(translated)).select_from(page).join(ENTRY, ENTRY.id == page.c.id)
    return _joined(statement, translated).order_by(*owner, *direction(places, shape))


_AUTHOR = tuple(getattr(ContentAuthor, name) for name in AuthorRow.__struct_fields__)
_AUTHORS = select(*_AUTHOR).where(id_in(ContentAuthor.id, "ids"))
_AUTHORS_OF = (
    select(ENTRY.scope, *_AUTHOR)
    .join(ContentAuthor, ContentAuthor.id == ENTRY.author_id)
    .where(id_in(ENTRY.scope, "ids"), ENTRY.kind == Kind.ARTICLE.value, is_published())
    .distinct()
    .order_by(ContentAuthor.last_name, ContentAuthor.first_name, ContentAuthor.id)
)
