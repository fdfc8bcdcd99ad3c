"""What an order's page shows of the time after the sale: what is open, its parcels and their news, its refunds."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from vetrina.views.orders.fulfilments import (
    FulfilmentEventRow,
    FulfilmentRow,
    fulfilment_events,
    fulfilment_lines,
    fulfilments_of,
    line_standings,
)
from vetrina.views.orders.placed import OrderLineRow, OrderView
from vetrina.views.orders.refunds import RefundPartView, RefundRow, refund_lines, refund_parts, refunds_of
from vetrina.views.orders.returns import ReturnLineView, ReturnView, return_lines, returns_of
from vetrina.views.stock import locations
from vetrina.vocabulary import FulfilmentState, OrderState
from vetrina_admin.pages.visits import Visit

PARCEL_TONES = {
    "ready": "warning",
    "sent": "neutral",
    "in_transit": "neutral",
    "out_for_delivery": "neutral",
    "delivered": "good",
    "failed": "bad",
    "returned": "bad",
    "cancelled": "neutral",
}
RETURN_TONES = {
    "requested": "warning",
    "approved": "neutral",
    "received": "warning",
    "closed": "good",
    "declined": "bad",
    "cancelled": "neutral",
}
REFUND_TONES = {"asked": "warning", "done": "good", "failed": "bad", "bounced": "bad"}


class ParcelShown(msgspec.Struct, frozen=True):
    """A parcel with what is in it, as pairs of quantity and title, and its news, the latest first."""

    row: FulfilmentRow
    pieces: tuple[tuple[int, str], ...]
    events: tuple[FulfilmentEventRow, ...]
    location: str

    @property
    def promised(self) -> datetime | None:
        """Noon of the last day that was promised."""
        day = self.row.promised_for
        return datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC) if day else None

    @property
    def may_come_back(self) -> bool:
        """Whether its pieces can be made open again."""
        return self.row.state not in (FulfilmentState.DELIVERED, FulfilmentState.CANCELLED)

    @property
    def may_arrive(self) -> bool:
        """Whether somebody may say that it is there."""
        return self.row.has_left and self.row.state not in (FulfilmentState.DELIVERED, FulfilmentState.RETURNED)


class RefundShown(msgspec.Struct, frozen=True):
    """A refund with its pieces, as pairs of quantity and title, and the ways it went."""

    row: RefundRow
    pieces: tuple[tuple[int, str], ...]
    parts: tuple[RefundPartView, ...]


class ReturnShown(msgspec.Struct, frozen=True):
    """A return of the order with its lines."""

    row: ReturnView
    lines: tuple[ReturnLineView, ...]


async def after_the_sale(visit: Visit, order: OrderView, lines: Sequence[OrderLineRow]) -> dict[str, Any]:
    """The parts of an order's page that are about its goods and refunds."""
    titles = {line.id: title_of(line) for line in lines}
    standings = await line_standings(visit.ctx.db, order.id)
    stands = order.state == OrderState.PLACED and order.source_name is None
    return {
        "standings": standings,
        "to_send": sum(line.open for line in standings.values()) if stands else 0,
        "to_refund": stands,
        "parcels": await _parcels(visit, order, titles),
        "parcel_tones": PARCEL_TONES,
        "refunds": await _refunds(visit, order, titles),
        "refund_tones": REFUND_TONES,
        "returns": await _returns(visit, order),
        "return_tones": RETURN_TONES,
    }


def title_of(line: OrderLineRow) -> str:
    """What was sold, with its variant where there is more than one."""
    is_told = line.variant_title not in ("", "Default Title")
    return f"{line.title} · {line.variant_title}" if is_told else line.title


async def _parcels(visit: Visit, order: OrderView, titles: Mapping[int, str]) -> list[ParcelShown]:
    db = visit.ctx.db
    rows = await fulfilments_of(db, [order.id])
    if not rows:
        return []
    inside = await fulfilment_lines(db, [order.id])
    events = await fulfilment_events(db, [order.id])
    places = {place.id: place.name for place in await locations(db)}
    return [
        ParcelShown(
            row,
            tuple((each.quantity, titles.get(each.line_id, "")) for each in inside if each.fulfilment_id == row.id),
            tuple(each for each in reversed(events) if each.fulfilment_id == row.id),
            places.get(row.location_id or 0, ""),
        )
        for row in rows
    ]


async def _refunds(visit: Visit, order: OrderView, titles: Mapping[int, str]) -> list[RefundShown]:
    db = visit.ctx.db
    rows = await refunds_of(db, [order.id])
    if not rows:
        return []
    lines, parts = await refund_lines(db, [order.id]), await refund_parts(db, [order.id])
    return [
        RefundShown(
            row,
            tuple((each.quantity, titles.get(each.line_id, "")) for each in lines if each.refund_id == row.id),
            tuple(each for each in parts if each.refund_id == row.id),
        )
        for row in rows
    ]


async def _returns(visit: Visit, order: OrderView) -> list[ReturnShown]:
    rows = await returns_of(visit.ctx.db, [order.id])
    if not rows:
        return []
    lines = await return_lines(visit.ctx.db, [row.id for row in rows])
    return [ReturnShown(row, tuple(line for line in lines if line.return_id == row.id)) for row in rows]
