"""Locations: the places that hold stock and where buyers collect."""

from vetrina.flows.locations import MILLIONTHS, LocationInput, create_location, update_location
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.views.stock import LocationRow, locations, locations_by_id
from vetrina.vocabulary import Address
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.refusals import Wrong, beside
from vetrina_admin.pages.screens import Room, action, page
from vetrina_admin.pages.visits import Visit

ADDRESS = ("address1", "address2", "zip", "city", "province", "country", "phone")
FIELDS = ("name", *ADDRESS, "latitude", "longitude", "is_active")


async def location_list(visit: Visit) -> Answer:
    """Every location, in the order stock is taken from them."""
    return render(visit, "locations/list.html", locations=await locations(visit.ctx.db), one_line=_one_line)


async def new_location(visit: Visit) -> Answer:
    return _form(visit, None, Form({"is_active": ["on"]}))


async def create(visit: Visit, form: Form) -> Answer:
    try:
        await create_location(visit.ctx, _input(form))
    except Refusal as refusal:
        return _form(visit, None, form, beside(visit.say, refusal, *FIELDS))
    visit.tell("locations.created", name=form.get("name"))
    return see_other(visit, "/admin/locations")


async def location_page(visit: Visit) -> Answer:
    location = await _found(visit)
    return _form(visit, location, _written(location))


async def update(visit: Visit, form: Form) -> Answer:
    location = await _found(visit)
    try:
        await update_location(visit.ctx, location.id, _input(form))
    except Refusal as refusal:
        return _form(visit, location, form, beside(visit.say, refusal, *FIELDS))
    visit.tell("locations.changed", name=form.get("name"))
    return see_other(visit, "/admin/locations")


async def _found(visit: Visit) -> LocationRow:
    location_id = visit.number("location")
    found = await locations_by_id(visit.ctx.db, [location_id])
    if location_id not in found:
        raise NotFound(what="The location")
    return found[location_id]


def _form(visit: Visit, location: LocationRow | None, typed: Form, errors: Wrong | None = None) -> Answer:
    return render(
        visit,
        "locations/location.html",
        status=422 if errors else 200,
        location=location,
        typed=typed,
        errors=errors or Wrong(),
        fields=FIELDS,
    )


def _input(form: Form) -> LocationInput:
    return LocationInput(
        name=form.get("name"),
        address=Address(**{name: form.get(name) or None for name in ADDRESS}),
        latitude=form.get("latitude"),
        longitude=form.get("longitude"),
        is_active=form.has("is_active"),
    )


def _written(location: LocationRow) -> Form:
    """What the form shows of a location as it is."""
    point = {"latitude": location.latitude, "longitude": location.longitude}
    degrees = {name: f"{value / MILLIONTHS:.6f}" for name, value in point.items() if value is not None}
    address = {name: str(location.address.get(name) or "") for name in ADDRESS}
    switch = {"is_active": ["on"]} if location.is_active else {}
    return Form({name: [value] for name, value in {"name": location.name, **address, **degrees}.items()} | switch)


def _one_line(location: LocationRow) -> str:
    parts = (location.address.get(name) for name in ("address1", "zip", "city", "province", "country"))
    return ", ".join(part for part in parts if part)


ROOM = Room(
    name="locations",
    path="/locations",
    can="shop.read",
    icon="map-pin",
    group="delivery",
    screens=(
        page("/locations", "shop.read", location_list),
        page("/locations/new", "shop.write", new_location),
        action("/locations", "shop.write", create),
        page("/locations/{location:int}", "shop.write", location_page),
        action("/locations/{location:int}", "shop.write", update),
    ),
)
