"""The shop's own pickup points: the list, one of them, and many at once from a CSV."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from vetrina.graphql import read_cursor, write_cursor
from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Badge, Block, Button, Column, Done, Form, Row, Section, Table
from vetrina.plugin.tables import Sorting, sorting
from vetrina.vocabulary import Address, PickupPoint
from vetrina_shipping.admin.forms import FindForm, ImportForm, PointForm
from vetrina_shipping.admin.words import OFF, ON, found_at, key_in, may_write
from vetrina_shipping.flows.points import degrees, delete_point, import_points, keep_point
from vetrina_shipping.rules import Point
from vetrina_shipping.rules.points import MILLION
from vetrina_shipping.views import point_by_id, point_page
from vetrina_shipping.weeks import read_hours, write_hours

PAGE = 50
BATCH = 500
TITLES = (
    "Code", "Name", "Address", "Zip", "City", "Province", "Country", "Latitude", "Longitude", "Active",
)  # fmt: skip
COLUMNS = (
    Column(Say("Code", "Codice"), sort="code"), Column(Say("Name", "Nome")), Column(Say("Where", "Dove")),
    Column(Say("Coordinates", "Coordinate")), Column(Say("State", "Stato")),
)  # fmt: skip
MISSING = Badge(Say("Missing", "Mancano"), "warning")


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """A page of points, and the ways to more of them."""
    text, wish = asked.query.get("text", "")[:100], sorting(asked, COLUMNS)
    found = await _page(ctx, asked, text, wish)
    page = found[:PAGE]
    empty = Say("No pickup points here. Add one below, or bring in a list.", "Nessun punto di ritiro. Aggiungine uno.")
    last = (page[-1].point.id if wish.by else page[-1].id) if len(found) > PAGE else None
    cursor = None if last is None else write_cursor(last)
    search = Form("find", FindForm, Say("Search", "Cerca"), {"text": text})
    blocks: list[Block] = [Table(COLUMNS, tuple(_row(entry) for entry in page), empty, after=cursor, sorted=str(wish))]
    blocks.append(Section(Say("Search", "Cerca"), (search,), is_folded=not text))
    if may_write(ctx):
        add = Form("keep", PointForm, Say("Add the point", "Aggiungi il punto"))
        bring = Form("bring", ImportForm, Say("Bring in", "Importa"))
        blocks.append(Section(Say("Add a point", "Aggiungi un punto"), (add,), is_folded=True))
        blocks.append(Section(Say("Bring in a list", "Importa un elenco"), (bring,), is_folded=True))
    return blocks


async def lines(ctx: Context, asked: Asked) -> AsyncIterator[Sequence[Sequence[str]]]:
    """All points that are looked for, for a spreadsheet."""
    text, above = asked.query.get("text", "")[:100], 0
    while True:
        found = await point_page(ctx.db, BATCH, above, text)
        yield [_line(entry) for entry in found]
        if len(found) < BATCH:
            return
        above = found[-1].id


async def find(ctx: Context, asked: Asked, sent: FindForm) -> Done:
    """Show what was searched for."""
    return Done(Say("This was found.", "Ecco i risultati."), to=found_at("points", text=sent.text))


async def keep(ctx: Context, asked: Asked, sent: PointForm) -> Done:
    """Write a point under its code."""
    parts = {name: getattr(sent, name).strip() or None for name in ("address1", "zip", "city", "province")}
    point = PickupPoint(
        id=sent.code.strip(),
        name=sent.name,
        address=Address(**parts, country=sent.country.strip().upper()),
        hours=read_hours(sent.hours),
        latitude=degrees(sent.latitude, "latitude"),
        longitude=degrees(sent.longitude, "longitude"),
    )
    await keep_point(ctx, point, is_active=sent.is_active)
    return Done(Say("The point is kept.", "Il punto è salvato."), to="points")


async def bring(ctx: Context, asked: Asked, sent: ImportForm) -> Done:
    """Write the points of a CSV."""
    count = await import_points(ctx, sent.document)
    return Done(Say(f"{count} points are kept.", f"{count} punti salvati."), to="points")


async def show_one(ctx: Context, asked: Asked) -> Sequence[Block]:
    """One point."""
    entry = await _found(ctx, asked)
    point, where = entry.point, entry.point.address
    values = {
        "code": point.id, "name": point.name, "address1": where.address1, "zip": where.zip or "", "city": where.city,
        "province": where.province or "", "country": where.country, "latitude": _degrees(point.latitude),
        "longitude": _degrees(point.longitude), "hours": write_hours(point.hours, ctx.place.language),
        "is_active": entry.is_active,
    }  # fmt: skip
    if not may_write(ctx):
        return [Table(COLUMNS, (_row(entry),), "")]
    sure = Say("Remove this point?", "Rimuovere questo punto?")
    return [
        Form("keep", PointForm, Say("Save", "Salva"), values),
        Button("remove", Say("Remove the point", "Rimuovi il punto"), tone="bad", confirm=sure),
    ]


async def remove(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Remove it."""
    entry = await _found(ctx, asked)
    await delete_point(ctx, entry.point.id)
    return Done(Say("The point is removed.", "Il punto è stato rimosso."), to="points")


async def _found(ctx: Context, asked: Asked) -> Point:
    entry = await point_by_id(ctx.db, key_in(asked, "The pickup point"))
    if entry is None:
        raise NotFound(what="The pickup point")
    return entry


async def _page(ctx: Context, asked: Asked, text: str, wish: Sorting) -> list[Point]:
    """One point too many, where there are more: after the cursor, in the order that was asked for."""
    after = asked.query.get("after")
    last = (read_cursor(after, "after") or ("",))[0] if after else None
    if wish.by:
        return await point_page(ctx.db, PAGE + 1, 0, text, last if isinstance(last, str) else "", is_down=wish.is_down)
    return await point_page(ctx.db, PAGE + 1, last if isinstance(last, int) else 0, text)


def _line(entry: Point) -> Sequence[str]:
    point, where = entry.point, entry.point.address
    return (
        point.id, point.name, where.address1 or "", where.zip or "", where.city or "", where.province or "",
        where.country or "", _degrees(point.latitude), _degrees(point.longitude), "yes" if entry.is_active else "no",
    )  # fmt: skip


def _row(entry: Point) -> Row:
    point, where = entry.point, entry.point.address
    place = " ".join(part for part in (where.zip, where.city, where.province, where.country) if part)
    spot = MISSING if point.latitude is None else f"{_degrees(point.latitude)}, {_degrees(point.longitude)}"
    return Row((point.id, point.name, place, spot, ON if entry.is_active else OFF), to=f"points/{entry.id}")


def _degrees(value: int | None) -> str:
    return "" if value is None else f"{value / MILLION:.6f}".rstrip("0").rstrip(".")
