"""Locations as buyers find them: by name, by city, nearest first; and what is wrong with a location."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select
from tests.support.storefront import ask, refusals
from tests.support.wares import ware

from vetrina.flows.locations import LocationInput, create_location, update_location
from vetrina.flows.stock import receive_stock
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import BadInput, NotAllowed
from vetrina.shop.inventory.models import Location
from vetrina.shop.inventory.rules import LocationIsNeeded, LocationNameTaken
from vetrina.vocabulary import Address

MILAN = {"latitude": 45.4642, "longitude": 9.19}
FIJI = {"latitude": -17.7, "longitude": -179.9}
NAMES = "{ nodes { name address { city latitude longitude } } pageInfo { hasNextPage endCursor } }"


async def shops_of(ctx: Context) -> dict[str, int]:
    """Four places with a point, beside the one the shop was opened with, whose point nobody wrote down."""
    found = dict[str, int]()
    for name, city, latitude, longitude in (
        ("Outlet", "Roma", "41.9028", "12.4964"),
        ("Atelier", "Torino", "45.0703", "7,6869"),
        ("Corner", "Como", "45.8081", "9.0852"),
        ("Island", "Suva", "-18.1416", "178.4419"),
    ):
        address = Address(city=city, country="IT")
        new = LocationInput(name=name, address=address, latitude=latitude, longitude=longitude)
        found[name] = await create_location(ctx, new)
    return found


async def listed(ctx: Context, arguments: str, **variables: Any) -> list[str]:
    declared = "($near: GeoCoordinateInput, $after: String)" if "$near" in arguments else ""
    text = f"query{declared} {{ locations({arguments}) {NAMES} }}"
    return [node["name"] for node in (await ask(ctx, text, **variables))["locations"]["nodes"]]


async def test_the_nearest_come_first(ctx: Context) -> None:
    places = await shops_of(ctx)
    by_distance = "first: 9, sortKey: DISTANCE, near: $near, after: $after"
    assert await listed(ctx, by_distance, near=MILAN) == ["Corner", "Atelier", "Outlet", "Island", "Main"]
    assert await listed(ctx, by_distance, near=FIJI) == ["Island", "Outlet", "Corner", "Atelier", "Main"]
    assert await listed(ctx, "first: 9, sortKey: CITY") == ["Main", "Corner", "Outlet", "Island", "Atelier"]
    page = f"query($near: GeoCoordinateInput!, $after: String) {{ locations({by_distance.replace('9', '2')}) {NAMES} }}"
    first = (await ask(ctx, page, near=MILAN))["locations"]
    assert first["nodes"][1]["address"] == {"city": "Torino", "latitude": 45.0703, "longitude": 7.6869}
    second = await ask(ctx, page, near=MILAN, after=first["pageInfo"]["endCursor"])
    assert [node["name"] for node in second["locations"]["nodes"]] == ["Outlet", "Island"]
    refused = await refusals(ctx, page, near={"latitude": 91, "longitude": 0})
    assert refused == [{"code": "BAD_USER_INPUT", "field": ["near", "latitude"]}]
    oil = await ware(ctx)
    for place in ("Outlet", "Corner"):
        await receive_stock(ctx, variant_id=oil, location_id=places[place], quantity=3)
    text = f"""query($near: GeoCoordinateInput) {{ node(id: "gid://vetrina/ProductVariant/{oil}") {{
        ... on ProductVariant {{ storeAvailability(first: 5, near: $near) {{ nodes {{
            available location {{ name }} }} }} }} }} }}"""
    for near, names in (({}, ["Outlet", "Corner"]), ({"near": MILAN}, ["Corner", "Outlet"])):
        found = (await ask(ctx, text, **near))["node"]["storeAvailability"]["nodes"]
        assert [node["location"]["name"] for node in found] == names


async def test_a_list_begins_at_the_location_the_buyer_prefers(ctx: Context) -> None:
    places = await shops_of(ctx)
    [main] = [row for (row,) in await ctx.db.fetch(select(func.min(Location.id)))]
    oil = await ware(ctx)
    for place in (main, *places.values()):
        await receive_stock(ctx, variant_id=oil, location_id=place, quantity=1)
    text = f"""query($at: ID, $near: GeoCoordinateInput, $after: String, $order: LocationSortKeys)
        @inContext(preferredLocationId: $at) {{
        locations(first: 9, sortKey: $order, near: $near) {{ nodes {{ name }} }}
        node(id: "gid://vetrina/ProductVariant/{oil}") {{ ... on ProductVariant {{
            storeAvailability(first: 2, near: $near, after: $after) {{
                nodes {{ location {{ name }} }} pageInfo {{ endCursor }} }} }} }} }}"""

    async def begun(at: object, **more: Any) -> list[str]:
        """The order of all by distance, which pages of what a variant has follow to the end."""
        names, after = list[str](), None
        while True:
            found = await ask(ctx, text, at=at, after=after, order="DISTANCE", **more)
            page = found["node"]["storeAvailability"]
            if not page["nodes"]:
                assert names == [node["name"] for node in found["locations"]["nodes"]]
                return names
            names += [node["location"]["name"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]

    rome = f"gid://shopify/Location/{places['Outlet']}"
    assert await begun(rome) == ["Outlet", "Corner", "Atelier", "Island", "Main"]
    assert await begun(f"gid://vetrina/Location/{main}") == ["Main", "Outlet", "Atelier", "Corner", "Island"]
    assert await begun(rome, near=FIJI) == ["Island", "Outlet", "Corner", "Atelier", "Main"]
    usual = ["Main", "Outlet", "Atelier", "Corner", "Island"]
    for nowhere in (None, "", "Outlet", "gid://shopify/Location/999", f"gid://shopify/Product/{places['Outlet']}"):
        assert await begun(nowhere) == usual
    by_name = await ask(ctx, text, at=rome, order="NAME")
    assert [node["name"] for node in by_name["locations"]["nodes"]] == sorted(usual)
    await update_location(ctx, places["Outlet"], LocationInput(name="Outlet", is_active=False))
    assert await begun(rome) == [name for name in usual if name != "Outlet"]


async def test_what_a_location_cannot_be(ctx: Context) -> None:
    places = await shops_of(ctx)
    wrong: list[tuple[dict[str, Any], tuple[str, ...]]] = [
        ({"name": " "}, ("name",)),
        ({"latitude": "north", "longitude": "1"}, ("latitude",)),
        ({"latitude": "1"}, ("longitude",)),
        ({"longitude": "180.1", "latitude": "0"}, ("longitude",)),
        ({"address": Address(city="<b>")}, ("address", "city")),
    ]
    for given, field in wrong:
        with pytest.raises(BadInput) as refused:
            await create_location(ctx, msgspec.structs.replace(LocationInput(name="New"), **given))
        assert refused.value.field == field
    with pytest.raises(LocationNameTaken):
        await update_location(ctx, places["Corner"], LocationInput(name="Outlet"))
    main = await ctx.db.value(select(func.min(Location.id)))
    for place in places.values():
        await update_location(ctx, place, LocationInput(name=f"Closed {place}", is_active=False))
    with pytest.raises(LocationIsNeeded):
        await update_location(ctx, main, LocationInput(name="Main", is_active=False))
    assert await listed(ctx, "first: 9") == ["Main"]
    clerk = msgspec.structs.replace(
        ctx, actor=Actor("staff", name="token:1", permissions=frozenset({"stock.write", "shop.read"}))
    )
    with pytest.raises(NotAllowed):
        await create_location(clerk, LocationInput(name="Mine"))
