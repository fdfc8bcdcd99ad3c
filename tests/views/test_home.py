"""What the admin's home shows is counted by days of the shop's zone, and costs two statements."""

from datetime import datetime, timedelta

from tests.support.factories import make_variant
from tests.support.pasts import line, order, told
from tests.support.statements import statements

from vetrina.kernel.context import Context
from vetrina.views.home import DAYS, day_starts, recent_sales, to_do
from vetrina.vocabulary import ProductStatus


async def test_sales_are_counted_by_the_days_of_the_shop(ctx: Context) -> None:
    now = ctx.now()  # 14 March, 10:26 in Rome, where the day began at 23:00 UTC
    midnight = datetime.fromisoformat("2026-03-13T23:00:00+00:00")
    moments = {
        "today": midnight,
        "yesterday": midnight - timedelta(seconds=1),
        "week ago": midnight - timedelta(days=6, hours=1),
        "oldest": day_starts(now)[-1],
        "too old": day_starts(now)[-1] - timedelta(seconds=1),
    }
    await told(
        ctx,
        *(order(name, at=at) for name, at in moments.items()),
        order("also today", line(quantity=2), at=now, is_open=True),
        order("in pounds", at=now, currency="GBP"),
        order("cancelled", at=now, cancelled_at=now),
    )
    with statements(ctx.db) as texts:
        rows = await recent_sales(ctx.db, day_starts(now))
        waiting = await to_do(ctx.db)
    assert len(texts) == 2
    assert [(row.back, row.currency, row.orders, row.total) for row in rows] == [
        (0, "EUR", 2, 3750),
        (0, "GBP", 1, 1250),
        (1, "EUR", 1, 1250),
        (7, "EUR", 1, 1250),
        (DAYS - 1, "EUR", 1, 1250),
    ]
    assert waiting.orders == 1 and waiting.sold_out == waiting.parked == waiting.returns == 0


async def test_what_is_sold_out_is_on_sale_and_counted(ctx: Context) -> None:
    for stock in (0, 0, 3, None):
        await make_variant(ctx, stock=stock)
    await make_variant(ctx, stock=0, status=ProductStatus.DRAFT)
    assert (await to_do(ctx.db)).sold_out == 2


def test_days_begin_at_midnight_of_the_shop_also_when_clocks_change() -> None:
    starts = day_starts(datetime.fromisoformat("2026-03-30T12:00:00+00:00"), 3)
    assert [start.utcoffset() for start in starts] == [timedelta(hours=2), timedelta(hours=1), timedelta(hours=1)]
    assert {start.hour for start in starts} == {0}
