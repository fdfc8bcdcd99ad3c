"""Orders: the list, with tabs, search, filters and CSV; one order is in orders_page."""

from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial

from vetrina.views.markets import Atlas
from vetrina.views.orders.desk import MOST_COUNTED, OrderDeskRow, order_count, order_desk
from vetrina.vocabulary import FinancialStatus, FulfilmentStatus, OrderState
from vetrina_admin.pages.answers import Answer, render
from vetrina_admin.pages.listings import (
    Head,
    counted,
    country_choices,
    country_name,
    head_of,
    listed,
    searched,
    window_of,
)
from vetrina_admin.pages.orders import chosen as orders_chosen
from vetrina_admin.pages.orders import refund as orders_refund
from vetrina_admin.pages.orders import send as orders_send
from vetrina_admin.pages.orders.asked import HEADS, SORTS, TABS, Asked, asked
from vetrina_admin.pages.orders.page import FINANCIAL_TONES, FULFILMENT_TONES, order_page
from vetrina_admin.pages.screens import Room, page
from vetrina_admin.pages.spreadsheets import Cell, amount, in_batches, spreadsheet
from vetrina_admin.pages.visits import Visit

TITLES = (
    "Name", "Number", "Source", "Placed at", "State", "Financial status", "Fulfillment status", "Customer", "Email",
    "Market", "Country", "Currency", "Total", "Pieces",
)  # fmt: skip


async def order_list(visit: Visit) -> Answer:
    """Orders that match, a page of them; or all of them as CSV, where the address says so."""
    atlas = await visit.site.markets.atlas()
    wish = asked(visit, atlas)
    if visit.query.get("as") == "csv":
        return spreadsheet(visit, "orders", TITLES, _sheet(visit, wish, atlas))
    window = window_of(visit, reverse=wish.reverse)
    found = await order_desk(visit.ctx.db, wish.order, window, wish.matching)
    count = await order_count(visit.ctx.db, wish.matching)
    return render(
        visit,
        "orders/list.html",
        listed=listed(visit, found, window),
        count=counted(visit, count, MOST_COUNTED, "orders.count", "orders.count_many"),
        is_filtered=bool(wish.filters or searched(visit) or wish.tab != "all"),
        asked=wish,
        q=searched(visit),
        tabs=TABS,
        sorts=SORTS,
        heads=_heads(visit, wish),
        choices=_choices(visit, atlas),
        markets={market.id: market.name for market in atlas.markets},
        country=partial(country_name, language=visit.language),
        financial_tones=FINANCIAL_TONES,
        fulfilment_tones=FULFILMENT_TONES,
        file=visit.link(**{"as": "csv", "after": None, "before": None}),
    )


def _heads(visit: Visit, wish: Asked) -> list[str | Head]:
    """The columns in their order; those in HEADS sort by a press."""
    names = ("order", "placed", "customer", "market", "total", "payment", "goods", "pieces")
    titles = [(name, visit.say(f"orders.{name}")) for name in names]
    return [
        head_of(visit, title, HEADS[name], wish.sort, is_end=name == "total") if name in HEADS else title
        for name, title in titles
    ]


def _choices(visit: Visit, atlas: Atlas) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The filters that are chosen from a list: name, label, and pairs of value and text."""
    say = visit.say
    return [
        ("payment", say("orders.payment"), [(each, say(f"orders.financial_{each}")) for each in FinancialStatus]),
        ("goods", say("orders.goods"), [(each, say(f"orders.fulfilment_{each}")) for each in FulfilmentStatus]),
        ("state", say("orders.state"), [(each, say(f"orders.state_{each}")) for each in OrderState]),
        ("market", say("orders.market"), [(market.handle, market.name) for market in atlas.markets]),
        ("country", say("orders.country"), country_choices((code for code, _ in atlas.countries), visit.language)),
    ]


async def _sheet(visit: Visit, wish: Asked, atlas: Atlas) -> AsyncIterator[Iterable[Sequence[Cell]]]:
    markets = {market.id: market.name for market in atlas.markets}
    batches = in_batches(
        lambda window: order_desk(visit.ctx.db, wish.order, window, wish.matching), reverse=wish.reverse
    )
    async for rows in batches:
        yield [_line(row, markets) for row in rows]


def _line(row: OrderDeskRow, markets: dict[int, str]) -> tuple[Cell, ...]:
    return (
        row.name,
        row.number,
        row.source,
        row.placed_at,
        row.state,
        row.financial_status,
        row.fulfilment_status,
        row.buyer,
        row.email,
        markets.get(row.market_id, ""),
        row.country,
        row.currency,
        amount(row.total, row.currency),
        row.pieces,
    )


ROOM = Room(
    name="orders",
    path="/orders",
    can="orders.read",
    icon="shopping-cart",
    group="sales",
    screens=(
        page("/orders", "orders.read", order_list),
        page("/orders/{order:int}", "orders.read", order_page),
        *orders_chosen.SCREENS,
        *orders_send.SCREENS,
        *orders_refund.SCREENS,
    ),
)
