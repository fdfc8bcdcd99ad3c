"""Whatever happens to stock, in whatever order: every level is the sum of its movements, and nothing is oversold."""

from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support import stock
from tests.support.stock import ledger_sums, shelves

from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.errors import Refusal
from vetrina.shop.inventory import service as inventory

VARIANTS, PLACES, REFERENCES = st.integers(0, 1), st.integers(0, 1), st.sampled_from("abc")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), VARIANTS, PLACES, st.integers(1, 9), REFERENCES),
        st.tuples(st.just("correct"), VARIANTS, PLACES, st.integers(0, 9), REFERENCES),
        st.tuples(st.just("move"), VARIANTS, PLACES, st.integers(1, 9), REFERENCES),
        st.tuples(st.just("backorder"), VARIANTS, PLACES, st.integers(0, 3), REFERENCES),
        st.tuples(st.just("reserve"), VARIANTS, PLACES, st.integers(1, 9), REFERENCES),
        st.tuples(st.just("release"), VARIANTS, PLACES, st.just(0), REFERENCES),
        st.tuples(st.just("take"), VARIANTS, PLACES, st.just(0), REFERENCES),
        st.tuples(st.just("return"), VARIANTS, PLACES, st.integers(1, 3), REFERENCES),
    ),
    min_size=5,
    max_size=40,
)


class World(msgspec.Struct, frozen=True):
    """Two variants and two locations of one example."""

    variants: list[int]
    places: list[int]
    name: str


@given(steps=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_sequence_of_events_keeps_levels_and_movements_equal(ctx: Context, steps: list[Any]) -> None:
    world = await _world(ctx)
    for step in steps:
        try:
            async with ctx.tx() as session:
                await _do(session, ctx, world, *step)
        except Refusal:
            pass
    levels = await shelves(ctx.db)
    assert levels == await ledger_sums(ctx.db)
    assert all(level.reserved >= 0 for level in levels)
    assert await _held(ctx) == {(level.variant_id, level.location_id): level.reserved for level in levels}


async def _do(
    session: Session, ctx: Context, world: World, verb: str, which: int, where: int, number: int, reference: str
) -> None:
    variant_id, place, other = world.variants[which], world.places[where], world.places[1 - where]
    why: dict[str, Any] = {"reference": f"{world.name}:{reference}", "at": ctx.now(), "actor": "test"}
    match verb:
        case "receive":
            await inventory.receive(session, variant_id=variant_id, location_id=place, quantity=number, **why)
        case "correct":
            await inventory.set_on_hand(session, variant_id=variant_id, location_id=place, on_hand=number, **why)
        case "move":
            await inventory.move(
                session, variant_id=variant_id, source_id=place, target_id=other, quantity=number, **why
            )
        case "backorder":
            await inventory.set_backorder(session, variant_id=variant_id, location_id=place, limit=number)
        case "reserve":
            await stock.hold(session, ctx, why["reference"], (variant_id, number), (world.variants[1 - which], 1))
        case "release":
            await inventory.release(session, why["reference"], ctx.now(), "test")
        case "take":
            await inventory.take(session, why["reference"], ctx.now(), "test")
        case _:
            await inventory.restock(session, [inventory.Piece(variant_id, place, number)], **why)


async def _world(ctx: Context) -> World:
    """Every example has variants of its own; the locations are the same for all."""
    number = len(await shelves(ctx.db)) // 2
    places = [await stock.main_location(ctx)]
    if number == 0:
        await stock.location(ctx)
    places.append(places[0] + 1)
    variants = [await stock.variant(ctx, f"{letter}{number}") for letter in ("oil", "salt")]
    async with ctx.tx() as session:
        for variant_id in variants:
            for place in places:
                await inventory.track(session, variant_id, place)
    return World(variants, places, str(number))


async def _held(ctx: Context) -> dict[tuple[int, int], int]:
    """What the reservations that still hold add up to, for every level."""
    held = {(level.variant_id, level.location_id): 0 for level in await shelves(ctx.db)}
    for variant_id, place, quantity in await stock.open_holds(ctx.db):
        held[variant_id, place] += quantity
    return held
