"""The staff receives, counts and moves stock; the world hears what runs out; every change has a name behind it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select
from tests.support import shops, stock

from vetrina.flows import stock as flows
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import BadInput, NotAllowed, NotFound, NotSignedIn
from vetrina.kernel.messages import OutboxEvent
from vetrina.shop.inventory.rules import NotEnoughStock, OutOfStock, StockIsHeld, StockNotTracked
from vetrina.views.staff import audit_trail
from vetrina.views.stock import locations, low_stock, movements, stock_levels, stock_list


async def told(ctx: Context) -> list[tuple[str, dict[str, Any]]]:
    return [(name, payload) for name, payload in await ctx.db.fetch(select(OutboxEvent.name, OutboxEvent.payload))]


async def test_received_goods_are_counted_told_and_signed(ctx: Context) -> None:
    oil, place = await stock.variant(ctx), await stock.main_location(ctx)
    await flows.receive_stock(ctx, variant_id=oil, location_id=place, quantity=12, reference=" DDT  7 ")
    (level,) = await stock_levels(ctx.db, [oil])
    assert (level.on_hand, level.reserved, level.free) == (12, 0, 12)
    assert await told(ctx) == [("StockReturned", {"variant_id": oil, "location_id": place})]
    (movement,) = await movements(ctx.db, oil, size=10)
    assert (movement.kind, movement.on_hand, movement.reference, movement.actor) == ("received", 12, "DDT 7", "system")
    (entry,) = await audit_trail(ctx.db, f"variant:{oil}", size=10)
    assert (entry.action, entry.actor, entry.trail) == ("stock.received", "system", "test")
    assert entry.before == {f"location:{place}": None}
    assert entry.after == {
        f"location:{place}": {"on_hand": 12, "reserved": 0, "backorder_limit": 0},
        "reference": "DDT 7",
    }


async def test_a_receipt_sent_again_is_booked_and_signed_once(ctx: Context) -> None:
    oil, place = await stock.variant(ctx), await stock.main_location(ctx)
    for _ in range(3):
        await flows.receive_stock(ctx, variant_id=oil, location_id=place, quantity=12, reference="DDT 7")
    assert [shelf.on_hand for shelf in await stock.shelves(ctx.db)] == [12]
    assert len(await audit_trail(ctx.db, f"variant:{oil}", size=10)) == 1
    assert len(await told(ctx)) == 1


async def test_receipts_without_a_reference_are_different_receipts(ctx: Context) -> None:
    oil, place = await stock.variant(ctx), await stock.main_location(ctx)
    for _ in range(2):
        await flows.receive_stock(ctx, variant_id=oil, location_id=place, quantity=12)
    assert [shelf.on_hand for shelf in await stock.shelves(ctx.db)] == [24]


async def test_a_count_of_nothing_tells_that_the_stock_ran_out(ctx: Context) -> None:
    oil, place = await stock.stocked(ctx, 3), await stock.main_location(ctx)
    await flows.correct_stock(ctx, variant_id=oil, location_id=place, on_hand=0)
    assert await told(ctx) == [("StockRanOut", {"variant_id": oil, "location_id": place})]
    await flows.correct_stock(ctx, variant_id=oil, location_id=place, on_hand=0)
    assert len(await told(ctx)) == 1
    assert await stock.shelves(ctx.db) == await stock.ledger_sums(ctx.db)


async def test_moving_tells_both_ends(ctx: Context) -> None:
    oil, main, second = await stock.stocked(ctx, 3), await stock.main_location(ctx), await stock.location(ctx)
    await flows.move_stock(ctx, variant_id=oil, source_id=main, target_id=second, quantity=3)
    assert await told(ctx) == [
        ("StockRanOut", {"variant_id": oil, "location_id": main}),
        ("StockReturned", {"variant_id": oil, "location_id": second}),
    ]
    assert [(level.location_id, level.on_hand) for level in await stock_levels(ctx.db, [oil])] == [
        (main, 0),
        (second, 3),
    ]
    with pytest.raises(OutOfStock):
        await flows.move_stock(ctx, variant_id=oil, source_id=main, target_id=second, quantity=1)
    with pytest.raises(NotEnoughStock):
        await flows.move_stock(ctx, variant_id=oil, source_id=second, target_id=main, quantity=4)
    with pytest.raises(BadInput):
        await flows.move_stock(ctx, variant_id=oil, source_id=main, target_id=main, quantity=1)


async def test_a_backorder_limit_lets_buyers_order_ahead_until_it_is_taken_back(ctx: Context) -> None:
    oil, place = await stock.variant(ctx), await stock.main_location(ctx)
    await flows.set_backorder(ctx, variant_id=oil, location_id=place, limit=5)
    async with ctx.tx() as session:
        await stock.hold(session, ctx, "attempt:1", (oil, 4))
    with pytest.raises(StockIsHeld):
        await flows.set_backorder(ctx, variant_id=oil, location_id=place, limit=3)
    (entry,) = await audit_trail(ctx.db, f"variant:{oil}", size=10)
    assert entry.action == "stock.backorder-set"
    (level,) = await stock_levels(ctx.db, [oil])
    assert (level.free, level.backorder_limit) == (-4, 5)


VERBS: dict[str, Callable[[Context, int, int, int], Awaitable[None]]] = {
    "receive": lambda ctx, variant, place, number: flows.receive_stock(
        ctx, variant_id=variant, location_id=place, quantity=number
    ),
    "correct": lambda ctx, variant, place, number: flows.correct_stock(
        ctx, variant_id=variant, location_id=place, on_hand=number
    ),
    "move": lambda ctx, variant, place, number: flows.move_stock(
        ctx, variant_id=variant, source_id=place, target_id=place + 1, quantity=number
    ),
    "backorder": lambda ctx, variant, place, number: flows.set_backorder(
        ctx, variant_id=variant, location_id=place, limit=number
    ),
}


@pytest.mark.parametrize("verb", VERBS)
async def test_stock_is_changed_by_permission_only(ctx: Context, verb: str) -> None:
    oil, place = await stock.stocked(ctx, 3), await stock.main_location(ctx)
    await stock.location(ctx)
    reader = shops.context(ctx.shop, ctx.place, Actor("staff", name="token:1", permissions=frozenset({"stock.read"})))
    with pytest.raises(NotAllowed):
        await VERBS[verb](reader, oil, place, 1)
    with pytest.raises(NotSignedIn):
        await VERBS[verb](shops.context(ctx.shop, ctx.place, Actor("buyer")), oil, place, 1)
    writer = shops.context(ctx.shop, ctx.place, Actor("staff", name="token:1", permissions=frozenset({"stock.write"})))
    await VERBS[verb](writer, oil, place, 1)
    (entry,) = await audit_trail(ctx.db, f"variant:{oil}", size=10)
    assert entry.actor == "token:1"


@pytest.mark.parametrize("verb", VERBS)
async def test_impossible_numbers_are_refused_and_nothing_changes(ctx: Context, verb: str) -> None:
    oil, place = await stock.stocked(ctx, 3), await stock.main_location(ctx)
    for number in (-1, -(2**31), 1_000_001, 10**9, 2**53, 2**63):
        with pytest.raises(BadInput):
            await VERBS[verb](ctx, oil, place, number)
    assert [(shelf.on_hand, shelf.reserved) for shelf in await stock.shelves(ctx.db)] == [(3, 0)]
    assert await audit_trail(ctx.db, f"variant:{oil}", size=10) == []


@pytest.mark.parametrize("verb", VERBS)
async def test_what_is_not_there_is_named(ctx: Context, verb: str) -> None:
    oil, place = await stock.variant(ctx), await stock.main_location(ctx)
    with pytest.raises(NotFound, match="variant"):
        await VERBS[verb](ctx, 999, place, 1)
    with pytest.raises(NotFound, match="location"):
        await VERBS[verb](ctx, oil, 999, 1)


async def test_a_reference_is_a_short_text(ctx: Context) -> None:
    oil, place = await stock.variant(ctx), await stock.main_location(ctx)
    for reference in ("", "  ", "x" * 121, "nul\0", "\ud800"):
        with pytest.raises(BadInput) as refused:
            await flows.receive_stock(ctx, variant_id=oil, location_id=place, quantity=1, reference=reference)
        assert refused.value.field == ("reference",)


async def test_counting_where_nothing_is_counted_is_refused(ctx: Context) -> None:
    oil, place = await stock.variant(ctx), await stock.main_location(ctx)
    with pytest.raises(StockNotTracked):
        await flows.correct_stock(ctx, variant_id=oil, location_id=place, on_hand=1)


async def test_the_lists_go_on_where_they_stopped(ctx: Context) -> None:
    main, second = await stock.main_location(ctx), await stock.location(ctx)
    variants = [await stock.stocked(ctx, quantity, f"v{quantity}") for quantity in (3, 1, 2)]
    await flows.receive_stock(ctx, variant_id=variants[0], location_id=second, quantity=1)
    assert [place.name for place in await locations(ctx.db)] == ["Main", "Second"]
    seen, after = list[tuple[int, int]](), None
    while page := await stock_list(ctx.db, size=2, after=after):
        seen += [(level.variant_id, level.location_id) for level in page]
        after = seen[-1]
    assert seen == [(variants[0], main), (variants[0], second), (variants[1], main), (variants[2], main)]
    assert [level.variant_id for level in await stock_list(ctx.db, size=9, location_id=second)] == [variants[0]]
    ledger = await movements(ctx.db, variants[0], size=1)
    assert [line.on_hand for line in ledger] == [1]
    assert [line.on_hand for line in await movements(ctx.db, variants[0], size=9, below=ledger[0].id)] == [3]


async def test_low_stock_adds_up_active_locations_and_begins_with_the_fewest(ctx: Context) -> None:
    closed = await stock.location(ctx, "Closed", is_active=False)
    three, one, two = [await stock.stocked(ctx, quantity, f"v{quantity}") for quantity in (3, 1, 2)]
    await stock.variant(ctx, "untracked")
    await flows.receive_stock(ctx, variant_id=one, location_id=closed, quantity=50)
    first = await low_stock(ctx.db, threshold=2, size=1)
    assert [(row.variant_id, row.free) for row in first] == [(one, 1)]
    rest = await low_stock(ctx.db, threshold=2, size=5, after=(1, one))
    assert [(row.variant_id, row.free) for row in rest] == [(two, 2)]
    assert three not in {row.variant_id for row in first + rest}
