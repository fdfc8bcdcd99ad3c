"""What was sold in a span of time, by currency: the sums a history is checked against."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, Text, and_, bindparam, case, cast, distinct, exists, func, or_, select, union_all

from vetrina.kernel.db import BigInt, Instant, Reads
from vetrina.kernel.money import digits
from vetrina.shop.corrections.models import Correction, CorrectionLine
from vetrina.shop.orders.models import LineRest, Order, OrderLine
from vetrina.vocabulary import OrderState

REPORTS_ZONE = ZoneInfo("Europe/Rome")
"""Where days and years are cut."""
FINEST = 1_000_000
"""Rests are in millionths of the minor unit."""


class CorrectionSums(msgspec.Struct, frozen=True):
    """Corrections of one kind and one currency. Amounts in minor units, `rest` in millionths of those; signed."""

    currency: str
    kind: str
    documents: int
    positive: int
    """Those that add to sales instead of taking off."""
    positive_amount: int
    lines: int
    amount: int
    delivery: int
    rest: int

    @property
    def value(self) -> Decimal:
        """What they change, in major units, exactly as their source says."""
        return _major(self.amount, self.rest, self.currency)


class Sales(msgspec.Struct, frozen=True, kw_only=True):
    """Sales of one currency over the *placed* set of orders (cancelled ones included), in minor units.

    Corrections are booked on their own day (the calendar view), not on their order's.
    """

    currency: str
    orders: int
    """K-017: placed orders."""
    charged_orders: int
    """Those of them that cost anything."""
    cancelled_orders: int
    lines: int
    gross: int
    discount: int
    delivery: int
    gross_rest: int
    discount_rest: int
    """What a finer source has below the minor unit, in millionths of it."""
    corrections: tuple[CorrectionSums, ...]

    @property
    def gross_value(self) -> Decimal:
        """K-012 gross sales in major units: unit price times quantity, before discounts, corrections and delivery."""
        return _major(self.gross, self.gross_rest, self.currency)

    @property
    def discount_value(self) -> Decimal:
        """K-013 discounts in major units."""
        return _major(self.discount, self.discount_rest, self.currency)

    @property
    def net_value(self) -> Decimal:
        """K-014 net sales in major units: gross sales, less discounts, less what corrections took off."""
        return self.gross_value - self.discount_value + sum(entry.value for entry in self.corrections)

    @property
    def delivery_value(self) -> Decimal:
        """What delivery cost the buyers, in major units."""
        return _major(self.delivery, 0, self.currency)

    @property
    def average_order(self) -> Decimal | None:
        """K-018 average order value in major units: gross sales less discounts, over orders; None without orders."""
        return (self.gross_value - self.discount_value) / self.orders if self.orders else None

    def correction(self, kind: str) -> CorrectionSums:
        """The corrections of a kind; nothing of it sums to zero."""
        found = (entry for entry in self.corrections if entry.kind == kind)
        return next(found, CorrectionSums(self.currency, kind, 0, 0, 0, 0, 0, 0, 0))


class Reach(msgspec.Struct, frozen=True):
    """Who and what a history names, over orders and corrections alike."""

    documents: int
    customers: int
    countries: int
    anonymous_lines: int
    """Lines of documents without a customer."""
    first_at: datetime | None
    last_at: datetime | None


async def sales(reads: Reads, *, since: datetime, until: datetime, source: str | None = None) -> tuple[Sales, ...]:
    """Sales from `since` up to, not including, `until`, one for each currency; of one source, or of the whole shop."""
    span = {"since_": since, "until_": until, "source_": source}
    corrections = await reads.rows(CorrectionSums, _CORRECTIONS, span)
    rests = {currency: (gross, discount) for currency, gross, discount in await reads.fetch(_RESTS, span)}
    sums = {currency: found for currency, *found in await reads.fetch(_ORDERS, span)}
    lines = dict(await reads.fetch(_LINES, span))
    return tuple(
        _sales(currency, sums.get(currency), lines.get(currency, 0), rests.get(currency, (0, 0)), corrections)
        for currency in sorted({*sums, *(entry.currency for entry in corrections)})
    )


async def sales_by_year(reads: Reads, *, source: str | None = None) -> list[tuple[int, Sales]]:
    """Sales of each calendar year in which there were any, cut in the zone of reports, by year and currency."""
    span = await reach(reads, source=source)
    if span.first_at is None or span.last_at is None:
        return []
    first, last = (at.astimezone(REPORTS_ZONE).year for at in (span.first_at, span.last_at))
    found: list[tuple[int, Sales]] = []
    for year in range(first, last + 1):
        since, until = (datetime(start, 1, 1, tzinfo=REPORTS_ZONE) for start in (year, year + 1))
        found += [(year, entry) for entry in await sales(reads, since=since, until=until, source=source)]
    return found


async def reach(reads: Reads, *, source: str | None = None) -> Reach:
    """Whom and what the orders and corrections of a source name, or those of the whole shop."""
    found = await reads.one(Reach, _REACH, {"source_": source})
    assert found is not None
    return found


def _sales(
    currency: str, sums: list[int] | None, lines: int, rests: tuple[int, int], corrections: list[CorrectionSums]
) -> Sales:
    orders, charged, cancelled, gross, discount, delivery = sums or [0] * 6
    return Sales(
        currency=currency,
        orders=orders,
        charged_orders=charged,
        cancelled_orders=cancelled,
        lines=lines,
        gross=gross,
        discount=discount,
        delivery=delivery,
        gross_rest=rests[0],
        discount_rest=rests[1],
        corrections=tuple(entry for entry in corrections if entry.currency == currency),
    )


def _major(minor: int, rest: int, currency: str) -> Decimal:
    return Decimal(minor * FINEST + rest).scaleb(-6 - digits(currency))


def _from_source(model: type[Order | Correction]) -> ColumnElement[bool]:
    """Of the source asked for, or of any."""
    wanted = bindparam("source_", type_=Text())
    return or_(wanted.is_(None), model.source == wanted)


def _sum(column: Any) -> Any:
    """Sums of BIGINT are NUMERIC on PostgreSQL."""
    return cast(func.coalesce(func.sum(column), 0), BigInt)


def _count_if(condition: ColumnElement[bool]) -> Any:
    return _sum(case((condition, 1), else_=0))


_sold = and_(
    Order.placed_at >= bindparam("since_", type_=Instant()),
    Order.placed_at < bindparam("until_", type_=Instant()),
    _from_source(Order),
)
_has_rest = exists().where(LineRest.line_id == OrderLine.id, OrderLine.order_id == Order.id, LineRest.subtotal > 0)
_ORDERS = (
    select(
        Order.currency,
        func.count(),
        _count_if(or_(Order.subtotal > 0, _has_rest)),
        _count_if(Order.state == OrderState.CANCELLED),
        _sum(Order.subtotal),
        _sum(Order.discount),
        _sum(Order.delivery),
    )
    .where(_sold)
    .group_by(Order.currency)
)
_LINES = (
    select(Order.currency, func.count())
    .join(OrderLine, OrderLine.order_id == Order.id)
    .where(_sold)
    .group_by(Order.currency)
)
_RESTS = (
    select(Order.currency, _sum(LineRest.subtotal), _sum(LineRest.discount))
    .select_from(LineRest)
    .join(OrderLine, OrderLine.id == LineRest.line_id)
    .join(Order, Order.id == OrderLine.order_id)
    .where(_sold)
    .group_by(Order.currency)
)
_per_correction = (
    select(
        CorrectionLine.correction_id,
        func.count().label("lines"),
        _sum(CorrectionLine.rest).label("rest"),
    )
    .group_by(CorrectionLine.correction_id)
    .subquery()
)
_CORRECTIONS = (
    select(
        Correction.currency,
        Correction.kind,
        func.count().label("documents"),
        _count_if(Correction.amount > 0).label("positive"),
        _sum(case((Correction.amount > 0, Correction.amount), else_=0)).label("positive_amount"),
        _sum(_per_correction.c.lines).label("lines"),
        _sum(Correction.amount).label("amount"),
        _sum(Correction.delivery).label("delivery"),
        _sum(_per_correction.c.rest).label("rest"),
    )
    .join(_per_correction, _per_correction.c.correction_id == Correction.id)
    .where(
        Correction.at >= bindparam("since_", type_=Instant()),
        Correction.at < bindparam("until_", type_=Instant()),
        _from_source(Correction),
    )
    .group_by(Correction.currency, Correction.kind)
    .order_by(Correction.currency, Correction.kind)
)
_documents = union_all(
    select(Order.customer_id, Order.country, Order.placed_at.label("at")).where(_from_source(Order)),
    select(Correction.customer_id, Correction.country, Correction.at).where(_from_source(Correction)),
).subquery()
_anonymous = union_all(
    select(OrderLine.id)
    .join(Order, Order.id == OrderLine.order_id)
    .where(Order.customer_id.is_(None), _from_source(Order)),
    select(CorrectionLine.id)
    .join(Correction, Correction.id == CorrectionLine.correction_id)
    .where(Correction.customer_id.is_(None), _from_source(Correction)),
).subquery()
_REACH = select(
    func.count().label("documents"),
    func.count(distinct(_documents.c.customer_id)).label("customers"),
    func.count(distinct(_documents.c.country)).label("countries"),
    select(func.count()).select_from(_anonymous).scalar_subquery().label("anonymous_lines"),
    func.min(_documents.c.at, type_=Instant()).label("first_at"),
    func.max(_documents.c.at, type_=Instant()).label("last_at"),
).select_from(_documents)
