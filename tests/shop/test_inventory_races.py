"""Many buyers, few pieces: never one too many; crossed carts wait for each other but never in a circle."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from tests.support import stock
from tests.support.stock import hold, holds, ledger_sums, shelves

from vetrina.kernel.context import Context
from vetrina.kernel.db import Conflict, Session
from vetrina.kernel.errors import Unavailable
from vetrina.shop.inventory import service as inventory
from vetrina.shop.inventory.models import Level
from vetrina.shop.inventory.rules import NotEnoughStock, OutOfStock

Reserve = Callable[[Session, Context, str, int], Awaitable[None]]

BUYERS, PIECES = 60, 10


async def guarded(session: Session, ctx: Context, reference: str, variant_id: int) -> None:
    await hold(session, ctx, reference, (variant_id, 1))


async def naive(session: Session, ctx: Context, reference: str, variant_id: int) -> None:
    """What the shop never does: read a number, decide by it, write."""
    reserved, on_hand = (await session.fetch(select(Level.reserved, Level.on_hand)))[0]
    await asyncio.sleep(0.001)
    if on_hand - reserved < 1:
        raise OutOfStock(variant_id=variant_id, available=0)
    await session.execute(update(Level).values(reserved=Level.reserved + 1))


async def race(ctx: Context, variant_id: int, reserve: Reserve) -> int:
    """Let all buyers reserve one piece at once; how many were told yes. Others must hear the shop's refusal."""

    async def buy(number: int) -> bool:
        try:
            async with ctx.tx() as session:
                await reserve(session, ctx, f"attempt:{number}", variant_id)
        except (OutOfStock, Conflict):
            return False
        return True

    return sum(await asyncio.gather(*(buy(number) for number in range(BUYERS))))


async def drop_the_guard(ctx: Context) -> None:
    """Take the CHECK away, in this test's database only."""
    async with ctx.tx() as session:
        await session.execute(text("ALTER TABLE inventory_level DROP CONSTRAINT ck_inventory_level_not_oversold"))


async def test_as_many_are_sold_as_there_are(ctx: Context) -> None:
    oil = await stock.stocked(ctx, PIECES)
    assert await race(ctx, oil, guarded) == PIECES
    (shelf,) = await shelves(ctx.db)
    assert (shelf.on_hand, shelf.reserved) == (PIECES, PIECES)
    assert await shelves(ctx.db) == await ledger_sums(ctx.db)
    assert len(await holds(ctx.db)) == PIECES


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_without_the_guard_the_same_race_oversells(ctx: Context) -> None:
    oil = await stock.stocked(ctx, PIECES)
    await drop_the_guard(ctx)
    assert await race(ctx, oil, naive) > PIECES


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_database_alone_stops_a_careless_writer(ctx: Context) -> None:
    oil = await stock.stocked(ctx, PIECES)
    assert await race(ctx, oil, naive) == PIECES


async def test_the_losers_of_one_location_are_served_by_the_next(ctx: Context) -> None:
    oil, second = await stock.stocked(ctx, PIECES), await stock.location(ctx)
    async with ctx.tx() as session:
        await inventory.receive(
            session, variant_id=oil, location_id=second, quantity=PIECES, reference="r", at=ctx.now(), actor="test"
        )
    assert await race(ctx, oil, guarded) == 2 * PIECES
    assert [shelf.reserved for shelf in await shelves(ctx.db)] == [PIECES, PIECES]


async def test_pieces_that_have_to_be_gathered_are_not_promised_twice(ctx: Context) -> None:
    oil, second = await stock.stocked(ctx, 5), await stock.location(ctx)
    async with ctx.tx() as session:
        await inventory.receive(
            session, variant_id=oil, location_id=second, quantity=4, reference="r", at=ctx.now(), actor="test"
        )

    async def buy(number: int) -> bool:
        try:
            async with ctx.tx() as session:
                await hold(session, ctx, f"attempt:{number}", (oil, 3))
        except (OutOfStock, NotEnoughStock):
            return False
        return True

    assert sum(await asyncio.gather(*(buy(number) for number in range(20)))) == 3
    assert [shelf.reserved for shelf in await shelves(ctx.db)] == [5, 4]
    assert await shelves(ctx.db) == await ledger_sums(ctx.db)


@pytest.mark.parametrize("places", [1, 3])
async def test_crossed_carts_do_not_deadlock(ctx: Context, places: int) -> None:
    """Four hundred of them, buying, giving back and restocking over one location and over several scarce ones."""
    oil, salt = await stock.stocked(ctx, 60, "oil"), await stock.stocked(ctx, 60, "salt")
    for number in range(1, places):
        place = await stock.location(ctx, f"Place {number}", position=-number)
        async with ctx.tx() as session:
            for variant_id in (oil, salt):
                await inventory.receive(
                    session, variant_id=variant_id, location_id=place, quantity=60, reference="r", at=ctx.now(),
                    actor="test",
                )  # fmt: skip
    gave_up: list[Exception] = []

    async def buy(number: int) -> None:
        lines = ((oil, 2), (salt, 1)) if number % 2 else ((salt, 2), (oil, 1))
        reference, decide = f"attempt:{number}", inventory.take if number % 3 else inventory.release
        try:
            async with ctx.tx() as session:
                await hold(session, ctx, reference, *lines)
            async with ctx.tx() as session:
                await decide(session, reference, ctx.now(), "test")
        except (OutOfStock, NotEnoughStock):
            return
        except Unavailable as error:
            gave_up.append(error)

    for start in range(0, 400, 40):
        await asyncio.gather(*(buy(number) for number in range(start, start + 40)))
    assert gave_up == []
    assert await shelves(ctx.db) == await ledger_sums(ctx.db)
    assert min(shelf.on_hand for shelf in await shelves(ctx.db)) == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_taking_rows_as_the_cart_lists_them_does_deadlock(ctx: Context) -> None:
    """The same crossing without the order: what the order is there for."""
    oil, salt = await stock.stocked(ctx, 10_000, "oil"), await stock.stocked(ctx, 10_000, "salt")

    async def buy(lines: Sequence[int]) -> None:
        async with ctx.tx() as session:
            for variant_id in lines:
                await session.execute(
                    update(Level).where(Level.variant_id == variant_id).values(reserved=Level.reserved + 1)
                )
                await asyncio.sleep(0.05)

    results = await asyncio.gather(buy((oil, salt)), buy((salt, oil)), return_exceptions=True)
    assert any(isinstance(result, Unavailable) for result in results)


async def test_a_hold_decided_twice_at_once_has_one_end(ctx: Context) -> None:
    oil = await stock.stocked(ctx, 50)
    async with ctx.tx() as session:
        for number in range(20):
            await hold(session, ctx, f"attempt:{number}", (oil, 1))

    async def decide(number: int, verb: Callable[..., Awaitable[object]]) -> None:
        async with ctx.tx() as session:
            await verb(session, f"attempt:{number}", ctx.now(), "test")

    await asyncio.gather(
        *(decide(number, verb) for number in range(20) for verb in (inventory.take, inventory.release, inventory.take))
    )
    ends = [state for _, _, _, state in await holds(ctx.db)]
    assert set(ends) <= {"taken", "released"}
    (shelf,) = await shelves(ctx.db)
    assert (shelf.on_hand, shelf.reserved) == (50 - ends.count("taken"), 0)
    assert await shelves(ctx.db) == await ledger_sums(ctx.db)


async def test_the_same_receipt_booked_many_times_at_once_counts_once(ctx: Context) -> None:
    oil, place = await stock.variant(ctx), await stock.main_location(ctx)

    async def book() -> None:
        async with ctx.tx() as session:
            await inventory.receive(
                session, variant_id=oil, location_id=place, quantity=7, reference="DDT 7", at=ctx.now(), actor="test"
            )

    await asyncio.gather(*(book() for _ in range(20)))
    assert [shelf.on_hand for shelf in await shelves(ctx.db)] == [7]


async def test_the_same_reference_reserving_many_times_at_once_holds_once(ctx: Context) -> None:
    oil = await stock.stocked(ctx, 50)

    async def buy() -> bool:
        try:
            async with ctx.tx() as session:
                await inventory.reserve(
                    session,
                    [inventory.Wanted(oil, 2)],
                    reference="attempt:1",
                    expires_at=ctx.now() + timedelta(minutes=15),
                    at=ctx.now(),
                    actor="test",
                )
        except Conflict:
            return False
        return True

    assert any(await asyncio.gather(*(buy() for _ in range(10))))
    assert [shelf.reserved for shelf in await shelves(ctx.db)] == [2]
