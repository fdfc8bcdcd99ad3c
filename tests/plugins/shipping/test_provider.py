"""The delivery port over the book: the contract, what is read, points and rooms, and carriers that are slow or lie."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from tests.support.shops import StillClock
from tests.support.statements import all_statements

from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.errors import BadInput, NotFound, NotSignedIn
from vetrina.kernel.meters import Meters
from vetrina.kernel.registry import Ports, Provided
from vetrina.ports import (
    Carrier,
    CarrierRate,
    CarrierRefused,
    DeliveredLine,
    DeliveryOption,
    DeliveryProvider,
    DeliveryRequest,
    PickupPoint,
    Undeliverable,
)
from vetrina.testing.carriers import ROMA, FakeCarrier
from vetrina.testing.delivery import DeliveryProviderContract
from vetrina.testing.making import make_product
from vetrina_shipping.demo import POINTS, show_off
from vetrina_shipping.flows.methods import create_method, delete_method, update_method
from vetrina_shipping.flows.places import add_closing, keep_place, remove_closing
from vetrina_shipping.flows.points import delete_point, import_points, keep_point
from vetrina_shipping.flows.zones import create_zone, delete_zone, update_zone
from vetrina_shipping.health import (
    CountriesUnserved,
    MethodsWithoutPrice,
    PointsUnplaced,
    check_markets,
    check_methods,
    check_points,
)
from vetrina_shipping.provider import Shipping
from vetrina_shipping.rules import Area, Closing, LiveRates, Method, Place, PriceTable, Step, Zone
from vetrina_shipping.rules.areas import ZonesOverlap
from vetrina_shipping.rules.tables import TableGap, flat
from vetrina_shipping.settings import ShippingSettings
from vetrina_shipping.views import read_book

TURIN = replace(ROMA, address1="Via Po 1", city="Torino", zip="10121", province="TO")


@pytest.fixture
async def filled(ctx: Context) -> Context:
    await show_off(ctx)
    return ctx


@pytest.fixture
def provider() -> Shipping:
    return Shipping(ShippingSettings())


class TestContract(DeliveryProviderContract):
    """The suite every provider passes."""

    @pytest.fixture(autouse=True)
    async def filled(self, ctx: Context) -> None:
        await show_off(ctx)

    def provider(self) -> DeliveryProvider:
        return Shipping(ShippingSettings())


def asked(weight: int = 500, amount: int = 2_000, **fields: object) -> DeliveryRequest:
    line = DeliveredLine(variant_id=1, product_id=1, quantity=1, weight=weight, amount=amount)
    known = {"currency": "EUR", "country": "IT", "province": "TO", "zip": "10121", "language": "it", "lines": (line,),
             "address": TURIN}  # fmt: skip
    return DeliveryRequest(**{**known, **fields})  # pyright: ignore[reportArgumentType]


async def told(ctx: Context, provider: Shipping, request: DeliveryRequest) -> dict[str, DeliveryOption]:
    return {option.handle: option for option in await provider.options(ctx, request)}


async def test_a_cart_in_turin_has_every_way_there_is(filled: Context, provider: Shipping) -> None:
    options = await told(filled, provider, asked())
    assert {handle: option.amount for handle, option in options.items() if "." not in handle} == {
        "standard": 590, "express": 990, "bici": 390,
    }  # fmt: skip
    # Saturday morning, 14 March: worked on Monday, away on Tuesday.
    standard = options["standard"]
    assert (standard.promised_from, standard.promised_to) == (date(2026, 3, 18), date(2026, 3, 20))
    points = [option for option in options.values() if option.method_type == "PICKUP_POINT"]
    assert len(points) == 5 and points[0].pickup_point is not None
    assert (points[0].handle, points[0].pickup_point.address.city) == ("points.p-TO-01", "Torino")
    (room,) = [option for option in options.values() if option.method_type == "PICK_UP"]
    assert room.pickup_point is not None and room.pickup_point.hours and room.promised_from == date(2026, 3, 17)
    free = await told(filled, provider, asked(amount=6_900))
    assert (free["standard"].amount, free["express"].amount) == (0, 990)


async def test_a_quote_reads_one_number_and_the_book_when_it_has_moved(filled: Context, provider: Shipping) -> None:
    abroad = asked(country="DE", zip="10115", province=None, address=None)
    with all_statements(filled.db) as first:
        await provider.options(filled, abroad)
    with all_statements(filled.db) as again:
        await provider.options(filled, abroad)
    assert (len(first), len(again)) == (7, 1)
    await add_closing(filled, Closing(first="2026-03-16", last="2026-03-16", title="Stocktaking"))
    with all_statements(filled.db) as moved:
        options = await told(filled, provider, abroad)
    assert len(moved) == 7 and options["standard"].promised_from == date(2026, 3, 23)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"country": "JP", "zip": "100-0001"}, "COUNTRY"),
        ({"zip": "22061", "address": None}, "POSTAL_CODE"),
        ({"weight": 60_000, "country": "DE", "zip": "10115", "address": None}, "LIMITS"),
        ({"currency": "USD"}, "CURRENCY"),
    ],
)
async def test_nothing_is_offered_and_it_says_why(
    filled: Context, provider: Shipping, fields: dict[str, object], why: str
) -> None:
    with pytest.raises(Undeliverable) as refused:
        await provider.options(filled, asked(**fields))  # pyright: ignore[reportArgumentType]
    assert refused.value.why == why


async def test_only_a_location_that_has_it_all_hands_it_out(filled: Context, provider: Shipping) -> None:
    made = await make_product(filled, stock=2)
    (variant,) = made.variant_ids
    line = DeliveredLine(variant_id=variant, product_id=made.product_id, quantity=2, weight=100, amount=100)
    there = await told(filled, provider, asked(lines=(line,)))
    gone = await told(filled, provider, asked(lines=(replace(line, quantity=3),)))
    assert [sum(one.method_type == "PICK_UP" for one in found.values()) for found in (there, gone)] == [1, 0]


def carried(ctx: Context, carrier: FakeCarrier, clock: StillClock) -> Context:
    """The context with that carrier behind the port."""
    ports = Ports([Provided(Carrier, "fake", "fake", carrier)], Meters(clock))
    return replace(ctx, shop=replace(ctx.shop, ports=ports))


async def a_live_method(ctx: Context, **fields: object) -> None:
    """Express in Italy asks the carrier; its table asks 9.90."""
    book = await read_book(ctx.db)
    zone = next(zone for zone in book.zones if zone.name == "Italia")
    express = next(method for method in zone.methods if method.handle == "express")
    live = LiveRates(carrier="fake", services=("express",), percent=10)
    await update_method(ctx, express.id, replace(express, live=live, **fields))


async def test_a_carriers_price_is_marked_up_and_asked_once_for_the_same(
    filled: Context, provider: Shipping, clock: StillClock
) -> None:
    await a_live_method(filled)
    carrier = FakeCarrier()
    ctx = carried(filled, carrier, clock)
    for _ in range(2):
        express = (await told(ctx, provider, asked()))["express"]
        assert (express.amount, express.flag) == (1_650, None)
    (question,) = carrier.asked
    assert (question.services, question.destination.zip, question.parcels[0].weight) == (("express",), "10121", 500)
    await told(ctx, provider, asked(weight=900))
    clock.move(minutes=11)
    await told(ctx, provider, asked())
    assert len(carrier.asked) == 3, "another parcel is another question, and an answer grows old"


@pytest.mark.parametrize(
    ("carrier", "flag"),
    [
        (FakeCarrier(delay=60), "CARRIER_SLOW"),
        (FakeCarrier(failure=RuntimeError("boom")), "CARRIER_FAILED"),
        (FakeCarrier(failure=CarrierRefused("PARCEL", "Too long.")), "CARRIER_REFUSED"),
        (FakeCarrier([CarrierRate(service="express", title="X", amount=-1, currency="EUR")]), "CARRIER_NO_RATE"),
        (FakeCarrier([CarrierRate(service="express", title="X", amount=1, currency="USD")]), "CARRIER_NO_RATE"),
        (FakeCarrier([CarrierRate(service="other", title="X", amount=1, currency="EUR")]), "CARRIER_NO_RATE"),
    ],
)
async def test_the_table_stands_in_for_a_carrier_and_says_so(
    filled: Context, clock: StillClock, carrier: FakeCarrier, flag: str
) -> None:
    await a_live_method(filled)
    impatient = Shipping(ShippingSettings(carrier_seconds=0.2))
    options = await told(carried(filled, carrier, clock), impatient, asked())
    assert (options["express"].amount, options["express"].flag) == (990, flag)
    assert options["standard"].flag is None
    await a_live_method(filled, tables={})
    assert "express" not in await told(carried(filled, carrier, clock), impatient, asked()), (
        "and without a table nothing"
    )


async def test_a_carrier_that_fails_rests_a_while_and_is_asked_again(
    filled: Context, provider: Shipping, clock: StillClock
) -> None:
    await a_live_method(filled)
    carrier = FakeCarrier(failure=RuntimeError("boom"))
    ctx = carried(filled, carrier, clock)
    flags = [(await told(ctx, provider, asked()))["express"].flag for _ in range(4)]
    assert flags == ["CARRIER_FAILED"] * 3 + ["CARRIER_RESTS"]
    carrier.failure = None
    clock.move(minutes=2)
    assert (await told(ctx, provider, asked()))["express"].flag is None
    off = replace(filled, shop=replace(filled.shop, ports=Ports([], Meters(clock))))
    assert (await told(off, Shipping(ShippingSettings()), asked()))["express"].flag == "CARRIER_OFF"


async def test_a_carriers_points_come_before_our_own(filled: Context, provider: Shipping, clock: StillClock) -> None:
    zone = (await read_book(filled.db)).zones[0]
    points = next(method for method in zone.methods if method.kind == "points")
    await update_method(filled, points.id, replace(points, live=LiveRates(carrier="fake")))
    theirs = [PickupPoint(id="IT/77 b", name="Locker", address=TURIN)]
    options = await told(carried(filled, FakeCarrier(points=theirs), clock), provider, asked())
    (locker,) = [one for one in options.values() if one.method_type == "PICKUP_POINT"]
    assert locker.title.endswith(": Locker") and locker.handle.startswith("points.p-") and "/" not in locker.handle
    ours = await told(filled, Shipping(ShippingSettings()), asked())
    assert "points.p-TO-01" in ours


async def test_the_staff_changes_the_book_and_strangers_do_not(ctx: Context) -> None:
    zone = Zone(name="Italy", areas=(Area(country="IT"),))
    zone_id = await create_zone(ctx, zone)
    with pytest.raises(ZonesOverlap):
        await create_zone(ctx, replace(zone, name="Again"))
    await update_zone(ctx, zone_id, replace(zone, name="Italia"))
    for wrong in (replace(zone, areas=()), replace(zone, areas=(Area(country="ZZZ"),)), replace(zone, name=" ")):
        with pytest.raises(BadInput):
            await create_zone(ctx, wrong)
    method = Method(handle="post", titles={"en": "Post"}, tables={"EUR": flat(100)})
    method_id = await create_method(ctx, zone_id, method)
    gap = PriceTable(steps=(Step(over=0, upto=5, price=1), Step(over=6, upto=None, price=2)))
    with pytest.raises(TableGap) as refused:
        await update_method(ctx, method_id, replace(method, tables={"EUR": gap}))
    assert refused.value.field == ("steps",)
    slips: list[dict[str, Any]] = [
        {"handle": "By Post"}, {"titles": {}}, {"tables": {}}, {"tables": {"EUROS": flat(1)}},
        {"days_min": 3, "days_max": 2}, {"kind": "local"},
    ]  # fmt: skip
    for fields in slips:
        with pytest.raises(BadInput):
            await create_method(ctx, zone_id, replace(method, **{"handle": "other", **fields}))
    with pytest.raises(BadInput, match="has that handle"):
        await create_method(ctx, zone_id, method)
    buyer = replace(ctx, actor=BUYER)
    for refused_flow in (delete_zone(buyer, zone_id), delete_method(buyer, method_id), import_points(buyer, POINTS),
                         keep_place(buyer, Place(location_id=1)), remove_closing(buyer, 1)):  # fmt: skip
        with pytest.raises(NotSignedIn):
            await refused_flow
    version = (await read_book(ctx.db)).version
    await delete_method(ctx, method_id)
    await delete_zone(ctx, zone_id)
    book = await read_book(ctx.db)
    assert (book.zones, book.version) == ((), version + 2)
    for gone in (delete_zone(ctx, zone_id), delete_method(ctx, method_id), remove_closing(ctx, 9),
                 delete_point(ctx, "x"), keep_place(ctx, Place(location_id=99))):  # fmt: skip
        with pytest.raises(NotFound):
            await gone


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("", "does not name"),
        ("code,name,address1,city,country\n", "no point"),
        ("code,name,address1,city,country\nA 1,Bar,Via Po 1,Torino,IT", "Line 2: A code"),
        ("code,name,address1,city,country\nA1,Bar,Via Po 1,Torino,Italy", "Line 2: A country"),
        ("code,name,address1,city,country,latitude,longitude\nA1,Bar,Via Po 1,Torino,IT,95,7", "not on the earth"),
        ("code,name,address1,city,country,latitude,longitude\nA1,Bar,Via Po 1,Torino,IT,north,7", "decimal number"),
        ('code,name,address1,city,country\nA1,"Bar,Via Po 1', "cannot be read"),
    ],
)
async def test_a_list_of_points_comes_in_whole_or_not_at_all(ctx: Context, document: str, problem: str) -> None:
    assert await import_points(ctx, POINTS) == await import_points(ctx, POINTS) == 10
    with pytest.raises(BadInput, match=problem):
        await import_points(ctx, document)
    assert len((await read_book(ctx.db)).points) == 10, "the same codes again are the same points"


async def test_health_names_who_cannot_order_and_what_cannot_be_found(ctx: Context) -> None:
    with pytest.raises(CountriesUnserved, match="AT, BE"):
        await check_markets(ctx)
    await show_off(ctx)
    for check in (check_markets, check_methods, check_points):
        await check(ctx)
    zone = (await read_book(ctx.db)).zones[0]
    await create_method(ctx, zone.id, Method(handle="post", titles={"en": "Post"}, tables={"USD": flat(1)}))
    with pytest.raises(MethodsWithoutPrice, match="Italia: post"):
        await check_methods(ctx)
    await keep_point(ctx, PickupPoint(id="X1", name="Bar", address=TURIN))
    with pytest.raises(PointsUnplaced, match="X1"):
        await check_points(ctx)
