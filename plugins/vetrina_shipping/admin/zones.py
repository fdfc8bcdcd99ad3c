"""Zones: the list, a new one, and one with its methods."""

from collections.abc import Sequence
from typing import Any

from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Button, Column, Done, Form, Link, Notice, Row, Section, Table, Text
from vetrina_shipping.admin.forms import ZoneForm
from vetrina_shipping.admin.reading import zone_of_form, zone_values
from vetrina_shipping.admin.words import KINDS, OFF, ON, key_in, may_write, price_range, where
from vetrina_shipping.flows.zones import create_zone, delete_zone, found_zone, update_zone
from vetrina_shipping.rules import Method, Zone
from vetrina_shipping.rules.tables import is_rising
from vetrina_shipping.views import read_book

COLUMNS = (
    Column(Say("Zone", "Zona")),
    Column(Say("Where", "Dove")),
    Column(Say("Methods", "Metodi"), "end"),
    Column(Say("State", "Stato")),
)
METHODS = (
    Column(Say("Method", "Metodo")),
    Column(Say("Kind", "Tipo")),
    Column(Say("Price", "Prezzo"), "end"),
    Column(Say("Days", "Giorni"), "end"),
    Column(Say("State", "Stato")),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """All zones, and the way to a new one."""
    book = await read_book(ctx.db)
    rows = tuple(
        Row(
            (zone.name, where(zone.areas), len(zone.methods), ON if zone.is_active else OFF),
            to=f"zones/{zone.id}",
        )
        for zone in book.zones
    )
    empty = Say("No zone yet: nobody can be delivered to.", "Ancora nessuna zona: non si può consegnare a nessuno.")
    blocks: list[Block] = [Table(COLUMNS, rows, empty)]
    if book.zones and book.dispatch is None:
        blocks.append(Notice(Say(
            "No location says when parcels leave: the settings hold. Choose one under Dispatch and collection.",
            "Nessuna sede dice quando partono i pacchi: valgono le impostazioni. Scegline una in Partenze e ritiri.",
        )))  # fmt: skip
    if may_write(ctx):
        blocks.append(Table(
            (Column(Say("Add", "Aggiungi")),),
            (Row((Link(Say("New zone", "Nuova zona"), "zones/new"),), to="zones/new"),), "",
        ))  # fmt: skip
    return blocks


async def show_new(ctx: Context, asked: Asked) -> Sequence[Block]:
    """The form of a new zone."""
    return [
        Text(Say(
            "First where, then how: methods and prices are added once the zone is there.",
            "Prima dove, poi come: metodi e prezzi si aggiungono quando la zona c'è.",
        )),
        Form("create", ZoneForm, Say("Create the zone", "Crea la zona")),
    ]  # fmt: skip


async def create(ctx: Context, asked: Asked, sent: ZoneForm) -> Done:
    """Write a new zone."""
    zone_id = await create_zone(ctx, await zone_of_form(ctx, sent))
    return Done(
        Say("The zone is there. Now add a method.", "La zona c'è. Ora aggiungi un metodo."), to=f"zones/{zone_id}"
    )


async def show_one(ctx: Context, asked: Asked) -> Sequence[Block]:
    """A zone: its methods first, then where it is and its rules."""
    zone = found_zone(await read_book(ctx.db), key_in(asked, "The zone"))
    blocks: list[Block] = [
        Section(Say(f"Methods of {zone.name}", f"Metodi di {zone.name}"), (_methods(ctx, zone),)),
        *_falling(zone),
    ]
    if may_write(ctx):
        sure = Say("Remove the zone with all its methods?", "Rimuovere la zona con tutti i suoi metodi?")
        blocks += [
            Section(
                Say("Where, and its rules", "Dove, e le sue regole"),
                (Form("change", ZoneForm, Say("Save", "Salva"), await zone_values(ctx, zone)),),
            ),
            Button("remove", Say("Remove the zone", "Rimuovi la zona"), tone="bad", confirm=sure),
        ]
    return blocks


async def change(ctx: Context, asked: Asked, sent: ZoneForm) -> Done:
    """Write the zone anew."""
    await update_zone(ctx, key_in(asked, "The zone"), await zone_of_form(ctx, sent))
    return Done(Say("Saved.", "Salvato."))


async def remove(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Remove it."""
    await delete_zone(ctx, key_in(asked, "The zone"))
    return Done(Say("The zone is removed.", "La zona è stata rimossa."), to="")


def _methods(ctx: Context, zone: Zone) -> Table:
    rows = [
        Row(
            (
                Say(_title(method, "en"), _title(method, "it")),
                KINDS[method.kind],
                price_range(method),
                "–" if method.days_min is None else f"{method.days_min}–{method.days_max}",
                ON if method.is_active else OFF,
            ),
            to=f"methods/{method.id}",
        )
        for method in zone.methods
    ]
    if may_write(ctx):
        to = f"zones/{zone.id}/new"
        rows.append(Row((Link(Say("Add a method", "Aggiungi un metodo"), to), None, None, None, None), to=to))
    return Table(METHODS, tuple(rows), Say("No method yet.", "Ancora nessun metodo."))


def _falling(zone: Zone) -> list[Block]:
    """A table that asks less for more is most often a slip."""
    odd = [
        f"{method.handle} ({currency})"
        for method in zone.methods
        for currency, table in method.tables.items()
        if method.basis != "amount" and not is_rising(table.steps)
    ]
    names = ", ".join(odd)
    notice = Notice(
        Say(f"More costs less in {names}: is that meant?", f"Di più costa meno in {names}: è voluto?"), "warning"
    )
    return [notice] if odd else []


def _title(method: Method, language: str) -> str:
    return method.titles.get(language) or next(iter(method.titles.values()), method.handle)
