"""Create, edit, publish, unpublish and archive products."""

from vetrina.flows.auditing import audited
from vetrina.flows.catalog.inputs import NewProduct, Prepared, prepare
from vetrina.flows.catalog.writing import write_new
from vetrina.flows.prices import price_book
from vetrina.kernel.context import Context
from vetrina.kernel.db import Conflict
from vetrina.shop.catalog.rules import HandleTaken
from vetrina.shop.catalog.service import Created


async def create_product(ctx: Context, new: NewProduct) -> Created:
    """Create a product with its variants, prices, stock and texts, whole or not at all.

    Needs catalog.write; prices.write when prices are given; stock.write when stock is. An active product is on sale
    at once. Raises BadInput, NoSuchPriceList, HandleTaken for a chosen handle somebody has, NowhereToStock.
    """
    require_for(ctx, new)
    prepared = prepare(new, await price_book(ctx.db))
    try:
        async with ctx.tx() as session:
            (created,) = await write_new(ctx, session, [prepared])
            if new.handle and created.handle != new.handle:
                raise HandleTaken(field=("handle",), handle=new.handle)
            await audited(
                ctx,
                session,
                "product.created",
                f"product:{created.product_id}",
                after=_told(prepared, created),
            )
    except Conflict as conflict:
        raise handle_conflict(conflict, new.handle or new.title) from conflict
    return created


def require_for(ctx: Context, new: NewProduct) -> None:
    """Stop unless the actor may do everything the product brings with it."""
    ctx.require("catalog.write")
    if any(variant.prices for variant in new.variants):
        ctx.require("prices.write")
    if any(variant.stock is not None for variant in new.variants):
        ctx.require("stock.write")


def handle_conflict(conflict: Conflict, handle: str) -> Exception:
    """Two writers may choose the same handle at the same moment: the later one hears that it is taken."""
    return HandleTaken(field=("handle",), handle=handle) if "handle" in conflict.constraint else conflict


def _told(prepared: Prepared, created: Created) -> dict[str, object]:
    """What the audit keeps of a new product."""
    return {
        "title": prepared.product.title,
        "handle": created.handle,
        "status": prepared.product.status.value,
        "variants": len(created.variant_ids),
    }
