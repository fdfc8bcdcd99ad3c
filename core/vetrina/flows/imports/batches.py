"""One batch of drafts: which are new, changed or as they were, and the transaction that writes them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from vetrina.flows.auditing import audited
from vetrina.flows.catalog.inputs import Prepared, prepare
from vetrina.flows.catalog.writing import write_new
from vetrina.flows.imports.drafts import Sourced, known_prices, new_product, problem_of
from vetrina.flows.imports.report import ImportReport
from vetrina.flows.imports.updates import update_product
from vetrina.flows.prices import PriceBook
from vetrina.kernel.context import Context
from vetrina.kernel.db import Conflict, Session, text_in
from vetrina.kernel.errors import Refusal
from vetrina.shop.catalog import service as catalog
from vetrina.shop.catalog.models import Product
from vetrina.shop.catalog.ports import RowProblem
from vetrina.vocabulary import ProductStatus


class Run(msgspec.Struct, frozen=True):
    """What all batches of one import share."""

    report: ImportReport
    book: PriceBook
    restock: bool
    """Whether the source's stock replaces what the shop counts."""


class Job(msgspec.Struct, frozen=True):
    """A draft that passed every check, and the product it belongs to, if there is one already."""

    entry: Sourced
    prepared: Prepared
    product_id: int | None


async def import_batch(ctx: Context, run: Run, entries: Sequence[Sourced]) -> None:
    """Write a batch in one transaction, and count it. What the database refuses is tried once more by itself."""
    jobs = await _jobs(ctx, run, entries)
    if run.report.is_dry_run:
        _count(run, jobs, {job.entry.source_key for job in jobs})
        return
    if not jobs:
        return
    try:
        _count(run, jobs, await _write(ctx, run, jobs))
    except (Conflict, Refusal):
        for job in jobs:
            await _alone(ctx, run, job.entry)


async def _alone(ctx: Context, run: Run, entry: Sourced) -> None:
    """Somebody may have written the product, or taken its place, since the batch was read: look again."""
    try:
        jobs = await _jobs(ctx, run, [entry])
        if jobs:
            _count(run, jobs, await _write(ctx, run, jobs))
    except Refusal as refusal:
        _skip(run, problem_of(entry.draft, refusal))
    except Conflict:
        message = "The product changed in the shop while it was imported; run the import again."
        row = entry.draft.first_row
        _skip(run, RowProblem(row=row, field=None, code="PRODUCT_CHANGED_MEANWHILE", message=message))


async def _jobs(ctx: Context, run: Run, entries: Sequence[Sourced]) -> list[Job]:
    """What is left to write: new and changed products that pass every check. Counts the others."""
    found = await ctx.db.fetch(_STANDING, {"source_keys": [entry.source_key for entry in entries]})
    standing = {source_key: (product_id, digest, status) for source_key, product_id, digest, status in found}
    jobs: list[Job] = []
    for entry in entries:
        product_id, digest, status = standing.get(entry.source_key, (None, None, None))
        # What the staff archived stays archived, whatever the source says.
        if status == ProductStatus.ARCHIVED or (digest == entry.digest and not run.restock):
            run.report.unchanged += 1
            _count_contents(run, entry)
            continue
        try:
            prepared = prepare(new_product(entry, run.book), run.book, ctx.shop.metafield_types)
            jobs.append(Job(entry, prepared, product_id))
        except Refusal as refusal:
            _skip(run, problem_of(entry.draft, refusal))
    return jobs


async def _write(ctx: Context, run: Run, jobs: Sequence[Job]) -> set[str]:
    """Write new and changed products in one transaction. Returns the source keys of those that changed."""
    new, standing = [job for job in jobs if job.product_id is None], [job for job in jobs if job.product_id]
    async with ctx.tx() as session:
        created = await write_new(ctx, session, [job.prepared for job in new])
        changed = {job.entry.source_key for job in new}
        members = {job.entry.source_key: made.product_id for job, made in zip(new, created, strict=True)}
        for job in sorted(standing, key=lambda job: job.product_id or 0):
            assert job.product_id is not None
            members[job.entry.source_key] = job.product_id
            if await update_product(ctx, session, job.product_id, job.prepared, restock=run.restock):
                changed.add(job.entry.source_key)
        await _gather(ctx, session, jobs, members)
        if changed:
            told = {"created": len(new), "updated": len(changed) - len(new)}
            await audited(ctx, session, "products.imported", f"import:{run.report.source}", after=told)
    return changed


async def _gather(ctx: Context, session: Session, jobs: Sequence[Job], members: dict[str, int]) -> None:
    """Put products in the collections their source names; what the staff put elsewhere stays there."""
    pairs = [(title, members[job.entry.source_key]) for job in jobs for title in job.entry.draft.collections]
    collections = await catalog.titled(session, [title for title, _ in pairs], at=ctx.now())
    await catalog.append(session, [(collections[title], product_id) for title, product_id in pairs])


def _count(run: Run, jobs: Sequence[Job], changed: set[str]) -> None:
    for job in jobs:
        if job.product_id is None:
            run.report.created += 1
        elif job.entry.source_key in changed:
            run.report.updated += 1
        else:
            run.report.unchanged += 1
        _count_contents(run, job.entry)


def _count_contents(run: Run, entry: Sourced) -> None:
    run.report.variants += len(entry.draft.variants)
    run.report.prices += len(known_prices(entry.draft, run.book))


def _skip(run: Run, problem: RowProblem) -> None:
    run.report.skipped += 1
    run.report.note(problem)


_STANDING = select(Product.source_key, Product.id, Product.source_digest, Product.status).where(
    text_in(Product.source_key, "source_keys", is_long=True)
)
