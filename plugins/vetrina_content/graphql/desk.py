"""The admin API's part: what is written, drafts too, and everything that writes it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, cast

import strawberry

from vetrina.graphql import (
    Info,
    PageInfo,
    UserError,
    answer,
    batch,
    ctx_of,
    forward,
    gid,
    id_field,
    int_key_of,
    newest_first,
    root,
)
from vetrina.graphql.scalars import DateTime
from vetrina_content.desk import DeskRow, desk_entries, desk_entries_by_id
from vetrina_content.flows import entries, menus, promising, talking, translating
from vetrina_content.flows.sheets import EntrySheet, TextSheet
from vetrina_content.rules import Comments, CommentState, Kind

READ, WRITE, MODERATE = "content.read", "content.write", "content.moderate"
ContentKind = strawberry.enum(Kind, name="ContentKind", description="What an entry is.")
ContentCommentRule = strawberry.enum(Comments, name="ContentCommentRule", description="Whether readers may comment.")


async def load_states(rows: Sequence[DeskRow], info: Info) -> list[str]:
    """draft, scheduled or published."""
    return [row.state_at(ctx_of(info).now()) for row in rows]


@strawberry.type(description="A page, blog or article as it was written.")
class ContentEntry:
    id: strawberry.ID = id_field("ContentEntry")
    kind: str
    handle: str
    title: str
    body_html: str
    excerpt_html: str | None
    tags: list[str]
    comments: str
    seo_title: str | None
    seo_description: str | None
    published_at: DateTime | None
    updated_at: DateTime
    state: str = batch(load_states)


@strawberry.type(description="Entries, the newest first.")
class ContentEntryConnection:
    nodes: list[ContentEntry]
    page_info: PageInfo


@strawberry.input(description="A page, blog or article to be written; written anew, all of it counts.")
class ContentEntryInput:
    title: str
    handle: str = ""
    body_html: str = ""
    excerpt_html: str = ""
    author_id: int | None = None
    image_url: str = ""
    image_alt: str = ""
    tags: list[str] = strawberry.field(default_factory=list[str])
    comments: ContentCommentRule = Comments.CLOSED  # pyright: ignore[reportInvalidTypeForm]
    seo_title: str = ""
    seo_description: str = ""


@strawberry.input(description="Texts in another language; what is empty is shown as it was written.")
class ContentTextInput:
    title: str = ""
    handle: str = ""
    body_html: str = ""
    excerpt_html: str = ""
    seo_title: str = ""
    seo_description: str = ""


@strawberry.type(description="The entry as it is now; null once it is removed.")
class ContentEntryPayload:
    entry: ContentEntry | None
    user_errors: list[UserError]


@strawberry.type(description="What was made, or that it was done.")
class ContentPayload:
    id: strawberry.ID | None
    user_errors: list[UserError]


@strawberry.type
class ContentDeskQuery:
    @root(permission=READ, description="Pages, blogs or articles, drafts too, the newest first.")
    async def content_entries(
        self,
        info: Info,
        kind: ContentKind,  # pyright: ignore[reportInvalidTypeForm, reportUnknownParameterType]
        first: int | None = None,
        after: str | None = None,
        blog_id: strawberry.ID | None = None,
    ) -> ContentEntryConnection | None:
        page = forward(first, after, int)
        scope = None if blog_id is None else _key(blog_id)
        below = page.after[0] if page.after else None
        rows = await desk_entries(ctx_of(info).db, cast(Kind, kind), size=page.size + 1, below=below, scope=scope)
        found: Any = newest_first(rows, page)
        return found


@strawberry.type
class ContentDeskMutation:
    @root(permission=WRITE, description="Write a page, a blog, or an article of a blog; without a moment, a draft.")
    async def content_entry_create(
        self,
        info: Info,
        kind: ContentKind,  # pyright: ignore[reportInvalidTypeForm, reportUnknownParameterType]
        input: ContentEntryInput,  # noqa: A002 the usual word
        blog_id: strawberry.ID | None = None,
        published_at: DateTime | None = None,
    ) -> ContentEntryPayload:
        async def change() -> dict[str, Any]:
            blog = _key(blog_id) if blog_id else 0
            sheet, at = _sheet(input), cast("datetime | None", published_at)
            ctx = ctx_of(info)
            return await _entry(
                info, await entries.create_entry(ctx, cast(Kind, kind), sheet, blog_id=blog, published_at=at)
            )

        return await answer(ContentEntryPayload, change(), within=("input",))

    @root(permission=WRITE, description="Write an entry anew.")
    async def content_entry_update(
        self,
        info: Info,
        entry_id: strawberry.ID,
        input: ContentEntryInput,  # noqa: A002 the usual word
    ) -> ContentEntryPayload:
        return await _changed(info, entry_id, lambda key: entries.edit_entry(ctx_of(info), key, _sheet(input)), "input")

    @root(permission=WRITE, description="Show an entry, now or from a moment on.")
    async def content_entry_publish(
        self, info: Info, entry_id: strawberry.ID, at: DateTime | None = None
    ) -> ContentEntryPayload:
        moment = cast("datetime | None", at)
        return await _changed(info, entry_id, lambda key: entries.publish_entry(ctx_of(info), key, moment))

    @root(permission=WRITE, description="Make an entry a draft.")
    async def content_entry_unpublish(self, info: Info, entry_id: strawberry.ID) -> ContentEntryPayload:
        return await _changed(info, entry_id, lambda key: entries.unpublish_entry(ctx_of(info), key))

    @root(permission=WRITE, description="Remove an entry with its translations and comments.")
    async def content_entry_delete(self, info: Info, entry_id: strawberry.ID) -> ContentEntryPayload:
        return await _changed(info, entry_id, lambda key: entries.remove_entry(ctx_of(info), key))

    @root(permission=WRITE, description="Say in another language what an entry says.")
    async def content_entry_translate(
        self,
        info: Info,
        entry_id: strawberry.ID,
        language: str,
        input: ContentTextInput,  # noqa: A002 the usual word
    ) -> ContentEntryPayload:
        sheet = TextSheet(**vars(input))
        return await _changed(
            info, entry_id, lambda key: translating.translate_entry(ctx_of(info), key, language, sheet)
        )

    @root(permission=WRITE, description="Make a menu without items.")
    async def content_menu_create(self, info: Info, title: str, handle: str = "") -> ContentPayload:
        return await _made("Menu", menus.create_menu(ctx_of(info), title=title, handle=handle))

    @root(permission=WRITE, description="Put an item at the end of a menu, or below another; it leads to an address.")
    async def content_item_add(
        self,
        info: Info,
        menu_id: strawberry.ID,
        title: str,
        leads_to: str,
        parent_id: strawberry.ID | None = None,
    ) -> ContentPayload:
        async def add() -> int:
            above = int_key_of(parent_id, "MenuItem", field=("parent_id",)) if parent_id else None
            sheet = menus.ItemSheet(title=title, leads_to=leads_to)
            return await menus.add_item(ctx_of(info), int_key_of(menu_id, "Menu", field=("menu_id",)), sheet, above)

        return await _made("MenuItem", add())

    @root(permission=WRITE, description="Remove an item with all below it.")
    async def content_item_remove(self, info: Info, item_id: strawberry.ID) -> ContentPayload:
        async def remove() -> int:
            key = int_key_of(item_id, "MenuItem", field=("item_id",))
            await menus.remove_item(ctx_of(info), key)
            return key

        return await _made("MenuItem", remove())

    @root(permission=WRITE, description="Write a new version of a policy, in force now or from a moment on.")
    async def content_policy_write(
        self, info: Info, kind: str, title: str, body_html: str, begins_at: DateTime | None = None
    ) -> ContentPayload:
        at = cast("datetime | None", begins_at)
        change = promising.write_policy(ctx_of(info), kind, title=title, body_html=body_html, begins_at=at)
        return await _made("ContentPolicy", change)

    @root(permission=MODERATE, description="Show a comment to readers, or refuse it.")
    async def content_comment_judge(self, info: Info, comment_id: strawberry.ID, is_shown: bool) -> ContentPayload:
        async def judge() -> int:
            key = int_key_of(comment_id, "Comment", field=("comment_id",))
            await talking.judge_comment(ctx_of(info), key, CommentState.SHOWN if is_shown else CommentState.REFUSED)
            return key

        return await _made("Comment", judge())


def _sheet(given: ContentEntryInput) -> EntrySheet:
    written: dict[str, Any] = {**vars(given), "tags": tuple(given.tags)}
    return EntrySheet(**written)


def _key(entry_id: str) -> int:
    """By the desk's own id, or by the one that front ends see."""
    return int_key_of(entry_id, "ContentEntry", "Page", "Blog", "Article", field=("entry_id",))


async def _entry(info: Info, key: int) -> dict[str, Any]:
    return {"entry": (await desk_entries_by_id(ctx_of(info).db, [key])).get(key)}


async def _changed(
    info: Info, entry_id: str, change: Callable[[int], Awaitable[None]], *within: str
) -> ContentEntryPayload:
    async def changed() -> dict[str, Any]:
        await change(_key(entry_id))
        return await _entry(info, _key(entry_id))

    return await answer(ContentEntryPayload, changed(), within=within)


async def _made(type_name: str, change: Awaitable[int]) -> ContentPayload:
    async def made() -> dict[str, Any]:
        return {"id": gid(type_name, await change)}

    return await answer(ContentPayload, made())
