"""Create and edit collections, and put products in their places."""

from collections.abc import Sequence

import msgspec

from vetrina.flows.auditing import audited
from vetrina.flows.catalog.products import handles_in_one_hand, tell_moved
from vetrina.kernel.context import Context, once
from vetrina.kernel.errors import BadInput
from vetrina.shop.catalog import service as catalog
from vetrina.shop.catalog.rules import (
    CollectionChanges,
    CollectionSheet,
    HandleTaken,
    checked_collection,
    checked_collection_changes,
)
from vetrina.shop.catalog.service import CreatedCollection

MOST_PLACED = 250
"""Products put in a collection in one call."""
LAST_PLACE = 1_000_000


@once
async def create_collection(ctx: Context, new: CollectionSheet) -> CreatedCollection:
    """Create a collection without products. Needs catalog.write. Raises BadInput, HandleTaken."""
    ctx.require("catalog.write")
    sheet = checked_collection(new)
    async with handles_in_one_hand(new.handle or new.title), ctx.tx() as session:
        created = await catalog.create_collection(session, sheet, at=ctx.now())
        if new.handle and created.handle != new.handle:
            raise HandleTaken(field=("handle",), handle=new.handle)
        told = {"title": sheet.title, "handle": created.handle}
        await audited(ctx, session, "collection.created", f"collection:{created.collection_id}", after=told)
        session.outcome = created
    return created


@once
async def edit_collection(ctx: Context, collection_id: int, changes: CollectionChanges) -> None:
    """Change a collection's texts, picture and publication. Needs catalog.write.

    Raises NotFound, BadInput, HandleTaken.
    """
    ctx.require("catalog.write")
    checked = checked_collection_changes(changes)
    async with handles_in_one_hand(str(checked.handle)), ctx.tx() as session:
        edit = await catalog.edit_collection(session, collection_id, checked, at=ctx.now())
        if edit.after:
            await audited(
                ctx,
                session,
                "collection.edited",
                f"collection:{collection_id}",
                before=msgspec.to_builtins(edit.before),
                after=msgspec.to_builtins(edit.after),
            )
            await tell_moved(ctx, session, "/collections", edit.before, edit.after)


@once
async def put_in_collection(
    ctx: Context, collection_id: int, product_ids: Sequence[int], position: int | None = None
) -> None:
    """Put products in a collection from a place on (the first is 0), or last; those already in it move there.

    Needs catalog.write. Raises NotFound for an unknown collection or product, BadInput for too many.
    """
    ctx.require("catalog.write")
    if len(product_ids) > MOST_PLACED:
        raise BadInput(
            field=("product_ids",),
            problem=f"At most {MOST_PLACED} products can be put at once.",
            reason="many",
            most=MOST_PLACED,
        )
    if position is not None and not 0 <= position <= LAST_PLACE:
        raise BadInput(
            field=("position",),
            problem=f"A place is between 0 and {LAST_PLACE}.",
            reason="range",
            least=0,
            most=LAST_PLACE,
        )
    async with ctx.tx() as session:
        if await catalog.put_products(session, collection_id, product_ids, position=position, at=ctx.now()):
            told = {"products": list(product_ids), "position": position}
            await audited(ctx, session, "collection.filled", f"collection:{collection_id}", after=told)


@once
async def take_from_collection(ctx: Context, collection_id: int, product_ids: Sequence[int]) -> int:
    """Take products out of a collection; how many were in it. Needs catalog.write. Raises NotFound."""
    ctx.require("catalog.write")
    async with ctx.tx() as session:
        gone = await catalog.take_out(session, collection_id, product_ids, at=ctx.now())
        if gone:
            told = {"products": list(product_ids)}
            await audited(ctx, session, "collection.thinned", f"collection:{collection_id}", before=told)
        session.outcome = gone
    return gone
