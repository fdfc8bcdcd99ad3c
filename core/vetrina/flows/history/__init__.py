"""Take over the past of somebody else's shop: orders, what became of them, and who bought."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from vetrina.flows.history.checking import CheckedOrder, checked_correction, checked_order, checked_person
from vetrina.flows.history.replaying import PERMISSIONS, CheckedDocument, Replayed, identity, known_names, replay_orders
from vetrina.flows.history.report import HistoryReport, Progress
from vetrina.flows.imports import FileNotUnderstood, NoSuchFormat
from vetrina.kernel import texts
from vetrina.kernel.context import Context
from vetrina.kernel.db import Conflict
from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.kernel.registry import Provided
from vetrina.shop.customers.service import PastPerson
from vetrina.shop.orders.ports import OrderHistoryFormat, PastCorrection, PastCustomer, PastOrder
from vetrina.views.markets import Atlas, atlas
from vetrina.vocabulary import RowProblem

__all__ = [
    "FileNotUnderstood",
    "HistoryReport",
    "NoSuchFormat",
    "Progress",
    "find_history_format",
    "import_orders",
    "replay_orders",
]

LINES_AT_ONCE, DOCUMENTS_AT_ONCE = 2_000, 500
"""How much one transaction writes: enough to be fast, and other writers wait for a fraction of a second."""
TRIES = 3
"""How often a batch is begun again because somebody else wrote the same."""

Item = PastOrder | PastCorrection | PastCustomer | RowProblem


class DocumentRepeated(Refusal):
    """The files name an order or a correction twice; the first is taken. Facts: name."""

    code = "DOCUMENT_REPEATED"
    text = "{name} is in the files twice; only the first is taken."


class _Run(msgspec.Struct, frozen=True):
    """What all batches of one import share."""

    report: HistoryReport
    atlas: Atlas
    with_products: bool


class _Batch(msgspec.Struct):
    """What one transaction is to write."""

    documents: list[CheckedDocument] = []
    people: list[PastPerson] = []
    lines: int = 0

    def is_full(self) -> bool:
        return self.lines >= LINES_AT_ONCE or len(self.documents) + len(self.people) >= DOCUMENTS_AT_ONCE


def find_history_format(ctx: Context, paths: Sequence[Path], name: str | None = None) -> Provided[OrderHistoryFormat]:
    """The reader of that name, or else the first that recognises the files.

    Raises NoSuchFormat, FileNotUnderstood.
    """
    readers = ctx.ports.all(OrderHistoryFormat)
    known = ", ".join(reader.key for reader in readers) or "none, since no importer is enabled"
    if name is not None:
        found = ctx.ports.find(OrderHistoryFormat, name)
        if found is None:
            raise NoSuchFormat(name=name[:50], known=known)
        return found
    for reader in readers:
        if reader.implementation.recognises(paths):
            return reader
    raise FileNotUnderstood(path=", ".join(path.name for path in paths)[:200], known=known)


async def import_orders(
    ctx: Context,
    items: Iterable[Item],
    *,
    source: str,
    dry_run: bool = False,
    with_products: bool = True,
    progress: Progress = lambda report: None,
) -> HistoryReport:
    """Write a history, in batches of one transaction each; an order that is refused is reported and left out whole.

    `source` names the shop system: with each document's own name it is its identity, so that a second run writes
    nothing, and a run that was stopped goes on when it is started again. Goods the catalogue does not know become
    archived products `with_products`. Needs what replay_orders needs.
    """
    for permission in PERMISSIONS:
        ctx.require(permission)
    named = texts.line(source, field=("source",), required=True)
    run = _Run(HistoryReport(source=named, is_dry_run=dry_run), await atlas(ctx.db), with_products)
    started = ctx.now()
    for batch in _batches(ctx, run, iter(items)):
        _count(run.report, await _replayed(ctx, run, batch))
        run.report.seconds = (ctx.now() - started).total_seconds()
        progress(run.report)
    return run.report


async def _replayed(ctx: Context, run: _Run, batch: _Batch) -> Replayed:
    """Write the batch, or find out what there would be to write."""
    report = run.report
    if report.is_dry_run:
        known = await known_names(ctx.db, report.source, batch.documents)
        fresh = [document for document in batch.documents if identity(document) not in known]
        return _would_be(fresh, len(known))
    for tries_left in reversed(range(TRIES)):
        try:
            return await replay_orders(
                ctx,
                batch.documents,
                source=report.source,
                atlas=run.atlas,
                with_products=run.with_products,
                people=batch.people,
            )
        except Conflict as conflict:
            if not tries_left:
                raise Unavailable(f"somebody else writes the same orders or customers: {conflict}") from conflict
    raise AssertionError("the last try ends above")


def _would_be(fresh: Sequence[CheckedDocument], known: int) -> Replayed:
    sold = [document for document in fresh if isinstance(document, CheckedOrder)]
    alone = [document for document in fresh if not isinstance(document, CheckedOrder)]
    corrections = [*alone, *(correction for order in sold for correction in order.corrections)]
    return Replayed(
        orders=len(sold),
        corrections=len(corrections),
        lines=sum(len(document.lines) for document in (*sold, *corrections)),
        known=known,
    )


def _batches(ctx: Context, run: _Run, items: Iterator[Item]) -> Iterator[_Batch]:
    """What passed every check, in batches, the last one perhaps empty; problems are noted on the way."""
    seen, last_row, batch = set[int](), None, _Batch()
    for item in items:
        if isinstance(item, RowProblem):
            # One row may have several problems, and they come together.
            run.report.skipped += item.row != last_row
            last_row = item.row
            run.report.note(item)
            continue
        try:
            _take_in(ctx, run, batch, seen, item)
        except Refusal as refusal:
            row = 0 if isinstance(item, PastCustomer) else item.first_row
            field = ".".join(refusal.field) if refusal.field else None
            run.report.skipped += 1
            run.report.note(RowProblem(row=row, field=field, code=refusal.code, message=refusal.message))
        if batch.is_full():
            yield batch
            batch = _Batch()
    yield batch


def _take_in(
    ctx: Context, run: _Run, batch: _Batch, seen: set[int], item: PastOrder | PastCorrection | PastCustomer
) -> None:
    """Check one item and put it into the batch. Raises what refuses it."""
    source, language = run.report.source, run.atlas.profile.language
    if isinstance(item, PastCustomer):
        batch.people.append(checked_person(item, source, language, ctx.now()))
        return
    run.report.read += 1
    run.report.lines_read += len(item.lines)
    if isinstance(item, PastOrder):
        document = checked_order(item, source, language, ctx.now())
    else:
        document = checked_correction(item, source, language, ctx.now())
    if _is_repeated(seen, document):
        raise DocumentRepeated(name=document.name[:80])
    batch.documents.append(document)
    batch.lines += len(document.lines)


def _is_repeated(seen: set[int], document: CheckedDocument) -> bool:
    """Whether the files have named the document, or a correction of it, before; one small number is kept for each."""
    corrections = document.corrections if isinstance(document, CheckedOrder) else ()
    keys = [hash(identity(document)), *(hash(identity(correction)) for correction in corrections)]
    is_repeated = len(set(keys)) < len(keys) or not seen.isdisjoint(keys)
    seen.update(keys)
    return is_repeated


def _count(report: HistoryReport, replayed: Replayed) -> None:
    report.orders += replayed.orders
    report.corrections += replayed.corrections
    report.lines += replayed.lines
    report.customers += replayed.customers
    report.products += replayed.products
    report.known += replayed.known
