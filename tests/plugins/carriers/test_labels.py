"""Labels in a shop: bought once whatever is lost or killed, given back, printed for staff alone; parcels followed."""

import asyncio
import gc
import io
from datetime import timedelta

import httpx
import msgspec
import pytest
import structlog
from pypdf import PdfReader
from sqlalchemy import select, update
from tests.support.carriers import SECRETS, World, account, refused
from tests.support.managers import signed_in

from vetrina.flows.locations import LocationInput, update_location
from vetrina.flows.parcels.fulfilling import FulfilWish, Tracking, fulfil, send_fulfilment
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import NotAllowed, Unavailable
from vetrina.kernel.outgoing import Outgoing
from vetrina.plugin import Period
from vetrina.plugin.pages import members
from vetrina.ports import CarrierRefused, DeliveredLine, DeliveryRequest, Parcel, RateRequest
from vetrina.testing.carriers import MILANO, ROMA
from vetrina.testing.shop import Workshop
from vetrina.views.orders.fulfilments import fulfilment_by_id, fulfilment_events, fulfilments_of
from vetrina.views.stock import locations
from vetrina.vocabulary import Address
from vetrina_admin.pages.asking import SESSION, cookie_name
from vetrina_carriers.declarations import AccountsInTrouble, LabelsUnsure, reach, settled
from vetrina_carriers.figures import problems, promise_kept, scorecard, unsent
from vetrina_carriers.flows.accounts import Sheet, change_account, open_account, try_account
from vetrina_carriers.flows.buying import _take, settle, settle_all
from vetrina_carriers.flows.following import follow_parcels, forget_papers
from vetrina_carriers.flows.labels import (
    LabelIsOpen,
    LabelWish,
    ParcelHasLabel,
    ask_for_orders,
    ask_label,
    cancel_label,
    decide_label,
    price_of,
)
from vetrina_carriers.lines import line_of
from vetrina_carriers.lines.library_calls import Exchange, library
from vetrina_carriers.models import CarriersLabel, CarriersPaper, CarriersWatch
from vetrina_carriers.settings import CarriersSettings
from vetrina_carriers.views import LabelRow, label_by_id, papers
from vetrina_shipping.demo import show_off
from vetrina_shipping.flows.methods import update_method
from vetrina_shipping.provider import Shipping
from vetrina_shipping.rules.terms import LiveRates
from vetrina_shipping.settings import ShippingSettings
from vetrina_shipping.views import read_book

SETTINGS = CarriersSettings()
SERVICES = {"dhl": "mydhl_express_domestic", "ups": "ups_standard_eu", "inpost": "inpost_courier_standard"}


@pytest.fixture
def plugins() -> list[str]:
    return ["carriers"]


@pytest.fixture
async def world(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    shop.outside(world)
    monkeypatch.setattr("vetrina_carriers.lines.inpost.PAUSES", (0.0, 0.0))
    (place, *_) = await locations(shop.db)
    address = {"address1": "Via Dante 1", "city": "Milano", "zip": "20121", "province": "MI", "country": "IT"}
    await update_location(shop.ctx, place.id, LocationInput(name=place.name, address=Address(**address)))
    return world


async def parcel(shop: Workshop, carrier: str) -> tuple[LabelWish, int]:
    """A packed parcel and the wish for its label; the order's id."""
    order = await shop.order(await shop.product("Oil", price="20.00", stock=9, variant={"weight": 700}))
    parcel_id = await fulfil(shop.ctx, FulfilWish(order_id=order.id, is_sent=False, key="p"))
    account_id = await account(shop.ctx, carrier, location_id=(await locations(shop.db))[0].id)
    return LabelWish(fulfilment_id=parcel_id, account_id=account_id, service=SERVICES[carrier]), order.id


async def standing(ctx: Context, label_id: int) -> LabelRow:
    row = await label_by_id(ctx.db, label_id)
    assert row is not None
    return row


async def test_a_label_is_priced_bought_noted_followed_and_given_back(shop: Workshop, world: World) -> None:
    wish, order_id = await parcel(shop, "dhl")
    ctx = shop.ctx
    rate = await price_of(ctx, wish)
    assert rate is not None
    assert (rate.amount, rate.currency, world.bought) == (1_250, "EUR", {})
    label_id = await ask_label(ctx, wish)
    with pytest.raises(ParcelHasLabel):
        await ask_label(ctx, wish)
    rows = await asyncio.gather(settle(ctx, label_id), settle(ctx, label_id))
    assert world.bought == {"dhl": 1} and {row.id for row in rows} == {label_id}
    row = await standing(ctx, label_id)
    assert (row.state, row.amount, row.noted_at is not None) == ("bought", 1_250, True)
    sent = world.sold[row.tracking_number]["body"]["content"]["packages"][0]
    assert sent["weight"] == 0.7, "as heavy as what lies in it"
    told = await fulfilment_by_id(ctx.db, wish.fulfilment_id)
    assert told is not None
    assert (told.carrier, told.tracking_number, told.cost, told.state) == ("dhl", row.tracking_number, 1_250, "ready")
    shop.clock.move(hours=2)
    world.step(row.tracking_number)
    world.shuffled = True
    assert await follow_parcels(ctx, SETTINGS) > 0
    told = await fulfilment_by_id(ctx.db, wish.fulfilment_id)
    assert told is not None and told.state == "in_transit", "its carrier has seen it: it has left"
    with pytest.raises(CarrierRefused) as no:
        await cancel_label(ctx, label_id)
    assert no.value.why == "ALREADY_SENT"
    known = len(await fulfilment_events(ctx.db, [order_id]))
    shop.clock.move(hours=1)
    world.step(row.tracking_number)
    world.step(row.tracking_number)
    assert await follow_parcels(ctx, SETTINGS) == 2, "what was told before is not new, doubled and shuffled as it is"
    assert len(await fulfilment_events(ctx.db, [order_id])) == known + 2
    told = await fulfilment_by_id(ctx.db, wish.fulfilment_id)
    assert told is not None and told.state == "delivered"
    asked = len(world.asked)
    shop.clock.move(days=2)
    assert await follow_parcels(ctx, SETTINGS) == 0 and len(world.asked) == asked, "it is there: nobody asks any more"
    since = Period(ctx.now() - timedelta(days=30), ctx.now() + timedelta(days=1))
    (card,) = await scorecard(ctx, since)
    assert (card.carrier, card.parcels, card.delivered, str(card.costs[0].amount)) == ("dhl", 1, 1, "1250")


@pytest.mark.parametrize("carrier", ["dhl", "inpost"])
async def test_a_lost_answer_never_buys_a_second_label(shop: Workshop, world: World, carrier: str) -> None:
    """The carrier that can be asked is asked; of the other a person decides, and nothing is bought in between."""
    wish, _ = await parcel(shop, carrier)
    ctx, world.lost = shop.ctx, 1
    label_id = await ask_label(ctx, wish)
    row = await settle(ctx, label_id)
    assert world.bought == {carrier: 1} and row.state == ("unsure" if carrier == "dhl" else "asking")
    with pytest.raises(ParcelHasLabel):
        await ask_label(ctx, wish)
    await settle_all(ctx)
    assert world.bought == {carrier: 1}, "the lease lasts"
    shop.clock.move(minutes=10)
    await shop.deliver()
    assert world.bought == {carrier: 1}
    row = await standing(ctx, label_id)
    if carrier == "inpost":
        assert (row.state, row.noted_at is not None) == ("bought", True)
        return
    with pytest.raises(LabelsUnsure):
        await settled(ctx)
    with pytest.raises(LabelIsOpen):
        await cancel_label(ctx, label_id)
    (number,) = world.sold
    await decide_label(ctx, label_id, number)
    row = await standing(ctx, label_id)
    assert (row.state, row.tracking_number, row.noted_at is not None) == ("bought", number, True)
    await settled(ctx)


async def test_a_killed_buyer_leaves_a_label_that_is_asked_about_or_flagged(shop: Workshop, world: World) -> None:
    """Killed between saying so and calling: InPost knows nothing and sells it; of UPS nobody can tell."""
    states = dict[str, int]()
    for carrier in ("ups", "inpost"):
        wish, _ = await parcel(shop, carrier)
        label_id = await ask_label(shop.ctx, wish)
        assert await _take(shop.ctx, label_id) is not None
        states[carrier] = label_id
    await settle_all(shop.ctx)
    assert not world.sold, "somebody may be at it"
    shop.clock.move(minutes=5)
    await settle_all(shop.ctx)
    assert world.bought == {"inpost": 1}
    assert (await standing(shop.ctx, states["ups"])).state == "unsure"
    await decide_label(shop.ctx, states["ups"], "")
    assert (await standing(shop.ctx, states["ups"])).state == "failed"
    row = await standing(shop.ctx, states["inpost"])
    async with shop.ctx.tx() as session:  # negative control: without the lock of the state two would be sold
        again = update(CarriersLabel).where(CarriersLabel.id == row.id).values(state="waiting", reference=None)
        await session.execute(again)
    await settle(shop.ctx, row.id)
    assert world.bought == {"inpost": 2}


@pytest.mark.embedded
async def test_refusals_silence_and_garbage_are_told_apart(shop: Workshop, world: World) -> None:
    wish, _ = await parcel(shop, "dhl")
    ctx = shop.ctx
    line = line_of(await open_account(ctx, wish.account_id))
    box = Parcel(weight=900)
    request = RateRequest(origin=MILANO, destination=ROMA, parcels=(box,), currency="EUR", value=1, at=ctx.now())
    for body, why in ((b'["not", "an object"]', "CONTENTS"), (b"<html>Bad postal code</html>", "ADDRESS")):
        world.faults = [httpx.Response(422, content=body)]
        with pytest.raises(CarrierRefused) as no:
            await line.rates(ctx, request)
        assert no.value.why == why
    for fault in (httpx.Response(503, text="down"), httpx.Response(200, text="{garbage"), httpx.ConnectError("no")):
        world.faults = [fault]
        with pytest.raises(Exception) as failed:
            await line.rates(ctx, request)
        assert not isinstance(failed.value, CarrierRefused), "nobody refused: it may be tried again"
    world.faults = [httpx.Response(400, json={"status": 400, "detail": "product not available", "title": "Bad"})]
    label_id = await ask_label(ctx, wish)
    row = await settle(ctx, label_id)
    assert (row.state, row.why, world.bought) == ("failed", "SERVICE", {})
    other = await ask_label(ctx, wish)
    assert (await settle(ctx, other)).state == "bought", "what was refused may be asked for again"


@pytest.mark.embedded
async def test_accounts_are_tried_and_keep_their_secrets(shop: Workshop, world: World) -> None:
    ctx = shop.ctx
    with structlog.testing.capture_logs() as logs:
        for carrier, secrets in ((key, known) for key, known in SECRETS.items() if known):
            account_id = await account(ctx, carrier)
            assert await try_account(ctx, account_id) is None
            opened = await open_account(ctx, account_id)
            assert not any(secret in repr(opened) for secret in secrets.values())
            wrong = dict.fromkeys(secrets, "wrong")
            sheet = Sheet(name="x", number="77", secrets=wrong, services=opened.services)
            await change_account(ctx, account_id, sheet)
            assert await try_account(ctx, account_id) is not None, carrier
            with pytest.raises(Exception, match=r"typed again|scritto"):
                await change_account(
                    ctx, account_id, Sheet(name="x", number="78", secrets={}, services=opened.services)
                )
        with pytest.raises(AccountsInTrouble):
            await reach(ctx)
    kept = str(await ctx.db.fetch(select(CarriersLabel.request))) + str(logs)
    assert not any(secret in kept for each in SECRETS.values() for secret in each.values())
    poor = msgspec.structs.replace(ctx, actor=Actor("staff", 1, "x", frozenset({"carriers.read"})))
    for flow in (try_account(poor, 1), ask_label(poor, LabelWish(fulfilment_id=1, account_id=1, service="s"))):
        with pytest.raises(NotAllowed):
            await flow


async def test_many_orders_get_their_labels_by_jobs_and_one_file_for_the_printer(shop: Workshop, world: World) -> None:
    ware = await shop.product("Oil", stock=9)
    orders = [(await shop.order(ware)).id for _ in range(2)]
    account_id = await account(shop.ctx, "dhl")
    bulk = await ask_for_orders(shop.ctx, account_id, SERVICES["dhl"], [*orders, 999_999, orders[0]])
    assert (len(bulk.asked), [key for key, _ in bulk.left_out]) == (2, [999_999])
    assert not world.sold, "a job buys them"
    await shop.deliver()
    assert world.bought == {"dhl": 2}
    locker = await account(shop.ctx, "inpost")
    nowhere = await ask_for_orders(shop.ctx, locker, "inpost_locker_standard", orders)
    assert not nowhere.asked and "no point" in nowhere.left_out[0][1]
    again = await ask_for_orders(shop.ctx, account_id, SERVICES["dhl"], orders)
    await shop.deliver()
    assert world.bought == {"dhl": 2} and not again.asked, "everything open is packed and labelled"
    parcels = await fulfilments_of(shop.db, orders)
    assert all(each.tracking_number in world.sold and each.state == "ready" for each in parcels)
    path = f"/admin/carriers/print/{bulk.asked[0]}-{bulk.asked[1]}"
    assert (await shop.client.get(path)).status_code == 401
    assert cookie_name(shop.site, SESSION).removeprefix("__Host-") == members.SESSION
    for permission, status in (("carriers.read", 403), ("carriers.labels", 200)):
        boss = await signed_in(shop.ctx, shop.site, permission, email=f"{status}@shop.test")
        cookie = {"cookie": f"{cookie_name(shop.site, SESSION)}={boss.client.cookies.get(SESSION)}"}
        answer = await shop.client.get(path, headers=cookie)
        assert answer.status_code == status
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == 2
    assert answer.headers["cache-control"] == "no-store, private"
    shop.clock.move(days=91)
    assert await forget_papers(shop.ctx, 90) == 2
    assert not await papers(shop.db, bulk.asked)
    assert not await shop.ctx.db.fetch(select(CarriersPaper.label_id))


@pytest.mark.embedded
async def test_what_goes_wrong_stands_in_the_queue(shop: Workshop, world: World) -> None:
    """Silent, then late, then refused; and an order that should have left long ago."""
    wish, _ = await parcel(shop, "ups")
    ctx = shop.ctx
    label_id = await ask_label(ctx, wish)
    row = await settle(ctx, label_id)
    await send_fulfilment(ctx, wish.fulfilment_id)
    assert await problems(ctx, 3) == []
    shop.clock.move(days=4)
    assert [each.why for each in await problems(ctx, 3)] == ["silent"]
    world.faults = [httpx.Response(503)]
    await follow_parcels(ctx, SETTINGS)
    (watch,) = await ctx.db.fetch(select(CarriersWatch.trouble, CarriersWatch.quiet))
    assert watch[0] and watch[1] == 0, "a carrier that is down tells nothing of the parcel"
    shop.clock.move(hours=2)
    world.step(row.tracking_number)
    await follow_parcels(ctx, SETTINGS)
    await shop.order(await shop.product("Other"))
    shop.clock.move(days=31)
    assert len(await unsent(ctx)) == 1
    since = Period(ctx.now() - timedelta(days=90), ctx.now())
    assert await promise_kept(ctx, since) is None, "nothing was promised"
    typed = await shop.order(await shop.product("Third"))
    tracking = Tracking(carrier="ups", company="UPS", number=row.tracking_number)
    await fulfil(ctx, FulfilWish(order_id=typed.id, tracking=tracking))
    await shop.deliver()
    assert len(await ctx.db.fetch(select(CarriersWatch.fulfilment_id))) == 2, "a number typed by hand is followed too"


@pytest.mark.embedded
async def test_a_slow_carrier_leaves_the_price_to_the_table(shop: Workshop, world: World) -> None:
    """Together with the shipping plugin: live price, then, while UPS hangs or fails, the table's, flagged."""
    await show_off(shop.ctx)
    await account(shop.ctx, "ups")
    await asyncio.to_thread(library)  # serving shops have it by then
    zone = next(zone for zone in (await read_book(shop.db)).zones if zone.name == "Italia")
    express = next(method for method in zone.methods if method.handle == "express")
    live = LiveRates(carrier="ups", services=("ups_standard_eu",), percent=0)
    await update_method(shop.ctx, express.id, msgspec.structs.replace(express, live=live))
    line = DeliveredLine(variant_id=1, product_id=1, quantity=1, weight=500, amount=2_000)
    asked = DeliveryRequest(currency="EUR", country="IT", province="RM", zip="00184", language="it", lines=(line,),
                            address=ROMA)  # fmt: skip

    async def offered(patience: float) -> tuple[int, str | None]:
        options = await Shipping(ShippingSettings(carrier_seconds=patience)).options(shop.ctx, asked)
        return next((option.amount, option.flag) for option in options if option.code == "express")

    assert await offered(2.2) == (980, None)
    world.hangs = True
    assert await offered(0.2) == (990, "CARRIER_SLOW")
    world.hangs = False
    world.faults = [httpx.Response(503)]
    assert await offered(2.2) == (990, "CARRIER_FAILED")
    world.faults = [refused(401, "10401", "ClientId is Invalid")]
    assert await offered(2.2) == (990, "CARRIER_REFUSED")


def test_a_thread_that_outlives_its_shop_asks_nobody() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    with pytest.raises(Unavailable, match="the shop has stopped"):
        Exchange(Outgoing(), loop, 1.0).call("GET", "https://carrier.example", {}, None)
    gc.collect()  # a question that nobody asked would be complained of here
