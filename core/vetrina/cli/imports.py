"""import products: read somebody else's catalogue into the shop, with what stood in its way row by row."""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from vetrina.boot import Runtime
from vetrina.cli.running import database_option, settings_from, with_runtime
from vetrina.flows.imports import (
    FileNotUnderstood,
    ImportPreview,
    ImportReport,
    NoSuchFormat,
    find_format,
    import_products,
    preview,
)
from vetrina.ports import RowProblem

SOME_SKIPPED = 1
"""The exit code when rows were left out."""
SHOWN = 50
"""Problems drawn in the table; the rest is counted below it."""


class NotUnderstood(click.ClickException):
    """The file as a whole is nothing that can be imported."""

    exit_code = 2


@click.command("products")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--format", "name", metavar="NAME", help="The file's format; default: found by its first rows.")
@click.option("--source", metavar="NAME", help="What the catalogue is called, if you take over several of a format.")
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@click.option("--preview", "rows", type=click.IntRange(1, 100), metavar="N", help="Show the first N products and stop.")
@click.option("--stock", is_flag=True, help="Let the file's stock replace what the shop counts.")
@database_option
def import_products_command(
    file: Path,
    name: str | None,
    source: str | None,
    dry_run: bool,
    rows: int | None,
    stock: bool,
    database_url: str | None,
) -> None:
    """Import the products of FILE (for some formats a folder). Safe to repeat: only what changed is written.

    Exits with 0 when all is well, 1 when rows were skipped, 2 when the file is not understood.
    """
    console = Console()
    settings = settings_from(database_url=database_url)

    async def run(runtime: Runtime) -> ImportReport | ImportPreview:
        ctx = runtime.context()
        try:
            reader = find_format(ctx, file, name)
        except (FileNotUnderstood, NoSuchFormat) as refusal:
            raise NotUnderstood(refusal.message) from refusal
        if rows:
            return preview(ctx, reader, file, rows)
        with _progress(console) as progress:
            task = progress.add_task("", total=None, read=0)
            return await import_products(
                ctx,
                reader.implementation,
                file,
                source=source or reader.key,
                dry_run=dry_run,
                stock=stock,
                progress=lambda report: progress.update(task, read=report.read),
            )

    found = with_runtime(settings, run)
    if isinstance(found, ImportPreview):
        _show_preview(console, found)
        return
    _show_report(console, found)
    if not found.read and found.problem_count:
        raise NotUnderstood(f"Nothing in {file.name} could be read.")
    if found.skipped:
        raise SystemExit(SOME_SKIPPED)


def _progress(console: Console) -> Progress:
    """How many are in the file is known at its end: the bar shows life, the number progress."""
    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.fields[read]} products"), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def _show_preview(console: Console, found: ImportPreview) -> None:
    table = Table("row", "title", "handle", "variants", "first price", "collections", title=found.title, box=None)
    for draft in found.drafts:
        prices = [price for variant in draft.variants for price in variant.prices]
        first = f"{prices[0].amount} {prices[0].currency or ''}".strip() if prices else "none"
        places = ", ".join(draft.collections)
        table.add_row(str(draft.first_row), draft.title, draft.handle, str(len(draft.variants)), first, places)
    console.print(table)
    show_problems(console, found.problems, len(found.problems))


def _show_report(console: Console, report: ImportReport) -> None:
    show_problems(console, report.problems, report.problem_count)
    done = "A dry run: nothing was written. It would have" if report.is_dry_run else "The import has"
    console.print(
        f"{done} created {report.created}, updated {report.updated}, left {report.unchanged} as they were"
        f" and skipped {report.skipped}; {report.variants} variants, {report.prices} prices"
        f" in {report.seconds:.1f} s.",
        highlight=False,
        soft_wrap=True,
    )
    for currency, count in sorted(report.skipped_prices.items()):
        console.print(f"{count} prices in {currency} were left out: the shop has no list for them.", soft_wrap=True)


def show_problems(console: Console, problems: tuple[RowProblem, ...] | list[RowProblem], count: int) -> None:
    """What stood in the way, as a table; beyond its first rows only counted."""
    if not problems:
        return
    table = Table("row", "field", "code", "problem", box=None)
    for problem in problems[:SHOWN]:
        table.add_row(str(problem.row), problem.field or "", problem.code, problem.message)
    console.print(table)
    if count > SHOWN:
        console.print(f"and {count - SHOWN} more problems.")
