"""The goods of a placed order: what is open to be sent, from where it was taken, and how pieces come back."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from vetrina.flows.placing.holding import take_goods
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.messages import emit
from vetrina.shop.inventory import service as inventory
from vetrina.shop.inventory.rules import Piece
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.parcel_rules import LineStanding, fulfilment_status
from vetrina.shop.orders.rules import GoodsRow, still_reserved
from vetrina.views.orders.fulfilments import (
    TakenRow,
    fulfilment_lines,
    fulfilments_of,
    standings_of,
    whereabouts_of_goods,
)
from vetrina.views.orders.placed import OrderLineRow, goods_entries, order_lines
from vetrina.vocabulary import FulfilmentState

LinePieces = Sequence[tuple[int, int]]
"""Pairs of line id and quantity."""


class Goods(msgspec.Struct, frozen=True):
    """The goods of one order as they stand under its lock."""

    order_id: int
    reference: str
    """What they are held or were taken under; empty where nothing was."""
    lines: Mapping[int, OrderLineRow]
    standings: Mapping[int, LineStanding]
    entries: Sequence[GoodsRow]
    taken: Sequence[TakenRow]
    packed: Mapping[tuple[int, int], int]
    """What parcels that are not cancelled hold, by variant and the location they leave."""

    def open_at(self, variant_id: int) -> dict[int, int]:
        """Pieces of a variant that lie in no parcel, by the location they were taken at; none if it is not counted."""
        return {
            row.location_id: max(row.quantity - self.packed.get((variant_id, row.location_id), 0), 0)
            for row in self.taken
            if row.variant_id == variant_id
        }

    def variants_in(self, pieces: LinePieces) -> dict[int, int]:
        """How many of each variant are in pieces of lines; of a bundle its components."""
        return variants_of(self.lines, pieces)


def variants_of(lines: Mapping[int, OrderLineRow], pieces: Iterable[tuple[int, int]]) -> dict[int, int]:
    """How many of each variant are in pieces of lines; of a bundle its components. In the order of variants."""
    found = Counter[int]()
    for line_id, quantity in pieces:
        line = lines[line_id]
        if line.parts:
            for part in line.parts:
                found[part.variant_id] += part.quantity * quantity
        elif line.variant_id is not None:
            found[line.variant_id] += quantity
    return dict(sorted(found.items()))


async def goods_of(session: Session, order_id: int) -> Goods:
    """The goods of a locked order."""
    lines = {line.id: line for line in await order_lines(session, [order_id])}
    entries = await goods_entries(session, [order_id])
    reference = next((entry.reference for entry in entries if entry.kind in ("reserved", "taken")), "")
    parcels = {
        parcel.id: parcel
        for parcel in await fulfilments_of(session, [order_id])
        if parcel.state != FulfilmentState.CANCELLED
    }
    packed = Counter[tuple[int, int]]()
    for inside in await fulfilment_lines(session, [order_id]):
        parcel = parcels.get(inside.fulfilment_id)
        if parcel is not None and parcel.location_id is not None:
            for variant_id, quantity in variants_of(lines, [(inside.line_id, inside.quantity)]).items():
                packed[variant_id, parcel.location_id] += quantity
    return Goods(
        order_id=order_id,
        reference=reference,
        lines=lines,
        standings=(await standings_of(session, [order_id])).get(order_id, {}),
        entries=entries,
        taken=await whereabouts_of_goods(session, reference) if reference else [],
        packed=packed,
    )


async def hand_over(ctx: Context, session: Session, goods: Goods) -> None:
    """What is still reserved leaves the shelf: it is sent before its money has come."""
    for reference, pieces in still_reserved(goods.entries).items():
        await take_goods(ctx, session, reference)
        await orders.enter_goods(session, goods.order_id, pieces, "taken", reference=reference, at=ctx.now())


async def give_up_pieces(
    ctx: Context, session: Session, goods: Goods, pieces: LinePieces, *, cause: str, is_restocked: bool
) -> None:
    """Pieces that were not sent are cancelled: held ones are free again, taken ones are back on their shelves, or lost.

    `cause` names the happening in the ledgers. The caller has checked that so many are open.
    """
    held = {line_id for lines in still_reserved(goods.entries).values() for line_id, _ in lines}
    freed, cut = _parted(pieces, held)
    await orders.enter_goods(session, goods.order_id, freed, "released", reference=cause, at=ctx.now())
    await orders.enter_goods(session, goods.order_id, cut, "cancelled", reference=cause, at=ctx.now())
    if not goods.reference:
        return
    back = [
        piece
        for variant_id, quantity in goods.variants_in(pieces).items()
        for piece in _from(goods, variant_id, quantity)
    ]
    for event in await inventory.put_back(
        session, goods.reference, back, inventory.Cause(cause, ctx.now(), ctx.actor.kind), is_restocked=is_restocked
    ):
        await emit(session, event, ctx.now())


def _parted(pieces: LinePieces, held: set[int]) -> tuple[LinePieces, LinePieces]:
    """What is only held, and what has left its shelf."""
    return [each for each in pieces if each[0] in held], [each for each in pieces if each[0] not in held]


async def put_on_shelf(
    ctx: Context, session: Session, goods: Goods, pieces: LinePieces, *, location_id: int, cause: str
) -> None:
    """Pieces that were sent are back, on the shelf of a location; the ledger has them as returned.

    The location counts from now on what it did not count before; what is counted nowhere stays so.
    """
    await orders.enter_goods(session, goods.order_id, pieces, "returned", reference=cause, at=ctx.now())
    counted = {row.variant_id for row in goods.taken}
    back = [
        Piece(variant_id, location_id, quantity)
        for variant_id, quantity in goods.variants_in(pieces).items()
        if variant_id in counted
    ]
    for piece in back:
        await inventory.track(session, piece.variant_id, location_id)
    for event in await inventory.restock(session, back, reference=cause, at=ctx.now(), actor=ctx.actor.kind):
        await emit(session, event, ctx.now())


async def follow_goods(ctx: Context, session: Session, order_id: int) -> None:
    """The order's fulfilment status follows what its ledger and its parcels say now."""
    found = (await standings_of(session, [order_id])).get(order_id, {})
    await orders.set_fulfilment(session, order_id, fulfilment_status(found.values()), at=ctx.now())


def _from(goods: Goods, variant_id: int, quantity: int) -> Iterable[Piece]:
    """Where so many pieces that lie in no parcel were taken, fewest locations first."""
    left = quantity
    for location_id, free in sorted(goods.open_at(variant_id).items(), key=lambda each: (-each[1], each[0])):
        part = min(left, free)
        if part:
            left -= part
            yield Piece(variant_id, location_id, part)
