"""From what a form sends to what a flow takes; an author is named, and added where the name is new."""

from vetrina.kernel.context import Context
from vetrina_content.admin.forms import ArticleForm, BlogForm, PageForm
from vetrina_content.desk import DeskRow, author_list
from vetrina_content.flows.sheets import EntrySheet
from vetrina_content.flows.talking import keep_author
from vetrina_content.rules import Comments


async def sheet_of(ctx: Context, sent: PageForm | BlogForm) -> EntrySheet:
    """What was written."""
    more: dict[str, object] = {}
    if isinstance(sent, BlogForm):
        more = {"comments": Comments(sent.comments)}
    elif isinstance(sent, ArticleForm):
        more = {
            "excerpt_html": sent.excerpt_html,
            "image_url": sent.image_url,
            "image_alt": sent.image_alt,
            "tags": tuple(sent.tags),
            "author_id": await _author(ctx, " ".join(sent.author.split())),
        }
    return EntrySheet(
        title=sent.title,
        handle=sent.handle,
        body_html=sent.body_html if isinstance(sent, PageForm) else "",
        seo_title=sent.seo_title,
        seo_description=sent.seo_description,
        **more,  # pyright: ignore[reportArgumentType]
    )


async def values_of(ctx: Context, row: DeskRow) -> dict[str, object]:
    """What the form is filled with."""
    names = {author.id: author.name for author in await author_list(ctx.db)}
    author = names.get(row.author_id, "") if row.author_id is not None else ""
    fields = ("title", "handle", "body_html", "excerpt_html", "image_url", "image_alt", "seo_title", "seo_description")
    filled = {name: getattr(row, name) or "" for name in fields}
    return {**filled, "tags": row.tags, "comments": row.comments, "author": author}


async def _author(ctx: Context, name: str) -> int | None:
    if not name:
        return None
    known = next((author.id for author in await author_list(ctx.db) if author.name.lower() == name.lower()), None)
    if known is not None:
        return known
    first, _, last = name.partition(" ")
    return await keep_author(ctx, first_name=first, last_name=last)
