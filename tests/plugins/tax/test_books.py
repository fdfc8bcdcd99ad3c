"""The VAT ledger after the sale: edits, pieces cancelled, refunds, exchanges and waivers, each booked exactly once."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from vetrina.flows.orders.amending import AmendWish, amend_order
from vetrina.flows.orders.cancelling import CancelWish, cancel_lines
from vetrina.flows.orders.refunding import RefundLine, RefundWish, refund_order
from vetrina.flows.orders.returning import FoundLine, ReturnWish, WantedLine, receive_return, request_return
from vetrina.flows.orders.settling_returns import ReturnExchange, exchange_return
from vetrina.flows.orders.whole import cancel_order
from vetrina.flows.parcels.fulfilling import FulfilWish, fulfil
from vetrina.kernel.db import Conflict
from vetrina.kernel.money import split
from vetrina.shop.orders.models import Refund
from vetrina.testing import Workshop, race, with_guard_off
from vetrina.views.orders.current import current_of
from vetrina.views.orders.placed import OrderView, order_by_id, order_lines
from vetrina.views.stock import locations
from vetrina.vocabulary import Address
from vetrina_tax.declarations import check_ledger
from vetrina_tax.flows import ledger
from vetrina_tax.flows.ledger import book_orders
from vetrina_tax.models import TaxEntry
from vetrina_tax.rules.booking import Amended, PaidBack, SoldOrder, TaxedPart, booked
from vetrina_tax.settings import TaxSettings
from vetrina_tax.views import entries_of, oss_report, quarter_of

BERLIN = Address(first_name="Eva", last_name="Muster", address1="Weg 1", city="Berlin", zip="10115", country="DE")


@pytest.fixture
def plugins() -> list[str]:
    return ["tax"]


async def left_of(shop: Workshop, order: OrderView) -> int:
    """The tax that orders themselves say is left."""
    return (await current_of(shop.db, [order]))[order.id].tax


async def told(shop: Workshop, *orders: OrderView) -> None:
    """Ledger and report say what the orders say, however often they are booked."""
    await shop.deliver()
    year, quarter = quarter_of(shop.clock.now()).split("-Q")
    for _ in range(2):
        expected = sum([await left_of(shop, order) for order in orders])
        entries = [entry for order in orders for entry in await entries_of(shop.db, order.id)]
        assert sum(entry.tax for entry in entries) == expected
        assert sum(row.tax for row in await oss_report(shop.db, int(year), int(quarter))) == expected
        assert await check_ledger(shop.ctx) == []
        await booked_at_once(shop, [order.id for order in orders])


async def booked_at_once(shop: Workshop, order_ids: list[int]) -> None:
    """Three reactions to the same orders take turns: none meets what another one writes."""

    async def book(_: int) -> int:
        try:
            return await book_orders(shop.ctx, TaxSettings(), order_ids)
        except Conflict as met:
            raise AssertionError(f"two reactions met at {met}") from met

    assert len({*await race(shop.ctx, 3, book)}) == 1


async def test_whatever_changes_of_an_order_is_in_the_report_once(shop: Workshop) -> None:
    await shop.configure("tax", distance_sales="always")
    lamp = await shop.product("Lamp", price="11.90", stock=20)
    book = await shop.product("Book", price="10.70", stock=20, variant={"tax_class": "reduced"})
    order = await shop.order(lamp, book, address=BERLIN, quantity=3)
    await told(shop, order)
    lines = {line.title: line.id for line in await order_lines(shop.db, [order.id])}
    sold = next(line for line in await order_lines(shop.db, [order.id]) if line.title == "Lamp")
    await cancel_lines(shop.ctx, CancelWish(order_id=order.id, lines=((lines["Lamp"], 1),), delivery=100))
    await told(shop, order)
    await amend_order(
        shop.ctx,
        AmendWish(
            order_id=order.id, key="edit", add=((book.variant_ids[0], 2),), reduce=((lines["Lamp"], 1),), asks=False
        ),
    )
    await told(shop, order)
    added = next(line for line in await order_lines(shop.db, [order.id]) if line.amendment_id is not None)
    await refund_order(
        shop.ctx, RefundWish(order_id=order.id, lines=(RefundLine(added.id, 1), RefundLine(lines["Book"], 1)))
    )
    await told(shop, order)
    async with shop.ctx.tx() as session:  # the buyer's bank would not have it: he is owed it, and its VAT is not
        await session.execute(update(Refund).values(state="bounced"))
    await told(shop, order)
    await fulfil(shop.ctx, FulfilWish(order_id=order.id, lines=((lines["Book"], 2),)))
    asked = ReturnWish(
        order_id=order.id, lines=(WantedLine(line_id=lines["Book"], quantity=1, reason="OTHER"),), key="r"
    )
    return_id = await request_return(shop.ctx, asked)
    place = (await locations(shop.db))[0].id
    await receive_return(shop.ctx, return_id, [FoundLine(line_id=lines["Book"], accepted=1, location_id=place)])
    await exchange_return(shop.ctx, ReturnExchange(return_id=return_id, add=((lamp.variant_ids[0], 1),)))
    await told(shop, order)
    references = {entry.reference.partition(":")[0] for entry in await entries_of(shop.db, order.id)}
    assert references == {"sale", "refund", "amendment", "off"}
    if shop.db.dialect.name == "postgresql":

        async def nobody_waits(*_: object) -> None:
            """Without the order's cart."""

        with with_guard_off(ledger, "locked_cart", nobody_waits):
            await booked_at_once(shop, [order.id])
    waiting = await shop.order(lamp, address=BERLIN, quantity=2, paid=False)
    (line,) = await order_lines(shop.db, [waiting.id])
    await cancel_lines(shop.ctx, CancelWish(order_id=waiting.id, lines=((line.id, 1),)))
    waived = await order_by_id(shop.db, waiting.id)
    assert waived is not None and waived.waived and sold.tax
    await told(shop, order, waiting)
    await cancel_order(shop.ctx, waiting.id, "OTHER")
    await shop.deliver()
    assert sum(entry.tax for entry in await entries_of(shop.db, waiting.id)) == 0
    await lower_the_price(shop, order)


async def lower_the_price(shop: Workshop, order: OrderView) -> None:
    """A third of what is left of an order goes back, for nothing in particular: a third of every rate with it."""
    before = await gross_of(shop, order)
    await refund_order(shop.ctx, RefundWish(order_id=order.id, amount=sum(before.values()) // 3, key="money"))
    await shop.deliver()
    after = await gross_of(shop, order)
    assert sum(before.values()) - sum(after.values()) == sum(before.values()) // 3
    assert len(before) == 2 and all(abs(3 * after[rate] - 2 * gross) <= 3 for rate, gross in before.items())
    for delivery, amount in ((0, 7), (1, 90), (0, 61)):
        await refund_order(shop.ctx, RefundWish(order_id=order.id, delivery=delivery, amount=amount))
        await told(shop, order)
    lowered = TaxEntry.reference.like("refund:%") & (TaxEntry.tax < 0)
    async with shop.ctx.tx() as session:
        await session.execute(update(TaxEntry).where(lowered).values(tax=TaxEntry.tax * 9, net=TaxEntry.net * 9))
    assert await check_ledger(shop.ctx) != []


async def gross_of(shop: Workshop, order: OrderView) -> Counter[int]:
    """What is left of an order at each rate."""
    found = Counter[int]()
    for entry in await entries_of(shop.db, order.id):
        found[entry.rate] += entry.net + entry.tax
    return found


@given(
    included=st.booleans(),
    untaxed=st.integers(0, 300),
    delivery=st.integers(0, 900),
    cuts=st.lists(st.integers(1, 400), max_size=8),
    is_cancelled=st.booleans(),
)
def test_delivery_goes_back_by_its_rates_to_the_last_cent(
    included: bool, untaxed: int, delivery: int, cuts: list[int], is_cancelled: bool
) -> None:
    """Whatever its parts are paid back in: no rate is below zero, and the taxes are those the refunds told."""
    at = datetime(2026, 11, 1, tzinfo=UTC)
    taxes = [TaxedPart(0, 220_000, 220), TaxedPart(1, 40_000, 40), TaxedPart(2, 100_000, 91)]
    shares = dict(zip((40_000, 220_000), split(delivery, [1_040, 1_220]), strict=True))
    parts = [TaxedPart(None, rate, share // 9) for rate, share in shares.items()]
    order = SoldOrder(
        prices_include_tax=included, totals={0: 1_220, 1: 1_040, 2: 1_000}, delivery=delivery,
        untaxed_delivery=untaxed, taxes=[*taxes, *parts], placed_at=at,
        amendments=[Amended(1, at + timedelta(hours=1), frozenset({2}), [(0, 610, 110)])],
        cancelled_at=at + timedelta(days=90) if is_cancelled else None,
    )  # fmt: skip
    tax_left = sum(part.tax for part in parts)
    whole = left = delivery + untaxed + (0 if included else tax_left)
    whole_tax, refunds, gone = tax_left, list[PaidBack](), 0
    for day, cut in enumerate(cuts, 1):
        amount = min(cut, left)
        tax = whole_tax * (gone + amount) // whole - whole_tax * gone // whole if whole else 0
        refunds.append(PaidBack(id=day, lines=[], delivery=amount, tax=tax, at=at + timedelta(days=day)))
        gone, left = gone + amount, left - amount
    entries = booked(order, refunds)
    sums: dict[int, list[int]] = {}
    for one in entries:
        known = sums.setdefault(one.rate, [0, 0])
        known[0], known[1] = known[0] + one.sums.net, known[1] + one.sums.tax
        assert known[0] >= -1 and known[1] >= 0, "a net is a cent off where its tax was rounded"
    added = next(one for one in entries if one.reference == "amendment:1")
    assert (added.sums.tax, added.supplied_at) == (91, at + timedelta(hours=1))
    expected = 0 if is_cancelled else 351 - 110 + whole_tax - sum(one.tax for one in refunds)
    assert sum(one.sums.tax for one in entries) == expected
    assert len({(one.reference, one.rate) for one in entries}) == len(entries)
