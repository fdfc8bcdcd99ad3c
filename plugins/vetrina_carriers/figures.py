"""How carriers do, and what somebody should look after: the scorecard, kept promises, the queue of exceptions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from vetrina.kernel.money import Money
from vetrina.plugin import Context, Period
from vetrina.views.orders.desk import OrderDeskOrder, OrderDeskRow, order_desk
from vetrina.views.orders.fulfilments import FulfilmentRow, fulfilments_of
from vetrina.views.orders.queries import OrderFilters, order_filters
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina.views.windows import Window
from vetrina_carriers.kinds import KINDS
from vetrina_carriers.rules.pauses import Exceptional, matter
from vetrina_carriers.views import WatchRow, label_costs, watches_begun, watches_open

MOST_UNSENT = 200
LATELY = timedelta(days=14)
"""What ended badly stays in the queue for so long."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier in a period: parcels followed, kept promises (None where there was none), days on the way, cost."""

    carrier: str
    parcels: int
    delivered: int
    promised: int
    """With a promise that was kept or broken by now."""
    kept: int
    days: Decimal | None
    failed: int
    costs: tuple[Money, ...]
    """Per parcel, in each currency its labels were told in."""

    @property
    def rate(self) -> Decimal | None:
        return Decimal(self.kept) / self.promised if self.promised else None


class Problem(msgspec.Struct, frozen=True):
    """A parcel under way, and why somebody should look after it."""

    parcel: FulfilmentRow
    why: Exceptional
    watch: WatchRow


async def scorecard(ctx: Context, period: Period) -> list[Card]:
    """Each carrier that parcels were followed of, or labels bought at, within the period."""
    watches = await watches_begun(ctx.db, period.start, period.end)
    parcels = await _parcels(ctx, watches)
    costs: dict[str, list[Money]] = {}
    for carrier, currency, count, amount in await label_costs(ctx.db, period.start, period.end):
        costs.setdefault(carrier, []).append(Money(round(amount / count), currency))
    cards = list[Card]()
    for carrier in KINDS:
        mine = [parcels[row.fulfilment_id] for row in watches if row.carrier == carrier]
        if mine or carrier in costs:
            cards.append(_card(carrier, mine, tuple(costs.get(carrier, ())), ctx.now()))
    return cards


async def problems(ctx: Context, silent_days: int) -> list[Problem]:
    """Parcels that failed, came back, are late, unsent or silent; the oldest first."""
    watches = await watches_open(ctx.db, ctx.now() - LATELY)
    parcels = await _parcels(ctx, watches)
    found = list[Problem]()
    for row in watches:
        parcel = parcels.get(row.fulfilment_id)
        if parcel is None or parcel.tracking_number != row.tracking_number:
            continue
        why = matter(parcel.state, parcel.sent_at, row.heard_at, parcel.promised_for, _today(ctx), silent_days)
        if why is not None:
            found.append(Problem(parcel, why, row))
    return found


async def unsent(ctx: Context) -> list[OrderDeskRow]:
    """Orders of which something should have arrived by now and has not even left; at most MOST_UNSENT."""
    late = order_filters(OrderFilters(late_at=ctx.now()))
    placed = await order_desk(ctx.db, OrderDeskOrder.PLACED_AT, Window(size=MOST_UNSENT), late)
    return [each.row for each in placed[:MOST_UNSENT]]


async def promise_kept(ctx: Context, period: Period) -> Decimal | None:
    """K-073: delivered on the promised day or before, divided by delivered and overdue."""
    cards = await scorecard(ctx, period)
    promised = sum(card.promised for card in cards)
    return Decimal(sum(card.kept for card in cards)) / promised if promised else None


async def transit_days(ctx: Context, period: Period) -> Decimal | None:
    """Days from leaving to arriving, over all carriers (M-038)."""
    parcels = (await _parcels(ctx, await watches_begun(ctx.db, period.start, period.end))).values()
    return _days(list(parcels))


async def cost_per_parcel(ctx: Context, period: Period) -> Money | None:
    """What labels cost on average, in the shop's own currency (K-075)."""
    rows = [row for row in await label_costs(ctx.db, period.start, period.end) if row[1] == ctx.place.currency]
    count = sum(row[2] for row in rows)
    return Money(round(sum(row[3] for row in rows) / count), ctx.place.currency) if count else None


async def _parcels(ctx: Context, watches: Sequence[WatchRow]) -> dict[int, FulfilmentRow]:
    orders = sorted({row.order_id for row in watches})
    return {row.id: row for row in await fulfilments_of(ctx.db, orders)} if orders else {}


def _card(carrier: str, parcels: Sequence[FulfilmentRow], costs: tuple[Money, ...], now: datetime) -> Card:
    today = now.astimezone(REPORTS_ZONE).date().isoformat()
    kept = promised = 0
    for parcel in parcels:
        if parcel.promised_for is None or parcel.state == "cancelled":
            continue
        day = parcel.delivered_at.astimezone(REPORTS_ZONE).date().isoformat() if parcel.delivered_at else None
        if day is not None or parcel.promised_for < today:
            promised += 1
            kept += day is not None and day <= parcel.promised_for
    return Card(
        carrier=carrier,
        parcels=len(parcels),
        delivered=sum(parcel.delivered_at is not None for parcel in parcels),
        promised=promised,
        kept=kept,
        days=_days(parcels),
        failed=sum(parcel.state in ("failed", "returned") for parcel in parcels),
        costs=costs,
    )


def _days(parcels: Sequence[FulfilmentRow]) -> Decimal | None:
    spans = [row.delivered_at - row.sent_at for row in parcels if row.delivered_at and row.sent_at]
    if not spans:
        return None
    hours = Decimal(round(sum(max(span.total_seconds(), 0) for span in spans) / len(spans) / 360)) / 10
    return (hours / 24).quantize(Decimal("0.1"))


def _today(ctx: Context) -> datetime:
    """Now by the calendar that promises are made in."""
    return ctx.now().astimezone(REPORTS_ZONE)
