"""The list of discounts: what each does, in a sentence, how it stands and what it brought; and the way to new ones."""

from collections.abc import Sequence
from typing import Any

from vetrina.graphql import write_cursor
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Badge, Block, Cell, Column, Done, Form, Link, Row, Section, Table
from vetrina_promotions.admin.forms import FindForm
from vetrina_promotions.admin.new import KINDS
from vetrina_promotions.admin.shown import PAGE, STATUSES, below_in, found_at, may
from vetrina_promotions.drafts import names_of
from vetrina_promotions.rules import Status
from vetrina_promotions.sentences import money, summary
from vetrina_promotions.views.promotions import ResultRow, codes_of, promotion_list, results_of

FEW = 10
"""Discounts that are seen at a glance."""
COLUMNS = (
    Column(Say("Title", "Titolo")),
    Column(Say("What it does", "Che cosa fa")),
    Column(Say("State", "Stato")),
    Column(Say("Code", "Codice")),
    Column(Say("Orders", "Ordini"), "end"),
    Column(Say("Taken off", "Sconto dato"), "end"),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """New ones first, then the list; above it, where it is long or searched, what is searched for."""
    status = next((one for one in Status if one.value == asked.query.get("status")), None)
    text = asked.query.get("text", "")[:100]
    blocks: list[Block] = []
    if may(ctx, "promotions.write"):
        blocks.append(Section(Say("New discount", "Nuovo sconto"), (_beginnings(),)))
    table = await _list(ctx, asked, status, text)
    values = {"text": text, "status": status.value if status else ""}
    search = Section(Say("Search", "Cerca"), (Form("find", FindForm, Say("Search", "Cerca"), values),))
    is_wanted = bool(text or status) or len(table.rows) > FEW
    return [*blocks, search, table] if is_wanted else [*blocks, table, search]


async def find(ctx: Context, asked: Asked, sent: FindForm) -> Done:
    """Show what was searched for."""
    return Done(
        Say("This was found.", "Ecco i risultati."), to=found_at("discounts", text=sent.text, status=sent.status)
    )


def _beginnings() -> Table:
    columns = (Column(Say("Kind", "Tipo")), Column(Say("What it does", "Che cosa fa")))
    rows = tuple(
        Row((Link(kind.title, f"discounts/new/{kind.path}"), kind.about), to=f"discounts/new/{kind.path}")
        for kind in KINDS
    )
    return Table(columns, rows, Say("", ""))


async def _list(ctx: Context, asked: Asked, status: Status | None, text: str) -> Table:
    now = ctx.now()
    found = await promotion_list(ctx.db, now=now, size=PAGE + 1, below=below_in(asked), status=status, text=text)
    page = found[:PAGE]
    ids = [row.id for row in page]
    codes, results = await codes_of(ctx.db, ids), await results_of(ctx.db, ids)
    terms = {row.id: row.known_terms() for row in page}
    names = await names_of(ctx.db, [scope for one in terms.values() for scope in (one.scope, one.buys)])
    rows = tuple(
        Row(
            (
                row.title,
                summary(terms[row.id], names, is_automatic=row.is_automatic, per_customer=row.per_customer),
                STATUSES[row.status(now)],
                _code(row.is_automatic, codes.get(row.id)),
                sum(result.orders for result in results.get(row.id, ())),
                given(results.get(row.id, ())),
            ),
            to=f"discounts/{row.id}",
        )
        for row in page
    )
    empty = Say("There are no discounts here. Begin one above.", "Qui non ci sono sconti. Creane uno qui sopra.")
    return Table(COLUMNS, rows, empty, after=write_cursor(page[-1].id) if len(found) > PAGE else None)


def given(results: Sequence[ResultRow]) -> Cell:
    """What came off, in each currency."""
    if not results:
        return None
    en, it = (", ".join(money(one.amount, one.currency, language) for one in results) for language in ("en", "it"))
    return Say(en, it)


def _code(is_automatic: bool, known: Any) -> Cell:
    if is_automatic:
        return Badge(Say("Automatic", "Automatico"))
    if known is None:
        return Badge(Say("No code yet", "Nessun codice"), "warning")
    if known.count == 1:
        return Badge(known.first)
    return Badge(Say(f"{known.count} codes", f"{known.count} codici"))
