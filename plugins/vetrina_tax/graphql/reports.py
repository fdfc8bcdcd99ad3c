"""taxOssReport: a quarter's return for the staff's own programs."""

from typing import Any

import msgspec
import strawberry

from vetrina.graphql import Info, ctx_of, root
from vetrina.graphql.scalars import Decimal
from vetrina.kernel.errors import BadInput
from vetrina_tax.reporting import csv_of, euros
from vetrina_tax.rules.rates import percent
from vetrina_tax.views import oss_report

FIRST_YEAR, LAST_YEAR = 2021, 2100


class LineRow(msgspec.Struct, frozen=True):
    """A country and a rate of the report."""

    quarter: str
    country: str
    rate: str
    net: str
    tax: str
    orders: int
    not_converted: int


class WholeReport(msgspec.Struct, frozen=True):
    """The return with its CSV."""

    lines: list[LineRow]
    csv: str


@strawberry.type(description="A country and a rate; those of an earlier quarter are corrections. Amounts in euros.")
class TaxOssLine:
    quarter: str
    country: str
    rate: str = strawberry.field(description="In percent.")
    net: Decimal
    tax: Decimal
    orders: int
    not_converted: int = strawberry.field(description="Entries in currencies without a rate: not in the amounts.")


@strawberry.type(description="What an OSS return of a quarter says.")
class TaxOssReport:
    lines: list[TaxOssLine]
    csv: str


@strawberry.type
class TaxReportQuery:
    @root(permission="tax.read", description="The OSS return of a quarter, by country and rate.")
    async def tax_oss_report(self, info: Info, year: int, quarter: int) -> TaxOssReport | None:
        if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= quarter <= 4):
            raise BadInput(field=("quarter",), problem="OSS returns are from 2021 on, of the quarters 1 to 4.")
        rows = await oss_report(ctx_of(info).db, year, quarter)
        lines = [
            LineRow(
                row.quarter, row.country, percent(row.rate), euros(row.net), euros(row.tax), row.orders, row.unknown
            )
            for row in rows
        ]
        found: Any = WholeReport(lines, csv_of(rows))
        return found
