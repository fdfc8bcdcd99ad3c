"""Where the pieces of an order that are still to be sent were taken: what a parcel from each location may hold."""

from collections import Counter

from vetrina.kernel.db import Reads
from vetrina.views.orders.fulfilments import fulfilment_lines, fulfilments_of, line_standings, whereabouts_of_goods
from vetrina.views.orders.placed import goods_entries, order_lines
from vetrina.vocabulary import FulfilmentState


async def open_pieces_by_place(db: Reads, order_id: int) -> dict[int, dict[int, int]]:
    """Open pieces by location and line, the location with the most pieces first.

    Lines of bundles, and of goods that nobody counts, lie nowhere. Six statements, however large the order is.
    """
    entries = await goods_entries(db, [order_id])
    reference = next((entry.reference for entry in entries if entry.kind in ("reserved", "taken")), "")
    if not reference:
        return {}
    lines = [line for line in await order_lines(db, [order_id]) if line.variant_id is not None and not line.parts]
    variants = {line.id: line.variant_id for line in lines}
    left = Counter[tuple[int, int]]()
    for taken in await whereabouts_of_goods(db, reference):
        left[taken.variant_id, taken.location_id] += taken.quantity
    parcels = {each.id: each for each in await fulfilments_of(db, [order_id])}
    for inside in await fulfilment_lines(db, [order_id]):
        parcel, variant = parcels[inside.fulfilment_id], variants.get(inside.line_id)
        if variant is not None and parcel.location_id is not None and parcel.state != FulfilmentState.CANCELLED:
            left[variant, parcel.location_id] -= inside.quantity
    found: dict[int, dict[int, int]] = {}
    for line_id, standing in (await line_standings(db, order_id)).items():
        wanted, variant = standing.open, variants.get(line_id)
        for (held, place), pieces in sorted(left.items(), key=lambda each: (-each[1], each[0])):
            if held == variant and wanted > 0 and pieces > 0:
                part = min(wanted, pieces)
                found.setdefault(place, {})[line_id] = part
                left[held, place] -= part
                wanted -= part
    return dict(sorted(found.items(), key=lambda each: (-sum(each[1].values()), each[0])))
