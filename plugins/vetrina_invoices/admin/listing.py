"""All documents: found by number, name, kind and days; taken as CSV or as an archive of PDF."""

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlencode

from vetrina.graphql import read_cursor, write_cursor
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Done, Facts, Form, Link, Notice, Section, Table
from vetrina.views.markets import atlas
from vetrina_invoices.admin.forms import SoughtForm
from vetrina_invoices.admin.shown import COLUMNS, WAITS, document_row, file_path, query_of
from vetrina_invoices.files import sought_of
from vetrina_invoices.flows.parties import SELLER_UNKNOWN, seller_of
from vetrina_invoices.settings import InvoicesSettings
from vetrina_invoices.views import documents, waiting

PAGE = 25
Show = Callable[[Context, Asked], Awaitable[Sequence[Block]]]


def show(settings: InvoicesSettings) -> Show:
    """The page, by the settings of this Runtime."""

    async def listed(ctx: Context, asked: Asked) -> Sequence[Block]:
        sought = sought_of(asked.query)
        after = asked.query.get("after")
        below = _below(after) if after else None
        found = await documents(ctx.db, sought, size=PAGE + 1, below=below)
        last = found[PAGE - 1] if len(found) > PAGE else None
        empty = Say(
            "No document here yet. Invoices are issued by themselves as the settings say, or from an order.",
            "Ancora nessun documento. Le fatture si emettono da sole secondo le impostazioni, o da un ordine.",
        )
        wanted = query_of(sought)
        facts = (
            (Say("Also", "Inoltre"), Link(Say("Daily takings", "Corrispettivi"), "takings")),
            (Say("This list", "Questo elenco"), Link("CSV", file_path("documents.csv", **wanted))),
            (Say("Its documents", "I suoi documenti"), Link("PDF (ZIP)", file_path("documents.zip", **wanted))),
            (Say("Change", "Modifica"), Link(Say("Settings", "Impostazioni"), "/admin/plugins/invoices")),
        )
        values = {"words": sought.words, "kind": sought.kind, "since": sought.since, "until": sought.until}
        return [
            *await _notices(ctx, settings),
            Table(
                COLUMNS,
                tuple(document_row(row) for row in found[:PAGE]),
                empty,
                after=write_cursor(last.issued_on, last.id) if last else None,
            ),
            Facts(facts),
            Section(
                Say("Find documents", "Cerca documenti"),
                (
                    Form(
                        "find", SoughtForm, Say("Find", "Cerca"), {key: value for key, value in values.items() if value}
                    ),
                ),
            ),
        ]

    return listed


async def find(ctx: Context, asked: Asked, sent: SoughtForm) -> Done:
    """Go to what is sought."""
    wanted = {
        "q": sent.words,
        "kind": sent.kind,
        "since": sent.since.isoformat() if sent.since else "",
        "until": sent.until.isoformat() if sent.until else "",
    }
    query = urlencode({key: value for key, value in wanted.items() if value})
    return Done(Say("Found.", "Trovati."), to=f"?{query}" if query else "")


async def _notices(ctx: Context, settings: InvoicesSettings) -> list[Block]:
    waits = await waiting(ctx.db)
    known = await atlas(ctx.db)
    if seller_of(settings, known, {}) is None:
        return [Notice(WAITS[SELLER_UNKNOWN], "warning")]
    if waits:
        count = len(waits)
        said = Say(
            f"{count} invoices wait for whom they are made out to; their orders say what is missing.",
            f"{count} fatture attendono l'intestatario; i loro ordini dicono che cosa manca.",
        )
        return [Notice(said, "warning")]
    return []


def _below(after: str) -> tuple[str, int] | None:
    given = read_cursor(after, "after")
    if len(given) == 2 and isinstance(given[0], str) and isinstance(given[1], int):
        return given[0], given[1]
    return None
