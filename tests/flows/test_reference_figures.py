"""Public data sets come out to the penny: Northwind whole, UCI Online Retail by country, and whole in `make chaos`."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.plugins.importers.reading import data_set
from tests.support import child
from tests.support.pasts import sold

from vetrina.flows.history import HistoryReport, import_orders
from vetrina.kernel.context import Context
from vetrina.shop.catalog.models import Product
from vetrina.shop.customers.models import Customer
from vetrina.shop.orders.models import GoodsEntry, Order
from vetrina.views.orders.sales import REPORTS_ZONE, reach, sales_by_year
from vetrina_importers import Northwind, OnlineRetail

PENNY = Decimal("0.01")


async def imported(ctx: Context, reader: Any, *paths: Path) -> HistoryReport:
    report = await import_orders(ctx, reader.read(paths), source="uci")
    assert report.problems == []
    return report


async def test_northwind_to_the_penny(ctx: Context) -> None:
    report = await imported(ctx, Northwind(), data_set("northwind"))
    assert (report.orders, report.lines, report.products, report.customers) == (830, 2_155, 77, 91)
    whole = await sold(ctx, "uci")
    assert (whole.orders, whole.lines) == (830, 2_155)
    assert whole.gross_value == Decimal("1354458.59")
    assert whole.net_value == Decimal("1265793.0395")
    assert whole.delivery_value == Decimal("64942.69")
    assert whole.average_order is not None
    assert whole.average_order.quantize(PENNY) == Decimal("1525.05")
    years = {year: entry.net_value.quantize(PENNY) for year, entry in await sales_by_year(ctx.db, source="uci")}
    assert years == {1996: Decimal("208083.97"), 1997: Decimal("617085.20"), 1998: Decimal("440623.87")}
    assert await ctx.db.value(select(func.count()).select_from(Product)) == 77
    assert await ctx.db.value(select(func.count()).select_from(Customer)) == 91
    states = dict(await ctx.db.fetch(select(Order.financial_status, func.count()).group_by(Order.financial_status)))
    assert states == {"PAID": 809, "PENDING": 21}
    assert await ctx.db.value(select(func.count(func.distinct(GoodsEntry.order_id)))) == 809


async def test_one_country_of_online_retail_to_the_penny(ctx: Context) -> None:
    report = await imported(ctx, OnlineRetail(), data_set("uci_online_retail") / "france.csv")
    assert report.lines == 8_557
    whole, named = await sold(ctx, "uci"), await reach(ctx.db, source="uci")
    cancelled = whole.correction("cancellation")
    assert (named.documents, cancelled.documents) == (461, 69)
    assert (whole.gross_value, cancelled.value) == (Decimal("209715.11"), Decimal("-12311.21"))
    assert whole.net_value == Decimal("197403.90")
    assert named.first_at is not None
    assert named.first_at.astimezone(REPORTS_ZONE) == datetime(2010, 12, 1, 9, 45, tzinfo=REPORTS_ZONE)


@pytest.mark.embedded
async def test_an_import_that_is_killed_goes_on_where_it_stood(ctx: Context, database_url: str) -> None:
    path = data_set("uci_online_retail") / "germany.csv"
    process = child.start("historian", database_url, str(path))
    assert int(await child.line_of(process)) > 0
    child.kill(process)
    before = await ctx.db.value(select(func.count()).select_from(Order))
    report = await imported(ctx, OnlineRetail(), path)
    whole = await sold(ctx, "uci")
    assert whole.net_value == Decimal("221698.21")
    assert 0 < before < whole.orders == before + report.orders
    assert report.known > 0
