"""Shipping's pages as a manager uses them, and the storefront's document with a place to collect at."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from tests.support.managers import Manager, signed_in

from vetrina.graphql import write_cursor
from vetrina.testing.shop import Workshop
from vetrina.views.orders.placed import order_deliveries
from vetrina_admin.pages.asking import SESSION, cookie_name
from vetrina_shipping.demo import POINTS, show_off
from vetrina_shipping.flows.points import import_points
from vetrina_shipping.views import closings, places, read_book

pytestmark = pytest.mark.embedded
ROOM = "/admin/shipping"


@pytest.fixture
def plugins() -> list[str]:
    return ["shipping"]


@pytest.fixture
def shop_url() -> None:
    """A file of its own is enough: flows are tried on both engines elsewhere."""


async def manager(shop: Workshop, *permissions: str, language: str = "en") -> Manager:
    """Somebody at the admin who may this, over https as the shop's address says."""
    await shop.answer()
    boss = await signed_in(shop.ctx, shop.site, *permissions, language=language, email=f"{language}@shop.test")
    secret = boss.client.cookies.get(SESSION) or ""
    boss.client.cookies.set(cookie_name(shop.site, SESSION), secret, domain="shop.test", path="/")
    return boss


async def fill(boss: Manager, path: str, fields: dict[str, str]) -> None:
    """Send a form with rows that a script, or a button, would have added first."""
    form = next(form for form in boss.page.forms if form.fields.get("action") == "create")
    await boss.post(path, {**form.fields, **fields})


async def test_a_manager_makes_a_zone_and_a_table(shop: Workshop) -> None:
    boss = await manager(shop, "shipping.read", "shipping.write", "shop.read")
    await boss.open(f"{ROOM}/zones/new")
    await fill(boss, f"{ROOM}/zones/new", {
        "f.name": "Italia", "f.countries": "IT", "f.without.0.country": "IT", "f.without.0.codes": "22061",
        "f.free.0.amount.0.key": "EUR", "f.free.0.amount.0.value": "69",
    })  # fmt: skip
    assert "The zone is there." in boss.page.words, boss.page.wrong
    (made,) = (await read_book(shop.db)).zones
    assert (made.without[0].codes[0].written, made.free[0].thresholds) == ("22061", {"EUR": 6_900})
    path = f"{ROOM}/zones/{made.id}/new"
    await boss.open(path)
    table = {
        "f.handle": "post", "f.basis": "weight", "f.days_min": "1", "f.days_max": "3",
        "f.steps.0.currency": "EUR", "f.steps.0.over": "0", "f.steps.0.upto": "2.5", "f.steps.0.price": "5.90",
        "f.steps.1.currency": "EUR", "f.steps.1.over": "3", "f.steps.1.upto": "10", "f.steps.1.price": "8.90",
    }  # fmt: skip
    await fill(boss, path, table)
    assert "a step begins where the one before it ends" in boss.page.words
    await fill(boss, path, {**table, "f.steps.1.over": "2.5"})
    assert "The method is there." in boss.page.words, boss.page.wrong
    ((method,),) = [zone.methods for zone in (await read_book(shop.db)).zones]
    assert [(step.over, step.upto, step.price) for step in method.tables["EUR"].steps] == [
        (0, 2_500, 590), (2_500, 10_000, 890),
    ]  # fmt: skip


async def test_every_page_opens_in_both_languages_and_who_only_reads_changes_nothing(shop: Workshop) -> None:
    await show_off(shop.ctx)
    book = await read_book(shop.db)
    paths = ["zones", f"zones/{book.zones[0].id}", f"methods/{book.zones[0].methods[0].id}", "locations", "points",
             "locations/1", f"points/{book.points[0].id}", "closings", "trial"]  # fmt: skip
    for language, word in (("en", "Delivery zones"), ("it", "Zone di consegna")):
        boss = await manager(shop, "shipping.read", "shipping.write", "shop.read", language=language)
        for path in paths:
            page = await boss.open(f"{ROOM}/{path}")
            assert word in page.words, path
    reader = await manager(shop, "shipping.read", "shop.read", language="de")
    page = await reader.open(f"{ROOM}/zones/{book.zones[0].id}")
    assert not [form for form in page.forms if form.fields.get("action") in ("change", "remove")]


async def test_locations_points_and_closing_days(shop: Workshop) -> None:
    boss = await manager(shop, "shipping.read", "shipping.write", "shop.read")
    await boss.open(f"{ROOM}/locations/1")
    await boss.send("locations/1", **{"f.hours": "Mon-Fri 09:00-13:00", "f.is_dispatch": "on", "f.cutoff": "25:00"})
    assert "A time is written as 14:00." in boss.page.words
    await boss.send("locations/1", **{"f.hours": "Mon-Fri 09:00-13:00", "f.is_dispatch": "on", "f.cutoff": "12:00"})
    (place,) = await places(shop.db)
    assert (place.is_dispatch, place.cutoff, len(place.hours)) == (True, "12:00", 5)
    await boss.open(f"{ROOM}/closings")
    await boss.send("closings", **{"f.first": "2026-08-10", "f.last": "2026-08-21", "f.title": "Summer"})
    assert [(one.first, one.last) for one in await closings(shop.db)] == [("2026-08-10", "2026-08-21")]
    await boss.open(f"{ROOM}/points")
    bring = next(form for form in boss.page.forms if form.fields.get("action") == "bring")
    document = "code,name,address1,city,country\nA1,<b>Bar</b>,Via Po 1,Torino,IT\nZ9,=Bar,Via Po 2,Torino,IT"
    await boss.post(f"{ROOM}/points", bring.fields | {"f.document": document})
    page = await boss.open(f"{ROOM}/points")
    assert "<b>Bar</b>" in page.words and "Missing" in page.words, "escaped, and without coordinates"
    for sort, order in (("code", ["A1", "Z9"]), ("-code", ["Z9", "A1"])):
        page = await boss.open(f"{ROOM}/points?sort={sort}")
        assert re.findall(r'class="row-title" href="[^"]*">(\w+)<', page.html) == order
    after = quote(write_cursor("A1"))
    page = await boss.open(f"{ROOM}/points?sort=code&after={after}")
    assert "Z9" in page.words and "<b>Bar</b>" not in page.words
    file = await boss.client.get(next(link for link in page.links if "as=csv" in link))
    assert [line.split(",")[:2] for line in file.text.splitlines()[1:]] == [["A1", "<b>Bar</b>"], ["Z9", "'=Bar"]]


async def test_the_trial_says_which_rule_decided(shop: Workshop) -> None:
    await show_off(shop.ctx)
    boss = await manager(shop, "shipping.read", "shop.read")
    for query, said in (
        ("country=IT&zip=07100&weight=25&amount=80", ("Isole €3.00", "free by a rule of the zone", "(25 > 10)")),
        ("country=IT&zip=22061", ("Nobody delivers to the postal code 22061.",)),
        ("country=IT&zip=20121&weight=35", ("The parcel is beyond the end of the table. (35 > 30)",)),
        ("country=JP", ("Nobody delivers to JP.",)),
    ):
        page = await boss.open(f"{ROOM}/trial?{query}")
        for words in said:
            assert words in page.words, page.words[300:1500]


CART = """mutation ($lines: [CartLineInput!], $zip: String, $country: CountryCode) { cartCreate(input: { lines: $lines,
    buyerIdentity: { email: "a@example.org", countryCode: IT },
    delivery: { addresses: [{ selected: true, address: { deliveryAddress: { firstName: "Ada", lastName: "Neri",
    address1: "Via Po 1", city: "Torino", zip: $zip, provinceCode: "TO", countryCode: $country } } }] } }) {
    cart { id deliveryGroups(first: 1) { nodes { id vetrinaProblems { code lineId message }
    deliveryOptions { handle deliveryMethodType vetrinaIsEstimate vetrinaPromise { earliest latest }
    vetrinaPickupPoint { id name distance address { city } hours { day opens closes } } } } } }
    userErrors { message } } }"""


async def test_front_ends_see_promises_points_and_why_there_is_no_delivery(shop: Workshop) -> None:
    await shop.switch_off("flat_rate")
    await show_off(shop.ctx)
    oil = await shop.product("Oil", price="20.00")
    line = {"merchandiseId": f"gid://vetrina/ProductVariant/{oil.variant_ids[0]}", "quantity": 1}

    async def group(code: str, country: str) -> dict[str, Any]:
        answer = await shop.ask(CART, lines=[line], zip=code, country=country)
        (found,) = answer["cartCreate"]["cart"]["deliveryGroups"]["nodes"]
        return found

    turin = await group("10121", "IT")
    options = {option["handle"]: option for option in turin["deliveryOptions"]}
    assert options["shipping:standard"]["vetrinaPromise"]["earliest"] < "2026-03-20" and not turin["vetrinaProblems"]
    point = options["shipping:points.p-TO-01"]["vetrinaPickupPoint"]
    assert (point["address"]["city"], point["hours"][0]) == ("Torino", {"day": 0, "opens": "06:30", "closes": "19:30"})
    assert [one["code"] for one in (await group("22061", "IT"))["vetrinaProblems"]] == [
        "DELIVERY_INVALID_POSTAL_CODE_FOR_ZONE"
    ]
    (elsewhere,) = (await group("SW1A 1AA", "GB"))["vetrinaProblems"]
    assert elsewhere["code"] == "DELIVERY_NO_DELIVERY_AVAILABLE" and "Tell the cart" in elsewhere["message"]


async def test_an_order_keeps_what_was_promised_and_where_it_is_collected(shop: Workshop) -> None:
    await show_off(shop.ctx)
    point = await shop.order(delivery="shipping:points")
    flat = await shop.order(delivery="flat_rate:standard")
    await import_points(shop.ctx, POINTS.replace("Edicola", "Chiuso"))
    kept, plain = await order_deliveries(shop.db, [point.id, flat.id])
    assert kept.promised_from is not None and kept.promised_to is not None and kept.promised_from <= kept.promised_to
    assert kept.pickup_point is not None and not kept.pickup_point["name"].startswith("Chiuso")
    assert kept.pickup_point["address"]["country"] == "IT" and kept.title.endswith(kept.pickup_point["name"])
    assert (plain.promised_from, plain.promised_to, plain.pickup_point) == (None, None, None)
