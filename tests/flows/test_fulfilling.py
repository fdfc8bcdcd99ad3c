"""Parcels: what may be sent and from where, what their carriers tell, taking one back, and the money taken for them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.support import shops, stock
from tests.support.checkouts import Desk, books, check_ledgers, events, open_desk
from tests.support.sold import keeper, run_jobs, sold

from vetrina.flows.orders.capturing import set_capture_mode
from vetrina.flows.orders.whole import cancel_order
from vetrina.flows.parcels.fulfilling import (
    FulfilWish,
    Tracking,
    TrackingNews,
    cancel_fulfilment,
    change_tracking,
    fulfil,
    mark_delivered,
    record_tracking,
    send_fulfilment,
)
from vetrina.kernel.errors import BadInput, NotFound, NotSignedIn
from vetrina.shop.inventory import service as inventory
from vetrina.shop.inventory.models import Reservation
from vetrina.shop.inventory.rules import NotEnoughStock
from vetrina.shop.orders.parcel_rules import NothingToSend, ParcelIsGone, ParcelIsReady, SeveralLocations
from vetrina.shop.orders.rules import OrderIsCancelled
from vetrina.testing.payments import AUTHORISES
from vetrina.views.orders.fulfilments import fulfilment_events, fulfilments_of, line_standings
from vetrina.views.orders.lying import open_pieces_by_place
from vetrina.views.orders.placed import order_by_id
from vetrina.vocabulary import FulfilmentState


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def statuses(desk: Desk, order_id: int) -> tuple[str, str]:
    order = await order_by_id(desk.ctx.db, order_id)
    assert order is not None
    return order.fulfilment_status, order.financial_status


async def test_an_order_leaves_in_parcels(desk: Desk) -> None:
    order_id, line_id = await sold(desk)
    by = keeper(desk)
    tracking = Tracking(company="DHL", number="JD01", url="https://dhl.example/JD01")
    first = await fulfil(by, FulfilWish(order_id=order_id, lines=((line_id, 1),), tracking=tracking, key="k"))
    assert await fulfil(by, FulfilWish(order_id=order_id, lines=((line_id, 1),), key="k")) == first
    assert await statuses(desk, order_id) == ("PARTIALLY_FULFILLED", "PAID")
    with pytest.raises(NothingToSend) as refused:
        await fulfil(by, FulfilWish(order_id=order_id, lines=((line_id, 3),)))
    assert refused.value.facts["open"] == 2
    second = await fulfil(by, FulfilWish(order_id=order_id, is_sent=False))
    assert await statuses(desk, order_id) == ("PARTIALLY_FULFILLED", "PAID")
    with pytest.raises(ParcelIsReady):
        await mark_delivered(by, second)
    for _ in range(2):
        await send_fulfilment(by, second)
    assert await statuses(desk, order_id) == ("FULFILLED", "PAID")
    parcels = await fulfilments_of(desk.ctx.db, [order_id])
    assert [(each.name, each.state, each.tracking_number) for each in parcels] == [
        ("#1001-F1", "sent", "JD01"), ("#1001-F2", "sent", ""),
    ]  # fmt: skip
    assert (await events(desk)).count("OrderSent") == 2
    with pytest.raises(NothingToSend):
        await fulfil(by, FulfilWish(order_id=order_id))
    await check_ledgers(desk)


async def test_what_cannot_be_sent_says_why(desk: Desk) -> None:
    order_id, line_id = await sold(desk)
    by = keeper(desk)
    with pytest.raises(NotSignedIn):
        await fulfil(desk.buyer, FulfilWish(order_id=order_id))
    for wish in (
        FulfilWish(order_id=order_id, lines=((line_id, 0),)),
        FulfilWish(order_id=order_id, lines=((line_id, 1), (line_id, 1))),
        FulfilWish(order_id=order_id, tracking=Tracking(url="javascript:alert(1)")),
        FulfilWish(order_id=order_id, tracking=Tracking(number="x" * 121)),
        FulfilWish(order_id=order_id, tracking=Tracking(cost=-1)),
    ):
        with pytest.raises(BadInput):
            await fulfil(by, wish)
    for wish in (
        FulfilWish(order_id=order_id + 9),
        FulfilWish(order_id=order_id, lines=((line_id + 9, 1),)),
        FulfilWish(order_id=order_id, location_id=999),
    ):
        with pytest.raises(NotFound):
            await fulfil(by, wish)
    await cancel_order(by, order_id, "OTHER")
    with pytest.raises(OrderIsCancelled):
        await fulfil(by, FulfilWish(order_id=order_id))


async def test_a_parcel_taken_back_is_sent_anew(desk: Desk) -> None:
    order_id, line_id = await sold(desk)
    by = keeper(desk)
    parcel = await fulfil(by, FulfilWish(order_id=order_id))
    await cancel_fulfilment(by, parcel)
    with pytest.raises(ParcelIsGone):
        await cancel_fulfilment(by, parcel)
    assert await statuses(desk, order_id) == ("UNFULFILLED", "PAID")
    assert (await line_standings(desk.ctx.db, order_id))[line_id].open == 3
    again = await fulfil(by, FulfilWish(order_id=order_id))
    await mark_delivered(by, again)
    with pytest.raises(ParcelIsGone):
        await cancel_fulfilment(by, again)
    assert (await books(desk)).on_hand == 7
    assert await stock.ledger_sums(desk.ctx.db) != []


async def test_an_order_whose_parcels_were_taken_back_can_be_cancelled_whole(desk: Desk) -> None:
    order_id, _ = await sold(desk)
    by = keeper(desk)
    await cancel_fulfilment(by, await fulfil(by, FulfilWish(order_id=order_id)))
    await cancel_order(by, order_id, "CUSTOMER")
    assert (await books(desk)).on_hand == 10
    assert await statuses(desk, order_id) == ("RESTOCKED", "REFUNDED")
    await check_ledgers(desk)


async def test_news_move_a_parcel_on_and_never_back(desk: Desk) -> None:
    order_id, _ = await sold(desk)
    by, at = keeper(desk), desk.clock.now()
    parcel = await fulfil(by, FulfilWish(order_id=order_id))
    states = FulfilmentState
    told = [
        TrackingNews(reference=f"n{number}", state=state, at=at + timedelta(hours=number), place="Torino")
        for number, state in enumerate((states.IN_TRANSIT, states.FAILED, states.OUT_FOR_DELIVERY, states.DELIVERED))
    ]
    assert await record_tracking(by, parcel, [told[2]]) == 1
    assert await record_tracking(by, parcel, [told[0], told[2]]) == 1
    assert (await fulfilments_of(desk.ctx.db, [order_id]))[0].state == "out_for_delivery"
    assert await record_tracking(by, parcel, list(reversed(told))) == 2
    assert await record_tracking(by, parcel, told) == 0
    (now,) = await fulfilments_of(desk.ctx.db, [order_id])
    assert (now.state, now.delivered_at) == ("delivered", told[3].at)
    kept = await fulfilment_events(desk.ctx.db, [order_id])
    assert len([each for each in kept if each.place == "Torino"]) == 4
    await change_tracking(by, parcel, Tracking(company="UPS", number="1Z", promised_for=at.date()))
    (now,) = await fulfilments_of(desk.ctx.db, [order_id])
    assert (now.tracking_company, now.promised_for) == ("UPS", at.date().isoformat())


async def test_a_parcel_from_elsewhere_books_the_goods_out_there(desk: Desk) -> None:
    order_id, line_id = await sold(desk, quantity=3)
    by, home = keeper(desk), await stock.main_location(desk.ctx)
    shop = await stock.location(desk.ctx, "Bottega")
    async with desk.ctx.tx() as session:
        there = {"variant_id": desk.variant_id, "location_id": shop, "quantity": 2}
        await inventory.receive(session, **there, reference="r", at=desk.clock.now(), actor="test")
    assert await open_pieces_by_place(desk.ctx.db, order_id) == {home: {line_id: 3}}
    with pytest.raises(NotEnoughStock):
        await fulfil(by, FulfilWish(order_id=order_id, location_id=shop))
    parcel = await fulfil(by, FulfilWish(order_id=order_id, lines=((line_id, 2),), location_id=shop))
    shelves = {each.location_id: each.on_hand for each in await stock.shelves(desk.ctx.db)}
    assert shelves == {home: 9, shop: 0}
    taken = await desk.ctx.db.fetch(select(Reservation.location_id, Reservation.quantity, Reservation.state))
    assert sorted(taken) == [(home, 1, "taken"), (shop, 2, "taken")]
    assert await open_pieces_by_place(desk.ctx.db, order_id) == {home: {line_id: 1}}, "the others lie in the parcel"
    await cancel_fulfilment(by, parcel)
    lying = await open_pieces_by_place(desk.ctx.db, order_id)
    assert list(lying.items()) == [(shop, {line_id: 2}), (home, {line_id: 1})], "where most of it lies comes first"
    with pytest.raises(SeveralLocations):
        await fulfil(by, FulfilWish(order_id=order_id))
    await cancel_order(by, order_id, "OTHER")
    assert {each.location_id: each.on_hand for each in await stock.shelves(desk.ctx.db)} == {home: 10, shop: 2}
    assert await desk.ctx.db.fetch(select(Reservation.id).where(Reservation.state == "taken")) == []


async def test_the_same_pieces_are_sent_once(desk: Desk) -> None:
    order_id, _ = await sold(desk)
    wishes = [FulfilWish(order_id=order_id, key=f"k{number}") for number in range(2)]
    answers = await asyncio.gather(*(fulfil(keeper(desk), wish) for wish in wishes), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["NothingToSend", "int"]
    assert (await line_standings(desk.ctx.db, order_id)).popitem()[1].sent == 3


async def test_promised_money_is_taken_when_goods_are_sent(desk: Desk) -> None:
    order_id, line_id = await sold(desk, AUTHORISES)
    by = keeper(desk)
    desk.provider.refuse_calls = 1
    await fulfil(by, FulfilWish(order_id=order_id, lines=((line_id, 1),)))
    await run_jobs(desk)
    assert await statuses(desk, order_id) == ("PARTIALLY_FULFILLED", "AUTHORIZED")
    await run_jobs(desk)
    assert await statuses(desk, order_id) == ("PARTIALLY_FULFILLED", "PAID")
    assert desk.provider.calls.count("capture") == 1
    await check_ledgers(desk)


@pytest.mark.parametrize(
    ("mode", "in_parts", "takes"), [("part", True, 1_500), ("part", False, 3_500), ("never", True, 0)]
)
async def test_what_is_taken_is_as_the_shop_and_its_provider_have_it(
    desk: Desk, mode: str, in_parts: bool, takes: int
) -> None:
    desk.provider.captures_in_parts = in_parts  # pyright: ignore[reportAttributeAccessIssue]
    order_id, line_id = await sold(desk, AUTHORISES)
    by = keeper(desk)
    await set_capture_mode(by, mode)
    await fulfil(by, FulfilWish(order_id=order_id, lines=((line_id, 1),)))
    await run_jobs(desk)
    assert desk.provider.only.captured == takes
    await fulfil(by, FulfilWish(order_id=order_id))
    await run_jobs(desk)
    assert desk.provider.only.captured == (0 if mode == "never" else 3_500)
    await check_ledgers(desk)
