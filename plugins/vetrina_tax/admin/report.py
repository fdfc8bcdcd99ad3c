"""The OSS report of a quarter: by country and rate, corrections of earlier quarters apart, and its CSV."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from vetrina.kernel.money import Money
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import (
    Asked,
    Block,
    Button,
    Column,
    Done,
    Download,
    Figure,
    Figures,
    Form,
    Row,
    Section,
    Table,
    Text,
)
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina_tax.admin.forms import QuarterForm
from vetrina_tax.admin.shown import country_named
from vetrina_tax.reporting import csv_of
from vetrina_tax.rules.rates import percent
from vetrina_tax.views import ReportRow, oss_report

COLUMNS = (
    Column(Say("Country", "Paese")),
    Column(Say("Rate", "Aliquota"), "end"),
    Column(Say("Net", "Imponibile"), "end"),
    Column(Say("VAT", "IVA"), "end"),
    Column(Say("Orders", "Ordini"), "end"),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """The quarter asked for, or the last whole one."""
    year, quarter = _quarter(asked.query, ctx.now().astimezone(REPORTS_ZONE).date())
    rows = await oss_report(ctx.db, year, quarter)
    name = f"{year}-Q{quarter}"
    own, corrected = [row for row in rows if row.quarter == name], [row for row in rows if row.quarter != name]
    empty = Say("No distance sale was taxed at its destination.", "Nessuna vendita a distanza tassata a destinazione.")
    blocks: list[Block] = [
        Form("quarter", QuarterForm, Say("Show", "Mostra"), {"year": year, "quarter": quarter}),
        Figures(
            (
                Figure(Say(f"VAT to declare, {name}", f"IVA da dichiarare, {name}"), _sum(rows, "tax")),
                Figure(Say("Net", "Imponibile"), _sum(rows, "net")),
            )
        ),
        Section(Say(f"Sales of {name}", f"Vendite {name}"), (Table(COLUMNS, _rows(own), empty),)),
    ]
    if corrected:
        earlier = (Column(Say("Quarter", "Trimestre")), *COLUMNS)
        table = Table(earlier, tuple(Row((row.quarter, *_cells(row))) for row in corrected), empty)
        blocks.append(Section(Say("Corrections of earlier quarters", "Correzioni di trimestri precedenti"), (table,)))
    if any(row.unknown for row in rows):
        blocks.append(
            Text(
                Say(
                    "Sales in currencies without a rate are not in these amounts: write it in the settings.",
                    "Le vendite in valute senza cambio non sono in questi importi: scrivilo nelle impostazioni.",
                )
            )
        )
    blocks.append(Button("csv", Say("Download CSV", "Scarica CSV"), {"year": str(year), "quarter": str(quarter)}))
    return blocks


async def choose(ctx: Context, asked: Asked, sent: QuarterForm) -> Done:
    """Go to another quarter."""
    return Done(
        Say(f"{sent.year}-Q{sent.quarter}", f"{sent.year}-Q{sent.quarter}"),
        to=f"report?year={sent.year}&quarter={sent.quarter}",
    )


async def as_csv(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Download:
    """The report as a file; programs get it by taxOssReport, and a terminal by `vetrina tax oss-report`."""
    year, quarter = _quarter(sent, ctx.now().astimezone(REPORTS_ZONE).date())
    return Download(f"oss-{year}-Q{quarter}.csv", csv_of(await oss_report(ctx.db, year, quarter)))


def _quarter(given: Mapping[str, Any], today: date) -> tuple[int, int]:
    year, quarter = str(given.get("year", "")), str(given.get("quarter", ""))
    if year.isascii() and year.isdecimal() and 2021 <= int(year[:5]) <= 2100 and quarter in ("1", "2", "3", "4"):
        return int(year), int(quarter)
    before = (today.month + 2) // 3 - 1
    return (today.year, before) if before else (today.year - 1, 4)


def _rows(rows: Sequence[ReportRow]) -> tuple[Row, ...]:
    return tuple(Row(_cells(row)) for row in rows)


def _cells(row: ReportRow) -> tuple[Any, ...]:
    return (
        country_named(row.country), f"{percent(row.rate)} %", Money(row.net, "EUR"), Money(row.tax, "EUR"), row.orders,
    )  # fmt: skip


def _sum(rows: Sequence[ReportRow], name: str) -> Money:
    return Money(sum(getattr(row, name) for row in rows), "EUR")
