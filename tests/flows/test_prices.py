"""Prices: what changes is written and logged, what does not is not, and the log cannot be rewritten."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import asyncpg
import pytest
from sqlalchemy import delete, select, update
from tests.support import shops
from tests.support.factories import make_product, make_variant
from tests.support.traces import actions, events, row_counts

from vetrina.flows.prices import NoSuchPriceList, PriceChange, price_book, set_prices
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.db import Conflict, table_of
from vetrina.kernel.errors import BadInput, NotAllowed, NotFound, Refusal
from vetrina.kernel.money import Money
from vetrina.shop.pricing.models import Price, PriceLogEntry

LOG = select(PriceLogEntry.price_list_id, PriceLogEntry.amount, PriceLogEntry.compare_at, PriceLogEntry.at).order_by(
    PriceLogEntry.id
)


async def standing(ctx: Context) -> list[tuple[int, int, int | None]]:
    found = await ctx.db.fetch(
        select(Price.price_list_id, Price.amount, Price.compare_at).order_by(Price.price_list_id, Price.variant_id)
    )
    return [(price_list_id, amount, compare_at) for price_list_id, amount, compare_at in found]


async def test_a_price_is_set_changed_and_removed_and_the_log_keeps_all(ctx: Context, clock: shops.StillClock) -> None:
    variant_id = await make_variant(ctx, price=None)
    book = await price_book(ctx.db)
    euro, pound = book.default_id, book.first_of["GBP"]
    steps = [
        [PriceChange(variant_id=variant_id, amount="10", compare_at="12.5")],
        [PriceChange(variant_id=variant_id, amount=Money(900, "EUR"))],
        [PriceChange(variant_id=variant_id, amount="8", price_list_id=pound)],
        [PriceChange(variant_id=variant_id, amount=None)],
    ]
    times: list[datetime] = []
    for step in steps:
        clock.move(hours=1)
        times.append(ctx.now())
        assert await set_prices(ctx, step) == 1
    assert await standing(ctx) == [(pound, 800, None)]
    assert await ctx.db.fetch(LOG) == [
        (euro, 1_000, 1_250, times[0]),
        (euro, 900, None, times[1]),
        (pound, 800, None, times[2]),
        (euro, None, None, times[3]),
    ]
    assert [name for name, _ in await events(ctx.db)] == ["ProductCreated", *["ProductChanged"] * 4]
    assert (await actions(ctx.db))[1:] == [("price.set", f"variant:{variant_id}")] * 4


async def test_what_changes_nothing_is_neither_logged_nor_told(ctx: Context) -> None:
    variant_id = await make_variant(ctx, price="10")
    assert await set_prices(ctx, [PriceChange(variant_id=variant_id, amount="10", compare_at="11")]) == 1
    before = await row_counts(ctx.db)
    assert await set_prices(ctx, [PriceChange(variant_id=variant_id, amount="10.00", compare_at="11.0")]) == 0
    pound = (await price_book(ctx.db)).first_of["GBP"]
    assert await set_prices(ctx, [PriceChange(variant_id=variant_id, amount=None, price_list_id=pound)]) == 0
    assert await set_prices(ctx, []) == 0
    assert await row_counts(ctx.db) == before


async def test_variants_of_one_product_are_told_once(ctx: Context) -> None:
    created = await make_product(ctx, options={"Size": ("S", "M", "L")})
    changes = [PriceChange(variant_id=variant_id, amount="0") for variant_id in created.variant_ids]
    assert await set_prices(ctx, changes) == 3
    assert (await events(ctx.db))[1:] == [("ProductChanged", f"product:{created.product_id}")]


async def test_a_bad_price_keeps_all_others_out(ctx: Context) -> None:
    variant_id, other = await make_variant(ctx, title="One"), await make_variant(ctx, title="Two")
    bad: list[tuple[PriceChange, type[Refusal]]] = [
        (PriceChange(variant_id=other, amount="-0.01"), BadInput),
        (PriceChange(variant_id=other, amount="1.001"), BadInput),
        (PriceChange(variant_id=other, amount=str(10**16)), BadInput),
        (PriceChange(variant_id=other, amount="Infinity"), BadInput),
        (PriceChange(variant_id=other, amount="1\0"), BadInput),
        (PriceChange(variant_id=other, amount="1", compare_at="-1"), BadInput),
        (PriceChange(variant_id=other, amount=Money(-1, "EUR")), BadInput),
        (PriceChange(variant_id=other, amount=Money(10**16, "EUR")), BadInput),
        (PriceChange(variant_id=other, amount=Money(100, "USD")), BadInput),
        (PriceChange(variant_id=variant_id, amount="1"), BadInput),
        (PriceChange(variant_id=other, amount="1", price_list_id=99), NoSuchPriceList),
        (PriceChange(variant_id=other, amount=None, compare_at="12"), BadInput),
        (PriceChange(variant_id=other, amount=None, breaks=()), BadInput),
        (PriceChange(variant_id=99, amount="1"), NotFound),
        (PriceChange(variant_id=2**53, amount=None), NotFound),
    ]
    before, prices = await row_counts(ctx.db), await standing(ctx)
    for change, refusal in bad:
        with pytest.raises(refusal):
            await set_prices(ctx, [PriceChange(variant_id=variant_id, amount="99"), change])
    with pytest.raises(BadInput):
        await set_prices(ctx, [PriceChange(variant_id=number, amount="1") for number in range(5_001)])
    assert (await row_counts(ctx.db), await standing(ctx)) == (before, prices)


async def test_prices_need_their_own_permission(ctx: Context) -> None:
    variant_id = await make_variant(ctx)
    clerk = shops.context(ctx.shop, ctx.place, Actor("staff", 7, "anna", frozenset({"catalog.write"})))
    with pytest.raises(NotAllowed):
        await set_prices(clerk, [PriceChange(variant_id=variant_id, amount="1")])


REWRITES: list[Callable[[Context], Awaitable[object]]] = [
    lambda ctx: _write(ctx, update(table_of(PriceLogEntry)).values(amount=1)),
    lambda ctx: _write(ctx, delete(table_of(PriceLogEntry))),
]


async def test_the_database_refuses_to_rewrite_the_log(ctx: Context) -> None:
    await make_variant(ctx, price="10")
    log = await ctx.db.fetch(LOG)
    for rewrite in REWRITES:
        with pytest.raises((Conflict, asyncpg.PostgresError), match="append-only"):
            await rewrite(ctx)
    assert await ctx.db.fetch(LOG) == log


async def test_the_database_refuses_a_price_below_nothing(ctx: Context) -> None:
    await make_variant(ctx, price="10")
    with pytest.raises(Conflict):
        await _write(ctx, update(table_of(Price)).values(amount=-1))


async def _write(ctx: Context, statement: object) -> None:
    async with ctx.tx() as session:
        await session.execute(statement)  # pyright: ignore[reportArgumentType]
