"""Tables, zones, free delivery, surcharges, promised days: pure, at their edges."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from vetrina.kernel.errors import BadInput
from vetrina.vocabulary import Address, PickupPoint
from vetrina_shipping.holiday_days import HolidayDays
from vetrina_shipping.rules import (
    Area,
    Book,
    Closing,
    FreeRule,
    LiveRates,
    Method,
    Place,
    PriceTable,
    Spot,
    Step,
    Surcharge,
    Zone,
)
from vetrina_shipping.rules.areas import BadPostalCode, overlap, rank, span_of, spans_of
from vetrina_shipping.rules.calendar import leaves_on, promise, travelling_days, working_days
from vetrina_shipping.rules.deciding import Facts, by_table, finished, marked_up, misfit, zone_for
from vetrina_shipping.rules.points import metres, nearest
from vetrina_shipping.rules.tables import BadTable, TableGap, TableOverlap, checked_table, flat, limit_of, price_in
from vetrina_shipping.weeks import read_hours, write_hours


def steps(*rows: tuple[int, int | None, int], **more: int) -> PriceTable:
    return PriceTable(steps=tuple(Step(over=over, upto=upto, price=price) for over, upto, price in rows), **more)


BY_WEIGHT = steps((0, 2_000, 590), (2_000, 10_000, 890), unit=1_000, per_unit=50, most=12_000)


def facts(**fields: object) -> Facts:
    known = {"spot": Spot("IT"), "currency": "EUR", "weight": 500, "pieces": 1, "amount": 2_000, "subtotal": 2_500}
    return Facts(**{**known, **fields})  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("grams", "price"),
    [(0, 590), (1, 590), (2_000, 590), (2_001, 890), (10_000, 890), (10_001, 940), (11_000, 940), (11_001, 990),
     (12_000, 990), (12_001, None)],
)  # fmt: skip
def test_a_step_ends_with_its_end_and_units_count_when_begun(grams: int, price: int | None) -> None:
    assert price_in(BY_WEIGHT, grams) == price
    assert limit_of(BY_WEIGHT) == 12_000 and limit_of(steps((0, 5, 1))) == 5 and limit_of(flat(1)) is None


@pytest.mark.parametrize(
    ("table", "refusal"),
    [
        (steps((0, 10, 1), (11, 20, 2)), TableGap),
        (steps((1, 10, 1)), TableGap),
        (steps((0, 10, 1), (9, 20, 2)), TableOverlap),
        (steps((0, None, 1), (20, 30, 2)), TableOverlap),
        (steps((0, 10, 1), (0, 10, 1)), TableOverlap),
        (steps(), BadTable),
        (steps((0, 0, 1)), BadTable),
        (steps((0, 10, -1)), BadTable),
        (steps((0, None, 1), unit=1, per_unit=1), BadTable),
        (steps((0, 10, 1), unit=1), BadTable),
        (steps((0, 10, 1), unit=1, per_unit=1, most=10), BadTable),
    ],
)  # fmt: skip
def test_what_a_table_cannot_be_is_refused_by_name(table: PriceTable, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        checked_table(table)


def test_steps_may_be_written_in_any_order() -> None:
    turned = replace(BY_WEIGHT, steps=BY_WEIGHT.steps[::-1])
    assert checked_table(turned) == BY_WEIGHT != turned


@given(
    widths=st.lists(st.integers(1, 5_000), min_size=1, max_size=8),
    rises=st.lists(st.integers(0, 10**6), min_size=8, max_size=8),
    unit=st.integers(1, 3_000),
    grams=st.integers(0, 60_000),
    more=st.integers(0, 5_000),
)
def test_a_rising_table_never_asks_less_for_more(
    widths: list[int], rises: list[int], unit: int, grams: int, more: int
) -> None:
    """Whole numbers of minor units in any currency: nothing is rounded, whatever its decimals."""
    rows, over, price = list[tuple[int, int | None, int]](), 0, 0
    for width, rise in zip(widths, rises, strict=False):
        price += rise
        rows.append((over, over + width, price))
        over += width
    table = checked_table(steps(*rows, unit=unit, per_unit=7))
    light, heavy = price_in(table, grams), price_in(table, grams + more)
    assert light is not None and heavy is not None and light <= heavy
    if grams > over:
        assert light == price + 7 * -(-(grams - over) // unit)


@pytest.mark.parametrize(
    ("written", "inside", "outside"),
    [
        ("20121", ["20121"], ["20122", "2012", "201210"]),
        ("07010-07052", ["07010", "07030", "07052"], ["07009", "07053", "0703", "A7030"]),
        ("07*", ["07010", "07100"], ["08010", "17010"]),
        ("sw1a *", ["SW1A 1AA", "sw1a2aa"], ["SW1B 1AA"]),
        ("00-950", ["00-950", "00950"], ["00-951"]),
    ],
)
def test_postal_codes_are_read_as_people_write_them(written: str, inside: list[str], outside: list[str]) -> None:
    area = Area(country="PL", codes=(span_of(written),))
    assert all(rank((area,), Spot("PL", zip=code)) is not None for code in inside)
    assert all(rank((area,), Spot("PL", zip=code)) is None for code in (*outside, None, ""))


@pytest.mark.parametrize("written", ["", "*", "1-2-3", "09-07", "20121;20122", "café*", "1" * 30])
def test_what_is_no_postal_code_is_refused(written: str) -> None:
    with pytest.raises(BadPostalCode):
        span_of(written)


def a_zone(name: str, *areas: Area, **fields: object) -> Zone:
    return Zone(name=name, areas=areas, **fields)  # pyright: ignore[reportArgumentType]


def coded(*written: str) -> Area:
    return Area(country="IT", codes=spans_of(written))


def test_the_most_specific_zone_wins_wherever_it_stands() -> None:
    zones = (
        a_zone("world", Area(country="*")),
        a_zone("italy", Area(country="IT"), without=(coded("22061"),)),
        a_zone("milan", Area(country="IT", provinces=("MI",))),
        a_zone("centre", coded("20100-20199")),
        a_zone("duomo", coded("20121")),
        a_zone("closed", coded("20122"), is_active=False),
    )
    wanted = {
        ("IT", "MI", "20121"): "duomo", ("IT", "MI", "20122"): "centre", ("IT", "MI", "20090"): "milan",
        ("IT", "RM", "00184"): "italy", ("IT", None, None): "italy", ("JP", None, "100-0001"): "world",
        ("IT", "CO", "22061"): "world",
    }  # fmt: skip
    for book in (Book(version=1, zones=zones), Book(version=1, zones=zones[::-1])):
        found = {spot: zone_for(book, Spot(*spot)) for spot in wanted}
        assert {spot: zone.name if zone else None for spot, zone in found.items()} == wanted
    assert zone_for(Book(version=1, zones=zones[1:]), Spot("IT", "CO", "22061")) is None


def test_only_what_is_claimed_alike_overlaps() -> None:
    italy, milan, codes = Area(country="IT"), Area(country="IT", provinces=("MI", "MB")), coded("20100-20199", "00*")
    assert overlap((italy,), (Area(country="IT"),)) == "IT"
    assert overlap((milan,), (Area(country="IT", provinces=("MB",)),)) == "IT MB"
    assert overlap((codes,), (coded("20150-20160"),)) == "IT 20100-20199"
    assert overlap((codes,), (coded("20150"),)) is None, "one code is more specific than a range"
    assert overlap((italy,), (milan, codes)) is None
    assert overlap((italy,), (Area(country="FR"),)) is None


STANDARD = Method(handle="standard", titles={"en": "Standard"}, basis="weight", tables={"EUR": BY_WEIGHT})


@pytest.mark.parametrize(
    ("before", "amount", "subtotal", "price"),
    [(False, 6_899, 9_000, 590), (False, 6_900, 9_000, 0), (True, 5_000, 6_900, 0), (True, 5_000, 6_899, 590)],
)
def test_a_threshold_looks_before_or_after_discounts(before: bool, amount: int, subtotal: int, price: int) -> None:
    zone = a_zone("italy", free=(FreeRule(thresholds={"EUR": 6_900}),))
    known = facts(amount=amount, subtotal=subtotal, free_before_discounts=before)
    assert finished(zone, by_table(STANDARD, known), known).amount == price


def test_free_for_those_and_that_and_by_these_methods_alone() -> None:
    def price(rule: FreeRule, method: Method = STANDARD, **known: object) -> int:
        asked = facts(**known)
        return finished(a_zone("italy", free=(rule,)), by_table(method, asked), asked).amount

    club = FreeRule(tags=("Club",))
    assert (price(club), price(club, tags=frozenset({"club"}))) == (590, 0)
    oil = FreeRule(collections=(7,))
    both: dict[str, Any] = {"variants": ((1, 10), (2, 20)), "collections": {10: frozenset({7}), 20: frozenset[int]()}}
    assert price(oil, **both) == 590, "something else is in the parcel"
    assert price(oil, variants=((1, 10),), collections={10: frozenset({7})}) == 0
    other = FreeRule(thresholds={"EUR": 0}, methods=("express",))
    assert (price(other), price(other, replace(STANDARD, handle="express"))) == (590, 0)
    assert price(FreeRule(thresholds={"USD": 0})) == 590, "no threshold in this currency"


def test_surcharges_come_on_top_and_some_stay_when_it_is_free() -> None:
    zone = a_zone(
        "italy",
        surcharges=(
            Surcharge(title="Islands", when="codes", area=coded("07*"), amounts={"EUR": 300}, stays_when_free=True),
            Surcharge(title="Heavy", when="weight_over", over=5_000, amounts={"EUR": 200}),
            Surcharge(title="Many", when="pieces_over", over=3, amounts={"USD": 200}),
        ),
        free=(FreeRule(thresholds={"EUR": 10_000}),),
    )

    def told(**known: object) -> tuple[int, tuple[str, ...]]:
        asked = facts(**known)
        verdict = finished(zone, by_table(STANDARD, asked), asked)
        return verdict.amount, tuple(title for title, _ in verdict.surcharges)

    there = Spot("IT", zip="07100")
    assert told(pieces=9) == (590, ()), "in another currency there is none"
    assert told(weight=5_001, spot=there) == (890 + 500, ("Islands", "Heavy"))
    assert told(weight=5_001, spot=there, amount=10_000) == (300, ("Islands",))


@pytest.mark.parametrize(
    ("method", "known", "why"),
    [
        (replace(STANDARD, is_active=False), {}, "off"),
        (replace(STANDARD, codes=coded("10121")), {"spot": Spot("IT", zip="10122")}, "codes"),
        (replace(STANDARD, without_collections=(7,)),
         {"variants": ((1, 10),), "collections": {10: frozenset({7})}}, "lines"),
        (replace(STANDARD, most_weight=400), {}, "limit"),
        (STANDARD, {"weight": 12_001}, "limit"),
        (STANDARD, {"currency": "JPY"}, "currency"),
    ],
)  # fmt: skip
def test_why_a_method_is_not_offered(method: Method, known: dict[str, object], why: str) -> None:
    asked = facts(**known)
    verdict = misfit(method, asked) or by_table(method, asked)
    assert (verdict.misfit, misfit(STANDARD, facts())) == (why, None)


@pytest.mark.parametrize(
    ("currency", "amount", "asked"), [("EUR", 1_005, 1_206), ("JPY", 1_005, 1_206), ("KWD", 1_001, 1_201)]
)
def test_a_mark_up_is_exact_in_every_currency(currency: str, amount: int, asked: int) -> None:
    assert marked_up(LiveRates(carrier="x", percent=20), amount, currency) == asked
    assert marked_up(LiveRates(carrier="x", percent=-100, plus={currency: 5}), amount, currency) == 5


ROME = Place(location_id=1, cutoff="14:00", handling=1)
TWO_DAYS = replace(STANDARD, days_min=1, days_max=2)


@pytest.mark.parametrize(
    ("now", "leaves", "first", "last"),
    [
        # Monday before and at the cut-off; Rome is an hour ahead of UTC in winter.
        ("2026-11-23T12:59", "2026-11-24", "2026-11-25", "2026-11-26"),
        ("2026-11-23T13:00", "2026-11-25", "2026-11-26", "2026-11-27"),
        # Friday afternoon and Sunday night come to the same.
        ("2026-11-27T15:00", "2026-12-01", "2026-12-02", "2026-12-03"),
        ("2026-11-29T22:00", "2026-12-01", "2026-12-02", "2026-12-03"),
        # Before Easter Monday, and over Christmas and St Stephen's day.
        ("2026-04-03T09:00", "2026-04-07", "2026-04-08", "2026-04-09"),
        ("2026-12-23T09:00", "2026-12-24", "2026-12-28", "2026-12-29"),
        # The nights in which the clock moves: 11:30 UTC is before two o'clock in winter time, 12:30 not in summer's.
        ("2026-03-27T12:30", "2026-03-30", "2026-03-31", "2026-04-01"),
        ("2026-03-30T12:30", "2026-04-01", "2026-04-02", "2026-04-03"),
        ("2026-10-23T11:59", "2026-10-26", "2026-10-27", "2026-10-28"),
        ("2026-10-26T12:59", "2026-10-27", "2026-10-28", "2026-10-29"),
    ],
)
async def test_days_are_promised_by_the_places_own_calendar(now: str, leaves: str, first: str, last: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    holidays = await HolidayDays().around(at.date(), "IT")
    found = promise(at, ROME, working_days(ROME, (), holidays), TWO_DAYS, travelling_days(TWO_DAYS, holidays))
    assert found is not None
    assert (str(found.leaves), str(found.first), str(found.last)) == (leaves, first, last)


async def test_closings_saturdays_and_places_that_never_work() -> None:
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    closed = Closing(first="2026-11-24", last="2026-11-26", title="Stocktaking")
    assert leaves_on(at, ROME, working_days(ROME, [closed], ())) == date(2026, 11, 27)
    elsewhere = replace(closed, location_id=9)
    assert leaves_on(at, ROME, working_days(ROME, [elsewhere], ())) == date(2026, 11, 24)
    friday = datetime(2026, 11, 26, 9, tzinfo=UTC)
    days = working_days(ROME, (), ())
    on_saturday = replace(TWO_DAYS, days_max=1, on_saturdays=True)
    found = promise(friday, ROME, days, on_saturday, travelling_days(on_saturday, ()))
    assert found is not None and found.first == date(2026, 11, 28)
    always = Closing(first="2026-01-01", last="2028-12-31", title="Closed for good")
    assert leaves_on(at, ROME, working_days(ROME, [always], ())) is None
    assert promise(at, ROME, days, STANDARD, days) is None, "nothing is known of how long it takes"
    assert await HolidayDays().around(at.date(), "XX") == frozenset()
    same_day = replace(ROME, handling=0)
    assert leaves_on(at, same_day, days) == date(2026, 11, 23)


def a_point(key: str, code: str, city: str, latitude: int | None = None, longitude: int | None = None) -> PickupPoint:
    address = Address(address1="Via Roma 1", zip=code, city=city, province=city[:2].upper(), country="IT")
    return PickupPoint(id=key, name=key, address=address, latitude=latitude, longitude=longitude)


def test_the_nearest_points_come_first() -> None:
    turin, milan = (45_070_300, 7_686_900), (45_464_200, 9_190_000)
    assert 125_000 < metres(turin, milan) < 127_000 and metres(turin, turin) == 0
    points = [a_point("far", "20121", "Milano", *milan), a_point("near", "10121", "Torino", *turin),
              replace(a_point("abroad", "1000", "Lugano"), address=Address(country="CH"))]  # fmt: skip
    home = Address(zip="20121", city="Milano", country="IT")
    assert [(point.id, point.distance) for point in nearest(points, home, turin, 5)] == [
        ("near", 0), ("far", metres(turin, milan)),
    ]  # fmt: skip
    assert [point.id for point in nearest(points, home, None, 1)] == ["far"], "by postal code, without a distance"


def test_opening_hours_are_read_and_written() -> None:
    written = "Mon-Fri 09:00-13:00 15:00-19:00; Sat 09:00-12:30"
    assert write_hours(read_hours(written), "en") == written
    assert write_hours(read_hours("lun-ven 9.00-13.00 e 15:00-19:00; sabato 09:00-12:30"), "en") == written
    assert write_hours(read_hours("Sab-Dom 10:00-12:00"), "it") == "Sab-Dom 10:00-12:00"
    for wrong in ("always", "Mon 25", "Foo 09:00-10:00", "Mon 09:00-10:00 maybe"):
        with pytest.raises(BadInput):
            read_hours(wrong)
