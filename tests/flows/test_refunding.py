"""Refunds: what pieces are worth to the last cent, which ways money goes back, once, whatever happens on the way."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from tests.support import shops, stock
from tests.support.checkouts import Desk, books, check_ledgers, events, open_desk
from tests.support.sold import keeper, run_jobs, sold

from vetrina.flows.orders.refunding import RefundLine, RefundWish, pay_back, quote_refund, refund_order, retry_refund
from vetrina.flows.parcels.fulfilling import FulfilWish, fulfil
from vetrina.kernel.errors import BadInput, NotAllowed
from vetrina.shop.orders import refund_rules
from vetrina.shop.orders.models import Order, Refund, RefundPart
from vetrina.shop.orders.refund_rules import (
    NothingToRefundOf,
    NothingWasSent,
    RefundTooHigh,
    Standing,
    Way,
    Worth,
    reckon,
    share_of,
)
from vetrina.testing.payments import AUTHORISES
from vetrina.views.orders.placed import order_by_id
from vetrina.views.orders.refunds import parts_of_refund, refund_lines, refunds_of


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


amounts = st.integers(0, 10**9)


@given(whole=amounts, pieces=st.integers(1, 40), cuts=st.lists(st.integers(1, 6), max_size=12))
def test_shares_of_a_line_sum_to_it_however_it_is_cut(whole: int, pieces: int, cuts: list[int]) -> None:
    before, given_back = 0, 0
    for cut in [*cuts, pieces]:
        part = min(cut, pieces - before)
        share = share_of(whole, pieces, before, part)
        assert 0 <= share <= -(-whole * part // pieces) if part else share == 0
        before, given_back = before + part, given_back + share
    assert given_back == whole


class Sale(msgspec.Struct, frozen=True):
    """What was sold, in minor units of any currency."""

    lines: tuple[tuple[int, int, int], ...]
    """Pieces, amount after the discount, tax."""
    delivery: int
    fee: int
    card: int
    """What a gift card paid, in parts per hundred."""
    is_inclusive: bool

    @property
    def standing(self) -> Standing:
        added = 0 if self.is_inclusive else 1
        lines = {key: Worth(amount + added * tax, tax, pieces) for key, (pieces, amount, tax) in enumerate(self.lines)}
        total = sum(worth.amount for worth in lines.values()) + self.delivery + self.fee
        on_card = total * self.card // 100
        ways = (Way(total - on_card, payment_id=1), Way(on_card, card="attempt:1:1"))
        return Standing(lines, Worth(self.delivery, self.delivery // 5), Worth(self.fee, 0), 0, ways, "EUR")


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    decimals = draw(st.sampled_from([0, 2, 3]))
    price = st.integers(0, 50 * 10**decimals)
    lines: list[tuple[int, int, int]] = []
    for _ in range(draw(st.integers(1, 4))):
        amount = draw(price)
        lines.append((draw(st.integers(1, 7)), amount, draw(st.integers(0, amount))))
    share = draw(st.integers(0, 100))
    return Sale(tuple(lines), draw(price), draw(st.integers(0, 300)), share, draw(st.booleans()))


def after(standing: Standing, sums: refund_rules.RefundSums) -> Standing:
    """The same order once that refund stands."""
    lines = dict(standing.lines)
    for share in sums.shares:
        worth = lines[share.line_id]
        lines[share.line_id] = msgspec.structs.replace(worth, refunded=worth.refunded + share.quantity)
    went = {(way.payment_id, way.card): way.left for way in sums.parts}
    return Standing(
        lines,
        msgspec.structs.replace(standing.delivery, refunded=standing.delivery.refunded + sums.delivery),
        msgspec.structs.replace(standing.fee, refunded=standing.fee.refunded + sums.fee),
        standing.unpaid - sums.waived,
        tuple(
            Way(way.left - went.get((way.payment_id, way.card), 0), way.payment_id, way.card) for way in standing.ways
        ),
        standing.currency,
    )


def everything(standing: Standing) -> refund_rules.RefundSums:
    lines = [(key, worth.pieces - worth.refunded) for key, worth in standing.lines.items()]
    return reckon(
        standing,
        [line for line in lines if line[1]],
        delivery=standing.delivery.amount - standing.delivery.refunded,
        fee=standing.fee.amount - standing.fee.refunded,
    )


@settings(max_examples=60)
@given(sale=sales(), picks=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 7), st.integers(0, 999)), max_size=6))
def test_any_refunds_sum_to_what_came_and_all_of_them_to_the_total(
    sale: Sale, picks: list[tuple[int, int, int]]
) -> None:
    standing = sale.standing
    total, back, tax = standing.most, 0, 0
    for line, pieces, delivery in picks:
        key = line % len(sale.lines)
        worth = standing.lines[key]
        wanted = min(pieces, worth.pieces - worth.refunded)
        post = min(delivery, standing.delivery.amount - standing.delivery.refunded)
        sums = reckon(standing, [(key, wanted)] if wanted else [], delivery=post)
        assert sum(way.left for way in sums.parts) == sums.amount == sums.goods + sums.delivery
        back, tax, standing = back + sums.amount, tax + sums.tax, after(standing, sums)
    rest = everything(standing)
    assert (back + rest.amount, rest.adjustment) == (total, 0)
    assert tax + rest.tax == sum(worth.tax for worth in standing.lines.values()) + standing.delivery.tax
    assert after(standing, rest).most == 0


@settings(max_examples=40)
@given(sale=sales(), free=st.lists(st.integers(1, 3_000), max_size=6))
def test_free_amounts_never_pay_more_than_came(sale: Sale, free: list[int]) -> None:
    standing, back = sale.standing, 0
    total = standing.most
    for amount in free:
        try:
            sums = reckon(standing, [], amount=amount)
        except RefundTooHigh:
            assert amount > total - back
            continue
        back, standing = back + sums.amount, after(standing, sums)
    rest = everything(standing)
    assert back + rest.amount == total
    assert rest.adjustment <= 0


def test_without_cumulating_shares_cents_are_lost() -> None:
    """The negative control: rounding each piece by itself does not come to the line."""
    assert sum(share_of(1_000, 3, before, 1) for before in range(3)) == 1_000
    assert sum(1_000 // 3 for _ in range(3)) != 1_000


async def test_refunds_by_line_amount_and_delivery_come_to_the_payment(desk: Desk) -> None:
    await desk.codes.fill(desk.ctx, "FIVE", 500)
    order_id, line_id = await sold(desk, codes=("FIVE",))
    by = keeper(desk)
    quote = await quote_refund(by, RefundWish(order_id=order_id, lines=(RefundLine(line_id, 1),), delivery=100))
    assert (quote.sums.amount, quote.sums.goods, quote.most, quote.delivery_left) == (933, 833, 3_000, 500)
    await refund_order(by, RefundWish(order_id=order_id, lines=(RefundLine(line_id, 1),), delivery=100, key="a"))
    await refund_order(by, RefundWish(order_id=order_id, lines=(RefundLine(line_id, 1),), delivery=100, key="a"))
    assert (await books(desk)).payments == (("captured", 3000, 3000, 933),)
    with pytest.raises(NothingToRefundOf):
        await refund_order(by, RefundWish(order_id=order_id, lines=(RefundLine(line_id, 3),)))
    for wrong in (RefundWish(order_id=order_id, delivery=401), RefundWish(order_id=order_id, delivery=-1)):
        with pytest.raises(BadInput, match=r"Between 0 and 4\.0 EUR") as refused:
            await refund_order(by, wrong)
    assert refused.value.field == ("delivery",)
    with pytest.raises(BadInput, match=r"Between 0 and 0\.0 EUR") as refused:
        await refund_order(by, RefundWish(order_id=order_id, fee=1))
    assert refused.value.field == ("fee",)
    with pytest.raises(RefundTooHigh, match=r"At most 20\.67 EUR"):
        await refund_order(by, RefundWish(order_id=order_id, amount=2_068))
    for number in range(2):
        await refund_order(by, RefundWish(order_id=order_id, amount=100, reason="Scratched", key=f"twice{number}"))
    await refund_order(by, RefundWish(order_id=order_id, lines=(RefundLine(line_id, 2),), delivery=400))
    assert (await books(desk)).payments == (("refunded", 3000, 3000, 3000),)
    (order,) = [await order_by_id(desk.ctx.db, order_id)]
    assert order is not None and (order.financial_status, order.refunded) == ("REFUNDED", 3_000)
    kept = await refunds_of(desk.ctx.db, [order_id])
    assert [(each.amount, each.adjustment, each.state) for each in kept] == [
        (933, 0, "done"), (100, 100, "done"), (100, 100, "done"), (1_867, -200, "done"),
    ]  # fmt: skip
    assert (await events(desk)).count("OrderRefunded") == 4
    with pytest.raises(BadInput):
        await refund_order(by, RefundWish(order_id=order_id))
    with pytest.raises(NotAllowed):
        poor = msgspec.structs.replace(by.actor, permissions=frozenset({"orders.write"}))
        await refund_order(msgspec.structs.replace(by, actor=poor), RefundWish(order_id=order_id, amount=1))
    await check_ledgers(desk)


async def test_cards_and_payments_both_have_theirs_back(desk: Desk) -> None:
    await desk.cards.fill(desk.ctx, "CARD", 600)
    order_id, line_id = await sold(desk, quantity=2, cards=("CARD",))
    by, charge = keeper(desk), desk.provider.only
    charge.refunded = 1_900  # the provider says no, and thinks better of it
    refund_id = await refund_order(by, RefundWish(order_id=order_id, lines=(RefundLine(line_id, 2),)))
    assert await desk.cards.balance(desk.ctx, "CARD") == 100
    assert (await events(desk)).count("OrderRefunded") == 1, "books and papers hear of what is back on the card"
    charge.refunded = 0
    await retry_refund(by, refund_id)
    assert (await events(desk)).count("OrderRefunded") == 2 and charge.refunded == 1_900
    await refund_order(by, RefundWish(order_id=order_id, delivery=500))
    assert await desk.cards.balance(desk.ctx, "CARD") == 600
    order = await order_by_id(desk.ctx.db, order_id)
    assert order is not None and (order.refunded, order.financial_status) == (2_500, "REFUNDED")
    assert (await books(desk)).payments == (("refunded", 1900, 1900, 1900),)


async def test_what_is_not_paid_is_waived(desk: Desk) -> None:
    order_id, line_id = await sold(desk, AUTHORISES)
    by = keeper(desk)
    await refund_order(by, RefundWish(order_id=order_id, lines=(RefundLine(line_id, 1),)))
    assert desk.provider.calls == ["start"]
    await fulfil(by, FulfilWish(order_id=order_id))
    await run_jobs(desk)
    order = await order_by_id(desk.ctx.db, order_id)
    assert order is not None and (order.waived, order.refunded, order.financial_status) == (1_000, 0, "PAID")
    assert (desk.provider.only.captured, desk.provider.only.amount) == (2_500, 3_500)


async def test_goods_that_came_back_stand_on_the_shelf(desk: Desk) -> None:
    order_id, line_id = await sold(desk)
    by, home = keeper(desk), await stock.main_location(desk.ctx)
    wish = RefundWish(order_id=order_id, lines=(RefundLine(line_id, 2, home),))
    with pytest.raises(NothingWasSent):
        await refund_order(by, wish)
    assert await refunds_of(desk.ctx.db, [order_id]) == []
    await fulfil(by, FulfilWish(order_id=order_id))
    await refund_order(by, wish)
    assert (await books(desk)).on_hand == 9
    (line,) = await refund_lines(desk.ctx.db, [order_id])
    assert (line.quantity, line.amount, line.location_id) == (2, 2_000, home)


async def test_of_two_who_refund_the_same_one_wins(desk: Desk) -> None:
    order_id, line_id = await sold(desk, quantity=1)
    wishes = [RefundWish(order_id=order_id, lines=(RefundLine(line_id, 1),), key=f"k{number}") for number in range(2)]
    answers = await asyncio.gather(*(refund_order(keeper(desk), wish) for wish in wishes), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["NothingToRefundOf", "int"]
    assert desk.provider.only.refunded == 1_000


@pytest.mark.parametrize("fault", ["lose_answers", "refuse_calls"])
async def test_a_refund_is_seen_through_once(desk: Desk, fault: str) -> None:
    order_id, _ = await sold(desk)
    setattr(desk.provider, fault, 2)
    refund_id = await refund_order(keeper(desk), RefundWish(order_id=order_id, amount=700))
    assert [part.state for part in await parts_of_refund(desk.ctx.db, refund_id)] == ["asked"]
    with pytest.raises(RefundTooHigh):
        await refund_order(keeper(desk), RefundWish(order_id=order_id, amount=2_801))
    for _ in range(3):
        await run_jobs(desk, minutes=5)
    assert [part.state for part in await parts_of_refund(desk.ctx.db, refund_id)] == ["done"]
    assert (desk.provider.only.refunded, desk.provider.calls.count("refund")) == (700, 1)
    (part,) = await parts_of_refund(desk.ctx.db, refund_id)
    await pay_back(desk.ctx, {"refund_id": refund_id, "part_id": part.id})
    assert (await events(desk)).count("OrderRefunded") == 1
    await check_ledgers(desk)


async def test_what_a_provider_refuses_is_asked_again_by_people(desk: Desk) -> None:
    order_id, line_id = await sold(desk)
    by, charge = keeper(desk), desk.provider.only
    charge.refunded = 3_500
    refund_id = await refund_order(by, RefundWish(order_id=order_id, lines=(RefundLine(line_id, 1),)))
    (part,) = await parts_of_refund(desk.ctx.db, refund_id)
    assert part.state == "failed" and "not so much" in part.error
    assert (await quote_refund(by, RefundWish(order_id=order_id))).open == {line_id: 3}
    charge.refunded = 0
    await retry_refund(by, refund_id)
    assert ((await refunds_of(desk.ctx.db, [order_id]))[0].state, charge.refunded) == ("done", 1_000)
    assert (await quote_refund(by, RefundWish(order_id=order_id))).open == {line_id: 2}


async def test_the_database_holds_refunds_together(desk: Desk) -> None:
    """Parts sum to their refund and refunds to the order; what breaks that is refused by the tables themselves."""
    order_id, _ = await sold(desk)
    refund_id = await refund_order(keeper(desk), RefundWish(order_id=order_id, amount=700))
    sums = select(func.sum(RefundPart.amount)).where(RefundPart.refund_id == refund_id)
    assert await desk.ctx.db.value(sums) == 700
    for wrong in (update(Refund).values(amount=701), update(Order).values(waived=Order.total + 1)):
        with pytest.raises(Exception, match=r"(?i)check|constraint"):
            async with desk.ctx.tx() as session:
                await session.execute(wrong)
