"""What is known: own rates, a buyer's VAT id with its check, exemptions, the threshold, checks, the ledger's sums."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, func, select, true

from vetrina.kernel.db import Reads, table_of, text_in
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina_tax.models import TaxBuyer, TaxCheck, TaxEntry, TaxExemption, TaxOwnRate
from vetrina_tax.rules.deciding import DISTANCE, Threshold
from vetrina_tax.rules.rates import Rate

ANSWERED = ("valid", "invalid")


class BuyerRow(msgspec.Struct, frozen=True):
    """The VAT id given for a cart, and its last check that was answered."""

    country: str
    number: str
    changes: int
    set_at: datetime
    state: str | None
    asked_at: datetime | None
    request_number: str | None


class CheckRow(msgspec.Struct, frozen=True):
    """One question to VIES."""

    id: int
    country: str
    number: str
    state: str
    asked_at: datetime
    request_number: str | None
    name: str | None
    error: str | None


class ExemptionRow(msgspec.Struct, frozen=True):
    """A customer who pays no VAT; `until` is his last day."""

    customer_id: int
    mention: str
    until: str | None
    created_at: datetime


class EntryRow(msgspec.Struct, frozen=True):
    """One entry of the ledger; amounts in minor units of `currency`."""

    order_id: int
    reference: str
    scheme: str
    origin: str
    country: str
    destination: str
    rate: int
    currency: str
    net: int
    tax: int
    vat_id: str | None
    supplied_at: datetime


class ReportRow(msgspec.Struct, frozen=True):
    """A line of the OSS return: country and rate, or a correction of an earlier quarter. In cents of a euro."""

    country: str
    rate: int
    net: int
    tax: int
    quarter: str
    """Such as 2026-Q3: when it was supplied."""
    orders: int
    unknown: int
    """Entries in currencies whose rate nobody has told: they are not in the amounts."""


async def own_rates(db: Reads) -> list[Rate]:
    """Every rate the shop has written itself."""
    return [_own_rate(*row) for row in await db.fetch(_OWN_RATES)]


async def own_rates_and_buyer(db: Reads, reference: str) -> tuple[tuple[Rate, ...], BuyerRow | None]:
    """What every question about tax begins with, in one statement: own rates, and the VAT id given for a cart."""
    found = await db.fetch(_OWN_RATES_AND_BUYER, {"reference": reference})
    buyer, split = found[0][_RATE_COLUMNS:], [row[:_RATE_COLUMNS] for row in found]
    rates = tuple(_own_rate(*row) for row in split if row[0] is not None)
    return rates, None if buyer[0] is None else BuyerRow(*buyer)


async def buyer_of(db: Reads, reference: str) -> BuyerRow | None:
    """The VAT id given for a cart."""
    return (await buyers_of(db, [reference])).get(reference)


async def buyers_of(db: Reads, references: list[str]) -> dict[str, BuyerRow]:
    """The VAT ids given for carts, by their references."""
    found = await db.fetch(_BUYERS, {"references": references})
    return {reference: BuyerRow(*rest) for reference, *rest in found}


async def exemption_of(db: Reads, customer_id: int, day: date) -> ExemptionRow | None:
    """A customer's exemption, if it holds on that day."""
    found = await db.one(ExemptionRow, _EXEMPTION, {"customer": customer_id})
    return found if found and (found.until is None or found.until >= day.isoformat()) else None


async def exemptions(db: Reads) -> list[ExemptionRow]:
    """All of them, the latest first."""
    return await db.rows(ExemptionRow, _EXEMPTIONS)


async def threshold_in(db: Reads, year: int, elsewhere: tuple[int, int] = (0, 0)) -> Threshold:
    """What was sold at a distance in a year and the one before; `elsewhere` is what other channels sold in each."""
    [(this, last, oss, unknown)] = await db.fetch(
        _THRESHOLD, {"before": beginning(year - 1), "start": beginning(year), "end": beginning(year + 1)}
    )
    return Threshold(
        this_year=(this or 0) + elsewhere[0],
        last_year=(last or 0) + elsewhere[1],
        was_crossed=(oss or 0) > 0,
        is_complete=not unknown,
    )


async def checks(db: Reads, *, size: int, below: int = 2**63 - 1) -> list[CheckRow]:
    """Checks of VAT ids, the latest first."""
    return await db.rows(CheckRow, _CHECKS, {"size": size, "below": below})


async def check_by_id(db: Reads, check_id: int) -> CheckRow | None:
    return await db.one(CheckRow, _CHECK, {"id": check_id})


async def checks_since(db: Reads, moment: datetime) -> int:
    """How many ids were asked about since then."""
    return await db.value(_CHECKS_SINCE, {"since": moment})


async def ids_to_check(db: Reads, given_since: datetime, answered_since: datetime, size: int) -> list[tuple[str, str]]:
    """VAT ids given since then that have no answer as fresh as wanted: pairs of country and number."""
    params = {"given": given_since, "answered": answered_since, "size": size}
    return [(country, number) for country, number in await db.fetch(_TO_CHECK, params)]


async def doubtful_sales(db: Reads, since: datetime, asked_before: datetime) -> list[tuple[int, str, str | None]]:
    """Orders sold without VAT to ids that turned out wrong, or that nobody has vouched for: order, id, state."""
    found = await db.fetch(_DOUBTFUL, {"since": since, "before": asked_before})
    return [(order, vat_id, state) for order, vat_id, state in found]


async def entries_of(db: Reads, order_id: int) -> list[EntryRow]:
    """The ledger of one order."""
    return await db.rows(EntryRow, _ENTRIES, {"order": order_id})


async def oss_report(db: Reads, year: int, quarter: int) -> list[ReportRow]:
    """What an OSS return of that quarter says: its own sales, and corrections of earlier ones by their quarter."""
    start, end = quarter_bounds(year, quarter)
    found: dict[tuple[str, str, int], list[Any]] = {}
    for country, rate, net, tax, supplied_at, order_id in await db.fetch(_REPORT, {"start": start, "end": end}):
        row = found.setdefault((quarter_of(supplied_at), country, rate), [0, 0, set[int](), 0])
        row[0] += net or 0
        row[1] += tax or 0
        row[2].add(order_id)
        row[3] += net is None
    return [
        ReportRow(country, rate, net, tax, name, len(orders), unknown)
        for (name, country, rate), (net, tax, orders, unknown) in sorted(found.items(), key=_as_listed)
    ]


def _as_listed(item: tuple[tuple[str, str, int], list[Any]]) -> tuple[Any, ...]:
    (name, country, rate), _ = item
    year, quarter = name.split("-Q")
    return (-int(year), -int(quarter), country, -rate)


def beginning(year: int) -> datetime:
    """The first moment of a year where the shop keeps its books."""
    return datetime(year, 1, 1, tzinfo=REPORTS_ZONE).astimezone(UTC)


def quarter_bounds(year: int, quarter: int) -> tuple[datetime, datetime]:
    """A quarter's first moment, and the next one's."""
    after = (year + 1, 1) if quarter == 4 else (year, 3 * quarter + 1)
    start = datetime(year, 3 * quarter - 2, 1, tzinfo=REPORTS_ZONE)
    return start.astimezone(UTC), datetime(*after, 1, tzinfo=REPORTS_ZONE).astimezone(UTC)


def quarter_of(moment: datetime) -> str:
    """As 2026-Q3."""
    local = moment.astimezone(REPORTS_ZONE)
    return f"{local.year}-Q{(local.month + 2) // 3}"


def _own_rate(
    key: int, country: str, region: str, level: str, rate: int, since: str, until: str | None, source: str
) -> Rate:
    return Rate(
        id=key,
        country=country,
        region=region,
        level=level,
        rate=rate,
        since=date.fromisoformat(since),
        until=date.fromisoformat(until) if until else None,
        source=source,
    )


_LATER = table_of(TaxCheck).alias("later").c
_LAST = (
    select(func.max(_LATER.id))
    .where(_LATER.country == TaxBuyer.country, _LATER.number == TaxBuyer.number, _LATER.state.in_(ANSWERED))
    .correlate(TaxBuyer)
    .scalar_subquery()
)
_RATE = (
    TaxOwnRate.id, TaxOwnRate.country, TaxOwnRate.region, TaxOwnRate.level, TaxOwnRate.rate, TaxOwnRate.since,
    TaxOwnRate.until, TaxOwnRate.source,
)  # fmt: skip
_RATE_COLUMNS = len(_RATE)
_BUYER = (
    TaxBuyer.country, TaxBuyer.number, TaxBuyer.changes, TaxBuyer.set_at, TaxCheck.state, TaxCheck.asked_at,
    TaxCheck.request_number,
)  # fmt: skip
_OWN_RATES = select(*_RATE).order_by(TaxOwnRate.id)
_BUYERS = (
    select(TaxBuyer.reference, *_BUYER)
    .outerjoin(TaxCheck, TaxCheck.id == _LAST)
    .where(text_in(TaxBuyer.reference, "references"))
)
_ASKED = select(bindparam("reference", type_=TaxBuyer.reference.type).label("reference")).subquery("asked")
_OWN_RATES_AND_BUYER = (
    select(*_RATE, *_BUYER)
    .select_from(_ASKED)
    .outerjoin(TaxOwnRate, true())
    .outerjoin(TaxBuyer, TaxBuyer.reference == _ASKED.c.reference)
    .outerjoin(TaxCheck, TaxCheck.id == _LAST)
    .order_by(TaxOwnRate.id)
)
"""A row for each own rate, or one without any; the buyer stands in all of them."""
_EXEMPTIONS = select(
    TaxExemption.customer_id, TaxExemption.mention, TaxExemption.until, TaxExemption.created_at
).order_by(TaxExemption.created_at.desc(), TaxExemption.customer_id)
_EXEMPTION = _EXEMPTIONS.where(TaxExemption.customer_id == bindparam("customer"))
_IS_THIS = and_(TaxEntry.supplied_at >= bindparam("start"), TaxEntry.supplied_at < bindparam("end"))
_THRESHOLD = select(
    func.sum(case((_IS_THIS, TaxEntry.euro_net), else_=0)),
    func.sum(case((TaxEntry.supplied_at < bindparam("start"), TaxEntry.euro_net), else_=0)),
    func.sum(case((and_(_IS_THIS, TaxEntry.scheme == "oss"), TaxEntry.euro_net), else_=0)),
    func.sum(case((TaxEntry.euro_net.is_(None), 1), else_=0)),
).where(
    TaxEntry.scheme.in_(sorted(DISTANCE)),
    TaxEntry.supplied_at >= bindparam("before"),
    TaxEntry.supplied_at < bindparam("end"),
)
_ANY_CHECK = select(
    TaxCheck.id, TaxCheck.country, TaxCheck.number, TaxCheck.state, TaxCheck.asked_at, TaxCheck.request_number,
    TaxCheck.name, TaxCheck.error,
)  # fmt: skip
_CHECKS = _ANY_CHECK.where(TaxCheck.id < bindparam("below")).order_by(TaxCheck.id.desc()).limit(bindparam("size"))
_CHECK = _ANY_CHECK.where(TaxCheck.id == bindparam("id"))
_CHECKS_SINCE = select(func.count()).select_from(TaxCheck).where(TaxCheck.asked_at >= bindparam("since"))
_FRESH = (
    select(_LATER.id)
    .where(
        _LATER.country == TaxBuyer.country,
        _LATER.number == TaxBuyer.number,
        _LATER.state.in_(ANSWERED),
        _LATER.asked_at >= bindparam("answered"),
    )
    .correlate(TaxBuyer)
    .exists()
)
_TO_CHECK = (
    select(TaxBuyer.country, TaxBuyer.number)
    .where(TaxBuyer.set_at >= bindparam("given"), ~_FRESH)
    .group_by(TaxBuyer.country, TaxBuyer.number)
    .order_by(func.min(TaxBuyer.set_at))
    .limit(bindparam("size"))
)
WRITTEN_ID = case((TaxCheck.country == "GR", "EL"), else_=TaxCheck.country).concat(TaxCheck.number)
_STATE = (
    select(TaxCheck.state)
    .where(TaxEntry.vat_id == WRITTEN_ID, TaxCheck.state.in_(ANSWERED))
    .order_by(TaxCheck.id.desc())
    .limit(1)
    .correlate(TaxEntry)
    .scalar_subquery()
)
_SOLD = (
    select(TaxEntry.order_id, TaxEntry.vat_id, TaxEntry.at, _STATE.label("state"))
    .where(
        TaxEntry.scheme == "reverse_charge",
        TaxEntry.reference == "sale",
        TaxEntry.supplied_at >= bindparam("since"),
    )
    .subquery("sold")
)
_DOUBTFUL = (
    select(_SOLD.c.order_id, _SOLD.c.vat_id, _SOLD.c.state)
    .where((_SOLD.c.state == "invalid") | (_SOLD.c.state.is_(None) & (_SOLD.c.at < bindparam("before"))))
    .distinct()
    .order_by(_SOLD.c.order_id)
    .limit(50)
)
_ENTRIES = (
    select(*(getattr(TaxEntry, name) for name in EntryRow.__struct_fields__))
    .where(TaxEntry.order_id == bindparam("order"))
    .order_by(TaxEntry.id)
)
_REPORT = (
    select(
        TaxEntry.country, TaxEntry.rate, TaxEntry.euro_net, TaxEntry.euro_tax, TaxEntry.supplied_at, TaxEntry.order_id
    )
    .where(TaxEntry.scheme == "oss", TaxEntry.at >= bindparam("start"), TaxEntry.at < bindparam("end"))
    .order_by(TaxEntry.id)
)
