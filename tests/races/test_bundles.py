"""Carts for a bundle and carts for its component want the same pieces at the same moment: none is sold twice."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.support import shops, stock
from tests.support.bundles import Box, boxed
from tests.support.checkouts import Desk, cart_to_pay, check_ledgers, open_desk

from vetrina.flows.checkout.completing import Accepted, submit
from vetrina.flows.placing import holding
from vetrina.flows.placing.freezing import Snapshot
from vetrina.shop.inventory.rules import Wanted
from vetrina.testing.payments import CHALLENGES, PAYS

PIECES = 11
"""Of the oil: five bundles take ten of them."""
BUYERS = 8
"""For the bundle, and as many for its component."""


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def race(desk: Desk) -> tuple[Box, int]:
    """Everybody has a cart that can be paid, and submits at once; the pieces of oil that were promised to somebody.

    Some pay at once and some are asked for more: their pieces are held until then.
    """
    box = await boxed(desk.ctx, oil=PIECES, salt=100)
    wanted = [variant_id for _ in range(BUYERS) for variant_id in (box.bundle, box.oil)]
    carts = [
        await cart_to_pay(desk, variant_id=variant_id, token=CHALLENGES if number % 3 == 0 else PAYS)
        for number, variant_id in enumerate(wanted)
    ]
    answers = await asyncio.gather(*(submit(desk.buyer, key, "one") for key in carts))
    got = [variant for variant, answer in zip(wanted, answers, strict=True) if isinstance(answer, Accepted)]
    return box, sum(2 if variant_id == box.bundle else 1 for variant_id in got)


async def test_a_bundle_and_its_component_never_sell_a_piece_twice(desk: Desk) -> None:
    box, promised = await race(desk)
    (oil,) = [row for row in await stock.shelves(desk.ctx.db) if row.variant_id == box.oil]
    assert promised == PIECES - (oil.on_hand - oil.reserved)
    assert PIECES - 1 <= promised <= PIECES, "what is left is one piece at most, and no bundle takes half of itself"
    (moved,) = [row for row in await stock.ledger_sums(desk.ctx.db) if row.variant_id == box.oil]
    assert (PIECES + moved.on_hand, moved.reserved) == (oil.on_hand, oil.reserved)
    await check_ledgers(desk)


async def test_where_a_bundle_did_not_take_its_components_the_race_oversells(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_if_no_bundles(snapshot: Snapshot) -> list[Wanted]:
        return [Wanted(line.variant_id, line.quantity) for line in snapshot.order.lines if line.variant_id]

    monkeypatch.setattr(holding, "_wanted", as_if_no_bundles)
    _, promised = await race(desk)
    assert promised > PIECES, "the race found nothing to break: it would not notice forgotten components either"
