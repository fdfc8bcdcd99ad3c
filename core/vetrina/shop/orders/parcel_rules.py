"""What may be sent of an order, what a parcel's news changes, and what its parcels make of the order."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from vetrina.kernel.errors import Refusal
from vetrina.shop.orders.rules import GoodsRow
from vetrina.vocabulary import FulfilmentState, FulfilmentStatus

READY = FulfilmentState.READY
SENT = FulfilmentState.SENT
IN_TRANSIT = FulfilmentState.IN_TRANSIT
OUT_FOR_DELIVERY = FulfilmentState.OUT_FOR_DELIVERY
DELIVERED = FulfilmentState.DELIVERED
FAILED = FulfilmentState.FAILED
RETURNED = FulfilmentState.RETURNED
CANCELLED = FulfilmentState.CANCELLED

# Rows: where a parcel is. Entries: the news that move it on. News come late, doubled and shuffled: any other is kept
# in the parcel's story and changes nothing. Delivery may fail and be tried again; cancelling is no news but our deed.
NEXT: Mapping[FulfilmentState, frozenset[FulfilmentState]] = {
    READY: frozenset(),
    SENT: frozenset({IN_TRANSIT, OUT_FOR_DELIVERY, DELIVERED, FAILED, RETURNED}),
    IN_TRANSIT: frozenset({OUT_FOR_DELIVERY, DELIVERED, FAILED, RETURNED}),
    OUT_FOR_DELIVERY: frozenset({DELIVERED, FAILED, RETURNED}),
    FAILED: frozenset({IN_TRANSIT, OUT_FOR_DELIVERY, DELIVERED, RETURNED}),
    DELIVERED: frozenset({RETURNED}),
    RETURNED: frozenset(),
    CANCELLED: frozenset(),
}


class NothingToSend(Refusal):
    """Fewer pieces are left to be sent than were named. Facts: title, open."""

    code = "NOTHING_TO_SEND"
    text = "Of {title} there are {open} left to be sent."


class SeveralLocations(Refusal):
    """The pieces were taken from several places: one parcel leaves one of them."""

    code = "SEVERAL_LOCATIONS"
    text = "These goods lie at several locations: send a parcel from each, or say from which one they all leave."


class ParcelIsGone(Refusal):
    """What is at its buyer, or cancelled, is not cancelled or changed any more. Facts: name."""

    code = "PARCEL_IS_GONE"
    text = "The parcel {name} was delivered or cancelled: it can no longer be changed."


class ParcelIsReady(Refusal):
    """A parcel that has not left cannot have arrived. Facts: name."""

    code = "PARCEL_IS_READY"
    text = "The parcel {name} has not been sent yet."


class OrderHasParcels(Refusal):
    """What lies packed in a parcel is taken out before the order is cancelled."""

    code = "ORDER_HAS_PARCELS"
    text = "Goods of the order {name} lie packed in a parcel: cancel the parcel first."


class LineStanding(msgspec.Struct, frozen=True):
    """How many pieces of a line are where."""

    line_id: int
    ordered: int
    gone: int
    """Cancelled, before or after they had left the shelf."""
    sent: int
    """On their way or there, those that came back included."""
    ready: int
    """Packed in a parcel that has not left."""
    returned: int

    @property
    def open(self) -> int:
        """Still to be packed and sent."""
        return max(self.ordered - self.gone - self.sent - self.ready, 0)

    @property
    def kept(self) -> int:
        """At the buyer's, or to come to him."""
        return max(self.ordered - self.gone - self.returned, 0)


def standings(
    lines: Iterable[tuple[int, int]], entries: Iterable[GoodsRow], ready: Iterable[tuple[int, int]]
) -> dict[int, LineStanding]:
    """Where the pieces of lines are; lines and what is packed as pairs of line id and quantity."""
    count = Counter[tuple[int, str]]()
    for entry in entries:
        count[entry.line_id, entry.kind] += entry.quantity
    packed = Counter[int]()
    for line_id, quantity in ready:
        packed[line_id] += quantity
    return {
        line_id: LineStanding(
            line_id=line_id,
            ordered=ordered,
            gone=count[line_id, "cancelled"] + count[line_id, "released"],
            sent=count[line_id, "sent"] - count[line_id, "recalled"],
            ready=packed[line_id],
            returned=count[line_id, "returned"],
        )
        for line_id, ordered in lines
    }


def fulfilment_status(lines: Iterable[LineStanding]) -> FulfilmentStatus:
    """What an order is whose lines stand so."""
    found = tuple(lines)
    live = sum(line.ordered - line.gone for line in found)
    sent = sum(line.sent for line in found)
    if not live:
        return FulfilmentStatus.RESTOCKED
    if sent >= live:
        return FulfilmentStatus.FULFILLED
    if sent:
        return FulfilmentStatus.PARTIALLY_FULFILLED
    return FulfilmentStatus.IN_PROGRESS if any(line.ready for line in found) else FulfilmentStatus.UNFULFILLED


def parcel_name(order_name: str, position: int) -> str:
    """How people call a parcel: #1001-F1."""
    return f"{order_name}-F{position}"
