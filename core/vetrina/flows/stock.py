"""Receive, count and move stock, and say how far backorders may go.

Every verb takes a reference, such as the number of a delivery note: the same reference again changes nothing, so a
request whose answer was lost can be sent again. Without one, one is drawn.
"""

from collections.abc import Iterable

import msgspec
from sqlalchemy import bindparam, select

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.kernel.messages import emit
from vetrina.shop.catalog.models import Variant
from vetrina.shop.inventory import service as inventory
from vetrina.shop.inventory.events import StockEvent
from vetrina.shop.inventory.models import Location
from vetrina.shop.inventory.rules import LevelRow
from vetrina.vocabulary import LARGEST_QUANTITY


@once
async def receive_stock(
    ctx: Context, *, variant_id: int, location_id: int, quantity: int, reference: str | None = None
) -> None:
    """Book so many pieces in; the location counts the variant from now on. Needs stock.write.

    Raises BadInput, NotFound, ReferenceTaken.
    """
    ctx.require("stock.write")
    _check_number(quantity, "quantity", least=1)
    key = _reference(reference)
    async with ctx.tx() as session:
        change = await _begin(session, variant_id, location_id, counted_from_now=location_id)
        events = await inventory.receive(
            session,
            variant_id=variant_id,
            location_id=location_id,
            quantity=quantity,
            reference=key,
            at=ctx.now(),
            actor=ctx.actor.name,
        )
        await _finish(ctx, session, change, "stock.received", key, events)


@once
async def correct_stock(
    ctx: Context, *, variant_id: int, location_id: int, on_hand: int, reference: str | None = None
) -> None:
    """Book what was counted on the shelf. Needs stock.write.

    Raises BadInput, NotFound, StockNotTracked, and StockIsHeld below what buyers hold.
    """
    ctx.require("stock.write")
    _check_number(on_hand, "on_hand", least=0)
    key = _reference(reference)
    async with ctx.tx() as session:
        change = await _begin(session, variant_id, location_id)
        events = await inventory.set_on_hand(
            session,
            variant_id=variant_id,
            location_id=location_id,
            on_hand=on_hand,
            reference=key,
            at=ctx.now(),
            actor=ctx.actor.name,
        )
        await _finish(ctx, session, change, "stock.corrected", key, events)


@once
async def move_stock(
    ctx: Context, *, variant_id: int, source_id: int, target_id: int, quantity: int, reference: str | None = None
) -> None:
    """Carry pieces that nobody holds from one location to another. Needs stock.write.

    Raises BadInput, NotFound, StockNotTracked, OutOfStock, NotEnoughStock, ReferenceTaken.
    """
    ctx.require("stock.write")
    _check_number(quantity, "quantity", least=1)
    if source_id == target_id:
        raise BadInput(
            problem="Stock moves between two different locations.", field=("target_id",), reason="same_place"
        )
    key = _reference(reference)
    async with ctx.tx() as session:
        change = await _begin(session, variant_id, source_id, target_id, counted_from_now=target_id)
        events = await inventory.move(
            session,
            variant_id=variant_id,
            source_id=source_id,
            target_id=target_id,
            quantity=quantity,
            reference=key,
            at=ctx.now(),
            actor=ctx.actor.name,
        )
        await _finish(ctx, session, change, "stock.moved", key, events)


@once
async def set_backorder(ctx: Context, *, variant_id: int, location_id: int, limit: int) -> None:
    """How many may be sold beyond what is there; the location counts the variant from now on. Needs stock.write.

    Raises BadInput, NotFound, and StockIsHeld when more than that is already promised.
    """
    ctx.require("stock.write")
    _check_number(limit, "limit", least=0)
    async with ctx.tx() as session:
        change = await _begin(session, variant_id, location_id, counted_from_now=location_id)
        await inventory.set_backorder(session, variant_id=variant_id, location_id=location_id, limit=limit)
        await _finish(ctx, session, change, "stock.backorder-set", None, ())


class BundleHasNoStock(Refusal):
    """What a bundle has is what its components have. Facts: variant_id."""

    code = "BUNDLE_HAS_NO_STOCK"
    text = "This item is a bundle: its stock is its components', which are counted in its place."


class _Change(msgspec.Struct, frozen=True):
    """A variant's levels before something happens to them, by location."""

    variant_id: int
    before: dict[int, LevelRow | None]


async def _begin(session: Session, variant_id: int, *location_ids: int, counted_from_now: int | None = None) -> _Change:
    """Make sure of what is named and lock its levels, in the order everybody does."""
    is_bundle = await session.value(_VARIANT, {"variant": variant_id})
    if is_bundle is None:
        raise NotFound(what="The variant", field=("variant_id",))
    if is_bundle:
        raise BundleHasNoStock(variant_id=variant_id)
    before: dict[int, LevelRow | None] = {}
    for location_id in sorted(location_ids):
        if await session.value(_LOCATION, {"location": location_id}) is None:
            raise NotFound(what="The location", field=("location_id",))
        before[location_id] = await inventory.lock(session, variant_id, location_id)
        if before[location_id] is None and location_id == counted_from_now:
            await inventory.track(session, variant_id, location_id)
    return _Change(variant_id, before)


async def _finish(
    ctx: Context,
    session: Session,
    change: _Change,
    action: str,
    reference: str | None,
    events: Iterable[StockEvent],
) -> None:
    """Tell what ran out or came back, and write down what changed; a repeat changed nothing."""
    after = {place: await inventory.lock(session, change.variant_id, place) for place in change.before}
    if after == change.before:
        return
    for event in events:
        await emit(session, event, ctx.now())
    await audited(
        ctx,
        session,
        action,
        f"variant:{change.variant_id}",
        before=_told(change.before),
        after={**_told(after), "reference": reference},
    )


def _told(levels: dict[int, LevelRow | None]) -> dict[str, object]:
    """Levels as the audit entry shows them, by location."""
    return {
        f"location:{place}": level
        and {"on_hand": level.on_hand, "reserved": level.reserved, "backorder_limit": level.backorder_limit}
        for place, level in levels.items()
    }


def _check_number(value: int, name: str, *, least: int) -> None:
    if not least <= value <= LARGEST_QUANTITY:
        raise BadInput(
            problem=f"The number lies between {least} and {LARGEST_QUANTITY}.",
            field=(name,),
            reason="range",
            least=least,
            most=LARGEST_QUANTITY,
        )


def _reference(given: str | None) -> str:
    if given is None:
        return draw_key()
    return texts.line(given, field=("reference",), limit=120, required=True)


_VARIANT = select(Variant.is_bundle).where(Variant.id == bindparam("variant"))
_LOCATION = select(Location.id).where(Location.id == bindparam("location"))
