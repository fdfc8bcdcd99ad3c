"""import orders: take over the past of another shop, with a bar on a terminal, lines elsewhere, and sums at the end."""

import resource
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from vetrina.boot import Runtime
from vetrina.cli.imports import SOME_SKIPPED, NotUnderstood, show_problems
from vetrina.cli.running import database_option, settings_from, with_runtime
from vetrina.flows.history import FileNotUnderstood, HistoryReport, NoSuchFormat, find_history_format, import_orders
from vetrina.views.orders.sales import Sales, sales_by_year

WIDE = 132
"""Columns of what goes into a file or a pipe."""
SAID_EVERY = 50_000
"""Lines of orders between two lines of progress, where there is no terminal to draw on."""


@click.command("orders")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="FILE...")
@click.option("--format", "name", metavar="NAME", help="The files' format; default: found by their first rows.")
@click.option("--source", metavar="NAME", help="What the old shop is called, if you take over several of a format.")
@click.option("--without-products", is_flag=True, help="Make no archived products for goods the catalogue lacks.")
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@database_option
def import_orders_command(
    files: tuple[Path, ...],
    name: str | None,
    source: str | None,
    without_products: bool,
    dry_run: bool,
    database_url: str | None,
) -> None:
    """Import the orders of FILE... (for some formats a folder) with their customers, refunds and cancellations.

    Safe to repeat and to interrupt: what is there is left alone, the rest follows. Stock is not touched. Exits with 0
    when all is well, 1 when orders were skipped, 2 when the files are not understood.
    """
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    settings = settings_from(database_url=database_url)

    async def run(runtime: Runtime) -> tuple[HistoryReport, list[tuple[int, Sales]]]:
        ctx = runtime.context()
        try:
            reader = find_history_format(ctx, files, name)
        except (FileNotUnderstood, NoSuchFormat) as refusal:
            raise NotUnderstood(refusal.message) from refusal
        with _progress(console, reader.implementation.lines(files)) as told:
            report = await import_orders(
                ctx,
                reader.implementation.read(files),
                source=source or reader.key,
                dry_run=dry_run,
                with_products=not without_products,
                progress=told,
            )
        return report, await sales_by_year(ctx.db, source=report.source)

    report, years = with_runtime(settings, run)
    _show(console, report, years)
    if not report.read and report.problem_count:
        raise NotUnderstood("Nothing in the files could be read.")
    if report.skipped:
        raise SystemExit(SOME_SKIPPED)


@contextmanager
def _progress(console: Console, lines: int) -> Generator[Callable[[HistoryReport], None]]:
    """Who is told of the report so far: a bar on a terminal, else a line now and then."""
    if not console.is_terminal:
        yield _teller(console, lines)
        return
    columns = (BarColumn(), TextColumn("{task.completed:,} of {task.total:,} lines"), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        task = progress.add_task("", total=lines)
        yield lambda report: progress.update(task, completed=min(report.lines_read, lines))


def _teller(console: Console, lines: int) -> Callable[[HistoryReport], None]:
    said = 0

    def tell(report: HistoryReport) -> None:
        nonlocal said
        if report.lines_read - said >= SAID_EVERY:
            said = report.lines_read
            console.print(f"{said:,} of {lines:,} lines, {_pace(report):,} a second", highlight=False)

    return tell


def _show(console: Console, report: HistoryReport, years: Sequence[tuple[int, Sales]]) -> None:
    show_problems(console, report.problems, report.problem_count)
    done = "A dry run: nothing was written. It would have" if report.is_dry_run else "The import has"
    console.print(
        f"{done} written {report.orders:,} orders, {report.corrections:,} corrections and {report.lines:,} lines of"
        f" both, met {report.customers:,} new customers, made {report.products:,} archived products, left"
        f" {report.known:,} as they were and skipped {report.skipped:,}.",
        highlight=False,
        soft_wrap=True,
    )
    console.print(
        f"{report.lines_read:,} lines read in {report.seconds:.1f} s: {_pace(report):,} a second,"
        f" with at most {_peak_memory():,} MB of memory.",
        highlight=False,
        soft_wrap=True,
    )
    if years:
        console.print(_table(report.source, years))


def _table(source: str, years: Sequence[tuple[int, Sales]]) -> Table:
    """What the shop now knows of the source, from its own tables; what is nothing in every year has no column."""
    columns = {
        "orders": [f"{entry.orders:,}" for _, entry in years],
        "lines": [f"{entry.lines:,}" for _, entry in years],
        "gross": [_shown(entry.gross_value) for _, entry in years],
        "discounts": [_shown(entry.discount_value) for _, entry in years],
        "corrected": [_shown(sum((one.value for one in entry.corrections), Decimal(0))) for _, entry in years],
        "net": [_shown(entry.net_value) for _, entry in years],
        "delivery": [_shown(entry.delivery_value) for _, entry in years],
    }
    table = Table("year", "", title=f"Sales from {source}, as they stand in the shop", box=None)
    told = {name: cells for name, cells in columns.items() if any(cells)}
    for name in told:
        table.add_column(name, justify="right", no_wrap=True)
    for (year, entry), *cells in zip(years, *told.values(), strict=True):
        table.add_row(str(year), entry.currency, *cells)
    return table


def _shown(value: Decimal) -> str:
    return f"{value:,.2f}" if value else ""


def _pace(report: HistoryReport) -> int:
    return round(report.lines_read / report.seconds) if report.seconds else 0


def _peak_memory() -> int:
    """Megabytes this process has held at most; Linux counts in kilobytes, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1 << 20 if sys.platform == "darwin" else 1 << 10)
