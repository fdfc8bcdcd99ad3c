"""How kinds, rates and ways to files are shown."""

from urllib.parse import urlencode

from vetrina.kernel.money import Money
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Badge, Cell, Column, Link, Row
from vetrina.plugin.words import Words
from vetrina_invoices.views import DocumentRow, Sought

WRITE = "invoices.write"
KINDS = {
    "invoice": Badge(Say("Invoice", "Fattura")),
    "credit_note": Badge(Say("Credit note", "Nota di credito"), "warning"),
}
WAITS: dict[str, Words] = {
    "SELLER_UNKNOWN": Say(
        "The seller's name, address and VAT id are missing: fill them in under Settings. What waits is issued then.",
        "Mancano ragione sociale, indirizzo e partita IVA del cedente: inseriscili nelle impostazioni. "
        "Ciò che attende verrà emesso.",
    ),
    "BUYER_UNKNOWN": Say(
        "Nobody has said whom the invoice is made out to: write name and address below.",
        "Non si sa a chi intestare la fattura: scrivi nome e indirizzo qui sotto.",
    ),
}
FILES = "/admin/invoices/files"
COLUMNS = (
    Column(Say("Number", "Numero")),
    Column(Say("Date", "Data")),
    Column(Say("Kind", "Tipo")),
    Column(Say("Made out to", "Intestata a")),
    Column(Say("Total", "Totale"), "end"),
    Column("PDF"),
)


def may_write(ctx: Context) -> bool:
    """Whether the reader may issue anything here."""
    return ctx.actor.kind == "system" or WRITE in ctx.actor.permissions


def document_row(row: DocumentRow) -> Row:
    """A document in a list; what a credit note takes back is negative."""
    sign = -1 if row.kind == "credit_note" else 1
    cells: tuple[Cell, ...] = (
        row.name,
        day(row.issued_on),
        KINDS[row.kind],
        row.buyer,
        Money(sign * row.total, row.currency),
        Link("PDF", pdf_path(row.id)),
    )
    return Row(cells, to=f"documents/{row.id}")


def pdf_path(document_id: int) -> str:
    """Where the staff finds a document's PDF."""
    return f"{FILES}/{document_id}.pdf"


def file_path(name: str, **asked: str) -> str:
    """Where a list or an archive is made."""
    wanted = {key: value for key, value in asked.items() if value}
    return f"{FILES}/{name}" + (f"?{urlencode(wanted)}" if wanted else "")


def query_of(sought: Sought) -> dict[str, str]:
    """A search as an address names it."""
    return {"q": sought.words, "kind": sought.kind, "since": sought.since, "until": sought.until}


def day(text: str) -> Cell:
    """An ISO day as the reader's language writes it."""
    from datetime import date

    return date.fromisoformat(text)


def rate_named(rate: int | None, nature: str) -> Words:
    """22 %, or why there is none."""
    if rate is None or nature:
        return nature or Say("outside of VAT", "fuori campo IVA")
    return f"{rate / 10_000:g} %"
