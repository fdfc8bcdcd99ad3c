"""The whole of UCI Online Retail through the command, killed twice on its way: every figure comes out to the penny."""

import asyncio
import os
import subprocess
import sys
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from tests.plugins.importers.reading import data_set
from tests.support.pasts import EVER

from vetrina.cli.opening import open_if_new
from vetrina.cli.running import settings_from
from vetrina.kernel.db import Database, open_database
from vetrina.shop.corrections.models import CorrectionLine
from vetrina.shop.orders.models import OrderLine
from vetrina.views.orders.sales import reach, sales

SECRET = "a secret for tests, long enough to be one"
AOV = Decimal("534.403")


@pytest.mark.chaos
@pytest.mark.timeout(1_800)
async def test_the_whole_set_survives_two_deaths(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VETRINA_SECRET_KEY", SECRET)
    await asyncio.to_thread(open_if_new, settings_from(database_url=database_url), plugins=("importers",))
    for lines_of_progress in (2, 3):
        await _import_and_die_after(database_url, lines_of_progress)
    printed = await _import_to_the_end(database_url)
    assert "skipped 0." in printed
    db = await open_database(database_url)
    try:
        await _hold_figures(db)
    finally:
        await db.close()
    assert "written 0 orders, 0 corrections and 0 lines" in await _import_to_the_end(database_url)


async def _hold_figures(db: Database) -> None:
    named, [whole] = await reach(db, source="uci"), await sales(db, source="uci", **EVER)
    assert (named.documents, named.customers, named.countries, named.anonymous_lines) == (25_900, 4_372, 38, 135_080)
    cancelled, adjusted, stock = (whole.correction(kind) for kind in ("cancellation", "adjustment", "stock"))
    assert whole.lines + sum(entry.lines for entry in whole.corrections) == 541_909
    assert (cancelled.documents, cancelled.lines, cancelled.value) == (3_836, 9_288, Decimal("-896812.49"))
    assert (adjusted.documents, adjusted.value) == (3, Decimal("-11062.06"))
    assert (stock.documents, stock.value) == (2_098, 0)
    assert whole.net_value == Decimal("9747747.934")
    # The well-known figures take the bad debt that was booked as positive, A563185, for a line and an order more.
    booked = Decimal(adjusted.positive_amount) / 100
    assert whole.gross_value + booked == Decimal("10666684.544")
    valid = whole.charged_orders + adjusted.positive
    assert valid == 19_960
    assert ((whole.gross_value + booked) / valid).quantize(AOV) == AOV
    codes = select(OrderLine.sku).union(select(CorrectionLine.sku)).subquery()
    assert await db.value(select(func.count()).select_from(codes)) == 4_070


async def _import_and_die_after(url: str, lines_of_progress: int) -> None:
    child = _start(url)
    assert child.stdout is not None
    for _ in range(lines_of_progress):
        said = await asyncio.to_thread(child.stdout.readline)
        assert "lines, " in said, said
    child.kill()
    child.wait()
    child.stdout.close()


async def _import_to_the_end(url: str) -> str:
    child = _start(url)
    printed, _ = await asyncio.to_thread(child.communicate)
    assert child.returncode == 0, printed
    return printed


def _start(url: str) -> "subprocess.Popen[str]":
    folder = str(data_set("uci_online_retail"))
    return subprocess.Popen(
        [sys.executable, "-m", "vetrina.cli", "import", "orders", folder, "--database-url", url],
        env={**os.environ, "VETRINA_ENV": "test", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
