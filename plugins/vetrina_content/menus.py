"""Menus with their items, in the context's language; and the comments readers may see."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

import msgspec
from sqlalchemy import and_, bindparam, func, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import id_in
from vetrina.views.windows import (
    Order,
    Placed,
    Shape,
    Window,
    direction,
    place_columns,
    placed_per_owner,
    window_params,
    windowed_per_owner,
)
from vetrina_content.models import ContentComment, ContentItem, ContentMenu, ContentText
from vetrina_content.rules import CommentState
from vetrina_content.views import BLOG, ENTRY, is_published, is_translated, params_of


class MenuRow(msgspec.Struct, frozen=True):
    """A menu."""

    type_name: ClassVar[str] = "Menu"

    id: int
    handle: str
    title: str


class ItemRow(msgspec.Struct, frozen=True):
    """An item of a menu."""

    type_name: ClassVar[str] = "MenuItem"

    id: int
    menu_id: int
    parent_id: int | None
    title: str
    type: str
    resource_id: int | None
    url: str | None
    tags: list[str]


class CommentRow(msgspec.Struct, frozen=True):
    """A comment that is shown."""

    type_name: ClassVar[str] = "Comment"

    id: int
    article_id: int
    name: str
    email: str
    body_html: str
    state: str
    created_at: datetime


async def menus_by_id(ctx: Context, ids: Sequence[int]) -> dict[int, MenuRow]:
    """Menus by id."""
    return {row.id: row for row in await ctx.db.rows(MenuRow, _MENUS, {"ids": list(ids)})}


async def menu_by_handle(ctx: Context, handle: str) -> MenuRow | None:
    """The menu of that handle."""
    return await ctx.db.one(MenuRow, _MENU, {"handle": handle[:300]})


async def menu_list(ctx: Context) -> list[MenuRow]:
    """All menus, by title: there are few."""
    return await ctx.db.rows(MenuRow, _ALL_MENUS)


async def items_of(ctx: Context, menu_ids: Sequence[int]) -> dict[int, list[ItemRow]]:
    """All items of menus, of every level, in their order."""
    found: dict[int, list[ItemRow]] = {menu_id: [] for menu_id in menu_ids}
    params = {"ids": list(menu_ids), **params_of(ctx)}
    for row in await ctx.db.rows(ItemRow, _items(is_translated(ctx), False), params):
        found[row.menu_id].append(row)
    return found


async def items_by_id(ctx: Context, ids: Sequence[int]) -> dict[int, ItemRow]:
    """Items by id."""
    params = {"ids": list(ids), **params_of(ctx)}
    return {row.id: row for row in await ctx.db.rows(ItemRow, _items(is_translated(ctx), True), params)}


async def comments_of(ctx: Context, article_ids: Sequence[int], window: Window) -> dict[int, list[Placed[CommentRow]]]:
    """A window on the comments shown under each article, one row too many, by the article's id."""
    params = {"ids": list(article_ids), **window_params(window, BY_ID)}
    return await placed_per_owner(ctx.db, CommentRow, _comments_of(window.shape), params, BY_ID)


async def comments_by_id(ctx: Context, ids: Sequence[int], *, even_hidden: bool = False) -> dict[int, CommentRow]:
    """Comments by id; those shown under an article that is published itself, unless also the others are wanted."""
    statement, params = (_COMMENTS, {}) if even_hidden else (_SHOWN_COMMENTS, {"now": ctx.now()})
    return {row.id: row for row in await ctx.db.rows(CommentRow, statement, {"ids": list(ids), **params})}


async def comments_in(ctx: Context, state: CommentState, *, size: int, below: int | None = None) -> list[CommentRow]:
    """Comments in a state, the newest first."""
    params = {"state": state.value, "size": size, "below": 2**63 - 1 if below is None else below}
    return await ctx.db.rows(CommentRow, _COMMENTS_IN, params)


async def comment_count(ctx: Context, state: CommentState) -> int:
    """How many comments are in a state."""
    return await ctx.db.value(_COUNT, {"state": state.value})


@cache
def _items(translated: bool, by_id: bool) -> Any:
    wanted = id_in(ContentItem.id if by_id else ContentItem.menu_id, "ids")
    title: Any = func.coalesce(ContentText.title, ContentItem.title) if translated else ContentItem.title
    columns = [
        title.label("title") if name == "title" else getattr(ContentItem, name) for name in ItemRow.__struct_fields__
    ]
    statement = select(*columns).select_from(ContentItem)
    if translated:
        mine = and_(
            ContentText.owner == "item",
            ContentText.owner_id == ContentItem.id,
            ContentText.language == bindparam("language"),
        )
        statement = statement.join(ContentText, mine, isouter=True)
    return statement.where(wanted).order_by(ContentItem.menu_id, ContentItem.position, ContentItem.id)


@cache
def _comments_of(shape: Shape) -> Any:
    owner = ContentComment.article_id
    shown = ContentComment.state == CommentState.SHOWN.value
    candidates = select(owner.label("owner"), ContentComment.id).where(id_in(owner, "ids"), shown)
    page = windowed_per_owner(candidates, owner, BY_ID, shape)
    places = place_columns(page, BY_ID)
    return (
        select(page.c.owner, *places, *_COMMENT)
        .select_from(page)
        .join(ContentComment, ContentComment.id == page.c.id)
        .order_by(page.c.owner, *direction(places, shape))
    )


BY_ID = Order((ContentComment.id,), (int,))
_MENU_COLUMNS = (ContentMenu.id, ContentMenu.handle, ContentMenu.title)
_MENUS = select(*_MENU_COLUMNS).where(id_in(ContentMenu.id, "ids"))
_MENU = select(*_MENU_COLUMNS).where(ContentMenu.handle == bindparam("handle"))
_ALL_MENUS = select(*_MENU_COLUMNS).order_by(ContentMenu.title, ContentMenu.id)
_COMMENT = tuple(getattr(ContentComment, name) for name in CommentRow.__struct_fields__)
_COMMENTS = select(*_COMMENT).where(id_in(ContentComment.id, "ids"))
_SHOWN_COMMENTS = (
    _COMMENTS.join(ENTRY, ENTRY.id == ContentComment.article_id)
    .join(BLOG, BLOG.id == ENTRY.scope)
    .where(ContentComment.state == CommentState.SHOWN.value, is_published(), is_published(BLOG))
)
_COMMENTS_IN = (
    select(*_COMMENT)
    .where(ContentComment.state == bindparam("state"), ContentComment.id < bindparam("below"))
    .order_by(ContentComment.id.desc())
    .limit(bindparam("size"))
)
_COUNT = select(func.count()).select_from(ContentComment).where(ContentComment.state == bindparam("state"))
