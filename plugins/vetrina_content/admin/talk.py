"""What readers say, and who writes: comments to be looked at, authors to be kept."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from vetrina.graphql import read_cursor, write_cursor
from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Button, Column, Done, Figure, Form, Row, Section, Table
from vetrina.views.catalog.descriptions import plain
from vetrina_content.admin.forms import AuthorForm
from vetrina_content.admin.shown import MODERATE, key_in, may, number
from vetrina_content.desk import author_list, desk_entries_by_id
from vetrina_content.flows import talking
from vetrina_content.menus import CommentRow, comment_count, comments_in
from vetrina_content.rules import CommentState

PAGE = 25
COMMENTS = (
    Column(Say("Reader", "Lettore")),
    Column(Say("Comment", "Commento")),
    Column(Say("Article", "Articolo")),
    Column(Say("Written", "Scritto")),
)
AUTHORS = (Column(Say("Name", "Nome")), Column(Say("Email for readers", "Email per i lettori")))
HEADINGS = {
    CommentState.WAITING: Say("Waiting for a look", "In attesa di un controllo"),
    CommentState.SHOWN: Say("Shown", "Mostrati"),
    CommentState.REFUSED: Say("Refused", "Rifiutati"),
}


async def show_comments(ctx: Context, asked: Asked) -> Sequence[Block]:
    """Those that wait, page by page; the latest of the others."""
    waiting = await _table(ctx, asked, CommentState.WAITING)
    others = [
        Section(HEADINGS[state], (await _table(ctx, Asked(), state),))
        for state in (CommentState.SHOWN, CommentState.REFUSED)
    ]
    return [Section(HEADINGS[CommentState.WAITING], (waiting,)), *others]


def judges(state: CommentState) -> Callable[[Context, Asked, Mapping[str, str]], Awaitable[Done]]:
    """The button that shows a comment, or refuses it."""

    async def judge(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
        await talking.judge_comment(ctx, number(sent.get("comment", ""), "The comment"), state)
        shown = Say("Readers see the comment.", "I lettori vedono il commento.")
        refused = Say("Readers do not see the comment.", "I lettori non vedono il commento.")
        return Done(shown if state is CommentState.SHOWN else refused)

    return judge


async def remove_comment(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """Remove a comment for good."""
    await talking.remove_comment(ctx, number(sent.get("comment", ""), "The comment"))
    return Done(Say("The comment is removed.", "Il commento è stato rimosso."))


async def waiting(ctx: Context) -> Figure | None:
    """How many comments wait; no tile where none does."""
    count = await comment_count(ctx, CommentState.WAITING)
    return Figure(Say("Comments to look at", "Commenti da controllare"), count, to="comments") if count else None


async def show_authors(ctx: Context, asked: Asked) -> Sequence[Block]:
    """Everybody who writes."""
    rows = tuple(
        Row((author.name, author.email or None), f"authors/{author.id}") for author in await author_list(ctx.db)
    )
    empty = Say("Nobody writes yet. Add an author below.", "Non scrive ancora nessuno. Aggiungi un autore qui sotto.")
    table = Table(AUTHORS, rows, empty)
    form = Form("add-author", AuthorForm, Say("Add", "Aggiungi"))
    return [table, Section(Say("Add an author", "Aggiungi un autore"), (form,))] if may(ctx) else [table]


async def show_author(ctx: Context, asked: Asked) -> Sequence[Block]:
    """One author."""
    key = key_in(asked, "The author")
    author = next((one for one in await author_list(ctx.db) if one.id == key), None)
    if author is None:
        raise NotFound(what="The author")
    values = {"first_name": author.first_name, "last_name": author.last_name, "email": author.email, "bio": author.bio}
    sure = Say(
        "Remove the author? The articles stay, nobody's.", "Rimuovere l'autore? Gli articoli restano, di nessuno."
    )
    if not may(ctx):
        return [Section(author.name, ())]
    return [
        Section(author.name, (Form("change-author", AuthorForm, Say("Save", "Salva"), values),)),
        Button("remove-author", Say("Remove", "Rimuovi"), tone="bad", confirm=sure),
    ]


async def add_author(ctx: Context, asked: Asked, sent: AuthorForm) -> Done:
    """Add an author."""
    await talking.keep_author(ctx, **sent.model_dump())
    return Done(Say("The author is added.", "L'autore è stato aggiunto."))


async def change_author(ctx: Context, asked: Asked, sent: AuthorForm) -> Done:
    """Write an author anew."""
    await talking.keep_author(ctx, author_id=key_in(asked, "The author"), **sent.model_dump())
    return Done(Say("The author is saved.", "L'autore è stato salvato."), to="authors")


async def remove_author(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """Remove an author."""
    await talking.remove_author(ctx, key_in(asked, "The author"))
    return Done(Say("The author is removed.", "L'autore è stato rimosso."), to="authors")


async def _table(ctx: Context, asked: Asked, state: CommentState) -> Table:
    after = asked.query.get("after")
    given = read_cursor(after, "after") if after else ()
    below = given[0] if given and isinstance(given[0], int) else None
    found = await comments_in(ctx, state, size=PAGE + 1, below=below)
    articles = await desk_entries_by_id(ctx.db, sorted({row.article_id for row in found}))
    rows = tuple(
        Row(
            (f"{row.name} <{row.email}>", plain(row.body_html), articles[row.article_id].title, row.created_at),
            buttons=_buttons(row) if may(ctx, MODERATE) else (),
        )
        for row in found[:PAGE]
    )
    empty = Say("None.", "Nessuno.")
    is_paged = state is CommentState.WAITING and len(found) > PAGE
    return Table(COMMENTS, rows, empty, after=write_cursor(found[PAGE - 1].id) if is_paged else None)


def _buttons(row: CommentRow) -> tuple[Button, ...]:
    values = {"comment": str(row.id)}
    show = Button("show", Say("Show", "Mostra"), values, "good")
    refuse = Button("refuse", Say("Refuse", "Rifiuta"), values, "warning")
    gone = Button("remove", Say("Remove", "Rimuovi"), values, "bad")
    match row.state:
        case CommentState.SHOWN.value:
            return (refuse, gone)
        case CommentState.REFUSED.value:
            return (show, gone)
        case _:
            return (show, refuse)
