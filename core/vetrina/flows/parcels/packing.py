"""What goes into a parcel, and from which location it leaves."""

from collections.abc import Sequence

from vetrina.flows.parcels.shelving import Goods, LinePieces
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.kernel.messages import emit
from vetrina.shop.inventory import service as inventory
from vetrina.shop.inventory.rules import Piece
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.parcel_rules import NothingToSend, SeveralLocations
from vetrina.shop.orders.rules import OrderIsCancelled, OrderIsImported, OrderRow
from vetrina.views.orders.placed import order_by_id
from vetrina.views.stock import locations
from vetrina.vocabulary import OrderState

MOST_LINES = 500


async def open_order(session: Session, order_id: int, *, may_be_cancelled: bool = False) -> OrderRow:
    """The order, locked, if it is ours to move. Raises NotFound, OrderIsImported, OrderIsCancelled."""
    order = await orders.locked(session, order_id)
    if order is None:
        raise NotFound(what="The order", field=("order_id",))
    if order.cart_id is None:
        known = await order_by_id(session, order_id)
        raise OrderIsImported(name=known.name if known else order.name)
    if order.state == OrderState.CANCELLED and not may_be_cancelled:
        raise OrderIsCancelled(name=order.name)
    return order


def distinct(lines: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What was named, each line once and something of it. Raises BadInput."""
    if len(lines) > MOST_LINES:
        raise BadInput(
            field=("lines",), problem=f"A parcel has at most {MOST_LINES} lines.", reason="many", most=MOST_LINES
        )
    for index, (_, quantity) in enumerate(lines):
        if quantity < 1:
            field = ("lines", str(index), "quantity")
            raise BadInput(field=field, problem="At least one piece.", reason="low", least=1)
    if len({line_id for line_id, _ in lines}) != len(lines):
        raise BadInput(field=("lines",), problem="A line is named once.", reason="twice")
    return sorted(lines)


def check_open(goods: Goods, pieces: LinePieces) -> LinePieces:
    """The pieces, or all that are open where none are named. Raises NotFound, NothingToSend."""
    named = pieces or [(line_id, line.open) for line_id, line in goods.standings.items() if line.open]
    for index, (line_id, quantity) in enumerate(named):
        standing = goods.standings.get(line_id)
        if standing is None:
            raise NotFound(what="The line", field=("lines", str(index), "line_id"))
        if quantity > standing.open:
            title = goods.lines[line_id].title
            raise NothingToSend(field=("lines", str(index), "quantity"), title=title, open=standing.open)
    if not named:
        raise NothingToSend(field=("lines",), title="", open=0)
    return named


async def location_for(session: Session, goods: Goods, pieces: LinePieces, wished: int | None) -> int | None:
    """Where the parcel leaves: as wished, or where all of it was taken; None if nothing in it is counted."""
    known = {place.id: place for place in await locations(session)}
    if wished is not None:
        if wished not in known or not known[wished].is_active:
            raise NotFound(what="The location", field=("location_id",))
        return wished
    wanted = goods.variants_in(pieces)
    counted = {variant_id: goods.open_at(variant_id) for variant_id in wanted if goods.open_at(variant_id)}
    if not counted:
        return None
    able = [
        place.id
        for place in known.values()
        if all(at.get(place.id, 0) >= wanted[variant_id] for variant_id, at in counted.items())
    ]
    if not able:
        raise SeveralLocations(field=("location_id",))
    return able[0]


async def leave_from(
    ctx: Context, session: Session, goods: Goods, pieces: LinePieces, location_id: int, parcel_id: int
) -> None:
    """What was taken elsewhere is booked out here, and is free there again. Raises OutOfStock, NotEnoughStock."""
    for variant_id, quantity in goods.variants_in(pieces).items():
        at = goods.open_at(variant_id)
        missing = quantity - at.pop(location_id, 0) if at else 0
        for other, free in sorted(at.items(), key=lambda each: (-each[1], each[0])):
            part = min(missing, free)
            if part <= 0:
                continue
            missing -= part
            cause = inventory.Cause(f"{parcel_cause(parcel_id)}:{other}", ctx.now(), ctx.actor.kind)
            piece = Piece(variant_id, other, part)
            for event in await inventory.retake(session, goods.reference, piece, source_id=location_id, cause=cause):
                await emit(session, event, ctx.now())


def parcel_cause(parcel_id: int) -> str:
    """What the ledgers know a parcel by."""
    return f"fulfilment:{parcel_id}"
