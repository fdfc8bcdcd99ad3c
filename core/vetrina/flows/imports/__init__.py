"""Take over somebody else's catalogue: understand the file, show its beginning, import it again and again."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from vetrina.flows.imports.batches import Run, import_batch
from vetrina.flows.imports.drafts import Sourced, foreign_currencies, sourced
from vetrina.flows.imports.report import ImportPreview, ImportReport, Progress
from vetrina.flows.prices import price_book
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.kernel.registry import Provided
from vetrina.shop.catalog.ports import CatalogueFormat, ProductDraft, RowProblem

__all__ = [
    "FileNotUnderstood",
    "ImportPreview",
    "ImportReport",
    "NoSuchFormat",
    "Progress",
    "find_format",
    "import_products",
    "preview",
]

PRODUCTS_AT_ONCE, VARIANTS_AT_ONCE = 200, 1_000
"""How much one transaction writes: enough to be fast, and other writers wait for a fraction of a second."""


class FileNotUnderstood(Refusal):
    """No reader knows the file. Facts: path, known."""

    code = "FILE_NOT_UNDERSTOOD"
    text = "{path} is in none of the formats that can be read: {known}."


class NoSuchFormat(Refusal):
    """No reader of that name is enabled. Facts: name, known."""

    code = "NO_SUCH_FORMAT"
    text = "There is no format {name}; there is {known}."


def find_format(ctx: Context, path: Path, name: str | None = None) -> Provided[CatalogueFormat]:
    """The reader of that name, or else the first that recognises the file. Raises NoSuchFormat, FileNotUnderstood."""
    readers = ctx.ports.all(CatalogueFormat)
    known = ", ".join(reader.key for reader in readers) or "none, since no importer is enabled"
    if name is not None:
        found = ctx.ports.find(CatalogueFormat, name)
        if found is None:
            raise NoSuchFormat(name=name[:50], known=known)
        return found
    for reader in readers:
        if path.exists() and reader.implementation.recognises(path):
            return reader
    raise FileNotUnderstood(path=path.name, known=known)


def preview(ctx: Context, reader: Provided[CatalogueFormat], path: Path, limit: int = 5) -> ImportPreview:
    """The first products and problems of a file; nothing is written. Needs catalog.write."""
    ctx.require("catalog.write")
    found = list(islice(reader.implementation.read(path), limit))
    return ImportPreview(
        format=reader.key,
        title=reader.implementation.title,
        drafts=tuple(item for item in found if isinstance(item, ProductDraft)),
        problems=tuple(item for item in found if isinstance(item, RowProblem)),
    )


async def import_products(
    ctx: Context,
    reader: CatalogueFormat,
    path: Path,
    *,
    source: str,
    dry_run: bool = False,
    stock: bool = False,
    progress: Progress = lambda report: None,
) -> ImportReport:
    """Write every product of a file, in batches; a product that is refused is reported and left out whole.

    `source` names the catalogue: with each draft's own key it is the product's identity, so that a second run updates
    what changed and writes nothing else, and a run that was stopped goes on when it is started again. `stock` lets
    the file's stock replace what the shop counts; without it only new variants get stock. Needs catalog.write,
    prices.write and stock.write.
    """
    for permission in ("catalog.write", "prices.write", "stock.write"):
        ctx.require(permission)
    run = Run(ImportReport(source=source, is_dry_run=dry_run), await price_book(ctx.db), stock)
    started = ctx.now()
    for batch in _batches(run, reader.read(path)):
        await import_batch(ctx, run, batch)
        run.report.seconds = (ctx.now() - started).total_seconds()
        progress(run.report)
    return run.report


def _batches(run: Run, items: Iterator[ProductDraft | RowProblem]) -> Iterator[list[Sourced]]:
    """The file's products in batches, the last one perhaps empty; problems are noted on the way."""
    seen, batch, variants, last_row = set[int](), list[Sourced](), 0, None
    for item in items:
        if isinstance(item, RowProblem):
            # One row may have several problems, and they come together.
            run.report.skipped += item.row != last_row
            last_row = item.row
            run.report.note(item)
        elif not _is_repeated(run.report, item, seen):
            _count_foreign(run, item)
            batch.append(sourced(item, run.report.source, run.book))
            variants += len(item.variants)
        if len(batch) >= PRODUCTS_AT_ONCE or variants >= VARIANTS_AT_ONCE:
            yield batch
            batch, variants = [], 0
    yield batch


def _is_repeated(report: ImportReport, draft: ProductDraft, seen: set[int]) -> bool:
    """Whether the file has named the product before; one small number per product is kept to know."""
    report.read += 1
    key = hash(draft.source_key)
    if key not in seen:
        seen.add(key)
        return False
    report.skipped += 1
    message = f"The product {draft.source_key[:80]} is in the file twice; only the first is taken."
    report.note(RowProblem(row=draft.first_row, field=None, code="PRODUCT_REPEATED", message=message))
    return True


def _count_foreign(run: Run, draft: ProductDraft) -> None:
    """Count prices without a list, and say so once per currency."""
    counted = run.report.skipped_prices
    for currency in foreign_currencies(draft, run.book):
        if currency not in counted:
            message = f"The shop has no price list in {currency}; its prices are left out."
            problem = RowProblem(row=draft.first_row, field="price", code="NO_SUCH_PRICE_LIST", message=message)
            run.report.note(problem)
        counted[currency] = counted.get(currency, 0) + 1
