"""Home: how the shop is doing, and what waits for somebody."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from babel.dates import format_date

from vetrina.kernel.errors import NotFound
from vetrina.views.home import DAYS, DayRow, day_starts, recent_sales, to_do
from vetrina.views.orders.desk import order_count
from vetrina_admin.pages.answers import Answer, render
from vetrina_admin.pages.orders.asked import late_orders
from vetrina_admin.pages.panels import panels, tiles
from vetrina_admin.pages.payments.waiting import money_waits
from vetrina_admin.pages.screens import Room, page
from vetrina_admin.pages.visits import Visit
from vetrina_admin.pages.written import day_text, locale_of, money_text

CHART_HEIGHT = 100
"""In the drawing's own units; it is stretched to the place there is."""


class Day(msgspec.Struct, frozen=True):
    """One bar: the day, what was sold on it, how high it stands."""

    label: str
    short: str
    orders: int
    sold: str
    height: float


class Today(msgspec.Struct, frozen=True):
    """Today beside the same weekday of last week."""

    orders: int
    sold: str
    before_orders: int
    before_sold: str
    elsewhere: str
    """What was sold today in other currencies."""
    weekday: str


async def home(visit: Visit) -> Answer:
    """What this person may see of it. Four statements, whatever the shop's size, and those of plugins."""
    db, now = visit.ctx.db, visit.ctx.now()
    starts = day_starts(now)
    sales = await recent_sales(db, starts) if visit.may("orders.read") else []
    currency = (await visit.site.markets.atlas()).profile.currency
    return render(
        visit,
        "home/home.html",
        today=_today(visit, sales, currency, starts) if visit.may("orders.read") else None,
        days=_days(visit, sales, currency, starts),
        has_sales=any(row.currency == currency for row in sales),
        currency=currency,
        to_do=await to_do(db) if visit.menu else None,
        late=await order_count(db, late_orders(now)) if visit.may("orders.read") else 0,
        money_waits=await money_waits(visit) if visit.may("payments.read") else None,
        left_out=visit.site.collected.left_out,
        day_of=day_text(now, visit.language),
        plugin_tiles=await tiles(visit),
        plugin_panels=await panels("home", None, visit),
    )


async def nothing(visit: Visit) -> Answer:
    """Every address below /admin that nobody else answers."""
    raise NotFound(what="The page")


def _today(visit: Visit, sales: Sequence[DayRow], currency: str, starts: Sequence[datetime]) -> Today:
    today = [row for row in sales if row.back == 0]
    before = [row for row in sales if row.back == 7]
    weekday = format_date(starts[7], format="EEEE d MMM", locale=locale_of(visit.language))
    elsewhere = [money_text(row.total, row.currency, visit.language) for row in today if row.currency != currency]
    return Today(
        orders=sum(row.orders for row in today),
        sold=_sold(visit, today, currency),
        before_orders=sum(row.orders for row in before),
        before_sold=_sold(visit, before, currency),
        elsewhere=" + ".join(elsewhere),
        weekday=f"{weekday[:1].upper()}{weekday[1:]}",
    )


def _days(visit: Visit, sales: Sequence[DayRow], currency: str, starts: Sequence[datetime]) -> list[Day]:
    """The oldest first."""
    totals = {row.back: row for row in sales if row.currency == currency}
    most = max((row.total for row in totals.values()), default=0) or 1
    locale = locale_of(visit.language)
    found: list[Day] = []
    for back in reversed(range(DAYS)):
        row = totals.get(back, DayRow(back, currency, 0, 0))
        found.append(
            Day(
                label=format_date(starts[back], format="EEE d MMM", locale=locale),
                short=format_date(starts[back], format="d MMM", locale=locale),
                orders=row.orders,
                sold=money_text(row.total, currency, visit.language),
                height=round(CHART_HEIGHT * row.total / most, 2),
            )
        )
    return found


def _sold(visit: Visit, rows: Sequence[DayRow], currency: str) -> str:
    return money_text(sum(row.total for row in rows if row.currency == currency), currency, visit.language)


ROOM = Room(
    name="home",
    path="",
    can=None,
    icon="home",
    screens=(page("/", None, home), page("/{rest:path}", None, nothing)),
)
