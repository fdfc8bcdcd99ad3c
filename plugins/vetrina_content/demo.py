"""Rows for the demo: a shop that says who it is, with a journal, policies and the menus front ends ask for."""

import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina_content.admin.shown import other_languages
from vetrina_content.desk import author_list
from vetrina_content.flows import entries, menus, promising, talking, translating
from vetrina_content.flows.sheets import EntrySheet, TextSheet
from vetrina_content.menus import comments_in
from vetrina_content.rules import Comments, CommentState, Kind

LANGUAGE = "it"
"""What everything is translated into, where a market speaks it."""
_ENTRY = ("handle", "title", "body_html", "excerpt_html", "seo_title", "seo_description")


async def show_off(ctx: Context) -> None:
    """Write all of it, in the order in which it is needed."""
    written = tomllib.loads((Path(__file__).parent / "demo.toml").read_text(encoding="utf-8"))
    is_spoken = LANGUAGE in await other_languages(ctx)
    for page in written["page"]:
        await _entry(ctx, Kind.PAGE, page, is_spoken)
    blog = await _entry(ctx, Kind.BLOG, written["blog"], is_spoken, comments=Comments.MODERATED)
    articles = [await _article(ctx, article, blog, is_spoken) for article in written["article"]]
    for policy in written["policy"]:
        key = await promising.write_policy(ctx, policy["kind"], title=policy["title"], body_html=policy["body_html"])
        if is_spoken:
            await translating.translate_other(ctx, "policy", key, LANGUAGE, _text(policy["it"]))
    for menu in written["menu"]:
        key = await menus.create_menu(ctx, title=menu["title"], handle=menu["handle"])
        await _items(ctx, key, None, menu["items"], is_spoken)
    await _talk(ctx, articles[1])


async def _entry(ctx: Context, kind: Kind, row: Mapping[str, Any], is_spoken: bool, **more: Any) -> int:
    sheet = EntrySheet(**{name: row[name] for name in _ENTRY if name in row}, **more)
    blog_id = row.get("blog_id", 0)
    at = ctx.now() + timedelta(days=row.get("days", 0))
    key = await entries.create_entry(ctx, kind, sheet, blog_id=blog_id, published_at=at)
    if is_spoken:
        await translating.translate_entry(ctx, key, LANGUAGE, _text(row["it"]))
    return key


async def _article(ctx: Context, row: Mapping[str, Any], blog_id: int, is_spoken: bool) -> int:
    first, last, bio = row["author"]
    known = next((one.id for one in await author_list(ctx.db) if one.name == f"{first} {last}"), None)
    author = known or await talking.keep_author(ctx, first_name=first, last_name=last, bio=bio)
    more = {"author_id": author, "tags": tuple(row["tags"]), "image_url": row["image"], "image_alt": row["title"]}
    return await _entry(ctx, Kind.ARTICLE, {**row, "blog_id": blog_id}, is_spoken, **more)


async def _items(
    ctx: Context, menu_id: int, parent_id: int | None, items: Sequence[Mapping[str, Any]], is_spoken: bool
) -> None:
    """Items of what is not in this shop are left out."""
    for item in items:
        with suppress(BadInput):
            sheet = menus.ItemSheet(title=item["title"], leads_to=item["leads_to"])
            key = await menus.add_item(ctx, menu_id, sheet, parent_id)
            if is_spoken:
                await translating.translate_other(ctx, "item", key, LANGUAGE, TextSheet(title=item["it"]))
            await _items(ctx, menu_id, key, item.get("items", ()), is_spoken)


async def _talk(ctx: Context, article_id: int) -> None:
    said = (
        ("Giulia", "giulia@example.com", "I coughed twice. Is that very good oil, or a cold?"),
        ("Tom", "tom@example.com", "Where can one taste before buying?"),
    )
    for name, email, body in said:
        await talking.send_comment(ctx, article_id, name=name, email=email, body=body)
    first = (await comments_in(ctx, CommentState.WAITING, size=9))[-1]
    await talking.judge_comment(ctx, first.id, CommentState.SHOWN)


def _text(row: Mapping[str, str]) -> TextSheet:
    return TextSheet(**{name: row[name] for name in _ENTRY if name in row})
