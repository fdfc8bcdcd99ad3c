"""The demo's past: the same from the same seed whatever day it is, plausible, and accepted whole by the shop."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import func, select
from tests.support.pasts import EVER

from vetrina.demo.catalogue import products
from vetrina.demo.history import SEED, SOURCE, past_orders
from vetrina.demo.seasons import DAYS, moments
from vetrina.flows.history import import_orders
from vetrina.kernel.context import Context
from vetrina.ports import PastOrder
from vetrina.shop.customers.models import Customer
from vetrina.shop.orders.models import Order
from vetrina.views.orders.sales import sales

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
COUNT = 1_500


@pytest.fixture(scope="module")
def past() -> list[PastOrder]:
    return list(past_orders(NOW, count=COUNT))


def worth(orders: list[PastOrder]) -> Counter[str]:
    """What was sold and what was taken off again, in hundredths of each currency."""
    found: Counter[str] = Counter()
    for order in orders:
        found[order.currency] += int(sum(line.unit_price * line.quantity - line.discount for line in order.lines) * 100)
        back = (line for correction in order.corrections for line in correction.lines)
        found[f"{order.currency} back"] += int(sum(line.unit_price * line.quantity for line in back) * 100)
        found[f"{order.currency} cancelled"] += order.cancelled_at is not None
    return found


def test_a_seed_is_a_past(past: list[PastOrder]) -> None:
    assert list(past_orders(NOW, count=COUNT)) == past
    assert list(past_orders(NOW, seed=SEED + 1, count=COUNT)) != past


@pytest.mark.parametrize("later", [timedelta(days=1), timedelta(days=100, hours=9)])
def test_another_day_moves_the_days_and_nothing_else(past: list[PastOrder], later: timedelta) -> None:
    moved = list(past_orders(NOW + later, count=COUNT))
    assert worth(moved) == worth(past)
    assert [order.customer for order in moved] == [order.customer for order in past]
    assert [order.at for order in moved] != [order.at for order in past]


def test_everything_happened_in_the_last_eighteen_months(past: list[PastOrder]) -> None:
    assert [order.at for order in past] == sorted(order.at for order in past)
    assert NOW - timedelta(days=DAYS + 1) < past[0].at < past[-1].at <= NOW
    for order in past:
        payment = order.payment
        after = [payment and payment.received_at, order.sent_at, order.cancelled_at]
        after += [correction.at for correction in order.corrections]
        assert all(order.at <= moment <= NOW for moment in after if moment is not None), order.name


def test_trade_grows_and_has_its_seasons() -> None:
    days = Counter((moment.year, moment.month) for moment in moments(Random(SEED), 20_000, NOW))
    assert days[2025, 12] > 1.5 * days[2025, 10]
    assert days[2026, 8] < 0.9 * days[2026, 6]
    assert days[2026, 6] > 1.3 * days[2025, 6]
    assert days[2026, 10] > 1.3 * days[2025, 10]


def test_it_looks_like_trade(past: list[PastOrder]) -> None:
    assert {(order.country, order.currency) for order in past} == {
        ("IT", "EUR"),
        ("DE", "EUR"),
        ("GB", "GBP"),
        ("US", "USD"),
    }
    bought = Counter(order.customer.email for order in past if order.customer)
    assert 0.1 < sum(count > 1 for count in bought.values()) / len(bought) < 0.5
    assert max(bought.values()) >= 5
    kinds = Counter(correction.kind for order in past for correction in order.corrections)
    assert set(kinds) == {"return", "allowance"}
    assert 0.01 < sum(order.cancelled_at is not None for order in past) / COUNT < 0.06
    unpaid = [order for order in past if order.payment is None]
    assert 0 < sum(order.cancelled_at is None for order in unpaid) < len(unpaid)
    assert any(order.is_open and order.payment for order in past)
    assert 2 < sum(len(order.lines) for order in past) / COUNT < 4
    favourites = Counter(line.title for order in past for line in order.lines).most_common()
    assert favourites[0][1] > 10 * favourites[-1][1]


def test_things_that_go_together_are_bought_together(past: list[PastOrder]) -> None:
    kinds = {variant.sku: draft.product_type for draft in products() for variant in draft.variants}
    carts = [{kinds[line.sku] for line in order.lines} for order in past]
    coffee = [cart for cart in carts if "Coffee" in cart and len(cart) > 1]
    others = [cart for cart in carts if "Coffee" not in cart and len(cart) > 1]

    def share(found: list[set[str]]) -> float:
        return sum("Coffee maker" in cart for cart in found) / len(found)

    assert share(coffee) > 2 * share(others)


async def test_the_shop_accepts_all_of_it(ctx: Context) -> None:
    past = list(past_orders(ctx.now(), count=300))
    report = await import_orders(ctx, past, source=SOURCE)
    assert (report.orders, report.skipped, report.problems) == (300, 0, [])
    assert await ctx.db.value(select(func.count()).select_from(Customer)) == len({order.customer for order in past})
    found = {entry.currency: entry for entry in await sales(ctx.db, source=SOURCE, **EVER)}
    told = worth(past)
    for currency, entry in found.items():
        assert (entry.gross_value - entry.discount_value) * 100 == told[currency]
        returned = entry.correction("return").value + entry.correction("allowance").value
        assert returned * 100 == told[f"{currency} back"]
        assert entry.cancelled_orders == told[f"{currency} cancelled"]
        assert entry.net_value < entry.gross_value - entry.discount_value + returned + Decimal("0.01")
    states = {state for (state,) in await ctx.db.fetch(select(Order.financial_status).distinct())}
    assert states >= {"PAID", "VOIDED", "PARTIALLY_REFUNDED", "REFUNDED"}
