"""The staff's list of orders: every filter and every order against a reading of all orders in Python."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from tests.support.desk_orders import BEGAN, Known, write_orders
from tests.support.factories import make_variant
from tests.support.statements import statements

from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.shop.orders.models import OrderLine
from vetrina.views.finding.matching import EVERYTHING, Matching
from vetrina.views.orders.desk import OrderDeskOrder, order_count, order_desk, orders_matching, orders_on_desk
from vetrina.views.orders.queries import (
    CANCELLED,
    READY,
    TO_HANDLE,
    UNPAID,
    OrderFilters,
    order_filters,
    order_query,
    shop_midnight,
)
from vetrina.views.windows import Placed, Window
from vetrina.vocabulary import FinancialStatus, FulfilmentStatus

ROME = ZoneInfo("Europe/Rome")
DAY = (BEGAN + timedelta(hours=25)).astimezone(ROME).date()
Says = Callable[[Known], bool]


def major(order: Known) -> Decimal:
    return Decimal(order.total).scaleb(-{"EUR": 2, "JPY": 0, "KWD": 3}[order.currency])


def has(word: str) -> Says:
    def says(order: Known) -> bool:
        name = f"{order.first_name or ''} {order.last_name or ''}"
        inside = (order.source_name or "", order.email or "", name)
        begins = any((sku or "").lower().startswith(word.lower()) for sku in order.skus)
        return begins or word == str(order.number) or any(word.lower() in text.lower() for text in inside)

    return says


FILTERS: dict[str, tuple[OrderFilters, Says]] = {
    "handle": (
        TO_HANDLE,
        lambda it: (
            it.state == "placed" and it.fulfilment_status in ("UNFULFILLED", "IN_PROGRESS", "PARTIALLY_FULFILLED")
        ),
    ),
    "unpaid": (
        UNPAID,
        lambda it: it.state == "placed" and it.financial_status in ("PENDING", "AUTHORIZED", "PARTIALLY_PAID"),
    ),
    "cancelled": (CANCELLED, lambda it: it.state == "cancelled"),
    "payment": (OrderFilters(financial=(FinancialStatus.PAID,)), lambda it: it.financial_status == "PAID"),
    "goods": (OrderFilters(fulfilment=(FulfilmentStatus.RESTOCKED,)), lambda it: it.fulfilment_status == "RESTOCKED"),
    "chosen": (OrderFilters(ids=(2, 3, 987_654)), lambda it: it.id in (2, 3)),
    "ready": (
        READY,
        lambda it: (
            it.state == "placed" and it.financial_status in READY.financial and it.fulfilment_status in READY.fulfilment
        ),
    ),
    "market": (OrderFilters(market_ids=(1,)), lambda it: it.market_id == 1),
    "countries": (OrderFilters(countries=("IT", "GB")), lambda it: it.country in ("IT", "GB")),
    "days": (
        OrderFilters(since=shop_midnight(datetime(DAY.year, DAY.month, DAY.day)), before=BEGAN + timedelta(hours=48)),  # noqa: DTZ001
        lambda it: it.placed_at.astimezone(ROME).date() >= DAY and it.placed_at < BEGAN + timedelta(hours=48),
    ),
    "least": (OrderFilters(least=Decimal("9.995")), lambda it: major(it) >= Decimal("9.995")),
    "most": (OrderFilters(most=Decimal("10")), lambda it: major(it) <= 10),
    "together": (
        OrderFilters(countries=("IT",), states=("placed",), most=Decimal(1000)),
        lambda it: it.country == "IT" and it.state == "placed" and major(it) <= 1000,
    ),
}
QUERIES: dict[str, Says] = {
    "#1999": has("1999"),
    "2000": has("2000"),
    "anna": has("anna"),
    "östlund": has("östlund"),
    "o'connor": lambda it: has("o")(it) and has("connor")(it),
    "de luca": lambda it: has("de")(it) and has("luca")(it),
    "ROSSI.TEST": has("rossi.test"),
    "bv_1": has("bv_1"),
    "OIL": has("oil"),
    "100%": has("100%"),
    "wine_": has("wine_"),
    "-anna": lambda it: not has("anna")(it),
    "anna OR östlund": lambda it: has("anna")(it) or has("östlund")(it),
    "%": has("%"),
    "name:#1998": lambda it: it.number == 1998,
    "name:bv_3": lambda it: it.source_name == "BV_3",
    "customer:rossi": lambda it: it.last_name == "Rossi",
    "email:luca*": lambda it: (it.email or "").lower().startswith("luca"),
    "sku:oil-500": lambda it: "OIL-500" in it.skus,
    "financial_status:paid NOT country:it": lambda it: it.financial_status == "PAID" and it.country != "IT",
    "fulfillment_status:restocked status:cancelled": lambda it: (
        it.fulfilment_status == "RESTOCKED" and it.state == "cancelled"
    ),
    "currency:jpy total:>999": lambda it: it.currency == "JPY" and it.total > 999,
    "source:till": lambda it: it.source == "till",
    "total:10": lambda it: major(it) == 10,
    "total:0.001": lambda it: major(it) == Decimal("0.001"),
    "total:<10.00 total:>=9.99": lambda it: Decimal("9.99") <= major(it) < 10,
    f"placed_at:{DAY}": lambda it: it.placed_at.astimezone(ROME).date() == DAY,
    f"placed_at:>{DAY}": lambda it: it.placed_at.astimezone(ROME).date() > DAY,
    f"created_at:<={DAY}": lambda it: it.placed_at.astimezone(ROME).date() <= DAY,
    "processed_at:<2026-03-28T01:00:00": lambda it: it.placed_at < datetime(2026, 3, 28, 1, tzinfo=ROME),
}
SORTS: dict[OrderDeskOrder, Callable[[Known], tuple[object, ...]]] = {
    OrderDeskOrder.PLACED_AT: lambda it: (it.placed_at, it.id),
    OrderDeskOrder.NUMBER: lambda it: (it.number,),
    OrderDeskOrder.TOTAL: lambda it: (it.total, it.id),
    OrderDeskOrder.PAYMENT: lambda it: (it.financial_status, it.id),
    OrderDeskOrder.GOODS: lambda it: (it.fulfilment_status, it.id),
}


async def walked(ctx: Context, sort: OrderDeskOrder, matching: Matching, *, reverse: bool) -> list[int]:
    """All ids, seven at a time; each page is the same when it is read from the page behind it."""
    ids, window, last = list[int](), Window(size=7, reverse=reverse), list[Placed[object]]()
    while True:
        found = await order_desk(ctx.db, sort, window, matching)
        page = found[:7]
        if last:
            back = Window(size=7, before=page[0].place, is_backward=True, reverse=reverse)
            assert [row.place for row in (await order_desk(ctx.db, sort, back, matching))[:7]][::-1] == [
                row.place for row in last
            ]
        ids += [row.row.id for row in page]
        if len(found) <= 7:
            return ids
        last, window = list(page), Window(size=7, after=page[-1].place, reverse=reverse)


async def test_every_wish_finds_what_a_reading_of_all_orders_finds(ctx: Context) -> None:
    orders = await write_orders(ctx, 60)
    for sort, place in SORTS.items():
        for reverse in (False, True):
            expected = [order.id for order in sorted(orders, key=place, reverse=reverse)]
            assert await walked(ctx, sort, EVERYTHING, reverse=reverse) == expected, (sort, reverse)
    wishes = {name: (order_filters(filters), says) for name, (filters, says) in FILTERS.items()}
    wishes |= {text: (order_query(text), says) for text, says in QUERIES.items()}
    window, misses = Window(size=100), list[str]()
    for name, (matching, says) in wishes.items():
        expected = sorted(order.id for order in orders if says(order))
        found = await order_desk(ctx.db, OrderDeskOrder.PLACED_AT, window, matching)
        if sorted(placed.row.id for placed in found) != expected:
            misses.append(name)
        assert await order_count(ctx.db, matching) == len(found), name
        if name not in ("total:0.001", "%"):
            assert 0 < len(expected) < 60, f"{name} tells nothing"
    assert misses == []
    tab, text, chosen = order_filters(CANCELLED, "tab_"), order_query("anna"), order_filters(FILTERS["market"][0])
    together = await walked(ctx, OrderDeskOrder.TOTAL, tab & text & chosen, reverse=True)
    assert sorted(together) == [
        it.id for it in orders if it.state == "cancelled" and it.market_id == 1 and has("anna")(it)
    ]
    assert await order_count(ctx.db, EVERYTHING, most=59) == 60 == await order_count(ctx.db, EVERYTHING, most=60)


async def test_a_row_says_who_bought_and_costs_no_statement_of_its_own(ctx: Context) -> None:
    orders = {order.id: order for order in await write_orders(ctx, 12)}
    with statements(ctx.db) as texts:
        found = await order_desk(ctx.db, OrderDeskOrder.PLACED_AT, Window(size=50), order_query("a OR b -xyz"))
        views = await orders_matching(ctx.db, OrderDeskOrder.PLACED_AT, Window(size=50))
        some = await orders_on_desk(ctx.db, [*orders, 999])
    assert len(texts) == 3 and found and set(some) == set(orders)
    assert {view.row.id: view.row.name for view in views} == {key: row.name for key, row in some.items()}
    for key, row in some.items():
        known = orders[key]
        name = " ".join(filter(None, (known.first_name, known.last_name))) or "Zoe"
        assert (row.buyer, row.name) == (name, known.source_name or f"#{known.number}")
        assert row.pieces == sum(range(1, len(known.skus) + 1))


async def test_a_sku_is_found_by_what_its_variant_is_called_now(ctx: Context) -> None:
    order, *_ = await write_orders(ctx, 2)
    variant_id = await make_variant(ctx, variant={"sku": "Now-7"})
    line = {"position": 9, "title": "x", "variant_title": "", "sku": "then", "quantity": 1, "requires_shipping": True}
    amounts = dict.fromkeys(("unit_price", "rounding", "subtotal", "discount", "tax", "total"), 0)
    async with ctx.tx() as session:
        await session.insert(
            OrderLine, order_id=order.id, variant_id=variant_id, product_id=None, attributes=[], **line, **amounts
        )
    for text, count in (("now-7", 1), ("sku:NOW*", 1), ("then", 0), ("ow-7", 0)):
        assert await order_count(ctx.db, order_query(text)) == count, text


@pytest.mark.embedded
async def test_what_cannot_be_compared_is_refused(ctx: Context) -> None:
    for text in ("total:much", "total:1e99", "placed_at:soon", "total:nan", "x" * 1_001, "a\x00"):
        with pytest.raises(BadInput) as refused:
            order_query(text)
        assert refused.value.field == ("query",)
    with pytest.raises(BadInput):
        await order_desk(ctx.db, OrderDeskOrder.NUMBER, Window(size=5, after=("2026-01-01", 1)))
    assert order_query("  ") == EVERYTHING == order_filters(OrderFilters())
