"""The past is replayed into the tables an ordinary order uses: exact, whole, once, and without touching stock."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import func, select
from tests.support.factories import make_product, make_variant
from tests.support.pasts import THEN, correction, line, order, sold, told
from tests.support.traces import actions, events, row_counts

from vetrina.flows.history import HistoryReport, import_orders
from vetrina.flows.history.amounts import FINEST, exact
from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import NotAllowed
from vetrina.kernel.messages import OutboxEvent
from vetrina.ports import PastCustomer, PastOrder, PastPayment
from vetrina.shop.catalog.models import Product
from vetrina.shop.corrections.models import Correction, CorrectionLine
from vetrina.shop.customers.models import Customer
from vetrina.shop.inventory.models import Level, Movement
from vetrina.shop.orders.models import GoodsEntry, LineRest, Order, OrderLine
from vetrina.shop.orders.rules import OrderIsImported
from vetrina.shop.payments.models import Payment, PaymentEntry
from vetrina.views.orders.placed import order_by_id, order_lines

DAY = timedelta(days=1)


async def only(ctx: Context, *columns: Any) -> tuple[Any, ...]:
    [row] = await ctx.db.fetch(select(*columns))
    return row


async def ledger(ctx: Context) -> list[tuple[Any, ...]]:
    return await ctx.db.fetch(select(PaymentEntry.kind, PaymentEntry.amount).order_by(PaymentEntry.id))


async def test_an_order_of_the_past_is_an_order(ctx: Context) -> None:
    report = await told(ctx, order("A-17", line(quantity=2), line("SALT", "3.10"), delivery=Decimal("4.90")))
    assert (report.orders, report.lines, report.customers, report.skipped) == (1, 2, 1, 0)
    order_id, name, source, number, total, status, goods = await only(
        ctx,
        Order.id,
        Order.source_name,
        Order.source,
        Order.number,
        Order.total,
        Order.financial_status,
        Order.fulfilment_status,
    )
    assert (name, source, total, status, goods) == ("A-17", "old", 3_300, "PAID", "FULFILLED")
    assert number > 1_000_000_000
    view = await order_by_id(ctx.db, order_id)
    assert view is not None
    assert (view.name, view.placed_at, view.email) == ("A-17", THEN, "anna@example.org")
    assert [(row.sku, row.quantity, row.total) for row in await order_lines(ctx.db, [order_id])] == [
        ("OIL", 2, 2_500),
        ("SALT", 1, 310),
    ]
    assert await ledger(ctx) == [("authorised", 3_300), ("captured", 3_300)]
    assert await only(ctx, Payment.state, Payment.order_id, Payment.attempt_id) == ("captured", order_id, None)


async def test_the_world_hears_that_it_was_imported_and_nothing_else_of_it(ctx: Context) -> None:
    await told(ctx, order("A-17"), with_products=False)
    order_id = await ctx.db.value(select(Order.id))
    assert await events(ctx.db) == [("OrderImported", f"order:{order_id}")]
    payload = await ctx.db.value(select(OutboxEvent.payload))
    assert (payload["source"], payload["name"], payload["total"]) == ("old", "A-17", 1_250)
    assert await actions(ctx.db) == [("orders.imported", "import:old")]


async def test_a_second_run_writes_nothing(ctx: Context) -> None:
    items = (order("1"), order("2", customer=None), correction("C1", line(quantity=-1), currency="EUR", country="IT"))
    await told(ctx, *items)
    before = await row_counts(ctx.db)
    report = await told(ctx, *items)
    assert (report.orders, report.corrections, report.known) == (0, 0, 3)
    assert await row_counts(ctx.db) == before


async def test_a_run_that_was_cut_off_goes_on_where_it_stood(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vetrina.flows.history.DOCUMENTS_AT_ONCE", 2)
    items = [order(str(number), line(quantity=number + 1)) for number in range(7)]

    def die(report: HistoryReport) -> None:
        if report.orders == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await told(ctx, *items, progress=die)
    assert (await sold(ctx)).orders == 4
    report = await told(ctx, *items)
    assert (report.known, report.orders) == (4, 3)
    assert (await sold(ctx)).gross_value == Decimal("12.50") * 28


async def test_two_sources_may_use_the_same_names(ctx: Context) -> None:
    await told(ctx, order("1"))
    report = await import_orders(ctx, [order("1")], source="older")
    assert (report.orders, report.known) == (1, 0)
    assert await ctx.db.value(select(func.count()).select_from(Order)) == 2


async def test_the_shops_own_numbers_have_no_gap_for_the_past(ctx: Context) -> None:
    await told(ctx, order("1"), order("2"))
    numbers = [number for (number,) in await ctx.db.fetch(select(Order.number).order_by(Order.number))]
    assert numbers == [1_000_000_001, 1_000_000_002]


async def test_goods_are_known_by_sku_and_stock_stays(ctx: Context) -> None:
    variant_id = await make_variant(ctx, stock=10, variant={"sku": "OIL"})
    moved = await ctx.db.value(select(func.count()).select_from(Movement))
    await told(ctx, order("1", line(quantity=3)))
    assert await only(ctx, OrderLine.variant_id) == (variant_id,)
    assert await only(ctx, Level.on_hand, Level.reserved) == (10, 0)
    assert await ctx.db.value(select(func.count()).select_from(Movement)) == moved


async def test_of_several_variants_with_a_sku_the_oldest_on_sale_is_meant(ctx: Context) -> None:
    await told(ctx, order("made an archived product"))
    first, second = [await make_product(ctx, title, variant={"sku": "OIL"}) for title in ("Oil", "Oil again")]
    await told(ctx, order("1"))
    sold_as = await ctx.db.fetch(select(OrderLine.variant_id).order_by(OrderLine.id))
    assert sold_as[1] == first.variant_ids
    assert first.variant_ids not in (sold_as[0], second.variant_ids)


async def test_unknown_goods_become_archived_products_once(ctx: Context) -> None:
    report = await told(ctx, order("1"), order("2", line(), line("SALT", "3.00")))
    assert report.products == 2
    found = await ctx.db.fetch(select(Product.title, Product.status, Product.published_at).order_by(Product.id))
    assert found == [("Title of OIL", "archived", None), ("Title of SALT", "archived", None)]
    assert (await told(ctx, order("3"))).products == 0
    assert await ctx.db.value(select(func.count()).where(OrderLine.variant_id.is_(None))) == 0


async def test_lines_can_do_without_products(ctx: Context) -> None:
    report = await told(ctx, order("1"), with_products=False)
    assert report.products == 0
    assert await only(ctx, OrderLine.variant_id, OrderLine.sku, OrderLine.title) == (None, "OIL", "Title of OIL")


async def test_what_is_no_goods_has_no_product(ctx: Context) -> None:
    await told(ctx, order("1", line("POST", "18.00", is_goods=False)))
    assert await only(ctx, OrderLine.product_id, OrderLine.sku, OrderLine.requires_shipping) == (None, "POST", False)


async def test_buyers_are_known_by_address_or_by_their_source(ctx: Context) -> None:
    nobody = PastCustomer(key="17")
    report = await told(
        ctx, order("1"), order("2"), order("3", customer=nobody), order("4", customer=nobody), PastCustomer(key="18")
    )
    assert report.customers == 3
    found = await ctx.db.fetch(select(Customer.email, Customer.source_key).order_by(Customer.id))
    assert found == [("anna@example.org", None), (None, "old:17"), (None, "old:18")]
    assert await ctx.db.value(select(func.count(func.distinct(Order.customer_id)))) == 2


async def test_an_address_with_an_account_is_joined_by_nobody(ctx: Context) -> None:
    async with ctx.tx() as session:
        await session.add(
            Customer,
            email="anna@example.org",
            source_key=None,
            first_name=None,
            last_name=None,
            phone=None,
            language=None,
            password_hash="a hash",
            proven_at=ctx.now(),
            accepts_marketing=False,
            tags=[],
            created_at=ctx.now(),
            updated_at=ctx.now(),
        )
    await told(ctx, order("1"))
    assert await only(ctx, Order.customer_id, Order.email) == (None, "anna@example.org")


async def test_a_refund_is_in_the_ledger_and_among_the_corrections(ctx: Context) -> None:
    back = correction("1-R1", line(quantity=-1), kind="return")
    await told(ctx, order("1", line(quantity=2), delivery=Decimal("5.00"), corrections=(back,)))
    assert await only(ctx, Order.total, Order.refunded, Order.financial_status) == (3_000, 1_250, "PARTIALLY_REFUNDED")
    assert await ledger(ctx) == [("authorised", 3_000), ("captured", 3_000), ("refunded", 1_250)]
    line_id, returned = await only(ctx, CorrectionLine.line_id, CorrectionLine.quantity)
    assert (line_id, returned) == (await ctx.db.value(select(OrderLine.id)), -1)
    assert (await sold(ctx)).net_value == Decimal("12.50")


async def test_a_cancelled_order_was_given_back_whole(ctx: Context) -> None:
    before = correction("1-A", line("OIL", "-2.00", quantity=1), kind="allowance", at=THEN + DAY)
    cancelled = order(
        "1",
        line(quantity=2),
        line("SALT", "3.00"),
        delivery=Decimal("5.00"),
        corrections=(before,),
        cancelled_at=THEN + 2 * DAY,
        cancel_reason="CUSTOMER",
    )
    await told(ctx, cancelled)
    state, refunded, total, status = await only(ctx, Order.state, Order.refunded, Order.total, Order.financial_status)
    assert (state, refunded, total, status) == ("cancelled", 3_300, 3_300, "REFUNDED")
    found = await ctx.db.fetch(select(Correction.kind, Correction.amount, Correction.delivery).order_by(Correction.at))
    assert found == [("allowance", -200, 0), ("cancellation", -2_600, -500)]
    pieces = await ctx.db.fetch(select(CorrectionLine.sku, CorrectionLine.quantity).order_by(CorrectionLine.id))
    assert pieces == [("OIL", 0), ("OIL", -2), ("SALT", -1)]
    result = await sold(ctx)
    assert (result.orders, result.cancelled_orders, result.net_value) == (1, 1, 0)


async def test_a_cancelled_order_gives_back_what_was_charged_and_not_a_cent_more(ctx: Context) -> None:
    fine = line(price="0.104", discount=Decimal("0.026"))
    await told(ctx, order("1", fine, cancelled_at=THEN + DAY))
    assert await only(ctx, Order.total, Order.refunded) == (7, 7)
    result = await sold(ctx)
    assert (result.gross_value, result.net_value) == (Decimal("0.104"), 0)


async def test_an_unpaid_order_is_owed_and_a_cancelled_one_is_void(ctx: Context) -> None:
    await told(ctx, order("1", payment=None), order("2", payment=None, cancelled_at=THEN + DAY))
    found = await ctx.db.fetch(select(Order.financial_status, Order.refunded).order_by(Order.id))
    assert found == [("PENDING", 0), ("VOIDED", 0)]
    assert await ledger(ctx) == []


async def test_goods_that_have_not_left_are_still_to_be_sent(ctx: Context) -> None:
    await told(ctx, order("1", is_open=True), order("2", sent_at=THEN + DAY))
    found = await ctx.db.fetch(select(Order.fulfilment_status).order_by(Order.id))
    assert found == [("UNFULFILLED",), ("FULFILLED",)]
    assert await only(ctx, GoodsEntry.kind, GoodsEntry.quantity, GoodsEntry.at) == ("sent", 1, THEN + DAY)


async def test_prices_finer_than_a_cent_are_kept_to_the_last_digit(ctx: Context) -> None:
    await told(ctx, order("1", line(price="0.085", quantity=100), line("PAD", "0.001")))
    rows = await ctx.db.fetch(
        select(OrderLine.unit_price, OrderLine.rounding, OrderLine.subtotal).order_by(OrderLine.id)
    )
    assert rows == [(9, -50, 850), (0, 0, 0)]
    assert await only(ctx, LineRest.subtotal, LineRest.discount) == (100_000, 0)
    assert (await sold(ctx)).gross_value == Decimal("8.501")


async def test_a_discount_is_kept_to_the_last_digit(ctx: Context) -> None:
    fine = line(price="7.70", quantity=3, discount=Decimal("1.1550"), discount_title="5 %")
    await told(ctx, order("1", fine))
    result = await sold(ctx)
    assert (result.discount, result.discount_value) == (116, Decimal("1.155"))
    assert result.net_value == Decimal("21.945")
    assert await only(ctx, Order.total) == (2_310 - 116,)


async def test_a_correction_by_itself_is_of_no_order(ctx: Context) -> None:
    credit = correction(
        "C1", line(quantity=-4), kind="cancellation", currency="EUR", country="DE", customer=PastCustomer(key="9")
    )
    report = await told(ctx, order("1"), credit)
    assert (report.orders, report.corrections, report.lines) == (1, 1, 2)
    assert await only(ctx, Correction.order_id, Correction.country) == (None, "DE")
    result = await sold(ctx)
    assert (result.correction("cancellation").value, result.net_value) == (Decimal("-50.00"), Decimal("-37.50"))


async def test_an_order_goes_to_the_market_that_sells_there_in_its_currency(ctx: Context) -> None:
    await told(
        ctx,
        order("1"),
        order("2", currency="GBP", country="FR"),
        order("3", currency="USD", country="US"),
        order("4", currency="CHF", country="CH"),
    )
    assert await ctx.db.fetch(select(Order.market_id).order_by(Order.id)) == [(1,), (2,), (3,), (1,)]


NEVER: tuple[tuple[dict[str, Any], str], ...] = (
    ({"currency": "euro"}, "BAD_USER_INPUT"),
    ({"country": "Italia"}, "BAD_USER_INPUT"),
    ({"lines": ()}, "BAD_USER_INPUT"),
    ({"lines": (line(quantity=0),)}, "BAD_USER_INPUT"),
    ({"lines": (line(quantity=-1),)}, "BAD_USER_INPUT"),
    ({"lines": (line(price="-1.00"),)}, "BAD_USER_INPUT"),
    ({"lines": (line(price="NaN"),)}, "BAD_USER_INPUT"),
    ({"lines": (line(price="0.000000001"),)}, "BAD_USER_INPUT"),
    ({"lines": (line(discount=Decimal("12.51")),)}, "BAD_USER_INPUT"),
    ({"lines": (line("S" * 256),)}, "BAD_USER_INPUT"),
    ({"lines": (line("a\0b"),)}, "BAD_USER_INPUT"),
    ({"delivery": Decimal("-1.00")}, "BAD_USER_INPUT"),
    ({"delivery": Decimal("1.005")}, "BAD_USER_INPUT"),
    ({"at": THEN.replace(tzinfo=None)}, "BAD_USER_INPUT"),
    ({"at": THEN.replace(year=2036)}, "BAD_USER_INPUT"),
    ({"cancelled_at": THEN, "cancel_reason": "BECAUSE"}, "BAD_USER_INPUT"),
    ({"customer": PastCustomer(key="x", email="not an address")}, "BAD_USER_INPUT"),
    ({"language": "italiano"}, "BAD_USER_INPUT"),
    ({"delivery_title": "a\0b"}, "BAD_USER_INPUT"),
    ({"payment": PastPayment(received_at=THEN, method="P" * 256)}, "BAD_USER_INPUT"),
    ({"payment": PastPayment(received_at=THEN.replace(tzinfo=None))}, "BAD_USER_INPUT"),
    ({"corrections": (correction("R", line(quantity=-2)),)}, "BAD_USER_INPUT"),
    ({"corrections": (correction("R", line()),)}, "BAD_USER_INPUT"),
)


@pytest.mark.embedded
async def test_what_can_never_be_right_is_reported_and_left_out_whole(ctx: Context) -> None:
    def wrong(name: str, fields: dict[str, Any]) -> PastOrder:
        return replace(order(name), **fields)

    items = [wrong(str(index), fields) for index, (fields, _) in enumerate(NEVER)]
    report = await told(ctx, order("good"), *items)
    assert [problem.code for problem in report.problems] == [code for _, code in NEVER]
    assert (report.orders, report.skipped) == (1, len(NEVER))


async def test_a_name_that_comes_twice_is_taken_once(ctx: Context) -> None:
    report = await told(ctx, order("1"), order("1", line("SALT")))
    assert [problem.code for problem in report.problems] == ["DOCUMENT_REPEATED"]
    assert await only(ctx, OrderLine.sku) == ("OIL",)


async def test_a_dry_run_writes_nothing_and_counts_the_same(ctx: Context) -> None:
    items = (order("1", line(), line("SALT"), cancelled_at=THEN + DAY), order("2", currency="oops"))
    before = await row_counts(ctx.db)
    dry = await told(ctx, *items, dry_run=True)
    assert await row_counts(ctx.db) == before
    wet = await told(ctx, *items)
    assert (dry.orders, dry.corrections, dry.lines, dry.skipped) == (1, 1, 4, 1)
    assert (wet.orders, wet.corrections, wet.lines, wet.skipped) == (1, 1, 4, 1)


async def test_an_imported_order_is_only_remembered(ctx: Context) -> None:
    await told(ctx, order("A-17", payment=None))
    order_id = await ctx.db.value(select(Order.id))
    with pytest.raises(OrderIsImported, match="A-17"):
        await mark_as_paid(ctx, order_id)
    with pytest.raises(OrderIsImported, match="A-17"):
        await cancel_order(ctx, order_id, "CUSTOMER")


async def test_the_past_is_written_by_those_who_may(ctx: Context) -> None:
    clerk = replace(ctx, actor=Actor("staff", name="clerk", permissions=frozenset({"orders.write"})))
    with pytest.raises(NotAllowed):
        await told(clerk, order("1"))


@given(
    parts=st.integers(min_value=-(10**15), max_value=10**15),
    finest=st.integers(min_value=0, max_value=6),
    places=st.sampled_from([0, 2, 3]),
)
def test_minor_units_and_rest_are_the_amount(parts: int, finest: int, places: int) -> None:
    value = Decimal(parts).scaleb(-finest)
    minor, rest = exact(value, places, "unit_price")
    assert (Decimal(minor) + Decimal(rest) / FINEST).scaleb(-places) == value
    assert abs(rest) <= FINEST // 2
