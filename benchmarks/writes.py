"""Stock and order in one transaction, fifty buyers at once: the checkout's write part beside the bare statements."""

import asyncio
import time

import msgspec
import pytest
from benchmarks.floors.writing import Buy, bare_writer
from benchmarks.support.measured_shop import MeasuredShop
from benchmarks.support.meter import Run
from benchmarks.support.report import Report
from benchmarks.support.timing import timing
from sqlalchemy import func, insert, select, update

from vetrina.flows.cart.carts import LineInput, NewCart, create_cart
from vetrina.flows.cart.identity import Identity
from vetrina.flows.checkout.submitting import _place_now
from vetrina.flows.placing.freezing import Snapshot, freeze
from vetrina.flows.placing.placing import Promise
from vetrina.flows.quoting import MethodOffer, quote_cart
from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import table_of
from vetrina.ports import OfferedMethod, PaymentReport
from vetrina.shop.cart.models import Cart
from vetrina.shop.cart.service import new_cart
from vetrina.shop.inventory.models import Level
from vetrina.shop.inventory.rules import NotEnoughStock, OutOfStock
from vetrina.shop.orders.models import Order
from vetrina.views.carts import CartRow, carts_by_key
from vetrina.vocabulary import PaymentFlow, PaymentState

BUYERS = 50
ORDERS = 1_000
SPREAD = 200
PIECES = 400
"""Of the one hot thing: the buyers after that are refused."""


@pytest.mark.full
@pytest.mark.parametrize("is_hot", [False, True], ids=["spread", "hot"])
def test_stock_and_order(shop: MeasuredShop, run: Run, report: Report, is_hot: bool) -> None:
    place = "hot" if is_hot else "spread"
    rates = run(_race(shop, is_hot))
    for name, rate in rates.items():
        print(f"{shop.engine:10} {place:6} {name:5} {rate:8,.0f} transactions/s")
    report.add("stock_and_order", rates["ours"] / rates["bare"], f"{shop.engine}, {place}")


@pytest.mark.full
def test_what_the_same_statements_take(shop: MeasuredShop, run: Run, report: Report) -> None:
    """One buyer after the other: the time the driver takes for our statements, over the time all of it takes."""
    report.add("stock_and_order_same", run(_share_of_the_driver(shop)), shop.engine)


async def _share_of_the_driver(shop: MeasuredShop) -> float:
    ctx = msgspec.structs.replace(shop.runtime.context(), actor=BUYER)
    found = await ctx.db.fetch(select(Level.variant_id).distinct().order_by(Level.variant_id).limit(2))
    [pair] = [(found[0][0], found[1][0])]
    await _stock_up(ctx, [pair], ORDERS)
    buy = await _ours(ctx, await _snapshot(ctx, [*pair]))
    whole, sent = 0.0, 0.0
    for number in range(ORDERS // 2):
        with timing(ctx.db) as times:
            begun = time.perf_counter()
            await buy(number, *pair)
            whole += time.perf_counter() - begun
        sent += sum(times)
    return sent / whole


async def _race(shop: MeasuredShop, is_hot: bool) -> dict[str, float]:
    """Transactions per second of ours and of the bare ones, each side sold from its own things, in turns."""
    ctx = msgspec.structs.replace(shop.runtime.context(), actor=BUYER)
    found = await ctx.db.fetch(select(Level.variant_id).distinct().order_by(Level.variant_id).limit(4 * SPREAD))
    things = [variant_id for (variant_id,) in found]
    await _stock_up(ctx, [(things[0], things[1])], 1)
    snapshot = await _snapshot(ctx, things[:2])
    spent = {"ours": 0.0, "bare": 0.0}
    async with bare_writer(shop) as write:
        for turn in range(4):
            name = ("bare", "ours")[turn % 2]
            mine = things[turn % 2 :: 2]
            pairs = [(mine[0], mine[1])] if is_hot else list(zip(mine[::2], mine[1::2], strict=True))
            stock = PIECES if is_hot else ORDERS
            await _stock_up(ctx, pairs, stock)
            buy = await _ours(ctx, snapshot) if name == "ours" else write
            before = await ctx.db.value(select(func.count()).select_from(Order))
            spent[name] += await _sell(buy, pairs)
            sold = await ctx.db.value(select(func.count()).select_from(Order)) - before
            assert sold == (PIECES if is_hot else ORDERS)
            assert await _left(ctx, pairs) == stock * 2 * len(pairs) - 2 * sold, "oversold"
    return {name: 2 * ORDERS / seconds for name, seconds in spent.items()}


async def _sell(buy: Buy, pairs: list[tuple[int, int]]) -> float:
    """Fifty buyers share the orders; seconds until the last of them is answered."""
    numbers = iter(range(ORDERS))

    async def buyer() -> None:
        for number in numbers:
            await buy(number, *pairs[number % len(pairs)])

    begun = time.perf_counter()
    await asyncio.gather(*(buyer() for _ in range(BUYERS)))
    return time.perf_counter() - begun


async def _ours(ctx: Context, snapshot: Snapshot) -> Buy:
    """What submitting a quoted cart writes: every order from a cart of its own."""
    carts = await _carts(ctx)

    async def buy(number: int, *variants: int) -> None:
        lines = tuple(
            msgspec.structs.replace(line, variant_id=variant_id)
            for line, variant_id in zip(snapshot.order.lines, variants, strict=True)
        )
        order = msgspec.structs.replace(snapshot.order, lines=lines)
        frozen = msgspec.structs.replace(snapshot, order=order)
        promise = Promise(draw_key(), PaymentReport(state=PaymentState.PENDING))
        try:
            assert await _place_now(ctx, carts[number], frozen, f"token {number}", promise) is not None
        except (OutOfStock, NotEnoughStock):
            return

    return buy


async def _snapshot(ctx: Context, variant_ids: list[int]) -> Snapshot:
    """A cart of two lines as it is frozen, to be paid in cash."""
    lines = tuple(LineInput(variant_id=variant_id) for variant_id in variant_ids)
    made = await create_cart(ctx, NewCart(lines=lines, identity=Identity(email="bench@example.com")))
    assert made.cart is not None, made.errors
    quote = await quote_cart(ctx, made.cart)
    cash = OfferedMethod(method="cash", title="Cash", flow=PaymentFlow.OFFLINE)
    offer = MethodOffer(handle="bench:cash", provider="bench", method=cash, amount=quote.quote.amount_due)
    return freeze(msgspec.structs.replace(quote, selected_method=offer))


async def _carts(ctx: Context) -> list[CartRow]:
    keys = [draw_key() for _ in range(ORDERS)]
    rows = [new_cart(key=key, country=ctx.place.country, language=ctx.place.language, at=ctx.now()) for key in keys]
    async with ctx.tx() as session:
        await session.execute_many(insert(table_of(Cart)), rows)
    return await carts_by_key(ctx.db, keys)


async def _stock_up(ctx: Context, pairs: list[tuple[int, int]], pieces: int) -> None:
    ids = [variant_id for pair in pairs for variant_id in pair]
    first = select(func.min(Level.location_id)).where(Level.variant_id.in_(ids)).scalar_subquery()
    async with ctx.tx() as session:
        level = update(Level).where(Level.variant_id.in_(ids))
        await session.execute(level.values(on_hand=0, reserved=0))
        await session.execute(level.where(Level.location_id == first).values(on_hand=pieces))


async def _left(ctx: Context, pairs: list[tuple[int, int]]) -> int:
    ids = [variant_id for pair in pairs for variant_id in pair]
    return await ctx.db.value(select(func.sum(Level.on_hand - Level.reserved)).where(Level.variant_id.in_(ids)))
