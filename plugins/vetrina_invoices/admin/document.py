"""One document: what it says, its PDF, what it corrects or was corrected by, and its digest."""

from collections.abc import Sequence

from vetrina.kernel.errors import NotFound
from vetrina.kernel.money import Money
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Badge, Block, Cell, Column, Facts, Link, Row, Section, Table
from vetrina.plugin.words import Words
from vetrina_invoices.admin.shown import KINDS, day, pdf_path, rate_named
from vetrina_invoices.rules.content import Content, digest_of
from vetrina_invoices.views import document_by_id, documents_of

LINES = (
    Column(Say("Description", "Descrizione")),
    Column(Say("Quantity", "Quantità"), "end"),
    Column(Say("Unit price", "Prezzo unitario"), "end"),
    Column(Say("Discount", "Sconto"), "end"),
    Column(Say("VAT", "IVA"), "end"),
    Column(Say("Net", "Imponibile"), "end"),
)
RATES = (
    Column(Say("VAT", "IVA")),
    Column(Say("Net", "Imponibile"), "end"),
    Column(Say("Tax", "Imposta"), "end"),
    Column(Say("Why", "Perché")),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """Everything about it. Raises NotFound."""
    given = asked.parts.get("document", "")
    known = int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0
    row = await document_by_id(ctx.db, known)
    if row is None:
        raise NotFound(what="The document")
    content = row.read()
    is_sound = digest_of(row.content) == row.digest
    facts: list[tuple[Words, Cell]] = [
        (Say("Kind", "Tipo"), KINDS[content.kind]),
        (Say("Number", "Numero"), content.name),
        (Say("Date", "Data"), day(content.issued_on)),
        (Say("Made out to", "Intestata a"), content.buyer.name),
        (Say("Order", "Ordine"), Link(content.order_name, f"/admin/orders/{row.order_id}")),
        *(((Say("Corrects", "Rettifica"), refer.name)) for refer in content.refers),
    ]
    for other in await documents_of(ctx.db, [row.order_id]):
        if other.refers_to == row.id:
            facts.append((Say("Corrected by", "Rettificata da"), Link(other.name, f"documents/{other.id}")))
    facts += [
        (Say("Total", "Totale"), Money(content.total, content.currency)),
        ("PDF", Link(Say("Open the PDF", "Apri il PDF"), pdf_path(row.id))),
    ]
    sound = Say("As it was issued", "Come è stato emesso") if is_sound else Say("Changed since", "Alterato")
    archived: tuple[tuple[Words, Cell], ...] = (
        (Say("Issued", "Emesso"), row.issued_at),
        (Say("Content", "Contenuto"), Badge(sound, "good" if is_sound else "bad")),
        ("SHA-256", row.digest),
    )
    return [
        Facts(tuple(facts)),
        Section(Say("Lines", "Righe"), (_lines(content),)),
        Section(Say("VAT by rate", "Riepilogo IVA"), (_rates(content),)),
        Section(Say("Archive", "Archivio"), (Facts(archived),)),
    ]


def _lines(content: Content) -> Table:
    rows = tuple(
        Row(
            (
                f"{line.title} ({line.detail})" if line.detail else line.title,
                line.quantity,
                Money(line.unit_price, content.currency),
                Money(-line.discount, content.currency) if line.discount else None,
                rate_named(line.rate, line.nature),
                Money(line.net, content.currency),
            )
        )
        for line in content.lines
    )
    gross = Column(Say("Unit price with VAT", "Prezzo unit. IVA inclusa"), "end")
    columns = (*LINES[:2], gross, *LINES[3:]) if content.prices_include_tax else LINES
    return Table(columns, rows, "")


def _rates(content: Content) -> Table:
    rows = tuple(
        Row(
            (
                rate_named(row.rate, row.nature),
                Money(row.net, content.currency),
                Money(row.tax, content.currency),
                row.mention,
            )
        )
        for row in content.summary
    )
    return Table(RATES, rows, "")
