"""The page of redirects: the list, a new one, a whole list of them, and their end."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from vetrina.graphql import read_cursor, write_cursor
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import (
    Action,
    AdminPage,
    Asked,
    Badge,
    Block,
    Button,
    Column,
    Done,
    Form,
    Row,
    Section,
    Table,
    Text,
)
from vetrina.views.windows import Window
from vetrina_seo.flows import create_redirect, import_redirects, remove_redirects
from vetrina_seo.rules import LONGEST_CSV
from vetrina_seo.views import redirect_list

READ, WRITE = "seo.read", "seo.write"
PAGE = 50
COLUMNS = (
    Column(Say("From", "Da")),
    Column(Say("To", "A")),
    Column(Say("Made", "Creato")),
    Column(Say("Since", "Dal")),
)


def _it(title: str, description: str = "") -> dict[str, Any]:
    return {"it": {"title": title, "description": description}}


class RedirectForm(BaseModel):
    """A redirect."""

    path: str = Field(
        max_length=255,
        title="From",
        description="A path of the shop, such as /old-page",
        json_schema_extra=_it("Da", "Un percorso del negozio, come /vecchia-pagina"),
    )
    target: str = Field(
        max_length=255,
        title="To",
        description="Another path, or an https:// address",
        json_schema_extra=_it("A", "Un altro percorso, o un indirizzo https://"),
    )


class ListForm(BaseModel):
    """A list of redirects."""

    content: str = Field(
        max_length=LONGEST_CSV,
        title="CSV",
        description="On each line a path and a target, with a comma or semicolon between; headings may stay.",
        json_schema_extra=_it(
            "CSV",
            "Su ogni riga un percorso e una destinazione, separati da virgola o punto e virgola; senza l'intestazione.",
        ),
    )


def pages() -> list[AdminPage]:
    """One."""
    actions = (
        Action("create", create, WRITE, RedirectForm),
        Action("import", bring_in, WRITE, ListForm),
        Action("remove", remove, WRITE),
    )
    return [AdminPage("", Say("Redirects", "Reindirizzamenti"), READ, show, actions, section="content")]


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """The latest first."""
    after = asked.query.get("after")
    window = Window(size=PAGE, after=read_cursor(after, "after") if after else None, reverse=True)
    found = await redirect_list(ctx, window)
    is_writer = ctx.actor.kind == "system" or WRITE in ctx.actor.permissions
    rows = tuple(
        Row(
            (placed.row.path, placed.row.target, _made(placed.row.is_automatic), placed.row.created_at),
            buttons=(_removal(placed.row.id),) if is_writer else (),
        )
        for placed in found[:PAGE]
    )
    empty = Say(
        "No old address leads on yet. When a product, collection or page gets another handle, a redirect is made here.",
        "Nessun vecchio indirizzo porta ancora avanti. Quando un prodotto, una collezione o una pagina cambia handle, "
        "qui nasce un reindirizzamento.",
    )
    more = write_cursor(*found[PAGE - 1].place) if len(found) > PAGE else None
    table = Table(COLUMNS, rows, empty, after=more)
    if not is_writer:
        return [table]
    return [
        table,
        Section(
            Say("A new redirect", "Un nuovo reindirizzamento"), (Form("create", RedirectForm, Say("Add", "Aggiungi")),)
        ),
        Section(Say("Bring in a list", "Importa un elenco"), (Form("import", ListForm, Say("Bring in", "Importa")),)),
    ]


async def create(ctx: Context, asked: Asked, sent: RedirectForm) -> Done:
    """Make one."""
    await create_redirect(ctx, sent.path, sent.target)
    return Done(Say("The redirect is made.", "Il reindirizzamento è stato creato."))


async def bring_in(ctx: Context, asked: Asked, sent: ListForm) -> Done:
    """Make many; what was passed over is told."""
    done = await import_redirects(ctx, sent.content)
    message = Say(f"{done.count} redirects were brought in.", f"{done.count} reindirizzamenti importati.")
    if not done.problems:
        return Done(message)
    over = Section(Say("Lines passed over", "Righe saltate"), tuple(Text(problem) for problem in done.problems))
    return Done(message, blocks=(over,))


async def remove(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """Remove one."""
    key = sent.get("id", "")
    is_number = key.isascii() and key.isdecimal() and len(key) < 19
    await remove_redirects(ctx, [int(key) if is_number else 0])
    return Done(Say("The redirect is removed.", "Il reindirizzamento è stato rimosso."))


def _removal(redirect_id: int) -> Button:
    return Button("remove", Say("Remove", "Rimuovi"), {"id": str(redirect_id)}, "bad")


def _made(is_automatic: bool) -> Badge:
    by_itself, by_hand = Say("By itself", "Da sé"), Say("By hand", "A mano")
    return Badge(by_itself if is_automatic else by_hand)
