"""Locations: which one parcels leave from, where orders are collected, and when each works; closing days."""

from collections.abc import Sequence
from typing import Any

from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Badge, Block, Button, Column, Done, Form, Row, Section, Table
from vetrina.views.locations import LocationOrder, location_list, locations_by_id
from vetrina.views.windows import Window
from vetrina_shipping.admin.forms import ClosingForm, PlaceForm
from vetrina_shipping.admin.words import key_in, may_write
from vetrina_shipping.flows.places import add_closing, keep_place, remove_closing
from vetrina_shipping.rules import Closing, Place
from vetrina_shipping.views import closings, places
from vetrina_shipping.weeks import read_hours, write_hours

MOST = 100
COLUMNS = (
    Column(Say("Location", "Sede")), Column(Say("Used for", "Serve per")), Column(Say("Opening hours", "Orari")),
    Column(Say("Cut-off", "Ora limite")), Column(Say("Handling", "Preparazione"), "end"),
)  # fmt: skip
DAYS = (Column(Say("From", "Dal")), Column(Say("To", "Al")), Column(Say("Why", "Perché")))


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """Every location, and what was written down of it."""
    known = {place.location_id: place for place in await places(ctx.db)}
    found = await location_list(ctx, LocationOrder.NAME, Window(size=MOST))
    rows = tuple(_row(entry.row.id, entry.row.name, known.get(entry.row.id)) for entry in found)
    empty = Say("There is no location. Open one in the settings.", "Nessuna sede. Aprine una nelle impostazioni.")
    return [Table(COLUMNS, rows, empty)]


async def show_one(ctx: Context, asked: Asked) -> Sequence[Block]:
    """One location's times."""
    location_id = key_in(asked, "The location")
    found = (await locations_by_id(ctx, [location_id])).get(location_id)
    if found is None:
        raise NotFound(what="The location")
    known = {place.location_id: place for place in await places(ctx.db)}
    place = known.get(location_id) or Place(location_id=location_id, country=found.address.get("country") or "IT")
    values = {
        "is_dispatch": place.is_dispatch, "is_collectable": place.is_collectable,
        "hours": write_hours(place.hours, ctx.place.language), "handling": place.handling, "cutoff": place.cutoff,
        "zone": place.zone, "workdays": [str(day) for day in place.workdays], "country": place.country,
    }  # fmt: skip
    return [Section(found.name, (Form("keep", PlaceForm, Say("Save", "Salva"), values),))]


async def keep(ctx: Context, asked: Asked, sent: PlaceForm) -> Done:
    """Write it down."""
    place = Place(
        location_id=key_in(asked, "The location"),
        zone=sent.zone.strip(),
        cutoff=sent.cutoff.strip(),
        handling=sent.handling,
        workdays=tuple(int(day) for day in sent.workdays if day.isdecimal()),
        country=sent.country.strip().upper(),
        hours=read_hours(sent.hours),
        is_dispatch=sent.is_dispatch,
        is_collectable=sent.is_collectable,
    )
    await keep_place(ctx, place)
    return Done(Say("Saved.", "Salvato."), to="locations")


async def show_closings(ctx: Context, asked: Asked) -> Sequence[Block]:
    """Days on which nothing leaves."""
    writes = may_write(ctx)
    again = Say("Open after all", "Riapri")
    rows = tuple(
        Row(
            (closing.first, closing.last, closing.title),
            buttons=(Button("remove", again, {"closing": str(closing.id)}),) if writes else (),
        )
        for closing in await closings(ctx.db)
    )
    empty = Say(
        "No closing days. Public holidays are known already.", "Nessun giorno di chiusura. Le festività sono già note."
    )
    blocks: list[Block] = [Table(DAYS, rows, empty)]
    if writes:
        form = Form("add", ClosingForm, Say("Close on these days", "Chiudi in questi giorni"))
        blocks.append(Section(Say("Add closing days", "Aggiungi giorni di chiusura"), (form,)))
    return blocks


async def add(ctx: Context, asked: Asked, sent: ClosingForm) -> Done:
    """Close for some days."""
    last = sent.last or sent.first
    await add_closing(ctx, Closing(first=sent.first.isoformat(), last=last.isoformat(), title=sent.title))
    return Done(Say("Nothing is promised for these days.", "Per questi giorni non si promette nulla."))


async def remove(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Open after all."""
    given = str(sent.get("closing", ""))
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise NotFound(what="The closing")
    await remove_closing(ctx, int(given))
    return Done(Say("Open again.", "Di nuovo aperto."))


def _row(location_id: int, name: str, place: Place | None) -> Row:
    to = f"locations/{location_id}"
    if place is None:
        return Row((name, Badge(Say("Nothing yet", "Ancora nulla")), None, None, None), to=to)
    uses = [
        (place.is_dispatch, "sending", "spedire"),
        (place.is_collectable, "collecting", "ritirare"),
    ]
    said = Say(
        ", ".join(en for is_used, en, _ in uses if is_used) or "–",
        ", ".join(it for is_used, _, it in uses if is_used) or "–",
    )
    hours = Say(write_hours(place.hours, "en"), write_hours(place.hours, "it"))
    return Row((name, said, hours, place.cutoff, place.handling), to=to)
