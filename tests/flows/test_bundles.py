"""Bundles: what may be one, how many there are, and that carts, orders and cancellations take their components."""

from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest
from sqlalchemy import select, update
from tests.support import shops, stock
from tests.support.bundles import boxed, keeper
from tests.support.carts import contents, opened, quoted, ready, warned
from tests.support.checkouts import Desk, attempt_of, cart_to_pay, check_ledgers, open_desk, submitted
from tests.support.wares import ware

from vetrina.flows.cart.fitting import LineInput
from vetrina.flows.cart.lines import add_lines
from vetrina.flows.catalog import (
    BundleHasStock,
    Component,
    ComponentIsBundle,
    GiftCardInBundle,
    VariantIsComponent,
    set_components,
)
from vetrina.flows.checkout.completing import cancel_attempt
from vetrina.flows.orders.whole import cancel_order
from vetrina.flows.stock import BundleHasNoStock, receive_stock
from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.errors import BadInput, NotFound, NotSignedIn, Refusal
from vetrina.kernel.messages import OutboxEvent
from vetrina.shop.catalog.models import Product, Variant
from vetrina.shop.inventory.models import Level
from vetrina.shop.staff.models import AuditEntry
from vetrina.testing.payments import CHALLENGES
from vetrina.views.catalog.bundles import components_of
from vetrina.views.catalog.variants import variants_by_id
from vetrina.views.orders.placed import order_lines


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    opened_desk = await open_desk(database_url, clock)
    yield opened_desk
    await opened_desk.ctx.db.close()


async def left(ctx: Context, *variant_ids: int) -> list[tuple[int, int]]:
    """What lies there and what is held of each."""
    found = {row.variant_id: (row.on_hand, row.reserved) for row in await stock.shelves(ctx.db)}
    return [found[variant_id] for variant_id in variant_ids]


async def room(ctx: Context, variant_id: int) -> tuple[int | None, int | None, bool]:
    row = (await variants_by_id(ctx, [variant_id]))[variant_id]
    return row.stock, row.room, row.available_for_sale


async def in_books(ctx: Context) -> None:
    """I2: every level is the ten pieces it began with and the sum of its movements."""
    sums = {row.variant_id: (10 + row.on_hand, row.reserved) for row in await stock.ledger_sums(ctx.db)}
    assert {row.variant_id: (row.on_hand, row.reserved) for row in await stock.shelves(ctx.db)} == sums


async def test_a_bundle_is_written_whole_told_and_taken_apart_again(ctx: Context) -> None:
    box = await boxed(ctx)
    [oil, salt] = (await components_of(ctx.db, [box.bundle, box.oil]))[box.bundle]
    assert [(row.variant_id, row.quantity, row.product_title) for row in (oil, salt)] == [
        (box.oil, 2, "Oil"),
        (box.salt, 1, "Salt"),
    ]
    entries = await ctx.db.fetch(select(AuditEntry.action, AuditEntry.before, AuditEntry.after))
    names = [name for (name,) in await ctx.db.fetch(select(OutboxEvent.name))]
    told = {
        "variant": box.bundle,
        "components": [{"variant": box.oil, "quantity": 2}, {"variant": box.salt, "quantity": 1}],
    }
    assert [("variant.components-set", {"components": []}, told)] == [tuple(entry) for entry in entries]
    assert names == ["ProductChanged"]
    await set_components(keeper(ctx), box.bundle, [Component(box.oil, 2), Component(box.salt)])
    assert len(await ctx.db.fetch(select(OutboxEvent.name))) == 1, "the same again is no change"
    await set_components(keeper(ctx), box.bundle, [])
    assert await components_of(ctx.db, [box.bundle]) == {}
    assert await room(ctx, box.bundle) == (None, None, True)


async def test_what_can_be_no_bundle_is_refused_at_the_field_that_is_wrong(ctx: Context) -> None:
    box, shop = await boxed(ctx), keeper(ctx)
    other, stocked = await ware(ctx, "Other"), await ware(ctx, "Stocked", stock=1)
    gift = await ware(ctx, "Gift card", product={"is_gift_card": True})
    gone = await ware(ctx, "Gone", archived_at=ctx.now())
    first = ("components", "0", "variant_id")
    refused: list[tuple[int, Sequence[Component], type[Refusal], tuple[str, ...]]] = [
        (other, [Component(other)], BadInput, first),
        (other, [Component(box.oil), Component(box.oil)], BadInput, ("components", "1", "variant_id")),
        (other, [Component(box.oil, 0)], BadInput, ("components", "0", "quantity")),
        (other, [Component(box.oil, 1_001)], BadInput, ("components", "0", "quantity")),
        (other, [Component(number) for number in range(100, 131)], BadInput, ("components",)),
        (other, [Component(999_999)], NotFound, first),
        (other, [Component(gone)], NotFound, first),
        (other, [Component(gift)], GiftCardInBundle, first),
        (other, [Component(box.bundle)], ComponentIsBundle, first),
        (gift, [Component(box.oil)], GiftCardInBundle, ("variant_id",)),
        (box.oil, [Component(other)], VariantIsComponent, ("variant_id",)),
        (stocked, [Component(box.oil)], BundleHasStock, ("variant_id",)),
        (999_999, [], NotFound, ("variant_id",)),
    ]
    for variant_id, components, error, field in refused:
        with pytest.raises(error) as told:
            await set_components(shop, variant_id, components)
        assert told.value.field == field, components
    with pytest.raises(NotSignedIn):
        await set_components(msgspec.structs.replace(ctx, actor=BUYER), other, [Component(box.oil)])
    place = await stock.main_location(ctx)
    with pytest.raises(BundleHasNoStock):
        await receive_stock(shop, variant_id=box.bundle, location_id=place, quantity=3)
    assert list(await components_of(ctx.db, [other, gift, stocked, box.oil])) == []


async def test_there_are_as_many_bundles_as_the_scarcest_component_is_enough_for(ctx: Context) -> None:
    box = await boxed(ctx, oil=7, salt=9)
    assert await room(ctx, box.bundle) == (3, 3, True)
    async with ctx.tx() as session:
        await session.execute(update(Level).where(Level.variant_id == box.oil).values(backorder_limit=4, reserved=6))
    assert await room(ctx, box.bundle) == (0, 2, True)
    async with ctx.tx() as session:
        await session.execute(update(Level).where(Level.variant_id == box.salt).values(reserved=9))
    assert await room(ctx, box.bundle) == (0, 0, False)
    untracked = await boxed(ctx, oil=None, salt=None)
    assert await room(ctx, untracked.bundle) == (None, None, True)
    half = await boxed(ctx, oil=None, salt=5)
    assert await room(ctx, half.bundle) == (5, 5, True)
    async with ctx.tx() as session:
        oil = select(Variant.product_id).where(Variant.id == half.oil).scalar_subquery()
        await session.execute(update(Product).where(Product.id == oil).values(status="draft"))
    assert await room(ctx, half.bundle) == (5, 5, True), "what is sold in bundles only is still there"
    async with ctx.tx() as session:
        await session.execute(update(Variant).where(Variant.id == half.oil).values(archived_at=ctx.now()))
    assert await room(ctx, half.bundle) == (0, 0, False)


async def test_lines_of_a_bundle_and_of_its_component_share_what_there_is(ctx: Context) -> None:
    box = await boxed(ctx, oil=7)
    key = await opened(ctx, lines=(LineInput(variant_id=box.oil, quantity=2),))
    outcome = await add_lines(ctx, key, [LineInput(variant_id=box.bundle, quantity=5)])
    assert warned(outcome) == ["MERCHANDISE_NOT_ENOUGH_STOCK"]
    assert await contents(ctx, key) == [(box.oil, 2), (box.bundle, 2)]
    outcome = await add_lines(ctx, key, [LineInput(variant_id=box.oil, quantity=9)])
    assert await contents(ctx, key) == [(box.oil, 3), (box.bundle, 2)]
    whole = await ready(
        ctx, lines=(LineInput(variant_id=box.oil, quantity=1), LineInput(variant_id=box.bundle, quantity=3))
    )
    assert {problem.code for problem in (await quoted(ctx, whole)).problems}.isdisjoint(SHORT)
    async with ctx.tx() as session:
        await session.execute(update(Level).where(Level.variant_id == box.oil).values(on_hand=6))
    lines = [problem for problem in (await quoted(ctx, whole)).problems if problem.code in SHORT]
    assert [(problem.code, problem.message) for problem in lines] == [
        (SHORT[1], "Only 6 of Oil are left."),
        (SHORT[1], "Only 2 of Box are left."),
    ]


SHORT = ("MERCHANDISE_OUT_OF_STOCK", "MERCHANDISE_NOT_ENOUGH_STOCK_AVAILABLE")


async def test_an_order_of_bundles_takes_their_components_and_a_cancellation_brings_them_back(desk: Desk) -> None:
    ctx = desk.ctx
    box = await boxed(ctx)
    key = await cart_to_pay(desk, variant_id=box.bundle, quantity=3)
    view = await submitted(desk, key)
    assert view.order_id is not None
    assert await left(ctx, box.oil, box.salt) == [(4, 0), (7, 0)]
    await set_components(keeper(ctx), box.bundle, [Component(box.salt, 9)])
    [line] = await order_lines(ctx.db, [view.order_id])
    assert (line.variant_id, line.quantity, line.unit_price) == (box.bundle, 3, 2_500)
    assert [(part["variant_id"], part["title"], part["quantity"]) for part in line.components or []] == [
        (box.oil, "Oil", 2),
        (box.salt, "Salt", 1),
    ]
    await cancel_order(keeper(ctx), view.order_id, "CUSTOMER")
    assert await left(ctx, box.oil, box.salt) == [(10, 0), (10, 0)]
    await check_ledgers(desk)
    await in_books(ctx)


async def test_components_are_held_while_the_buyer_pays_and_let_go_when_he_gives_up(desk: Desk) -> None:
    ctx = desk.ctx
    box = await boxed(ctx)
    view = await submitted(desk, await cart_to_pay(desk, variant_id=box.bundle, quantity=2, token=CHALLENGES))
    assert await left(ctx, box.oil, box.salt) == [(10, 4), (10, 2)]
    await set_components(keeper(ctx), box.bundle, [Component(box.salt, 9)])
    await cancel_attempt(desk.buyer, view.key)
    assert (await attempt_of(desk, view.key)).state == "failed"
    assert await left(ctx, box.oil, box.salt) == [(10, 0), (10, 0)]
    await in_books(ctx)
