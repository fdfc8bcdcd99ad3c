"""Create, edit, publish, unpublish and archive products."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec

from vetrina.flows.auditing import audited
from vetrina.flows.catalog.inputs import NewProduct, Prepared, checked_metafields, prepare
from vetrina.flows.catalog.writing import write_new
from vetrina.flows.prices import price_book
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Conflict, Session
from vetrina.kernel.messages import emit
from vetrina.shop.catalog import service as catalog
from vetrina.shop.catalog.events import ProductArchived, ProductChanged
from vetrina.shop.catalog.rules import HandleTaken, ProductChanges, checked_product_changes
from vetrina.shop.catalog.service import Created, Edit
from vetrina.shop.metafields import service as metafields
from vetrina.shop.metafields.rules import Entry
from vetrina.shop.sources.events import AddressChanged


@once
async def create_product(ctx: Context, new: NewProduct) -> Created:
    """Create a product with its variants, prices, stock and texts, whole or not at all.

    Needs catalog.write; prices.write when prices are given; stock.write when stock is. An active product is on sale
    at once. Raises BadInput, NoSuchPriceList, HandleTaken for a chosen handle somebody has, NowhereToStock.
    """
    require_for(ctx, new)
    prepared = prepare(new, await price_book(ctx.db), ctx.shop.metafield_types)
    async with handles_in_one_hand(new.handle or new.title), ctx.tx() as session:
        (created,) = await write_new(ctx, session, [prepared])
        if new.handle and created.handle != new.handle:
            raise HandleTaken(field=("handle",), handle=new.handle)
        await audited(ctx, session, "product.created", f"product:{created.product_id}", after=_told(prepared, created))
        session.outcome = created
    return created


@once
async def edit_product(
    ctx: Context, product_id: int, changes: ProductChanges, metafields: Sequence[Entry] = ()
) -> None:
    """Change a product's texts, tags, pictures, translations and metafields; what changes nothing is not told.

    Needs catalog.write. Raises NotFound, ProductIsArchived, BadInput, HandleTaken.
    """
    ctx.require("catalog.write")
    checked = checked_product_changes(changes)
    entries = checked_metafields(metafields, "Product", ctx.shop.metafield_types)
    async with handles_in_one_hand(str(checked.handle)), ctx.tx() as session:
        edit = await catalog.edit(session, product_id, checked, language=ctx.place.default_language, at=ctx.now())
        written = await _set_metafields(ctx, session, product_id, entries)
        after = edit.after | ({"metafields": written} if written else {})
        await tell(ctx, session, "product.edited", product_id, Edit(edit.handle, edit.before, after))
        await tell_moved(ctx, session, "/products", edit.before, edit.after)


@once
async def publish_product(ctx: Context, product_id: int, at: datetime | None = None) -> None:
    """Put a product on sale, now or from a time on. Needs catalog.write. Raises NotFound, ProductIsArchived."""
    ctx.require("catalog.write")
    async with ctx.tx() as session:
        edit = await catalog.publish(session, product_id, from_=at or ctx.now(), at=ctx.now())
        await tell(ctx, session, "product.published", product_id, edit)


@once
async def unpublish_product(ctx: Context, product_id: int) -> None:
    """Take a product off sale; it becomes a draft. Needs catalog.write. Raises NotFound, ProductIsArchived."""
    ctx.require("catalog.write")
    async with ctx.tx() as session:
        edit = await catalog.unpublish(session, product_id, at=ctx.now())
        await tell(ctx, session, "product.unpublished", product_id, edit)


@once
async def archive_product(ctx: Context, product_id: int) -> None:
    """Take a product off sale for good; a second time changes nothing. Needs catalog.write. Raises NotFound."""
    ctx.require("catalog.write")
    async with ctx.tx() as session:
        edit = await catalog.archive(session, product_id, at=ctx.now())
        if not edit.after:
            return
        await emit(session, ProductArchived(product_id=product_id, handle=edit.handle), ctx.now())
        await audited(ctx, session, "product.archived", f"product:{product_id}", before=_plain(edit.before), after=None)


async def tell(ctx: Context, session: Session, action: str, product_id: int, edit: Edit) -> None:
    """Let the audit and the subscribers know of an edit, unless it changed nothing."""
    if edit.after:
        await emit(session, ProductChanged(product_id=product_id, handle=edit.handle), ctx.now())
        await audited(
            ctx, session, action, f"product:{product_id}", before=_plain(edit.before), after=_plain(edit.after)
        )


async def tell_moved(ctx: Context, session: Session, place: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Let the subscribers know when an edit has given something another handle below that place of the shop."""
    if "handle" in before and "handle" in after:
        moved = AddressChanged(before=f"{place}/{before['handle']}", after=f"{place}/{after['handle']}")
        await emit(session, moved, ctx.now())


def require_for(ctx: Context, new: NewProduct) -> None:
    """Stop unless the actor may do everything the product brings with it."""
    ctx.require("catalog.write")
    if any(variant.prices for variant in new.variants):
        ctx.require("prices.write")
    if any(variant.stock is not None for variant in new.variants):
        ctx.require("stock.write")


@asynccontextmanager
async def handles_in_one_hand(handle: str) -> AsyncGenerator[None]:
    """Two writers may choose the same handle at the same moment: the later one hears that it is taken."""
    try:
        yield
    except Conflict as conflict:
        if "handle" in conflict.constraint:
            raise HandleTaken(field=("handle",), handle=handle) from conflict
        raise


async def _set_metafields(ctx: Context, session: Session, product_id: int, entries: Sequence[Entry]) -> list[str]:
    """Which of them differed from what stood."""
    return [
        f"{entry.namespace}.{entry.key}"
        for entry in entries
        if await metafields.set_metafield(session, "Product", product_id, entry, ctx.now())
    ]


def _told(prepared: Prepared, created: Created) -> dict[str, object]:
    """What the audit keeps of a new product."""
    return {
        "title": prepared.product.title,
        "handle": created.handle,
        "status": prepared.product.status.value,
        "variants": len(created.variant_ids),
    }


def _plain(values: dict[str, object]) -> dict[str, object]:
    """Times as texts, so that the audit can be read as JSON."""
    return msgspec.to_builtins(values)
