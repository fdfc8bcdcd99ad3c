"""Draws the next number of a series: one row, locked until the commit, so that a rollback leaves no hole (I8)."""

from datetime import date

import msgspec
from sqlalchemy import Text, and_, bindparam, case, type_coerce, update

from vetrina.kernel.db import BigInt, Session
from vetrina_invoices.models import InvoicesSeries
from vetrina_invoices.rules.numbering import SeriesSpec


class Drawn(msgspec.Struct, frozen=True):
    """A number with the day its document bears, which is never before the one before it."""

    series_id: int
    number: int
    year: int
    """Of the number; 0 where numbers go on for ever."""
    name: str
    on: date


async def draw(session: Session, spec: SeriesSpec, today: date) -> Drawn:
    """The next number. A clock that was set back does not set the day back: the series' last day holds."""
    wanted = {"name_": spec.name, "today": today.isoformat(), "year_": today.year}
    found = await session.fetch(TAKE, wanted)
    if not found:
        await session.add_if_absent(
            InvoicesSeries,
            name=spec.name,
            kind=spec.kind,
            prefix=spec.prefix,
            is_yearly=spec.is_yearly,
            year=0,
            last=0,
            last_on="",
        )
        found = await session.fetch(TAKE, wanted)
    [(series_id, number, year, on)] = found
    in_year = year if spec.is_yearly else 0
    return Drawn(series_id, number, in_year, spec.printed(number, year), date.fromisoformat(on))


_TODAY = bindparam("today", type_=Text)
_YEAR = bindparam("year_", type_=BigInt)
_IS_LATER = InvoicesSeries.last_on < _TODAY
_BEGINS = and_(InvoicesSeries.is_yearly, _IS_LATER, InvoicesSeries.year < _YEAR)
TAKE = (
    update(InvoicesSeries)
    .where(InvoicesSeries.name == bindparam("name_"))
    .values(
        last=case((_BEGINS, type_coerce(1, BigInt)), else_=InvoicesSeries.last + 1),
        year=case((_IS_LATER, _YEAR), else_=InvoicesSeries.year),
        last_on=case((_IS_LATER, _TODAY), else_=InvoicesSeries.last_on),
    )
    .returning(InvoicesSeries.id, InvoicesSeries.last, InvoicesSeries.year, InvoicesSeries.last_on)
)
