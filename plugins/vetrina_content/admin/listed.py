"""The lists of pages, blogs and articles, and the forms that begin another."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from vetrina.graphql import read_cursor, write_cursor
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Column, Done, Form, Row, Section, Table
from vetrina_content.admin.forms import ArticleForm, BlogForm, PageForm
from vetrina_content.admin.shown import may, number, state_badge
from vetrina_content.admin.written import sheet_of
from vetrina_content.desk import article_counts, desk_entries, desk_entries_by_id
from vetrina_content.flows.entries import create_entry
from vetrina_content.rules import Kind, path_of

PAGE = 50
FORMS: dict[Kind, type[PageForm | BlogForm]] = {Kind.PAGE: PageForm, Kind.BLOG: BlogForm, Kind.ARTICLE: ArticleForm}
BEGIN = {
    Kind.PAGE: Say("Write a page", "Scrivi una pagina"),
    Kind.BLOG: Say("Begin a blog", "Inizia un blog"),
    Kind.ARTICLE: Say("Write an article", "Scrivi un articolo"),
}
EMPTY = {
    Kind.PAGE: Say(
        "There is no page yet, such as About us or Shipping. Write the first below.",
        "Non c'è ancora una pagina, come Chi siamo o Spedizioni. Scrivi la prima qui sotto.",
    ),
    Kind.BLOG: Say(
        "There is no blog yet. Begin one below, then write its articles.",
        "Non c'è ancora un blog. Iniziane uno qui sotto, poi scrivi i suoi articoli.",
    ),
    Kind.ARTICLE: Say("This blog has no article yet.", "Questo blog non ha ancora articoli."),
}
COLUMNS = (
    Column(Say("Title", "Titolo")),
    Column(Say("Address", "Indirizzo")),
    Column(Say("State", "Stato")),
    Column(Say("Shown from", "Mostrato dal")),
    Column(Say("Changed", "Modificato")),
)
_ARTICLES = Column(Say("Articles", "Articoli"), "end")

Show = Callable[[Context, Asked], Awaitable[Sequence[Block]]]


def shows(kind: Kind) -> Show:
    """The list of pages, or of blogs."""

    async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
        table = await entries_table(ctx, asked, kind, None)
        return [table, *form_to_begin(ctx, kind)]

    return show


def begins(kind: Kind) -> Callable[[Context, Asked, Any], Awaitable[Done]]:
    """Write a draft, and go on with it; an article stands in the blog whose page was left."""

    async def begin(ctx: Context, asked: Asked, sent: PageForm | BlogForm) -> Done:
        blog_id = number(asked.parts.get("id", ""), "The blog") if kind is Kind.ARTICLE else 0
        entry_id = await create_entry(ctx, kind, await sheet_of(ctx, sent), blog_id=blog_id)
        kept = Say("It is kept as a draft: publish it when it is ready.", "È una bozza: pubblicala quando è pronta.")
        return Done(kept, to=f"entries/{entry_id}")

    return begin


def form_to_begin(ctx: Context, kind: Kind) -> list[Block]:
    """The form for another, for whoever may."""
    if not may(ctx):
        return []
    return [
        Section(BEGIN[kind], (Form(f"begin-{kind.value}", FORMS[kind], Say("Keep as a draft", "Salva come bozza")),))
    ]


async def entries_table(ctx: Context, asked: Asked, kind: Kind, blog_id: int | None) -> Table:
    """A page of entries, the newest first."""
    after = asked.query.get("after")
    given = read_cursor(after, "after") if after else ()
    below = given[0] if given and isinstance(given[0], int) else None
    found = await desk_entries(ctx.db, kind, size=PAGE + 1, below=below, scope=blog_id)
    blogs = await desk_entries_by_id(ctx.db, [blog_id] if blog_id else [])
    counts = await article_counts(ctx.db, [row.id for row in found]) if kind is Kind.BLOG else {}
    rows = tuple(
        Row(
            (
                row.title,
                path_of(kind.type_name, row.handle, blogs[row.scope].handle if row.scope in blogs else ""),
                state_badge(ctx, row),
                row.published_at,
                row.updated_at,
                *((counts.get(row.id, 0),) if kind is Kind.BLOG else ()),
            ),
            to=f"entries/{row.id}",
        )
        for row in found[:PAGE]
    )
    columns = (*COLUMNS, _ARTICLES) if kind is Kind.BLOG else COLUMNS
    return Table(columns, rows, EMPTY[kind], after=write_cursor(found[PAGE - 1].id) if len(found) > PAGE else None)
