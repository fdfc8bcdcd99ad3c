"""VAT ids: what VIES was asked, and what it answered."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from vetrina.graphql import read_cursor, write_cursor
from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Button, Column, Done, Row, Table, Text
from vetrina_tax.admin.shown import STATES, may_write
from vetrina_tax.flows.vies import check_vat_id
from vetrina_tax.rules.numbers import VatId
from vetrina_tax.settings import TaxSettings
from vetrina_tax.views import CheckRow, check_by_id, checks

PAGE = 25
SECONDS = 8.0
COLUMNS = (
    Column(Say("Asked", "Quando")),
    Column(Say("VAT id", "Partita IVA")),
    Column(Say("Answer", "Risposta")),
    Column(Say("Name", "Nome")),
    Column(Say("Consultation number", "Numero di consultazione")),
    Column(Say("Error", "Errore")),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """A page of the log, the latest first."""
    after = asked.query.get("after")
    given = read_cursor(after, "after") if after else ()
    below = given[0] if given and isinstance(given[0], int) else 2**63 - 1
    found = await checks(ctx.db, size=PAGE + 1, below=below)
    said = Say(
        "The consultation number proves that you asked; VIES gives it to those whose own id stands in the settings. "
        "What it does not answer is asked again every quarter of an hour.",
        "Il numero di consultazione prova che hai chiesto; VIES lo dà a chi ha la propria partita IVA nelle "
        "impostazioni. Ciò che resta senza risposta viene richiesto ogni quarto d'ora.",
    )
    empty = Say("Nobody has given a VAT id yet.", "Nessuno ha ancora dato una partita IVA.")
    rows = tuple(_row(ctx, row) for row in found[:PAGE])
    last = write_cursor(found[PAGE - 1].id) if len(found) > PAGE else None
    return [Text(said), Table(COLUMNS, rows, empty, after=last)]


def check(settings: TaxSettings) -> Callable[[Context, Asked, Mapping[str, str]], Awaitable[Done]]:
    """The action that asks again, by the settings of this Runtime."""

    async def again(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
        ctx.require("tax.write")
        given = sent.get("check", "")
        known = int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0
        row = await check_by_id(ctx.db, known)
        if row is None:
            raise NotFound(what="The check")
        verdict = await check_vat_id(ctx, settings, VatId(row.country, row.number), SECONDS)
        told = {
            "valid": Say("VIES says it is valid.", "VIES dice che è valida."),
            "invalid": Say("VIES says it is not valid.", "VIES dice che non è valida."),
        }
        return Done(told.get(verdict.state, Say("VIES does not answer now.", "VIES ora non risponde.")))

    return again


def _row(ctx: Context, row: CheckRow) -> Row:
    again = Button("check", Say("Ask again", "Chiedi di nuovo"), {"check": str(row.id)})
    vat_id = str(VatId(row.country, row.number))
    cells = (row.asked_at, vat_id, STATES[row.state], row.name, row.request_number, row.error)
    return Row(cells, buttons=(again,) if may_write(ctx) else ())
