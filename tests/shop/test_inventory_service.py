"""Stock is held, taken and released once, and every level is the sum of its movements."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, update
from tests.support import stock
from tests.support.shops import StillClock
from tests.support.stock import hold, holds, ledger_sums, shelves

from vetrina.kernel.context import Context
from vetrina.kernel.db import Conflict, Session
from vetrina.shop.inventory import service as inventory
from vetrina.shop.inventory.events import StockRanOut, StockReturned
from vetrina.shop.inventory.models import Movement
from vetrina.shop.inventory.rules import NotEnoughStock, OutOfStock, ReferenceTaken, StockIsHeld, StockNotTracked


async def level(ctx: Context) -> tuple[int, int]:
    """on_hand and reserved of the only level."""
    (shelf,) = await shelves(ctx.db)
    return shelf.on_hand, shelf.reserved


async def test_held_pieces_leave_the_shelf_when_they_are_taken(ctx: Context) -> None:
    oil = await stock.stocked(ctx, 10)
    async with ctx.tx() as session:
        await hold(session, ctx, "attempt:1", (oil, 3))
    assert await level(ctx) == (10, 3)
    async with ctx.tx() as session:
        taken = await inventory.take(session, "attempt:1", ctx.now(), "test")
    assert [piece.quantity for piece in taken] == [3]
    assert await level(ctx) == (7, 0)


@pytest.mark.parametrize("decide", [inventory.take, inventory.release])
async def test_a_hold_is_decided_once_whatever_comes_after(
    ctx: Context, decide: Callable[[Session, str, datetime, str], Awaitable[object]]
) -> None:
    oil = await stock.stocked(ctx, 10)
    async with ctx.tx() as session:
        await hold(session, ctx, "attempt:1", (oil, 3))
    async with ctx.tx() as session:
        await decide(session, "attempt:1", ctx.now(), "test")
    decided = await level(ctx), await holds(ctx.db)
    async with ctx.tx() as session:
        assert await inventory.take(session, "attempt:1", ctx.now(), "test") == ()
        assert await inventory.release(session, "attempt:1", ctx.now(), "test") == ()
        await hold(session, ctx, "attempt:1", (oil, 3))
    assert (await level(ctx), await holds(ctx.db)) == decided
    assert await shelves(ctx.db) == await ledger_sums(ctx.db)


async def test_lines_of_the_same_variant_are_held_together(ctx: Context) -> None:
    oil = await stock.stocked(ctx, 5)
    with pytest.raises(NotEnoughStock) as refused:
        async with ctx.tx() as session:
            await hold(session, ctx, "attempt:1", (oil, 3), (oil, 3))
    assert refused.value.facts == {"variant_id": oil, "available": 5}
    assert await level(ctx) == (5, 0)


async def test_the_last_piece_goes_to_one_and_the_next_hears_it_is_out_of_stock(ctx: Context) -> None:
    oil = await stock.stocked(ctx, 1)
    async with ctx.tx() as session:
        await hold(session, ctx, "attempt:1", (oil, 1))
    with pytest.raises(OutOfStock) as refused:
        async with ctx.tx() as session:
            await hold(session, ctx, "attempt:2", (oil, 1))
    assert refused.value.facts == {"variant_id": oil, "available": 0}


async def test_a_refused_variant_leaves_nothing_held_of_the_others(ctx: Context) -> None:
    oil, salt = await stock.stocked(ctx, 5, "oil"), await stock.stocked(ctx, 1, "salt")
    with pytest.raises(NotEnoughStock):
        async with ctx.tx() as session:
            await hold(session, ctx, "attempt:1", (oil, 1), (salt, 2))
    assert await holds(ctx.db) == []
    assert [shelf.reserved for shelf in await shelves(ctx.db)] == [0, 0]


async def test_a_variant_counted_nowhere_is_always_available(ctx: Context) -> None:
    card = await stock.variant(ctx, "card")
    async with ctx.tx() as session:
        await hold(session, ctx, "attempt:1", (card, 1_000_000))
    assert await holds(ctx.db) == []


async def test_running_out_and_coming_back_are_told_once_each(ctx: Context) -> None:
    oil, place = await stock.stocked(ctx, 2), await stock.main_location(ctx)
    until, wanted = ctx.now() + timedelta(minutes=15), [inventory.Wanted(oil, 1)]
    told: list[object] = []
    async with ctx.tx() as session:
        for reference in ("a", "b"):
            told += await inventory.reserve(
                session, wanted, reference=reference, expires_at=until, at=ctx.now(), actor="test"
            )
        for reference in ("a", "b"):
            told += await inventory.release(session, reference, ctx.now(), "test")
    ran_out = StockRanOut(variant_id=oil, location_id=place)
    assert told == [ran_out, StockReturned(variant_id=oil, location_id=place)]


async def test_one_location_that_has_everything_is_preferred(ctx: Context) -> None:
    oil, salt, main = (
        await stock.stocked(ctx, 5, "oil"),
        await stock.variant(ctx, "salt"),
        await stock.main_location(ctx),
    )
    second = await stock.location(ctx)
    async with ctx.tx() as session:
        for variant_id in (oil, salt):
            await _receive(session, ctx, variant_id, second, 5)
        await hold(session, ctx, "attempt:1", (oil, 1), (salt, 1))
    assert {place for _, place, _, _ in await holds(ctx.db)} == {second}
    async with ctx.tx() as session:
        await hold(session, ctx, "attempt:2", (oil, 1))
    assert [place for reference, place, _, _ in await holds(ctx.db) if reference == "attempt:2"] == [main]


async def test_pieces_are_gathered_from_several_locations_when_no_one_has_them_all(ctx: Context) -> None:
    oil, main = await stock.stocked(ctx, 2), await stock.main_location(ctx)
    second, closed = await stock.location(ctx), await stock.location(ctx, "Closed", position=2, is_active=False)
    async with ctx.tx() as session:
        await _receive(session, ctx, oil, second, 2)
        await _receive(session, ctx, oil, closed, 9)
        await hold(session, ctx, "attempt:1", (oil, 3))
    assert await holds(ctx.db) == [("attempt:1", main, 2, "held"), ("attempt:1", second, 1, "held")]
    with pytest.raises(NotEnoughStock) as refused:
        async with ctx.tx() as session:
            await hold(session, ctx, "attempt:2", (oil, 2))
    assert refused.value.facts["available"] == 1


async def test_backorders_go_as_far_as_allowed_and_no_further(ctx: Context) -> None:
    oil, place = await stock.stocked(ctx, 1), await stock.main_location(ctx)
    async with ctx.tx() as session:
        assert await inventory.set_backorder(session, variant_id=oil, location_id=place, limit=2) == 0
        await hold(session, ctx, "attempt:1", (oil, 3))
        await inventory.take(session, "attempt:1", ctx.now(), "test")
    assert await level(ctx) == (-2, 0)
    with pytest.raises(OutOfStock):
        async with ctx.tx() as session:
            await hold(session, ctx, "attempt:2", (oil, 1))
    with pytest.raises(StockIsHeld):
        async with ctx.tx() as session:
            await inventory.set_backorder(session, variant_id=oil, location_id=place, limit=1)


async def test_the_same_receipt_counts_once_and_another_quantity_under_it_is_refused(ctx: Context) -> None:
    oil, place = await stock.stocked(ctx, 10), await stock.main_location(ctx)
    async with ctx.tx() as session:
        assert await _receive(session, ctx, oil, place, 10, "receipt:first") == ()
    with pytest.raises(ReferenceTaken):
        async with ctx.tx() as session:
            await _receive(session, ctx, oil, place, 11, "receipt:first")
    assert await level(ctx) == (10, 0)


async def test_a_count_books_the_difference_and_stops_at_what_is_held(ctx: Context) -> None:
    oil, place = await stock.stocked(ctx, 10), await stock.main_location(ctx)
    async with ctx.tx() as session:
        await hold(session, ctx, "attempt:1", (oil, 4))
        await _count(session, ctx, oil, place, 4, "count:1")
        await _count(session, ctx, oil, place, 9, "count:1")
    assert await level(ctx) == (4, 4)
    with pytest.raises(StockIsHeld) as refused:
        async with ctx.tx() as session:
            await _count(session, ctx, oil, place, 3, "count:2")
    assert refused.value.facts == {"variant_id": oil, "reserved": 4}
    assert await shelves(ctx.db) == await ledger_sums(ctx.db)


async def test_a_place_that_does_not_count_a_variant_says_so(ctx: Context) -> None:
    oil, place = await stock.variant(ctx), await stock.main_location(ctx)
    with pytest.raises(StockNotTracked):
        async with ctx.tx() as session:
            await _count(session, ctx, oil, place, 3, "count:1")


async def test_moving_carries_free_pieces_only_and_once(ctx: Context) -> None:
    oil, main, second = await stock.stocked(ctx, 10), await stock.main_location(ctx), await stock.location(ctx)
    async with ctx.tx() as session:
        await hold(session, ctx, "attempt:1", (oil, 4))
        for _ in range(2):
            await _move(session, ctx, oil, main, second, 5)
    assert [(shelf.on_hand, shelf.reserved) for shelf in await shelves(ctx.db)] == [(5, 4), (5, 0)]
    third = await stock.location(ctx, "Third", position=3)
    with pytest.raises(ReferenceTaken):
        async with ctx.tx() as session:
            await _move(session, ctx, oil, main, third, 5)
    with pytest.raises(NotEnoughStock) as refused:
        async with ctx.tx() as session:
            await _move(session, ctx, oil, main, second, 2, "move:2")
    assert refused.value.facts["available"] == 1
    assert await shelves(ctx.db) == await ledger_sums(ctx.db)


async def test_returned_goods_are_back_once(ctx: Context) -> None:
    oil, place = await stock.stocked(ctx, 1), await stock.main_location(ctx)
    async with ctx.tx() as session:
        await hold(session, ctx, "attempt:1", (oil, 1))
        taken = await inventory.take(session, "attempt:1", ctx.now(), "test")
        events = await inventory.restock(session, taken, reference="return:1", at=ctx.now(), actor="test")
        assert await inventory.restock(session, taken, reference="return:1", at=ctx.now(), actor="test") == ()
    assert events == (StockReturned(variant_id=oil, location_id=place),)
    assert await level(ctx) == (1, 0)


async def test_expired_holds_are_named_until_they_are_extended_or_decided(ctx: Context, clock: StillClock) -> None:
    oil = await stock.stocked(ctx, 9)
    async with ctx.tx() as session:
        for reference in ("a", "b", "c"):
            await hold(session, ctx, reference, (oil, 1))
        assert await inventory.extend(session, "b", ctx.now() + timedelta(hours=2))
        await inventory.release(session, "c", ctx.now(), "test")
        assert not await inventory.extend(session, "c", ctx.now() + timedelta(hours=2))
    assert await inventory.lapsed(ctx.db, at=ctx.now()) == []
    clock.move(minutes=15)
    assert await inventory.lapsed(ctx.db, at=ctx.now()) == ["a"]
    clock.move(hours=2)
    assert await inventory.lapsed(ctx.db, at=ctx.now(), limit=1) == ["a"]


async def test_the_ledger_cannot_be_rewritten(ctx: Context) -> None:
    await stock.stocked(ctx, 1)
    for statement in (update(Movement).values(on_hand=2), delete(Movement)):
        with pytest.raises(Conflict):
            async with ctx.tx() as session:
                await session.execute(statement)


async def _receive(
    session: Session, ctx: Context, variant_id: int, location_id: int, quantity: int, reference: str = "receipt:2"
) -> tuple[object, ...]:
    return await inventory.receive(
        session, variant_id=variant_id, location_id=location_id, quantity=quantity, reference=reference, at=ctx.now(),
        actor="test",
    )  # fmt: skip


async def _count(
    session: Session, ctx: Context, variant_id: int, location_id: int, on_hand: int, reference: str
) -> None:
    await inventory.set_on_hand(
        session, variant_id=variant_id, location_id=location_id, on_hand=on_hand, reference=reference, at=ctx.now(),
        actor="test",
    )  # fmt: skip


async def _move(
    session: Session,
    ctx: Context,
    variant_id: int,
    source_id: int,
    target_id: int,
    quantity: int,
    reference: str = "move:1",
) -> None:
    await inventory.move(
        session, variant_id=variant_id, source_id=source_id, target_id=target_id, quantity=quantity,
        reference=reference, at=ctx.now(), actor="test",
    )  # fmt: skip
