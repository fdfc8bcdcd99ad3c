"""The register of daily takings: a month by day and rate, its sums, and its CSV."""

from collections.abc import Sequence

from vetrina.kernel.money import Money
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Column, Done, Facts, Figure, Figures, Form, Link, Row, Table, Text
from vetrina_invoices.admin.forms import MonthForm
from vetrina_invoices.admin.shown import day, file_path, rate_named
from vetrina_invoices.files import taken_span
from vetrina_invoices.views import TakingRow, takings

COLUMNS = (
    Column(Say("Day", "Giorno")),
    Column(Say("Country", "Paese")),
    Column(Say("VAT", "IVA"), "end"),
    Column(Say("Net", "Imponibile"), "end"),
    Column(Say("Tax", "Imposta"), "end"),
    Column(Say("Total", "Totale"), "end"),
    Column(Say("Orders", "Ordini"), "end"),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """The month asked for, or this one."""
    since, until = taken_span(ctx, asked.query.get("month", ""))
    rows = await takings(ctx.db, since, until)
    said = Say(
        "Orders without an invoice, by the day they were paid or sent; refunds are taken off on their own day. An "
        "order invoiced later leaves the takings on the day of its invoice.",
        "Ordini senza fattura, nel giorno in cui sono stati pagati o spediti; i rimborsi si tolgono nel loro giorno. "
        "Un ordine fatturato dopo esce dai corrispettivi nel giorno della fattura.",
    )
    empty = Say("Nothing was taken in this month.", "In questo mese nessun corrispettivo.")
    month = since[:7]
    return [
        Form("month", MonthForm, Say("Show", "Mostra"), {"year": int(since[:4]), "month": int(since[5:7])}),
        Figures(_sums(rows, month)),
        Table(COLUMNS, tuple(_row(row) for row in rows), empty),
        Facts(
            (
                (Say("This month", "Questo mese"), Link("CSV", file_path("takings.csv", month=month))),
                (Say("Documents", "Documenti"), Link(Say("Invoices", "Fatture"), "")),
            )
        ),
        Text(said),
    ]


async def choose(ctx: Context, asked: Asked, sent: MonthForm) -> Done:
    """Go to another month."""
    month = f"{sent.year}-{sent.month:02}"
    return Done(month, to=f"takings?month={month}")


def _sums(rows: Sequence[TakingRow], month: str) -> tuple[Figure, ...]:
    sums = dict[str, tuple[int, int]]()
    for row in rows:
        net, tax = sums.get(row.currency, (0, 0))
        sums[row.currency] = (net + row.net, tax + row.tax)
    found = list[Figure]()
    for currency, (net, tax) in sorted(sums.items()):
        found += [
            Figure(Say(f"Takings {month}", f"Corrispettivi {month}"), Money(net + tax, currency)),
            Figure(Say("VAT of it", "di cui IVA"), Money(tax, currency)),
        ]
    return tuple(found[:6])


def _row(row: TakingRow) -> Row:
    return Row(
        (
            day(row.day),
            row.country,
            rate_named(row.rate, row.nature),
            Money(row.net, row.currency),
            Money(row.tax, row.currency),
            Money(row.net + row.tax, row.currency),
            row.orders,
        )
    )
