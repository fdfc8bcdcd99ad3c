"""What the admin's home shows: the last days' sales, and how much there is to do."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, case, cast, func, select

from vetrina.kernel.db import BigInt, Instant, Reads
from vetrina.kernel.messages.tables import OutboxFailure
from vetrina.shop.catalog.models import Product, Variant
from vetrina.shop.inventory.models import Level, Location
from vetrina.shop.orders.models import Order, Return
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina.vocabulary import FulfilmentStatus, OrderState, ProductStatus

DAYS = 30


class DayRow(msgspec.Struct, frozen=True):
    """One day's orders in one currency, cancelled ones left out. `back` counts days from today, which is 0.

    `total` is what they come to with delivery and tax, in minor units.
    """

    back: int
    currency: str
    orders: int
    total: int


class ToDoRow(msgspec.Struct, frozen=True):
    """How much waits for somebody."""

    orders: int
    """Orders of which something is still to be sent."""
    sold_out: int
    """Variants on sale of which no piece is left."""
    parked: int
    """Events that a subscriber could not digest."""
    returns: int
    """Returns that wait for an answer, or were unpacked and not settled."""


def day_starts(now: datetime, days: int = DAYS) -> list[datetime]:
    """When today and the days before it began in the zone of reports, today first."""
    today = now.astimezone(REPORTS_ZONE).date()
    return [
        datetime.combine(today - timedelta(days=back), datetime.min.time(), tzinfo=REPORTS_ZONE) for back in range(days)
    ]


async def recent_sales(db: Reads, starts: Sequence[datetime]) -> list[DayRow]:
    """Sales of the days that began at `starts`, today first; days on which nothing was sold are left out."""
    return await db.rows(DayRow, _RECENT, {f"since_{back}": start for back, start in enumerate(starts)})


async def to_do(db: Reads) -> ToDoRow:
    """All counts, in one statement."""
    found = await db.one(ToDoRow, _TO_DO)
    assert found is not None
    return found


def _since(back: int) -> Any:
    return Order.placed_at >= bindparam(f"since_{back}", type_=Instant())


_TO_SEND = (FulfilmentStatus.UNFULFILLED, FulfilmentStatus.IN_PROGRESS, FulfilmentStatus.PARTIALLY_FULFILLED)
_BACK = case(*((_since(back), back) for back in range(DAYS)), else_=DAYS)
_RECENT = (
    select(
        _BACK.label("back"),
        Order.currency,
        func.count().label("orders"),
        cast(func.sum(Order.total), BigInt).label("total"),
    )
    .where(_since(DAYS - 1), Order.state == OrderState.PLACED)
    .group_by("back", Order.currency)
    .order_by("back", Order.currency)
)
_SOLD_OUT = (
    select(Level.variant_id)
    .join(Location, Location.id == Level.location_id)
    .join(Variant, Variant.id == Level.variant_id)
    .join(Product, Product.id == Variant.product_id)
    .where(
        Location.is_active,
        Variant.archived_at.is_(None),
        Variant.is_bundle.is_(False),
        Product.status == ProductStatus.ACTIVE,
    )
    .group_by(Level.variant_id)
    .having(func.sum(Level.on_hand - Level.reserved) <= 0)
    .subquery()
)
_TO_DO = select(
    select(func.count())
    .select_from(Order)
    .where(
        Order.state == OrderState.PLACED,
        Order.fulfilment_status.in_(_TO_SEND),
    )
    .scalar_subquery()
    .label("orders"),
    select(func.count()).select_from(_SOLD_OUT).scalar_subquery().label("sold_out"),
    select(func.count()).where(OutboxFailure.parked_at.is_not(None)).scalar_subquery().label("parked"),
    select(func.count()).where(Return.state.in_(("requested", "received"))).scalar_subquery().label("returns"),
)
